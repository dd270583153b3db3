// Attributes print their fields in one order and leave defaults out.
// RUN: upweave-opt %s | upweave-opt | FileCheck %s

module attributes {
  // CHECK: a0 = #upweave.conv_transpose<strides = [2, 2, 2]>
  test.a0 = #upweave.conv_transpose<dims = [b, c, 0, 1, 2] x [i, o, 0, 1, 2] -> [b, c, 0, 1, 2], filter_groups = input,
      reversed = [0, 0, 0], groups = 1, output_padding = [0, 0, 0], dilations = [1, 1, 1], padding = [0, 0, 0], strides = [2, 2, 2]>,
  // CHECK-SAME: a1 = #upweave.conv_transpose<strides = [3], padding = [-1], dilations = [2], output_padding = [1], reversed = [1], groups = 4, filter_groups = output>
  test.a1 = #upweave.conv_transpose<strides = [3], padding_high = [-1], padding_low = [-1], dilations = [2],
      output_padding = [1], groups = 4, reversed = [1], filter_groups = output>,
  // CHECK-SAME: a2 = #upweave.conv_transpose<strides = [2, 1], padding_low = [1, 0], padding_high = [0, 0], dims = [b, 0, 1, c] x [0, 1, o, i] -> [c, b, 1, 0]>
  test.a2 = #upweave.conv_transpose<strides = [2, 1], padding_low = [1, 0],
      dims = [b, 0, 1, c] x [0, 1, o, i] -> [c, b, 1, 0]>,
  // CHECK-SAME: b0 = #upweave.rows, test.b1 = #upweave.rows, test.b2 = #upweave.fused, test.b3 = #upweave.split, test.b4 = #upweave.split, test.b5 = #upweave.direct,
  test.b0 = #upweave.rows, test.b1 = #upweave.rows<looped = false>, test.b2 = #upweave.fused<>,
  test.b3 = #upweave.split, test.b4 = #upweave.split<rows = <>>, test.b5 = #upweave.direct,
  // CHECK-SAME: b6 = #upweave.split<rows = <warps = 8, lanes = 256, vector = 4, registers = 16, looped = true>>
  test.b6 = #upweave.split<rows = <looped = true, warps = 8, registers = 16, lanes = 256, vector = 4>>,
  // CHECK-SAME: b6c = #upweave.split<convolution = #upweave.direct>, test.b6f = #upweave.split<convolution = #upweave.fused<stages = 2>, rows = <warps = 8>>
  test.b6c = #upweave.split<convolution = #upweave.direct>,
  test.b6f = #upweave.split<rows = <warps = 8>, convolution = #upweave.fused<stages = 2>>,
  // CHECK-SAME: b7 = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 16, looped = true, staged = 3, rows_per_thread = 1, tiles_per_block = 4, blocks_per_sm = 2>
  test.b7 = #upweave.rows<blocks_per_sm = 2, staged = 3, looped = true, warps = 8, lanes = 256, vector = 4,
                          registers = 16, tiles_per_block = 4, rows_per_thread = 1>,
  // CHECK-SAME: b8 = #upweave.fused<block = 32 channels x 8 rows x 32 columns, warp = 32 channels x 2 rows x 32 columns, chunks = 2, stages = 3, input = packed, blocks_per_sm = 2>
  test.b8 = #upweave.fused<input = packed, stages = 3, blocks_per_sm = 2, chunks = 2,
                           warp = 32 channels x 2 rows x 32 columns, block = 32 channels x 8 rows x 32 columns>,
  // CHECK-SAME: b9 = #upweave.fused<stages = 3, input = strided>
  test.b9 = #upweave.fused<input = strided, stages = 3>,
  // CHECK-SAME: c0 = #upweave.precision<ieee>, test.c1 = #upweave.precision<tf32>, test.c2 = #upweave.precision<tf32x3>, test.c3 = #upweave.precision<f16>, test.c4 = #upweave.precision<bf16>
  test.c0 = #upweave.precision<ieee>, test.c1 = #upweave.precision<tf32>, test.c2 = #upweave.precision<tf32x3>,
  test.c3 = #upweave.precision<f16>, test.c4 = #upweave.precision<bf16>
} {}
