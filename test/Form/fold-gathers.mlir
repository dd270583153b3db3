// Gathers that count through their source become reshapes.
// RUN: upweave-opt %s --upweave-fold-gathers | FileCheck %s
// RUN: upweave-opt %s --upweave-fold-gathers --remarks-filter="upweave-.*" 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>

// REMARK: [Passed] gather-folded {{.+}}a gather through constant tables is a reshape
// CHECK-LABEL: func @groups(
// CHECK-SAME: %[[X:.+]]: tensor<2x2x4xf32>
// CHECK: %[[Y:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2]] : tensor<2x2x4xf32> into tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @groups(%x: tensor<2x2x4xf32>) -> tensor<2x8xf32> {
  %group = arith.constant dense<[0, 0, 0, 0, 1, 1, 1, 1]> : tensor<8xi64>
  %channel = arith.constant dense<[0, 1, 2, -1, 0, 1, 2, -1]> : tensor<8xi32>
  %c0 = arith.constant 0 : i32
  %c4 = arith.constant 4 : i32
  %e = tensor.empty() : tensor<2x8xf32>
  %y = linalg.generic {indexing_maps = [#row, #row, #id], iterator_types = ["parallel", "parallel"]}
         ins(%group, %channel : tensor<8xi64>, tensor<8xi32>) outs(%e : tensor<2x8xf32>) {
       ^bb0(%g: i64, %c: i32, %o: f32):
         %n = linalg.index 0 : index
         %isNegative = arith.cmpi slt, %c, %c0 : i32
         %wrapped = arith.addi %c, %c4 : i32
         %s = arith.select %isNegative, %wrapped, %c : i32
         %i = arith.index_cast %g : i64 to index
         %j = arith.index_cast %s : i32 to index
         %v = tensor.extract %x[%n, %i, %j] : tensor<2x2x4xf32>
         linalg.yield %v : f32
       } -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// One dimension lies between shapes that share none.
// CHECK-LABEL: func @through_a_line(
// CHECK: tensor.collapse_shape %{{.+}} {{\[\[}}0, 1]] : tensor<2x3xf32> into tensor<6xf32>
// CHECK: tensor.expand_shape %{{.+}} {{\[\[}}0, 1]] output_shape [3, 2] : tensor<6xf32> into tensor<3x2xf32>
func.func @through_a_line(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %is = arith.constant dense<[[0, 0], [0, 1], [1, 1]]> : tensor<3x2xi64>
  %js = arith.constant dense_resource<columns> : tensor<3x2xi64>
  %e = tensor.empty() : tensor<3x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%is, %js : tensor<3x2xi64>, tensor<3x2xi64>) outs(%e : tensor<3x2xf32>) {
       ^bb0(%a: i64, %b: i64, %o: f32):
         %i = arith.index_cast %a : i64 to index
         %j = arith.index_cast %b : i64 to index
         %v = tensor.extract %x[%i, %j] : tensor<2x3xf32>
         linalg.yield %v : f32
       } -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      columns: "0x08000000000000000000000001000000000000000200000000000000000000000000000001000000000000000200000000000000"
    }
  }
#-}
