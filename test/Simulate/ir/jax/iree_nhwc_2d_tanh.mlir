// jax 0.10.2 through IREE 3.13.0, input phase. Channels last: the filter is reversed
// into a bare tensor.empty and transposed by a generic of its own.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
module {
  func.func @main(%arg0: tensor<2x4x5x3xf32>, %arg1: tensor<4x4x3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>) -> tensor<2x8x10x4xf32> {
    %cst = arith.constant 0.699999988 : f32
    %cst_0 = arith.constant 5.000000e-01 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 0.797884583 : f32
    %cst_3 = arith.constant 4.471500e-02 : f32
    %cst_4 = arith.constant 9.99999974E-6 : f32
    %cst_5 = arith.constant 0x7FC00000 : f32
    %cst_6 = arith.constant 4.000000e+00 : f32
    %cst_7 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x8x10x4xf32>
    %1 = linalg.fill ins(%cst_7 : f32) outs(%0 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %2 = tensor.empty() : tensor<2x11x13x3xf32>
    %3 = linalg.fill ins(%cst_7 : f32) outs(%2 : tensor<2x11x13x3xf32>) -> tensor<2x11x13x3xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %3[0, 2, 2, 0] [2, 4, 5, 3] [1, 2, 2, 1] : tensor<2x4x5x3xf32> into tensor<2x11x13x3xf32>
    %4 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%inserted_slice, %arg1 : tensor<2x11x13x3xf32>, tensor<4x4x3x4xf32>) outs(%1 : tensor<2x8x10x4xf32>) -> tensor<2x8x10x4xf32>
    %5 = tensor.empty() : tensor<2x8x10x4xf32>
    %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %7 = tensor.empty() : tensor<2x8x10x4xf32>
    %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %6 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%7 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.addf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %9 = tensor.empty() : tensor<2x8x10xf32>
    %10 = linalg.fill ins(%cst_7 : f32) outs(%9 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %11 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<2x8x10x4xf32>) outs(%10 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.addf %out, %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10xf32>
    %expanded = tensor.expand_shape %11 [[0], [1], [2, 3]] output_shape [2, 8, 10, 1] : tensor<2x8x10xf32> into tensor<2x8x10x1xf32>
    %12 = tensor.empty() : tensor<2x8x10x1xf32>
    %13 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<2x8x10x1xf32>) outs(%12 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.divf %in, %cst_6 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x1xf32>
    %14 = tensor.empty() : tensor<2x8x10x4xf32>
    %15 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x8x10x1xf32>) outs(%14 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %16 = tensor.empty() : tensor<2x8x10x4xf32>
    %17 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %15 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%16 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.subf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %18 = tensor.empty() : tensor<2x8x10x4xf32>
    %19 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x8x10x4xf32>) outs(%18 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %20 = tensor.empty() : tensor<f32>
    %21 = linalg.generic {indexing_maps = [affine_map<() -> ()>], iterator_types = []} outs(%20 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_7 : f32
    } -> tensor<f32>
    %22 = tensor.empty() : tensor<f32>
    %23 = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%21 : tensor<f32>) outs(%22 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.subf %cst_6, %in : f32
      linalg.yield %71 : f32
    } -> tensor<f32>
    %24 = tensor.empty() : tensor<2x8x10xf32>
    %25 = linalg.fill ins(%cst_7 : f32) outs(%24 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x8x10x4xf32>) outs(%25 : tensor<2x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.addf %out, %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10xf32>
    %expanded_8 = tensor.expand_shape %26 [[0], [1], [2, 3]] output_shape [2, 8, 10, 1] : tensor<2x8x10xf32> into tensor<2x8x10x1xf32>
    %27 = tensor.empty() : tensor<2x8x10x1xf32>
    %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<f32>) outs(%27 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x1xf32>
    %29 = tensor.empty() : tensor<2x8x10x1xf32>
    %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_8, %28 : tensor<2x8x10x1xf32>, tensor<2x8x10x1xf32>) outs(%29 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.divf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x1xf32>
    %31 = tensor.empty() : tensor<i1>
    %32 = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%23 : tensor<f32>) outs(%31 : tensor<i1>) {
    ^bb0(%in: f32, %out: i1):
      %71 = arith.cmpf ogt, %in, %cst_7 : f32
      linalg.yield %71 : i1
    } -> tensor<i1>
    %33 = tensor.empty() : tensor<2x8x10x1xf32>
    %extracted = tensor.extract %32[] : tensor<i1>
    %34 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<2x8x10x1xf32>) outs(%33 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.select %extracted, %in, %cst_5 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x1xf32>
    %35 = tensor.empty() : tensor<2x8x10x1xf32>
    %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34 : tensor<2x8x10x1xf32>) outs(%35 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.addf %in, %cst_4 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x1xf32>
    %37 = tensor.empty() : tensor<2x8x10x1xf32>
    %38 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36 : tensor<2x8x10x1xf32>) outs(%37 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = math.rsqrt %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x1xf32>
    %39 = tensor.empty() : tensor<2x8x10x4xf32>
    %40 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x8x10x1xf32>) outs(%39 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %41 = tensor.empty() : tensor<2x8x10x4xf32>
    %42 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17, %40 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%41 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.mulf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %43 = tensor.empty() : tensor<2x8x10x4xf32>
    %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<4xf32>) outs(%43 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %45 = tensor.empty() : tensor<2x8x10x4xf32>
    %46 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %44 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%45 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.mulf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %47 = tensor.empty() : tensor<2x8x10x4xf32>
    %48 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<4xf32>) outs(%47 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x10x4xf32>
    %49 = tensor.empty() : tensor<2x8x10x4xf32>
    %50 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46, %48 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%49 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.addf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %51 = tensor.empty() : tensor<2x8x10x4xf32>
    %52 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50 : tensor<2x8x10x4xf32>) outs(%51 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %53 = tensor.empty() : tensor<2x8x10x4xf32>
    %54 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%52, %50 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%53 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.mulf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %55 = tensor.empty() : tensor<2x8x10x4xf32>
    %56 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%54 : tensor<2x8x10x4xf32>) outs(%55 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %cst_3 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %57 = tensor.empty() : tensor<2x8x10x4xf32>
    %58 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %56 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%57 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.addf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %59 = tensor.empty() : tensor<2x8x10x4xf32>
    %60 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%58 : tensor<2x8x10x4xf32>) outs(%59 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %cst_2 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %61 = tensor.empty() : tensor<2x8x10x4xf32>
    %62 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%60 : tensor<2x8x10x4xf32>) outs(%61 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = math.tanh %in : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %63 = tensor.empty() : tensor<2x8x10x4xf32>
    %64 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62 : tensor<2x8x10x4xf32>) outs(%63 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.addf %in, %cst_1 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %65 = tensor.empty() : tensor<2x8x10x4xf32>
    %66 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%64 : tensor<2x8x10x4xf32>) outs(%65 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %cst_0 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %67 = tensor.empty() : tensor<2x8x10x4xf32>
    %68 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %66 : tensor<2x8x10x4xf32>, tensor<2x8x10x4xf32>) outs(%67 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %71 = arith.mulf %in, %in_9 : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    %69 = tensor.empty() : tensor<2x8x10x4xf32>
    %70 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%68 : tensor<2x8x10x4xf32>) outs(%69 : tensor<2x8x10x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %71 = arith.mulf %in, %cst : f32
      linalg.yield %71 : f32
    } -> tensor<2x8x10x4xf32>
    return %70 : tensor<2x8x10x4xf32>
  }
}
