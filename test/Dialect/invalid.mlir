// Every message of the verifiers of blocks, their operations and
// conv_transpose; attributes are in attributes-invalid.mlir.
// RUN: upweave-opt %s -verify-diagnostics -split-input-file

// Operand lists.

func.func @outs_missing(%x: tensor<4xf32>) {
  // expected-error@+1 {{'upweave.block' op needs at least one out}}
  upweave.block domain [4] stored(%x : tensor<4xf32>) outs() {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return
}

// -----

func.func @two_stored(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{with a stored producer takes 1 inputs, not 2}}
  %0 = upweave.block domain [4] stored(%x, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @conv_without_filter(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // expected-error@+1 {{with a conv_transpose producer takes 2 inputs, not 1}}
  %0 = upweave.block domain [1, 1, 4] conv_transpose(%x : tensor<1x1x4xf32>)
         #upweave.conv_transpose<strides = [1]> outs(%x : tensor<1x1x4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<1x1x4xf32>
}

// -----

func.func @maps_missing(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{has 1 maps; 2 are needed: the producer's, one per param and one per out}}
  %0 = "upweave.block"(%x, %x) <{domain = array<i64: 4>, rows = array<i64>, maps = [affine_map<(d0) -> (d0)>],
         operandSegmentSizes = array<i32: 1, 0, 0, 1>}> ({
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @mixed(%x: tensor<4xf32>, %y: memref<4xf32>) {
  // expected-error@+1 {{takes tensors or memrefs, not both}}
  upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return
}

// -----

func.func @result_missing(%x: tensor<4xf32>) {
  // expected-error@+1 {{has one result of each out's type on tensors, none on memrefs}}
  "upweave.block"(%x, %x) <{domain = array<i64: 4>, rows = array<i64>,
      maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      operandSegmentSizes = array<i32: 1, 0, 0, 1>}> ({
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }) : (tensor<4xf32>, tensor<4xf32>) -> ()
  return
}

// -----

// The domain.

func.func @negative_size(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{domain's dimension 0 has size -4}}
  %0 = upweave.block domain [-4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @row_out_of_range(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{names row dimension 1 of a domain of rank 1}}
  %0 = upweave.block domain [4] rows [1] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @rows_unordered(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{lists row dimensions in ascending order, each once}}
  %0 = upweave.block domain [4, 5] rows [1, 1] stored(%x : tensor<4x5xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

func.func @dynamic_row(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
  // expected-error@+1 {{has a dynamic row dimension d1; only parallel dimensions may be dynamic}}
  %0 = upweave.block domain [4, ?] rows [1] stored(%x : tensor<4x?xf32>) outs(%x : tensor<4x?xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x?xf32>
}

// -----

func.func @empty_row(%x: tensor<4x0xf32>) -> tensor<4x0xf32> {
  // expected-error@+1 {{has a row dimension d1 of size 0; rows have elements}}
  %0 = upweave.block domain [4, 0] rows [1] stored(%x : tensor<4x0xf32>) outs(%x : tensor<4x0xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x0xf32>
}

// -----

// The producer.

func.func @element_types(%x: tensor<1x2x4xf32>, %w: tensor<2x3x1xf16>, %y: tensor<1x3x4xf32>)
    -> tensor<1x3x4xf32> {
  // expected-error@+1 {{'upweave.block' op multiplies elements of different types, 'f32' and 'f16'}}
  %0 = upweave.block domain [1, 3, 4] conv_transpose(%x, %w : tensor<1x2x4xf32>, tensor<2x3x1xf16>)
         #upweave.conv_transpose<strides = [1]> outs(%y : tensor<1x3x4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<1x3x4xf32>
}

// -----

func.func @filter_channels(%x: tensor<1x2x4xf32>, %w: tensor<3x3x1xf32>, %y: tensor<1x3x4xf32>)
    -> tensor<1x3x4xf32> {
  // expected-error@+1 {{filter has 3 input channels, expected 2 (2 channels, 1 groups, filter_groups = input)}}
  %0 = upweave.block domain [1, 3, 4] conv_transpose(%x, %w : tensor<1x2x4xf32>, tensor<3x3x1xf32>)
         #upweave.conv_transpose<strides = [1]> outs(%y : tensor<1x3x4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<1x3x4xf32>
}

// -----

func.func @producer_size(%x: tensor<4xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {
  // expected-error@+1 {{producer's dimension 0 has size 4; its map's result 'd0' runs over 5}}
  %0 = upweave.block domain [5] stored(%x : tensor<4xf32>) outs(%y : tensor<5xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<5xf32>
}

// -----

func.func @producer_broadcast(%x: tensor<4xf32>, %y: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{producer's map leaves out d1 of size 5}}
  %0 = upweave.block domain [4, 5] stored(%x : tensor<4xf32>) at [d0] outs(%y : tensor<4x5xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

func.func @producer_slice(%x: tensor<4x5xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{producer's map is 0 on dimension 1 of size 5, which it must cover}}
  %0 = upweave.block domain [4] stored(%x : tensor<4x5xf32>) at [d0, 0] outs(%y : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @producer_diagonal(%x: tensor<4x4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{producer's map names d0 2 times; it must name it once}}
  %0 = upweave.block domain [4] stored(%x : tensor<4x4xf32>) at [d0, d0] outs(%y : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// Maps.

func.func @map_of_other_domain(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{out 0's map is from 2 dimensions and 1 symbols; the domain has 1 dimensions}}
  %0 = "upweave.block"(%x, %x) <{domain = array<i64: 4>, rows = array<i64>,
         maps = [affine_map<(d0) -> (d0)>, affine_map<(d0, d1)[s0] -> (d0)>],
         operandSegmentSizes = array<i32: 1, 0, 0, 1>}> ({
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @map_rank(%x: tensor<4x5xf32>, %b: tensor<5xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{param 0's map has 2 results for an operand of rank 1}}
  %0 = upweave.block domain [4, 5] stored(%x : tensor<4x5xf32>)
         params(%b[d0, d1] : tensor<5xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

func.func @map_window(%x: tensor<4x5xf32>, %b: tensor<8xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{param 0's map has the result 'd0 + d1', which is neither a dimension, 0 nor one linearised group of dimensions}}
  %0 = upweave.block domain [4, 5] stored(%x : tensor<4x5xf32>)
         params(%b[d0 + d1] : tensor<8xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

func.func @map_constant(%x: tensor<4xf32>, %b: tensor<8xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{param 0's map has the result '3', which is neither a dimension, 0 nor one linearised group of dimensions}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>)
         params(%b[3] : tensor<8xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @map_floordiv(%x: tensor<4xf32>, %b: tensor<2xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{param 0's map has the result 'd0 floordiv 2', which is neither}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>)
         params(%b[d0 floordiv 2] : tensor<2xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// A dynamic dimension cannot be a low digit: its size is no factor.
func.func @map_dynamic_digit(%x: tensor<4x?xf32>, %b: tensor<?xf32>) -> tensor<4x?xf32> {
  // expected-error@+1 {{param 0's map has the result 'd0 * 7 + d1', which is neither}}
  %0 = upweave.block domain [4, ?] stored(%x : tensor<4x?xf32>)
         params(%b[d0 * 7 + d1] : tensor<?xf32>) outs(%x : tensor<4x?xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x?xf32>
}

// -----

func.func @map_size(%x: tensor<4x5xf32>, %b: tensor<6xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{param 0's dimension 0 has size 6; its map's result 'd1' runs over 5}}
  %0 = upweave.block domain [4, 5] stored(%x : tensor<4x5xf32>)
         params(%b[d1] : tensor<6xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

func.func @group_size(%x: tensor<4x5xf32>, %b: tensor<21xf32>) -> tensor<4x5xf32> {
  // expected-error@+1 {{param 0's dimension 0 has size 21; its map's result 'd0 * 5 + d1' runs over 20}}
  %0 = upweave.block domain [4, 5] stored(%x : tensor<4x5xf32>)
         params(%b[d0 * 5 + d1] : tensor<21xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

// Outs.

func.func @out_drops_parallel(%x: tensor<?x5xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {
  // expected-error@+1 {{out 0's map leaves out d0 of size ?}}
  %0 = upweave.block domain [?, 5] stored(%x : tensor<?x5xf32>) outs(%y[d1] : tensor<5xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<5xf32>
}

// -----

func.func @out_diagonal(%x: tensor<4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error@+1 {{out 0's map names d0 2 times; it must name it once}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%y[d0, d0] : tensor<4x4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x4xf32>
}

// -----

func.func @out_partial(%x: tensor<4xf32>, %y: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error@+1 {{out 0's map is 0 on dimension 1 of size 2, which it must cover}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%y[d0, 0] : tensor<4x2xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x2xf32>
}

// -----

func.func @out_not_uniform(%x: tensor<4x5xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{out 0 leaves out row dimension d1, but its value is not row-uniform}}
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>) outs(%y[d0] : tensor<4xf32>) {
  ^bb0(%p: f32):
    %sum = upweave.row_reduce <add> %p : f32
    %d = arith.subf %p, %sum : f32
    upweave.yield %d : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @row_index_not_uniform(%x: tensor<4x5xf32>, %y: tensor<4xindex>) -> tensor<4xindex> {
  // expected-error@+1 {{out 0 leaves out row dimension d1, but its value is not row-uniform}}
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>) outs(%y[d0] : tensor<4xindex>) {
  ^bb0(%p: f32):
    %i = upweave.index 1 : index
    upweave.yield %i : index
  }
  return %0 : tensor<4xindex>
}

// -----

func.func @param_not_uniform(%x: tensor<4x5xf32>, %b: tensor<5xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{out 0 leaves out row dimension d1, but its value is not row-uniform}}
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>)
         params(%b[d1] : tensor<5xf32>) outs(%y[d0] : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    %m = upweave.row_reduce <maximumf> %p : f32
    %d = arith.addf %m, %q : f32
    upweave.yield %d : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// Schedule and precision.

func.func @stored_split(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{with a stored producer has the schedule #upweave.split; it takes #upweave.rows}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>)
         attributes {schedule = #upweave.split} {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @conv_stored(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x4xf32> {
  // expected-error@+1 {{with a conv_transpose producer has the schedule #upweave.rows; it takes #upweave.fused, #upweave.split or #upweave.direct}}
  %0 = upweave.block domain [1, 1, 4] conv_transpose(%x, %w : tensor<1x1x4xf32>, tensor<1x1x1xf32>)
         #upweave.conv_transpose<strides = [1]> outs(%x : tensor<1x1x4xf32>)
         attributes {schedule = #upweave.rows} {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<1x1x4xf32>
}

// -----

func.func @stored_precision(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{with a stored producer takes no 'precision', which is a convolution's}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>)
         attributes {precision = #upweave.precision<tf32>} {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// The region.

func.func @region_arguments(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32> {
  // expected-error@+1 {{has 1 region arguments; 2 are needed: the producer's value and one per param}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) params(%s : f32) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @producer_argument(%x: tensor<4xf16>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{producer of 'f16' elements has a region argument of type 'f32'}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf16>) outs(%y : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @param_argument(%x: tensor<4xf32>, %b: tensor<4xf16>) -> tensor<4xf32> {
  // expected-error@+1 {{param 0 of type 'tensor<4xf16>' has a region argument of type 'f32'}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) params(%b[d0] : tensor<4xf16>)
         outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @op_with_region(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) params(%c : i1) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32, %q: i1):
    // expected-error@+1 {{'scf.if' op may not stand in an upweave.block: only collectives and region-free, pure, speculatable operations on scalars may}}
    %o = scf.if %q -> f32 {
      scf.yield %p : f32
    } else {
      scf.yield %p : f32
    }
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// Division traps on zero: it may not run where the program did not run it.
func.func @op_not_speculatable(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xi32>) outs(%x : tensor<4xi32>) {
  ^bb0(%p: i32):
    // expected-error@+1 {{'arith.divsi' op may not stand in an upweave.block}}
    %o = arith.divsi %p, %p : i32
    upweave.yield %o : i32
  }
  return %0 : tensor<4xi32>
}

// -----

func.func @op_on_vectors(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{'vector.broadcast' op may not stand in an upweave.block}}
    %v = vector.broadcast %p : f32 to vector<4xf32>
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @yield_count(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{region must end in upweave.yield of 1 values, one per out}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p, %p : f32, f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @yield_type(%x: tensor<4xf32>, %y: tensor<4xf16>) -> tensor<4xf16> {
  // expected-error@+1 {{yields 'f32' for out 0 of 'f16' elements}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%y : tensor<4xf16>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4xf16>
}

// -----

func.func @not_isolated(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32> {
  // expected-note@+1 {{required by region isolation constraints}}
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{using value defined outside the region}}
    %o = arith.addf %p, %s : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// Operations of the region.

func.func @collective_outside(%v: f32) -> f32 {
  // expected-error@+1 {{'upweave.row_reduce' op expects parent op 'upweave.block'}}
  %0 = upweave.row_reduce <add> %v : f32
  return %0 : f32
}

// -----

func.func @yield_outside(%v: f32) {
  // expected-error@+1 {{'upweave.yield' op expects parent op 'upweave.block'}}
  upweave.yield %v : f32
}

// -----

func.func @float_kind_on_integer(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = upweave.block domain [4] rows [0] stored(%x : tensor<4xi32>) outs(%x : tensor<4xi32>) {
  ^bb0(%p: i32):
    // expected-error@+1 {{kind 'maximumf' does not reduce values of type 'i32'}}
    %o = upweave.row_reduce <maximumf> %p : i32
    upweave.yield %o : i32
  }
  return %0 : tensor<4xi32>
}

// -----

func.func @integer_kind_on_float(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] rows [0] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{kind 'andi' does not reduce values of type 'f32'}}
    %o = upweave.row_reduce <andi> %p : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @negative_eps(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] rows [0] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{'upweave.layer_norm' op 'eps' is -1.000000e+00; it must be finite and not negative}}
    %o = upweave.layer_norm %p {eps = -1.0 : f64} : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @layer_norm_of_integer(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = upweave.block domain [4] rows [0] stored(%x : tensor<4xi32>) outs(%x : tensor<4xi32>) {
  ^bb0(%p: i32):
    // expected-error@+1 {{custom op 'upweave.layer_norm' invalid kind of type specified}}
    %o = upweave.layer_norm %p {eps = 1.0e-05 : f64} : i32
    upweave.yield %o : i32
  }
  return %0 : tensor<4xi32>
}

// -----

func.func @tanh_without_constants(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{'upweave.gelu' op of form 'tanh' needs the constants 'c0' and 'c1'}}
    %o = upweave.gelu <tanh> %p {c0 = 0.79788456080286541 : f64} : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @erf_with_constants(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    // expected-error@+1 {{'upweave.gelu' op of form 'erf' takes no constants 'c0' and 'c1'}}
    %o = upweave.gelu <erf> %p {c1 = 4.471500e-02 : f64} : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @index_out_of_range(%x: tensor<4xindex>) -> tensor<4xindex> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xindex>) outs(%x : tensor<4xindex>) {
  ^bb0(%p: index):
    // expected-error@+1 {{names dimension 1 of a domain of rank 1}}
    %o = upweave.index 1 : index
    upweave.yield %o : index
  }
  return %0 : tensor<4xindex>
}

// -----

// conv_transpose.

func.func @conv_mixed(%x: tensor<1x1x4xf32>, %w: memref<1x1x1xf32>) -> tensor<1x1x4xf32> {
  // expected-error@+1 {{'upweave.conv_transpose' op takes tensors or memrefs, not both}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x4xf32>, memref<1x1x1xf32>) outs(%x : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}

// -----

func.func @conv_result_missing(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xf32>) {
  // expected-error@+1 {{on tensors has one result of its out's type, 'tensor<1x1x4xf32>'; on memrefs it has none}}
  upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
    ins(%x, %w : tensor<1x1x4xf32>, tensor<1x1x1xf32>) outs(%x : tensor<1x1x4xf32>)
  return
}

// -----

func.func @conv_elements(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xbf16>) -> tensor<1x1x4xf32> {
  // expected-error@+1 {{multiplies elements of different types, 'f32' and 'bf16'}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x4xf32>, tensor<1x1x1xbf16>) outs(%x : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}

// -----

func.func @conv_result_type(%x: tensor<1x1x4xbf16>, %w: tensor<1x1x1xbf16>, %y: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // expected-error@+1 {{of 'bf16' elements has a result of that type or of 'f32', not of 'f16'}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x4xbf16>, tensor<1x1x1xbf16>) outs(%y : tensor<1x1x4xf16>) -> tensor<1x1x4xf16>
  return %0 : tensor<1x1x4xf16>
}

// -----

func.func @conv_rank(%x: tensor<1x4xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{input has rank 2, the geometry needs 3}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x4xf32>, tensor<1x1x1xf32>) outs(%x : tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @conv_result_rank(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xf32>, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{result has rank 2, the geometry needs 3}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x4xf32>, tensor<1x1x1xf32>) outs(%y : tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @conv_dynamic_axis(%x: tensor<1x1x?xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x?xf32> {
  // expected-error@+1 {{dim 2 of input is dynamic, only the batch may be}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x?xf32>, tensor<1x1x1xf32>) outs(%x : tensor<1x1x?xf32>) -> tensor<1x1x?xf32>
  return %0 : tensor<1x1x?xf32>
}

// -----

func.func @conv_empty_axis(%x: tensor<1x1x0xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x0xf32> {
  // expected-error@+1 {{dim 2 of input has size 0, must be in [1, 2147483647]}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x1x0xf32>, tensor<1x1x1xf32>) outs(%x : tensor<1x1x0xf32>) -> tensor<1x1x0xf32>
  return %0 : tensor<1x1x0xf32>
}

// -----

func.func @conv_groups(%x: tensor<1x3x4xf32>, %w: tensor<3x1x1xf32>) -> tensor<1x3x4xf32> {
  // expected-error@+1 {{input has 3 channels, not divisible by 2 groups}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1], groups = 2>
         ins(%x, %w : tensor<1x3x4xf32>, tensor<3x1x1xf32>) outs(%x : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %0 : tensor<1x3x4xf32>
}

// -----

func.func @conv_groups_out(%x: tensor<1x4x4xf32>, %w: tensor<2x3x1xf32>) -> tensor<1x4x4xf32> {
  // expected-error@+1 {{filter has 3 output channels, not divisible by 2 groups}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1], groups = 2, filter_groups = output>
         ins(%x, %w : tensor<1x4x4xf32>, tensor<2x3x1xf32>) outs(%x : tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  return %0 : tensor<1x4x4xf32>
}

// -----

func.func @conv_all_cropped(%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>) -> tensor<1x1x2xf32> {
  // expected-error@+1 {{result size along spatial axis 0 is -1: input 2, filter 3, stride 1, padding 3 and 2, dilation 1, output padding 0}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1], padding_low = [3], padding_high = [2]>
         ins(%x, %w : tensor<1x1x2xf32>, tensor<1x1x3xf32>) outs(%x : tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %0 : tensor<1x1x2xf32>
}

// -----

func.func @conv_result_size(%x: tensor<1x1x4xf32>, %w: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  // expected-error@+1 {{dim 2 of result has size 4, expected 8}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [2]>
         ins(%x, %w : tensor<1x1x4xf32>, tensor<1x1x2xf32>) outs(%x : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}

// -----

func.func @conv_result_dynamic(%x: tensor<1x1x4xf32>, %w: tensor<1x1x2xf32>, %y: tensor<1x1x?xf32>) -> tensor<1x1x?xf32> {
  // expected-error@+1 {{dim 2 of result is dynamic, expected 8}}
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [2]>
         ins(%x, %w : tensor<1x1x4xf32>, tensor<1x1x2xf32>) outs(%y : tensor<1x1x?xf32>) -> tensor<1x1x?xf32>
  return %0 : tensor<1x1x?xf32>
}

// -----

func.func @packed_of_direct(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %p: memref<256xi32>, %y: memref<2x4x32xf32>) {
  // expected-error@+1 {{has packed operands, which only a conv_transpose producer with the schedule #upweave.fused takes}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%p, %p : memref<256xi32>, memref<256xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.direct} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @packed_of_nothing(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %p: memref<256xi32>, %y: memref<2x4x32xf32>) {
  // expected-error@+1 {{has packed operands, which only a conv_transpose producer with the schedule #upweave.fused takes}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%p : memref<256xi32>)
    outs(%y : memref<2x4x32xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @packed_of_what(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %p: memref<256xi32>, %y: memref<2x4x32xf32>) {
  // expected-error@+1 {{has packed operands, but its schedule leaves out 'input', which says of what: write 'packed' or 'strided'}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%p, %p : memref<256xi32>, memref<256xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @packed_for_strided(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %p: memref<256xi32>, %y: memref<2x4x32xf32>) {
  // expected-error@+1 {{has 2 packed operands, but its schedule, 'input = strided', takes one, the filter}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%p, %p : memref<256xi32>, memref<256xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = strided>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @strided_for_packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %p: memref<256xi32>, %y: memref<2x4x32xf32>) {
  // expected-error@+1 {{has 1 packed operands, but its schedule, 'input = packed', takes two, the input and the filter}}
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%p : memref<256xi32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = packed>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @packed_rows(%x: memref<8x16xf32>, %p: memref<256xi32>, %y: memref<8x16xf32>) {
  // expected-error@+1 {{has packed operands, which only a conv_transpose producer with the schedule #upweave.fused takes}}
  upweave.block domain [8, 16] rows [1] stored(%x : memref<8x16xf32>) packed(%p : memref<256xi32>)
    outs(%y : memref<8x16xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @pack_other_positions(%x: memref<2x3x16xf32>, %p: memref<256xi32>) {
  // expected-error@+1 {{has an order that counts 15 'width_position', the operand has 16}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%p : memref<256xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[8 in, 15 width_position]>}
  return
}

// -----

func.func @pack_few_channels(%w: memref<3x4x4xf32>, %p: memref<256xi32>) {
  // expected-error@+1 {{has an order that counts 2 'in', the operand has 3}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf32>) outs(%p : memref<256xi32>)
    {other = memref<2x3x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[2 in, 16 out, 4 width_tap]>}
  return
}

// -----

func.func @pack_few_results(%w: memref<3x4x4xf32>, %p: memref<256xi32>) {
  // expected-error@+1 {{has an order that counts 2 'out', the operand has 4}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf32>) outs(%p : memref<256xi32>)
    {other = memref<2x3x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 2 out, 4 width_tap]>}
  return
}

// -----

func.func @pack_groups(%w: memref<3x4x4xf32>, %p: memref<1024xi32>) {
  // expected-error@+1 {{has an order that counts 3 'group', the operand has 1}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf32>) outs(%p : memref<1024xi32>)
    {other = memref<2x3x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 out, 4 width_tap, 3 group]>}
  return
}

// -----

func.func @pack_small_buffer(%x: memref<2x3x16xf32>, %p: memref<255xi32>) {
  // expected-error@+1 {{packs 256 words into a buffer of 255}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%p : memref<255xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[8 in, 16 width_position]>}
  return
}

// -----

func.func @order_of_unknown_dim(%x: memref<2x3x16xf32>, %p: memref<256xi32>) {
  // expected-error@+3 {{a digit counts 'columns'; it is out, in, group, phase_class, or a tap, phase or position such as width_tap, height_phase, position3}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%p : memref<256xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[8 in, 16 columns]>}
  return
}

// -----

func.func @order_with_gap(%x: memref<2x3x16xf32>, %p: memref<256xi32>) {
  // expected-error@+3 {{the digits of 'in' do not count on: one by 1 is due}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%p : memref<256xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[8 in by 2, 16 width_position]>}
  return
}

// -----

func.func @order_of_zeros(%x: memref<2x3x16xf32>, %p: memref<256xi32>) {
  // expected-error@+3 {{digit '0 in by 1': both numbers must be positive}}
  upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%x : memref<2x3x16xf32>) outs(%p : memref<256xi32>)
    {other = memref<3x4x4xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[0 in, 16 width_position]>}
  return
}

// -----

func.func @schedule_of_another_kind(%x: memref<8x16xf32>, %y: memref<8x16xf32>) {
  // expected-error@+2 {{attribute 'schedule' failed to satisfy constraint: #upweave.fused, #upweave.rows, #upweave.split or #upweave.direct}}
  upweave.block domain [8, 16] rows [1] stored(%x : memref<8x16xf32>)
    outs(%y : memref<8x16xf32>) attributes {schedule = #upweave.precision<ieee>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

func.func @pack_of_two_types(%w: memref<3x4x4xf16>, %p: memref<256xi32>) {
  // expected-error@+1 {{packs for elements of different types, 'f32' and 'f16'}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf16>) outs(%p : memref<256xi32>)
    {other = memref<2x3x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 out, 4 width_tap]>}
  return
}

// -----

func.func @pack_for_other_shape(%w: memref<3x4x4xf32>, %p: memref<256xi32>) {
  // expected-error@+1 {{filter has 3 input channels, expected 5}}
  upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
    ins(%w : memref<3x4x4xf32>) outs(%p : memref<256xi32>)
    {other = memref<2x5x16xf32>, precision = #upweave.precision<ieee>, order = #upweave.packed_order<[4 in, 16 out, 4 width_tap]>}
  return
}
