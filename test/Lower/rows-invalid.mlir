// What no kernel can be made of is refused with the numbers that say why.
// RUN: upweave-opt %s --split-input-file --verify-diagnostics --upweave-lower-to-gpu

func.func @row_does_not_fit(%x: memref<8x64xf32>, %y: memref<8x64xf32>) {
  // expected-error @below {{schedule is not legal here: lanes * registers = 32 elements do not hold a row of 64: raise them or set looped}}
  upweave.block domain [8, 64] rows [1] stored(%x : memref<8x64xf32>)
    outs(%y : memref<8x64xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 8, vector = 4, registers = 4, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.divf %v, %s : f32
    upweave.yield %o : f32
  }
  return
}

// -----

func.func @vector_too_wide(%x: memref<8x6xf32>, %y: memref<8x6xf32>) {
  // expected-error @below {{schedule is not legal here: vector = 4 must divide the widest access that extents and alignment allow, which is of 2 elements}}
  upweave.block domain [8, 6] rows [1] stored(%x : memref<8x6xf32>)
    outs(%y : memref<8x6xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 2, vector = 4, registers = 4, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return
}

// -----

func.func @incomplete(%x: memref<8x64xf32>, %y: memref<8x64xf32>) {
  // expected-error @below {{schedule is not legal here: it leaves out 'rows_per_thread': run upweave-select-schedule, which chooses what is left out}}
  upweave.block domain [8, 64] rows [1] stored(%x : memref<8x64xf32>)
    outs(%y : memref<8x64xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 16, vector = 4, registers = 4, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return
}

// -----

func.func @no_schedule(%x: memref<8x64xf32>, %y: memref<8x64xf32>) {
  // expected-error @below {{has no schedule: run upweave-select-schedule, which chooses one, before lowering}}
  upweave.block domain [8, 64] rows [1] stored(%x : memref<8x64xf32>)
    outs(%y : memref<8x64xf32>) {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return
}

// -----

func.func @collective_behind_convolution(%x: memref<1x2x4xf32>, %w: memref<2x3x4xf32>, %y: memref<1x3x8xf32>) {
  // expected-error @below {{a convolution whose region reduces over rows is not one direct kernel: give it the schedule #upweave.split and run upweave-split-blocks before bufferization}}
  upweave.block domain [1, 3, 8] rows [2]
    conv_transpose(%x, %w : memref<1x2x4xf32>, memref<2x3x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<1x3x8xf32>) attributes {schedule = #upweave.direct} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return
}

// -----

func.func @split_on_buffers(%x: memref<1x2x4xf32>, %w: memref<2x3x4xf32>, %y: memref<1x3x8xf32>) {
  // expected-error @below {{schedule #upweave.split reached the lowering: run upweave-split-blocks before bufferization, or use #upweave.direct}}
  upweave.block domain [1, 3, 8]
    conv_transpose(%x, %w : memref<1x2x4xf32>, memref<2x3x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<1x3x8xf32>) attributes {schedule = #upweave.split} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @staged_too_often(%x: memref<8x4096xf32>, %y: memref<8x4096xf32>) {
  // expected-error @below {{schedule is not legal here: staged = 5 must be at most the steps that a row takes, which are 4}}
  upweave.block domain [8, 4096] rows [1] stored(%x : memref<8x4096xf32>)
    outs(%y : memref<8x4096xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 5, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.divf %v, %s : f32
    upweave.yield %o : f32
  }
  return
}

// -----

func.func @staged_too_large(%x: memref<8x65536xf32>, %y: memref<8x65536xf32>) {
  // expected-error @below {{schedule is not legal here: needs 131104 bytes of shared memory, 131072 of them for staged = 8, a block has 101376}}
  upweave.block domain [8, 65536] rows [1] stored(%x : memref<8x65536xf32>)
    outs(%y : memref<8x65536xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 16, looped = true, staged = 8, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.divf %v, %s : f32
    upweave.yield %o : f32
  }
  return
}

// -----

func.func @too_many_blocks(%x: memref<8x4096xf32>, %y: memref<8x4096xf32>) {
  // expected-error @below {{schedule is not legal here: blocks_per_sm = 7, but a multiprocessor has the shared memory and the warps of 6}}
  upweave.block domain [8, 4096] rows [1] stored(%x : memref<8x4096xf32>)
    outs(%y : memref<8x4096xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, rows_per_thread = 1, tiles_per_block = 1, blocks_per_sm = 7>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.divf %v, %s : f32
    upweave.yield %o : f32
  }
  return
}
