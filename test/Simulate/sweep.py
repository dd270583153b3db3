#!/usr/bin/env python3
# Random modules through upweave-check.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes random modules, transposed convolutions with what follows them and programs
on rows of stored tensors, and runs upweave-check on each. A convolution must have
become one with its own strides: what is not raised proves nothing.

usage: sweep.py [--seed N] [--count N] [--only I] [--kind conv|rows] [--keep DIRECTORY]

Case I of a seed is the same whatever --count is: the last line of a failure names
what repeats it. --keep leaves all modules behind, not only those that fail.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sweep_conv import Conv, choose_conv, write_conv  # noqa: E402
from sweep_ir import Function, Shape  # noqa: E402
from sweep_tail import COLLECTIVES, Tail, choose_steps  # noqa: E402

CHIPS = ["sm_89", "sm_89", "sm_89", "sm_80", "sm_90", "sm_120"]
LENGTHS = [*range(1, 10), 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 100, 127, 128, 129, 200, 255, 256, 257,
           384, 511, 512, 513, 768, 1000, 1023, 1024, 1025, 1536, 2047, 2048, 2049, 3000, 4095, 4096]
# A stored tensor that is compared in a fraction of a second.
MOST_ELEMENTS = 4096


@dataclasses.dataclass
class Case:
    """One module and how it is checked."""

    text: str
    about: str
    options: list[str]
    conv: Conv | None
    is_trivial: bool  # rows of one element: nothing is left to reduce


def choose_row_axes(rng: random.Random, rank: int, channel: int) -> list[int]:
    """The last axis, the channel's, or several; never the batch's."""
    inner = list(range(1, rank))
    several = sorted(rng.sample(inner, rng.randint(1, len(inner))))
    return rng.choice([[rank - 1], [rank - 1], [channel], several])


def choose_options(rng: random.Random, elt: str, conv: bool) -> list[str]:
    options = [f"--seed={rng.randrange(1000)}", f"--chip={rng.choice(CHIPS)}"]
    if conv and elt == "f32" and rng.random() < 0.3:
        options.append(f"--precision={rng.choice(['tf32', 'tf32', 'tf32x3'])}")
    if conv and rng.random() < 0.3:
        options.append("--mma-sums=truncated")
    if rng.random() < 0.2:
        options.append("--numerics=strict")
    return options


def finish(rng: random.Random, f: Function, tail: Tail, y, steps, header: str, options: list[str], conv) -> Case:
    length = tail.count(y)
    for step in steps:
        y = step(tail, y)
    names = [step.__name__ for step in steps]
    # Most convolutions are fused by choice: the other kernels need asking.
    if conv and rng.random() < 0.2:
        options.append("--schedule=split" if any(s in COLLECTIVES for s in steps) else "--schedule=direct")
    elif conv and rng.random() < 0.5:
        options.append(f"--schedule=fused<input = {rng.choice(['packed', 'strided'])}>")
    about = f"{header} rows={tail.rows} steps={','.join(names) or 'none'} {' '.join(options)}"
    return Case(f.text([y, *tail.results], [about]), about, options, conv, length == 1)


def make_conv(rng: random.Random) -> Case:
    elt = rng.choice(["f32", "f32", "f32", "f16", "bf16"])
    conv = choose_conv(rng, elt)
    f = Function()
    y = write_conv(f, conv)
    rank = len(y.shape)
    channel = rank - 1 if conv.last else 1
    tail = Tail(f, rng, choose_row_axes(rng, rank, channel), channel)
    options = choose_options(rng, elt, True)
    if conv.batch is None:
        options.append(f"--dim={rng.randint(1, 3)}")
    return finish(rng, f, tail, y, choose_steps(rng, False), conv.describe(), options, conv)


def choose_stored(rng: random.Random) -> tuple[Shape, list[int], int]:
    """A shape, the axes of its rows, and the axis of its channels."""
    length = rng.choice(LENGTHS)
    rest = MOST_ELEMENTS // length
    rank = rng.randint(2, 4)
    channel = rng.choice([1, rank - 1])
    rows = choose_row_axes(rng, rank, channel)
    shape = [1] * rank
    for axis in rows[1:]:
        divisors = [d for d in (1, 2, 3, 4, 5, 7, 8, 16) if length % d == 0]
        shape[axis] = rng.choice(divisors)
        length //= shape[axis]
    shape[rows[0]] = length
    for axis in range(rank):
        if axis not in rows:
            shape[axis] = rng.randint(1, max(1, min(rest, 40)))
            rest //= shape[axis]
    return tuple(shape), rows, channel


