// Gathers that are no reshapes stay, and one remark says why.
// RUN: upweave-opt %s --upweave-fold-gathers | FileCheck %s
// RUN: upweave-opt %s --upweave-fold-gathers --remarks-filter="upweave-.*" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK --implicit-check-not=gather-

#id = affine_map<(d0) -> (d0)>

// REMARK: [Missed] gather-not-folded {{.+}}element 1 is number 2 of its source
// CHECK-LABEL: func @reversed_in_part(
// CHECK: tensor.extract
func.func @reversed_in_part(%x: tensor<4xf32>) -> tensor<4xf32> {
  %is = arith.constant dense<[0, 2, 1, 3]> : tensor<4xi64>
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%is : tensor<4xi64>) outs(%e : tensor<4xf32>) {
       ^bb0(%a: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %v = tensor.extract %x[%i] : tensor<4xf32>
         linalg.yield %v : f32
       } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// REMARK: [Missed] gather-not-folded {{.+}}it takes 3 elements of a tensor of 4
// CHECK-LABEL: func @in_part(
// CHECK: tensor.extract
func.func @in_part(%x: tensor<4xf32>) -> tensor<3xf32> {
  %is = arith.constant dense<[0, 1, 2]> : tensor<3xi64>
  %e = tensor.empty() : tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%is : tensor<3xi64>) outs(%e : tensor<3xf32>) {
       ^bb0(%a: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %v = tensor.extract %x[%i] : tensor<4xf32>
         linalg.yield %v : f32
       } -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// REMARK: [Missed] gather-not-folded {{.+}}element 1 has the index 4 along a dimension of 4
// CHECK-LABEL: func @outside(
// CHECK: tensor.extract
func.func @outside(%x: tensor<4xf32>) -> tensor<4xf32> {
  %is = arith.constant dense<[0, 4, 2, 3]> : tensor<4xi64>
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%is : tensor<4xi64>) outs(%e : tensor<4xf32>) {
       ^bb0(%a: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %v = tensor.extract %x[%i] : tensor<4xf32>
         linalg.yield %v : f32
       } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Indices that are data, and a payload that does more, are no missed reshapes.
// CHECK-LABEL: func @others(
// CHECK-COUNT-2: tensor.extract
func.func @others(%x: tensor<4xf32>, %is: tensor<4xi64>) -> (tensor<4xf32>, tensor<4xf32>) {
  %ks = arith.constant dense<[0, 1, 2, 3]> : tensor<4xi64>
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%is : tensor<4xi64>) outs(%e : tensor<4xf32>) {
       ^bb0(%a: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %v = tensor.extract %x[%i] : tensor<4xf32>
         linalg.yield %v : f32
       } -> tensor<4xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%ks : tensor<4xi64>) outs(%e : tensor<4xf32>) {
       ^bb0(%a: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %v = tensor.extract %x[%i] : tensor<4xf32>
         %n = arith.negf %v : f32
         linalg.yield %n : f32
       } -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}
