// What the tables say of a function: blocks, loop nests, slices, constants.
// RUN: upweave-compile %s --emit=meaning | FileCheck %s

// CHECK-LABEL: entry 'block'
// CHECK: t0: F32 [arg0.dim0, 8, 32] argument 0
// CHECK: t2: F32 [16] argument 2
// CHECK: block [arg0.dim0, 16, 64] rows [2] conv_transpose t0, t1 strides [2] low [1] high [1] dilations [1] output_padding [0] reversed [0] groups 1 Input dims [-1, -2, 0] x [-1, -2, 0] -> [-1, -2, 0] Ieee unit
// CHECK-SAME: at [d0, d1, d2] params (t2[d1]) outs (t{{[0-9]+}}[d0, d1, d2])
// CHECK: v0 = argument : F32
// CHECK: v2 = LayerNorm v0 eps 1.0000000000000001e-05 : F32
// CHECK: v3 = AddF v2 v1 : F32
// CHECK: v4 = GeluErf v3 : F32
// CHECK: yield v4
func.func @block(%x: tensor<?x8x32xf32>, %w: tensor<8x16x4xf32>, %bias: tensor<16xf32>) -> tensor<?x16x64xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8x32xf32>
  %init = tensor.empty(%n) : tensor<?x16x64xf32>
  %y = upweave.block domain [?, 16, 64] rows [2]
         conv_transpose(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
           #upweave.conv_transpose<strides = [2], padding = [1]>
         params(%bias[d1] : tensor<16xf32>)
         outs(%init : tensor<?x16x64xf32>) {
       ^bb0(%acc: f32, %b: f32):
         %v = upweave.layer_norm %acc {eps = 1.0e-05 : f64} : f32
         %g = arith.addf %v, %b : f32
         %o = upweave.gelu <erf> %g : f32
         upweave.yield %o : f32
       }
  return %y : tensor<?x16x64xf32>
}

// CHECK-LABEL: entry 'slices'
// CHECK: constant splat at
// CHECK: = pad t0 low [1, 0] with 0
// CHECK: = slice t{{[0-9]+}} [0, 1][2, 1][1, 1] without [1]
// CHECK: = insert t{{[0-9]+}} into t{{[0-9]+}} [0, 0][2, 1][1, 1] without [1]
// CHECK: = reshape
func.func @slices(%x: tensor<2x3xf32>) -> (tensor<6xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %c = arith.constant dense<2.5> : tensor<4xf32>
  %p = tensor.pad %x low[1, 0] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<2x3xf32> to tensor<3x4xf32>
  %s = tensor.extract_slice %p[0, 1] [2, 1] [1, 1] : tensor<3x4xf32> to tensor<2xf32>
  %t = tensor.insert_slice %s into %x[0, 0] [2, 1] [1, 1] : tensor<2xf32> into tensor<2x3xf32>
  %r = tensor.collapse_shape %t [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  return %r, %c : tensor<6xf32>, tensor<4xf32>
}

// CHECK-LABEL: entry 'generate'
// CHECK: loops [4] (Parallel) ins () inits (t{{[0-9]+}}[d0]) results
// CHECK: = LoopIndex d0 : Index
// CHECK: = TensorExtract v{{[0-9]+}} of t0 : F32
func.func @generate(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = tensor.generate {
  ^bb0(%i: index):
    %e = tensor.extract %x[%i] : tensor<4xf32>
    tensor.yield %e : f32
  } : tensor<4xf32>
  return %y : tensor<4xf32>
}

// Sizes are numbers of the reference.
// CHECK-LABEL: entry 'sizes'
// CHECK: t[[SIZE:[0-9]+]] = fill arg0.dim0
// CHECK: ins (t[[SIZE]][])
// CHECK: IndexCast v0 : I64
func.func @sizes(%x: tensor<?xf32>) -> tensor<f32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %i = arith.index_cast %n : index to i64
  %f = arith.sitofp %i : i64 to f32
  %y = tensor.from_elements %f : tensor<f32>
  return %y : tensor<f32>
}

// CHECK-LABEL: entry 'gather'
// CHECK: loops [2, 3] (Parallel, Parallel) ins () inits (t{{[0-9]+}}[d0, d1]) results
// CHECK: = LoopIndex d1 : Index
// CHECK: = TensorExtract v{{[0-9]+}} v{{[0-9]+}} of t0 : F32
func.func @gather(%x: tensor<3x2xf32>) -> tensor<2x3xf32> {
  %e = tensor.empty() : tensor<2x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<2x3xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %v = tensor.extract %x[%j, %i] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// The source as it was is there, too.
// CHECK-LABEL: entry 'gather', as the source has it
// CHECK: = TensorExtract v{{[0-9]+}} v{{[0-9]+}} of t0 : F32
