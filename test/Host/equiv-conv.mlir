// RUN: upweave-test-equiv %s --entry=plain --reference=plain_reference --dim=3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=gaps --reference=gaps_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=long_rows --reference=long_rows_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=dilated --reference=dilated_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=cropped --reference=cropped_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=heavy_crop --reference=heavy_crop_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=groups --reference=groups_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=groups_of_outputs --reference=groups_of_outputs_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=channels_last --reference=channels_last_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=half --reference=half_reference --tol=1e-3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=bfloat --reference=bfloat_reference --tol=8e-3 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=double --reference=double_reference --tol=1e-13 | FileCheck %s
// RUN: upweave-test-equiv %s --entry=integers --reference=integers_reference | FileCheck %s
// RUN: upweave-test-equiv %s --entry=empty_batch --reference=empty_batch_reference --dim=0 | FileCheck %s

// The host's convolution against its definition, read as a gather: for each
// result and tap, the input position that the tap reaches, if there is one.

// CHECK: results agree

// Stride 2, four taps, two in each phase.
func.func @plain(%x: tensor<?x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<?x6x16xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf32>
  %e = tensor.empty(%n) : tensor<?x6x16xf32>
  %y = upweave.block domain [?, 6, 16]
      conv_transpose(%x, %w : tensor<?x4x8xf32>, tensor<4x6x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<?x6x16xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<?x6x16xf32>
}
func.func @plain_reference(%x: tensor<?x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<?x6x16xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf32>
  %ea = tensor.empty(%n) : tensor<?x6x16xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<?x6x16xf32>) -> tensor<?x6x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<?x6x16xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<?x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<?x6x16xf32>
  return %y : tensor<?x6x16xf32>
}

// More strides than taps: a phase without taps is zero; output padding.
func.func @gaps(%x: tensor<2x4x8xf32>, %w: tensor<4x6x2xf32>) -> tensor<2x6x25xf32> {
  %e = tensor.empty() : tensor<2x6x25xf32>
  %y = upweave.block domain [2, 6, 25]
      conv_transpose(%x, %w : tensor<2x4x8xf32>, tensor<4x6x2xf32>)
        #upweave.conv_transpose<strides = [3], output_padding = [2]>
      outs(%e : tensor<2x6x25xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x25xf32>
}
func.func @gaps_reference(%x: tensor<2x4x8xf32>, %w: tensor<4x6x2xf32>) -> tensor<2x6x25xf32> {
  %ea = tensor.empty() : tensor<2x6x25xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x2xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x25xf32>) -> tensor<2x6x25xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x2xi1>) outs(%f : tensor<2x6x25xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 3 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 0 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x2xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x25xf32>
  return %y : tensor<2x6x25xf32>
}

// Several vectors and a rest along the line.
func.func @long_rows(%x: tensor<1x2x75xf32>, %w: tensor<2x2x3xf32>) -> tensor<1x2x149xf32> {
  %e = tensor.empty() : tensor<1x2x149xf32>
  %y = upweave.block domain [1, 2, 149]
      conv_transpose(%x, %w : tensor<1x2x75xf32>, tensor<2x2x3xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<1x2x149xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<1x2x149xf32>
}
func.func @long_rows_reference(%x: tensor<1x2x75xf32>, %w: tensor<2x2x3xf32>) -> tensor<1x2x149xf32> {
  %ea = tensor.empty() : tensor<1x2x149xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<2x3xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<1x2x149xf32>) -> tensor<1x2x149xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<2x3xi1>) outs(%f : tensor<1x2x149xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 75 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 2 : index
      %gout = arith.constant 2 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<1x2x75xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<2x2x3xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<1x2x149xf32>
  return %y : tensor<1x2x149xf32>
}

// Dilated taps, more padding than stride.
func.func @dilated(%x: tensor<2x4x8xf32>, %w: tensor<4x6x3xf32>) -> tensor<2x6x13xf32> {
  %e = tensor.empty() : tensor<2x6x13xf32>
  %y = upweave.block domain [2, 6, 13]
      conv_transpose(%x, %w : tensor<2x4x8xf32>, tensor<4x6x3xf32>)
        #upweave.conv_transpose<strides = [2], padding = [3], dilations = [2]>
      outs(%e : tensor<2x6x13xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x13xf32>
}
func.func @dilated_reference(%x: tensor<2x4x8xf32>, %w: tensor<4x6x3xf32>) -> tensor<2x6x13xf32> {
  %ea = tensor.empty() : tensor<2x6x13xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x3xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x13xf32>) -> tensor<2x6x13xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x3xi1>) outs(%f : tensor<2x6x13xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 2 : index
      %low = arith.constant 3 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x3xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x13xf32>
  return %y : tensor<2x6x13xf32>
}

