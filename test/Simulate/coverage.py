#!/usr/bin/env python3
# What the fused kernel takes, shape by shape.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that what docs/fused.md says is fused is fused: each shape of a clause must
become one fused kernel without spills on two chips, and compute what its module says,
fused and, where it reduces, split as well.

usage: coverage.py [--only CASE] [--verbose | --write DIRECTORY] CLAUSE...

--write only writes the modules, each with the precision it is for in its name.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import sweep_tail  # noqa: E402
from sweep_conv import Conv, write_conv  # noqa: E402
from sweep_ir import Function  # noqa: E402

CHIPS = ["sm_89", "sm_90"]


@dataclasses.dataclass
class Case:
    """A PyTorch-like transposed convolution and the steps (sweep_tail.py) behind it.

    rows       axes of the result that collectives reduce over; None: the last
    precision  of f32 operands
    check      options of upweave-check
    """

    sizes: list[int]
    kernel: list[int]
    stride: list[int]
    padding: list[int] | None = None
    extra: list[int] | None = None  # output padding
    dilation: list[int] | None = None
    groups: int = 1
    ci: int = 8
    co: int = 16
    batch: int | None = 2
    elt: str = "f32"
    flip: str = "gather"
    precision: str = "tf32"
    steps: tuple[str, ...] = ("layer_norm_fx", "gelu_erf", "scale")
    rows: list[int] | None = None
    check: tuple[str, ...] = ()

    def conv(self) -> Conv:
        rank = len(self.sizes)
        dilation = self.dilation or [1] * rank
        padding = self.padding or [0] * rank
        extra = self.extra or [0] * rank
        reach = [d * (k - 1) for d, k in zip(dilation, self.kernel)]
        return Conv(batch=self.batch, groups=self.groups, ci=self.ci, co=self.co, sizes=self.sizes,
                    kernel=self.kernel, stride=self.stride, dilation=dilation,
                    low=[r - p for r, p in zip(reach, padding)],
                    high=[r - p + e for r, p, e in zip(reach, padding, extra)],
                    elt=self.elt, acc="f32", form="generic" if self.groups > 1 else "named",
                    stuffing="insert", flip=self.flip, bias="init")

    def reduces(self) -> bool:
        return any(getattr(sweep_tail, s) in sweep_tail.COLLECTIVES for s in self.steps)

    def text(self, seed: str) -> str:
        f = Function()
        y = write_conv(f, self.conv())
        tail = sweep_tail.Tail(f, random.Random(seed), self.rows or [len(y.shape) - 1], 1)
        for step in self.steps:
            y = getattr(sweep_tail, step)(tail, y)
        return f.text([y, *tail.results], [seed])


IEEE = {"precision": "ieee"}
F16 = {"elt": "f16", "precision": "ieee"}
BF16 = {"elt": "bf16", "precision": "ieee"}
POINTWISE = {"steps": ("gelu_erf", "scale")}

