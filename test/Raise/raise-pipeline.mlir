// The pipeline inlines private functions, and does not canonicalize: the strided
// insert_slice of a padded tensor would lose its stride.
// RUN: upweave-opt %s --upweave-raise | FileCheck %s

// CHECK-LABEL: func @main
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [-1]>
//   CHECK-NOT:   func.func private
func.func private @flip(%w: tensor<3x4x4xf32>) -> tensor<4x3x4xf32> {
  %0 = tensor.empty() : tensor<4x3x4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d0, -d2 + 3)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
                       iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<3x4x4xf32>) outs(%0 : tensor<4x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<4x3x4xf32>
  return %f : tensor<4x3x4xf32>
}

func.func @main(%x: tensor<1x3x5xf32>, %w: tensor<3x4x4xf32>) -> tensor<1x4x14xf32> {
  %zero = arith.constant 0.0 : f32
  %f = call @flip(%w) : (tensor<3x4x4xf32>) -> tensor<4x3x4xf32>
  %p = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<1x3x5xf32> to tensor<1x3x7xf32>
  %e = tensor.empty() : tensor<1x3x17xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x17xf32>) -> tensor<1x3x17xf32>
  %s = tensor.insert_slice %p into %z[0, 0, 2] [1, 3, 7] [1, 1, 2] : tensor<1x3x7xf32> into tensor<1x3x17xf32>
  %i = arith.constant dense<0.0> : tensor<1x4x14xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %f : tensor<1x3x17xf32>, tensor<4x3x4xf32>) outs(%i : tensor<1x4x14xf32>) -> tensor<1x4x14xf32>
  return %y : tensor<1x4x14xf32>
}
