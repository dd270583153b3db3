#!/usr/bin/env python3
# Checks on a GPU every entry of the bundles that test/gpu/build.sh made.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs every entry of every bundle in a folder on the GPU, through the machine
code for the device and through the PTX, and compares it with the float64
reference (`upweave-run --check`), with the weights prepared and without, and those of test/frontends with PyTorch's results
on ordinary and hostile inputs, too. One entry is also captured into a CUDA graph,
and replayed on new data, if there is PyTorch.

usage: test/gpu/run.py [--bundles build/gpu] [--image NAME]... [--sanitize]
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRONTENDS = ROOT / "test/frontends"
SANITIZERS = ("memcheck", "racecheck", "initcheck")


def entries(tool, bundle):
    """The names of a bundle's entries, and whether they have dynamic sizes."""
    text = subprocess.run(
        [tool, bundle, "--describe=json"], check=True, capture_output=True, text=True
    ).stdout
    return [
        (entry["name"], any(-1 in arg["shape"] for arg in entry["arguments"]))
        for entry in json.loads(text)["entries"]
    ]


def check(job):
    """None, or what went wrong."""
    done = subprocess.run(job, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    return " ".join(map(str, job)) + "\n" + done.stdout[-2000:] + done.stderr[-2000:]


def graph_capture(folder, image):
    """Captures a launch, replays it on new data, compares with plain launches."""
    import torch

    sys.path.insert(0, str(ROOT / "benchmark"))
    from uwruntime import Runtime

    runtime = Runtime(str(folder / "libupweave_runtime.so"))
    program = runtime.load(folder / "kb34_kb34tiny_f32.upw", image)
    shapes = json.loads(
        subprocess.run(
            [folder / "upweave-run", folder / "kb34_kb34tiny_f32.upw", "--describe=json"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )["entries"][0]["arguments"]
    make = {
        role: [torch.randn(a["shape"], device="cuda") for a in shapes if a["role"] == role]
        for role in ("input", "output")
    }
    launch = program.bind(make["input"], make["output"])
    for prepare in (False, True):
        graph = torch.cuda.CUDAGraph()
        captured = program.bind(make["input"], make["output"], prepare)
        with torch.cuda.graph(graph):
            captured()
        for seed in range(3):
            torch.manual_seed(seed)
            for number, tensor in enumerate(make["input"]):
                if not (prepare and number == 1):  # the weights stay
                    tensor.copy_(torch.randn_like(tensor))
            make["output"][0].fill_(float("nan"))
            graph.replay()
            replayed = make["output"][0].clone()
            make["output"][0].fill_(float("nan"))
            launch()
            torch.cuda.synchronize()
            if torch.isnan(replayed).any() or not torch.equal(replayed, make["output"][0]):
                how = ", weights prepared" if prepare else ""
                return f"a replayed CUDA graph differs from a launch (image {image}, seed {seed}{how})"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bundles", type=pathlib.Path, default="build/gpu")
    parser.add_argument("--image", action="append", help="default: sm_90 and ptx:sm_89")
    parser.add_argument("--sanitize", action="store_true", help="under compute-sanitizer's tools too")
    args = parser.parse_args()
    images = args.image or ["sm_90", "ptx:sm_89"]
    folder = args.bundles.resolve()
    tool = folder / "upweave-run"
    jobs, results = [], []
    for bundle in sorted(folder.glob("*.upw")):
        for entry, is_dynamic in entries(tool, bundle):
            for image in images:
                run = [tool, bundle, "--entry", entry, "--device=gpu", "--image", image]
                run += ["--check", *(["--dim", "3"] if is_dynamic else [])]
                jobs += [run, [*run, "--prepare"]]
                if args.sanitize and image == images[0] and "_ops_" not in bundle.name:
                    jobs += [
                        ["compute-sanitizer", "--tool", s, "--error-exitcode", "1", *run]
                        for s in SANITIZERS
                    ]
    for bundle in sorted((folder / "frontends").glob("*.upw")):
        for image in images:
            job = [sys.executable, FRONTENDS / "check.py", FRONTENDS / "ir" / f"{bundle.stem}.mlir"]
            job += ["--device", "gpu", "--image", image, "--bundle", bundle, "--tools", folder]
            jobs.append(job)
    # Some at a time: each has a context of its own on the device.
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for number, result in enumerate(pool.map(check, jobs), 1):
            results.append(result)
            if sys.stderr.isatty():
                print(f"\r{number}/{len(jobs)}", end="", file=sys.stderr)
    try:
        results += [graph_capture(folder, image) for image in images]
    except ImportError:
        print("no PyTorch: CUDA graphs were not tried")
    failures = [r for r in results if r]
    print("\n".join(failures))
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
