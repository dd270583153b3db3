# The row programs that benchmark/rows.py times, and their IR.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""LayerNorm, GELU (erf) and a scale on a stored tensor, over rows of many lengths
along the last dimension or along channels. `python3 rows_cases.py FOLDER` writes
one FOLDER/NAME.mlir a case.
"""

import pathlib
import sys

EPS, SCALE = 1e-5, 0.7

# name: (dtype, shape, the dimension of the row). About 2^28 elements each.
CASES = {
    "w64_f32": ("f32", (2**22, 64), 1),
    "w64_f16": ("f16", (2**22, 64), 1),
    "w64_bf16": ("bf16", (2**22, 64), 1),
    "w8_f32": ("f32", (2**25, 8), 1),
    "w8_f16": ("f16", (2**25, 8), 1),
    "w33_f32": ("f32", (2**23, 33), 1),
    "w96_f16": ("f16", (2**21, 96), 1),
    "w1024_f16": ("f16", (2**18, 1024), 1),
    "w4096_f32": ("f32", (2**16, 4096), 1),
    "w8192_f16": ("f16", (2**15, 8192), 1),
    "w20000_f32": ("f32", (13421, 20000), 1),
    "w20000_f16": ("f16", (13421, 20000), 1),
    "w40000_f32": ("f32", (6710, 40000), 1),
    "w40000_f16": ("f16", (6710, 40000), 1),
    "w65536_f32": ("f32", (2**12, 65536), 1),
    "w65536_f16": ("f16", (2**12, 65536), 1),
    "c16_f32": ("f32", (128, 16, 2**17), 1),
    "c16_f16": ("f16", (128, 16, 2**17), 1),
    "c64_f32": ("f32", (32, 64, 2**17), 1),
    "c64_f16": ("f16", (32, 64, 2**17), 1),
    "c256_f32": ("f32", (32, 256, 2**15), 1),
    "c256_f16": ("f16", (32, 256, 2**15), 1),
    "c1000_f16": ("f16", (32, 1000, 2**13), 1),
    "c1024_f16": ("f16", (32, 1024, 2**13), 1),
    "c1024_f32": ("f32", (32, 1024, 2**13), 1),
    "c2048_f16": ("f16", (32, 2048, 2**12), 1),
    "c2048_f32": ("f32", (32, 2048, 2**12), 1),
}


def ir(dtype, shape, row):
    """The function as a block on a stored tensor; statistics are f32."""
    tensor = "x".join(map(str, shape)) + "x" + dtype
    params = f"{shape[row]}x{dtype}"
    narrow = dtype != "f32"
    widen = lambda v: f"arith.extf %{v} : {dtype} to f32" if narrow else None
    lines = []
    if narrow:
        lines += [f"%{v}w = {widen(v)}" for v in ("v", "g", "b")]
    v, g, b = (f"%{n}w" if narrow else f"%{n}" for n in ("v", "g", "b"))
    lines += [
        f"%scale = arith.constant {SCALE} : f32",
        f"%n = upweave.layer_norm {v} {{eps = {EPS:e} : f64}} : f32",
        f"%m = arith.mulf %n, {g} : f32",
        f"%a = arith.addf %m, {b} : f32",
        "%u = upweave.gelu <erf> %a : f32",
        "%s = arith.mulf %u, %scale : f32",
    ]
    if narrow:
        lines.append(f"%r = arith.truncf %s : f32 to {dtype}")
    body = "\n".join("    " + line for line in lines)
    return f"""func.func @main(%x: tensor<{tensor}>, %gamma: tensor<{params}>, %beta: tensor<{params}>) -> tensor<{tensor}> {{
  %e = tensor.empty() : tensor<{tensor}>
  %y = upweave.block domain [{', '.join(map(str, shape))}] rows [{row}]
      stored(%x : tensor<{tensor}>)
      params(%gamma[d{row}], %beta[d{row}] : tensor<{params}>, tensor<{params}>)
      outs(%e : tensor<{tensor}>) {{
  ^bb0(%v: {dtype}, %g: {dtype}, %b: {dtype}):
{body}
    upweave.yield %{'r' if narrow else 's'} : {dtype}
  }}
  return %y : tensor<{tensor}>
}}
"""


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        (folder / f"{name}.mlir").write_text(ir(*case))
