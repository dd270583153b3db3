// Stages 4 and 5 are the passes that docs/architecture.md names, one after the
// other, and a clean-up, for fused, split and stored blocks.
// RUN: upweave-opt %s --upweave-blocks-to-launch="chip=sm_90 precision=tf32" -o %t.whole
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_90 --upweave-select-schedule=precision=tf32 -o %t.scheduled
// RUN: upweave-opt %t.scheduled --upweave-split-blocks --upweave-bufferize -o %t.buffers
// RUN: upweave-opt %t.buffers --upweave-pack-operands --upweave-plan-buffers --upweave-lower-to-gpu --canonicalize --cse -o %t.parts
// RUN: diff %t.whole %t.parts
// What they leave can be read again.
// RUN: upweave-opt %t.parts -o %t.again
// RUN: diff %t.parts %t.again
// RUN: FileCheck %s < %t.parts

// CHECK-DAG: gpu.func @fused_{{.*}}_fused
// CHECK-DAG: gpu.func @split_{{.*}}_fused
// CHECK-DAG: gpu.func @split_{{.*}}_rows
// CHECK-DAG: gpu.func @stored_{{.*}}_rows
func.func @fused(%x: tensor<2x8x32xf32>, %w: tensor<8x16x4xf32>) -> tensor<2x16x64xf32> {
  %e = tensor.empty() : tensor<2x16x64xf32>
  %y = upweave.block domain [2, 16, 64] rows [2]
    conv_transpose(%x, %w : tensor<2x8x32xf32>, tensor<8x16x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x16x64xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<2x16x64xf32>
}

func.func @split(%x: tensor<2x8x32xf32>, %w: tensor<8x16x4xf32>) -> tensor<2x16x64xf32> {
  %e = tensor.empty() : tensor<2x16x64xf32>
  %y = upweave.block domain [2, 16, 64] rows [1, 2]
    conv_transpose(%x, %w : tensor<2x8x32xf32>, tensor<8x16x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<2x16x64xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<2x16x64xf32>
}

func.func @stored(%x: tensor<16x64xf32>) -> tensor<16x64xf32> {
  %e = tensor.empty() : tensor<16x64xf32>
  %y = upweave.block domain [16, 64] rows [1] stored(%x : tensor<16x64xf32>)
    outs(%e : tensor<16x64xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<16x64xf32>
}
