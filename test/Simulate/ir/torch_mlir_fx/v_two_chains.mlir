// torch-mlir 20261001 with torch 2.15.0. Two chains after another in one function.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 2 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<1x2x3x3xf32>, %arg1: tensor<2x3x4x4xf32>, %arg2: tensor<3xf32>, %arg3: tensor<6xf32>, %arg4: tensor<6xf32>, %arg5: tensor<3x4x4x4xf32>, %arg6: tensor<4xf32>, %arg7: tensor<12xf32>, %arg8: tensor<12xf32>) -> tensor<1x4x12x12xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 0.69999999999999996 : f64
    %cst_4 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_5 = arith.constant 6.000000e+00 : f64
    %cst_6 = arith.constant 6.000000e+00 : f32
    %cst_7 = arith.constant 1.41421354 : f32
    %cst_8 = arith.constant 1.200000e+01 : f64
    %cst_9 = arith.constant 1.200000e+01 : f32
    %0 = tensor.empty() : tensor<3x2x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<3x2x4x4xf32>) -> tensor<3x2x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<3x2x4x4xf32>) {
    ^bb0(%out: f32):
      %59 = linalg.index 0 : index
      %60 = linalg.index 1 : index
      %61 = linalg.index 2 : index
      %62 = linalg.index 3 : index
      %63 = arith.subi %c3, %61 : index
      %64 = arith.subi %c3, %62 : index
      %extracted = tensor.extract %arg1[%60, %59, %63, %64] : tensor<2x3x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<3x2x4x4xf32>
    %3 = tensor.empty() : tensor<1x2x9x9xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<1x2x9x9xf32>) -> tensor<1x2x9x9xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [1, 2, 3, 3] [1, 1, 2, 2] : tensor<1x2x3x3xf32> into tensor<1x2x9x9xf32>
    %5 = tensor.empty() : tensor<1x3x6x6xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<3xf32>) outs(%5 : tensor<1x3x6x6xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<1x2x9x9xf32>, tensor<3x2x4x4xf32>) outs(%broadcasted : tensor<1x3x6x6xf32>) -> tensor<1x3x6x6xf32>
    %7 = tensor.empty() : tensor<1x3x6x6xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<1x3x6x6xf32>) outs(%7 : tensor<1x3x6x6xf64>) {
    ^bb0(%in: f32, %out: f64):
      %59 = arith.extf %in : f32 to f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x6xf64>
    %9 = tensor.empty() : tensor<1x3x6x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<1x3x6x1xf64>) -> tensor<1x3x6x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<1x3x6x6xf64>) outs(%10 : tensor<1x3x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.addf %in, %out : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<1x3x6x1xf64>) outs(%9 : tensor<1x3x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.divf %in, %cst_5 : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<1x3x6x6xf64>, tensor<1x3x6x1xf64>) outs(%7 : tensor<1x3x6x6xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %59 = arith.subf %in, %in_12 : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x6xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<1x3x6x6xf64>, tensor<1x3x6x6xf64>) outs(%7 : tensor<1x3x6x6xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %59 = arith.mulf %in, %in_12 : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x6xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%14 : tensor<1x3x6x6xf64>) outs(%10 : tensor<1x3x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.addf %in, %out : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<1x3x6x1xf64>) outs(%9 : tensor<1x3x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.divf %in, %cst_5 : f64
      linalg.yield %59 : f64
    } -> tensor<1x3x6x1xf64>
    %17 = tensor.empty() : tensor<1x3x6x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<1x3x6x1xf64>) outs(%17 : tensor<1x3x6x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %59 = arith.truncf %in : f64 to f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<1x3x6x1xf32>) -> tensor<1x3x6x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<1x3x6x6xf32>) outs(%19 : tensor<1x3x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.addf %in, %out : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<1x3x6x1xf32>) outs(%17 : tensor<1x3x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.divf %in, %cst_6 : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<1x3x6x1xf32>) outs(%17 : tensor<1x3x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.truncf %cst_4 : f64 to f32
      %60 = arith.addf %in, %59 : f32
      linalg.yield %60 : f32
    } -> tensor<1x3x6x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<1x3x6x1xf32>) outs(%17 : tensor<1x3x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = math.rsqrt %in : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %21 : tensor<1x3x6x6xf32>, tensor<1x3x6x1xf32>) outs(%5 : tensor<1x3x6x6xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.subf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x6xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %23 : tensor<1x3x6x6xf32>, tensor<1x3x6x1xf32>) outs(%5 : tensor<1x3x6x6xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.mulf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x6xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25, %arg3 : tensor<1x3x6x6xf32>, tensor<6xf32>) outs(%5 : tensor<1x3x6x6xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.mulf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x6xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %arg4 : tensor<1x3x6x6xf32>, tensor<6xf32>) outs(%5 : tensor<1x3x6x6xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.addf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x3x6x6xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<1x3x6x6xf32>) outs(%5 : tensor<1x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.divf %in, %cst_7 : f32
      %60 = math.erf %59 : f32
      %61 = arith.addf %60, %cst_1 : f32
      %62 = arith.mulf %61, %cst_2 : f32
      %63 = arith.mulf %in, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<1x3x6x6xf32>
    %29 = tensor.empty() : tensor<4x3x4x4xf32>
    %30 = linalg.fill ins(%cst : f32) outs(%29 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %31 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%30 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %59 = linalg.index 0 : index
      %60 = linalg.index 1 : index
      %61 = linalg.index 2 : index
      %62 = linalg.index 3 : index
      %63 = arith.subi %c3, %61 : index
      %64 = arith.subi %c3, %62 : index
      %extracted = tensor.extract %arg5[%60, %59, %63, %64] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %32 = tensor.empty() : tensor<1x3x15x15xf32>
    %33 = linalg.fill ins(%cst : f32) outs(%32 : tensor<1x3x15x15xf32>) -> tensor<1x3x15x15xf32>
    %inserted_slice_10 = tensor.insert_slice %28 into %33[0, 0, 2, 2] [1, 3, 6, 6] [1, 1, 2, 2] : tensor<1x3x6x6xf32> into tensor<1x3x15x15xf32>
    %34 = tensor.empty() : tensor<1x4x12x12xf32>
    %broadcasted_11 = linalg.broadcast ins(%arg6 : tensor<4xf32>) outs(%34 : tensor<1x4x12x12xf32>) dimensions = [0, 2, 3] 
    %35 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice_10, %31 : tensor<1x3x15x15xf32>, tensor<4x3x4x4xf32>) outs(%broadcasted_11 : tensor<1x4x12x12xf32>) -> tensor<1x4x12x12xf32>
    %36 = tensor.empty() : tensor<1x4x12x12xf64>
    %37 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35 : tensor<1x4x12x12xf32>) outs(%36 : tensor<1x4x12x12xf64>) {
    ^bb0(%in: f32, %out: f64):
      %59 = arith.extf %in : f32 to f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x12xf64>
    %38 = tensor.empty() : tensor<1x4x12x1xf64>
    %39 = linalg.fill ins(%cst_0 : f64) outs(%38 : tensor<1x4x12x1xf64>) -> tensor<1x4x12x1xf64>
    %40 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%37 : tensor<1x4x12x12xf64>) outs(%39 : tensor<1x4x12x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.addf %in, %out : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x1xf64>
    %41 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40 : tensor<1x4x12x1xf64>) outs(%38 : tensor<1x4x12x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.divf %in, %cst_8 : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x1xf64>
    %42 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37, %41 : tensor<1x4x12x12xf64>, tensor<1x4x12x1xf64>) outs(%36 : tensor<1x4x12x12xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %59 = arith.subf %in, %in_12 : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x12xf64>
    %43 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %42 : tensor<1x4x12x12xf64>, tensor<1x4x12x12xf64>) outs(%36 : tensor<1x4x12x12xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %59 = arith.mulf %in, %in_12 : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x12xf64>
    %44 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%43 : tensor<1x4x12x12xf64>) outs(%39 : tensor<1x4x12x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.addf %in, %out : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x1xf64>
    %45 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<1x4x12x1xf64>) outs(%38 : tensor<1x4x12x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %59 = arith.divf %in, %cst_8 : f64
      linalg.yield %59 : f64
    } -> tensor<1x4x12x1xf64>
    %46 = tensor.empty() : tensor<1x4x12x1xf32>
    %47 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45 : tensor<1x4x12x1xf64>) outs(%46 : tensor<1x4x12x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %59 = arith.truncf %in : f64 to f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x1xf32>
    %48 = linalg.fill ins(%cst : f32) outs(%46 : tensor<1x4x12x1xf32>) -> tensor<1x4x12x1xf32>
    %49 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%35 : tensor<1x4x12x12xf32>) outs(%48 : tensor<1x4x12x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.addf %in, %out : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x1xf32>
    %50 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49 : tensor<1x4x12x1xf32>) outs(%46 : tensor<1x4x12x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.divf %in, %cst_9 : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x1xf32>
    %51 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%47 : tensor<1x4x12x1xf32>) outs(%46 : tensor<1x4x12x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.truncf %cst_4 : f64 to f32
      %60 = arith.addf %in, %59 : f32
      linalg.yield %60 : f32
    } -> tensor<1x4x12x1xf32>
    %52 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<1x4x12x1xf32>) outs(%46 : tensor<1x4x12x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = math.rsqrt %in : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x1xf32>
    %53 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %50 : tensor<1x4x12x12xf32>, tensor<1x4x12x1xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.subf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x12xf32>
    %54 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %52 : tensor<1x4x12x12xf32>, tensor<1x4x12x1xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.mulf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x12xf32>
    %55 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%54, %arg7 : tensor<1x4x12x12xf32>, tensor<12xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.mulf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x12xf32>
    %56 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55, %arg8 : tensor<1x4x12x12xf32>, tensor<12xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %59 = arith.addf %in, %in_12 : f32
      linalg.yield %59 : f32
    } -> tensor<1x4x12x12xf32>
    %57 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%56 : tensor<1x4x12x12xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.divf %in, %cst_7 : f32
      %60 = math.erf %59 : f32
      %61 = arith.addf %60, %cst_1 : f32
      %62 = arith.mulf %61, %cst_2 : f32
      %63 = arith.mulf %in, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<1x4x12x12xf32>
    %58 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57 : tensor<1x4x12x12xf32>) outs(%34 : tensor<1x4x12x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %59 = arith.truncf %cst_3 : f64 to f32
      %60 = arith.mulf %in, %59 : f32
      linalg.yield %60 : f32
    } -> tensor<1x4x12x12xf32>
    return %58 : tensor<1x4x12x12xf32>
  }
}
