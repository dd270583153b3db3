// Segment Anything's upscaling, its first step before the norm: k=2, s=2, 256 -> 64, GELU; 16 masks.
// Exported by torch-mlir 20261001, torch 2.15.0.
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
module {
  func.func @main(%arg0: tensor<16x256x64x64xf32>, %arg1: tensor<256x64x2x2xf32>, %arg2: tensor<64xf32>) -> tensor<16x64x128x128xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %c1 = arith.constant 1 : index
    %cst_2 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<64x256x2x2xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<64x256x2x2xf32>) -> tensor<64x256x2x2xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<64x256x2x2xf32>) {
    ^bb0(%out: f32):
      %8 = linalg.index 0 : index
      %9 = linalg.index 1 : index
      %10 = linalg.index 2 : index
      %11 = linalg.index 3 : index
      %12 = arith.subi %c1, %10 : index
      %13 = arith.subi %c1, %11 : index
      %extracted = tensor.extract %arg1[%9, %8, %12, %13] : tensor<256x64x2x2xf32>
      linalg.yield %extracted : f32
    } -> tensor<64x256x2x2xf32>
    %3 = tensor.empty() : tensor<16x256x129x129xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<16x256x129x129xf32>) -> tensor<16x256x129x129xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1] [16, 256, 64, 64] [1, 1, 2, 2] : tensor<16x256x64x64xf32> into tensor<16x256x129x129xf32>
    %5 = tensor.empty() : tensor<16x64x128x128xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<64xf32>) outs(%5 : tensor<16x64x128x128xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<16x256x129x129xf32>, tensor<64x256x2x2xf32>) outs(%broadcasted : tensor<16x64x128x128xf32>) -> tensor<16x64x128x128xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<16x64x128x128xf32>) outs(%5 : tensor<16x64x128x128xf32>) {
    ^bb0(%in: f32, %out: f32):
      %8 = arith.divf %in, %cst_2 : f32
      %9 = math.erf %8 : f32
      %10 = arith.addf %9, %cst_0 : f32
      %11 = arith.mulf %10, %cst_1 : f32
      %12 = arith.mulf %in, %11 : f32
      linalg.yield %12 : f32
    } -> tensor<16x64x128x128xf32>
    return %7 : tensor<16x64x128x128xf32>
  }
}

