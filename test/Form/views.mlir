// Reshapes, broadcasts and transposes become maps; the domain splits where a
// reshape needs it.
// RUN: upweave-opt %s --upweave-form-blocks --split-input-file | FileCheck %s

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>

// Statistics of a smaller rank, broadcast back by an operation of their own.
// CHECK-LABEL: func @broadcast_back
// CHECK: upweave.block domain [2, 4, 8] rows [2]
// CHECK-NEXT: stored(%{{.+}} : tensor<2x4x8xf32>)
// CHECK-NEXT: outs(%{{.+}} : tensor<2x4x8xf32>) {
// CHECK-NEXT: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[S:.+]] = upweave.row_reduce <add> %[[V]] : f32
// CHECK-NEXT: %[[D:.+]] = arith.subf %[[V]], %[[S]] : f32
// CHECK-NEXT: upweave.yield %[[D]] : f32
// CHECK-NOT: linalg
func.func @broadcast_back(%x: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x8xf32>
  %es = tensor.empty() : tensor<2x4x1xf32>
  %init = linalg.fill ins(%zero : f32) outs(%es : tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %s = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<2x4x8xf32>) outs(%init : tensor<2x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<2x4x1xf32>
  %c = tensor.collapse_shape %s [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %b = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c : tensor<2x4xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %b : tensor<2x4x8xf32>, tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%in: f32, %in_b: f32, %out: f32):
    %0 = arith.subf %in, %in_b : f32
    linalg.yield %0 : f32
  } -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// The channels fall into two groups, each normalised with its positions: the
// channel is two of the domain's dimensions.
// CHECK-LABEL: func @groups
// CHECK: upweave.block domain [2, 2, 3, 8, 10] rows [2, 3, 4]
// CHECK-NEXT: stored(%{{.+}} : tensor<2x6x8x10xf32>) at [d0, d1 * 3 + d2, d3, d4]
// CHECK-NEXT: params(%{{.+}}[d1 * 3 + d2] : tensor<6xf32>)
// CHECK-NEXT: outs(%{{.+}}[d0, d1 * 3 + d2, d3, d4] : tensor<2x6x8x10xf32>) {
// CHECK-NEXT: ^bb0(%[[V:.+]]: f32, %[[G:.+]]: f32):
// CHECK-NEXT: %[[S:.+]] = upweave.row_reduce <maximumf> %[[V]] : f32
// CHECK: %[[D:.+]] = arith.subf %[[V]], %[[S]] : f32
// CHECK-NEXT: %[[O:.+]] = arith.mulf %[[D]], %[[G]] : f32
func.func @groups(%x: tensor<2x6x8x10xf32>, %g: tensor<6xf32>) -> tensor<2x6x8x10xf32> {
  %low = arith.constant 0xFF800000 : f32
  %e4 = tensor.empty() : tensor<2x2x3x80xf32>
  %es = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x6x8x10xf32>
  %init = linalg.fill ins(%low : f32) outs(%es : tensor<2x2xf32>) -> tensor<2x2xf32>
  %flat = tensor.collapse_shape %x [[0], [1], [2, 3]] : tensor<2x6x8x10xf32> into tensor<2x6x80xf32>
  %gx = tensor.expand_shape %flat [[0], [1, 2], [3]] output_shape [2, 2, 3, 80] : tensor<2x6x80xf32> into tensor<2x2x3x80xf32>
  %s = linalg.reduce ins(%gx : tensor<2x2x3x80xf32>) outs(%init : tensor<2x2xf32>) dimensions = [2, 3]
    (%in: f32, %acc: f32) {
      %0 = arith.maximumf %in, %acc : f32
      linalg.yield %0 : f32
    }
  %b = linalg.broadcast ins(%s : tensor<2x2xf32>) outs(%e4 : tensor<2x2x3x80xf32>) dimensions = [2, 3]
  %d = linalg.sub ins(%gx, %b : tensor<2x2x3x80xf32>, tensor<2x2x3x80xf32>) outs(%e4 : tensor<2x2x3x80xf32>) -> tensor<2x2x3x80xf32>
  %back = tensor.collapse_shape %d [[0], [1, 2], [3]] : tensor<2x2x3x80xf32> into tensor<2x6x80xf32>
  %back4 = tensor.expand_shape %back [[0], [1], [2, 3]] output_shape [2, 6, 8, 10] : tensor<2x6x80xf32> into tensor<2x6x8x10xf32>
  %gb = linalg.broadcast ins(%g : tensor<6xf32>) outs(%e : tensor<2x6x8x10xf32>) dimensions = [0, 2, 3]
  %y = linalg.mul ins(%back4, %gb : tensor<2x6x8x10xf32>, tensor<2x6x8x10xf32>) outs(%e : tensor<2x6x8x10xf32>) -> tensor<2x6x8x10xf32>
  return %y : tensor<2x6x8x10xf32>
}

// -----

// A transposed result and transposed rows; the reshape behind the block is free
// and stays outside.
// CHECK-LABEL: func @transposed
// CHECK: %[[Y:.+]] = upweave.block domain [2, 4, 8] rows [1]
// CHECK: outs(%{{.+}}[d0, d2, d1] : tensor<2x8x4xf32>)
// CHECK: tensor.collapse_shape %[[Y]]
func.func @transposed(%x: tensor<2x4x8xf32>) -> tensor<16x4xf32> {
  %zero = arith.constant 0.0 : f32
  %et = tensor.empty() : tensor<2x8x4xf32>
  %es = tensor.empty() : tensor<2x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%es : tensor<2x8xf32>) -> tensor<2x8xf32>
  %t = linalg.transpose ins(%x : tensor<2x4x8xf32>) outs(%et : tensor<2x8x4xf32>) permutation = [0, 2, 1]
  %s = linalg.reduce { arith.addf } ins(%t : tensor<2x8x4xf32>) outs(%init : tensor<2x8xf32>) dimensions = [2]
  %b = linalg.broadcast ins(%s : tensor<2x8xf32>) outs(%et : tensor<2x8x4xf32>) dimensions = [2]
  %y = linalg.map { arith.divf } ins(%t, %b : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%et : tensor<2x8x4xf32>)
  %r = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x8x4xf32> into tensor<16x4xf32>
  return %r : tensor<16x4xf32>
}

