// Functions of ops that are no blocks: views, constants, integers, a gather;
// compiled for every chip, run on the host, compared with float64.
// RUN: upweave-compile %s -o %t.upw --chip=sm_80,sm_86,sm_89,sm_90,sm_100,sm_120 2>/dev/null
// RUN: upweave-run %t.upw --entry=views --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=constants --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=gather --device=host --check --dim 3 | FileCheck %s
// RUN: upweave-run %t.upw --entry=matmul --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=same --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=dynamic_spatial --device=host --check --dim 5 | FileCheck %s
// RUN: upweave-run %t.upw --entry=joined --device=host --check | FileCheck %s
// RUN: upweave-run %t.upw --entry=empty_rows --device=host --check | FileCheck %s
// CHECK: check {{.*}}: passed
// CHECK-NOT: FAILED

func.func @views(%x: tensor<2x3xf32>) -> (tensor<6xf32>, tensor<3x4xf32>) {
  %zero = arith.constant 0.5 : f32
  %p = tensor.pad %x low[1, 0] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<2x3xf32> to tensor<3x4xf32>
  %s = tensor.extract_slice %p[0, 1] [2, 1] [1, 1] : tensor<3x4xf32> to tensor<2xf32>
  %t = tensor.insert_slice %s into %x[0, 0] [2, 1] [1, 1] : tensor<2xf32> into tensor<2x3xf32>
  %r = tensor.collapse_shape %t [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  return %r, %p : tensor<6xf32>, tensor<3x4xf32>
}

func.func @constants(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xi32>) {
  %c = arith.constant dense<[1.0, 2.0, -3.0, 4.0]> : tensor<4xf32>
  %k = arith.constant dense<7> : tensor<4xi32>
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.mul ins(%x, %c : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y, %k : tensor<4xf32>, tensor<4xi32>
}

func.func @gather(%x: tensor<?x4xf16>) -> tensor<4x?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf16>
  %e = tensor.empty(%n) : tensor<4x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x?xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %v = tensor.extract %x[%j, %i] : tensor<?x4xf16>
    %w = arith.extf %v : f16 to f32
    %s = math.tanh %w : f32
    linalg.yield %s : f32
  } -> tensor<4x?xf32>
  return %y : tensor<4x?xf32>
}

func.func @matmul(%a: tensor<5x7xf32>, %b: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x3xf32>) -> tensor<5x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<5x7xf32>, tensor<7x3xf32>) outs(%f : tensor<5x3xf32>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

func.func @same(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  return %x, %x : tensor<3xf32>, tensor<3xf32>
}

// The sum over no elements is written all the same.
func.func @empty_rows(%x: tensor<5x0xf32>) -> tensor<5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %r = linalg.reduce ins(%x : tensor<5x0xf32>) outs(%f : tensor<5xf32>) dimensions = [1]
         (%a: f32, %b: f32) {
           %s = arith.addf %a, %b : f32
           linalg.yield %s : f32
         }
  return %r : tensor<5xf32>
}

func.func @joined(%x: tensor<2x3xf32>, %y: tensor<2x1xf32>) -> tensor<2x6xf32> {
  %z = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
                       iterator_types = ["parallel", "parallel"]}
         ins(%y : tensor<2x1xf32>) outs(%y : tensor<2x1xf32>) {
       ^bb0(%a: f32, %o: f32):
         %n = arith.negf %a : f32
         linalg.yield %n : f32
       } -> tensor<2x1xf32>
  %c = tensor.concat dim(1) %y, %x, %z, %y : (tensor<2x1xf32>, tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x6xf32>
  return %c : tensor<2x6xf32>
}

// Only the batch of a block may be dynamic: this runs as it is written.
func.func @dynamic_spatial(%x: tensor<1x2x?xf32>, %w: tensor<3x2x3xf32>) -> tensor<1x3x?xf32> {
  %c2 = arith.constant 2 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c2 : tensor<1x2x?xf32>
  %m = arith.muli %n, %c2 : index
  %m1 = arith.addi %m, %c1 : index
  %o = arith.subi %m1, %c2 : index
  %e = tensor.empty(%m1) : tensor<1x2x?xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<1x2x?xf32>) -> tensor<1x2x?xf32>
  %s = tensor.insert_slice %x into %f[0, 0, 1] [1, 2, %n] [1, 1, 2] : tensor<1x2x?xf32> into tensor<1x2x?xf32>
  %g = tensor.empty(%o) : tensor<1x3x?xf32>
  %h = linalg.fill ins(%z : f32) outs(%g : tensor<1x3x?xf32>) -> tensor<1x3x?xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %w : tensor<1x2x?xf32>, tensor<3x2x3xf32>) outs(%h : tensor<1x3x?xf32>) -> tensor<1x3x?xf32>
  return %y : tensor<1x3x?xf32>
}
