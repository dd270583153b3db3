// jax 0.10.2 with flax 0.12.8, lowered by jaxlib. The same chain with GELU by tanh;
// functions that are called are private.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> ()>
#map4 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map6 = affine_map<(d0, d1, d2, d3) -> ()>
module {
  func.func @main(%arg0: tensor<2x4x5x3xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4x4x3x4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>) -> tensor<2x8x10x4xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant dense<0.699999988> : tensor<f32>
    %cst_1 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_2 = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_3 = arith.constant dense<0.797884583> : tensor<f32>
    %cst_4 = arith.constant dense<4.471500e-02> : tensor<f32>
    %cst_5 = arith.constant dense<9.99999997E-7> : tensor<f32>
    %cst_6 = arith.constant dense<4.000000e+00> : tensor<f32>
    %cst_7 = arith.constant dense<0.000000e+00> : tensor<f32>
    %0 = tensor.empty() : tensor<2x8x10x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %2 = tensor.empty() : tensor<2x11x13x3xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<2x11x13x3xf32>) -> tensor<2x11x13x3xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %3[0, 2, 2, 0] [2, 4, 5, 3] [1, 2, 2, 1] : tensor<2x4x5x3xf32> into tensor<2x11x13x3xf32>
    %4 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%inserted_slice, %arg2 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%1 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %expanded = tensor.expand_shape %arg1 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %5 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %6 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %8 = tensor.empty() : tensor<2x8x10xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %10 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x8x10x4xf32>) outs(%9 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = arith.addf %out, %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %11 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_6 : tensor<f32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10xf32>
    %12 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %11 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.divf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %13 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%7 : tensor<2x8x10x4xf32>) outs(%9 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = arith.addf %out, %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %14 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.divf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %15 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12, %12 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %16 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %15 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.subf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_7 : tensor<f32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10xf32>
    %18 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %16 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.maximumf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10xf32>
    %19 = tensor.empty() : tensor<2x8x10x1xf32>
    %20 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x8x10xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x1xf32>
    %21 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x8x10xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x1xf32>
    %22 = linalg.generic {indexing_maps = [#map5, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x8x10x1xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %23 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %22 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.subf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %24 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_5 : tensor<f32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x1xf32>
    %25 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21, %24 : tensor<2x8x10x1xf32>, tensor<2x8x10x1xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x1xf32>
    %26 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x8x10x1xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = math.rsqrt %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x1xf32>
    %expanded_8 = tensor.expand_shape %arg4 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %27 = linalg.generic {indexing_maps = [#map5, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26 : tensor<2x8x10x1xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_8 : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %29 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27, %28 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %29 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %expanded_9 = tensor.expand_shape %arg3 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_9 : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %31 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %32 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33, %32 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %35 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_4 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %36 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %34 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %36 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %38 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_3 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %37 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %40 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = math.tanh %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %41 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %42 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %40 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %43 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %44 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %42 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %45 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %44 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    %46 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_0 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %47 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %46 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x8x10x4xf32>
    return %47 : tensor<2x8x10x4xf32>
  }
}
