// Every block gets the kind and the numbers that fit the attached target;
// remarks say why.
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule --split-input-file | FileCheck %s
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 --split-input-file | FileCheck %s
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 --split-input-file --remarks-filter='upweave-schedule.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @epilogue
//       CHECK:   schedule = #upweave.rows<warps = 4, lanes = 16, vector = 4, registers = 4, rows_per_thread = 1, tiles_per_block = 1>
//      REMARK: schedule-selected
// REMARK-SAME: rows for sm_89: rows of 64 elements, along rows, vector 4, 16 threads per row, 4 registers, 1 rows per thread, 4 warps, 1 tiles per block, 0 bytes shared
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

// A convolution is fused with its region in the precision asked for.
// CHECK-LABEL: func @convolution_alone
//       CHECK:   precision = #upweave.precision<{{ieee|tf32}}>, schedule = #upweave.fused<block = {{[0-9]+}} channels x {{[0-9]+}} rows x {{[0-9]+}} columns, warp = {{.*}}, chunks = {{[0-9]+}}, stages = {{[0-9]+}}, input = {{packed|strided}}, blocks_per_sm = {{[0-9]+}}>
//  REMARK-NOT: precision-granted
//      REMARK: schedule-selected
// REMARK-SAME: fused for sm_89: tile {{.*}} (channels x rows x columns), {{.*}} bytes shared, input strided"
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

