// torch-mlir 20261001, imported from ONNX, opset 17. ConvTranspose3d, LayerNorm over
// the last axis, GELU, a scale of 1.0 that is still there; LayerNorm as an operation
// of ONNX.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> ()>
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x4x4x6x8xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_1 = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_2 = arith.constant dense<1.41421354> : tensor<f32>
    %c3 = arith.constant 3 : index
    %cst_3 = arith.constant 8.000000e+00 : f32
    %cst_4 = arith.constant 9.99999974E-6 : f32
    %0 = tensor.empty() : tensor<4x3x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4x4xf32>) -> tensor<4x3x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4x4xf32>) {
    ^bb0(%out: f32):
      %28 = linalg.index 0 : index
      %29 = linalg.index 1 : index
      %30 = linalg.index 2 : index
      %31 = linalg.index 3 : index
      %32 = linalg.index 4 : index
      %33 = arith.subi %c3, %30 : index
      %34 = arith.subi %c3, %31 : index
      %35 = arith.subi %c3, %32 : index
      %extracted = tensor.extract %arg1[%29, %28, %33, %34, %35] : tensor<3x4x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x7x9x11xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x7x9x11xf32>) -> tensor<2x3x7x9x11xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xf32> into tensor<2x3x7x9x11xf32>
    %5 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<2x3x7x9x11xf32>, tensor<4x3x4x4x4xf32>) outs(%broadcasted : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %7 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<2x4x4x6x1xf32>) -> tensor<2x4x4x6x1xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x4x4x6x8xf32>) outs(%8 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = arith.addf %in, %out : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x4x6x1xf32>) outs(%7 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = arith.divf %in, %cst_3 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %collapsed = tensor.collapse_shape %10 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xf32> into tensor<2x4x4x6xf32>
    %11 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x4x4x6xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %11 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.subf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12, %12 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x4x4x6x8xf32>) outs(%8 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = arith.addf %in, %out : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x4x6x1xf32>) outs(%7 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = arith.divf %in, %cst_3 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x4x6x1xf32>) outs(%7 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = arith.addf %in, %cst_4 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x4x6x1xf32>) outs(%7 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = math.rsqrt %in : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x1xf32>
    %collapsed_5 = tensor.collapse_shape %17 [[0], [1], [2], [3, 4]] : tensor<2x4x4x6x1xf32> into tensor<2x4x4x6xf32>
    %18 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5 : tensor<2x4x4x6xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x4x6x8xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12, %18 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %arg3 : tensor<2x4x4x6x8xf32>, tensor<8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %arg4 : tensor<2x4x4x6x8xf32>, tensor<8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.addf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %cst_2 : tensor<2x4x4x6x8xf32>, tensor<f32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.divf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = math.erf %in : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %cst_1 : tensor<2x4x4x6x8xf32>, tensor<f32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.addf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %24 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %cst_0 : tensor<2x4x4x6x8xf32>, tensor<f32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %cst_1 : tensor<2x4x4x6x8xf32>, tensor<f32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %28 = arith.mulf %in, %in_6 : f32
      linalg.yield %28 : f32
    } -> tensor<2x4x4x6x8xf32>
    return %27 : tensor<2x4x4x6x8xf32>
  }
}
