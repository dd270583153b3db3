// torch/pointwise_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> ()>
module {
  func.func @main(%arg0: tensor<2x4x5x6xf32>, %arg1: tensor<4x6x3x3xf32>, %arg2: tensor<6xf32>) -> tensor<2x6x10x12xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_1 = arith.constant dense<-1.000000e+00> : tensor<f32>
    %c2 = arith.constant 2 : index
    %cst_2 = arith.constant 2.000000e+01 : f32
    %cst_3 = arith.constant 5.000000e-01 : f32
    %cst_4 = arith.constant 2.000000e+00 : f32
    %0 = tensor.empty() : tensor<6x4x3x3xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<6x4x3x3xf32>) -> tensor<6x4x3x3xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<6x4x3x3xf32>) {
    ^bb0(%out: f32):
      %18 = linalg.index 0 : index
      %19 = linalg.index 1 : index
      %20 = linalg.index 2 : index
      %21 = linalg.index 3 : index
      %22 = arith.subi %c2, %20 : index
      %23 = arith.subi %c2, %21 : index
      %extracted = tensor.extract %arg1[%19, %18, %22, %23] : tensor<4x6x3x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<6x4x3x3xf32>
    %3 = tensor.empty() : tensor<2x4x12x14xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x12x14xf32>) -> tensor<2x4x12x14xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1] [2, 4, 5, 6] [1, 1, 2, 2] : tensor<2x4x5x6xf32> into tensor<2x4x12x14xf32>
    %5 = tensor.empty() : tensor<2x6x10x12xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<6xf32>) outs(%5 : tensor<2x6x10x12xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x4x12x14xf32>, tensor<6x4x3x3xf32>) outs(%broadcasted : tensor<2x6x10x12xf32>) -> tensor<2x6x10x12xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.exp %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.log1p %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %9 = tensor.empty() : tensor<2x6x10x12xi1>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x6x10x12xf32>) outs(%9 : tensor<2x6x10x12xi1>) {
    ^bb0(%in: f32, %out: i1):
      %18 = arith.cmpf ogt, %in, %cst_2 : f32
      linalg.yield %18 : i1
    } -> tensor<2x6x10x12xi1>
    %11 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %6, %8 : tensor<2x6x10x12xi1>, tensor<2x6x10x12xf32>, tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: i1, %in_5: f32, %in_6: f32, %out: f32):
      %18 = arith.select %in, %in_5, %in_6 : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.tanh %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %12 : tensor<2x6x10x12xf32>, tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %18 = arith.mulf %in, %in_5 : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.addf %in, %cst_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %cst_1 : tensor<2x6x10x12xf32>, tensor<f32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %18 = arith.cmpf ogt, %in, %in_5 : f32
      %19 = arith.select %18, %in, %in_5 : f32
      linalg.yield %19 : f32
    } -> tensor<2x6x10x12xf32>
    %16 = linalg.generic {indexing_maps = [#map1, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_0, %15 : tensor<f32>, tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %18 = arith.cmpf olt, %in, %in_5 : f32
      %19 = arith.select %18, %in, %in_5 : f32
      linalg.yield %19 : f32
    } -> tensor<2x6x10x12xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x6x10x12xf32>) outs(%5 : tensor<2x6x10x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.mulf %in, %cst_4 : f32
      linalg.yield %18 : f32
    } -> tensor<2x6x10x12xf32>
    return %17 : tensor<2x6x10x12xf32>
  }
}
