#!/usr/bin/env python3
# Times fused blocks beside PyTorch, each in a CUDA graph, in one run.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cases of blocks_cases.py and KernelBench 34 with one image: checks first.

Everybody runs in a CUDA graph of its own, replayed; a case's contenders take
turns, and times are medians over CUDA events of all turns. Upweave's result is
compared with float64 on the CPU side of PyTorch (the first and the last batch),
with outputs filled with NaN beforehand. Its weights are prepared once, before
the graph, as a program does that keeps its weights. Peers: PyTorch eager and torch.compile
(default and max-autotune), TF32 convolutions allowed, or not, as Upweave's
precision is.

Needs PyTorch, libupweave_runtime.so and the bundles NAME_PRECISION.upw; no LLVM.
`benchmark/blocks.sh` builds what it needs and calls it.
"""

import argparse
import json
import pathlib
import statistics
import sys

import torch
import torch.nn.functional as F

from blocks_cases import CASES, Case
from uwruntime import Runtime


def _kb34(x, w, b, gamma, beta):
    v = F.conv_transpose3d(x, w, b, stride=2, padding=1)
    return F.gelu(F.layer_norm(v, (64,), gamma, beta, 1e-5))


KB34 = ((32, 16, 32, 32), (32, 64, 4, 4, 4), (64,), (64,), (64,))
KB34_CASES = tuple(
    Case(f"kb34_n{batch}", f"KernelBench 34, batch {batch}", ((batch, *KB34[0]), *KB34[1:]), _kb34)
    for batch in (1, 32)
)


def make_inputs(case):
    g = torch.Generator(device="cuda").manual_seed(1)
    inputs = [torch.randn(s, generator=g, device="cuda") for s in case.shapes]
    inputs[1] /= case.shapes[1][0] ** 0.5
    return inputs


def reference(case, inputs):
    """The first and the last of the batch in float64."""
    batch = case.shapes[0][0]
    picked = sorted({0, batch - 1})
    cut = [t[picked] if t.shape[0] == batch and t.dim() == inputs[0].dim() and i != 1 else t
           for i, t in enumerate(inputs)]
    return picked, case.forward(*[t.double() for t in cut])


def check(case, y, picked, expected, who):
    if not torch.isfinite(y).all():
        raise SystemExit(f"{case.name}, {who}: a result holds NaN or Inf, or was not written")
    return ((y[picked].double() - expected).abs().max() / expected.abs().max()).item()


def capture(run):
    """`run` as a graph; None if it cannot be captured."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph


def time_turns(graphs, turns=5, repeats=10):
    """Milliseconds of each graph: (median, smallest, largest)."""
    times = [[] for _ in graphs]
    for _ in range(turns):
        for graph, own in zip(graphs, times):
            graph.replay()
            events = []
            for _ in range(repeats):
                start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
                start.record()
                graph.replay()
                stop.record()
                events.append((start, stop))
            torch.cuda.synchronize()
            own += [start.elapsed_time(stop) for start, stop in events]
    return [(statistics.median(t), min(t), max(t)) for t in times]


def contenders(case, inputs, runtime, bundles, image, tf32, modes):
    """(who, function to run, its result) of everybody."""
    precision = "tf32" if tf32 else "ieee"
    path = bundles / f"{case.name.split('_n')[0]}_{precision}.upw"
    if path.exists():
        program = runtime.load(path, image)
        y = torch.full(out_shape(case), float("nan"), device="cuda")
        yield f"Upweave {precision}, {program.image}", program.bind(inputs, [y], prepare=True), lambda: y
    kind = "TF32" if tf32 else "f32"
    yield f"PyTorch eager, {kind}", lambda: case.forward(*inputs), None
    for mode in modes:
        torch._dynamo.reset()
        compiled = torch.compile(case.forward, mode=None if mode == "default" else mode)
        compiled(*inputs)
        yield f"torch.compile {mode}, {kind}", lambda c=compiled: c(*inputs), None


def out_shape(case):
    with torch.device("meta"):
        return case.forward(*[torch.empty(s) for s in case.shapes]).shape


def bench(case, runtime, bundles, image, tf32, modes, rows):
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cuda.matmul.allow_tf32 = tf32
    inputs = make_inputs(case)
    picked, expected = reference(case, inputs)
    # Graphs hold addresses only: what they were captured from must stay alive.
    names, graphs, errors, alive = [], [], [], []
    for who, run, result in contenders(case, inputs, runtime, bundles, image, tf32, modes):
        first = run()
        torch.cuda.synchronize()
        y = result() if result else first
        errors.append(check(case, y, picked, expected, who))
        del first, y
        names.append(who)
        graphs.append(capture(run))
        alive.append((run, result))
    for who, error, (median, low, high) in zip(names, errors, time_turns(graphs)):
        rows.append(dict(case=case.name, who=who, median_ms=median, min_ms=low, max_ms=high, error=error))
        print(f"{case.name:12} {who:36} {median:9.4f} ms [{low:.4f}, {high:.4f}]  error {error:.2e}", flush=True)
    torch._dynamo.reset()
    torch.cuda.empty_cache()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", required=True, help="libupweave_runtime.so")
    parser.add_argument("--bundles", required=True, type=pathlib.Path, help="folder with NAME_PRECISION.upw")
    parser.add_argument("--image", help="image to load, such as sm_90 or ptx:sm_89 (default: the device's choice)")
    parser.add_argument("--case", action="append", default=[], help="only these; may be repeated")
    parser.add_argument("--mode", action="append", default=[], help="torch.compile mode; may be repeated")
    parser.add_argument("--ieee", action="store_true", help="also without TF32")
    parser.add_argument("--out", type=pathlib.Path, help="folder for blocks.json")
    args = parser.parse_args()
    runtime = Runtime(args.runtime)
    modes = args.mode or ["default", "max-autotune-no-cudagraphs"]
    properties = torch.cuda.get_device_properties(0)
    print(f"{properties.name}, PyTorch {torch.__version__}", flush=True)
    rows = []
    for case in (*KB34_CASES, *CASES):
        if args.case and case.name not in args.case:
            continue
        for tf32 in (True, False) if args.ieee else (True,):
            bench(case, runtime, args.bundles, args.image, tf32, modes, rows)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        document = dict(device=properties.name, torch=torch.__version__, rows=rows)
        (args.out / "blocks.json").write_text(json.dumps(document, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
