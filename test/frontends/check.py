#!/usr/bin/env python3
# Compiles one exported function, runs it and compares the results.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks one file of ir/: that it forms the blocks its module's file promises
(`blocks`, default 1, one of a convolution, with nothing left to the fallback and
nothing missed; else `conv`, `fallbacks` and `missed`, the ids of remarks), and that on every case of data/ its
results agree with the float64 reference and with PyTorch's, but for the cases that
`skip` gives a reason for; `tolerance` is what PyTorch differs by in a module.

usage: check.py ir/NAME.mlir [--device host|gpu] [--image NAME] [--bundle FILE]
                [--tools DIRECTORY] [--row FILE]
  --bundle  a bundle made before: nothing is compiled
  --row     append the line of docs/frontends.md's table to FILE
"""

import argparse
import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

# PyTorch computes in the element type too: |y - expected| over max |expected|.
# A mean 10^4 deviations away leaves f32 three or four digits (10^4 * 2^-24 =
# 6e-4 of a deviation for each rounding), and f16 and bf16 none: no comparison.
TOLERANCES = {
    # Each product of denormals is off by up to 1.4e-45, a thousandth of what some are.
    "f32": {"seeded": 1e-5, "large_mean": 1e-2, "constant_rows": 1e-5, "denormals": 1e-3, "nonfinite": 1e-5},
    "f16": {"seeded": 6e-3, "constant_rows": 6e-3, "denormals": 6e-3, "nonfinite": 6e-3},
    "bf16": {"seeded": 5e-2, "constant_rows": 5e-2, "denormals": 5e-2, "nonfinite": 5e-2},
}


def promises(name):
    """The literals that a module's file assigns."""
    values = {"blocks": 1, "fallbacks": 0, "missed": [], "dtype": "f32", "conv": True, "skip": {}, "tolerance": 0.0, "about": ""}
    tree = ast.parse((HERE / "torch" / f"{name}.py").read_text())
    values["about"] = ast.get_docstring(tree) or ""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        key = node.targets[0].id
        if key == "dtype":
            values[key] = {"float16": "f16", "bfloat16": "bf16"}.get(node.value.attr, "f32")
        elif key in values:
            values[key] = ast.literal_eval(node.value)
    return values


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def compile_bundle(args, name, promised, folder):
    bundle, report = folder / "x.upw", folder / "report.json"
    run([args.tool("upweave-compile"), args.ir, "-o", bundle, f"--report={report}"])
    report = json.loads(report.read_text())
    found = {
        "blocks": len(report["blocks"]),
        "fallbacks": len(report["fallbacks"]),
        "missed": [m["id"] for m in report["missed"]],
    }
    wrong = {k: v for k, v in found.items() if v != promised[k]}
    if wrong:
        sys.exit(f"{name}: promised { {k: promised[k] for k in wrong} }, found {wrong}:\n{json.dumps(report['missed'], indent=1)}")
    if promised["conv"] != any(b["producer"] == "conv_transpose" for b in report["blocks"]):
        sys.exit(f"{name}: promised conv = {promised['conv']}, found {report['blocks']}")
    return bundle


def cases(name, folder):
    """{case: (input files, output files)}, inputs of `seeded` where a case has none."""
    with zipfile.ZipFile(HERE / "data" / f"{name}.npz") as file:
        file.extractall(folder)
        names = {n[:-4] for n in file.namelist()}
    found = {}
    inputs = sorted((n for n in names if n.startswith("seeded.in.")), key=lambda n: int(n.split(".")[-1]))
    for case in sorted({n.split(".")[0] for n in names}):
        outs = sorted(n for n in names if n.startswith(f"{case}.out."))
        own = [n.replace("seeded", case, 1) for n in inputs]
        ins = [o if o in names else n for o, n in zip(own, inputs)]
        found[case] = ([folder / f"{n}.npy" for n in ins], [folder / f"{n}.npy" for n in outs])
    return found


def check_case(args, promised, case, bundle, ins, outs):
    """The largest error against PyTorch (None: not compared) and its ratio to the
    float64 reference's bound."""
    command = [args.tool("upweave-run"), bundle, "-q", f"--device={args.device}", "--check"]
    if args.image:
        command += ["--image", args.image]
    for path in ins:
        command += ["--in", path]
    tolerance = TOLERANCES[promised["dtype"]].get(case)
    if case in promised["skip"]:
        tolerance = None
    elif tolerance is not None:
        tolerance = max(tolerance, promised["tolerance"])
    if tolerance is not None:
        for path in outs:
            command += ["--expect", path]
        command += ["--expect-tolerance", tolerance]
    text = run(command)
    # The comparisons with files come first.
    errors = [float(x) for x in re.findall(r"max \|y-ref\| / max \|ref\|\s+(\S+)", text)]
    ratios = [float(x) for x in re.findall(r"half ulp\)\s+(\S+)", text)]
    compared = len(outs) if tolerance is not None else 0
    if len(errors) != compared + len(outs):
        sys.exit(f"{case}: {len(errors)} comparisons instead of {compared + len(outs)}:\n{text}")
    return max(errors[:compared], default=None), max(ratios[compared:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ir", type=pathlib.Path)
    parser.add_argument("--device", default="host")
    parser.add_argument("--image")
    parser.add_argument("--bundle", type=pathlib.Path)
    parser.add_argument("--tools", type=pathlib.Path)
    parser.add_argument("--row", type=pathlib.Path)
    args = parser.parse_args()
    args.tool = lambda tool: args.tools / tool if args.tools else tool
    name = args.ir.stem
    promised = promises(name)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        bundle = args.bundle or compile_bundle(args, name, promised, folder)
        results = {
            case: check_case(args, promised, case, bundle, *files)
            for case, files in cases(name, folder).items()
        }
    for case, (error, ratio) in results.items():
        print(f"{name} {case}: against PyTorch {error}, of the reference's bound {ratio}")
    if args.row:
        error = results["seeded"][0]
        error = "not compared" if error is None else f"{error:.1e}"
        fused = "yes" if promised["blocks"] == 1 and not promised["fallbacks"] and promised["conv"] else f"{promised['blocks']} blocks, {promised['fallbacks']} other kernels"
        worst = max(ratio for _, ratio in results.values())
        with args.row.open("a") as file:
            file.write(f"| {promised['about'].splitlines()[0].rstrip('.')} | {promised['dtype']} | {fused} | {error} | {worst:.2g} |\n")


if __name__ == "__main__":
    main()
