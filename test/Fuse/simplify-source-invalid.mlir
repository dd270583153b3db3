// Reshapes that upstream's verifier lets through and that nothing could read.
// RUN: upweave-opt %s --split-input-file --upweave-fuse -verify-diagnostics

func.func @out_of_range(%x: tensor<2x4x3xf32>) -> tensor<2x2x2x3xf32> {
  // expected-error @below {{'tensor.expand_shape' names dimension -9223372036854775808 where its groups must go on with 0}}
  %0 = tensor.expand_shape %x [[-9223372036854775808], [1, 2], [3]] output_shape [2, 2, 2, 3] : tensor<2x4x3xf32> into tensor<2x2x2x3xf32>
  return %0 : tensor<2x2x2x3xf32>
}
