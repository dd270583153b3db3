// iree-turbine 3.9.0 with IREE 3.13.0, global optimization and elementwise fusion.
// ConvTranspose3d, LayerNorm over the last axis, GELU, a scale: seven generics in all.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d0, d5, d2 + d6, d3 + d7, d4 + d8)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d1, d5, d6, d7, d8)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d0, d1, d2, d3, d4)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d1)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x4x4x6x8xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.41421354 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 9.99999974E-6 : f32
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 8.000000e+00 : f32
    %10 = tensor.empty() : tensor<4x3x4x4x4xf32>
    %11 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%10 : tensor<4x3x4x4x4xf32>) {
    ^bb0(%out: f32):
      %27 = linalg.index 0 : index
      %28 = linalg.index 1 : index
      %29 = linalg.index 2 : index
      %30 = linalg.index 3 : index
      %31 = linalg.index 4 : index
      %32 = arith.subi %c3, %29 : index
      %33 = arith.subi %c3, %30 : index
      %34 = arith.subi %c3, %31 : index
      %extracted = tensor.extract %arg1[%28, %27, %32, %33, %34] : tensor<3x4x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4x4xf32>
    %12 = tensor.empty() : tensor<2x3x7x9x11xf32>
    %13 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x3x7x9x11xf32>) -> tensor<2x3x7x9x11xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %13[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xf32> into tensor<2x3x7x9x11xf32>
    %14 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %16 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction", "reduction"]} ins(%inserted_slice, %11 : tensor<2x3x7x9x11xf32>, tensor<4x3x4x4x4xf32>) outs(%15 : tensor<2x4x4x6x8xf32>) attrs =  {linalg.memoized_indexing_maps = [#map1, #map2, #map3]} {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %27 = arith.mulf %in, %in_5 : f32
      %28 = arith.addf %out, %27 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16, %arg2 : tensor<2x4x4x6x8xf32>, tensor<4xf32>) outs(%14 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %27 = arith.addf %in, %in_5 : f32
      linalg.yield %27 : f32
    } -> tensor<2x4x4x6x8xf32>
    %18 = tensor.empty() : tensor<2x4x4x6xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%18 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%17 : tensor<2x4x4x6x8xf32>) outs(%19 : tensor<2x4x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.addf %in, %out : f32
      linalg.yield %27 : f32
    } -> tensor<2x4x4x6xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map5, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17, %20 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6xf32>) outs(%14 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %27 = arith.divf %in_5, %cst_4 : f32
      %28 = arith.subf %in, %27 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%21 : tensor<2x4x4x6x8xf32>) outs(%19 : tensor<2x4x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.mulf %in, %in : f32
      %28 = arith.addf %27, %out : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map5, #map6, #map6, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %22, %arg3, %arg4 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6xf32>, tensor<8xf32>, tensor<8xf32>) outs(%14 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_5: f32, %in_6: f32, %in_7: f32, %out: f32):
      %27 = arith.divf %in_5, %cst_4 : f32
      %28 = arith.addf %27, %cst_3 : f32
      %29 = math.rsqrt %28 : f32
      %30 = arith.mulf %in, %29 : f32
      %31 = arith.mulf %30, %in_6 : f32
      %32 = arith.addf %31, %in_7 : f32
      %33 = arith.divf %32, %cst_0 : f32
      %34 = math.erf %33 : f32
      %35 = arith.addf %34, %cst_1 : f32
      %36 = arith.mulf %35, %cst_2 : f32
      %37 = arith.mulf %32, %36 : f32
      linalg.yield %37 : f32
    } -> tensor<2x4x4x6x8xf32>
    return %23 : tensor<2x4x4x6x8xf32>
  }
}
