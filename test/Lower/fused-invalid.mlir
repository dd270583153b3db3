// RUN: upweave-opt %s --split-input-file --upweave-lower-to-gpu --verify-diagnostics

func.func @not_packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{schedule of kind 'fused' reads packed operands: run upweave-pack-operands after bufferization}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.schedule<fused>} {
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
    {other = memref<3x4x4xf64>, precision = #upweave.precision<ieee>, schedule = #upweave.schedule<fused>}
  return
}

// -----

func.func @packed_for_direct(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %px: memref<256xi32>, %pw: memref<512xi32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{has 4 inputs, but its schedule, 'input = direct', takes 3: run upweave-pack-operands with this schedule}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w, %px, %pw : memref<2x3x16xf32>, memref<3x4x4xf32>, memref<256xi32>, memref<512xi32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.schedule<fused, input = direct>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @direct_for_packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %pw: memref<512xi32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{has 3 inputs, but its schedule, 'input = packed', takes 4: run upweave-pack-operands with this schedule}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w, %pw : memref<2x3x16xf32>, memref<3x4x4xf32>, memref<512xi32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.schedule<fused, input = packed>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @pack_for_direct(%x: memref<2x3x16xf32>, %px: memref<256xi32>) {
  // expected-error @below {{packs the input, but its schedule takes it as it lies ('input = direct')}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%px : memref<256xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, schedule = #upweave.schedule<fused, input = direct>}
  return
}
