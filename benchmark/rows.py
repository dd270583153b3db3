#!/usr/bin/env python3
# Times row programs on stored tensors beside their peers, in one run.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""LayerNorm, GELU and a scale over rows of many lengths, along the last dimension
and along channels (rows_cases.py), on one GPU: checks first, times second.

Peers, in the same run: torch.compile, a Triton kernel of our own (the fastest of a
few tile sizes) and a plain copy of the tensor, which is the floor. Times are
medians over CUDA events. Every result is compared with float64 on sampled rows;
outputs are filled with NaN beforehand.

Needs PyTorch, Triton, libupweave_runtime.so and the bundles; no LLVM.
`benchmark/rows.sh` builds what it needs and calls it.
"""

import argparse
import json
import pathlib

import torch
import torch.nn.functional as F
import triton
import triton.language as tl

from kb34 import measure
from rows_cases import CASES, EPS, SCALE
from uwruntime import Runtime

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
TOLERANCE = {"f32": 2e-6, "f16": 1.5e-3, "bf16": 1.2e-2}


@triton.jit
def _rows(x, gamma, beta, y, outer, length, inner, scale, eps, ROW: tl.constexpr, TILE: tl.constexpr, INNER: tl.constexpr):
    # TILE rows a program. Rows lie along the last dimension (INNER = 1: `inner` is
    # 1 and rows are contiguous) or along a middle one.
    r = tl.program_id(0).to(tl.int64) * TILE + tl.arange(0, TILE)
    k = tl.arange(0, ROW)
    if INNER == 1:
        at = r[None, :] * length + k[:, None]
    else:
        at = (r // inner * length * inner + r % inner)[None, :] + k[:, None].to(tl.int64) * inner
    inside = (k < length)[:, None] & (r < outer * inner)[None, :]
    v = tl.load(x + at, mask=inside, other=0.0).to(tl.float32)
    mean = tl.sum(v, axis=0) / length
    d = tl.where(inside, v - mean[None, :], 0.0)
    var = tl.sum(d * d, axis=0) / length
    g = tl.load(gamma + k, mask=k < length, other=0.0).to(tl.float32)
    b = tl.load(beta + k, mask=k < length, other=0.0).to(tl.float32)
    n = d * tl.rsqrt(var + eps)[None, :] * g[:, None] + b[:, None]
    a = 0.5 * n * (1.0 + tl.erf(n * 0.7071067811865476)) * scale
    tl.store(y + at, a.to(y.dtype.element_ty), mask=inside)


def triton_rows(x, gamma, beta, y, row, tile, warps):
    shape = x.shape
    outer = 1
    for size in shape[:row]:
        outer *= size
    inner = x.numel() // outer // shape[row]
    padded = triton.next_power_of_2(shape[row])
    _rows[(triton.cdiv(outer * inner, tile),)](
        x, gamma, beta, y, outer, shape[row], inner, SCALE, EPS,
        ROW=padded, TILE=tile, INNER=1 if inner == 1 else 2, num_warps=warps,
    )


def program(x, gamma, beta, row):
    """The reference, in the dtype of its arguments; statistics in f32 or wider."""
    wide = torch.float64 if x.dtype == torch.float64 else torch.float32
    moved = x.movedim(row, -1).to(wide)
    n = F.layer_norm(moved, (x.shape[row],), gamma.to(wide), beta.to(wide), EPS)
    return (F.gelu(n) * SCALE).movedim(-1, row).to(x.dtype)


def sampled(x, row):
    """A few rows of x, and what selects them."""
    if row == x.dim() - 1:
        pick = torch.arange(0, x.shape[0], x.shape[0] // 61, device="cuda")
        return x[pick], lambda t: t[pick]
    pick = torch.arange(0, x.shape[-1], x.shape[-1] // 61, device="cuda")
    return x[..., pick], lambda t: t[..., pick]


def run_case(name, runtime, bundle, images, results):
    dtype, shape, row = CASES[name]
    g = torch.Generator(device="cuda").manual_seed(3)
    make = lambda *s: torch.randn(*s, generator=g, device="cuda").to(DTYPES[dtype])
    x, gamma, beta = make(*shape), make(shape[row]), make(shape[row])
    y = torch.empty_like(x)
    part, pick = sampled(x, row)
    reference = program(part.double(), gamma.double(), beta.double(), row)

    def check(who):
        got = pick(y).double()
        if torch.isnan(y).any():
            raise SystemExit(f"{name}, {who}: the result holds NaN")
        error = ((got - reference).abs().max() / reference.abs().max()).item()
        if not error <= TOLERANCE[dtype]:
            raise SystemExit(f"{name}, {who}: error {error:.2e}")
        return error

    def add(who, run, error):
        median, low, high = measure(run, repeats=20)
        results.append(dict(case=name, who=who, median_ms=median, min_ms=low, max_ms=high, error=error))
        return median

    copy = add("copy", lambda: y.copy_(x), None)
    line = [f"{name:12} copy {copy:.3f}"]
    for image in images:
        launch = runtime.load(bundle, image).bind([x, gamma, beta], [y])
        y.fill_(float("nan"))
        launch()
        error = check(image)
        median = add(f"Upweave, {image}", launch, error)
        line.append(f"{image} {median:.3f} ({100 * copy / median:.0f} %)")
    best = None
    for tile, warps in ((1, 4), (4, 4), (16, 4), (64, 4), (64, 8), (128, 8)):
        if tile * triton.next_power_of_2(shape[row]) > 2**15 and tile > 1:
            continue
        run = lambda: triton_rows(x, gamma, beta, y, row, tile, warps)
        y.fill_(float("nan"))
        run()
        check("Triton")
        median = measure(run, repeats=5, warmup=2)[0]
        if best is None or median < best[0]:
            best = (median, tile, warps)
    if best:
        _, tile, warps = best
        median = add("Triton", lambda: triton_rows(x, gamma, beta, y, row, tile, warps), None)
        line.append(f"Triton {median:.3f} ({100 * copy / median:.0f} %, tile {tile})")
    compiled = torch.compile(lambda x, gamma, beta: program(x, gamma, beta, row), dynamic=False)
    y.copy_(compiled(x, gamma, beta))
    check("torch.compile")
    median = add("torch.compile", lambda: compiled(x, gamma, beta), None)
    line.append(f"torch.compile {median:.3f} ({100 * copy / median:.0f} %)")
    print(", ".join(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bundles", type=pathlib.Path, default="build/bench/rows")
    parser.add_argument("--runtime", default="build/bench/libupweave_runtime.so")
    parser.add_argument("--image", action="append", help="default: sm_90 and ptx:sm_89")
    parser.add_argument("--out", type=pathlib.Path, help="folder for rows.json")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    runtime = Runtime(args.runtime)
    images = args.image or ["sm_90", "ptx:sm_89"]
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Triton {triton.__version__}", flush=True)
    results = []
    for name in args.cases or CASES:
        run_case(name, runtime, args.bundles / f"{name}.upw", images, results)
        torch.cuda.empty_cache()
        torch._dynamo.reset()
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "rows.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
