// jax 0.10.2 through IREE 3.13.0, after elementwise fusion. The channels-last chain as
// a few fused generics.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#map1 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map6 = affine_map<() -> ()>
#map7 = affine_map<(d0, d1, d2, d3) -> ()>
module {
  func.func @main(%arg0: tensor<2x4x5x3xf32>, %arg1: tensor<4x4x3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>) -> tensor<2x8x10x4xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 4.000000e+00 : f32
    %cst_1 = arith.constant 0x7FC00000 : f32
    %cst_2 = arith.constant 9.99999974E-6 : f32
    %cst_3 = arith.constant 4.471500e-02 : f32
    %cst_4 = arith.constant 0.797884583 : f32
    %cst_5 = arith.constant 1.000000e+00 : f32
    %cst_6 = arith.constant 5.000000e-01 : f32
    %cst_7 = arith.constant 0.699999988 : f32
    %10 = tensor.empty() : tensor<2x8x10x4xf32>
    %11 = linalg.fill ins(%cst : f32) outs(%10 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %12 = tensor.empty() : tensor<2x11x13x3xf32>
    %13 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x11x13x3xf32>) -> tensor<2x11x13x3xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %13[0, 2, 2, 0] [2, 4, 5, 3] [1, 2, 2, 1] : tensor<2x4x5x3xf32> into tensor<2x11x13x3xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%inserted_slice, %arg1 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%11 : tensor<2x8x10x4xf32>) attrs =  {linalg.memoized_indexing_maps = [#map, #map1, #map2]} {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %26 = arith.mulf %in, %in_8 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x8x10x4xf32>
    %15 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %arg2 : tensor<2x8x10x4xf32>, tensor<4xf32>) outs(%10 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %26 = arith.addf %in, %in_8 : f32
      linalg.yield %26 : f32
    } -> tensor<2x8x10x4xf32>
    %16 = tensor.empty() : tensor<2x8x10xf32>
    %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %18 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%15 : tensor<2x8x10x4xf32>) outs(%17 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = arith.addf %out, %in : f32
      linalg.yield %26 : f32
    } -> tensor<2x8x10xf32>
    %19 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %18 : tensor<2x8x10x4xf32>, tensor<2x8x10xf32>) outs(%10 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %26 = arith.divf %in_8, %cst_0 : f32
      %27 = arith.subf %in, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x8x10x4xf32>
    %__hoisted_tensor_f32 = arith.constant dense<4.000000e+00> : tensor<f32>
    %20 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x8x10x4xf32>) outs(%17 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = arith.mulf %in, %in : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x8x10xf32>
    %21 = tensor.empty() : tensor<i1>
    %22 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = []} ins(%__hoisted_tensor_f32 : tensor<f32>) outs(%21 : tensor<i1>) {
    ^bb0(%in: f32, %out: i1):
      %26 = arith.cmpf ogt, %in, %cst : f32
      linalg.yield %26 : i1
    } -> tensor<i1>
    %extracted = tensor.extract %22[] : tensor<i1>
    %23 = linalg.generic {indexing_maps = [#map3, #map5, #map7, #map4, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19, %20, %__hoisted_tensor_f32, %arg3, %arg4 : tensor<2x8x10x4xf32>, tensor<2x8x10xf32>, tensor<f32>, tensor<4xf32>, tensor<4xf32>) outs(%10 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_8: f32, %in_9: f32, %in_10: f32, %in_11: f32, %out: f32):
      %26 = arith.divf %in_8, %in_9 : f32
      %27 = arith.select %extracted, %26, %cst_1 : f32
      %28 = arith.addf %27, %cst_2 : f32
      %29 = math.rsqrt %28 : f32
      %30 = arith.mulf %in, %29 : f32
      %31 = arith.mulf %30, %in_10 : f32
      %32 = arith.addf %31, %in_11 : f32
      %33 = arith.mulf %32, %32 : f32
      %34 = arith.mulf %33, %32 : f32
      %35 = arith.mulf %34, %cst_3 : f32
      %36 = arith.addf %32, %35 : f32
      %37 = arith.mulf %36, %cst_4 : f32
      %38 = math.tanh %37 : f32
      %39 = arith.addf %38, %cst_5 : f32
      %40 = arith.mulf %39, %cst_6 : f32
      %41 = arith.mulf %32, %40 : f32
      %42 = arith.mulf %41, %cst_7 : f32
      linalg.yield %42 : f32
    } -> tensor<2x8x10x4xf32>
    return %23 : tensor<2x8x10x4xf32>
  }
}
