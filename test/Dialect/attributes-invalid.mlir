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

// expected-error@+1 {{unknown field 'threads'; the fields of #upweave.rows are warps, lanes, vector, registers, looped, staged, rows_per_thread, tiles_per_block, blocks_per_sm}}
module attributes {test.a = #upweave.rows<threads = 3>} {}

// -----

// expected-error@+1 {{unknown field 'warps'; the fields of #upweave.fused are block, warp, chunks, stages, input, blocks_per_sm}}
module attributes {test.a = #upweave.fused<warps = 4>} {}

// -----

// expected-error@+1 {{unknown field 'warps'; the fields of #upweave.split are convolution, rows}}
module attributes {test.a = #upweave.split<warps = 4>} {}

// -----

// expected-error@+1 {{'warps' is given twice}}
module attributes {test.a = #upweave.rows<warps = 3, warps = 3>} {}

// -----

// expected-error@+1 {{'input' is given twice}}
module attributes {test.a = #upweave.fused<input = packed, input = strided>} {}

// -----

// expected-error@+1 {{expected 'true' or 'false' for 'looped'}}
module attributes {test.a = #upweave.rows<looped = 1>} {}

// -----

// expected-error@+1 {{'warps' is 33; it must be from 1 to 32, or left out}}
module attributes {test.a = #upweave.rows<warps = 33>} {}

// -----

// expected-error@+1 {{'warps' is 0; it must be from 1 to 32, or left out}}
module attributes {test.a = #upweave.rows<warps = 0>} {}

// -----

// expected-error@+1 {{'lanes' is 2048; it must be from 1 to 1024, or left out}}
module attributes {test.a = #upweave.rows<lanes = 2048>} {}

// -----

// expected-error@+1 {{'vector' is -1; it must be from 1 to 16, or left out}}
module attributes {test.a = #upweave.rows<vector = -1>} {}

// -----

// expected-error@+1 {{'registers' is 256; it must be from 1 to 255, or left out}}
module attributes {test.a = #upweave.rows<registers = 256>} {}

// -----

// expected-error@+1 {{'staged' is 5000; it must be from 1 to 4096, or left out}}
module attributes {test.a = #upweave.rows<looped = true, staged = 5000>} {}

// -----

// expected-error@+1 {{'rows_per_thread' is -2; it must be from 1 to 1048576, or left out}}
module attributes {test.a = #upweave.rows<rows_per_thread = -2>} {}

// -----

// expected-error@+1 {{'tiles_per_block' is 0; it must be from 1 to 1048576, or left out}}
module attributes {test.a = #upweave.rows<tiles_per_block = 0>} {}

// -----

// expected-error@+1 {{'blocks_per_sm' is 33; it must be from 1 to 32, or left out}}
module attributes {test.a = #upweave.rows<blocks_per_sm = 33>} {}

// -----

// expected-error@+1 {{'lanes' is 12; it must be a power of two}}
module attributes {test.a = #upweave.rows<lanes = 12>} {}

// -----

// expected-error@+1 {{'lanes' is 128, more than 2 warps of 32 threads have}}
module attributes {test.a = #upweave.rows<warps = 2, lanes = 128>} {}

// -----

// expected-error@+1 {{'registers' is 6; it must be a multiple of 'vector', which is 4}}
module attributes {test.a = #upweave.split<rows = <vector = 4, registers = 6>>} {}

// -----

// expected-error@+1 {{'staged' is 2, but only the steps of a 'looped' row are staged}}
module attributes {test.a = #upweave.rows<staged = 2>} {}

// -----

// expected-error@+1 {{'convolution' is #upweave.rows; it is #upweave.fused or #upweave.direct, or left out}}
module attributes {test.a = #upweave.split<convolution = #upweave.rows>} {}

// -----

// expected-error@+1 {{'stages' is 17; it must be from 1 to 16, or left out}}
module attributes {test.a = #upweave.fused<stages = 17>} {}

// -----

// expected-error@+1 {{'blocks_per_sm' is 0; it must be from 1 to 32, or left out}}
module attributes {test.a = #upweave.fused<blocks_per_sm = 0>} {}

// -----

// expected-error@+1 {{'block' has 0 rows; there must be from 1 to 1048576}}
module attributes {test.a = #upweave.fused<block = 16 channels x 0 rows x 8 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1>} {}

// -----

// expected-error@+1 {{'block' lacks its rows here; it is written as in 'block = 32 channels x 8 rows x 32 columns'}}
module attributes {test.a = #upweave.fused<block = 16 channels>} {}

// -----

// expected-error@+1 {{'warp' lacks its rows here; it is written as in 'warp = 32 channels x 8 rows x 32 columns'}}
module attributes {test.a = #upweave.fused<warp = 16 channels x 8 columns x 1 rows>} {}

// -----

// expected-error@+1 {{'block' lacks its channels here; it is written as in 'block = 32 channels x 8 rows x 32 columns'}}
module attributes {test.a = #upweave.fused<block = 16 x 1 x 8>} {}

// -----

// expected-error@+1 {{a tile is 'block', 'warp' and 'chunks', but 'warp' is left out; write all three or none}}
module attributes {test.a = #upweave.fused<block = 16 channels x 1 rows x 8 columns, chunks = 1>} {}

// -----

// expected-error@+1 {{a tile is 'block', 'warp' and 'chunks', but 'chunks' is left out; write all three or none}}
module attributes {test.a = #upweave.fused<block = 16 channels x 1 rows x 8 columns, warp = 16 channels x 1 rows x 8 columns>} {}

// -----

// expected-error@+1 {{a tile is 'block', 'warp' and 'chunks', but 'block' is left out; write all three or none}}
module attributes {test.a = #upweave.fused<chunks = 2>} {}

// -----

// expected-error@+1 {{'input' is 'chosen'; it is 'packed' or 'strided', or left out}}
module attributes {test.a = #upweave.fused<input = chosen>} {}

// -----

// expected-error@+2 {{failed to parse Upweave_PrecisionAttr parameter 'value'}}
// expected-error@+1 {{expected ::upweave::Precision to be one of: ieee, tf32, tf32x3, f16, bf16}}
module attributes {test.a = #upweave.precision<f64>} {}