// Negative padding adds zeros around.
func.func @cropped(%x: tensor<2x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<2x6x22xf32> {
  %e = tensor.empty() : tensor<2x6x22xf32>
  %y = upweave.block domain [2, 6, 22]
      conv_transpose(%x, %w : tensor<2x4x8xf32>, tensor<4x6x4xf32>)
        #upweave.conv_transpose<strides = [2], padding_low = [-1], padding_high = [-3]>
      outs(%e : tensor<2x6x22xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x22xf32>
}
func.func @cropped_reference(%x: tensor<2x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<2x6x22xf32> {
  %ea = tensor.empty() : tensor<2x6x22xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x22xf32>) -> tensor<2x6x22xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x6x22xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant -1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x22xf32>
  return %y : tensor<2x6x22xf32>
}

// Padding takes away most of the result.
func.func @heavy_crop(%x: tensor<2x4x9xf32>, %w: tensor<4x6x3xf32>) -> tensor<2x6x7xf32> {
  %e = tensor.empty() : tensor<2x6x7xf32>
  %y = upweave.block domain [2, 6, 7]
      conv_transpose(%x, %w : tensor<2x4x9xf32>, tensor<4x6x3xf32>)
        #upweave.conv_transpose<strides = [1], padding_low = [4], padding_high = [0]>
      outs(%e : tensor<2x6x7xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x7xf32>
}
func.func @heavy_crop_reference(%x: tensor<2x4x9xf32>, %w: tensor<4x6x3xf32>) -> tensor<2x6x7xf32> {
  %ea = tensor.empty() : tensor<2x6x7xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x3xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x7xf32>) -> tensor<2x6x7xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x3xi1>) outs(%f : tensor<2x6x7xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 9 : index
      %stride = arith.constant 1 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 4 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x9xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x3xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x7xf32>
  return %y : tensor<2x6x7xf32>
}

// Groups, with PyTorch's filter.
func.func @groups(%x: tensor<2x4x8xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x6x16xf32> {
  %e = tensor.empty() : tensor<2x6x16xf32>
  %y = upweave.block domain [2, 6, 16]
      conv_transpose(%x, %w : tensor<2x4x8xf32>, tensor<4x3x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1], groups = 2>
      outs(%e : tensor<2x6x16xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x16xf32>
}
func.func @groups_reference(%x: tensor<2x4x8xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x6x16xf32> {
  %ea = tensor.empty() : tensor<2x6x16xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<2x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x16xf32>) -> tensor<2x6x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<2x4xi1>) outs(%f : tensor<2x6x16xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 2 : index
      %gout = arith.constant 3 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x3x4xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x16xf32>
  return %y : tensor<2x6x16xf32>
}

// Groups of a plain convolution's filter, reversed.
func.func @groups_of_outputs(%x: tensor<2x4x8xf32>, %w: tensor<2x6x3xf32>) -> tensor<2x6x8xf32> {
  %e = tensor.empty() : tensor<2x6x8xf32>
  %y = upweave.block domain [2, 6, 8]
      conv_transpose(%x, %w : tensor<2x4x8xf32>, tensor<2x6x3xf32>)
        #upweave.conv_transpose<strides = [1], padding = [1], groups = 2, reversed = [1], filter_groups = output>
      outs(%e : tensor<2x6x8xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x6x8xf32>
}
func.func @groups_of_outputs_reference(%x: tensor<2x4x8xf32>, %w: tensor<2x6x3xf32>) -> tensor<2x6x8xf32> {
  %ea = tensor.empty() : tensor<2x6x8xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<2x3xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<2x3xi1>) outs(%f : tensor<2x6x8xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 1 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 2 : index
      %gout = arith.constant 3 : index
      %last = arith.constant 2 : index
      %tap = arith.subi %last, %k : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf32>
      %wv = tensor.extract %w[%c, %o, %tap] : tensor<2x6x3xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x8xf32>
  return %y : tensor<2x6x8xf32>
}

// Channels last: the input's lines are not contiguous.
func.func @channels_last(%x: tensor<2x8x4xf32>, %w: tensor<4x6x4xf32>) -> tensor<2x16x6xf32> {
  %e = tensor.empty() : tensor<2x16x6xf32>
  %y = upweave.block domain [2, 16, 6]
      conv_transpose(%x, %w : tensor<2x8x4xf32>, tensor<4x6x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1], dims = [b, 0, c] x [i, o, 0] -> [b, 0, c]>
      outs(%e : tensor<2x16x6xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<2x16x6xf32>
}
func.func @channels_last_reference(%x: tensor<2x8x4xf32>, %w: tensor<4x6x4xf32>) -> tensor<2x16x6xf32> {
  %ea = tensor.empty() : tensor<2x16x6xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x16x6xf32>) -> tensor<2x16x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, o, co)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x16x6xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %pos, %chan] : tensor<2x8x4xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x16x6xf32>
  return %y : tensor<2x16x6xf32>
}

// f16 data: sums in f32, rounded once.
func.func @half(%x: tensor<2x4x8xf16>, %w: tensor<4x6x4xf16>) -> tensor<2x6x16xf16> {
  %e = tensor.empty() : tensor<2x6x16xf16>
  %y = upweave.block domain [2, 6, 16]
      conv_transpose(%x, %w : tensor<2x4x8xf16>, tensor<4x6x4xf16>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<2x6x16xf16>) {
    ^bb0(%acc: f32):
      %r = arith.truncf %acc : f32 to f16
      upweave.yield %r : f16
  }
  return %y : tensor<2x6x16xf16>
}
func.func @half_reference(%x: tensor<2x4x8xf16>, %w: tensor<4x6x4xf16>) -> tensor<2x6x16xf16> {
  %ea = tensor.empty() : tensor<2x6x16xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x16xf32>) -> tensor<2x6x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x6x16xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf16>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf16>
      %xe = arith.extf %xv : f16 to f32
      %we = arith.extf %wv : f16 to f32
      %p = arith.mulf %xe, %we : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x16xf32>
  %e = tensor.empty() : tensor<2x6x16xf16>
  %z = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (a, b, c)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<2x6x16xf32>) outs(%e : tensor<2x6x16xf16>) {
    ^bb0(%v: f32, %u: f16):
      %r = arith.truncf %v : f32 to f16
      linalg.yield %r : f16
  } -> tensor<2x6x16xf16>
  return %z : tensor<2x6x16xf16>
}

// bf16 data.
func.func @bfloat(%x: tensor<2x4x21xbf16>, %w: tensor<4x6x4xbf16>) -> tensor<2x6x42xbf16> {
  %e = tensor.empty() : tensor<2x6x42xbf16>
  %y = upweave.block domain [2, 6, 42]
      conv_transpose(%x, %w : tensor<2x4x21xbf16>, tensor<4x6x4xbf16>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<2x6x42xbf16>) {
    ^bb0(%acc: f32):
      %r = arith.truncf %acc : f32 to bf16
      upweave.yield %r : bf16
  }
  return %y : tensor<2x6x42xbf16>
}
func.func @bfloat_reference(%x: tensor<2x4x21xbf16>, %w: tensor<4x6x4xbf16>) -> tensor<2x6x42xbf16> {
  %ea = tensor.empty() : tensor<2x6x42xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<2x6x42xf32>) -> tensor<2x6x42xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x6x42xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 21 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x21xbf16>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xbf16>
      %xe = arith.extf %xv : bf16 to f32
      %we = arith.extf %wv : bf16 to f32
      %p = arith.mulf %xe, %we : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<2x6x42xf32>
  %e = tensor.empty() : tensor<2x6x42xbf16>
  %z = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (a, b, c)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<2x6x42xf32>) outs(%e : tensor<2x6x42xbf16>) {
    ^bb0(%v: f32, %u: bf16):
      %r = arith.truncf %v : f32 to bf16
      linalg.yield %r : bf16
  } -> tensor<2x6x42xbf16>
  return %z : tensor<2x6x42xbf16>
}

