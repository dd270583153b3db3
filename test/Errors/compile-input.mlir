// What the compiler refuses, by the reason; nothing is left behind.
// RUN: split-file %s %t
// RUN: not upweave-compile %t/syntax.mlir -o %t/o.upw 2>&1 | FileCheck %t/syntax.mlir
// RUN: not upweave-compile %t/types.mlir -o %t/o.upw 2>&1 | FileCheck %t/types.mlir
// RUN: not upweave-compile %t/empty.mlir -o %t/o.upw 2>&1 | FileCheck %t/empty.mlir
// RUN: not upweave-compile %t/loop.mlir -o %t/o.upw 2>&1 | FileCheck %t/loop.mlir
// RUN: not upweave-compile %t/entry.mlir --entry=h -o %t/o.upw 2>&1 | FileCheck %t/entry.mlir
// RUN: not upweave-compile %t/toolkit.mlir --toolkit=%t -o %t/o.upw 2>&1 | FileCheck %t/toolkit.mlir
// RUN: not ls %t/o.upw

// The exit status tells a wrong input (1) from one that is not supported (3).
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(['upweave-compile', sys.argv[1], '-o', 'o.upw']).returncode != 1)" %t/syntax.mlir 2>/dev/null
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(['upweave-compile', sys.argv[1], '-o', 'o.upw']).returncode != 1)" %t/empty.mlir 2>/dev/null
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(['upweave-compile', sys.argv[1], '-o', 'o.upw']).returncode != 3)" %t/loop.mlir 2>/dev/null
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(['upweave-compile', sys.argv[1], '-o', 'o.upw']).returncode != 3)" %t/types.mlir 2>/dev/null

//--- syntax.mlir
// CHECK: syntax.mlir:{{[0-9]+}}:{{[0-9]+}}: error: custom op 'linalg.foo' is unknown
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.foo %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

//--- types.mlir
// CHECK: error: {{.*}}complex<f32>
func.func @f(%x: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  return %x : tensor<4xcomplex<f32>>
}

//--- empty.mlir
// CHECK: error: the module has no public function with a body: nothing can become an entry point
func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

//--- loop.mlir
// CHECK: loop.mlir:{{[0-9]+}}:{{[0-9]+}}: error: 'scf.for' cannot be part of an entry point
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %y = scf.for %i = %c0 to %c9 step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %b = linalg.exp ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %b : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

//--- entry.mlir
// CHECK: error: there is no public function 'h' to be the entry point; there is: f, g
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @g(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

//--- toolkit.mlir
// CHECK: error: {{.*}}ptxas
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
