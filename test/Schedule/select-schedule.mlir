// Every block gets the kind and the numbers that fit the attached target;
// remarks say why.
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule --split-input-file | FileCheck %s
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 --split-input-file | FileCheck %s
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 --split-input-file --remarks-filter='upweave-schedule.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @epilogue
//       CHECK:   schedule = #upweave.schedule<stored, warps = 4, lanes = 16, vector = 4, registers = 4, tile = [1, 1]>
//      REMARK: schedule-selected
// REMARK-SAME: stored for sm_89: rows of 64 elements, along rows, vector 4, 16 threads per row, 4 registers, 1 rows per thread, 4 warps, 1 tiles per block, 0 bytes shared
func.func @epilogue(%x: tensor<64x65536x64xf32>, %g: tensor<64xf32>,
                    %e: tensor<64x65536x64xf32>) -> tensor<64x65536x64xf32> {
  %0 = upweave.block domain [64, 65536, 64] rows [2]
    stored(%x : tensor<64x65536x64xf32>) params(%g[d2] : tensor<64xf32>)
    outs(%e : tensor<64x65536x64xf32>) {
  ^bb0(%v: f32, %gamma: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %gamma : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<64x65536x64xf32>
}

// -----

// CHECK-LABEL: func @convolution_alone
//       CHECK:   precision = #upweave.precision<ieee>, schedule = #upweave.schedule<direct>
//      REMARK: precision-granted
// REMARK-SAME: precision tf32 granted as ieee: this convolution's kernel forms products by FMA
//      REMARK: schedule-selected
// REMARK-SAME: direct for sm_89: no collectives, one thread per output element
func.func @convolution_alone(%x: tensor<?x3x16xf32>, %w: tensor<3x4x4xf32>,
                             %e: tensor<?x4x32xf32>) -> tensor<?x4x32xf32> {
  %0 = upweave.block domain [?, 4, 32]
    conv_transpose(%x, %w : tensor<?x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<?x4x32xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<?x4x32xf32>
}

// -----

// 16-bit operands have a precision of their own, whatever is asked for f32.
// CHECK-LABEL: func @convolution_and_rows
//       CHECK:   precision = #upweave.precision<f16>, schedule = #upweave.schedule<split, warps = {{[0-9]+}}, lanes = 8, vector = 4, registers = 4
//  REMARK-NOT: precision-granted
//      REMARK: schedule-selected
// REMARK-SAME: split for sm_89: the convolution, then its rows from memory
func.func @convolution_and_rows(%x: tensor<2x3x16xf16>, %w: tensor<3x4x4xf16>,
                                %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf16>, tensor<3x4x4xf16>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

// A schedule that is written is obeyed; what it leaves out is chosen.
// CHECK-LABEL: func @written
//       CHECK:   schedule = #upweave.schedule<stored, warps = 4, lanes = 32, vector = 2, registers = 2, tile = [{{[0-9]+}}, {{[0-9]+}}]>
//      REMARK: schedule-selected
// REMARK-SAME: stored for sm_89 (as written): rows of 64 elements
func.func @written(%x: tensor<512x64xf32>, %e: tensor<512x64xf32>) -> tensor<512x64xf32> {
  %0 = upweave.block domain [512, 64] rows [1] stored(%x : tensor<512x64xf32>)
    outs(%e : tensor<512x64xf32>)
    attributes {schedule = #upweave.schedule<stored, warps = 4, lanes = 32, vector = 2, registers = 2>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<512x64xf32>
}
