// What is written by hand and cannot run is refused, with the reason.
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule --split-input-file --verify-diagnostics
// RUN: not upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=fp8 2>&1 | FileCheck %s

// CHECK: unknown precision 'fp8' for f32 convolutions: it is ieee, tf32 or tf32x3

func.func @direct_with_rows(%x: tensor<1x2x4xf32>, %w: tensor<2x3x4xf32>, %e: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  // expected-error @below {{schedule #upweave.direct computes output elements one by one, but the region reduces over rows: use #upweave.split}}
  %0 = upweave.block domain [1, 3, 8] rows [2]
    conv_transpose(%x, %w : tensor<1x2x4xf32>, tensor<2x3x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<1x3x8xf32>) attributes {schedule = #upweave.direct} {
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
    attributes {schedule = #upweave.rows<warps = 3, lanes = 16, vector = 4, registers = 4>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return %0 : tensor<512x64xf32>
}

// -----

func.func @fused_row_cut(%x: tensor<2x3x32xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x64xf32>) -> tensor<2x4x64xf32> {
  // expected-error @below {{schedule is not legal here: rows of 64 elements are 32 column positions, a block holds 16}}
  %0 = upweave.block domain [2, 4, 64] rows [2]
    conv_transpose(%x, %w : tensor<2x3x32xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x64xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x64xf32>
}

// -----

func.func @fused_odd_channels(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: a warp's channels are 8, they must be a positive multiple of 16}}
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 8 channels x 1 rows x 16 columns, warp = 8 channels x 1 rows x 16 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @fused_three_warps(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: a block's columns are 24, they must be those of a warp (8) times a power of two}}
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 24 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @fused_many_accumulators(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: a thread would hold 128 accumulators, 64 is the most for fma}}
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 64 channels x 1 rows x 32 columns, warp = 64 channels x 1 rows x 32 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @fused_many_chunks(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: a unit takes 2 chunks of channels, which must divide the 1 there are}}
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 2>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @fused_one_stage(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: stages = 1, it must be at least 2}}
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1, stages = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @fused_doubles(%x: tensor<1x2x4xf64>, %w: tensor<2x3x4xf64>, %e: tensor<1x3x8xf64>) -> tensor<1x3x8xf64> {
  // expected-error @below {{schedule is not legal here: its operands are neither f32, f16 nor bf16}}
  %0 = upweave.block domain [1, 3, 8]
    conv_transpose(%x, %w : tensor<1x2x4xf64>, tensor<2x3x4xf64>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<1x3x8xf64>) attributes {schedule = #upweave.fused} {
  ^bb0(%v: f64):
    upweave.yield %v : f64
  }
  return %0 : tensor<1x3x8xf64>
}

// -----

func.func @rows_of_a_line(%x: tensor<1x8x8xf32>, %w: tensor<8x16x2xf32>, %e: tensor<1x16x16xf32>) -> tensor<1x16x16xf32> {
  // expected-error @below {{schedule is not legal here: a block's rows are 2, the result has one}}
  %0 = upweave.block domain [1, 16, 16]
    conv_transpose(%x, %w : tensor<1x8x8xf32>, tensor<8x16x2xf32>) #upweave.conv_transpose<strides = [2]>
    outs(%e : tensor<1x16x16xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 2 rows x 8 columns, warp = 16 channels x 2 rows x 8 columns, chunks = 1>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<1x16x16xf32>
}

// -----

func.func @reductions_too_large(%x: tensor<1x8x8x128xf32>, %w: tensor<8x64x2x2xf32>,
                                %e: tensor<1x64x16x256xf32>) -> tensor<1x64x16x256xf32> {
  // expected-error @below {{schedule is not legal here: its reductions need 131072 bytes of shared memory, they get at most 49152}}
  %0 = upweave.block domain [1, 64, 16, 256] rows [1]
    conv_transpose(%x, %w : tensor<1x8x8x128xf32>, tensor<8x64x2x2xf32>) #upweave.conv_transpose<strides = [2, 2]>
    outs(%e : tensor<1x64x16x256xf32>) attributes {precision = #upweave.precision<tf32>, schedule = #upweave.fused<block = 64 channels x 4 rows x 128 columns, warp = 16 channels x 4 rows x 32 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %m = upweave.layer_norm %n {eps = 1.0e-05 : f64} : f32
    upweave.yield %m : f32
  }
  return %0 : tensor<1x64x16x256xf32>
}

// -----

func.func @stages_too_many(%x: tensor<8x64x64x64xf32>, %w: tensor<64x32x2x2xf32>,
                           %e: tensor<8x32x128x128xf32>) -> tensor<8x32x128x128xf32> {
  // expected-error @below {{bytes of shared memory, a block has 101376}}
  %0 = upweave.block domain [8, 32, 128, 128] rows [1]
    conv_transpose(%x, %w : tensor<8x64x64x64xf32>, tensor<64x32x2x2xf32>) #upweave.conv_transpose<strides = [2, 2]>
    outs(%e : tensor<8x32x128x128xf32>) attributes {precision = #upweave.precision<tf32>, schedule = #upweave.fused<block = 32 channels x 4 rows x 64 columns, warp = 16 channels x 2 rows x 64 columns, chunks = 1, stages = 12>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<8x32x128x128xf32>
}

// -----

func.func @packed_image_too_large(%x: tensor<1x256x128x128x128xf32>, %w: tensor<256x1x3x3x3xf32>,
                                  %e: tensor<1x256x128x128x128xf32>) -> tensor<1x256x128x128x128xf32> {
  // expected-error @below {{a packed image has 17179869184 bytes and the packed filter 3538944, a kernel counts to 2^31 - 1 words of 4}}
  %0 = upweave.block domain [1, 256, 128, 128, 128]
    conv_transpose(%x, %w : tensor<1x256x128x128x128xf32>, tensor<256x1x3x3x3xf32>)
      #upweave.conv_transpose<strides = [1, 1, 1], padding = [1, 1, 1], groups = 256>
    outs(%e : tensor<1x256x128x128x128xf32>) attributes {schedule = #upweave.fused<input = packed>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<1x256x128x128x128xf32>
}

// -----

func.func @fused_many_blocks(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{schedule is not legal here: blocks_per_sm = 32, but a multiprocessor has the shared memory of}}
  %0 = upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<stages = 4, blocks_per_sm = 32>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

// More lanes than the warps that are chosen have.
func.func @rows_many_lanes(%x: tensor<512x64xf32>, %e: tensor<512x64xf32>) -> tensor<512x64xf32> {
  // expected-error @below {{schedule is not legal here: lanes = 1024 must be a power of two of at most 64, the threads of 2 warps}}
  %0 = upweave.block domain [512, 64] rows [1] stored(%x : tensor<512x64xf32>)
    outs(%e : tensor<512x64xf32>) attributes {schedule = #upweave.rows<lanes = 1024>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return %0 : tensor<512x64xf32>
}
