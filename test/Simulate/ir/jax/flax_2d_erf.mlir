// jax 0.10.2 with flax 0.12.8, lowered by jaxlib. A channels-last transposed
// convolution, LayerNorm over channels by moments and the exact GELU as rational
// polynomials.
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
    %cst = arith.constant 1.12837911 : f32
    %cst_0 = arith.constant -0.37612626 : f32
    %cst_1 = arith.constant 0.112835854 : f32
    %cst_2 = arith.constant -0.0268538129 : f32
    %cst_3 = arith.constant 0.00518832775 : f32
    %cst_4 = arith.constant -8.0101937E-4 : f32
    %cst_5 = arith.constant 7.85386146E-5 : f32
    %cst_6 = arith.constant -88.7228394 : f32
    %cst_7 = arith.constant 0.564189494 : f32
    %cst_8 = arith.constant -0.282076746 : f32
    %cst_9 = arith.constant 0.42184633 : f32
    %cst_10 = arith.constant -1.01526523 : f32
    %cst_11 = arith.constant 2.92101908 : f32
    %cst_12 = arith.constant -7.49551868 : f32
    %cst_13 = arith.constant 1.297720e+01 : f32
    %cst_14 = arith.constant -10.477664 : f32
    %cst_15 = arith.constant 0.563825965 : f32
    %cst_16 = arith.constant -0.274112701 : f32
    %cst_17 = arith.constant 3.404880e-01 : f32
    %cst_18 = arith.constant -0.494451523 : f32
    %cst_19 = arith.constant 0.621000468 : f32
    %cst_20 = arith.constant -0.582473278 : f32
    %cst_21 = arith.constant 0.368742466 : f32
    %cst_22 = arith.constant -0.138703942 : f32
    %cst_23 = arith.constant 2.326820e-02 : f32
    %cst_24 = arith.constant 2.000000e+00 : f32
    %cst_25 = arith.constant 1.000000e+00 : f32
    %cst_26 = arith.constant 0.000000e+00 : f32
    %cst_27 = arith.constant dense<0.699999988> : tensor<f32>
    %cst_28 = arith.constant dense<0.707106769> : tensor<f32>
    %cst_29 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_30 = arith.constant dense<9.99999997E-7> : tensor<f32>
    %cst_31 = arith.constant dense<4.000000e+00> : tensor<f32>
    %cst_32 = arith.constant dense<0.000000e+00> : tensor<f32>
    %0 = tensor.empty() : tensor<2x8x10x4xf32>
    %1 = linalg.fill ins(%cst_26 : f32) outs(%0 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %2 = tensor.empty() : tensor<2x11x13x3xf32>
    %3 = linalg.fill ins(%cst_26 : f32) outs(%2 : tensor<2x11x13x3xf32>) -> tensor<2x11x13x3xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %3[0, 2, 2, 0] [2, 4, 5, 3] [1, 2, 2, 1] : tensor<2x4x5x3xf32> into tensor<2x11x13x3xf32>
    %4 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%inserted_slice, %arg2 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%1 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %expanded = tensor.expand_shape %arg1 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %5 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.addf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %6 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %8 = tensor.empty() : tensor<2x8x10xf32>
    %9 = linalg.fill ins(%cst_26 : f32) outs(%8 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %10 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x8x10x4xf32>) outs(%9 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %out, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %11 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_31 : tensor<f32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10xf32>
    %12 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %11 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.divf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %13 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%7 : tensor<2x8x10x4xf32>) outs(%9 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %out, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %14 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.divf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %15 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12, %12 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %16 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %15 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.subf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_32 : tensor<f32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10xf32>
    %18 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %16 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%8 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.maximumf %in, %in_35 : f32
      linalg.yield %103 : f32
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
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.subf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %24 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_30 : tensor<f32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x1xf32>
    %25 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21, %24 : tensor<2x8x10x1xf32>, tensor<2x8x10x1xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.addf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x1xf32>
    %26 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x8x10x1xf32>) outs(%19 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = math.rsqrt %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x1xf32>
    %expanded_33 = tensor.expand_shape %arg4 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %27 = linalg.generic {indexing_maps = [#map5, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26 : tensor<2x8x10x1xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_33 : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %29 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27, %28 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %29 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %expanded_34 = tensor.expand_shape %arg3 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_34 : tensor<1x1x1x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %31 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.addf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %33 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_29 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33, %32 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %35 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.negf %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %36 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_28 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %36 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %38 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37, %37 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.negf %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %40 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = math.absf %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %41 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.divf %cst_25, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %42 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = math.exp %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %43 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.divf %cst_25, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %44 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %43 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %45 = tensor.empty() : tensor<2x8x10x4xi1>
    %46 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40 : tensor<2x8x10x4xf32>) outs(%45 : tensor<2x8x10x4xi1>) {
    ^bb0(%in: f32, %out: i1):
      %103 = arith.cmpf olt, %in, %cst_24 : f32
      linalg.yield %103 : i1
    } -> tensor<2x8x10x4xi1>
    %47 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.mulf %in, %cst_23 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %48 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%47 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_22 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %49 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%48, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %50 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_21 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %51 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %52 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_20 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %53 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%52, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %54 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_19 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %55 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%54, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %56 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_18 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %57 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%56, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %58 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_17 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %59 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%58, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %60 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%59 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_16 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %61 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%60, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %62 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%61 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_15 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %63 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.mulf %in, %cst_14 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %64 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%63 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_13 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %65 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%64, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %66 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%65 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_12 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %67 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%66, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %68 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%67 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_11 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %69 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%68, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %70 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%69 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_10 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %71 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%70, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %72 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%71 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_9 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %73 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%72, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %74 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%73 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_8 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %75 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%74, %41 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %76 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_7 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %77 = linalg.generic {indexing_maps = [#map1, #map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46, %62, %76 : tensor<2x8x10x4xi1>, tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: i1, %in_35: f32, %in_36: f32, %out: f32):
      %103 = arith.select %in, %in_35, %in_36 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %78 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44, %77 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %79 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39 : tensor<2x8x10x4xf32>) outs(%45 : tensor<2x8x10x4xi1>) {
    ^bb0(%in: f32, %out: i1):
      %103 = arith.cmpf olt, %in, %cst_6 : f32
      linalg.yield %103 : i1
    } -> tensor<2x8x10x4xi1>
    %80 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%79, %78 : tensor<2x8x10x4xi1>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: i1, %in_35: f32, %out: f32):
      %103 = arith.select %in, %cst_26, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %81 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37 : tensor<2x8x10x4xf32>) outs(%45 : tensor<2x8x10x4xi1>) {
    ^bb0(%in: f32, %out: i1):
      %103 = arith.cmpf olt, %in, %cst_26 : f32
      linalg.yield %103 : i1
    } -> tensor<2x8x10x4xi1>
    %82 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%80 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.subf %cst_24, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %83 = linalg.generic {indexing_maps = [#map1, #map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%81, %82, %80 : tensor<2x8x10x4xi1>, tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: i1, %in_35: f32, %in_36: f32, %out: f32):
      %103 = arith.select %in, %in_35, %in_36 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %84 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.mulf %in, %cst_5 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %85 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%84 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_4 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %86 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%85, %38 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %87 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%86 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_3 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %88 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%87, %38 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %89 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%88 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_2 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %90 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%89, %38 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %91 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%90 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_1 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %92 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%91, %38 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %93 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%92 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst_0 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %94 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%93, %38 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %95 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%94 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.addf %in, %cst : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %96 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37, %95 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %97 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%96 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %103 = arith.subf %cst_25, %in : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %98 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40 : tensor<2x8x10x4xf32>) outs(%45 : tensor<2x8x10x4xi1>) {
    ^bb0(%in: f32, %out: i1):
      %103 = arith.cmpf olt, %in, %cst_25 : f32
      linalg.yield %103 : i1
    } -> tensor<2x8x10x4xi1>
    %99 = linalg.generic {indexing_maps = [#map1, #map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%98, %97, %83 : tensor<2x8x10x4xi1>, tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: i1, %in_35: f32, %in_36: f32, %out: f32):
      %103 = arith.select %in, %in_35, %in_36 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %100 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34, %99 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    %101 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_27 : tensor<f32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %102 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%100, %101 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_35: f32, %out: f32):
      %103 = arith.mulf %in, %in_35 : f32
      linalg.yield %103 : f32
    } -> tensor<2x8x10x4xf32>
    return %102 : tensor<2x8x10x4xf32>
  }
}
