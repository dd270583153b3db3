// RUN: upweave-opt %s --split-input-file --verify-diagnostics --upweave-blocks-to-loops

func.func @tensors(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @below {{block on tensors: run upweave-bufferize first}}
  %0 = upweave.block domain [4, 8] stored(%x : tensor<4x8xf32>) outs(%y : tensor<4x8xf32>) {
    ^bb0(%v: f32):
      upweave.yield %v : f32
  }
  return %0 : tensor<4x8xf32>
}

// -----

// expected-error @below {{function 'no_workspace' has no workspace for the 160000 bytes of a row: run upweave-plan-buffers first}}
func.func @no_workspace(%x: memref<2x3x40000xf32>, %w: memref<3x4x1xf32>, %y: memref<2x4x40000xf32>) {
  upweave.block domain [2, 4, 40000] rows [2]
      conv_transpose(%x, %w : memref<2x3x40000xf32>, memref<3x4x1xf32>)
        #upweave.conv_transpose<strides = [1]>
      outs(%y : memref<2x4x40000xf32>) {
    ^bb0(%acc: f32):
      %n = upweave.layer_norm %acc {eps = 1.0e-05 : f64} : f32
      upweave.yield %n : f32
  }
  return
}
