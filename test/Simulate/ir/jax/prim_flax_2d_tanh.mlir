// jax 0.10.2 with flax 0.12.8, lowered by jaxlib to primitive operations. linalg.map,
// linalg.reduce and linalg.broadcast in place of generics.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
module {
  func.func @main(%arg0: tensor<2x4x5x3xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4x4x3x4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>) -> tensor<2x8x10x4xf32> {
    %cst = arith.constant dense<0.699999988> : tensor<2x8x10x4xf32>
    %cst_0 = arith.constant dense<5.000000e-01> : tensor<2x8x10x4xf32>
    %cst_1 = arith.constant dense<1.000000e+00> : tensor<2x8x10x4xf32>
    %cst_2 = arith.constant dense<0.797884583> : tensor<2x8x10x4xf32>
    %cst_3 = arith.constant dense<4.471500e-02> : tensor<2x8x10x4xf32>
    %cst_4 = arith.constant dense<9.99999997E-7> : tensor<2x8x10x1xf32>
    %cst_5 = arith.constant dense<0.000000e+00> : tensor<2x8x10xf32>
    %cst_6 = arith.constant dense<4.000000e+00> : tensor<2x8x10xf32>
    %cst_7 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x8x10x4xf32>
    %1 = linalg.fill ins(%cst_7 : f32) outs(%0 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %2 = tensor.empty() : tensor<2x11x13x3xf32>
    %3 = linalg.fill ins(%cst_7 : f32) outs(%2 : tensor<2x11x13x3xf32>) -> tensor<2x11x13x3xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %3[0, 2, 2, 0] [2, 4, 5, 3] [1, 2, 2, 1] : tensor<2x4x5x3xf32> into tensor<2x11x13x3xf32>
    %4 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%inserted_slice, %arg2 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%1 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %broadcasted = linalg.broadcast ins(%arg1 : tensor<4xf32>) outs(%0 : tensor<2x8x10x4xf32>) dimensions = [0, 1, 2] 
    %mapped = linalg.map { arith.addf } ins(%4, %broadcasted : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_8 = linalg.map { arith.mulf } ins(%mapped, %mapped : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %5 = tensor.empty() : tensor<2x8x10xf32>
    %6 = linalg.fill ins(%cst_7 : f32) outs(%5 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %reduced = linalg.reduce { arith.addf } ins(%mapped : tensor<2x8x10x4xf32>) outs(%6 : tensor<2x8x10xf32>) dimensions = [3] 
    %mapped_9 = linalg.map { arith.divf } ins(%reduced, %cst_6 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%5 : tensor<2x8x10xf32>)
    %reduced_10 = linalg.reduce { arith.addf } ins(%mapped_8 : tensor<2x8x10x4xf32>) outs(%6 : tensor<2x8x10xf32>) dimensions = [3] 
    %mapped_11 = linalg.map { arith.divf } ins(%reduced_10, %cst_6 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%5 : tensor<2x8x10xf32>)
    %mapped_12 = linalg.map { arith.mulf } ins(%mapped_9, %mapped_9 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%5 : tensor<2x8x10xf32>)
    %mapped_13 = linalg.map { arith.subf } ins(%mapped_11, %mapped_12 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%5 : tensor<2x8x10xf32>)
    %mapped_14 = linalg.map { arith.maximumf } ins(%cst_5, %mapped_13 : tensor<2x8x10xf32>, tensor<2x8x10xf32>) outs(%5 : tensor<2x8x10xf32>)
    %7 = tensor.empty() : tensor<2x8x10x1xf32>
    %broadcasted_15 = linalg.broadcast ins(%mapped_9 : tensor<2x8x10xf32>) outs(%7 : tensor<2x8x10x1xf32>) dimensions = [3] 
    %broadcasted_16 = linalg.broadcast ins(%mapped_14 : tensor<2x8x10xf32>) outs(%7 : tensor<2x8x10x1xf32>) dimensions = [3] 
    %collapsed = tensor.collapse_shape %broadcasted_15 [[0], [1], [2, 3]] : tensor<2x8x10x1xf32> into tensor<2x8x10xf32>
    %broadcasted_17 = linalg.broadcast ins(%collapsed : tensor<2x8x10xf32>) outs(%0 : tensor<2x8x10x4xf32>) dimensions = [3] 
    %mapped_18 = linalg.map { arith.subf } ins(%mapped, %broadcasted_17 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_19 = linalg.map { arith.addf } ins(%broadcasted_16, %cst_4 : tensor<2x8x10x1xf32>, tensor<2x8x10x1xf32>) outs(%7 : tensor<2x8x10x1xf32>)
    %mapped_20 = linalg.map { math.rsqrt } ins(%mapped_19 : tensor<2x8x10x1xf32>) outs(%7 : tensor<2x8x10x1xf32>)
    %collapsed_21 = tensor.collapse_shape %mapped_20 [[0], [1], [2, 3]] : tensor<2x8x10x1xf32> into tensor<2x8x10xf32>
    %broadcasted_22 = linalg.broadcast ins(%collapsed_21 : tensor<2x8x10xf32>) outs(%0 : tensor<2x8x10x4xf32>) dimensions = [3] 
    %broadcasted_23 = linalg.broadcast ins(%arg4 : tensor<4xf32>) outs(%0 : tensor<2x8x10x4xf32>) dimensions = [0, 1, 2] 
    %mapped_24 = linalg.map { arith.mulf } ins(%broadcasted_22, %broadcasted_23 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_25 = linalg.map { arith.mulf } ins(%mapped_18, %mapped_24 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %broadcasted_26 = linalg.broadcast ins(%arg3 : tensor<4xf32>) outs(%0 : tensor<2x8x10x4xf32>) dimensions = [0, 1, 2] 
    %mapped_27 = linalg.map { arith.addf } ins(%mapped_25, %broadcasted_26 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_28 = linalg.map { arith.mulf } ins(%mapped_27, %mapped_27 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_29 = linalg.map { arith.mulf } ins(%mapped_28, %mapped_27 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_30 = linalg.map { arith.mulf } ins(%cst_3, %mapped_29 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_31 = linalg.map { arith.addf } ins(%mapped_27, %mapped_30 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_32 = linalg.map { arith.mulf } ins(%cst_2, %mapped_31 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_33 = linalg.map { math.tanh } ins(%mapped_32 : tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_34 = linalg.map { arith.addf } ins(%cst_1, %mapped_33 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_35 = linalg.map { arith.mulf } ins(%cst_0, %mapped_34 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_36 = linalg.map { arith.mulf } ins(%mapped_27, %mapped_35 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    %mapped_37 = linalg.map { arith.mulf } ins(%mapped_36, %cst : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%0 : tensor<2x8x10x4xf32>)
    return %mapped_37 : tensor<2x8x10x4xf32>
  }
}
