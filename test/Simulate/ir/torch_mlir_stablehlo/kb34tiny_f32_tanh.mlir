// torch-mlir 20261001 with torch 2.15.0, StableHLO lowered by torch-mlir-opt.
// ConvTranspose3d, LayerNorm with f64 statistics, GELU by tanh; scalars are rank-1
// constants that are collapsed and broadcast.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d4, d3, d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (-d0 + 3, -d1 + 3, -d2 + 3, d3, d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d8, d0, d2 + d3, d4 + d5, d6 + d7)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d3, d5, d7, d1, d0)>
#map5 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8) -> (d8, d1, d2, d4, d6)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d1, 0, 0, 0)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map8 = affine_map<(d0) -> (d0)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> ()>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x4x4x6x8xf32> {
    %cst = arith.constant 0.797884523 : f32
    %cst_0 = arith.constant 8.000000e+00 : f32
    %cst_1 = arith.constant 8.000000e+00 : f64
    %cst_2 = arith.constant 1.000000e+00 : f32
    %cst_3 = arith.constant 4.471500e-02 : f32
    %cst_4 = arith.constant 3.000000e+00 : f32
    %cst_5 = arith.constant 5.000000e-01 : f32
    %cst_6 = arith.constant 1.000000e-05 : f64
    %cst_7 = arith.constant 0.000000e+00 : f64
    %cst_8 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<4x4x4x4x3xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg1 : tensor<3x4x4x4x4xf32>) outs(%0 : tensor<4x4x4x4x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x4x4x4x3xf32>
    %2 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%1 : tensor<4x4x4x4x3xf32>) outs(%0 : tensor<4x4x4x4x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x4x4x4x3xf32>
    %3 = tensor.empty() : tensor<2x3x7x9x11xf32>
    %4 = linalg.fill ins(%cst_8 : f32) outs(%3 : tensor<2x3x7x9x11xf32>) -> tensor<2x3x7x9x11xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xf32> into tensor<2x3x7x9x11xf32>
    %5 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %6 = linalg.fill ins(%cst_8 : f32) outs(%5 : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %7 = linalg.generic {indexing_maps = [#map3, #map4, #map5], iterator_types = ["reduction", "parallel", "parallel", "reduction", "parallel", "reduction", "parallel", "reduction", "parallel"]} ins(%inserted_slice, %2 : tensor<2x3x7x9x11xf32>, tensor<4x4x4x4x3xf32>) outs(%6 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      %59 = arith.addf %out, %58 : f32
      linalg.yield %59 : f32
    } -> tensor<2x4x4x6x8xf32>
    %expanded = tensor.expand_shape %arg2 [[0, 1, 2, 3]] output_shape [4, 1, 1, 1] : tensor<4xf32> into tensor<4x1x1x1xf32>
    %8 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<4x1x1x1xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %9 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7, %8 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.addf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %10 = tensor.empty() : tensor<2x4x4x6x8xf64>
    %11 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f32, %out: f64):
      %58 = arith.extf %in : f32 to f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6x8xf64>
    %12 = tensor.empty() : tensor<2x4x4x6xf64>
    %13 = linalg.fill ins(%cst_7 : f64) outs(%12 : tensor<2x4x4x6xf64>) -> tensor<2x4x4x6xf64>
    %14 = linalg.generic {indexing_maps = [#map1, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%11 : tensor<2x4x4x6x8xf64>) outs(%13 : tensor<2x4x4x6xf64>) {
    ^bb0(%in: f64, %out: f64):
      %58 = arith.addf %out, %in : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6xf64>
    %expanded_9 = tensor.expand_shape %14 [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf64> into tensor<2x4x4x6x1xf64>
    %15 = tensor.empty() : tensor<1xf64>
    %16 = linalg.generic {indexing_maps = [#map8], iterator_types = ["parallel"]} outs(%15 : tensor<1xf64>) {
    ^bb0(%out: f64):
      linalg.yield %cst_1 : f64
    } -> tensor<1xf64>
    %collapsed = tensor.collapse_shape %16 [] : tensor<1xf64> into tensor<f64>
    %17 = tensor.empty() : tensor<2x4x4x6x1xf64>
    %18 = linalg.generic {indexing_maps = [#map9, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<f64>) outs(%17 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      linalg.yield %in : f64
    } -> tensor<2x4x4x6x1xf64>
    %19 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_9, %18 : tensor<2x4x4x6x1xf64>, tensor<2x4x4x6x1xf64>) outs(%17 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %in_15: f64, %out: f64):
      %58 = arith.divf %in, %in_15 : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6x1xf64>
    %20 = linalg.generic {indexing_maps = [#map10, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<2x4x4x6x1xf64>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %out: f64):
      linalg.yield %in : f64
    } -> tensor<2x4x4x6x8xf64>
    %21 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %20 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x8xf64>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_15: f64, %out: f64):
      %58 = arith.subf %in, %in_15 : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6x8xf64>
    %22 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %21 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x8xf64>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_15: f64, %out: f64):
      %58 = arith.mulf %in, %in_15 : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6x8xf64>
    %23 = linalg.generic {indexing_maps = [#map1, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22 : tensor<2x4x4x6x8xf64>) outs(%13 : tensor<2x4x4x6xf64>) {
    ^bb0(%in: f64, %out: f64):
      %58 = arith.addf %out, %in : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6xf64>
    %expanded_10 = tensor.expand_shape %23 [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf64> into tensor<2x4x4x6x1xf64>
    %24 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_10, %18 : tensor<2x4x4x6x1xf64>, tensor<2x4x4x6x1xf64>) outs(%17 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %in_15: f64, %out: f64):
      %58 = arith.divf %in, %in_15 : f64
      linalg.yield %58 : f64
    } -> tensor<2x4x4x6x1xf64>
    %25 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %26 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x4x4x6x1xf64>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %58 = arith.truncf %in : f64 to f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x1xf32>
    %27 = tensor.empty() : tensor<2x4x4x6xf32>
    %28 = linalg.fill ins(%cst_8 : f32) outs(%27 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %29 = linalg.generic {indexing_maps = [#map1, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%9 : tensor<2x4x4x6x8xf32>) outs(%28 : tensor<2x4x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = arith.addf %out, %in : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6xf32>
    %expanded_11 = tensor.expand_shape %29 [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf32> into tensor<2x4x4x6x1xf32>
    %30 = tensor.empty() : tensor<1xf32>
    %31 = linalg.generic {indexing_maps = [#map8], iterator_types = ["parallel"]} outs(%30 : tensor<1xf32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_0 : f32
    } -> tensor<1xf32>
    %collapsed_12 = tensor.collapse_shape %31 [] : tensor<1xf32> into tensor<f32>
    %32 = linalg.generic {indexing_maps = [#map9, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_12 : tensor<f32>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x1xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_11, %32 : tensor<2x4x4x6x1xf32>, tensor<2x4x4x6x1xf32>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.divf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x1xf32>
    %34 = linalg.generic {indexing_maps = [#map8], iterator_types = ["parallel"]} outs(%30 : tensor<1xf32>) {
    ^bb0(%out: f32):
      %58 = arith.truncf %cst_6 : f64 to f32
      linalg.yield %58 : f32
    } -> tensor<1xf32>
    %collapsed_13 = tensor.collapse_shape %34 [] : tensor<1xf32> into tensor<f32>
    %35 = linalg.generic {indexing_maps = [#map9, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_13 : tensor<f32>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x1xf32>
    %36 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %35 : tensor<2x4x4x6x1xf32>, tensor<2x4x4x6x1xf32>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.addf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x1xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%36 : tensor<2x4x4x6x1xf32>) outs(%25 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = math.rsqrt %in : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x1xf32>
    %38 = linalg.generic {indexing_maps = [#map10, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9, %38 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.subf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %40 = linalg.generic {indexing_maps = [#map10, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%37 : tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %41 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%39, %40 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %42 = linalg.generic {indexing_maps = [#map11, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %43 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%41, %42 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %44 = linalg.generic {indexing_maps = [#map11, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %45 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%43, %44 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.addf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %46 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%45 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = arith.mulf %in, %cst_5 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %47 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%out: f32):
      linalg.yield %cst : f32
    } -> tensor<2x4x4x6x8xf32>
    %48 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%45 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = math.powf %in, %cst_4 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %49 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%48 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = arith.mulf %in, %cst_3 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %50 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%45, %49 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.addf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %51 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%47, %50 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %52 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = math.tanh %in : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %53 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%52 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %58 = arith.addf %in, %cst_2 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %54 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%53, %46 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    %55 = linalg.generic {indexing_maps = [#map8], iterator_types = ["parallel"]} outs(%30 : tensor<1xf32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_2 : f32
    } -> tensor<1xf32>
    %collapsed_14 = tensor.collapse_shape %55 [] : tensor<1xf32> into tensor<f32>
    %56 = linalg.generic {indexing_maps = [#map9, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_14 : tensor<f32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %57 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%54, %56 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_15: f32, %out: f32):
      %58 = arith.mulf %in, %in_15 : f32
      linalg.yield %58 : f32
    } -> tensor<2x4x4x6x8xf32>
    return %57 : tensor<2x4x4x6x8xf32>
  }
}
