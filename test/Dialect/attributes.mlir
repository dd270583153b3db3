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
  // CHECK-SAME: b0 = #upweave.schedule<stored>
  test.b0 = #upweave.schedule<stored, warps = 0, looped = false>,
  // CHECK-SAME: b1 = #upweave.schedule<split, warps = 8, lanes = 256, vector = 4, registers = 16, looped = true>
  test.b1 = #upweave.schedule<split, warps = 8, lanes = 256, vector = 4, registers = 16, looped = true>,
  // CHECK-SAME: b1s = #upweave.schedule<stored, warps = 8, lanes = 256, vector = 4, registers = 16, looped = true, staged = 3, tile = [1, 4]>
  test.b1s = #upweave.schedule<stored, staged = 3, looped = true, warps = 8, lanes = 256, vector = 4, registers = 16, tile = [1, 4]>,
  // CHECK-SAME: b2 = #upweave.schedule<fused, warps = 4, stages = 3, tile = [64, 128]>
  test.b2 = #upweave.schedule<fused, warps = 4, stages = 3, tile = [64, 128]>,
  // CHECK-SAME: b2d = #upweave.schedule<fused, tile = [64, 128], input = direct>
  test.b2d = #upweave.schedule<fused, input = direct, tile = [64, 128]>,
  // CHECK-SAME: b2p = #upweave.schedule<fused, input = packed>
  test.b2p = #upweave.schedule<fused, input = packed>,
  // CHECK-SAME: b3 = #upweave.schedule<direct>
  test.b3 = #upweave.schedule<direct>,
  // CHECK-SAME: c0 = #upweave.precision<ieee>, test.c1 = #upweave.precision<tf32>, test.c2 = #upweave.precision<tf32x3>, test.c3 = #upweave.precision<f16>, test.c4 = #upweave.precision<bf16>
  test.c0 = #upweave.precision<ieee>, test.c1 = #upweave.precision<tf32>, test.c2 = #upweave.precision<tf32x3>,
  test.c3 = #upweave.precision<f16>, test.c4 = #upweave.precision<bf16>
} {}
