// RUN: upweave-test-equiv %s --entry=softmax --reference=softmax_reference --dim=3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=channels --reference=channels_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=group_norm --reference=group_norm_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=split_line --reference=split_line_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=integers --reference=integers_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=floats --reference=floats_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=half --reference=half_reference --tol=2e-3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=maps --reference=maps_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=gelu --reference=gelu_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=strips --reference=strips_reference --tol=2e-3 --dim=3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=narrow --reference=narrow_reference --tol=0 | FileCheck %s

// Row programs on the host against the same computation as linalg, by
// upstream's lowering.

// CHECK: results agree

#id2 = affine_map<(i, j) -> (i, j)>
#row2 = affine_map<(i, j) -> (i)>
#id3 = affine_map<(n, c, w) -> (n, c, w)>

// Two collectives, the second over a value that uses the first; rows of a
// stored tensor, batch dynamic.
func.func @softmax(%x: tensor<?x37xf32>) -> tensor<?x37xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x37xf32>
  %e = tensor.empty(%n) : tensor<?x37xf32>
  %y = upweave.block domain [?, 37] rows [1] stored(%x : tensor<?x37xf32>) outs(%e : tensor<?x37xf32>) {
    ^bb0(%v: f32):
      %max = upweave.row_reduce <maximumf> %v : f32
      %d = arith.subf %v, %max : f32
      %p = math.exp %d : f32
      %sum = upweave.row_reduce <add> %p : f32
      %r = arith.divf %p, %sum : f32
      upweave.yield %r : f32
  }
  return %y : tensor<?x37xf32>
}
func.func @softmax_reference(%x: tensor<?x37xf32>) -> tensor<?x37xf32> {
  %c0 = arith.constant 0 : index
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x37xf32>
  %e = tensor.empty(%n) : tensor<?x37xf32>
  %s = tensor.empty(%n) : tensor<?xf32>
  %m0 = linalg.fill ins(%low : f32) outs(%s : tensor<?xf32>) -> tensor<?xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<?x37xf32>) outs(%m0 : tensor<?xf32>) dimensions = [1]
  %p = linalg.generic {indexing_maps = [#id2, #row2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max : tensor<?x37xf32>, tensor<?xf32>) outs(%e : tensor<?x37xf32>) {
    ^bb0(%v: f32, %m: f32, %o: f32):
      %d = arith.subf %v, %m : f32
      %r = math.exp %d : f32
      linalg.yield %r : f32
  } -> tensor<?x37xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%s : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.reduce { arith.addf } ins(%p : tensor<?x37xf32>) outs(%s0 : tensor<?xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id2, #row2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%p, %sum : tensor<?x37xf32>, tensor<?xf32>) outs(%e : tensor<?x37xf32>) {
    ^bb0(%v: f32, %m: f32, %o: f32):
      %r = arith.divf %v, %m : f32
      linalg.yield %r : f32
  } -> tensor<?x37xf32>
  return %y : tensor<?x37xf32>
}

