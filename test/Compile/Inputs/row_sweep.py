"""Writes functions whose block normalises the rows of a stored tensor: one for each
length, type and direction, along the contiguous dimension (`w`), across it (`c`)
and over two dimensions (`p`).

usage: row_sweep.py short|long > OUT.mlir
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys

LENGTHS = {
    "short": [1, 2, 3, 5, 8, 31, 33, 64, 100, 257, 1000],
    "long": [2048, 4095, 5000, 8192, 16384, 40000, 65536],
}


def function(name, dtype, shape, rows):
    tensor = "x".join(map(str, shape)) + "x" + dtype
    last = rows[-1]
    param = f"{shape[last]}x{dtype}"
    wide = "f64" if dtype == "f64" else "f32"
    widen = "\n".join(f"    %{v}w = arith.extf %{v} : {dtype} to f32" for v in "vg")
    suffix = "" if dtype == wide else "w"
    result = "%o" if dtype == wide else "%t"
    narrow = "" if dtype == wide else f"    %t = arith.truncf %o : f32 to {dtype}\n"
    print(
        f"""func.func @{name}(%x: tensor<{tensor}>, %gamma: tensor<{param}>) -> tensor<{tensor}> {{
  %e = tensor.empty() : tensor<{tensor}>
  %y = upweave.block domain [{', '.join(map(str, shape))}] rows [{', '.join(map(str, rows))}]
      stored(%x : tensor<{tensor}>) params(%gamma[d{last}] : tensor<{param}>) outs(%e : tensor<{tensor}>) {{
  ^bb0(%v: {dtype}, %g: {dtype}):
{widen if dtype != wide else ''}
    %n = upweave.layer_norm %v{suffix} {{eps = 1.0e-05 : f64}} : {wide}
    %m = upweave.row_reduce <maximumf> %n : {wide}
    %d = arith.divf %n, %m : {wide}
    %o = arith.mulf %d, %g{suffix} : {wide}
{narrow}    upweave.yield {result} : {dtype}
  }}
  return %y : tensor<{tensor}>
}}"""
    )


kind = sys.argv[1]
for length in LENGTHS[kind]:
    for dtype in ("f32", "f16", "bf16", "f64") if kind == "short" else ("f32", "f16"):
        few = 3 if kind == "long" else 11
        function(f"w{length}_{dtype}", dtype, (few, length), [1])
        function(f"c{length}_{dtype}", dtype, (2, length, few + 1), [1])
        if dtype in ("f32", "f16") and length <= 5000:
            function(f"p{length}_{dtype}", dtype, (2, 3, 4, length), [1, 3])
