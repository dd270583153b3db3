// iree-turbine 3.9.0 with IREE 3.13.0, input phase. ConvTranspose3d, LayerNorm over
// the last axis, GELU, a scale, all bf16, statistics included.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xbf16>, %arg1: tensor<3x4x4x4x4xbf16>, %arg2: tensor<4xbf16>, %arg3: tensor<8xbf16>, %arg4: tensor<8xbf16>) -> tensor<2x4x4x6x8xbf16> {
    %cst = arith.constant 0.000000e+00 : bf16
    %cst_0 = arith.constant 2.000000e+00 : bf16
    %cst_1 = arith.constant 1.000000e+00 : bf16
    %cst_2 = arith.constant 5.000000e-01 : bf16
    %cst_3 = arith.constant 9.99999974E-6 : f32
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 8.000000e+00 : bf16
    %5 = tensor.empty() : tensor<4x3x4x4x4xbf16>
    %6 = linalg.fill ins(%cst : bf16) outs(%5 : tensor<4x3x4x4x4xbf16>) -> tensor<4x3x4x4x4xbf16>
    %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%6 : tensor<4x3x4x4x4xbf16>) {
    ^bb0(%out: bf16):
      %34 = linalg.index 0 : index
      %35 = linalg.index 1 : index
      %36 = linalg.index 2 : index
      %37 = linalg.index 3 : index
      %38 = linalg.index 4 : index
      %39 = arith.subi %c3, %36 : index
      %40 = arith.subi %c3, %37 : index
      %41 = arith.subi %c3, %38 : index
      %extracted = tensor.extract %arg1[%35, %34, %39, %40, %41] : tensor<3x4x4x4x4xbf16>
      linalg.yield %extracted : bf16
    } -> tensor<4x3x4x4x4xbf16>
    %8 = tensor.empty() : tensor<2x3x7x9x11xbf16>
    %9 = linalg.fill ins(%cst : bf16) outs(%8 : tensor<2x3x7x9x11xbf16>) -> tensor<2x3x7x9x11xbf16>
    %inserted_slice = tensor.insert_slice %arg0 into %9[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xbf16> into tensor<2x3x7x9x11xbf16>
    %10 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %11 = tensor.empty() : tensor<4xf32>
    %12 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%arg2 : tensor<4xbf16>) outs(%11 : tensor<4xf32>) {
    ^bb0(%in: bf16, %out: f32):
      %34 = arith.extf %in : bf16 to f32
      linalg.yield %34 : f32
    } -> tensor<4xf32>
    %broadcasted = linalg.broadcast ins(%12 : tensor<4xf32>) outs(%10 : tensor<2x4x4x6x8xf32>) dimensions = [0, 2, 3, 4] 
    %13 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %7 : tensor<2x3x7x9x11xbf16>, tensor<4x3x4x4x4xbf16>) outs(%broadcasted : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %14 = tensor.empty() : tensor<2x4x4x6x8xbf16>
    %15 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x4x4x6x8xf32>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %34 = arith.truncf %in : f32 to bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %16 = tensor.empty() : tensor<2x4x4x6x1xbf16>
    %17 = linalg.fill ins(%cst : bf16) outs(%16 : tensor<2x4x4x6x1xbf16>) -> tensor<2x4x4x6x1xbf16>
    %18 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%15 : tensor<2x4x4x6x8xbf16>) outs(%17 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = arith.addf %in, %out : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %19 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x4x6x1xbf16>) outs(%16 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = arith.divf %in, %cst_4 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %collapsed = tensor.collapse_shape %19 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xbf16> into tensor<2x4x4x6xbf16>
    %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x4x4x6xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      linalg.yield %in : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15, %20 : tensor<2x4x4x6x8xbf16>, tensor<2x4x4x6x8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %in_6: bf16, %out: bf16):
      %34 = arith.subf %in, %in_6 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %21 : tensor<2x4x4x6x8xbf16>, tensor<2x4x4x6x8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %in_6: bf16, %out: bf16):
      %34 = arith.mulf %in, %in_6 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %23 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22 : tensor<2x4x4x6x8xbf16>) outs(%17 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = arith.addf %in, %out : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x4x6x1xbf16>) outs(%16 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = arith.divf %in, %cst_4 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x4x4x6x1xbf16>) outs(%16 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = arith.truncf %cst_3 : f32 to bf16
      %35 = arith.addf %in, %34 : bf16
      linalg.yield %35 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x4x4x6x1xbf16>) outs(%16 : tensor<2x4x4x6x1xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = math.rsqrt %in : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x1xbf16>
    %collapsed_5 = tensor.collapse_shape %26 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xbf16> into tensor<2x4x4x6xbf16>
    %27 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5 : tensor<2x4x4x6xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      linalg.yield %in : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %27 : tensor<2x4x4x6x8xbf16>, tensor<2x4x4x6x8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %in_6: bf16, %out: bf16):
      %34 = arith.mulf %in, %in_6 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%28, %arg3 : tensor<2x4x4x6x8xbf16>, tensor<8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %in_6: bf16, %out: bf16):
      %34 = arith.mulf %in, %in_6 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %arg4 : tensor<2x4x4x6x8xbf16>, tensor<8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %in_6: bf16, %out: bf16):
      %34 = arith.addf %in, %in_6 : bf16
      linalg.yield %34 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %31 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<2x4x4x6x8xbf16>) outs(%14 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %34 = math.sqrt %cst_0 : bf16
      %35 = arith.divf %in, %34 : bf16
      %36 = math.erf %35 : bf16
      %37 = arith.addf %36, %cst_1 : bf16
      %38 = arith.mulf %37, %cst_2 : bf16
      %39 = arith.mulf %in, %38 : bf16
      linalg.yield %39 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    return %31 : tensor<2x4x4x6x8xbf16>
  }
}
