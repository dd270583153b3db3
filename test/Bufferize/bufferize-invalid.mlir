// RUN: upweave-opt %s --split-input-file --verify-diagnostics --upweave-results-to-destinations

// expected-error @below {{result #1 of function 'scalar' has type 'f32': only ranked tensors can be results; return a scalar as a tensor of rank 0}}
func.func @scalar(%x: tensor<4xf32>, %s: f32) -> (tensor<4xf32>, f32) {
  return %x, %s : tensor<4xf32>, f32
}

// -----

// expected-error @below {{result #0 of function 'encoded' has the encoding 7 : i64: only tensors without an encoding can be results}}
func.func @encoded(%x: tensor<4xf32, 7>) -> tensor<4xf32, 7> {
  return %x : tensor<4xf32, 7>
}

// -----

// expected-error @below {{function 'branches' has 2 returns: an entry point must be straight-line code with one}}
func.func @branches(%c: i1, %x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  cf.cond_br %c, ^bb1, ^bb2
^bb1:
  return %x : tensor<4xf32>
^bb2:
  return %y : tensor<4xf32>
}
