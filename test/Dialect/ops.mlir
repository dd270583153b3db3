// Every operation of the dialect prints what parses to itself, in the custom
// and in the generic form, on tensors and on buffers.
// RUN: upweave-opt %s | upweave-opt | FileCheck %s
// RUN: upweave-opt %s --mlir-print-op-generic | upweave-opt | FileCheck %s

// CHECK-LABEL: func @conv_transpose
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [1]> ins(%{{.*}}, %{{.*}} : tensor<?x8x32xf32>, tensor<8x16x4xf32>) outs(%{{.*}} : tensor<?x16x64xf32>) -> tensor<?x16x64xf32>
func.func @conv_transpose(%x: tensor<?x8x32xf32>, %w: tensor<8x16x4xf32>,
                          %init: tensor<?x16x64xf32>) -> tensor<?x16x64xf32> {
  %y = upweave.conv_transpose #upweave.conv_transpose<strides = [2], padding = [1]>
         ins(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
         outs(%init : tensor<?x16x64xf32>) -> tensor<?x16x64xf32>
  return %y : tensor<?x16x64xf32>
}

// A result wider than its operands, on buffers.
// CHECK-LABEL: func @conv_transpose_buffers
//       CHECK:   upweave.conv_transpose <strides = [2]> ins(%{{.*}}, %{{.*}} : memref<2x8x5xf16>, memref<8x4x3xf16>) outs(%{{.*}} : memref<2x4x11xf32>)
//   CHECK-NOT:   ->
//       CHECK:   return
func.func @conv_transpose_buffers(%x: memref<2x8x5xf16>, %w: memref<8x4x3xf16>,
                                  %y: memref<2x4x11xf32>) {
  upweave.conv_transpose #upweave.conv_transpose<strides = [2]>
    ins(%x, %w : memref<2x8x5xf16>, memref<8x4x3xf16>) outs(%y : memref<2x4x11xf32>)
  return
}

// CHECK-LABEL: func @block_conv
//       CHECK:   upweave.block domain [?, 16, 64] rows [2]
//  CHECK-NEXT:     conv_transpose(%{{.*}}, %{{.*}} : tensor<?x8x32xf32>, tensor<8x16x4xf32>) #upweave.conv_transpose<strides = [2], padding = [1]>
//  CHECK-NEXT:     params(%{{.*}}[d1], %{{.*}}[d2], %{{.*}}, %{{.*}} : tensor<16xf32>, tensor<64xf32>, f32, tensor<f32>)
//  CHECK-NEXT:     outs(%{{.*}} : tensor<?x16x64xf32>) attributes {precision = #upweave.precision<ieee>, schedule = #upweave.split<rows = <warps = 8, lanes = 16, vector = 4, registers = 4>>} {
//  CHECK-NEXT:   ^bb0(%[[ACC:.*]]: f32, %[[B:.*]]: f32, %[[G:.*]]: f32, %[[S:.*]]: f32, %[[T:.*]]: f32):
//  CHECK-NEXT:     %[[V:.*]] = arith.addf %[[ACC]], %[[B]] : f32
//  CHECK-NEXT:     %[[N:.*]] = upweave.layer_norm %[[V]] {eps = 1.000000e-05 : f64} : f32
//  CHECK-NEXT:     %[[A:.*]] = math.fma %[[N]], %[[G]], %[[S]] : f32
//  CHECK-NEXT:     %[[E:.*]] = upweave.gelu <erf> %[[A]] : f32
//  CHECK-NEXT:     %[[O:.*]] = arith.mulf %[[E]], %[[T]] : f32
//  CHECK-NEXT:     upweave.yield %[[O]] : f32
func.func @block_conv(%x: tensor<?x8x32xf32>, %w: tensor<8x16x4xf32>, %bias: tensor<16xf32>,
                      %gamma: tensor<64xf32>, %s: f32, %t: tensor<f32>,
                      %init: tensor<?x16x64xf32>) -> tensor<?x16x64xf32> {
  %y = upweave.block domain [?, 16, 64] rows [2]
         conv_transpose(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
           #upweave.conv_transpose<strides = [2], padding = [1]>
         params(%bias[d1], %gamma[d2], %s, %t : tensor<16xf32>, tensor<64xf32>, f32, tensor<f32>)
         outs(%init : tensor<?x16x64xf32>)
         attributes {precision = #upweave.precision<ieee>,
                     schedule = #upweave.split<rows = <warps = 8, lanes = 16, vector = 4, registers = 4>>} {
  ^bb0(%acc: f32, %b: f32, %g: f32, %s0: f32, %t0: f32):
    %v = arith.addf %acc, %b : f32
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %a = math.fma %n, %g, %s0 : f32
    %e = upweave.gelu <erf> %a : f32
    %o = arith.mulf %e, %t0 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<?x16x64xf32>
}

// Group normalisation of a stored tensor: three row dimensions, a channel that
// is a group of two dimensions, statistics as a second result.
// CHECK-LABEL: func @block_stored
//       CHECK:   %{{.*}}:2 = upweave.block domain [2, 4, 8, 5, 7] rows [2, 3, 4]
//  CHECK-NEXT:     stored(%{{.*}} : tensor<2x32x5x7xf16>) at [d0, d1 * 8 + d2, d3, d4]
//  CHECK-NEXT:     params(%{{.*}}[d1 * 8 + d2], %{{.*}}[d0, d3, d4, d1 * 8 + d2] : tensor<32xf32>, tensor<2x5x7x32xf16>)
//  CHECK-NEXT:     outs(%{{.*}}[d0, d1 * 8 + d2, d3, d4], %{{.*}}[d1, d0, 0] : tensor<2x32x5x7xf16>, tensor<4x2x1xf32>) {
//       CHECK:     upweave.row_reduce <add> %{{.*}} : f32
//       CHECK:     upweave.yield %{{.*}}, %{{.*}} : f16, f32
func.func @block_stored(%x: tensor<2x32x5x7xf16>, %gamma: tensor<32xf32>, %r: tensor<2x5x7x32xf16>,
                        %init: tensor<2x32x5x7xf16>, %stat: tensor<4x2x1xf32>)
    -> (tensor<2x32x5x7xf16>, tensor<4x2x1xf32>) {
  %y:2 = upweave.block domain [2, 4, 8, 5, 7] rows [2, 3, 4]
         stored(%x : tensor<2x32x5x7xf16>) at [d0, d1 * 8 + d2, d3, d4]
         params(%gamma[d1 * 8 + d2], %r[d0, d3, d4, d1 * 8 + d2] : tensor<32xf32>, tensor<2x5x7x32xf16>)
         outs(%init[d0, d1 * 8 + d2, d3, d4], %stat[d1, d0, 0] : tensor<2x32x5x7xf16>, tensor<4x2x1xf32>) {
  ^bb0(%p: f16, %g: f32, %q: f16):
    %v = arith.extf %p : f16 to f32
    %sum = upweave.row_reduce <add> %v : f32
    %d = arith.mulf %v, %g : f32
    %t = arith.truncf %d : f32 to f16
    %o = arith.addf %t, %q : f16
    upweave.yield %o, %sum : f16, f32
  }
  return %y#0, %y#1 : tensor<2x32x5x7xf16>, tensor<4x2x1xf32>
}

// CHECK-LABEL: func @block_buffers
//       CHECK:   upweave.block domain [3, 5] rows [1]
//  CHECK-NEXT:     stored(%{{.*}} : memref<3x5xi32, strided<[8, 1], offset: ?>>)
//  CHECK-NEXT:     outs(%{{.*}} : memref<3x5xi32>) {
func.func @block_buffers(%x: memref<3x5xi32, strided<[8, 1], offset: ?>>, %y: memref<3x5xi32>) {
  upweave.block domain [3, 5] rows [1]
    stored(%x : memref<3x5xi32, strided<[8, 1], offset: ?>>) outs(%y : memref<3x5xi32>) {
  ^bb0(%p: i32):
    %m = upweave.row_reduce <maxsi> %p : i32
    upweave.yield %m : i32
  }
  return
}

// A domain without rows, a rank-0 domain, an attribute of the user's own.
// CHECK-LABEL: func @block_elementwise
//       CHECK:   upweave.block domain [4]{{$}}
//       CHECK:     outs(%{{.*}} : tensor<4xindex>) attributes {note = "mine"} {
//       CHECK:     upweave.index 0 : index
//       CHECK:   upweave.block domain []{{$}}
//       CHECK:     upweave.gelu <tanh> %{{.*}} {c0 = 0.79788456080286541 : f64, c1 = 4.471500e-02 : f64} : f64
func.func @block_elementwise(%x: tensor<4xindex>, %s: tensor<f64>)
    -> (tensor<4xindex>, tensor<f64>) {
  %0 = upweave.block domain [4] stored(%x : tensor<4xindex>) outs(%x : tensor<4xindex>)
         attributes {note = "mine"} {
  ^bb0(%p: index):
    %i = upweave.index 0 : index
    %o = arith.addi %p, %i : index
    upweave.yield %o : index
  }
  %1 = upweave.block domain [] stored(%s : tensor<f64>) outs(%s : tensor<f64>) {
  ^bb0(%p: f64):
    %o = upweave.gelu <tanh> %p {c0 = 0.79788456080286541 : f64, c1 = 0.044715 : f64} : f64
    upweave.yield %o : f64
  }
  return %0, %1 : tensor<4xindex>, tensor<f64>
}

// CHECK-LABEL: func @reductions
//       CHECK:   row_reduce <add> %[[F:.*]] : f32
//       CHECK:   row_reduce <mul> %[[F]] : f32
//       CHECK:   row_reduce <maximumf> %[[F]] : f32
//       CHECK:   row_reduce <maxnumf> %[[F]] : f32
//       CHECK:   row_reduce <minimumf> %[[F]] : f32
//       CHECK:   row_reduce <minnumf> %[[F]] : f32
//       CHECK:   row_reduce <maxsi> %[[I:.*]] : i8
//       CHECK:   row_reduce <maxui> %[[I]] : i8
//       CHECK:   row_reduce <minsi> %[[I]] : i8
//       CHECK:   row_reduce <minui> %[[I]] : i8
//       CHECK:   row_reduce <andi> %[[I]] : i8
//       CHECK:   row_reduce <ori> %[[I]] : i8
//       CHECK:   row_reduce <xori> %[[I]] : i8
func.func @reductions(%x: tensor<4x8xf32>, %k: tensor<4x8xi8>, %f: tensor<4xf32>, %i: tensor<4xi8>)
    -> (tensor<4xf32>, tensor<4xi8>) {
  %y:2 = upweave.block domain [4, 8] rows [1] stored(%x : tensor<4x8xf32>)
         params(%k[d0, d1] : tensor<4x8xi8>) outs(%f[d0], %i[d0] : tensor<4xf32>, tensor<4xi8>) {
  ^bb0(%v: f32, %w: i8):
    %0 = upweave.row_reduce <add> %v : f32
    %1 = upweave.row_reduce <mul> %v : f32
    %2 = upweave.row_reduce <maximumf> %v : f32
    %3 = upweave.row_reduce <maxnumf> %v : f32
    %4 = upweave.row_reduce <minimumf> %v : f32
    %5 = upweave.row_reduce <minnumf> %v : f32
    %6 = upweave.row_reduce <maxsi> %w : i8
    %7 = upweave.row_reduce <maxui> %w : i8
    %8 = upweave.row_reduce <minsi> %w : i8
    %9 = upweave.row_reduce <minui> %w : i8
    %10 = upweave.row_reduce <andi> %w : i8
    %11 = upweave.row_reduce <ori> %w : i8
    %12 = upweave.row_reduce <xori> %w : i8
    upweave.yield %0, %12 : f32, i8
  }
  return %y#0, %y#1 : tensor<4xf32>, tensor<4xi8>
}

// What a fused convolution reads in place of its operands stands after the
// producer.
// CHECK-LABEL: func @block_packed
//       CHECK:   upweave.block domain [2, 4, 32]
//  CHECK-NEXT:     conv_transpose(%{{.*}}, %{{.*}} : memref<2x3x16xf32>, memref<3x4x4xf32>) #upweave.conv_transpose<strides = [2], padding = [1]>
//  CHECK-NEXT:     packed(%[[PX:.*]], %[[PW:.*]] : memref<256xi32>, memref<512xi32>)
//  CHECK-NEXT:     params(%{{.*}}[d1] : memref<4xf32>)
//  CHECK-NEXT:     outs(%{{.*}} : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = packed>} {
//       CHECK:   upweave.block domain [2, 4, 32]
//  CHECK-NEXT:     conv_transpose
//  CHECK-NEXT:     packed(%[[PW]] : memref<512xi32>)
//  CHECK-NEXT:     outs
func.func @block_packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %px: memref<256xi32>, %pw: memref<512xi32>,
                        %b: memref<4xf32>, %y: memref<2x4x32xf32>) {
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%px, %pw : memref<256xi32>, memref<512xi32>)
    params(%b[d1] : memref<4xf32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = packed>} {
  ^bb0(%v: f32, %bias: f32):
    %a = arith.addf %v, %bias : f32
    upweave.yield %a : f32
  }
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%pw : memref<512xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = strided>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}
