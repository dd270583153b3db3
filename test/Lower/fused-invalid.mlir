// RUN: upweave-opt %s --split-input-file --upweave-lower-to-gpu --verify-diagnostics

func.func @not_packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{schedule #upweave.fused reads packed operands: run upweave-pack-operands after bufferization}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 1>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @pack_doubles(%x: memref<2x3x16xf64>, %px: memref<256xi32>) {
  // expected-error @below {{packs elements that no fused kernel multiplies}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf64>) outs(%px : memref<256xi32>)
    {other = memref<3x4x4xf64>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 width_position]>}
  return
}

// -----

func.func @incomplete(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %px: memref<256xi32>, %pw: memref<512xi32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{schedule is not legal here: it leaves out 'stages': run upweave-select-schedule, which chooses what is left out}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%px, %pw : memref<256xi32>, memref<512xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, input = packed, blocks_per_sm = 1>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @too_many_blocks(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %pw: memref<512xi32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{schedule is not legal here: blocks_per_sm = 32, but a multiprocessor has the shared memory of}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%pw : memref<512xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = strided, blocks_per_sm = 32>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @pack_other_taps(%w: memref<3x4x4xf32>, %pw: memref<512xi32>) {
  // expected-error @below {{has an order that counts 2 'width_tap', the convolution has 4}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf32>) outs(%pw : memref<512xi32>)
    {other = memref<2x3x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 out, 2 in by 4, 2 width_tap]>}
  return
}

// -----

func.func @pack_other_phases(%w: memref<3x4x4x4xf32>, %pw: memref<8192xi32>) {
  // expected-error @below {{has an order that counts 1 'height_phase', the convolution has 2}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2, 2], padding = [1, 1]>
    ins(%w : memref<3x4x4x4xf32>) outs(%pw : memref<8192xi32>)
    {other = memref<2x3x4x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 out, 2 in by 4, 4 width_tap, 2 height_tap]>}
  return
}
