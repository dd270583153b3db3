// Maps that name one element of a dimension, and iterator types that do not say
// what the maps do: what is formed, and what it computes. Loops run in order,
// whatever they are called; what an output map leaves out is reduced.
// RUN: upweave-opt %s --upweave-form-blocks | FileCheck %s
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=element_of_cone | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=later_element_of_cone | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=element_of_producer | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=element_beside | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=later_element_beside | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=partly_written | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=partly_written_beside | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=reduction_is_named | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=reduction_is_elementwise | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=parallel_is_reduced | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=last_one_stays | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=different_reductions | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=other_accumulator | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=diagonal_beside | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=conv_of_named_reductions | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=element_after_conv | FileCheck %s --check-prefix=EQUIV
// EQUIV: results agree

#id = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0, 0)>
#fourth = affine_map<(d0, d1) -> (d0, 3)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
#diagonal = affine_map<(d0) -> (d0, d0)>
#zero = affine_map<(d0) -> (d0, 0)>
#line = affine_map<(d0) -> (d0)>

// exp(x)[i, 0] * exp(x)[i, j], summed over j.
// CHECK-LABEL: func @element_of_cone
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: upweave.block
func.func @element_of_cone(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4x1xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4x1xf32>) -> tensor<4x1xf32>
  %p = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = linalg.generic {indexing_maps = [#first, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %p : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["parallel", "reduction"]} ins(%s : tensor<4x8xf32>) outs(%f : tensor<4x1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.addf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}

// CHECK-LABEL: func @later_element_of_cone
func.func @later_element_of_cone(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4x1xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4x1xf32>) -> tensor<4x1xf32>
  %p = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = linalg.generic {indexing_maps = [#fourth, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %p : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["parallel", "reduction"]} ins(%s : tensor<4x8xf32>) outs(%f : tensor<4x1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.addf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}

// A reduction that also takes the first element of what it reduces.
// CHECK-LABEL: func @element_of_producer
func.func @element_of_producer(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#first, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.subf %b, %a : f32
    %m = arith.addf %s, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// Beside the block, element 0 is what a param's map can name.
// CHECK-LABEL: func @element_beside
// CHECK: upweave.block
// CHECK: params(%{{.+}}[d0, 0] : tensor<4x3xf32>)
// CHECK-NOT: linalg.generic
func.func @element_beside(%x: tensor<4x8xf32>, %w: tensor<4x3xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#first, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%w, %x : tensor<4x3xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.subf %b, %a : f32
    %m = arith.addf %s, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: func @later_element_beside
// CHECK-NOT: upweave.block
func.func @later_element_beside(%x: tensor<4x8xf32>, %w: tensor<4x5xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#fourth, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%w, %x : tensor<4x5xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.subf %b, %a : f32
    %m = arith.addf %s, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// Only the first of three columns is added to; the others stay as they were.
// CHECK-LABEL: func @partly_written
// CHECK-NOT: upweave.block
func.func @partly_written(%x: tensor<4x8xf32>, %i: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %r = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%i : tensor<4x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.addf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}

// A side operand of which one element is written.
// CHECK-LABEL: func @partly_written_beside
func.func @partly_written_beside(%x: tensor<4x8xf32>, %i: tensor<4x8xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#zero, #zero], iterator_types = ["parallel"]} ins(%x : tensor<4x8xf32>) outs(%i : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.addf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%s, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %b, %a : f32
    %m = arith.addf %p, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// Both loops are called reductions, one of them is named by the result.
// CHECK-LABEL: func @reduction_is_named
// CHECK: upweave.block domain [4, 8] rows [1]
func.func @reduction_is_named(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x1xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x1xf32>) -> tensor<4x1xf32>
  %s = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%f : tensor<4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<4x1xf32>
  return %s : tensor<4x1xf32>
}

// Each element is added to its own init, once, between two steps of a block.
// CHECK-LABEL: func @reduction_is_elementwise
// CHECK: upweave.block domain [4, 8] rows [1]
// CHECK-NOT: linalg.generic
func.func @reduction_is_elementwise(%x: tensor<4x8xf32>, %i: tensor<4x8xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%i : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  %r = linalg.reduce { arith.addf } ins(%s : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  return %r : tensor<4xf32>
}

// CHECK-LABEL: func @parallel_is_reduced
// CHECK: upweave.block domain [4, 8] rows [1]
// CHECK: upweave.row_reduce <add>
func.func @parallel_is_reduced(%x: tensor<4x8xf32>, %i: tensor<4xf32>) -> tensor<4xf32> {
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%i : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// The last step of a loop that the result does not name wins: no block does so.
// CHECK-LABEL: func @last_one_stays
// CHECK: linalg.generic
// CHECK: arith.negf
// CHECK: upweave.block
func.func @last_one_stays(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.negf %in : f32
    linalg.yield %a : f32
  } -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#row, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%s, %y : tensor<4xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %b, %a : f32
    %m = arith.addf %p, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: func @different_reductions
// CHECK-NOT: upweave.block
func.func @different_reductions(%x: tensor<4x8xf32>, %i: tensor<4xf32>, %j: tensor<8xf32>) -> (tensor<4xf32>, tensor<8xf32>) {
  %s:2 = linalg.generic {indexing_maps = [#id, #row, #column], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%i, %j : tensor<4xf32>, tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32, %other: f32):
    %a = arith.addf %in, %out : f32
    %b = arith.addf %in, %other : f32
    linalg.yield %a, %b : f32, f32
  } -> (tensor<4xf32>, tensor<8xf32>)
  return %s#0, %s#1 : tensor<4xf32>, tensor<8xf32>
}

// One result keeps what the other has accumulated so far.
// CHECK-LABEL: func @other_accumulator
func.func @other_accumulator(%x: tensor<4x8xf32>, %i: tensor<4xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %e8 = tensor.empty() : tensor<4x8xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s:2 = linalg.generic {indexing_maps = [#id, #id, #row], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e8, %i : tensor<4x8xf32>, tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32, %sum: f32):
    %a = arith.addf %in, %sum : f32
    linalg.yield %sum, %a : f32, f32
  } -> (tensor<4x8xf32>, tensor<4xf32>)
  %r = linalg.generic {indexing_maps = [#id, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%s#0, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %b, %a : f32
    %m = arith.addf %p, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// Only a diagonal is written.
// CHECK-LABEL: func @diagonal_beside
func.func @diagonal_beside(%x: tensor<4x4xf32>, %d: tensor<4xf32>, %i: tensor<4x4xf32>) -> tensor<4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#line, #diagonal], iterator_types = ["parallel"]} ins(%d : tensor<4xf32>) outs(%i : tensor<4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<4x4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #row], iterator_types = ["parallel", "reduction"]} ins(%s, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %b, %a : f32
    %m = arith.addf %p, %out : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// All loops of a convolution are called reductions.
// CHECK-LABEL: func @conv_of_named_reductions
func.func @conv_of_named_reductions(%x: tensor<2x3x8xf32>, %w: tensor<4x3x3xf32>, %i: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(n, f, o, c, k) -> (n, c, o + k)>, affine_map<(n, f, o, c, k) -> (f, c, k)>, affine_map<(n, f, o, c, k) -> (n, f, o)>],
                       iterator_types = ["reduction", "reduction", "reduction", "parallel", "reduction"]}
    ins(%x, %w : tensor<2x3x8xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// A gate by the first channel behind a convolution.
// CHECK-LABEL: func @element_after_conv
func.func @element_after_conv(%x: tensor<1x2x9xf32>, %w: tensor<3x2x3xf32>) -> tensor<1x3x7xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x7xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<1x3x7xf32>) -> tensor<1x3x7xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x2x9xf32>, tensor<3x2x3xf32>) outs(%f : tensor<1x3x7xf32>) -> tensor<1x3x7xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, c, w) -> (n, 0, w)>, affine_map<(n, c, w) -> (n, c, w)>, affine_map<(n, c, w) -> (n, c, w)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %y : tensor<1x3x7xf32>, tensor<1x3x7xf32>) outs(%e : tensor<1x3x7xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<1x3x7xf32>
  return %r : tensor<1x3x7xf32>
}
