// What is written by hand and cannot run is refused, with the reason.
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule --split-input-file --verify-diagnostics
// RUN: not upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=fp8 2>&1 | FileCheck %s

// CHECK: unknown precision 'fp8' for f32 convolutions: it is ieee, tf32 or tf32x3

func.func @direct_with_rows(%x: tensor<1x2x4xf32>, %w: tensor<2x3x4xf32>, %e: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  // expected-error @below {{schedule 'direct' computes output elements one by one, but the region reduces over rows: use 'split'}}
  %0 = upweave.block domain [1, 3, 8] rows [2]
    conv_transpose(%x, %w : tensor<1x2x4xf32>, tensor<2x3x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<1x3x8xf32>) attributes {schedule = #upweave.schedule<direct>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return %0 : tensor<1x3x8xf32>
}

// -----

func.func @f16_of_f32(%x: tensor<1x2x4xf32>, %w: tensor<2x3x4xf32>, %e: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  // expected-error @below {{precision 'f16' does not apply to operands of 'f32', which are multiplied in 'ieee'}}
  %0 = upweave.block domain [1, 3, 8]
    conv_transpose(%x, %w : tensor<1x2x4xf32>, tensor<2x3x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<1x3x8xf32>) attributes {precision = #upweave.precision<f16>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<1x3x8xf32>
}

// -----

func.func @too_many_warps(%x: tensor<512x64xf32>, %e: tensor<512x64xf32>) -> tensor<512x64xf32> {
  // expected-error @below {{schedule is not legal here: warps = 3 must be a power of two of at most 32}}
  %0 = upweave.block domain [512, 64] rows [1] stored(%x : tensor<512x64xf32>)
    outs(%e : tensor<512x64xf32>)
    attributes {schedule = #upweave.schedule<stored, warps = 3, lanes = 16, vector = 4, registers = 4>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return %0 : tensor<512x64xf32>
}
