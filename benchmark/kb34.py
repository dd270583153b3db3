#!/usr/bin/env python3
# Times Upweave's bundles of KernelBench 34 beside their peers, in one run.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""KernelBench level 2 task 34 in f32 on one GPU: checks first, times second.

x [32, 32, 16, 32, 32] -> ConvTranspose3d(32 -> 64, k=4, s=2, p=1) ->
LayerNorm over the last dim (64) -> GELU -> * scale -> y [32, 64, 32, 64, 64].

Peers, in the same run: PyTorch eager, torch.compile, cuDNN's convolution
followed by a Triton epilogue, and for the epilogue alone two Triton kernels
(one row a program; many rows a program), torch.compile and a plain copy.
Times are medians over CUDA events; the smallest and the largest stand beside
them. Every result is compared with a float64 reference of three of the images,
and outputs are filled with NaN beforehand, so that one left unwritten shows.

Needs PyTorch, Triton, libupweave_runtime.so and the bundles; no LLVM.
`benchmark/kb34.sh` builds what it needs and calls it.
"""

import argparse
import json
import pathlib
import statistics
import sys

import torch
import torch.nn.functional as F
import triton
import triton.language as tl

from uwruntime import Runtime

BATCH, CHANNELS_IN, CHANNELS, DEPTH, HEIGHT, WIDTH = 32, 32, 64, 32, 64, 64
EPS = 1e-5
SAMPLED_IMAGES = (0, 13, 31)
# torch-mlir exports sqrt(2/pi) = 0.79788... as this; Upweave computes what the
# IR says.
EXPORTED_TANH_FACTOR = 0.7977240352174656


@triton.jit
def _epilogue(x, gamma, beta, y, scale, eps, TANH: tl.constexpr, WIDTH: tl.constexpr, ROWS: tl.constexpr):
    # ROWS rows of WIDTH contiguous elements a program.
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    cols = tl.arange(0, WIDTH)
    at = rows[:, None].to(tl.int64) * WIDTH + cols[None, :]
    v = tl.load(x + at)
    mean = tl.sum(v, axis=1) / WIDTH
    d = v - mean[:, None]
    var = tl.sum(d * d, axis=1) / WIDTH
    g = tl.load(gamma + cols)
    b = tl.load(beta + cols)
    n = d * tl.rsqrt(var + eps)[:, None] * g[None, :] + b[None, :]
    if TANH:
        u = 0.7978845608028654 * (n + 0.044715 * n * n * n)
        t = 1.0 - 2.0 / (tl.exp(2.0 * u) + 1.0)
        a = 0.5 * n * (1.0 + t)
    else:
        a = 0.5 * n * (1.0 + tl.erf(n * 0.7071067811865476))
    tl.store(y + at, a * scale)


def triton_epilogue(x, gamma, beta, y, scale, tanh, rows):
    programs = x.numel() // WIDTH // rows
    _epilogue[(programs,)](
        x, gamma, beta, y, scale, EPS, TANH=tanh, WIDTH=WIDTH, ROWS=rows,
        num_warps=1 if rows == 1 else 4,
    )


def epilogue(v, gamma, beta, scale, tanh):
    """LayerNorm, GELU (erf or tanh; None: no GELU) and the scale."""
    n = F.layer_norm(v, (WIDTH,), gamma, beta, EPS)
    if tanh is None:
        return n * scale
    a = F.gelu(n, approximate="tanh" if tanh else "none")
    return a * scale if scale != 1.0 else a


def block(x, w, bias, gamma, beta, scale, tanh):
    v = F.conv_transpose3d(x, w, bias, stride=2, padding=1)
    return epilogue(v, gamma, beta, scale, tanh)


def measure(run, repeats=30, warmup=5):
    """Milliseconds: (median, smallest, largest) of `repeats` calls."""
    for _ in range(warmup):
        run()
    events = []
    for _ in range(repeats):
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        run()
        stop.record()
        events.append((start, stop))
    torch.cuda.synchronize()
    times = [start.elapsed_time(stop) for start, stop in events]
    return statistics.median(times), min(times), max(times)


class Report:
    """Rows of (case, who, times, error), printed as they come."""

    def __init__(self):
        self.rows = []

    def add(self, case, who, times, error=None):
        median, low, high = times
        self.rows.append(
            dict(case=case, who=who, median_ms=median, min_ms=low, max_ms=high, error=error)
        )
        note = "" if error is None else f"  max|y-r|/max|r| {error:.2e}"
        print(f"{case:16} {who:44} {median:9.3f} ms [{low:.3f}, {high:.3f}]{note}", flush=True)

    def markdown(self):
        lines = ["| case | who | median ms | min | max | max\\|y-r\\|/max\\|r\\| |", "|---|---|---|---|---|---|"]
        for r in self.rows:
            error = "" if r["error"] is None else f"{r['error']:.2e}"
            lines.append(
                f"| {r['case']} | {r['who']} | {r['median_ms']:.3f} | {r['min_ms']:.3f} | {r['max_ms']:.3f} | {error} |"
            )
        return "\n".join(lines) + "\n"


class Workload:
    """Inputs, outputs and the float64 reference of one GELU form and scale."""

    def __init__(self, tanh, scale):
        g = torch.Generator(device="cuda").manual_seed(34)
        make = lambda *shape: torch.randn(*shape, generator=g, device="cuda")
        self.tanh, self.scale = tanh, scale
        self.x = make(BATCH, CHANNELS_IN, DEPTH // 2, HEIGHT // 2, WIDTH // 2)
        self.w = make(CHANNELS_IN, CHANNELS, 4, 4, 4) / 16
        self.bias, self.gamma, self.beta = make(CHANNELS), make(WIDTH), make(WIDTH)
        self.y = torch.empty(BATCH, CHANNELS, DEPTH, HEIGHT, WIDTH, device="cuda")
        self.inputs = [self.x, self.w, self.bias, self.gamma, self.beta]
        picked = self.x[list(SAMPLED_IMAGES)].double()
        parameters = [t.double() for t in self.inputs[1:]]
        self.reference = block(picked, *parameters, scale, tanh)
        self.exported = self.reference
        if tanh:
            n = block(picked, *parameters, scale, None) / scale
            u = EXPORTED_TANH_FACTOR * (n + 0.044715 * n**3)
            self.exported = 0.5 * n * (1 + torch.tanh(u)) * scale

    def error(self, y, exported=False):
        """max|y-r|/max|r| on the sampled images; raises on a NaN anywhere.

        `exported`: r is what the exported IR says, PyTorch's own result else.
        """
        if not torch.isfinite(y).all():
            raise SystemExit("a result holds NaN or Inf, or was not written")
        reference = self.exported if exported else self.reference
        d = (y[list(SAMPLED_IMAGES)].double() - reference).abs().max()
        return (d / reference.abs().max()).item()


def poison(y):
    y.view(torch.int32).fill_(-1)


def bench_upweave(report, case, runtime, work, label, path, image, inputs=None):
    program = runtime.load(path, image)
    run = program.bind(inputs or work.inputs, [work.y])
    poison(work.y)
    run()
    torch.cuda.synchronize()
    error = work.error(work.y, exported=True)
    report.add(case, f"Upweave, {label}, {program.image}", measure(run, repeats=10, warmup=2), error)


def bench_block_peers(report, case, work, modes):
    args = (*work.inputs, work.scale, work.tanh)
    for tf32 in (True, False):
        torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cuda.matmul.allow_tf32 = tf32
        name = "TF32 convolution" if tf32 else "f32 convolution"
        report.add(case, f"PyTorch eager, {name}", measure(lambda: block(*args)), work.error(block(*args)))
        for mode in modes:
            torch._dynamo.reset()
            compiled = torch.compile(block, mode=None if mode == "default" else mode)
            error = work.error(compiled(*args))
            report.add(case, f"torch.compile {mode}, {name}", measure(lambda: compiled(*args)), error)

        def pair():
            v = F.conv_transpose3d(work.x, work.w, work.bias, stride=2, padding=1)
            triton_epilogue(v, work.gamma, work.beta, work.y, work.scale, work.tanh, 1)

        pair()
        report.add(case, f"cuDNN + Triton, one row a program, {name}", measure(pair), work.error(work.y))
    torch.backends.cudnn.allow_tf32 = True


def bench_epilogue(report, case, runtime, work, bundles, images):
    """LayerNorm + GELU + scale alone, on a stored tensor."""
    torch.backends.cudnn.allow_tf32 = False
    v = F.conv_transpose3d(work.x, work.w, work.bias, stride=2, padding=1)
    for rows in (1, 16, 64):
        run = lambda: triton_epilogue(v, work.gamma, work.beta, work.y, work.scale, work.tanh, rows)
        poison(work.y)
        run()
        report.add(case, f"Triton, {rows} row(s) a program", measure(run), work.error(work.y))
    torch._dynamo.reset()
    compiled = torch.compile(epilogue)
    args = (v, work.gamma, work.beta, work.scale, work.tanh)
    report.add(case, "torch.compile default", measure(lambda: compiled(*args)), work.error(compiled(*args)))
    for path in bundles:
        for image in images:
            program = runtime.load(path, image)
            run = program.bind([v, work.gamma, work.beta], [work.y])
            poison(work.y)
            run()
            torch.cuda.synchronize()
            report.add(case, f"Upweave, {program.image}", measure(run), work.error(work.y, exported=True))
    report.add(case, "copy of the tensor (the floor)", measure(lambda: work.y.copy_(v)))


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", required=True, help="libupweave_runtime.so")
    parser.add_argument("--bundles", required=True, type=pathlib.Path,
                        help="folder with kb34_{erf,tanh}_{static,dynamic}_{tf32,ieee}.upw and kb34_epilogue_{erf,tanh}.upw")
    parser.add_argument("--image", action="append", default=[],
                        help='image to load, such as sm_90 or ptx:sm_89; may be repeated (default: the device\'s choice)')
    parser.add_argument("--mode", action="append", default=[],
                        help="torch.compile mode; may be repeated (default: default, max-autotune-no-cudagraphs)")
    parser.add_argument("--no-peers", action="store_true", help="skip PyTorch and torch.compile on the whole block")
    parser.add_argument("--out", type=pathlib.Path, help="folder for kb34.json and kb34.md")
    return parser.parse_args()


def main():
    args = parse_args()
    runtime = Runtime(args.runtime)
    images = args.image or [None]
    modes = args.mode or ["default", "max-autotune-no-cudagraphs"]
    properties = torch.cuda.get_device_properties(0)
    print(f"{properties.name}, PyTorch {torch.__version__}, Triton {triton.__version__}", flush=True)
    report = Report()
    for form, tanh, scale in (("erf", False, 1.0), ("tanh", True, 0.7)):
        work = Workload(tanh, scale)
        bench_epilogue(report, f"epilogue {form}", runtime, work,
                       sorted(args.bundles.glob(f"kb34_epilogue_{form}.upw")), images)
        for precision in ("tf32", "ieee"):
            for batch in ("static", "dynamic"):
                path = args.bundles / f"kb34_{form}_{batch}_{precision}.upw"
                for image in images if path.exists() else []:
                    bench_upweave(report, f"block {form}", runtime, work, f"{precision}, {batch} batch", path, image)
        if not args.no_peers:
            bench_block_peers(report, f"block {form}", work, modes)
        del work
        torch.cuda.empty_cache()
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        document = dict(device=properties.name, torch=torch.__version__, triton=triton.__version__, rows=report.rows)
        (args.out / "kb34.json").write_text(json.dumps(document, indent=1) + "\n")
        (args.out / "kb34.md").write_text(report.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
