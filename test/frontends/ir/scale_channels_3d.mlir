// torch/scale_channels_3d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d1, 0, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x3x2x3x8xf32>, %arg1: tensor<4x1x1x1xf32>, %arg2: tensor<3x4x4x4x4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<16xf32>, %arg5: tensor<16xf32>) -> tensor<2x4x4x6x16xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 1.600000e+01 : f64
    %cst_5 = arith.constant 1.600000e+01 : f32
    %cst_6 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4x4xf32>) -> tensor<4x3x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4x4xf32>) {
    ^bb0(%out: f32):
      %30 = linalg.index 0 : index
      %31 = linalg.index 1 : index
      %32 = linalg.index 2 : index
      %33 = linalg.index 3 : index
      %34 = linalg.index 4 : index
      %35 = arith.subi %c3, %32 : index
      %36 = arith.subi %c3, %33 : index
      %37 = arith.subi %c3, %34 : index
      %extracted = tensor.extract %arg2[%31, %30, %35, %36, %37] : tensor<3x4x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x7x9x19xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x7x9x19xf32>) -> tensor<2x3x7x9x19xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2, 2] [2, 3, 2, 3, 8] [1, 1, 2, 2, 2] : tensor<2x3x2x3x8xf32> into tensor<2x3x7x9x19xf32>
    %5 = tensor.empty() : tensor<2x4x4x6x16xf32>
    %broadcasted = linalg.broadcast ins(%arg3 : tensor<4xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<2x3x7x9x19xf32>, tensor<4x3x4x4x4xf32>) outs(%broadcasted : tensor<2x4x4x6x16xf32>) -> tensor<2x4x4x6x16xf32>
    %7 = tensor.empty() : tensor<2x4x4x6x16xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x4x6x16xf32>) outs(%7 : tensor<2x4x4x6x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %30 = arith.extf %in : f32 to f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x16xf64>
    %9 = tensor.empty() : tensor<2x4x4x6x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<2x4x4x6x1xf64>) -> tensor<2x4x4x6x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<2x4x4x6x16xf64>) outs(%10 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x4x4x6x1xf64>) outs(%9 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_4 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<2x4x4x6x16xf64>, tensor<2x4x4x6x1xf64>) outs(%7 : tensor<2x4x4x6x16xf64>) {
    ^bb0(%in: f64, %in_7: f64, %out: f64):
      %30 = arith.subf %in, %in_7 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x16xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<2x4x4x6x16xf64>, tensor<2x4x4x6x16xf64>) outs(%7 : tensor<2x4x4x6x16xf64>) {
    ^bb0(%in: f64, %in_7: f64, %out: f64):
      %30 = arith.mulf %in, %in_7 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x16xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%14 : tensor<2x4x4x6x16xf64>) outs(%10 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x4x6x1xf64>) outs(%9 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_4 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x4x6x1xf64>
    %17 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x4x6x1xf64>) outs(%17 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %30 = arith.truncf %in : f64 to f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x4x4x6x1xf32>) -> tensor<2x4x4x6x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x4x4x6x16xf32>) outs(%19 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %out : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x4x4x6x1xf32>) outs(%17 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_5 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x4x6x1xf32>) outs(%17 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.truncf %cst_3 : f64 to f32
      %31 = arith.addf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x4x4x6x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x4x6x1xf32>) outs(%17 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = math.rsqrt %in : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %21 : tensor<2x4x4x6x16xf32>, tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %30 = arith.subf %in, %in_7 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x16xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24, %23 : tensor<2x4x4x6x16xf32>, tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %30 = arith.mulf %in, %in_7 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x16xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %arg4 : tensor<2x4x4x6x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %30 = arith.mulf %in, %in_7 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x16xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %arg5 : tensor<2x4x4x6x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %30 = arith.addf %in, %in_7 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x16xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x4x6x16xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_6 : f32
      %31 = math.erf %30 : f32
      %32 = arith.addf %31, %cst_1 : f32
      %33 = arith.mulf %32, %cst_2 : f32
      %34 = arith.mulf %in, %33 : f32
      linalg.yield %34 : f32
    } -> tensor<2x4x4x6x16xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%28, %arg1 : tensor<2x4x4x6x16xf32>, tensor<4x1x1x1xf32>) outs(%5 : tensor<2x4x4x6x16xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %30 = arith.mulf %in, %in_7 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x4x6x16xf32>
    return %29 : tensor<2x4x4x6x16xf32>
  }
}
