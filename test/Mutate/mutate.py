#!/usr/bin/env python3
# Mutated exports through the compiler, compared with upstream's lowering.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Changes the text of the committed exports by seed (mutations.py) and keeps what
mlir-opt verifies. upweave-opt and upweave-compile must take each mutant or refuse it
with a sentence: a crash, a sanitizer's report, more than 120 s or an exit status that
upweave-compile's help does not name fails. Mutants that compile run on the host, and
their results are compared with those of MLIR's own passes and clang (upstream.py).
A difference fails, but where the source itself means nothing: it reads out of bounds
or memory that nothing wrote.

usage: mutate.py [--seed N] [--first I] [--count N] [--only I] [--jobs N] [--keep DIRECTORY]
       mutate.py FILE... [--against FILE] [--keep DIRECTORY]
  --count   mutants that mlir-opt verifies; those that it does not are not counted
  --first   the number of the first one (default 0)
  --only    mutant I of the seed alone
  --jobs    mutants at a time (default: all cores)
  --keep    where mutants that fail are written (default: a new folder)
  --list    print what became of every mutant
  --limit   seconds after which a tool hangs (default 120)
  --tools   the folder of upweave-opt, upweave-compile and upweave-run
  FILE      check these as they are: --keep leaves such files behind
  --against compile this in place of FILE, whose meaning stays what is compared with

Mutant I of a seed is the same whatever --count is.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import dataclasses
import math
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import mutations  # noqa: E402
import upstream  # noqa: E402
from tensors import DTYPES, Tensor, fill_random, find_difference, read_npy, widen, write_npy  # noqa: E402

SOURCES = ["test/frontends/ir", "test/Simulate/ir", "examples"]
HANG_SECONDS = 120
# What is run: a tensor's elements, and those of a convolution's filter and output,
# multiplied. More takes longer than a look at another mutant is worth.
MOST_ELEMENTS, MOST_PRODUCTS = 1 << 16, 1 << 27
DYNAMIC_SIZE = 2
REPORT = re.compile(r"ERROR: \w+Sanitizer|this is a bug in Upweave|runtime error:|Assertion .* failed|LLVM ERROR")
FRAME = re.compile(r"(?:upweave|bufferization|linalg)::[\w:() ]+\w(?=\()")
FUNCTION = re.compile(r"func\.func (?:public )?@(\w+)\(([^)]*)\)\s*(?:->([^{]*?))?(?:attributes[^\n]*)?\{\s*$", re.M)
TENSOR_TYPE = re.compile(r"tensor<((?:[0-9?]+x)*)(\w+)>")


@dataclasses.dataclass
class Outcome:
    """What became of a module. `kind` is one of: invalid, refused, compiled (and not
    run), undefined, agreed, failed."""

    kind: str
    about: str = ""


class Failure(Exception):
    pass