// -----

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2) -> (0, d1, 0)>

// What is computed from small operands alone goes into the program: the
// deviation of a batch normalisation. A constant becomes one inside.
// CHECK-LABEL: func @side
// CHECK-SAME: %[[VAR:[^ ]+]]: tensor<4xf32>)
// CHECK: params(%[[VAR]][d1] : tensor<4xf32>)
// CHECK: ^bb0(%[[V:.+]]: f32, %[[P:.+]]: f32):
// CHECK: %[[A:.+]] = arith.addf %[[P]], %{{.+}} : f32
// CHECK-NEXT: %[[R:.+]] = math.rsqrt %[[A]] : f32
// CHECK-NEXT: %[[O:.+]] = arith.mulf %[[V]], %[[R]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
// CHECK-NOT: linalg
func.func @side(%x: tensor<2x3x4xf32>, %w: tensor<3x4x4xf32>, %var: tensor<4xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %es = tensor.empty() : tensor<4xf32>
  %eps = arith.constant dense<1.0e-05> : tensor<4xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<2x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %v = linalg.add ins(%var, %eps : tensor<4xf32>, tensor<4xf32>) outs(%es : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.rsqrt ins(%v : tensor<4xf32>) outs(%es : tensor<4xf32>) -> tensor<4xf32>
  %rx = tensor.expand_shape %r [[0, 1, 2]] output_shape [1, 4, 1] : tensor<4xf32> into tensor<1x4x1xf32>
  %y = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c, %rx : tensor<2x4x8xf32>, tensor<1x4x1xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%in: f32, %in_r: f32, %out: f32):
    %0 = arith.mulf %in, %in_r : f32
    linalg.yield %0 : f32
  } -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