// The workload the tiles were measured on: two blocks of four warps share a
// multiprocessor, its shared memory and its registers.
// CHECK-LABEL: func @kb34
//       CHECK:   #upweave.fused<block = {{.*}} columns, warp =
//      REMARK: schedule-selected
// REMARK-SAME: fused for sm_89: rows of 64 elements, tile 64x4x32 (channels x rows x columns), 4 warps of 64x1x32, units of 1 chunks and all row taps, 2 stages, 44288 bytes shared, input strided, predicted [[$STRIDED:[0-9.]+]] ms, [[$PACKED:[0-9.]+]] ms with input packed
func.func @kb34(%x: tensor<32x32x16x32x32xf32>, %w: tensor<32x64x4x4x4xf32>,
                %e: tensor<32x64x32x64x64xf32>) -> tensor<32x64x32x64x64xf32> {
  %0 = upweave.block domain [32, 64, 32, 64, 64] rows [4]
    conv_transpose(%x, %w : tensor<32x32x16x32x32xf32>, tensor<32x64x4x4x4xf32>)
      #upweave.conv_transpose<strides = [2, 2, 2], padding = [1, 1, 1]>
    outs(%e : tensor<32x64x32x64x64xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<32x64x32x64x64xf32>
}

// -----

// Where the input comes from is obeyed, too; both times are predicted.
// CHECK-LABEL: func @kb34_packed
//       CHECK:   #upweave.fused<block = 32 channels x 8 rows x 32 columns, warp = 32 channels x 2 rows x 32 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>
//      REMARK: schedule-selected
// REMARK-SAME: fused for sm_89 (as written): rows of 64 elements, tile 32x8x32 (channels x rows x columns), 4 warps of 32x2x32, units of 1 chunks and all row taps, 2 stages, 37120 bytes shared, input packed, predicted [[$PACKED]] ms, [[$STRIDED]] ms with input strided
func.func @kb34_packed(%x: tensor<32x32x16x32x32xf32>, %w: tensor<32x64x4x4x4xf32>,
                       %e: tensor<32x64x32x64x64xf32>) -> tensor<32x64x32x64x64xf32> {
  %0 = upweave.block domain [32, 64, 32, 64, 64] rows [4]
    conv_transpose(%x, %w : tensor<32x32x16x32x32xf32>, tensor<32x64x4x4x4xf32>)
      #upweave.conv_transpose<strides = [2, 2, 2], padding = [1, 1, 1]>
    outs(%e : tensor<32x64x32x64x64xf32>)
    attributes {precision = #upweave.precision<tf32>, schedule = #upweave.fused<input = packed>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<32x64x32x64x64xf32>
}

// -----

// 16-bit operands have a precision of their own, whatever is asked for f32.
// CHECK-LABEL: func @convolution_and_rows
//       CHECK:   precision = #upweave.precision<f16>, schedule = #upweave.fused<
//  REMARK-NOT: precision-granted
//      REMARK: schedule-selected
// REMARK-SAME: fused for sm_89: rows of 32 elements
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

// Rows that no tile holds: the convolution alone is the fused kernel, and keeps
// the precision.
// CHECK-LABEL: func @rows_of_two_axes
//       CHECK:   precision = #upweave.precision<{{ieee|tf32}}>, schedule = #upweave.split<convolution = #upweave.{{fused<.*>|direct}}, rows = <
//      REMARK: not-fused
// REMARK-SAME: its rows are neither along the last spatial axis nor along the channels
//      REMARK: schedule-selected
// REMARK-SAME: split for sm_89: the convolution, then its rows from memory
func.func @rows_of_two_axes(%x: tensor<2x3x4x16xf32>, %w: tensor<3x4x4x4xf32>,
                            %e: tensor<2x4x8x32xf32>) -> tensor<2x4x8x32xf32> {
  %0 = upweave.block domain [2, 4, 8, 32] rows [2, 3]
    conv_transpose(%x, %w : tensor<2x3x4x16xf32>, tensor<3x4x4x4xf32>)
      #upweave.conv_transpose<strides = [2, 2], padding = [1, 1]>
    outs(%e : tensor<2x4x8x32xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x8x32xf32>
}

// -----

// CHECK-LABEL: func @rows_too_long
//       CHECK:   schedule = #upweave.split<convolution = #upweave.{{fused<.*>|direct}}, rows = <
//      REMARK: not-fused
// REMARK-SAME: rows of 16384 elements are 8192 column positions
func.func @rows_too_long(%x: tensor<2x3x8192xf32>, %w: tensor<3x4x4xf32>,
                         %e: tensor<2x4x16384xf32>) -> tensor<2x4x16384xf32> {
  %0 = upweave.block domain [2, 4, 16384] rows [2]
    conv_transpose(%x, %w : tensor<2x3x8192xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x16384xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x16384xf32>
}

// -----

// More phases than a thread has sums for are divided among thread blocks, unless
// a row needs them all.
// CHECK-LABEL: func @large_stride
//       CHECK:   schedule = #upweave.fused<
//      REMARK: schedule-selected
func.func @large_stride(%x: tensor<2x3x8xf32>, %w: tensor<3x4x40xf32>,
                        %e: tensor<2x4x320xf32>) -> tensor<2x4x320xf32> {
  %0 = upweave.block domain [2, 4, 320]
    conv_transpose(%x, %w : tensor<2x3x8xf32>, tensor<3x4x40xf32>)
      #upweave.conv_transpose<strides = [40]>
    outs(%e : tensor<2x4x320xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<2x4x320xf32>
}

// -----

// CHECK-LABEL: func @rows_of_large_stride
//       CHECK:   schedule = #upweave.split<convolution = #upweave.{{fused<.*>|direct}}, rows = <
//      REMARK: not-fused
// REMARK-SAME: its rows have 40 phases and 41 taps, a thread block takes 8 phases
func.func @rows_of_large_stride(%x: tensor<2x3x8xf32>, %w: tensor<3x4x41xf32>,
                                %e: tensor<2x4x321xf32>) -> tensor<2x4x321xf32> {
  %0 = upweave.block domain [2, 4, 321] rows [2]
    conv_transpose(%x, %w : tensor<2x3x8xf32>, tensor<3x4x41xf32>)
      #upweave.conv_transpose<strides = [40]>
    outs(%e : tensor<2x4x321xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x321xf32>
}

// -----

// What the smallest tile exceeds is named, with both numbers.
// CHECK-LABEL: func @thread_is_full
//       CHECK:   schedule = #upweave.split<convolution = #upweave.{{fused<.*>|direct}}, rows = <
//      REMARK: not-fused
// REMARK-SAME: no tile fits: a thread would hold 448 accumulators, 128 is the most for tf32 m16n8k8
func.func @thread_is_full(%x: tensor<2x3x1024xf32>, %w: tensor<3x4x14xf32>,
                          %e: tensor<2x4x14336xf32>) -> tensor<2x4x14336xf32> {
  %0 = upweave.block domain [2, 4, 14336] rows [2]
    conv_transpose(%x, %w : tensor<2x3x1024xf32>, tensor<3x4x14xf32>)
      #upweave.conv_transpose<strides = [14]>
    outs(%e : tensor<2x4x14336xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x14336xf32>
}

// -----

// CHECK-LABEL: func @filter_too_long
//       CHECK:   schedule = #upweave.direct
//      REMARK: not-fused
// REMARK-SAME: no tile fits: a unit would have 900 products of fragments in a row, 512 is the most for
func.func @filter_too_long(%x: tensor<2x3x8xf32>, %w: tensor<3x4x900xf32>,
                           %e: tensor<2x4x914xf32>) -> tensor<2x4x914xf32> {
  %0 = upweave.block domain [2, 4, 914]
    conv_transpose(%x, %w : tensor<2x3x8xf32>, tensor<3x4x900xf32>)
      #upweave.conv_transpose<strides = [2]>
    outs(%e : tensor<2x4x914xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<2x4x914xf32>
}

// -----

// CHECK-LABEL: func @rows_of_many_channels
//       CHECK:   schedule = #upweave.split<convolution = #upweave.{{fused<.*>|direct}}, rows = <
//      REMARK: not-fused
// REMARK-SAME: rows of 320 elements are 320 channels, a block of 4 warps along them holds at most 256
func.func @rows_of_many_channels(%x: tensor<2x3x16xf32>, %w: tensor<3x320x2xf32>,
                                 %e: tensor<2x320x32xf32>) -> tensor<2x320x32xf32> {
  %0 = upweave.block domain [2, 320, 32] rows [1]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x320x2xf32>)
      #upweave.conv_transpose<strides = [2]>
    outs(%e : tensor<2x320x32xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x320x32xf32>
}

// -----

// Kernels count words of packed memory in 32 bits: a larger image is read as it lies.
// CHECK-LABEL: func @large_image
//       CHECK:   schedule = #upweave.fused<{{.*}}, input = strided, blocks_per_sm = {{[0-9]+}}>
func.func @large_image(%x: tensor<1x256x128x128x128xf32>, %w: tensor<256x1x3x3x3xf32>,
                       %e: tensor<1x256x128x128x128xf32>) -> tensor<1x256x128x128x128xf32> {
  %0 = upweave.block domain [1, 256, 128, 128, 128]
    conv_transpose(%x, %w : tensor<1x256x128x128x128xf32>, tensor<256x1x3x3x3xf32>)
      #upweave.conv_transpose<strides = [1, 1, 1], padding = [1, 1, 1], groups = 256>
    outs(%e : tensor<1x256x128x128x128xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<1x256x128x128x128xf32>
}

// -----

// CHECK-LABEL: func @doubles
//       CHECK:   precision = #upweave.precision<ieee>, schedule = #upweave.direct
//      REMARK: not-fused
// REMARK-SAME: its operands are neither f32, f16 nor bf16
func.func @doubles(%x: tensor<2x3x16xf64>, %w: tensor<3x4x4xf64>,
                   %e: tensor<2x4x32xf64>) -> tensor<2x4x32xf64> {
  %0 = upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : tensor<2x3x16xf64>, tensor<3x4x4xf64>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf64>) {
  ^bb0(%v: f64):
    upweave.yield %v : f64
  }
  return %0 : tensor<2x4x32xf64>
}

// -----

// What no kernel does is granted as what is more exact; a written tile is
// obeyed.
// CHECK-LABEL: func @three_products
//       CHECK:   precision = #upweave.precision<ieee>, schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1, stages = 3, input = strided, blocks_per_sm = {{[0-9]+}}>
//      REMARK: precision-granted
// REMARK-SAME: precision tf32x3 granted as ieee: no kernel splits operands in parts
//      REMARK: schedule-selected
// REMARK-SAME: fused for sm_89 (as written): rows of 32 elements, tile 16x1x16
func.func @three_products(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>,
                          %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>)
    attributes {precision = #upweave.precision<tf32x3>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1, stages = 3>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

// A schedule that is written is obeyed; what it leaves out is chosen.
// CHECK-LABEL: func @written
//       CHECK:   schedule = #upweave.rows<warps = 4, lanes = 32, vector = 2, registers = 2, rows_per_thread = {{[0-9]+}}, tiles_per_block = {{[0-9]+}}>
//      REMARK: schedule-selected
// REMARK-SAME: rows for sm_89 (as written): rows of 64 elements
func.func @written(%x: tensor<512x64xf32>, %e: tensor<512x64xf32>) -> tensor<512x64xf32> {
  %0 = upweave.block domain [512, 64] rows [1] stored(%x : tensor<512x64xf32>)
    outs(%e : tensor<512x64xf32>)
    attributes {schedule = #upweave.rows<warps = 4, lanes = 32, vector = 2, registers = 2>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<512x64xf32>
}

// -----

// A tile without rows is completed with those that fit; a written number of
// thread blocks is obeyed.
// CHECK-LABEL: func @written_blocks
//       CHECK:   schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 1, rows_per_thread = 1, tiles_per_block = 3, blocks_per_sm = 1>
//      REMARK: schedule-selected
// REMARK-SAME: rows for sm_89 (as written): rows of 4096 elements
func.func @written_blocks(%x: tensor<512x4096xf32>, %e: tensor<512x4096xf32>) -> tensor<512x4096xf32> {
  %0 = upweave.block domain [512, 4096] rows [1] stored(%x : tensor<512x4096xf32>)
    outs(%e : tensor<512x4096xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 1, tiles_per_block = 3, blocks_per_sm = 1>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<512x4096xf32>
}

// -----

// Both kernels of a split are completed in the same way.
// CHECK-LABEL: func @written_split
//       CHECK:   schedule = #upweave.split<convolution = #upweave.fused<{{.*}}, blocks_per_sm = 3>, rows = <warps = 2, lanes = 8, vector = 4, registers = 4, rows_per_thread = 1, tiles_per_block = 2>>
//      REMARK: schedule-selected
// REMARK-SAME: split for sm_89 (as written): the convolution, then its rows from memory; rows of 32 elements, along rows, vector 4, 8 threads per row
func.func @written_split(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  %0 = upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>)
    attributes {schedule = #upweave.split<convolution = #upweave.fused<blocks_per_sm = 3>, rows = <warps = 2, lanes = 8, tiles_per_block = 2>>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

// Stages and thread blocks that are written are those of the tile that is chosen.
// CHECK-LABEL: func @written_stages
//       CHECK:   schedule = #upweave.fused<block = {{.*}}, warp = {{.*}}, chunks = 1, stages = 4, input = {{packed|strided}}, blocks_per_sm = 3>
func.func @written_stages(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  %0 = upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused<stages = 4, blocks_per_sm = 3>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<2x4x32xf32>
}
