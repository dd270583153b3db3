// Functions that are worse than their kernels, on rows on which they are worst:
// the check passes, and says of how much nothing is known.
// RUN: upweave-check %s --inputs=normal,wide,large-mean,constant,denormal > %t.log
// RUN: FileCheck %s --input-file=%t.log

#row = affine_map<(i, j) -> (i, j)>
#rows = affine_map<(i, j) -> (i)>

// The variance is a difference of two numbers of 10^6, between which there is
// nothing left of it in f32.
// CHECK-LABEL: one_pass:
// CHECK: normal {{.*}} passed
// CHECK-NEXT: nothing is known of 100 % of the elements
// CHECK: denormal {{.*}} passed
func.func @one_pass(%x: tensor<4x24xf32>) -> tensor<4x24xf32> {
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 2.4e+01 : f32
  %eps = arith.constant 1.0e-05 : f32
  %small = arith.constant 1.0e-03 : f32
  %bias = arith.constant 1.232e+03 : f32
  %e = tensor.empty() : tensor<4x24xf32>
  %es = tensor.empty() : tensor<4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%es : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x24xf32>) outs(%e : tensor<4x24xf32>) {
  ^bb0(%v: f32, %o: f32):
    %scaled = arith.mulf %v, %small : f32
    %r = arith.addf %scaled, %bias : f32
    linalg.yield %r : f32
  } -> tensor<4x24xf32>
  %sum = linalg.generic {indexing_maps = [#row, #rows], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<4x24xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %r = arith.addf %v, %o : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %squares = linalg.generic {indexing_maps = [#row, #rows], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<4x24xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %square = arith.mulf %v, %v : f32
    %r = arith.addf %square, %o : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %out = linalg.generic {indexing_maps = [#row, #rows, #rows, #row], iterator_types = ["parallel", "parallel"]}
      ins(%y, %sum, %squares : tensor<4x24xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4x24xf32>) {
  ^bb0(%v: f32, %s: f32, %q: f32, %o: f32):
    %mean = arith.divf %s, %count : f32
    %second = arith.divf %q, %count : f32
    %first = arith.mulf %mean, %mean : f32
    %variance = arith.subf %second, %first : f32
    %shifted = arith.addf %variance, %eps : f32
    %root = math.sqrt %shifted : f32
    %d = arith.subf %v, %mean : f32
    %r = arith.divf %d, %root : f32
    linalg.yield %r : f32
  } -> tensor<4x24xf32>
  return %out : tensor<4x24xf32>
}

// A mean by f32(1/5), whose error a large mean shows.
// CHECK-LABEL: mean_by_reciprocal:
// CHECK-COUNT-5: passed
func.func @mean_by_reciprocal(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %fifth = arith.constant 2.0e-01 : f32
  %eps = arith.constant 1.0e-05 : f32
  %bias = arith.constant 1.6e-01 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %es = tensor.empty() : tensor<4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%es : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%v: f32, %o: f32):
    %r = arith.addf %v, %bias : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  %sum = linalg.generic {indexing_maps = [#row, #rows], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<4x5xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %r = arith.addf %v, %o : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %d = linalg.generic {indexing_maps = [#row, #rows, #row], iterator_types = ["parallel", "parallel"]}
      ins(%y, %sum : tensor<4x5xf32>, tensor<4xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%v: f32, %s: f32, %o: f32):
    %mean = arith.mulf %s, %fifth : f32
    %r = arith.subf %v, %mean : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  %squares = linalg.generic {indexing_maps = [#row, #rows], iterator_types = ["parallel", "reduction"]}
      ins(%d : tensor<4x5xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %square = arith.mulf %v, %v : f32
    %r = arith.addf %square, %o : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %out = linalg.generic {indexing_maps = [#row, #rows, #row], iterator_types = ["parallel", "parallel"]}
      ins(%d, %squares : tensor<4x5xf32>, tensor<4xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%v: f32, %q: f32, %o: f32):
    %variance = arith.mulf %q, %fifth : f32
    %shifted = arith.addf %variance, %eps : f32
    %rstd = math.rsqrt %shifted : f32
    %r = arith.mulf %v, %rstd : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  return %out : tensor<4x5xf32>
}

// v / |v|, and the same by a power: squares of denormals are zero, and what is
// divided by them anything.
// CHECK-LABEL: weight_norm:
// CHECK: normal {{.*}} result1  passed
// CHECK-NEXT: wide {{.*}} passed
// CHECK: denormal {{.*}} passed
// CHECK-NEXT: nothing is known of 100 % of the elements
// CHECK: denormal {{.*}} passed
// CHECK-NEXT: nothing is known of 100 % of the elements
// CHECK: {{^}}passed
func.func @weight_norm(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %half = arith.constant 5.0e-01 : f32
  %minus = arith.constant -5.0e-01 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %es = tensor.empty() : tensor<4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%es : tensor<4xf32>) -> tensor<4xf32>
  %squares = linalg.generic {indexing_maps = [#row, #rows], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %size = math.absf %v : f32
    %square = math.powf %size, %two : f32
    %r = arith.addf %square, %o : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %out:2 = linalg.generic {indexing_maps = [#row, #rows, #row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x, %squares : tensor<4x8xf32>, tensor<4xf32>) outs(%e, %e : tensor<4x8xf32>, tensor<4x8xf32>) {
  ^bb0(%v: f32, %q: f32, %o: f32, %p: f32):
    %norm = math.powf %q, %half : f32
    %r = arith.divf %v, %norm : f32
    %inverse = math.powf %q, %minus : f32
    %t = arith.mulf %v, %inverse : f32
    linalg.yield %r, %t : f32, f32
  } -> (tensor<4x8xf32>, tensor<4x8xf32>)
  return %out#0, %out#1 : tensor<4x8xf32>, tensor<4x8xf32>
}
