// RUN: upweave-opt %s --upweave-pack-operands --split-input-file --verify-diagnostics

func.func @tensors(%x: tensor<2x3x16xf32>, %w: tensor<3x4x4xf32>, %e: tensor<2x4x32xf32>) -> tensor<2x4x32xf32> {
  // expected-error @below {{works on tensors; bufferize before packing operands}}
  %0 = upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : tensor<2x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x4x32xf32>) attributes {schedule = #upweave.fused} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return %0 : tensor<2x4x32xf32>
}

// -----

func.func @incomplete(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  // expected-error @below {{schedule is not legal here: it leaves out 'block': run upweave-select-schedule, which chooses what is left out}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<stages = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}
