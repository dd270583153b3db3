// What does not join a block stays as it is, and one remark a block says why.
// RUN: upweave-opt %s --upweave-form-blocks --split-input-file | FileCheck %s
// RUN: upweave-opt %s --upweave-form-blocks --split-input-file --remarks-filter="upweave-.*" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// REMARK: [Missed] rows-differ {{.+}}'linalg.reduce' is not part of the block whose result it takes: it reduces over other dimensions than the block's rows: a block has one set of row dimensions
// CHECK-LABEL: func @rows
func.func @rows(%x: tensor<2x4x8xf32>) -> (tensor<2x4xf32>, tensor<2x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e4 = tensor.empty() : tensor<2x4xf32>
  %e8 = tensor.empty() : tensor<2x8xf32>
  %i4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x4xf32>) -> tensor<2x4xf32>
  %i8 = linalg.fill ins(%zero : f32) outs(%e8 : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.reduce { arith.addf } ins(%x : tensor<2x4x8xf32>) outs(%i4 : tensor<2x4xf32>) dimensions = [2]
  %y = linalg.reduce { arith.addf } ins(%x : tensor<2x4x8xf32>) outs(%i8 : tensor<2x8xf32>) dimensions = [1]
  return %s, %y : tensor<2x4xf32>, tensor<2x8xf32>
}

// -----

// REMARK: [Missed] dynamic-row {{.+}}make that size static
// CHECK-LABEL: func @dynamic
// CHECK-NOT: upweave.block
// CHECK: linalg.reduce
func.func @dynamic(%x: tensor<2x?xf32>, %i: tensor<2xf32>) -> tensor<2xf32> {
  %s = linalg.reduce { arith.addf } ins(%x : tensor<2x?xf32>) outs(%i : tensor<2xf32>) dimensions = [1]
  return %s : tensor<2xf32>
}

// -----

// REMARK: [Missed] layouts-differ {{.+}}its operands have the block's dimensions in different orders, at loop 0
// CHECK-LABEL: func @self_transposed
// CHECK: upweave.block
// CHECK: linalg.add
func.func @self_transposed(%x: tensor<1x1x4xf32>, %w: tensor<1x8x5xf32>) -> tensor<8x8xf32> {
  %e = tensor.empty() : tensor<1x8x8xf32>
  %e2 = tensor.empty() : tensor<8x8xf32>
  %c = upweave.conv_transpose <strides = [1]> ins(%x, %w : tensor<1x1x4xf32>, tensor<1x8x5xf32>) outs(%e : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %m = tensor.collapse_shape %c [[0, 1], [2]] : tensor<1x8x8xf32> into tensor<8x8xf32>
  %t = linalg.transpose ins(%m : tensor<8x8xf32>) outs(%e2 : tensor<8x8xf32>) permutation = [1, 0]
  %y = linalg.add ins(%m, %t : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e2 : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A running difference is no reduction by a known operation.
// REMARK: [Missed] reduction-not-formed {{.+}}'arith.subf' is no reduction that blocks know
// CHECK-LABEL: func @difference
// CHECK-NOT: upweave.block
func.func @difference(%x: tensor<2x8xf32>, %i: tensor<2xf32>) -> tensor<2xf32> {
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x8xf32>) outs(%i : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.subf %out, %in : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// REMARK: [Missed] reduction-not-formed {{.+}}depends on the accumulator
// CHECK-LABEL: func @recurrence
// CHECK-NOT: upweave.block
func.func @recurrence(%x: tensor<2x8xf32>, %i: tensor<2xf32>) -> tensor<2xf32> {
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x8xf32>) outs(%i : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.mulf %in, %out : f32
    %1 = arith.addf %0, %out : f32
    linalg.yield %1 : f32
  } -> tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// REMARK: [Missed] payload-not-inlined {{.+}}'tensor.extract' in its payload
// CHECK-LABEL: func @gather
// CHECK: upweave.block
// CHECK: linalg.generic
func.func @gather(%x: tensor<2x3x4xf32>, %w: tensor<3x4x4xf32>, %table: tensor<?xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<2x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.fptosi %in : f32 to i64
    %1 = arith.index_cast %0 : i64 to index
    %2 = tensor.extract %table[%1] : tensor<?xf32>
    linalg.yield %2 : f32
  } -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// REMARK: [Missed] depends-on-result {{.+}}'linalg.add'
// CHECK-LABEL: func @skip
// CHECK: upweave.block
// CHECK: tensor.insert_slice
// CHECK: linalg.add
func.func @skip(%x: tensor<2x3x4xf32>, %w: tensor<3x4x4xf32>, %o: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<2x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %s = tensor.extract_slice %c[0, 0, 0] [2, 4, 4] [1, 1, 1] : tensor<2x4x8xf32> to tensor<2x4x4xf32>
  %i = tensor.insert_slice %s into %o[0, 0, 0] [2, 4, 4] [1, 1, 1] : tensor<2x4x4xf32> into tensor<2x4x8xf32>
  %y = linalg.add ins(%c, %i : tensor<2x4x8xf32>, tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}