CLAUSES: dict[str, list[Case]] = {
    # Rows along W', of one warp or of several.
    "rows": [
        Case([4, 32], [4, 4], [2, 2], [1, 1]),
        Case([256], [4], [2], [1], co=8),
        Case([256], [4], [2], [1], co=8, **IEEE),
        Case([2, 128], [2, 4], [2, 4], co=4, **F16),
        Case([3, 160], [1, 2], [1, 2], co=4, **BF16),
        Case([48], [4], [2], [1], steps=("softmax", "scale")),
        # Long filters: little room is left for what a thread reads.
        Case([78], [22], [5], dilation=[4], ci=3, co=2, batch=1, **IEEE),
        Case([188], [9], [2], dilation=[3], ci=3, co=2, batch=1, **IEEE),
        Case([1, 134], [7, 3], [1, 3], [0, 1], dilation=[4, 1], ci=3, co=2, batch=1),
    ],
    "rows-of-channels": [
        Case([4, 8], [2, 2], [2, 2], co=64, rows=[1]),
        Case([24], [4], [2], [1], co=40, rows=[1], **IEEE),
        Case([3, 5], [3, 3], [2, 2], [1, 1], co=128, rows=[1], steps=("rms_norm", "silu"), **F16),
        Case([16], [2], [2], co=256, rows=[1]),
    ],
    "strides": [
        Case([4, 11], [3, 5], [1, 3], [1, 1]),
        Case([20], [10], [5], [2]),
        Case([3, 9], [7, 8], [7, 4], [0, 2], co=8, **IEEE),
        Case([12], [16], [8], [4], co=8, **F16),
        Case([16], [32], [16], [8], co=8),
        Case([8], [64], [32], [16], co=4, **POINTWISE),
    ],
    # More phases, or taps, than a thread block takes at once.
    "phase-classes": [
        Case([6], [80], [40], [20], **POINTWISE),
        Case([5], [74], [37], [0], co=3, steps=()),
        Case([3, 4], [3, 70], [2, 35], [1, 3], co=4, steps=("relu", "residual")),
        Case([3], [256], [64], [70], co=4, elt="f16", flip="none", **POINTWISE),
        Case([9], [30], [20], [7], co=4, dilation=[3], steps=("silu",), **IEEE),
        Case([8], [66], [2], [5], co=4, batch=None, steps=(), check=("--dim=2",), **IEEE),
        Case([1, 3], [2, 40], [2, 40], co=24, batch=1, rows=[1]),
    ],
    "dilations": [
        Case([4, 16], [3, 3], [1, 1], [2, 2], dilation=[2, 2]),
        Case([20], [3], [2], [1], dilation=[3]),
        Case([5, 7], [2, 4], [3, 2], dilation=[2, 5], **IEEE),
        Case([15], [3], [3], dilation=[2], **BF16),
    ],
    "padding": [
        Case([6, 16], [4, 4], [2, 2], [3, 3]),
        Case([18], [3], [2], [4]),
        Case([5, 12], [5, 5], [2, 2], [2, 0], **IEEE),
        Case([4, 17], [2, 2], [2, 2], [1, 3], **F16),
    ],
    "output-padding": [
        Case([4, 8], [3, 3], [2, 2], [1, 1], [1, 1]),
        Case([10], [5], [4], [1], [3]),
        Case([3, 7], [3, 4], [3, 2], [1, 1], [2, 1], **IEEE),
        Case([9], [3], [3], [0], [2], **F16),
    ],
    "groups": [
        Case([4, 16], [4, 4], [2, 2], [1, 1], groups=2, ci=16, co=32),
        Case([30], [4], [2], [1], groups=4, ci=16, co=16, **IEEE),
        Case([5, 8], [3, 3], [2, 2], [1, 1], groups=3, ci=9, co=6, **F16),
        Case([16], [4], [2], [1], groups=8, ci=8, co=8),
    ],
    "channels": [
        Case([4, 8], [4, 4], [2, 2], [1, 1], ci=1, co=1),
        Case([16], [4], [2], [1], ci=5, co=7),
        Case([3, 8], [2, 2], [2, 2], ci=19, co=33, **IEEE),
        Case([16], [2], [2], ci=100, co=70),
        Case([12], [4], [2], [1], ci=17, co=130, batch=1, **F16),
    ],
    "unaligned": [
        Case([4, 7], [3, 3], [2, 2], [1, 1]),
        Case([48], [3], [2], [1]),
        Case([3, 11], [3, 3], [3, 3], [1, 1], **IEEE),
        Case([21], [3], [2], [1], **F16),
        Case([5, 5], [1, 1], [1, 3], ci=3, co=9, **BF16),
    ],
    "axes": [
        Case([33], [4], [2], [1]),
        Case([5, 12], [4, 4], [2, 2], [1, 1]),
        Case([2, 2, 8], [4, 4, 4], [2, 2, 2], [1, 1, 1], batch=1),
        Case([2, 3, 8], [3, 2, 5], [2, 1, 3], [1, 0, 1], co=8, **IEEE),
        Case([3, 2, 8], [2, 3, 4], [1, 2, 2], [0, 1, 1], co=8, **F16),
    ],
    "dynamic-batch": [
        Case([16], [4], [2], [1], batch=None, check=("--dim=1",)),
        Case([3, 8], [4, 4], [2, 2], [1, 1], batch=None, check=("--dim=3",), **IEEE),
        Case([2, 2, 8], [2, 2, 2], [2, 2, 2], batch=None, check=("--dim=2",), **F16),
        Case([16], [3], [2], [1], batch=None, check=("--dim=0",)),
    ],
    "pointwise": [
        Case([5, 9], [4, 4], [2, 2], [1, 1], steps=()),
        Case([40], [4], [2], [1], steps=("relu", "scale")),
        Case([2, 3, 9], [3, 3, 3], [2, 2, 2], [1, 1, 1], steps=("silu",), **IEEE),
        Case([4, 16], [2, 2], [2, 2], steps=("gelu_tanh", "scale"), **F16),
    ],
    "residuals": [
        Case([4, 16], [4, 4], [2, 2], [1, 1], steps=("residual", "layer_norm_fx", "gelu_erf")),
        Case([17], [4], [2], [1], steps=("gelu_erf", "residual")),
        Case([3, 8], [2, 2], [2, 2], steps=("residual", "rms_norm", "residual"), **IEEE),
        Case([5, 7], [3, 3], [2, 2], [1, 1], steps=("residual", "second_result", "relu"), **F16),
    ],
}