// Behind a pointwise convolution, LayerNorm over channels: rows run across the
// lines. (A convolution of one tap is a matrix product upstream.)
func.func @channels(%x: tensor<2x5x9xf32>, %w: tensor<5x7x1xf32>) -> tensor<2x7x9xf32> {
  %e = tensor.empty() : tensor<2x7x9xf32>
  %y = upweave.block domain [2, 7, 9] rows [1]
      conv_transpose(%x, %w : tensor<2x5x9xf32>, tensor<5x7x1xf32>) #upweave.conv_transpose<strides = [1]>
      outs(%e : tensor<2x7x9xf32>) {
    ^bb0(%v: f32):
      %r = upweave.layer_norm %v {eps = 1.0e-03 : f64} : f32
      upweave.yield %r : f32
  }
  return %y : tensor<2x7x9xf32>
}
func.func private @pointwise(%x: tensor<2x5x9xf32>, %w: tensor<5x7x1xf32>) -> tensor<2x7x9xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x9xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x9xf32>) -> tensor<2x7x9xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, o, w, c, k) -> (n, c, w)>, affine_map<(n, o, w, c, k) -> (c, o, k)>, affine_map<(n, o, w, c, k) -> (n, o, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<2x5x9xf32>, tensor<5x7x1xf32>) outs(%f : tensor<2x7x9xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %p = arith.mulf %a, %b : f32
      %r = arith.addf %s, %p : f32
      linalg.yield %r : f32
  } -> tensor<2x7x9xf32>
  return %y : tensor<2x7x9xf32>
}
func.func @channels_reference(%x: tensor<2x5x9xf32>, %w: tensor<5x7x1xf32>) -> tensor<2x7x9xf32> {
  %v = call @pointwise(%x, %w) : (tensor<2x5x9xf32>, tensor<5x7x1xf32>) -> tensor<2x7x9xf32>
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x9xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%se : tensor<2x9xf32>) -> tensor<2x9xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<2x7x9xf32>) outs(%s0 : tensor<2x9xf32>) dimensions = [1]
  %qs = linalg.generic {indexing_maps = [affine_map<(n, c, w) -> (n, c, w)>, affine_map<(n, c, w) -> (n, w)>, affine_map<(n, c, w) -> (n, w)>],
      iterator_types = ["parallel", "reduction", "parallel"]} ins(%v, %sum : tensor<2x7x9xf32>, tensor<2x9xf32>) outs(%s0 : tensor<2x9xf32>) {
    ^bb0(%a: f32, %s: f32, %q: f32):
      %l = arith.constant 7.0 : f32
      %m = arith.divf %s, %l : f32
      %d = arith.subf %a, %m : f32
      %dd = arith.mulf %d, %d : f32
      %r = arith.addf %q, %dd : f32
      linalg.yield %r : f32
  } -> tensor<2x9xf32>
  %e = tensor.empty() : tensor<2x7x9xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, c, w) -> (n, c, w)>, affine_map<(n, c, w) -> (n, w)>, affine_map<(n, c, w) -> (n, w)>, affine_map<(n, c, w) -> (n, c, w)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%v, %sum, %qs : tensor<2x7x9xf32>, tensor<2x9xf32>, tensor<2x9xf32>) outs(%e : tensor<2x7x9xf32>) {
    ^bb0(%a: f32, %s: f32, %q: f32, %o: f32):
      %l = arith.constant 7.0 : f32
      %eps = arith.constant 1.0e-03 : f32
      %m = arith.divf %s, %l : f32
      %d = arith.subf %a, %m : f32
      %var = arith.divf %q, %l : f32
      %ve = arith.addf %var, %eps : f32
      %rs = math.rsqrt %ve : f32
      %r = arith.mulf %d, %rs : f32
      linalg.yield %r : f32
  } -> tensor<2x7x9xf32>
  return %y : tensor<2x7x9xf32>
}

// Rows over two dims of which one is a digit of the channel (a group's sum),
// which is a result, too.
func.func @group_norm(%x: tensor<2x5x9xf32>, %w: tensor<5x8x1xf32>) -> (tensor<2x4x2x9xf32>, tensor<2x4xf32>) {
  %e = tensor.empty() : tensor<2x4x2x9xf32>
  %s = tensor.empty() : tensor<2x4xf32>
  %y:2 = upweave.block domain [2, 4, 2, 9] rows [2, 3]
      conv_transpose(%x, %w : tensor<2x5x9xf32>, tensor<5x8x1xf32>) #upweave.conv_transpose<strides = [1]> at [d0, d1 * 2 + d2, d3]
      outs(%e, %s[d0, d1] : tensor<2x4x2x9xf32>, tensor<2x4xf32>) {
    ^bb0(%v: f32):
      %sum = upweave.row_reduce <add> %v : f32
      %r = arith.subf %v, %sum : f32
      upweave.yield %r, %sum : f32, f32
  }
  return %y#0, %y#1 : tensor<2x4x2x9xf32>, tensor<2x4xf32>
}
func.func @group_norm_reference(%x: tensor<2x5x9xf32>, %w: tensor<5x8x1xf32>) -> (tensor<2x4x2x9xf32>, tensor<2x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x9xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x9xf32>) -> tensor<2x8x9xf32>
  %v = linalg.generic {indexing_maps = [affine_map<(n, o, w, c, k) -> (n, c, w)>, affine_map<(n, o, w, c, k) -> (c, o, k)>, affine_map<(n, o, w, c, k) -> (n, o, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<2x5x9xf32>, tensor<5x8x1xf32>) outs(%f : tensor<2x8x9xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %p = arith.mulf %a, %b : f32
      %r = arith.addf %s, %p : f32
      linalg.yield %r : f32
  } -> tensor<2x8x9xf32>
  %g = tensor.expand_shape %v [[0], [1, 2], [3]] output_shape [2, 4, 2, 9] : tensor<2x8x9xf32> into tensor<2x4x2x9xf32>
  %se = tensor.empty() : tensor<2x4xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%se : tensor<2x4xf32>) -> tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%g : tensor<2x4x2x9xf32>) outs(%s0 : tensor<2x4xf32>) dimensions = [2, 3]
  %ye = tensor.empty() : tensor<2x4x2x9xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, g, c, w) -> (n, g, c, w)>, affine_map<(n, g, c, w) -> (n, g)>, affine_map<(n, g, c, w) -> (n, g, c, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%g, %sum : tensor<2x4x2x9xf32>, tensor<2x4xf32>) outs(%ye : tensor<2x4x2x9xf32>) {
    ^bb0(%a: f32, %s: f32, %o: f32):
      %r = arith.subf %a, %s : f32
      linalg.yield %r : f32
  } -> tensor<2x4x2x9xf32>
  return %y, %sum : tensor<2x4x2x9xf32>, tensor<2x4xf32>
}