// f64 data.
func.func @double(%x: tensor<2x4x8xf64>, %w: tensor<4x6x4xf64>) -> tensor<2x6x16xf64> {
  %e = tensor.empty() : tensor<2x6x16xf64>
  %y = upweave.block domain [2, 6, 16]
      conv_transpose(%x, %w : tensor<2x4x8xf64>, tensor<4x6x4xf64>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<2x6x16xf64>) {
    ^bb0(%acc: f64):
      upweave.yield %acc : f64
  }
  return %y : tensor<2x6x16xf64>
}
func.func @double_reference(%x: tensor<2x4x8xf64>, %w: tensor<4x6x4xf64>) -> tensor<2x6x16xf64> {
  %ea = tensor.empty() : tensor<2x6x16xf64>
  %zero = arith.constant 0.0 : f64
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f64) outs(%ea : tensor<2x6x16xf64>) -> tensor<2x6x16xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x6x16xf64>) {
    ^bb0(%unused: i1, %sum: f64):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xf64>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf64>
      %p = arith.mulf %xv, %wv : f64
      %m = arith.select %valid, %p, %zero : f64
      %s = arith.addf %sum, %m : f64
      linalg.yield %s : f64
  } -> tensor<2x6x16xf64>
  return %y : tensor<2x6x16xf64>
}