# Rows that no tile holds: the convolution alone is the fused kernel.
SPLIT: list[Case] = [
    Case([4, 8], [4, 4], [2, 2], [1, 1], rows=[2, 3]),
    Case([16], [2], [2], co=272, rows=[1]),
    Case([1100], [2], [1], co=2, ci=2, batch=1),
    Case([4], [80], [40], [20], co=4),
    Case([3, 5], [3, 3], [2, 2], [1, 1], rows=[1, 2, 3], steps=("softmax",), **F16),
]
CLAUSES["split"] = SPLIT


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def find_unfused(case: Case, split: bool, path: pathlib.Path) -> str:
    """What the compiler's report has against one fused kernel; empty if nothing."""
    report = path.with_suffix(".json")
    done = run(["upweave-compile", f"--chip={','.join(CHIPS)}", f"--precision={case.precision}",
                f"--report={report}", "-o", str(path.with_suffix(".upw")), str(path)])
    if done.returncode:
        return done.stdout
    table = json.loads(report.read_text())
    blocks = table["blocks"]
    if len(blocks) != 1 or table["fallbacks"]:
        return f"{len(blocks)} blocks and {len(table['fallbacks'])} fallbacks instead of one block"
    wanted = case.elt if case.elt != "f32" else case.precision
    if blocks[0]["precision"] != wanted:
        return f"precision {blocks[0]['precision']} instead of {wanted}"
    missed = [m["reason"] for m in table["missed"] if m["id"] == "not-fused"]
    kind = "split" if split else "fused"
    for chip in CHIPS:
        if not blocks[0]["schedules"][chip].startswith(f"#upweave.{kind}"):
            return f"{chip}: {blocks[0]['schedules'][chip]} {missed}"
        kernels = [k for k in blocks[0]["kernels"] if k["chip"] == chip]
        if sum(k["symbol"].endswith("fused") for k in kernels) != 1:
            return f"{chip}: kernels {[k['symbol'] for k in kernels]}"
        for kernel in kernels:
            # -1: there is no ptxas to tell.
            if kernel["spill_bytes"] > 0:
                return f"{chip}: {kernel['symbol']} spills {kernel['spill_bytes']} bytes"
    if split != bool(missed):
        return f"remarks of what is not fused: {missed}"
    return ""


def check(name: str, case: Case, split: bool, folder: pathlib.Path) -> str:
    path = folder / f"{name}.mlir"
    path.write_text(case.text(name))
    wrong = find_unfused(case, split, path)
    if wrong:
        return wrong
    schedules = ["fused", "split"] if case.reduces() and not split else [""]
    for schedule in schedules:
        options = [f"--schedule={schedule}"] if schedule else []
        done = run(["upweave-check", "--quiet", "--jobs=1", f"--precision={case.precision}",
                    *options, *case.check, str(path)])
        if done.returncode:
            return f"{' '.join(options)}\n{done.stdout}exit status {done.returncode}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clauses", nargs="+", choices=["all", *CLAUSES], metavar="CLAUSE", help=f"all, {', '.join(CLAUSES)}")
    parser.add_argument("--only", type=int, help="one case of each clause, by its number from 0")
    parser.add_argument("--verbose", action="store_true", help="a line for each case")
    parser.add_argument("--write", type=pathlib.Path, metavar="DIRECTORY", help="write the modules, check nothing")
    args = parser.parse_args()
    clauses = list(CLAUSES) if "all" in args.clauses else args.clauses
    if args.write:
        args.write.mkdir(parents=True, exist_ok=True)
        for clause in clauses:
            for number, case in enumerate(CLAUSES[clause]):
                name = f"{clause}-{number}-{case.precision}"
                (args.write / f"{name}.mlir").write_text(case.text(f"{clause}-{number}"))
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="upweave-coverage-"))
    passed = failures = 0
    for clause in clauses:
        for number, case in enumerate(CLAUSES[clause]):
            if args.only is not None and number != args.only:
                continue
            name = f"{clause}-{number}"
            wrong = check(name, case, clause == "split", folder)
            passed += not wrong
            failures += bool(wrong)
            if wrong:
                print(f"FAILED: {folder / name}.mlir\n{wrong}\n")
            elif args.verbose:
                print(f"passed: {name}", flush=True)
    if not failures:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    print(f"{passed} of {passed + failures} cases passed")
    return 1 if failures or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
