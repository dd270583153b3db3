// iree-turbine 3.9.0 with IREE 3.13.0, input phase. ConvTranspose3d, LayerNorm over
// the last axis, GELU, a scale.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x4x4x6x8xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.41421354 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 9.99999974E-6 : f32
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 8.000000e+00 : f32
    %5 = tensor.empty() : tensor<4x3x4x4x4xf32>
    %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<4x3x4x4x4xf32>) -> tensor<4x3x4x4x4xf32>
    %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%6 : tensor<4x3x4x4x4xf32>) {
    ^bb0(%out: f32):
      %30 = linalg.index 0 : index
      %31 = linalg.index 1 : index
      %32 = linalg.index 2 : index
      %33 = linalg.index 3 : index
      %34 = linalg.index 4 : index
      %35 = arith.subi %c3, %32 : index
      %36 = arith.subi %c3, %33 : index
      %37 = arith.subi %c3, %34 : index
      %extracted = tensor.extract %arg1[%31, %30, %35, %36, %37] : tensor<3x4x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4x4xf32>
    %8 = tensor.empty() : tensor<2x3x7x9x11xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x3x7x9x11xf32>) -> tensor<2x3x7x9x11xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %9[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xf32> into tensor<2x3x7x9x11xf32>
    %10 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) dimensions = [0, 2, 3, 4] 
    %11 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %7 : tensor<2x3x7x9x11xf32>, tensor<4x3x4x4x4xf32>) outs(%broadcasted : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %12 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %13 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x4x4x6x1xf32>) -> tensor<2x4x4x6x1xf32>
    %14 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%11 : tensor<2x4x4x6x8xf32>) outs(%13 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %out : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %15 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x4x6x1xf32>) outs(%12 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_4 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %collapsed = tensor.collapse_shape %15 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xf32> into tensor<2x4x4x6xf32>
    %16 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x4x4x6xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %17 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %16 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %30 = arith.subf %in, %in_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x8xf32>
    %18 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17, %17 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %30 = arith.mulf %in, %in_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x8xf32>
    %19 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%18 : tensor<2x4x4x6x8xf32>) outs(%13 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %out : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<2x4x4x6x1xf32>) outs(%12 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_4 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x4x4x6x1xf32>) outs(%12 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %cst_3 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x4x6x1xf32>) outs(%12 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = math.rsqrt %in : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %collapsed_5 = tensor.collapse_shape %22 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xf32> into tensor<2x4x4x6xf32>
    %23 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5 : tensor<2x4x4x6xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17, %23 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %30 = arith.mulf %in, %in_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x8xf32>
    %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24, %arg3 : tensor<2x4x4x6x8xf32>, tensor<8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %30 = arith.mulf %in, %in_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x8xf32>
    %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %arg4 : tensor<2x4x4x6x8xf32>, tensor<8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %30 = arith.addf %in, %in_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x8xf32>
    %27 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26 : tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_0 : f32
      %31 = math.erf %30 : f32
      %32 = arith.addf %31, %cst_1 : f32
      %33 = arith.mulf %32, %cst_2 : f32
      %34 = arith.mulf %in, %33 : f32
      linalg.yield %34 : f32
    } -> tensor<2x4x4x6x8xf32>
    return %27 : tensor<2x4x4x6x8xf32>
  }
}