// No dimension of the domain is a whole spatial axis: single elements. Stride 2
// with two taps: each output has one.
func.func @split_line(%x: tensor<2x3x4xf32>, %w: tensor<3x5x2xf32>) -> tensor<2x5x4x2xf32> {
  %e = tensor.empty() : tensor<2x5x4x2xf32>
  %y = upweave.block domain [2, 5, 4, 2]
      conv_transpose(%x, %w : tensor<2x3x4xf32>, tensor<3x5x2xf32>) #upweave.conv_transpose<strides = [2]> at [d0, d1, d2 * 2 + d3]
      outs(%e : tensor<2x5x4x2xf32>) {
    ^bb0(%v: f32):
      upweave.yield %v : f32
  }
  return %y : tensor<2x5x4x2xf32>
}
func.func @split_line_reference(%x: tensor<2x3x4xf32>, %w: tensor<3x5x2xf32>) -> tensor<2x5x4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x5x4x2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x5x4x2xf32>) -> tensor<2x5x4x2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, o, i, k, c) -> (n, c, i)>, affine_map<(n, o, i, k, c) -> (c, o, k)>, affine_map<(n, o, i, k, c) -> (n, o, i, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<2x3x4xf32>, tensor<3x5x2xf32>) outs(%f : tensor<2x5x4x2xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %p = arith.mulf %a, %b : f32
      %r = arith.addf %s, %p : f32
      linalg.yield %r : f32
  } -> tensor<2x5x4x2xf32>
  return %y : tensor<2x5x4x2xf32>
}