def run_tool(options, name, *arguments):
    """Runs a tool; a Failure if it crashes, hangs, or a sanitizer objects."""
    tool = options.tools / name if options.tools else name
    environment = {"ASAN_OPTIONS": "detect_container_overflow=0:detect_leaks=0"} | dict(os.environ)
    try:
        done = subprocess.run(
            [tool, *arguments], capture_output=True, text=True, errors="replace", timeout=options.limit, env=environment
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{name}: more than {options.limit} s") from None
    if report := REPORT.search(done.stderr):
        line = done.stderr[report.start() :].splitlines()[0]
        raise Failure(f"{name}: {line}")
    if done.returncode < 0:
        frame = FRAME.search(done.stderr)
        raise Failure(f"{name}: {signal.strsignal(-done.returncode)}" + (f" in {frame[0]}" if frame else ""))
    if done.returncode not in options.statuses[name]:
        raise Failure(f"{name}: exit status {done.returncode}, which its help does not name")
    if done.returncode != 0 and "error:" not in done.stderr and f"{name}: " not in done.stderr:
        raise Failure(f"{name}: exit status {done.returncode} without a word")
    return done


def read_statuses(options):
    """{tool: exit statuses that its help names}; mlir-opt's are 0 and 1."""
    found = {"upweave-opt": {0, 1}}
    for name in ("upweave-compile", "upweave-run"):
        tool = options.tools / name if options.tools else name
        text = subprocess.run([tool, "--help"], capture_output=True, text=True, check=True).stdout
        table = re.split(r"exit status", text, flags=re.I)[-1]
        paragraph = re.match(r"\s*\n((?: +.*\n?)+)", table)[1]
        found[name] = {int(n) for n in re.findall(r"(?:^|  )(\d)(?= )", paragraph, re.M)}
    return found


def find_signature(text: str):
    """(name, [(shape, dtype)] of arguments, of results) of the only function."""
    functions = list(FUNCTION.finditer(text))
    if len([f for f in functions if "private" not in f[0]]) != 1:
        return None
    name, arguments, results = functions[0].groups()
    tensors = []
    for part in (arguments, results or ""):
        types = [
            ([int(d) if d != "?" else DYNAMIC_SIZE for d in s.split("x")[:-1]], t) for s, t in TENSOR_TYPE.findall(part)
        ]
        if any(t not in DTYPES for _, t in types):
            return None
        tensors.append(types)
    return (name, *tensors) if tensors[1] else None


def count_elements(tensors: list[tuple[str, str]]) -> list[int]:
    return [math.prod(int(d) if d != "?" else DYNAMIC_SIZE for d in shape.split("x")[:-1]) for shape, _ in tensors]


def is_small(text: str) -> bool:
    """Whether running it takes a moment."""
    for line in text.splitlines():
        sizes = count_elements(TENSOR_TYPE.findall(line))
        if "linalg.conv" in line and len(sizes) > 2 and sizes[1] * sizes[2] > MOST_PRODUCTS:
            return False
        if max(sizes, default=0) > MOST_ELEMENTS:
            return False
    return True


def run_bundle(options, bundle, folder, signature, inputs):
    _, _, results = signature
    command = [bundle, "-q", "--device=host"]
    for i, tensor in enumerate(inputs):
        write_npy(folder / f"in{i}.npy", tensor)
        command += ["--in", folder / f"in{i}.npy"]
    for i in range(len(results)):
        command += ["--out", folder / f"out{i}.npy"]
    done = run_tool(options, "upweave-run", *command)
    if done.returncode != 0:
        raise Failure(f"upweave-run: {done.stderr.strip().splitlines()[-1]}")
    return [read_npy(folder / f"out{i}.npy", dtype) for i, (_, dtype) in enumerate(results)]


def run_wide(source, folder, signature, inputs):
    """The values of the source in f64, or None where text cannot make it so."""
    name, _, results = signature
    ranks = [("f64" if not d.startswith("i") else d, len(s)) for s, d in results]
    try:
        library = upstream.build(mutations.widen(source), folder, "wide")
        return [t.values() for t in upstream.run(library, name, [widen(t) for t in inputs], ranks)]
    except (upstream.Unsupported, upstream.Undefined):
        return None


def compare(options, source: str, bundle, folder, rng) -> Outcome:
    signature = find_signature(source)
    if not signature or not is_small(source):
        return Outcome("compiled", "not run: large, or no function of tensors")
    if not upstream.writes_everything(source):
        return Outcome("undefined", "an output map leaves elements out")
    name, arguments, results = signature
    inputs = [fill_random(rng, dtype, shape) for shape, dtype in arguments]
    try:
        library = upstream.build(source, folder, "upstream")
        expected = upstream.run(library, name, inputs, [(d, len(s)) for s, d in results])
    except upstream.Unsupported as reason:
        return Outcome("compiled", f"not compared: {reason}")
    except upstream.Undefined as reason:
        return Outcome("undefined", str(reason))
    actual = run_bundle(options, bundle, folder, signature, inputs)
    # Infinity comes from a constant, as the inputs have none; times zeros around or
    # between the inputs of a convolution it is NaN, but those are not multiplied.
    stuffed = re.search(r"linalg\.(depthwise_)?conv", source) or re.search(r"tensor\.(pad|insert_slice)", source)
    may_lose_nan = bool(stuffed and re.search(r"0x[7F][FC]|e\+[23]", source))
    wide = None
    for i, (a, e) in enumerate(zip(actual, expected)):
        text = find_difference(a, e, None, may_lose_nan)
        if text and wide is None:
            wide = run_wide(source, folder, signature, inputs) or []
        if text and wide:
            text = find_difference(a, e, wide[i], may_lose_nan)
        if text:
            raise Failure(f"result {i}: {text}")
    return Outcome("agreed")


def check(options, path: pathlib.Path, folder: pathlib.Path, rng: random.Random) -> Outcome:
    """What becomes of the module at `path`."""
    source = path.read_text()
    compiled = options.against or path
    bundle = folder / "mutant.upw"
    chip = rng.choice(["sm_80", "sm_89", "sm_90", "sm_120"])
    numerics = rng.choice(["relaxed", "relaxed", "relaxed", "strict"])
    try:
        run_tool(options, "upweave-opt", compiled, "--upweave-fuse", "-o", os.devnull)
        done = run_tool(options, "upweave-compile", compiled, "-o", bundle, f"--chip={chip}", f"--numerics={numerics}")
        if done.returncode != 0:
            sentence = re.search(r"error: (.*)", done.stderr) or re.search(r"(.*)", done.stderr)
            return Outcome("refused", f"{done.returncode}: {sentence[1]}")
        return compare(options, source, bundle, folder, rng)
    except Failure as failure:
        return Outcome("failed", str(failure))


def make_mutant(options, index: int, path: pathlib.Path) -> str | None:
    """Writes the mutant; what it is, or None if mlir-opt does not verify any."""
    rng = random.Random(f"{options.seed}:{index}")
    for _ in range(40):
        source = rng.choice(options.sources)
        text = source.read_text()
        mutant, names = mutations.mutate(rng, re.sub(r"^\s*//.*\n", "", text, flags=re.M))
        if not names:
            continue
        path.write_text(mutant)
        if upstream.verifies(path):
            return f"{source.relative_to(options.root)}: {', '.join(names)}"
    return None


def check_mutant(options, index: int) -> tuple[int, Outcome, str]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        path = folder / "mutant.mlir"
        about = make_mutant(options, index, path)
        if not about:
            return index, Outcome("invalid"), ""
        outcome = check(options, path, folder, random.Random(f"{options.seed}:{index}:inputs"))
        if outcome.kind == "failed":
            shutil.copy(path, options.keep / f"seed{options.seed}-{index}.mlir")
        return index, outcome, about


def check_file(options, path: pathlib.Path) -> tuple[pathlib.Path, Outcome, str]:
    with tempfile.TemporaryDirectory() as temporary:
        return path, check(options, path, pathlib.Path(temporary), random.Random(options.seed)), ""


def parse_options():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=float, default=HANG_SECONDS)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tools", type=pathlib.Path)
    options = parser.parse_args()
    options.root = HERE.parents[1]
    options.sources = sorted(p for s in SOURCES for p in (options.root / s).rglob("*.mlir"))
    options.statuses = read_statuses(options)
    options.keep = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="mutants-"))
    options.keep.mkdir(parents=True, exist_ok=True)
    return options