def make_rows(rng: random.Random) -> Case:
    elt = rng.choice(["f32", "f32", "f16", "bf16", "f64"])
    shape, rows, channel = choose_stored(rng)
    options = choose_options(rng, elt, False)
    if rng.random() < 0.2:
        options.append(f"--dim={shape[0]}")
        shape = (None, *shape[1:])
    f = Function()
    x = f.argument(shape, elt)
    tail = Tail(f, rng, rows, channel)
    header = f"rows {x.type}"
    return finish(rng, f, tail, x, choose_steps(rng, True), header, options, None)


def make_case(seed: int, index: int, kind: str | None) -> Case:
    rng = random.Random(f"{seed}:{index}")
    if kind is None:
        kind = rng.choice(["conv", "conv", "rows"])
    return make_conv(rng) if kind == "conv" else make_rows(rng)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def find_unraised(case: Case, path: pathlib.Path) -> str:
    """What is wrong with the blocks that the module becomes; empty if nothing."""
    numerics = [o for o in case.options if o.startswith("--numerics")]
    done = run(["upweave-compile", "--emit=mlir", *numerics, str(path)])
    if done.returncode:
        return done.stdout
    left = sorted(set(re.findall(r"linalg\.[a-z_]*conv[a-z_0-9]*|tensor\.(?:insert|extract)_slice|tensor\.pad", done.stdout)))
    if left:
        return f"not in a block: {', '.join(left)}"
    if case.conv is None:
        return "" if "upweave.block" in done.stdout or case.is_trivial else "there is no block"
    found = re.findall(r"^ *conv_transpose\(.*\)(.*)$", done.stdout, re.MULTILINE)
    if len(found) != 1:
        return f"{len(found)} transposed convolutions"
    match = re.search(r"strides = \[(.*?)\]", found[0])
    strides = [int(s) for s in match[1].split(",")] if match else [1] * case.conv.rank
    axes = range(case.conv.rank)
    wanted = [case.conv.stride[a] for a in axes if not case.conv.is_plain(a) and not case.conv.is_free(a)]
    rest = iter(strides)
    return "" if all(s in rest for s in wanted) else f"strides {strides} instead of {case.conv.stride}"


def check(case: Case, path: pathlib.Path) -> str:
    """What is wrong; empty if nothing."""
    path.write_text(case.text)
    found = find_unraised(case, path)
    if found:
        return found
    done = run(["upweave-check", "--quiet", "--jobs=1", *case.options, str(path)])
    if "schedule #upweave.fused has no kernel" in done.stdout or "schedule is not legal here" in done.stdout:
        # What is not fused takes its input from nowhere else.
        options = [o for o in case.options if not o.startswith("--schedule=fused")]
        done = run(["upweave-check", "--quiet", "--jobs=1", *options, str(path)])
    return "" if done.returncode == 0 else f"{done.stdout}exit status {done.returncode}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the cases")
    parser.add_argument("--count", type=int, default=100, help="how many")
    parser.add_argument("--only", type=int, help="one case, by its index")
    parser.add_argument("--kind", choices=["conv", "rows"], help="default: both")
    parser.add_argument("--keep", type=pathlib.Path, help="directory for the modules")
    parser.add_argument("--verbose", action="store_true", help="a line for each case")
    args = parser.parse_args()
    folder = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="upweave-sweep-"))
    folder.mkdir(parents=True, exist_ok=True)
    indices = range(args.count) if args.only is None else [args.only]
    failures = 0
    for index in indices:
        case = make_case(args.seed, index, args.kind)
        path = folder / f"case-{args.seed}-{index}.mlir"
        start = time.monotonic()
        wrong = check(case, path)
        if args.verbose:
            print(f"{index}: {time.monotonic() - start:.2f} s  {case.about}")
        if not wrong:
            if not args.keep:
                path.unlink()
            continue
        failures += 1
        kind = f" --kind {args.kind}" if args.kind else ""
        print(f"FAILED: {path}\n{case.about}\n{wrong}\nrepeat with: {os.path.basename(__file__)} --seed {args.seed}{kind} --only {index}\n")
    if not failures and not args.keep:
        folder.rmdir()
    print(f"{len(indices) - failures} of {len(indices)} cases passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
