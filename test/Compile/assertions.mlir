// Assertions are dropped, and the report says so.
// RUN: upweave-compile %s -o %t.upw --report 2>&1 | FileCheck %s
// RUN: upweave-run %t.upw --check --device=host | FileCheck %s --check-prefix=PASS

// CHECK: May differ from the source: assertions (cf.assert) are not checked
// PASS: check {{.*}}: passed

#id = affine_map<(d0) -> (d0)>
func.func @clamped(%x: tensor<4xf32>, %i: tensor<4xi64>) -> tensor<4xf32> {
  %false = arith.constant false
  cf.assert %false, "of the function"
  %c0 = arith.constant 0 : i64
  %c3 = arith.constant 3 : i64
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%i : tensor<4xi64>) outs(%e : tensor<4xf32>) {
       ^bb0(%a: i64, %o: f32):
         %low = arith.maxsi %a, %c0 : i64
         %k = arith.minsi %low, %c3 : i64
         %ok = arith.cmpi eq, %a, %k : i64
         cf.assert %ok, "of an element"
         %j = arith.index_cast %k : i64 to index
         %0 = tensor.extract %x[%j] : tensor<4xf32>
         linalg.yield %0 : f32
       } -> tensor<4xf32>
  return %r : tensor<4xf32>
}
