// What the attributes' parsers and verifiers refuse.
// RUN: upweave-opt %s -verify-diagnostics -split-input-file

// expected-error@+1 {{'strides' is required, one per spatial axis}}
module attributes {test.a = #upweave.conv_transpose<padding = [1]>} {}

// -----

// expected-error@+1 {{'strides' is required, one per spatial axis}}
module attributes {test.a = #upweave.conv_transpose<strides = []>} {}

// -----

// expected-error@+1 {{unknown field 'stride'; the fields are strides, padding, padding_low, padding_high, dilations, output_padding, groups, reversed, filter_groups, dims}}
module attributes {test.a = #upweave.conv_transpose<stride = [1]>} {}

// -----

// expected-error@+1 {{'strides' is given twice}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], strides = [2]>} {}

// -----

// expected-error@+1 {{'groups' is given twice}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], groups = 1, groups = 2>} {}

// -----

// expected-error@+1 {{'padding' has 1 entries for 2 spatial axes}}
module attributes {test.a = #upweave.conv_transpose<strides = [1, 1], padding = [1]>} {}

// -----

// expected-error@+1 {{'padding' excludes 'padding_low' and 'padding_high'}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], padding = [1], padding_low = [0]>} {}

// -----

// expected-error@+1 {{'filter_groups' is 'both'; it is 'input' or 'output'}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], filter_groups = both>} {}

// -----

// expected-error@+1 {{'reversed' has the entry 2; it is 0 or 1}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], reversed = [2]>} {}

// -----

// expected-error@+1 {{strides of spatial axis 1 is 0, must be in [1, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1, 0]>} {}

// -----

// expected-error@+1 {{dilations of spatial axis 0 is -2, must be in [1, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dilations = [-2]>} {}

// -----

// expected-error@+1 {{output_padding of spatial axis 0 is -1, must be in [0, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], output_padding = [-1]>} {}

// -----

// expected-error@+1 {{padding_low of spatial axis 0 is 3000000000, must be in [-2147483647, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], padding_low = [3000000000]>} {}

// -----

// expected-error@+1 {{padding_high of spatial axis 0 is -3000000000, must be in [-2147483647, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], padding_high = [-3000000000]>} {}

// -----

// expected-error@+1 {{groups is 0, must be in [1, 2147483647]}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], groups = 0>} {}

// -----

// expected-error@+1 {{dimension 'n' is none of 'b', 'c' or an axis number}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dims = [n, c, 0] x [i, o, 0] -> [b, c, 0]>} {}

// -----

// expected-error@+1 {{dimension list of 3 names 'i', 'o' and each axis from 0 to 0 once}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dims = [b, c, 0] x [i, i, 0] -> [b, c, 0]>} {}

// -----

// expected-error@+1 {{dimension list of 3 names 'b', 'c' and each axis from 0 to 0 once}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dims = [b, c, 0] x [i, o, 0] -> [b, c, 1]>} {}

// -----

// expected-error@+1 {{'dims' has lists of 1 for 1 spatial axes}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dims = [b] x [i, o, 0] -> [b, c, 0]>} {}

// -----

// expected-error@+1 {{'dims' has lists of 4 for 1 spatial axes}}
module attributes {test.a = #upweave.conv_transpose<strides = [1], dims = [b, c, 0] x [i, o, 0, 1] -> [b, c, 0]>} {}

// -----

// expected-error@+1 {{schedule's kind is 'magic'; it is 'stored', 'direct', 'split' or 'fused'}}
module attributes {test.a = #upweave.schedule<magic>} {}

// -----

// expected-error@+1 {{unknown field 'threads'; the fields are warps, lanes, vector, registers, looped, staged, stages, tile, input}}
module attributes {test.a = #upweave.schedule<stored, threads = 3>} {}

// -----

// expected-error@+1 {{'warps' is given twice}}
module attributes {test.a = #upweave.schedule<stored, warps = 3, warps = 3>} {}

// -----

// expected-error@+1 {{expected 'true' or 'false' for 'looped'}}
module attributes {test.a = #upweave.schedule<stored, looped = 1>} {}

// -----

// expected-error@+1 {{schedule's 'warps' is 33; it must be from 0 to 32}}
module attributes {test.a = #upweave.schedule<stored, warps = 33>} {}

// -----

// expected-error@+1 {{schedule's 'lanes' is 2048; it must be from 0 to 1024}}
module attributes {test.a = #upweave.schedule<stored, lanes = 2048>} {}

// -----

// expected-error@+1 {{schedule's 'vector' is -1; it must be from 0 to 16}}
module attributes {test.a = #upweave.schedule<stored, vector = -1>} {}

// -----

// expected-error@+1 {{schedule's 'registers' is 256; it must be from 0 to 255}}
module attributes {test.a = #upweave.schedule<stored, registers = 256>} {}

// -----

// expected-error@+1 {{schedule's 'stages' is 17; it must be from 0 to 16}}
module attributes {test.a = #upweave.schedule<fused, stages = 17>} {}

// -----

// expected-error@+1 {{schedule's 'lanes' is 12; it must be a power of two}}
module attributes {test.a = #upweave.schedule<stored, lanes = 12>} {}

// -----

// expected-error@+1 {{schedule's 'lanes' is 128, more than 2 warps of 32 threads have}}
module attributes {test.a = #upweave.schedule<stored, warps = 2, lanes = 128>} {}

// -----

// expected-error@+1 {{schedule's 'registers' is 6, no multiple of its 'vector' of 4}}
module attributes {test.a = #upweave.schedule<stored, vector = 4, registers = 6>} {}

// -----

// expected-error@+1 {{schedule's 'tile' holds 0; tile sizes are 1 to 1048576}}
module attributes {test.a = #upweave.schedule<fused, tile = [16, 0]>} {}

// -----

// expected-error@+1 {{schedule of kind 'split' takes no 'stages'}}
module attributes {test.a = #upweave.schedule<split, stages = 2>} {}

// -----

// expected-error@+1 {{schedule of kind 'split' takes no 'input'}}
module attributes {test.a = #upweave.schedule<split, input = packed>} {}

// -----

// expected-error@+1 {{schedule's 'input' is 'chosen'; it is 'packed' or 'direct'}}
module attributes {test.a = #upweave.schedule<fused, input = chosen>} {}

// -----

// expected-error@+1 {{'input' is given twice}}
module attributes {test.a = #upweave.schedule<fused, input = packed, input = direct>} {}

// -----

// expected-error@+1 {{schedule of kind 'direct' takes no 'tile'}}
module attributes {test.a = #upweave.schedule<direct, tile = [2, 1]>} {}

// -----

// expected-error@+2 {{failed to parse Upweave_PrecisionAttr parameter 'value'}}
// expected-error@+1 {{expected ::upweave::Precision to be one of: ieee, tf32, tf32x3, f16, bf16}}
module attributes {test.a = #upweave.precision<f64>} {}

// -----

// expected-error@+1 {{schedule's 'staged' is 2, but only the steps of a 'looped' row are staged}}
module attributes {test.a = #upweave.schedule<stored, staged = 2>} {}
