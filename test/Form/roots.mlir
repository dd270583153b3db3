// What is used outside of a chain becomes another result; what depends on a
// result through something else does not join.
// RUN: upweave-opt %s --upweave-form-blocks --split-input-file | FileCheck %s

// The convolution's own result is returned, too.
// CHECK-LABEL: func @conv_returned
// CHECK: %[[Y:.+]]:2 = upweave.block domain [2, 4, 8]
// CHECK: outs(%{{.+}}, %{{.+}} : tensor<2x4x8xf32>, tensor<2x4x8xf32>)
// CHECK-NEXT: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = math.tanh %[[V]] : f32
// CHECK-NEXT: upweave.yield %[[V]], %[[O]] : f32, f32
// CHECK: return %[[Y]]#1, %[[Y]]#0
func.func @conv_returned(%x: tensor<2x3x4xf32>, %w: tensor<3x4x4xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<2x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %y = linalg.tanh ins(%c : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %y, %c : tensor<2x4x8xf32>, tensor<2x4x8xf32>
}

// -----

// A sum over the row beside the elements: its result drops the row dimension.
// CHECK-LABEL: func @statistic
// CHECK: upweave.block domain [2, 4, 8] rows [1]
// CHECK: outs(%{{.+}}, %{{.+}}[d0, d2] : tensor<2x4x8xf32>, tensor<2x8xf32>)
// CHECK: %[[S:.+]] = upweave.row_reduce <add>
// CHECK: upweave.yield %{{.+}}, %[[S]] : f32, f32
func.func @statistic(%x: tensor<2x4x8xf32>) -> (tensor<2x4x8xf32>, tensor<2x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x8xf32>
  %es = tensor.empty() : tensor<2x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%es : tensor<2x8xf32>) -> tensor<2x8xf32>
  %t = linalg.tanh ins(%x : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %s = linalg.reduce { arith.addf } ins(%t : tensor<2x4x8xf32>) outs(%init : tensor<2x8xf32>) dimensions = [1]
  return %t, %s : tensor<2x4x8xf32>, tensor<2x8xf32>
}

// -----

// An init that is not the identity is combined with the sum.
// CHECK-LABEL: func @init
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[I:.+]]: tensor<2xf32>
// CHECK: params(%[[I]][d0] : tensor<2xf32>)
// CHECK: ^bb0(%[[V:.+]]: f32, %[[A:.+]]: f32):
// CHECK-NEXT: %[[S:.+]] = upweave.row_reduce <add> %[[V]] : f32
// CHECK-NEXT: %[[O:.+]] = arith.addf %[[A]], %[[S]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @init(%x: tensor<2x8xf32>, %i: tensor<2xf32>) -> tensor<2xf32> {
  %s = linalg.reduce { arith.addf } ins(%x : tensor<2x8xf32>) outs(%i : tensor<2xf32>) dimensions = [1]
  return %s : tensor<2xf32>
}

// -----

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#stat = affine_map<(d0, d1, d2) -> (d0, d2)>

