// torch/group_norm_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
module {
  func.func @main(%arg0: tensor<2x4x4x6xf32>, %arg1: tensor<4x8x4x4xf32>, %arg2: tensor<8xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x8x8x12xf32> {
    %c1_i64 = arith.constant 1 : i64
    %c0_i64 = arith.constant 0 : i64
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %c4_i64 = arith.constant 4 : i64
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 3.840000e+02 : f64
    %cst_5 = arith.constant 3.840000e+02 : f32
    %cst_6 = arith.constant 1.41421354 : f32
    %cst_7 = arith.constant dense_resource<torch_tensor_2_8_torch.int64> : tensor<2x8xi64>
    %cst_8 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_1> : tensor<2x8xi64>
    %cst_9 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_2> : tensor<2x8xi64>
    %cst_10 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_3> : tensor<2x8xi64>
    %cst_11 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_4> : tensor<2x8xi64>
    %cst_12 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_5> : tensor<2x8xi64>
    %cst_13 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_6> : tensor<2x8xi64>
    %cst_14 = arith.constant dense_resource<torch_tensor_2_8_torch.int64_7> : tensor<2x8xi64>
    %0 = tensor.empty() : tensor<8x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<8x4x4x4xf32>) -> tensor<8x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<8x4x4x4xf32>) {
    ^bb0(%out: f32):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = linalg.index 2 : index
      %38 = linalg.index 3 : index
      %39 = arith.subi %c3, %37 : index
      %40 = arith.subi %c3, %38 : index
      %extracted = tensor.extract %arg1[%36, %35, %39, %40] : tensor<4x8x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<8x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x4x11x15xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x11x15xf32>) -> tensor<2x4x11x15xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 4, 4, 6] [1, 1, 2, 2] : tensor<2x4x4x6xf32> into tensor<2x4x11x15xf32>
    %5 = tensor.empty() : tensor<2x8x8x12xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<8xf32>) outs(%5 : tensor<2x8x8x12xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x4x11x15xf32>, tensor<8x4x4x4xf32>) outs(%broadcasted : tensor<2x8x8x12xf32>) -> tensor<2x8x8x12xf32>
    %collapsed = tensor.collapse_shape %6 [[0], [1], [2, 3]] : tensor<2x8x8x12xf32> into tensor<2x8x96xf32>
    %expanded = tensor.expand_shape %collapsed [[0], [1, 2], [3]] output_shape [2, 2, 4, 96] : tensor<2x8x96xf32> into tensor<2x2x4x96xf32>
    %7 = tensor.empty() : tensor<2x2x4x96xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<2x2x4x96xf32>) outs(%7 : tensor<2x2x4x96xf64>) {
    ^bb0(%in: f32, %out: f64):
      %35 = arith.extf %in : f32 to f64
      linalg.yield %35 : f64
    } -> tensor<2x2x4x96xf64>
    %9 = tensor.empty() : tensor<2x2x1x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<2x2x1x1xf64>) -> tensor<2x2x1x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%8 : tensor<2x2x4x96xf64>) outs(%10 : tensor<2x2x1x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.addf %in, %out : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x1x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x2x1x1xf64>) outs(%9 : tensor<2x2x1x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.divf %in, %cst_4 : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x1x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<2x2x4x96xf64>, tensor<2x2x1x1xf64>) outs(%7 : tensor<2x2x4x96xf64>) {
    ^bb0(%in: f64, %in_19: f64, %out: f64):
      %35 = arith.subf %in, %in_19 : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x4x96xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<2x2x4x96xf64>, tensor<2x2x4x96xf64>) outs(%7 : tensor<2x2x4x96xf64>) {
    ^bb0(%in: f64, %in_19: f64, %out: f64):
      %35 = arith.mulf %in, %in_19 : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x4x96xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%14 : tensor<2x2x4x96xf64>) outs(%10 : tensor<2x2x1x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.addf %in, %out : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x1x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x2x1x1xf64>) outs(%9 : tensor<2x2x1x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.divf %in, %cst_4 : f64
      linalg.yield %35 : f64
    } -> tensor<2x2x1x1xf64>
    %17 = tensor.empty() : tensor<2x2x1x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x2x1x1xf64>) outs(%17 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %35 = arith.truncf %in : f64 to f32
      linalg.yield %35 : f32
    } -> tensor<2x2x1x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x2x1x1xf32>) -> tensor<2x2x1x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%expanded : tensor<2x2x4x96xf32>) outs(%19 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.addf %in, %out : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x1x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x2x1x1xf32>) outs(%17 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.divf %in, %cst_5 : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x1x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x2x1x1xf32>) outs(%17 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.truncf %cst_3 : f64 to f32
      %36 = arith.addf %in, %35 : f32
      linalg.yield %36 : f32
    } -> tensor<2x2x1x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x2x1x1xf32>) outs(%17 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = math.rsqrt %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x1x1xf32>
    %expanded_15 = tensor.expand_shape %arg3 [[0, 1, 2, 3]] output_shape [1, 2, 4, 1] : tensor<8xf32> into tensor<1x2x4x1xf32>
    %24 = tensor.empty() : tensor<2x2x4x1xf32>
    %25 = linalg.generic {indexing_maps = [#map2, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %expanded_15 : tensor<2x2x1x1xf32>, tensor<1x2x4x1xf32>) outs(%24 : tensor<2x2x4x1xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %35 = arith.mulf %in, %in_19 : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x4x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x2x1x1xf32>) outs(%17 : tensor<2x2x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.negf %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x1x1xf32>
    %27 = linalg.generic {indexing_maps = [#map2, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %25 : tensor<2x2x1x1xf32>, tensor<2x2x4x1xf32>) outs(%24 : tensor<2x2x4x1xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %35 = arith.mulf %in, %in_19 : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x4x1xf32>
    %expanded_16 = tensor.expand_shape %arg4 [[0, 1, 2, 3]] output_shape [1, 2, 4, 1] : tensor<8xf32> into tensor<1x2x4x1xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27, %expanded_16 : tensor<2x2x4x1xf32>, tensor<1x2x4x1xf32>) outs(%24 : tensor<2x2x4x1xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %35 = arith.addf %in, %in_19 : f32
      linalg.yield %35 : f32
    } -> tensor<2x2x4x1xf32>
    %29 = tensor.empty() : tensor<2x8xf32>
    %30 = linalg.generic {indexing_maps = [#map4, #map4, #map4, #map4, #map4], iterator_types = ["parallel", "parallel"]} ins(%cst_7, %cst_8, %cst_9, %cst_10 : tensor<2x8xi64>, tensor<2x8xi64>, tensor<2x8xi64>, tensor<2x8xi64>) outs(%29 : tensor<2x8xf32>) {
    ^bb0(%in: i64, %in_19: i64, %in_20: i64, %in_21: i64, %out: f32):
      %35 = arith.cmpi slt, %in, %c0_i64 : i64
      %36 = arith.addi %in, %c2_i64 : i64
      %37 = arith.select %35, %36, %in : i64
      %38 = arith.index_cast %37 : i64 to index
      %39 = arith.cmpi slt, %in_19, %c0_i64 : i64
      %40 = arith.addi %in_19, %c2_i64 : i64
      %41 = arith.select %39, %40, %in_19 : i64
      %42 = arith.index_cast %41 : i64 to index
      %43 = arith.cmpi slt, %in_20, %c0_i64 : i64
      %44 = arith.addi %in_20, %c4_i64 : i64
      %45 = arith.select %43, %44, %in_20 : i64
      %46 = arith.index_cast %45 : i64 to index
      %47 = arith.cmpi slt, %in_21, %c0_i64 : i64
      %48 = arith.addi %in_21, %c1_i64 : i64
      %49 = arith.select %47, %48, %in_21 : i64
      %50 = arith.index_cast %49 : i64 to index
      %extracted = tensor.extract %25[%38, %42, %46, %50] : tensor<2x2x4x1xf32>
      linalg.yield %extracted : f32
    } -> tensor<2x8xf32>
    %31 = linalg.generic {indexing_maps = [#map4, #map4, #map4, #map4, #map4], iterator_types = ["parallel", "parallel"]} ins(%cst_11, %cst_12, %cst_13, %cst_14 : tensor<2x8xi64>, tensor<2x8xi64>, tensor<2x8xi64>, tensor<2x8xi64>) outs(%29 : tensor<2x8xf32>) {
    ^bb0(%in: i64, %in_19: i64, %in_20: i64, %in_21: i64, %out: f32):
      %35 = arith.cmpi slt, %in, %c0_i64 : i64
      %36 = arith.addi %in, %c2_i64 : i64
      %37 = arith.select %35, %36, %in : i64
      %38 = arith.index_cast %37 : i64 to index
      %39 = arith.cmpi slt, %in_19, %c0_i64 : i64
      %40 = arith.addi %in_19, %c2_i64 : i64
      %41 = arith.select %39, %40, %in_19 : i64
      %42 = arith.index_cast %41 : i64 to index
      %43 = arith.cmpi slt, %in_20, %c0_i64 : i64
      %44 = arith.addi %in_20, %c4_i64 : i64
      %45 = arith.select %43, %44, %in_20 : i64
      %46 = arith.index_cast %45 : i64 to index
      %47 = arith.cmpi slt, %in_21, %c0_i64 : i64
      %48 = arith.addi %in_21, %c1_i64 : i64
      %49 = arith.select %47, %48, %in_21 : i64
      %50 = arith.index_cast %49 : i64 to index
      %extracted = tensor.extract %28[%38, %42, %46, %50] : tensor<2x2x4x1xf32>
      linalg.yield %extracted : f32
    } -> tensor<2x8xf32>
    %expanded_17 = tensor.expand_shape %30 [[0], [1, 2, 3]] output_shape [2, 8, 1, 1] : tensor<2x8xf32> into tensor<2x8x1x1xf32>
    %expanded_18 = tensor.expand_shape %31 [[0], [1, 2, 3]] output_shape [2, 8, 1, 1] : tensor<2x8xf32> into tensor<2x8x1x1xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %expanded_17 : tensor<2x8x8x12xf32>, tensor<2x8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %35 = arith.mulf %in, %in_19 : f32
      linalg.yield %35 : f32
    } -> tensor<2x8x8x12xf32>
    %33 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %expanded_18 : tensor<2x8x8x12xf32>, tensor<2x8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %35 = arith.addf %in, %in_19 : f32
      linalg.yield %35 : f32
    } -> tensor<2x8x8x12xf32>
    %34 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x8x8x12xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.divf %in, %cst_6 : f32
      %36 = math.erf %35 : f32
      %37 = arith.addf %36, %cst_1 : f32
      %38 = arith.mulf %37, %cst_2 : f32
      %39 = arith.mulf %in, %38 : f32
      linalg.yield %39 : f32
    } -> tensor<2x8x8x12xf32>
    return %34 : tensor<2x8x8x12xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_2_8_torch.int64: "0x080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000000000000000100000000000000010000000000000001000000000000000100000000000000010000000000000001000000000000000100000000000000",
      torch_tensor_2_8_torch.int64_1: "0x080000000000000000000000000000000000000000000000000000000000000000000000010000000000000001000000000000000100000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000100000000000000010000000000000001000000000000000100000000000000",
      torch_tensor_2_8_torch.int64_2: "0x080000000000000000000000010000000000000002000000000000000300000000000000000000000000000001000000000000000200000000000000030000000000000000000000000000000100000000000000020000000000000003000000000000000000000000000000010000000000000002000000000000000300000000000000",
      torch_tensor_2_8_torch.int64_3: "0x080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_2_8_torch.int64_4: "0x080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000000000000000100000000000000010000000000000001000000000000000100000000000000010000000000000001000000000000000100000000000000",
      torch_tensor_2_8_torch.int64_5: "0x080000000000000000000000000000000000000000000000000000000000000000000000010000000000000001000000000000000100000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000100000000000000010000000000000001000000000000000100000000000000",
      torch_tensor_2_8_torch.int64_6: "0x080000000000000000000000010000000000000002000000000000000300000000000000000000000000000001000000000000000200000000000000030000000000000000000000000000000100000000000000020000000000000003000000000000000000000000000000010000000000000002000000000000000300000000000000",
      torch_tensor_2_8_torch.int64_7: "0x080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    }
  }
#-}