// Integers.
func.func @integers(%x: tensor<2x4x8xi32>, %w: tensor<4x6x4xi32>) -> tensor<2x6x16xi32> {
  %e = tensor.empty() : tensor<2x6x16xi32>
  %y = upweave.block domain [2, 6, 16]
      conv_transpose(%x, %w : tensor<2x4x8xi32>, tensor<4x6x4xi32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<2x6x16xi32>) {
    ^bb0(%acc: i32):
      upweave.yield %acc : i32
  }
  return %y : tensor<2x6x16xi32>
}
func.func @integers_reference(%x: tensor<2x4x8xi32>, %w: tensor<4x6x4xi32>) -> tensor<2x6x16xi32> {
  %ea = tensor.empty() : tensor<2x6x16xi32>
  %zero = arith.constant 0 : i32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : i32) outs(%ea : tensor<2x6x16xi32>) -> tensor<2x6x16xi32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<2x6x16xi32>) {
    ^bb0(%unused: i1, %sum: i32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<2x4x8xi32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xi32>
      %p = arith.muli %xv, %wv : i32
      %m = arith.select %valid, %p, %zero : i32
      %s = arith.addi %sum, %m : i32
      linalg.yield %s : i32
  } -> tensor<2x6x16xi32>
  return %y : tensor<2x6x16xi32>
}

// A batch of none.
func.func @empty_batch(%x: tensor<?x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<?x6x16xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf32>
  %e = tensor.empty(%n) : tensor<?x6x16xf32>
  %y = upweave.block domain [?, 6, 16]
      conv_transpose(%x, %w : tensor<?x4x8xf32>, tensor<4x6x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%e : tensor<?x6x16xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return %y : tensor<?x6x16xf32>
}
func.func @empty_batch_reference(%x: tensor<?x4x8xf32>, %w: tensor<4x6x4xf32>) -> tensor<?x6x16xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf32>
  %ea = tensor.empty(%n) : tensor<?x6x16xf32>
  %zero = arith.constant 0.0 : f32
  %loops = tensor.empty() : tensor<4x4xi1>
  %f = linalg.fill ins(%zero : f32) outs(%ea : tensor<?x6x16xf32>) -> tensor<?x6x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, co, o, ci, k) -> (ci, k)>, affine_map<(n, co, o, ci, k) -> (n, co, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%loops : tensor<4x4xi1>) outs(%f : tensor<?x6x16xf32>) {
    ^bb0(%unused: i1, %sum: f32):
      %b = linalg.index 0 : index
      %o = linalg.index 1 : index
      %at = linalg.index 2 : index
      %c = linalg.index 3 : index
      %k = linalg.index 4 : index
      %c0i = arith.constant 0 : index
      %size = arith.constant 8 : index
      %stride = arith.constant 2 : index
      %dilation = arith.constant 1 : index
      %low = arith.constant 1 : index
      %gin = arith.constant 4 : index
      %gout = arith.constant 6 : index
      %tap = arith.addi %k, %c0i : index
      %group = arith.divui %o, %gout : index
      %oo = arith.remui %o, %gout : index
      %first = arith.muli %group, %gin : index
      %chan = arith.addi %first, %c : index
      %t0 = arith.addi %at, %low : index
      %t1 = arith.muli %k, %dilation : index
      %t = arith.subi %t0, %t1 : index
      %q = arith.floordivsi %t, %stride : index
      %rest = arith.remsi %t, %stride : index
      %exact = arith.cmpi eq, %rest, %c0i : index
      %above = arith.cmpi sge, %q, %c0i : index
      %below = arith.cmpi slt, %q, %size : index
      %inside = arith.andi %above, %below : i1
      %valid = arith.andi %inside, %exact : i1
      %pos = arith.select %valid, %q, %c0i : index
      %xv = tensor.extract %x[%b, %chan, %pos] : tensor<?x4x8xf32>
      %wv = tensor.extract %w[%chan, %oo, %tap] : tensor<4x6x4xf32>
      %p = arith.mulf %xv, %wv : f32
      %m = arith.select %valid, %p, %zero : f32
      %s = arith.addf %sum, %m : f32
      linalg.yield %s : f32
  } -> tensor<?x6x16xf32>
  return %y : tensor<?x6x16xf32>
}