#scalar1 = affine_map<(d0) -> ()>
#line1 = affine_map<(d0) -> (d0)>

// A collapse to rank 0 has no group: its source is read at 0 in each dimension.
// CHECK-LABEL: func @scalar_collapse
// CHECK: upweave.block domain [2, 8] rows [1]
// CHECK-NEXT: stored(
// CHECK-NEXT: params(%{{.+}}[0, 0, 0] : tensor<1x1x1xf32>)
func.func @scalar_collapse(%x: tensor<2x8xf32>, %b: tensor<1x1x1xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x8xf32>) outs(%f : tensor<2xf32>) dimensions = [1]
  %c = tensor.collapse_shape %b [] : tensor<1x1x1xf32> into tensor<f32>
  %y = linalg.generic {indexing_maps = [#line1, #scalar1, #line1], iterator_types = ["parallel"]} ins(%sum, %c : tensor<2xf32>, tensor<f32>) outs(%e : tensor<2xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %0 = arith.addf %in, %s : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

#scalar1 = affine_map<(d0) -> ()>
#line1 = affine_map<(d0) -> (d0)>

// The same of a constant that an operation without inputs writes.
// CHECK-LABEL: func @scalar_constant
// CHECK: upweave.block domain [2, 8] rows [1]
// CHECK: arith.constant 3.0
func.func @scalar_constant(%x: tensor<2x8xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %three = arith.constant 3.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %e1 = tensor.empty() : tensor<1xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x8xf32>) outs(%f : tensor<2xf32>) dimensions = [1]
  %g = linalg.generic {indexing_maps = [#line1], iterator_types = ["parallel"]} outs(%e1 : tensor<1xf32>) {
  ^bb0(%out: f32):
    linalg.yield %three : f32
  } -> tensor<1xf32>
  %c = tensor.collapse_shape %g [] : tensor<1xf32> into tensor<f32>
  %y = linalg.generic {indexing_maps = [#line1, #scalar1, #line1], iterator_types = ["parallel"]} ins(%sum, %c : tensor<2xf32>, tensor<f32>) outs(%e : tensor<2xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %0 = arith.addf %in, %s : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A sum of everything is of rank 0 and is expanded again inside the block.
// CHECK-LABEL: func @scalar_expand
// CHECK: upweave.block domain [2, 8] rows [0, 1]
// CHECK: upweave.row_reduce <add>
// CHECK: math.exp
func.func @scalar_expand(%x: tensor<2x8xf32>) -> tensor<1x1xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %e1 = tensor.empty() : tensor<1x1xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x8xf32>) outs(%f : tensor<f32>) dimensions = [0, 1]
  %c = tensor.expand_shape %sum [] output_shape [1, 1] : tensor<f32> into tensor<1x1xf32>
  %y = linalg.exp ins(%c : tensor<1x1xf32>) outs(%e1 : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#row2 = affine_map<(d0, d1) -> (d0)>

// Beside a dynamic size nothing verifies that the static ones agree.
// CHECK-LABEL: func @sizes_differ
// CHECK: upweave.block
// CHECK: linalg.generic
func.func @sizes_differ(%x: tensor<?x8xf32>, %w: tensor<?x4xf32>, %i: tensor<?xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x8xf32>) outs(%i : tensor<?xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id2, #row2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%x, %sum, %w : tensor<?x8xf32>, tensor<?xf32>, tensor<?x4xf32>) outs(%o : tensor<?x8xf32>) {
  ^bb0(%in: f32, %s: f32, %b: f32, %out: f32):
    %0 = arith.addf %in, %s : f32
    %1 = arith.addf %0, %b : f32
    linalg.yield %1 : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
