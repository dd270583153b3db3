// jax 0.10.2, lowered by jaxlib. A grouped transposed convolution as one generic with
// a loop for the groups.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d7, d0, d1, d3 + d4, d5 + d6)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d2, d1, d4, d6)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d7, d0, d2, d3, d5)>
#map5 = affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1, d2, d3) -> ()>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d3)>
#map11 = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, d3)>
#map12 = affine_map<(d0, d1, d2, d3) -> (d0, d1, -d2 + 3, -d3 + 3)>
#map13 = affine_map<() -> ()>
module {
  func.func @main(%arg0: tensor<2x4x4x5xf32>, %arg1: tensor<4x3x4x4xf32>, %arg2: tensor<6xf32>, %arg3: tensor<10xf32>, %arg4: tensor<10xf32>) -> tensor<2x6x8x10xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant dense<0.699999988> : tensor<f32>
    %cst_1 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_2 = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_3 = arith.constant dense<0.797884583> : tensor<f32>
    %cst_4 = arith.constant dense<4.471500e-02> : tensor<f32>
    %cst_5 = arith.constant dense<9.99999974E-6> : tensor<f32>
    %cst_6 = arith.constant dense<0> : tensor<i32>
    %cst_7 = arith.constant dense<1.000000e+01> : tensor<f32>
    %0 = call @_flip(%arg1) : (tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %expanded = tensor.expand_shape %0 [[0, 1], [2], [3], [4]] output_shape [2, 2, 3, 4, 4] : tensor<4x3x4x4xf32> into tensor<2x2x3x4x4xf32>
    %1 = tensor.empty() : tensor<2x3x2x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<2x2x3x4x4xf32>) outs(%1 : tensor<2x3x2x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x2x4x4xf32>
    %3 = tensor.empty() : tensor<2x4x11x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x11x13xf32>) -> tensor<2x4x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 4, 4, 5] [1, 1, 2, 2] : tensor<2x4x4x5xf32> into tensor<2x4x11x13xf32>
    %expanded_8 = tensor.expand_shape %inserted_slice [[0], [1, 2], [3], [4]] output_shape [2, 2, 2, 11, 13] : tensor<2x4x11x13xf32> into tensor<2x2x2x11x13xf32>
    %5 = tensor.empty() : tensor<2x2x3x8x10xf32>
    %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<2x2x3x8x10xf32>) -> tensor<2x2x3x8x10xf32>
    %7 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "reduction", "parallel", "parallel", "reduction", "parallel", "reduction", "parallel"]} ins(%expanded_8, %2 : tensor<2x2x2x11x13xf32>, tensor<2x3x2x4x4xf32>) outs(%6 : tensor<2x2x3x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x2x3x8x10xf32>
    %collapsed = tensor.collapse_shape %7 [[0], [1, 2], [3], [4]] : tensor<2x2x3x8x10xf32> into tensor<2x6x8x10xf32>
    %expanded_9 = tensor.expand_shape %arg2 [[0, 1, 2, 3]] output_shape [1, 6, 1, 1] : tensor<6xf32> into tensor<1x6x1x1xf32>
    %8 = tensor.empty() : tensor<2x6x8x10xf32>
    %9 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_9 : tensor<1x6x1x1xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %10 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %9 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %11 = tensor.empty() : tensor<2x6x8xf32>
    %12 = linalg.fill ins(%cst : f32) outs(%11 : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
    %13 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%10 : tensor<2x6x8x10xf32>) outs(%12 : tensor<2x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = arith.addf %out, %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8xf32>
    %14 = tensor.empty() : tensor<2x6x8x1xf32>
    %15 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x6x8xf32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %16 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_7 : tensor<f32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %17 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %16 : tensor<2x6x8x1xf32>, tensor<2x6x8x1xf32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.divf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x1xf32>
    %18 = call @_var(%10, %cst_6) : (tensor<2x6x8x10xf32>, tensor<i32>) -> tensor<2x6x8x1xf32>
    %19 = linalg.generic {indexing_maps = [#map9, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x6x8x1xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %20 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %19 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.subf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %21 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_5 : tensor<f32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %22 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %21 : tensor<2x6x8x1xf32>, tensor<2x6x8x1xf32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x6x8x1xf32>) outs(%14 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = math.rsqrt %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map9, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x6x8x1xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %25 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %24 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %26 = tensor.empty() : tensor<1x1x1x10xf32>
    %27 = linalg.generic {indexing_maps = [#map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<10xf32>) outs(%26 : tensor<1x1x1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x1x1x10xf32>
    %28 = linalg.generic {indexing_maps = [#map11, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<1x1x1x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %29 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25, %28 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %30 = linalg.generic {indexing_maps = [#map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<10xf32>) outs(%26 : tensor<1x1x1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x1x1x10xf32>
    %31 = linalg.generic {indexing_maps = [#map11, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<1x1x1x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %32 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29, %31 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %33 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %32 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %34 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33, %32 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %35 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_4 : tensor<f32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %36 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %34 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %37 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %36 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %38 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_3 : tensor<f32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %39 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %37 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %40 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39 : tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = math.tanh %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %41 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2 : tensor<f32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %42 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %40 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.addf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %43 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %44 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %42 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %45 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %44 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    %46 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_0 : tensor<f32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %47 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %46 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%8 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %48 = arith.mulf %in, %in_10 : f32
      linalg.yield %48 : f32
    } -> tensor<2x6x8x10xf32>
    return %47 : tensor<2x6x8x10xf32>
  }
  func.func private @_flip(%arg0: tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32> {
    %0 = tensor.empty() : tensor<4x3x4x4xf32>
    %1 = linalg.generic {indexing_maps = [#map12, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<4x3x4x4xf32>) outs(%0 : tensor<4x3x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x3x4x4xf32>
    return %1 : tensor<4x3x4x4xf32>
  }
  func.func private @_var(%arg0: tensor<2x6x8x10xf32>, %arg1: tensor<i32>) -> tensor<2x6x8x1xf32> {
    %cst = arith.constant 1.000000e+01 : f32
    %cst_0 = arith.constant dense<0x7FC00000> : tensor<f32>
    %cst_1 = arith.constant dense<1.000000e+01> : tensor<f32>
    %cst_2 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x8xf32>
    %1 = linalg.fill ins(%cst_2 : f32) outs(%0 : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
    %2 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0 : tensor<2x6x8x10xf32>) outs(%1 : tensor<2x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.addf %out, %in : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8xf32>
    %3 = tensor.empty() : tensor<2x6x8x1xf32>
    %4 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x6x8xf32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %5 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %6 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %5 : tensor<2x6x8x1xf32>, tensor<2x6x8x1xf32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %21 = arith.divf %in, %in_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8x1xf32>
    %7 = tensor.empty() : tensor<2x6x8x10xf32>
    %8 = linalg.generic {indexing_maps = [#map9, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x6x8x1xf32>) outs(%7 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x10xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %8 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%7 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %21 = arith.subf %in, %in_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8x10xf32>
    %10 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %9 : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%7 : tensor<2x6x8x10xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %21 = arith.mulf %in, %in_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8x10xf32>
    %11 = tensor.empty() : tensor<f32>
    %12 = linalg.generic {indexing_maps = [#map13, #map13], iterator_types = []} ins(%arg1 : tensor<i32>) outs(%11 : tensor<f32>) {
    ^bb0(%in: i32, %out: f32):
      %21 = arith.sitofp %in : i32 to f32
      linalg.yield %21 : f32
    } -> tensor<f32>
    %13 = linalg.generic {indexing_maps = [#map13, #map13], iterator_types = []} ins(%12 : tensor<f32>) outs(%11 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.subf %cst, %in : f32
      linalg.yield %21 : f32
    } -> tensor<f32>
    %14 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%10 : tensor<2x6x8x10xf32>) outs(%1 : tensor<2x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.addf %out, %in : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8xf32>
    %15 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x6x8xf32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %16 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<f32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %17 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %16 : tensor<2x6x8x1xf32>, tensor<2x6x8x1xf32>) outs(%3 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %21 = arith.divf %in, %in_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x6x8x1xf32>
    %18 = tensor.empty() : tensor<i1>
    %19 = linalg.generic {indexing_maps = [#map13, #map13], iterator_types = []} ins(%13 : tensor<f32>) outs(%18 : tensor<i1>) {
    ^bb0(%in: f32, %out: i1):
      %21 = arith.cmpf ogt, %in, %cst_2 : f32
      linalg.yield %21 : i1
    } -> tensor<i1>
    %20 = call @_where(%19, %17, %cst_0) : (tensor<i1>, tensor<2x6x8x1xf32>, tensor<f32>) -> tensor<2x6x8x1xf32>
    return %20 : tensor<2x6x8x1xf32>
  }
  func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x6x8x1xf32>, %arg2: tensor<f32>) -> tensor<2x6x8x1xf32> {
    %0 = tensor.empty() : tensor<2x6x8x1xf32>
    %1 = linalg.generic {indexing_maps = [#map8, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg2 : tensor<f32>) outs(%0 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x8x1xf32>
    %extracted = tensor.extract %arg0[] : tensor<i1>
    %2 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %1 : tensor<2x6x8x1xf32>, tensor<2x6x8x1xf32>) outs(%0 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %3 = arith.select %extracted, %in, %in_0 : f32
      linalg.yield %3 : f32
    } -> tensor<2x6x8x1xf32>
    return %2 : tensor<2x6x8x1xf32>
  }
}
