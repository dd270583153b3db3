// iree-turbine 3.9.0 with IREE 3.13.0, preprocessing to channels last. The input is
// transposed after it is stuffed.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<3x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<10xf32>, %arg4: tensor<10xf32>) -> tensor<2x4x8x10xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.41421354 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 9.99999974E-6 : f32
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 1.000000e+01 : f32
    %5 = tensor.empty() : tensor<4x3x4x4xf32>
    %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%6 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %43 = linalg.index 0 : index
      %44 = linalg.index 1 : index
      %45 = linalg.index 2 : index
      %46 = linalg.index 3 : index
      %47 = arith.subi %c3, %45 : index
      %48 = arith.subi %c3, %46 : index
      %extracted = tensor.extract %arg1[%44, %43, %47, %48] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %8 = tensor.empty() : tensor<2x3x11x13xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x3x11x13xf32>) -> tensor<2x3x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %9[0, 0, 2, 2] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x11x13xf32>
    %10 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%10 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %11 = tensor.empty() : tensor<2x11x13x3xf32>
    %transposed = linalg.transpose ins(%inserted_slice : tensor<2x3x11x13xf32>) outs(%11 : tensor<2x11x13x3xf32>) permutation = [0, 2, 3, 1] 
    %12 = tensor.empty() : tensor<4x4x3x4xf32>
    %transposed_5 = linalg.transpose ins(%7 : tensor<4x3x4x4xf32>) outs(%12 : tensor<4x4x3x4xf32>) permutation = [2, 3, 1, 0] 
    %13 = tensor.empty() : tensor<2x8x10x4xf32>
    %transposed_6 = linalg.transpose ins(%broadcasted : tensor<2x4x8x10xf32>) outs(%13 : tensor<2x8x10x4xf32>) permutation = [0, 2, 3, 1] 
    %14 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%transposed, %transposed_5 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%transposed_6 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %expanded = tensor.expand_shape %14 [[0], [1, 2], [3], [4]] output_shape [2, 1, 8, 10, 4] : tensor<2x8x10x4xf32> into tensor<2x1x8x10x4xf32>
    %15 = tensor.empty() : tensor<2x4x8x1xf32>
    %16 = linalg.fill ins(%cst : f32) outs(%15 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %17 = tensor.empty() : tensor<2x1x8x1x4xf32>
    %18 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x1x8x1x4xf32>) -> tensor<2x1x8x1x4xf32>
    %19 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, 0, d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%expanded : tensor<2x1x8x10x4xf32>) outs(%18 : tensor<2x1x8x1x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.addf %in, %out : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x1x4xf32>
    %20 = tensor.empty() : tensor<2x1x8x1x4xf32>
    %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<2x1x8x1x4xf32>) outs(%20 : tensor<2x1x8x1x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.divf %in, %cst_4 : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x1x4xf32>
    %collapsed = tensor.collapse_shape %21 [[0], [1, 2], [3], [4]] : tensor<2x1x8x1x4xf32> into tensor<2x8x1x4xf32>
    %transposed_7 = linalg.transpose ins(%collapsed : tensor<2x8x1x4xf32>) outs(%15 : tensor<2x4x8x1xf32>) permutation = [0, 3, 1, 2] 
    %collapsed_8 = tensor.collapse_shape %transposed_7 [[0], [1], [2, 3]] : tensor<2x4x8x1xf32> into tensor<2x4x8xf32>
    %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_8 : tensor<2x4x8xf32>) outs(%10 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x10xf32>
    %23 = tensor.empty() : tensor<2x1x8x10x4xf32>
    %24 = tensor.empty() : tensor<2x8x10x4xf32>
    %transposed_9 = linalg.transpose ins(%22 : tensor<2x4x8x10xf32>) outs(%24 : tensor<2x8x10x4xf32>) permutation = [0, 2, 3, 1] 
    %expanded_10 = tensor.expand_shape %transposed_9 [[0], [1, 2], [3], [4]] output_shape [2, 1, 8, 10, 4] : tensor<2x8x10x4xf32> into tensor<2x1x8x10x4xf32>
    %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded, %expanded_10 : tensor<2x1x8x10x4xf32>, tensor<2x1x8x10x4xf32>) outs(%23 : tensor<2x1x8x10x4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %43 = arith.subf %in, %in_18 : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x10x4xf32>
    %collapsed_11 = tensor.collapse_shape %25 [[0], [1, 2], [3], [4]] : tensor<2x1x8x10x4xf32> into tensor<2x8x10x4xf32>
    %transposed_12 = linalg.transpose ins(%collapsed_11 : tensor<2x8x10x4xf32>) outs(%10 : tensor<2x4x8x10xf32>) permutation = [0, 3, 1, 2] 
    %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%transposed_12, %transposed_12 : tensor<2x4x8x10xf32>, tensor<2x4x8x10xf32>) outs(%10 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %43 = arith.mulf %in, %in_18 : f32
      linalg.yield %43 : f32
    } -> tensor<2x4x8x10xf32>
    %27 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%26 : tensor<2x4x8x10xf32>) outs(%16 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.addf %in, %out : f32
      linalg.yield %43 : f32
    } -> tensor<2x4x8x1xf32>
    %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x8x1xf32>) outs(%15 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.divf %in, %cst_4 : f32
      linalg.yield %43 : f32
    } -> tensor<2x4x8x1xf32>
    %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<2x4x8x1xf32>) outs(%15 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.addf %in, %cst_3 : f32
      linalg.yield %43 : f32
    } -> tensor<2x4x8x1xf32>
    %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29 : tensor<2x4x8x1xf32>) outs(%15 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = math.rsqrt %in : f32
      linalg.yield %43 : f32
    } -> tensor<2x4x8x1xf32>
    %collapsed_13 = tensor.collapse_shape %30 [[0], [1], [2, 3]] : tensor<2x4x8x1xf32> into tensor<2x4x8xf32>
    %31 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_13 : tensor<2x4x8xf32>) outs(%10 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x10xf32>
    %32 = tensor.empty() : tensor<2x1x8x10x4xf32>
    %33 = tensor.empty() : tensor<2x8x10x4xf32>
    %transposed_14 = linalg.transpose ins(%31 : tensor<2x4x8x10xf32>) outs(%33 : tensor<2x8x10x4xf32>) permutation = [0, 2, 3, 1] 
    %expanded_15 = tensor.expand_shape %transposed_14 [[0], [1, 2], [3], [4]] output_shape [2, 1, 8, 10, 4] : tensor<2x8x10x4xf32> into tensor<2x1x8x10x4xf32>
    %34 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %expanded_15 : tensor<2x1x8x10x4xf32>, tensor<2x1x8x10x4xf32>) outs(%32 : tensor<2x1x8x10x4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %43 = arith.mulf %in, %in_18 : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x10x4xf32>
    %35 = tensor.empty() : tensor<2x1x8x10x4xf32>
    %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%34, %arg3 : tensor<2x1x8x10x4xf32>, tensor<10xf32>) outs(%35 : tensor<2x1x8x10x4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %43 = arith.mulf %in, %in_18 : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x10x4xf32>
    %37 = tensor.empty() : tensor<2x1x8x10x4xf32>
    %38 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%36, %arg4 : tensor<2x1x8x10x4xf32>, tensor<10xf32>) outs(%37 : tensor<2x1x8x10x4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %43 = arith.addf %in, %in_18 : f32
      linalg.yield %43 : f32
    } -> tensor<2x1x8x10x4xf32>
    %39 = tensor.empty() : tensor<2x1x8x10x4xf32>
    %40 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x1x8x10x4xf32>) outs(%39 : tensor<2x1x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %43 = arith.divf %in, %cst_0 : f32
      %44 = math.erf %43 : f32
      %45 = arith.addf %44, %cst_1 : f32
      %46 = arith.mulf %45, %cst_2 : f32
      %47 = arith.mulf %in, %46 : f32
      linalg.yield %47 : f32
    } -> tensor<2x1x8x10x4xf32>
    %collapsed_16 = tensor.collapse_shape %40 [[0], [1, 2], [3], [4]] : tensor<2x1x8x10x4xf32> into tensor<2x8x10x4xf32>
    %transposed_17 = linalg.transpose ins(%collapsed_16 : tensor<2x8x10x4xf32>) outs(%10 : tensor<2x4x8x10xf32>) permutation = [0, 3, 1, 2] 
    return %transposed_17 : tensor<2x4x8x10xf32>
  }
}
