// Normalisations over the row become upweave.layer_norm as a whole, however they
// are spelled; what is none stays as it is.
// RUN: upweave-opt %s --upweave-canonicalize-epilogue | FileCheck %s

// Mean of the squared differences, in the element type.
// CHECK-LABEL: func @two_pass
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]] {eps = 9.99{{.+}}E-6 : f64} : f32
// CHECK-NEXT: upweave.yield %[[N]] : f32
func.func @two_pass(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %o = arith.mulf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// The variance in f64, the mean a second time in f32.
// CHECK-LABEL: func @double_statistics
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]] {eps = 9.99{{.+}}E-6 : f64} : f32
// CHECK-NEXT: upweave.yield %[[N]] : f32
func.func @double_statistics(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n64 = arith.constant 8.0 : f64
    %n = arith.constant 8.0 : f32
    %eps64 = arith.constant 1.0e-05 : f64
    %w = arith.extf %v : f32 to f64
    %s = upweave.row_reduce <add> %w : f64
    %m = arith.divf %s, %n64 : f64
    %d = arith.subf %w, %m : f64
    %d2 = arith.mulf %d, %d : f64
    %s2 = upweave.row_reduce <add> %d2 : f64
    %var64 = arith.divf %s2, %n64 : f64
    %var = arith.truncf %var64 : f64 to f32
    %sf = upweave.row_reduce <add> %v : f32
    %mf = arith.divf %sf, %n : f32
    %eps = arith.truncf %eps64 : f64 to f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %df = arith.subf %v, %mf : f32
    %o = arith.mulf %df, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// By hand: a power, a square root and a division.
// CHECK-LABEL: func @square_root
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]] {eps = 9.99{{.+}}E-6 : f64} : f32
// CHECK-NEXT: upweave.yield %[[N]] : f32
func.func @square_root(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %c2 = arith.constant 2 : i64
    %d2 = math.fpowi %d, %c2 : f32, i64
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.sqrt %ve : f32
    %o = arith.divf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// E[x²] - E[x]², clamped to what a variance can be.
// CHECK-LABEL: func @mean_of_squares
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]] {eps = 9.99{{.+}}E-6 : f64} : f32
// CHECK-NEXT: upweave.yield %[[N]] : f32
func.func @mean_of_squares(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %zero = arith.constant 0.0 : f32
    %v2 = arith.mulf %v, %v : f32
    %s2 = upweave.row_reduce <add> %v2 : f32
    %q = arith.divf %s2, %n : f32
    %m2 = arith.mulf %m, %m : f32
    %diff = arith.subf %q, %m2 : f32
    %var = arith.maximumf %diff, %zero : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %o = arith.mulf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// Multiplication by the rounded 1/L.
// CHECK-LABEL: func @reciprocal_length
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]] {eps = 9.99{{.+}}E-6 : f64} : f32
// CHECK-NEXT: upweave.yield %[[N]] : f32
func.func @reciprocal_length(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %e = tensor.empty() : tensor<4x3xf32>
  %y = upweave.block domain [4, 3] rows [1]
    stored(%x : tensor<4x3xf32>)
    outs(%e : tensor<4x3xf32>) {
  ^bb0(%v: f32):
    %third = arith.constant 0.333333343 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.mulf %s, %third : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.mulf %s2, %third : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %o = arith.mulf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x3xf32>
}

// The weight multiplies the reciprocal deviation first.
// CHECK-LABEL: func @scaled_deviation
// CHECK: ^bb0(%[[V:.+]]: f32, %[[G:.+]]: f32, %[[B:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]]
// CHECK-NEXT: %[[S:.+]] = arith.mulf %[[N]], %[[G]] : f32
// CHECK-NEXT: %[[O:.+]] = arith.addf %[[S]], %[[B]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @scaled_deviation(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    params(%g[d1], %b[d1] : tensor<8xf32>, tensor<8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32, %ga: f32, %be: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %rg = arith.mulf %r, %ga : f32
    %p = arith.mulf %d, %rg : f32
    %o = arith.addf %p, %be : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// One scale and one shift, which holds the mean.
// CHECK-LABEL: func @scale_and_shift
// CHECK: ^bb0(%[[V:.+]]: f32, %[[G:.+]]: f32, %[[B:.+]]: f32):
// CHECK-NEXT: %[[N:.+]] = upweave.layer_norm %[[V]]
// CHECK-NEXT: %[[S:.+]] = arith.mulf %[[N]], %[[G]] : f32
// CHECK-NEXT: %[[O:.+]] = arith.addf %[[S]], %[[B]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @scale_and_shift(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    params(%g[d1], %b[d1] : tensor<8xf32>, tensor<8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32, %ga: f32, %be: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %rg = arith.mulf %r, %ga : f32
    %neg = arith.negf %m : f32
    %mrg = arith.mulf %neg, %rg : f32
    %shift = arith.addf %mrg, %be : f32
    %p = arith.mulf %v, %rg : f32
    %o = arith.addf %p, %shift : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// f16 data: the statistics of the operation are f32.
// CHECK-LABEL: func @half
// CHECK: upweave.layer_norm %{{.+}} {eps = {{.+}} : f64} : f16
// CHECK-NEXT: upweave.yield
func.func @half(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %e = tensor.empty() : tensor<4x8xf16>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf16>)
    outs(%e : tensor<4x8xf16>) {
  ^bb0(%v: f16):
    %n = arith.constant 8.0 : f16
    %eps = arith.constant 1.0e-05 : f16
    %s = upweave.row_reduce <add> %v : f16
    %m = arith.divf %s, %n : f16
    %d = arith.subf %v, %m : f16
    %d2 = arith.mulf %d, %d : f16
    %s2 = upweave.row_reduce <add> %d2 : f16
    %var = arith.divf %s2, %n : f16
    %ve = arith.addf %var, %eps : f16
    %r = math.rsqrt %ve : f16
    %o = arith.mulf %d, %r : f16
    upweave.yield %o : f16
  }
  return %y : tensor<4x8xf16>
}