// Kinds of integer reductions, rows along the first dim.
func.func @integers(%x: tensor<6x5xi32>) -> (tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
  %e = tensor.empty() : tensor<5xi32>
  %y:5 = upweave.block domain [6, 5] rows [0] stored(%x : tensor<6x5xi32>)
      outs(%e[d1], %e[d1], %e[d1], %e[d1], %e[d1] : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
    ^bb0(%v: i32):
      %i = upweave.index 0 : index
      %ii = arith.index_cast %i : index to i32
      %vi = arith.addi %v, %ii : i32
      %a = upweave.row_reduce <maxsi> %vi : i32
      %b = upweave.row_reduce <minui> %v : i32
      %c = upweave.row_reduce <mul> %vi : i32
      %d = upweave.row_reduce <xori> %vi : i32
      %o = upweave.row_reduce <ori> %v : i32
      upweave.yield %a, %b, %c, %d, %o : i32, i32, i32, i32, i32
  }
  return %y#0, %y#1, %y#2, %y#3, %y#4 : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>
}
func.func @integers_reference(%x: tensor<6x5xi32>) -> (tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %most = arith.constant -1 : i32
  %least = arith.constant -2147483648 : i32
  %e = tensor.empty() : tensor<5xi32>
  %xe = tensor.empty() : tensor<6x5xi32>
  %xi = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<6x5xi32>) outs(%xe : tensor<6x5xi32>) {
    ^bb0(%v: i32, %o: i32):
      %i = linalg.index 0 : index
      %ii = arith.index_cast %i : index to i32
      %r = arith.addi %v, %ii : i32
      linalg.yield %r : i32
  } -> tensor<6x5xi32>
  %i0 = linalg.fill ins(%least : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %i1 = linalg.fill ins(%most : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %i2 = linalg.fill ins(%one : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %i3 = linalg.fill ins(%zero : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %a = linalg.reduce { arith.maxsi } ins(%xi : tensor<6x5xi32>) outs(%i0 : tensor<5xi32>) dimensions = [0]
  %b = linalg.reduce { arith.minui } ins(%x : tensor<6x5xi32>) outs(%i1 : tensor<5xi32>) dimensions = [0]
  %c = linalg.reduce { arith.muli } ins(%xi : tensor<6x5xi32>) outs(%i2 : tensor<5xi32>) dimensions = [0]
  %d = linalg.reduce { arith.xori } ins(%xi : tensor<6x5xi32>) outs(%i3 : tensor<5xi32>) dimensions = [0]
  %o = linalg.reduce { arith.ori } ins(%x : tensor<6x5xi32>) outs(%i3 : tensor<5xi32>) dimensions = [0]
  return %a, %b, %c, %d, %o : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>, tensor<5xi32>
}

// Kinds of float reductions, in f64.
func.func @floats(%x: tensor<5x6xf64>) -> (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) {
  %e = tensor.empty() : tensor<5xf64>
  %y:3 = upweave.block domain [5, 6] rows [1] stored(%x : tensor<5x6xf64>)
      outs(%e[d0], %e[d0], %e[d0] : tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) {
    ^bb0(%v: f64):
      %a = upweave.row_reduce <minimumf> %v : f64
      %b = upweave.row_reduce <maxnumf> %v : f64
      %c = upweave.row_reduce <mul> %v : f64
      upweave.yield %a, %b, %c : f64, f64, f64
  }
  return %y#0, %y#1, %y#2 : tensor<5xf64>, tensor<5xf64>, tensor<5xf64>
}
func.func @floats_reference(%x: tensor<5x6xf64>) -> (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) {
  %one = arith.constant 1.0 : f64
  %high = arith.constant 1.0e+300 : f64
  %low = arith.constant -1.0e+300 : f64
  %e = tensor.empty() : tensor<5xf64>
  %i0 = linalg.fill ins(%high : f64) outs(%e : tensor<5xf64>) -> tensor<5xf64>
  %i1 = linalg.fill ins(%low : f64) outs(%e : tensor<5xf64>) -> tensor<5xf64>
  %i2 = linalg.fill ins(%one : f64) outs(%e : tensor<5xf64>) -> tensor<5xf64>
  %a = linalg.reduce { arith.minimumf } ins(%x : tensor<5x6xf64>) outs(%i0 : tensor<5xf64>) dimensions = [1]
  %b = linalg.reduce { arith.maximumf } ins(%x : tensor<5x6xf64>) outs(%i1 : tensor<5xf64>) dimensions = [1]
  %c = linalg.reduce { arith.mulf } ins(%x : tensor<5x6xf64>) outs(%i2 : tensor<5xf64>) dimensions = [1]
  return %a, %b, %c : tensor<5xf64>, tensor<5xf64>, tensor<5xf64>
}

// f16 data and f32 parameters; sums of f16 are formed in f32.
func.func @half(%x: tensor<3x50xf16>, %g: tensor<50xf32>) -> tensor<3x50xf16> {
  %e = tensor.empty() : tensor<3x50xf16>
  %y = upweave.block domain [3, 50] rows [1] stored(%x : tensor<3x50xf16>)
      params(%g[d1] : tensor<50xf32>) outs(%e : tensor<3x50xf16>) {
    ^bb0(%v: f16, %gamma: f32):
      %s = upweave.row_reduce <add> %v : f16
      %w = arith.extf %s : f16 to f32
      %p = arith.mulf %w, %gamma : f32
      %r = arith.truncf %p : f32 to f16
      %q = arith.mulf %r, %v : f16
      upweave.yield %q : f16
  }
  return %y : tensor<3x50xf16>
}
func.func @half_reference(%x: tensor<3x50xf16>, %g: tensor<50xf32>) -> tensor<3x50xf16> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<3xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%se : tensor<3xf32>) -> tensor<3xf32>
  %s = linalg.generic {indexing_maps = [#id2, #row2], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<3x50xf16>) outs(%s0 : tensor<3xf32>) {
    ^bb0(%v: f16, %acc: f32):
      %w = arith.extf %v : f16 to f32
      %r = arith.addf %w, %acc : f32
      linalg.yield %r : f32
  } -> tensor<3xf32>
  %e = tensor.empty() : tensor<3x50xf16>
  %y = linalg.generic {indexing_maps = [#id2, #row2, affine_map<(i, j) -> (j)>, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s, %g : tensor<3x50xf16>, tensor<3xf32>, tensor<50xf32>) outs(%e : tensor<3x50xf16>) {
    ^bb0(%v: f16, %sum: f32, %gamma: f32, %o: f16):
      %p = arith.mulf %sum, %gamma : f32
      %w = arith.extf %v : f16 to f32
      %q = arith.mulf %p, %w : f32
      %r = arith.truncf %q : f32 to f16
      linalg.yield %r : f16
  } -> tensor<3x50xf16>
  return %y : tensor<3x50xf16>
}

// A transposed result, a broadcast operand, a rank-0 operand, a scalar, and an
// operand in another layout.
func.func @maps(%x: tensor<2x3x4xf32>, %r: tensor<4x2x3xf32>, %b: tensor<3x1xf32>, %s: tensor<f32>) -> tensor<2x4x3xf32> {
  %half = arith.constant 0.5 : f32
  %e = tensor.empty() : tensor<2x4x3xf32>
  %y = upweave.block domain [2, 3, 4] rows [2] stored(%x : tensor<2x3x4xf32>)
      params(%r[d2, d0, d1], %b[d1, 0], %s, %half : tensor<4x2x3xf32>, tensor<3x1xf32>, tensor<f32>, f32)
      outs(%e[d0, d2, d1] : tensor<2x4x3xf32>) {
    ^bb0(%v: f32, %res: f32, %bias: f32, %scale: f32, %h: f32):
      %0 = arith.addf %v, %res : f32
      %1 = arith.addf %0, %bias : f32
      %2 = arith.mulf %1, %scale : f32
      %3 = arith.mulf %2, %h : f32
      upweave.yield %3 : f32
  }
  return %y : tensor<2x4x3xf32>
}
func.func @maps_reference(%x: tensor<2x3x4xf32>, %r: tensor<4x2x3xf32>, %b: tensor<3x1xf32>, %s: tensor<f32>) -> tensor<2x4x3xf32> {
  %e = tensor.empty() : tensor<2x4x3xf32>
  %y = linalg.generic {indexing_maps = [#id3, affine_map<(n, c, w) -> (w, n, c)>, affine_map<(n, c, w) -> (c, 0)>, affine_map<(n, c, w) -> ()>, affine_map<(n, c, w) -> (n, w, c)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %r, %b, %s : tensor<2x3x4xf32>, tensor<4x2x3xf32>, tensor<3x1xf32>, tensor<f32>) outs(%e : tensor<2x4x3xf32>) {
    ^bb0(%v: f32, %res: f32, %bias: f32, %scale: f32, %o: f32):
      %h = arith.constant 0.5 : f32
      %0 = arith.addf %v, %res : f32
      %1 = arith.addf %0, %bias : f32
      %2 = arith.mulf %1, %scale : f32
      %3 = arith.mulf %2, %h : f32
      linalg.yield %3 : f32
  } -> tensor<2x4x3xf32>
  return %y : tensor<2x4x3xf32>
}

// Both forms of GELU, with the C library's erf and tanh on the other side.
func.func @gelu(%x: tensor<64x16xf32>) -> (tensor<64x16xf32>, tensor<64x16xf32>) {
  %four = arith.constant 4.0 : f32
  %e = tensor.empty() : tensor<64x16xf32>
  %y:2 = upweave.block domain [64, 16] rows [1] stored(%x : tensor<64x16xf32>)
      params(%four : f32) outs(%e, %e : tensor<64x16xf32>, tensor<64x16xf32>) {
    ^bb0(%v: f32, %f: f32):
      %w = arith.mulf %v, %f : f32
      %a = upweave.gelu <erf> %w : f32
      %b = upweave.gelu <tanh> %w {c0 = 0.79788456080286541 : f64, c1 = 4.471500e-02 : f64} : f32
      upweave.yield %a, %b : f32, f32
  }
  return %y#0, %y#1 : tensor<64x16xf32>, tensor<64x16xf32>
}
func.func @gelu_reference(%x: tensor<64x16xf32>) -> (tensor<64x16xf32>, tensor<64x16xf32>) {
  %e = tensor.empty() : tensor<64x16xf32>
  %y:2 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<64x16xf32>) outs(%e, %e : tensor<64x16xf32>, tensor<64x16xf32>) {
    ^bb0(%v: f32, %o0: f32, %o1: f32):
      %four = arith.constant 4.0 : f32
      %root = arith.constant 1.41421354 : f32
      %one = arith.constant 1.0 : f32
      %half = arith.constant 0.5 : f32
      %c0 = arith.constant 0.797884583 : f32
      %c1 = arith.constant 4.471500e-02 : f32
      %w = arith.mulf %v, %four : f32
      %hw = arith.mulf %w, %half : f32
      %d = arith.divf %w, %root : f32
      %erf = math.erf %d : f32
      %u = arith.addf %erf, %one : f32
      %a = arith.mulf %hw, %u : f32
      %w2 = arith.mulf %w, %w : f32
      %w3 = arith.mulf %w2, %w : f32
      %t = arith.mulf %w3, %c1 : f32
      %s = arith.addf %w, %t : f32
      %i = arith.mulf %s, %c0 : f32
      %tanh = math.tanh %i : f32
      %z = arith.addf %tanh, %one : f32
      %b = arith.mulf %hw, %z : f32
      linalg.yield %a, %b : f32, f32
  } -> (tensor<64x16xf32>, tensor<64x16xf32>)
  return %y#0, %y#1 : tensor<64x16xf32>, tensor<64x16xf32>
}

// Rows over channels, computed in strips of 16, 16 and 5: softmax of f16 and
// its sum, with an index, a condition and a quotient that are the row's.
func.func @strips(%x: tensor<?x6x37xf16>, %b: tensor<37xf32>) -> (tensor<?x6x37xf16>, tensor<?x37xf16>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x6x37xf16>
  %one = arith.constant 1.0 : f16
  %ten = arith.constant 10.0 : f32
  %e = tensor.empty(%n) : tensor<?x6x37xf16>
  %f = tensor.empty(%n) : tensor<?x37xf16>
  %y:2 = upweave.block domain [?, 6, 37] rows [1] stored(%x : tensor<?x6x37xf16>)
      params(%b[d2], %one, %ten : tensor<37xf32>, f16, f32)
      outs(%e, %f[d0, d2] : tensor<?x6x37xf16>, tensor<?x37xf16>) {
    ^bb0(%v: f16, %bias: f32, %unit: f16, %limit: f32):
      %max = upweave.row_reduce <maximumf> %v : f16
      %d = arith.subf %v, %max : f16
      %ex = math.exp %d : f16
      %sum = upweave.row_reduce <add> %ex : f16
      %q = arith.divf %unit, %sum : f16
      %p = arith.mulf %ex, %q : f16
      %at = upweave.index 2 : index
      %i = arith.index_cast %at : index to i32
      %w = arith.sitofp %i : i32 to f32
      %is = arith.cmpf ogt, %w, %limit : f32
      %wp = arith.extf %p : f16 to f32
      %wb = arith.addf %wp, %bias : f32
      %chosen = arith.select %is, %wb, %wp : f32
      %r = arith.truncf %chosen : f32 to f16
      upweave.yield %r, %sum : f16, f16
  }
  return %y#0, %y#1 : tensor<?x6x37xf16>, tensor<?x37xf16>
}
func.func @strips_reference(%x: tensor<?x6x37xf16>, %b: tensor<37xf32>) -> (tensor<?x6x37xf16>, tensor<?x37xf16>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x6x37xf16>
  %zero = arith.constant 0.0 : f32
  %re = tensor.empty(%n) : tensor<?x37xf32>
  %s0 = linalg.fill ins(%zero : f32) outs(%re : tensor<?x37xf32>) -> tensor<?x37xf32>
  %sum = linalg.generic {indexing_maps = [#id3, affine_map<(n, c, w) -> (n, w)>], iterator_types = ["parallel", "reduction", "parallel"]}
      ins(%x : tensor<?x6x37xf16>) outs(%s0 : tensor<?x37xf32>) {
    ^bb0(%v: f16, %acc: f32):
      %w = arith.extf %v : f16 to f32
      %ex = math.exp %w : f32
      %r = arith.addf %acc, %ex : f32
      linalg.yield %r : f32
  } -> tensor<?x37xf32>
  %low = arith.constant -100.0 : f32
  %m0 = linalg.fill ins(%low : f32) outs(%re : tensor<?x37xf32>) -> tensor<?x37xf32>
  %max = linalg.generic {indexing_maps = [#id3, affine_map<(n, c, w) -> (n, w)>], iterator_types = ["parallel", "reduction", "parallel"]}
      ins(%x : tensor<?x6x37xf16>) outs(%m0 : tensor<?x37xf32>) {
    ^bb0(%v: f16, %acc: f32):
      %w = arith.extf %v : f16 to f32
      %r = arith.maximumf %acc, %w : f32
      linalg.yield %r : f32
  } -> tensor<?x37xf32>
  %e = tensor.empty(%n) : tensor<?x6x37xf16>
  %y = linalg.generic {indexing_maps = [#id3, affine_map<(n, c, w) -> (n, w)>, affine_map<(n, c, w) -> (w)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %sum, %b : tensor<?x6x37xf16>, tensor<?x37xf32>, tensor<37xf32>) outs(%e : tensor<?x6x37xf16>) {
    ^bb0(%v: f16, %s: f32, %bias: f32, %o: f16):
      %w = arith.extf %v : f16 to f32
      %ex = math.exp %w : f32
      %p = arith.divf %ex, %s : f32
      %at = linalg.index 2 : index
      %ten = arith.constant 10 : index
      %is = arith.cmpi ugt, %at, %ten : index
      %pb = arith.addf %p, %bias : f32
      %chosen = arith.select %is, %pb, %p : f32
      %r = arith.truncf %chosen : f32 to f16
      linalg.yield %r : f16
  } -> tensor<?x6x37xf16>
  %fe = tensor.empty(%n) : tensor<?x37xf16>
  %f = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %max : tensor<?x37xf32>, tensor<?x37xf32>) outs(%fe : tensor<?x37xf16>) {
    ^bb0(%s: f32, %m: f32, %o: f16):
      %ex = math.exp %m : f32
      %q = arith.divf %s, %ex : f32
      %r = arith.truncf %q : f32 to f16
      linalg.yield %r : f16
  } -> tensor<?x37xf16>
  return %y, %f : tensor<?x6x37xf16>, tensor<?x37xf16>
}

// f64 to f16 in one rounding: by way of f32, 1 + 2^-11 + 2^-40 would fall on a
// tie and round down.
func.func @narrow() -> tensor<5xf16> {
  %x = arith.constant dense<[1.00048828125090949, 1.0, -65520.0, 1.0e-10, 0.333333333333]> : tensor<5xf64>
  %e = tensor.empty() : tensor<5xf16>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<5xf64>) outs(%e : tensor<5xf16>) {
    ^bb0(%v: f64, %o: f16):
      %r = arith.truncf %v : f64 to f16
      linalg.yield %r : f16
  } -> tensor<5xf16>
  return %y : tensor<5xf16>
}
func.func @narrow_reference() -> tensor<5xf16> {
  %y = arith.constant dense<[1.00097656, 1.0, 0xFC00, 0.0, 0.33325195]> : tensor<5xf16>
  return %y : tensor<5xf16>
}
