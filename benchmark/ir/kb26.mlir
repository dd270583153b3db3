// KernelBench level 2 task 26: ConvTranspose3d, add, hardswish.
// Exported by torch-mlir 20261001, torch 2.15.0.
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
module {
  func.func @main(%arg0: tensor<128x32x16x16x16xf32>, %arg1: tensor<32x64x3x3x3xf32>, %arg2: tensor<64xf32>, %arg3: tensor<128x64x32x32x32xf32>) -> tensor<128x64x32x32x32xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %c2 = arith.constant 2 : index
    %cst_0 = arith.constant 3.000000e+00 : f32
    %cst_1 = arith.constant 6.000000e+00 : f32
    %0 = tensor.empty() : tensor<64x32x3x3x3xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<64x32x3x3x3xf32>) -> tensor<64x32x3x3x3xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<64x32x3x3x3xf32>) {
    ^bb0(%out: f32):
      %14 = linalg.index 0 : index
      %15 = linalg.index 1 : index
      %16 = linalg.index 2 : index
      %17 = linalg.index 3 : index
      %18 = linalg.index 4 : index
      %19 = arith.subi %c2, %16 : index
      %20 = arith.subi %c2, %17 : index
      %21 = arith.subi %c2, %18 : index
      %extracted = tensor.extract %arg1[%15, %14, %19, %20, %21] : tensor<32x64x3x3x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<64x32x3x3x3xf32>
    %3 = tensor.empty() : tensor<128x32x34x34x34xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<128x32x34x34x34xf32>) -> tensor<128x32x34x34x34xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1, 1] [128, 32, 16, 16, 16] [1, 1, 2, 2, 2] : tensor<128x32x16x16x16xf32> into tensor<128x32x34x34x34xf32>
    %5 = tensor.empty() : tensor<128x64x32x32x32xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<64xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<128x32x34x34x34xf32>, tensor<64x32x3x3x3xf32>) outs(%broadcasted : tensor<128x64x32x32x32xf32>) -> tensor<128x64x32x32x32xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %arg3 : tensor<128x64x32x32x32xf32>, tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %14 = arith.addf %in, %in_2 : f32
      linalg.yield %14 : f32
    } -> tensor<128x64x32x32x32xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %14 = arith.addf %in, %cst_0 : f32
      linalg.yield %14 : f32
    } -> tensor<128x64x32x32x32xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %14 = arith.cmpf ult, %in, %cst : f32
      %15 = arith.select %14, %cst, %in : f32
      linalg.yield %15 : f32
    } -> tensor<128x64x32x32x32xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %14 = arith.cmpf ugt, %in, %cst_1 : f32
      %15 = arith.select %14, %cst_1, %in : f32
      linalg.yield %15 : f32
    } -> tensor<128x64x32x32x32xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7, %10 : tensor<128x64x32x32x32xf32>, tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %14 = arith.mulf %in, %in_2 : f32
      linalg.yield %14 : f32
    } -> tensor<128x64x32x32x32xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %14 = arith.divf %in, %cst_1 : f32
      linalg.yield %14 : f32
    } -> tensor<128x64x32x32x32xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7, %12 : tensor<128x64x32x32x32xf32>, tensor<128x64x32x32x32xf32>) outs(%5 : tensor<128x64x32x32x32xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %14 = arith.mulf %in, %in_2 : f32
      linalg.yield %14 : f32
    } -> tensor<128x64x32x32x32xf32>
    return %13 : tensor<128x64x32x32x32xf32>
  }
}

