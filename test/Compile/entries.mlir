// Each public function is an entry point; --entry takes one; one without
// anything to fuse compiles, with a remark.
// RUN: upweave-compile %s -o %t.upw 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: upweave-run %t.upw --describe | FileCheck %s --check-prefix=BOTH
// RUN: upweave-run %t.upw --entry=twice --device=host --check | FileCheck %s --check-prefix=PASS
// RUN: upweave-run %t.upw --entry=norm --device=host --check | FileCheck %s --check-prefix=PASS
// RUN: upweave-compile %s --entry=norm -o %t.upw 2>&1 | FileCheck %s --check-prefix=NONE --allow-empty
// RUN: upweave-run %t.upw --describe | FileCheck %s --check-prefix=ONE --implicit-check-not=twice

// REMARK: entries.mlir:{{[0-9]+}}:{{[0-9]+}}: remark: function 'twice' has nothing to fuse
// NONE-NOT: remark
// BOTH: twice
// BOTH: norm
// ONE: norm
// PASS: check {{.*}}: passed

func.func @twice(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %y = linalg.add ins(%x, %x : tensor<?x5xf32>, tensor<?x5xf32>) outs(%e : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @norm(%x: tensor<3x20xf32>, %g: tensor<20xf32>) -> tensor<3x20xf32> {
  %e = tensor.empty() : tensor<3x20xf32>
  %y = upweave.block domain [3, 20] rows [1] stored(%x : tensor<3x20xf32>)
         params(%g[d1] : tensor<20xf32>) outs(%e : tensor<3x20xf32>) {
       ^bb0(%v: f32, %s: f32):
         %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
         %o = arith.mulf %n, %s : f32
         upweave.yield %o : f32
       }
  return %y : tensor<3x20xf32>
}
