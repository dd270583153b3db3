// A softmax, and functions of tensors in which a size is 0: what they come to.
// RUN: upweave-compile %s -o %t.upw 2>/dev/null
// RUN: upweave-run %t.upw --entry=softmax --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=no_channels --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=no_rows --device=host | FileCheck %s --check-prefix=RAN
// RUN: upweave-run %t.upw --entry=cropped_away --device=host | FileCheck %s --check-prefix=RAN
// CHECK: check {{.*}}: passed
// RAN: entry {{.*}} on host

func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %e = tensor.empty() : tensor<2x8xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x8xf32>) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

func.func @no_channels(%x: tensor<2x0x5x5xf32>, %w: tensor<3x0x3x3xf32>, %b: tensor<3xf32>) -> tensor<2x3x5x5xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %q: index, %c: index, %d: index):
    tensor.yield %z : f32
  } : tensor<2x0x5x5xf32> to tensor<2x0x7x7xf32>
  %e = tensor.empty() : tensor<2x3x5x5xf32>
  %i = linalg.broadcast ins(%b : tensor<3xf32>) outs(%e : tensor<2x3x5x5xf32>) dimensions = [0, 2, 3]
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<2x0x7x7xf32>, tensor<3x0x3x3xf32>) outs(%i : tensor<2x3x5x5xf32>) -> tensor<2x3x5x5xf32>
  %r = linalg.exp ins(%y : tensor<2x3x5x5xf32>) outs(%e : tensor<2x3x5x5xf32>) -> tensor<2x3x5x5xf32>
  return %r : tensor<2x3x5x5xf32>
}

func.func @no_rows(%x: tensor<0x2x5x5xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<0x3x5x5xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %q: index, %c: index, %d: index):
    tensor.yield %z : f32
  } : tensor<0x2x5x5xf32> to tensor<0x2x7x7xf32>
  %e = tensor.empty() : tensor<0x3x5x5xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<0x2x7x7xf32>, tensor<3x2x3x3xf32>) outs(%e : tensor<0x3x5x5xf32>) -> tensor<0x3x5x5xf32>
  return %y : tensor<0x3x5x5xf32>
}

func.func @cropped_away(%x: tensor<1x4x14x6xf32>, %w: tensor<5x4x3x3xf32>) -> tensor<1x5x0x4xf32> {
  %z = arith.constant 0.0 : f32
  %c = tensor.extract_slice %x[0, 0, 6, 0] [1, 4, 2, 6] [1, 1, 1, 1] : tensor<1x4x14x6xf32> to tensor<1x4x2x6xf32>
  %e = tensor.empty() : tensor<1x5x0x4xf32>
  %i = linalg.fill ins(%z : f32) outs(%e : tensor<1x5x0x4xf32>) -> tensor<1x5x0x4xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%c, %w : tensor<1x4x2x6xf32>, tensor<5x4x3x3xf32>) outs(%i : tensor<1x5x0x4xf32>) -> tensor<1x5x0x4xf32>
  return %y : tensor<1x5x0x4xf32>
}
