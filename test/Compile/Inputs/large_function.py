"""Writes a function of about N ops: convolutions, each with a sum over channels and
a chain of elementwise ops behind it.

usage: large_function.py N > OUT.mlir
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys

DATA, SUMS = "tensor<2x16x8x12xf32>", "tensor<2x8x12xf32>"
LOOPS = 'iterator_types = ["parallel", "parallel", "parallel", "parallel"]'
CHAIN = 12

print(
    f"""#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#sums = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
func.func @main(%x: {DATA}, %w: tensor<16x16x3x3xf32>) -> {DATA} {{
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : {DATA}
  %f = tensor.empty() : {SUMS}
  %z = linalg.fill ins(%zero : f32) outs(%e : {DATA}) -> {DATA}
  %i = linalg.fill ins(%zero : f32) outs(%f : {SUMS}) -> {SUMS}"""
)
value = "%x"
for stage in range(int(sys.argv[1]) // (CHAIN + 4)):
    padded = "tensor<2x16x10x14xf32>"
    print(
        f"""  %p{stage} = tensor.pad {value} low[0, 0, 1, 1] high[0, 0, 1, 1] {{
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  }} : {DATA} to {padded}
  %c{stage} = linalg.conv_2d_nchw_fchw ins(%p{stage}, %w : {padded}, tensor<16x16x3x3xf32>) outs(%z : {DATA}) -> {DATA}
  %s{stage} = linalg.reduce {{ arith.addf }} ins(%c{stage} : {DATA}) outs(%i : {SUMS}) dimensions = [1]
  %d{stage} = linalg.generic {{indexing_maps = [#id, #sums, #id], {LOOPS}}} ins(%c{stage}, %s{stage} : {DATA}, {SUMS}) outs(%e : {DATA}) {{
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.subf %a, %b : f32
    linalg.yield %q : f32
  }} -> {DATA}"""
    )
    value = f"%d{stage}"
    for step in range(CHAIN):
        name = f"%t{stage}_{step}"
        print(
            f"""  {name} = linalg.generic {{indexing_maps = [#id, #id], {LOOPS}}} ins({value} : {DATA}) outs(%e : {DATA}) {{
  ^bb0(%a: f32, %o: f32):
    %q = math.tanh %a : f32
    linalg.yield %q : f32
  }} -> {DATA}"""
        )
        value = name
print(f"  return {value} : {DATA}\n}}")
