// Fused kernels on bf16 operands, simulated and compared with float64.
// RUN: upweave-check --schedule="fused<input = packed>" %s --inputs=normal,infinite | FileCheck %s
// RUN: upweave-check --schedule="fused<input = strided>" %s --inputs=normal,infinite | FileCheck %s

// CHECK-NOT: #upweave.{{split|direct}}
// CHECK: passed

// Odd sizes, three axes, taps that differ in number between phases.
func.func @odd(%x: tensor<2x5x2x3x5xbf16>, %w: tensor<5x7x3x3x3xbf16>, %g: tensor<10xf32>, %b: tensor<10xf32>) -> tensor<2x7x4x6x10xbf16> {
    %e = tensor.empty() : tensor<2x7x4x6x10xbf16>
    %0 = upweave.block domain [2, 7, 4, 6, 10] rows [4]
      conv_transpose(%x, %w : tensor<2x5x2x3x5xbf16>, tensor<5x7x3x3x3xbf16>) #upweave.conv_transpose<strides = [2, 2, 2], padding = [1, 1, 1], dilations = [1, 1, 1], output_padding = [1, 1, 1]>
      params(%g[d4], %b[d4] : tensor<10xf32>, tensor<10xf32>)
      outs(%e : tensor<2x7x4x6x10xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<2x7x4x6x10xbf16>
}

// Dilation, stride 3 and a phase pattern of its own.
func.func @dilated(%x: tensor<1x8x3x7xbf16>, %w: tensor<8x16x5x5xbf16>, %g: tensor<23xf32>, %b: tensor<23xf32>) -> tensor<1x16x11x23xbf16> {
    %e = tensor.empty() : tensor<1x16x11x23xbf16>
    %0 = upweave.block domain [1, 16, 11, 23] rows [3]
      conv_transpose(%x, %w : tensor<1x8x3x7xbf16>, tensor<8x16x5x5xbf16>) #upweave.conv_transpose<strides = [3, 3], padding = [2, 2], dilations = [2, 2], output_padding = [0, 0]>
      params(%g[d3], %b[d3] : tensor<23xf32>, tensor<23xf32>)
      outs(%e : tensor<1x16x11x23xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x16x11x23xbf16>
}

// Phases without taps: stride and dilation share a factor.
func.func @no_taps(%x: tensor<2x8x4x6xbf16>, %w: tensor<8x16x3x3xbf16>, %b: tensor<16xf32>) -> tensor<2x16x11x15xbf16> {
    %e = tensor.empty() : tensor<2x16x11x15xbf16>
    %0 = upweave.block domain [2, 16, 11, 15]
      conv_transpose(%x, %w : tensor<2x8x4x6xbf16>, tensor<8x16x3x3xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [2, 2], dilations = [4, 4], output_padding = [0, 0]>
      params(%b[d1] : tensor<16xf32>)
      outs(%e : tensor<2x16x11x15xbf16>) {
    ^bb0(%v: f32, %b_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<2x16x11x15xbf16>
}

// Stride 1: an ordinary convolution.
func.func @stride_one(%x: tensor<1x12x9x13xbf16>, %w: tensor<12x24x3x3xbf16>, %b: tensor<24xf32>) -> tensor<1x24x9x13xbf16> {
    %e = tensor.empty() : tensor<1x24x9x13xbf16>
    %0 = upweave.block domain [1, 24, 9, 13]
      conv_transpose(%x, %w : tensor<1x12x9x13xbf16>, tensor<12x24x3x3xbf16>) #upweave.conv_transpose<strides = [1, 1], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0]>
      params(%b[d1] : tensor<24xf32>)
      outs(%e : tensor<1x24x9x13xbf16>) {
    ^bb0(%v: f32, %b_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x24x9x13xbf16>
}

// A large filter, whose row taps are looped over.
func.func @large_filter(%x: tensor<1x4x9x10xbf16>, %w: tensor<4x8x7x7xbf16>) -> tensor<1x8x9x10xbf16> {
    %e = tensor.empty() : tensor<1x8x9x10xbf16>
    %0 = upweave.block domain [1, 8, 9, 10]
      conv_transpose(%x, %w : tensor<1x4x9x10xbf16>, tensor<4x8x7x7xbf16>) #upweave.conv_transpose<strides = [1, 1], padding = [3, 3], dilations = [1, 1], output_padding = [0, 0]>
      outs(%e : tensor<1x8x9x10xbf16>) {
    ^bb0(%v: f32):
      %c0 = arith.constant 1.0 : f32
      %o = arith.mulf %v, %c0 : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x8x9x10xbf16>
}

// Groups.
func.func @groups(%x: tensor<2x12x5x6xbf16>, %w: tensor<12x8x4x4xbf16>, %b: tensor<24xf32>) -> tensor<2x24x10x12xbf16> {
    %e = tensor.empty() : tensor<2x24x10x12xbf16>
    %0 = upweave.block domain [2, 24, 10, 12]
      conv_transpose(%x, %w : tensor<2x12x5x6xbf16>, tensor<12x8x4x4xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0], groups = 3>
      params(%b[d1] : tensor<24xf32>)
      outs(%e : tensor<2x24x10x12xbf16>) {
    ^bb0(%v: f32, %b_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<2x24x10x12xbf16>
}

// One axis, rows across several warps.
func.func @one_axis(%x: tensor<2x6x100xbf16>, %w: tensor<6x18x4xbf16>, %g: tensor<200xf32>, %b: tensor<200xf32>) -> tensor<2x18x200xbf16> {
    %e = tensor.empty() : tensor<2x18x200xbf16>
    %0 = upweave.block domain [2, 18, 200] rows [2]
      conv_transpose(%x, %w : tensor<2x6x100xbf16>, tensor<6x18x4xbf16>) #upweave.conv_transpose<strides = [2], padding = [1], dilations = [1], output_padding = [0]>
      params(%g[d2], %b[d2] : tensor<200xf32>, tensor<200xf32>)
      outs(%e : tensor<2x18x200xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<2x18x200xbf16>
}

// Rows of 512.
func.func @wide(%x: tensor<1x8x256xbf16>, %w: tensor<8x16x4xbf16>, %g: tensor<512xf32>, %b: tensor<512xf32>) -> tensor<1x16x512xbf16> {
    %e = tensor.empty() : tensor<1x16x512xbf16>
    %0 = upweave.block domain [1, 16, 512] rows [2]
      conv_transpose(%x, %w : tensor<1x8x256xbf16>, tensor<8x16x4xbf16>) #upweave.conv_transpose<strides = [2], padding = [1], dilations = [1], output_padding = [0]>
      params(%g[d2], %b[d2] : tensor<512xf32>, tensor<512xf32>)
      outs(%e : tensor<1x16x512xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x16x512xbf16>
}

// No rows, several tiles along the column.
func.func @column_tiles(%x: tensor<1x8x90xbf16>, %w: tensor<8x16x4xbf16>, %b: tensor<16xf32>) -> tensor<1x16x180xbf16> {
    %e = tensor.empty() : tensor<1x16x180xbf16>
    %0 = upweave.block domain [1, 16, 180]
      conv_transpose(%x, %w : tensor<1x8x90xbf16>, tensor<8x16x4xbf16>) #upweave.conv_transpose<strides = [2], padding = [1], dilations = [1], output_padding = [0]>
      params(%b[d1] : tensor<16xf32>)
      outs(%e : tensor<1x16x180xbf16>) {
    ^bb0(%v: f32, %b_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x16x180xbf16>
}

// Rows along the channels.
func.func @channels(%x: tensor<1x16x5x6xbf16>, %w: tensor<16x48x2x2xbf16>, %g: tensor<48xf32>, %b: tensor<48xf32>) -> tensor<1x48x10x12xbf16> {
    %e = tensor.empty() : tensor<1x48x10x12xbf16>
    %0 = upweave.block domain [1, 48, 10, 12] rows [1]
      conv_transpose(%x, %w : tensor<1x16x5x6xbf16>, tensor<16x48x2x2xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [0, 0], dilations = [1, 1], output_padding = [0, 0]>
      params(%g[d1], %b[d1] : tensor<48xf32>, tensor<48xf32>)
      outs(%e : tensor<1x48x10x12xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x48x10x12xbf16>
}

// A residual of the result's size.
func.func @residual(%x: tensor<2x8x3x5xbf16>, %w: tensor<8x8x3x3xbf16>, %b: tensor<8xf32>, %r: tensor<2x8x5x9xf32>) -> tensor<2x8x5x9xbf16> {
    %e = tensor.empty() : tensor<2x8x5x9xbf16>
    %0 = upweave.block domain [2, 8, 5, 9]
      conv_transpose(%x, %w : tensor<2x8x3x5xbf16>, tensor<8x8x3x3xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0]>
      params(%b[d1], %r[d0, d1, d2, d3] : tensor<8xf32>, tensor<2x8x5x9xf32>)
      outs(%e : tensor<2x8x5x9xbf16>) {
    ^bb0(%v: f32, %b_: f32, %r_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = arith.addf %a, %r_ : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<2x8x5x9xbf16>
}

// Two dependent reductions, the identity of a maximum on padding.
func.func @softmax(%x: tensor<1x8x3x9xbf16>, %w: tensor<8x8x4x4xbf16>) -> tensor<1x8x6x18xbf16> {
    %e = tensor.empty() : tensor<1x8x6x18xbf16>
    %0 = upweave.block domain [1, 8, 6, 18] rows [3]
      conv_transpose(%x, %w : tensor<1x8x3x9xbf16>, tensor<8x8x4x4xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0]>
      outs(%e : tensor<1x8x6x18xbf16>) {
    ^bb0(%v: f32):
      %s = upweave.row_reduce <maximumf> %v : f32
      %e0 = arith.subf %v, %s : f32
      %e1 = math.exp %e0 : f32
      %e2 = upweave.row_reduce <add> %e1 : f32
      %o = arith.divf %e1, %e2 : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x8x6x18xbf16>
}

// A filter of one position: most outputs have no product.
func.func @one_tap(%x: tensor<1x8x4x4xbf16>, %w: tensor<8x8x1x1xbf16>, %b: tensor<8xf32>) -> tensor<1x8x8x8xbf16> {
    %e = tensor.empty() : tensor<1x8x8x8xbf16>
    %0 = upweave.block domain [1, 8, 8, 8]
      conv_transpose(%x, %w : tensor<1x8x4x4xbf16>, tensor<8x8x1x1xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [0, 0], dilations = [1, 1], output_padding = [1, 1]>
      params(%b[d1] : tensor<8xf32>)
      outs(%e : tensor<1x8x8x8xbf16>) {
    ^bb0(%v: f32, %b_: f32):
      %a = arith.addf %v, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x8x8x8xbf16>
}

// A dynamic batch.
func.func @dynamic(%x: tensor<?x8x4x6xbf16>, %w: tensor<8x8x4x4xbf16>, %g: tensor<12xf32>, %b: tensor<12xf32>) -> tensor<?x8x8x12xbf16> {
    %z = arith.constant 0 : index
    %dd = tensor.dim %x, %z : tensor<?x8x4x6xbf16>
    %e = tensor.empty(%dd) : tensor<?x8x8x12xbf16>
    %0 = upweave.block domain [?, 8, 8, 12] rows [3]
      conv_transpose(%x, %w : tensor<?x8x4x6xbf16>, tensor<8x8x4x4xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0]>
      params(%g[d3], %b[d3] : tensor<12xf32>, tensor<12xf32>)
      outs(%e : tensor<?x8x8x12xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<?x8x8x12xbf16>
}

// Channels last, rows along them.
func.func @channels_last(%x: tensor<1x4x5x9xbf16>, %w: tensor<9x16x4x4xbf16>, %g: tensor<16xf32>, %b: tensor<16xf32>) -> tensor<1x8x10x16xbf16> {
    %e = tensor.empty() : tensor<1x8x10x16xbf16>
    %0 = upweave.block domain [1, 8, 10, 16] rows [3]
      conv_transpose(%x, %w : tensor<1x4x5x9xbf16>, tensor<9x16x4x4xbf16>) #upweave.conv_transpose<strides = [2, 2], padding = [1, 1], dilations = [1, 1], output_padding = [0, 0], dims = [b, 0, 1, c] x [i, o, 0, 1] -> [b, 0, 1, c]>
      params(%g[d3], %b[d3] : tensor<16xf32>, tensor<16xf32>)
      outs(%e : tensor<1x8x10x16xbf16>) {
    ^bb0(%v: f32, %g_: f32, %b_: f32):
      %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      %m = arith.mulf %n, %g_ : f32
      %a = arith.addf %m, %b_ : f32
      %o = upweave.gelu <erf> %a : f32
      %oo = arith.truncf %o : f32 to bf16
      upweave.yield %oo : bf16
    }
    return %0 : tensor<1x8x10x16xbf16>
}