def main() -> int:
    options = parse_options()
    numbers = [options.only] if options.only is not None else range(options.first, options.first + options.count)
    work = options.files or numbers
    counts: collections.Counter[str] = collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(check_file if options.files else check_mutant, options, item) for item in work]
        for task in concurrent.futures.as_completed(tasks):
            if task.exception():
                pool.shutdown(cancel_futures=True)
            item, outcome, about = task.result()
            counts[outcome.kind] += 1
            if outcome.kind == "failed":
                print(f"FAILED {item} ({about}): {outcome.about}", flush=True)
                if not options.files:
                    again = f"{sys.argv[0]} --seed {options.seed} --only {item}"
                    print(f"  {options.keep}/seed{options.seed}-{item}.mlir; {again}")
            elif options.list:
                print(f"{outcome.kind} {item} ({about}) {outcome.about}", flush=True)
    if not counts["failed"]:
        if not any(options.keep.iterdir()):
            options.keep.rmdir()
    kinds = ["agreed", "undefined", "compiled", "refused", "invalid", "failed"]
    print(f"{sum(counts.values())} modules: " + ", ".join(f"{counts[k]} {k}" for k in kinds if counts[k]))
    return 1 if counts["failed"] or not counts.keys() - {"invalid"} else 0


if __name__ == "__main__":
    sys.exit(main())
