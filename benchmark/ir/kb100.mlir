// KernelBench level 2 task 100: ConvTranspose3d, clamp, divide.
// Exported by torch-mlir 20261001, torch 2.15.0.
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
module {
  func.func @main(%arg0: tensor<16x64x24x48x48xf32>, %arg1: tensor<64x128x3x3x3xf32>, %arg2: tensor<128xf32>) -> tensor<16x128x47x95x95xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %c2 = arith.constant 2 : index
    %cst_0 = arith.constant -1.000000e+00 : f32
    %cst_1 = arith.constant 2.000000e+00 : f32
    %0 = tensor.empty() : tensor<128x64x3x3x3xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<128x64x3x3x3xf32>) -> tensor<128x64x3x3x3xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<128x64x3x3x3xf32>) {
    ^bb0(%out: f32):
      %9 = linalg.index 0 : index
      %10 = linalg.index 1 : index
      %11 = linalg.index 2 : index
      %12 = linalg.index 3 : index
      %13 = linalg.index 4 : index
      %14 = arith.subi %c2, %11 : index
      %15 = arith.subi %c2, %12 : index
      %16 = arith.subi %c2, %13 : index
      %extracted = tensor.extract %arg1[%10, %9, %14, %15, %16] : tensor<64x128x3x3x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<128x64x3x3x3xf32>
    %3 = tensor.empty() : tensor<16x64x49x97x97xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<16x64x49x97x97xf32>) -> tensor<16x64x49x97x97xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1, 1] [16, 64, 24, 48, 48] [1, 1, 2, 2, 2] : tensor<16x64x24x48x48xf32> into tensor<16x64x49x97x97xf32>
    %5 = tensor.empty() : tensor<16x128x47x95x95xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<128xf32>) outs(%5 : tensor<16x128x47x95x95xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<16x64x49x97x97xf32>, tensor<128x64x3x3x3xf32>) outs(%broadcasted : tensor<16x128x47x95x95xf32>) -> tensor<16x128x47x95x95xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<16x128x47x95x95xf32>) outs(%5 : tensor<16x128x47x95x95xf32>) {
    ^bb0(%in: f32, %out: f32):
      %9 = arith.cmpf ult, %in, %cst_0 : f32
      %10 = arith.select %9, %cst_0, %in : f32
      linalg.yield %10 : f32
    } -> tensor<16x128x47x95x95xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<16x128x47x95x95xf32>) outs(%5 : tensor<16x128x47x95x95xf32>) {
    ^bb0(%in: f32, %out: f32):
      %9 = arith.divf %in, %cst_1 : f32
      linalg.yield %9 : f32
    } -> tensor<16x128x47x95x95xf32>
    return %8 : tensor<16x128x47x95x95xf32>
  }
}