// A dead argmax beside a maximum does not keep the maximum from forming.
// CHECK-LABEL: func @argmax
// CHECK: upweave.block domain [2, 4, 8] rows [1]
// CHECK: upweave.row_reduce <maximumf>
// CHECK-NOT: linalg
func.func @argmax(%x: tensor<2x4x8xf32>) -> tensor<2x8xf32> {
  %low = arith.constant 0xFF800000 : f32
  %c0 = arith.constant 0 : i64
  %es = tensor.empty() : tensor<2x8xf32>
  %ei = tensor.empty() : tensor<2x8xi64>
  %init = linalg.fill ins(%low : f32) outs(%es : tensor<2x8xf32>) -> tensor<2x8xf32>
  %initi = linalg.fill ins(%c0 : i64) outs(%ei : tensor<2x8xi64>) -> tensor<2x8xi64>
  %m:2 = linalg.generic {indexing_maps = [#id, #stat, #stat], iterator_types = ["parallel", "reduction", "parallel"]} ins(%x : tensor<2x4x8xf32>) outs(%init, %initi : tensor<2x8xf32>, tensor<2x8xi64>) {
  ^bb0(%in: f32, %out: f32, %outi: i64):
    %0 = linalg.index 1 : index
    %1 = arith.index_cast %0 : index to i64
    %2 = arith.maximumf %in, %out : f32
    %3 = arith.cmpf ogt, %in, %out : f32
    %4 = arith.select %3, %1, %outi : i64
    linalg.yield %2, %4 : f32, i64
  } -> (tensor<2x8xf32>, tensor<2x8xi64>)
  return %m#0 : tensor<2x8xf32>
}

// -----

// Two convolutions, the second of the first's result; the sum of both depends
// on the first's result through the second, and joins the second.
// CHECK-LABEL: func @residual
// CHECK: %[[A:.+]] = upweave.block domain [2, 4, 8]
// CHECK: math.tanh
// CHECK: %[[B:.+]] = upweave.block domain [2, 4, 8]
// CHECK-NEXT: conv_transpose(%[[A]], %{{.+}}
// CHECK-NEXT: params(%[[A]][d0, d1, d2] : tensor<2x4x8xf32>)
// CHECK: arith.addf
// CHECK: return %[[B]]
func.func @residual(%x: tensor<2x3x4xf32>, %w: tensor<3x4x4xf32>, %w2: tensor<4x4x3xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<2x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %t = linalg.tanh ins(%c : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %d = upweave.conv_transpose <strides = [1], padding = [1]> ins(%t, %w2 : tensor<2x4x8xf32>, tensor<4x4x3xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %y = linalg.add ins(%t, %d : tensor<2x4x8xf32>, tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// Sums along two different dimensions: the second is another block, which reads
// the first one's result.
// CHECK-LABEL: func @two_rows
// CHECK: %[[A:.+]] = upweave.block domain [2, 4, 8] rows [2]
// CHECK: %[[B:.+]] = upweave.block domain [2, 4, 8] rows [1]
// CHECK-NEXT: stored(%[[A]] : tensor<2x4x8xf32>)
// CHECK: return %[[B]]
func.func @two_rows(%x: tensor<2x4x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x8xf32>
  %e4 = tensor.empty() : tensor<2x4xf32>
  %e8 = tensor.empty() : tensor<2x8xf32>
  %i4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x4xf32>) -> tensor<2x4xf32>
  %i8 = linalg.fill ins(%zero : f32) outs(%e8 : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.reduce { arith.addf } ins(%x : tensor<2x4x8xf32>) outs(%i4 : tensor<2x4xf32>) dimensions = [2]
  %b = linalg.broadcast ins(%s : tensor<2x4xf32>) outs(%e : tensor<2x4x8xf32>) dimensions = [2]
  %d = linalg.sub ins(%x, %b : tensor<2x4x8xf32>, tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %y = linalg.reduce { arith.addf } ins(%d : tensor<2x4x8xf32>) outs(%i8 : tensor<2x8xf32>) dimensions = [1]
  return %y : tensor<2x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Coordinates, captured scalars and destinations that are read.
// CHECK-LABEL: func @scalars
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[Y:.+]]: tensor<2x8xf32>, %[[S:.+]]: f32
// CHECK: params(%{{.+}} : {{.*}}f32{{.*}})
// CHECK: upweave.index 1 : index
// CHECK-NOT: linalg
func.func @scalars(%x: tensor<2x8xf32>, %acc: tensor<2x8xf32>, %s: f32) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %v = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x8xf32>) outs(%acc : tensor<2x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = linalg.index 1 : index
    %1 = arith.index_cast %0 : index to i64
    %2 = arith.sitofp %1 : i64 to f32
    %3 = arith.mulf %in, %2 : f32
    %4 = arith.mulf %3, %s : f32
    %5 = arith.addf %4, %out : f32
    linalg.yield %5 : f32
  } -> tensor<2x8xf32>
  %y = linalg.reduce { arith.addf } ins(%v : tensor<2x8xf32>) outs(%i : tensor<2xf32>) dimensions = [1]
  return %y : tensor<2xf32>
}

// -----

// Elementwise operations without a convolution or a row stay as they are.
// CHECK-LABEL: func @elementwise
// CHECK-NOT: upweave.block
// CHECK: linalg.tanh
func.func @elementwise(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %e = tensor.empty() : tensor<2x8xf32>
  %t = linalg.tanh ins(%x : tensor<2x8xf32>) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  return %t : tensor<2x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// A condition that is computed on tensors of rank 0 goes into the program.
// CHECK-LABEL: func @guard
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-DAG: %[[C:.+]] = arith.cmpf ogt, %{{.+}}, %{{.+}} : f32
// CHECK: arith.select %[[C]]
// CHECK-NOT: linalg
func.func @guard(%x: tensor<2x8xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %count = arith.constant dense<8.0> : tensor<f32>
  %ec = tensor.empty() : tensor<i1>
  %e = tensor.empty() : tensor<2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %p = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%count : tensor<f32>) outs(%ec : tensor<i1>) {
  ^bb0(%in: f32, %out: i1):
    %0 = arith.cmpf ogt, %in, %zero : f32
    linalg.yield %0 : i1
  } -> tensor<i1>
  %c = tensor.extract %p[] : tensor<i1>
  %s = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x8xf32>) outs(%i : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.select %c, %in, %zero : f32
    %1 = arith.addf %0, %out : f32
    linalg.yield %1 : f32
  } -> tensor<2xf32>
  return %s : tensor<2xf32>
}