// f16 data normalised in f32 stays f32 behind the normalisation.
// CHECK-LABEL: func @widened
// CHECK: ^bb0(%[[V:.+]]: f16):
// CHECK-NEXT: %[[W:.+]] = arith.extf %[[V]] : f16 to f32
// CHECK-NEXT: upweave.layer_norm %[[W]] {{.+}} : f32
func.func @widened(%x: tensor<4x8xf16>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf16>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f16):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %w = arith.extf %v : f16 to f32
    %s = upweave.row_reduce <add> %w : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %w, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %o = arith.mulf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// A variance divided by L - 1 is another function.
// CHECK-LABEL: func @unbiased
// CHECK-NOT: upweave.layer_norm
// CHECK: upweave.row_reduce
// CHECK: upweave.row_reduce
// CHECK: math.rsqrt
func.func @unbiased(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %n1 = arith.constant 7.0 : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n1 : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %o = arith.mulf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// eps added to the deviation is another function.
// CHECK-LABEL: func @eps_outside
// CHECK-NOT: upweave.layer_norm
// CHECK: math.sqrt
func.func @eps_outside(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %sd = math.sqrt %var : f32
    %r = arith.addf %sd, %eps : f32
    %o = arith.divf %d, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// Half the mean subtracted is another function.
// CHECK-LABEL: func @other_mean
// CHECK-NOT: upweave.layer_norm
// CHECK: math.rsqrt
func.func @other_mean(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %eps = arith.constant 1.0e-05 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %n : f32
    %ve = arith.addf %var, %eps : f32
    %r = math.rsqrt %ve : f32
    %half = arith.constant 0.5 : f32
    %hm = arith.mulf %m, %half : f32
    %dd = arith.subf %v, %hm : f32
    %o = arith.mulf %dd, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}
