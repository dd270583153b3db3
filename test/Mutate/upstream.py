# Functions of tensors as MLIR's own passes and clang lower them, built and called.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The reference of mutate.py: nothing of Upweave is in it. An access out of bounds is
asserted (generate-runtime-verification), and elements that nothing wrote are several
values in turn, so that results that depend on them show."""

from __future__ import annotations

import ctypes
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess

from tensors import Tensor

# libm comes first: MLIR's own expm1 is exp(x) - 1, its log1p log(1 + x).
PASSES = """builtin.module(
  func.func(llvm-request-c-wrappers),
  one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map},
  convert-linalg-to-loops, generate-runtime-verification, expand-strided-metadata, lower-affine,
  convert-scf-to-cf, arith-expand{include-bf16}, math-extend-to-supported-types,
  arith-emulate-unsupported-floats{source-types=bf16 target-type=f32},
  convert-math-to-funcs{min-width-of-fpowi-exponent=1}, convert-math-to-libm,
  convert-math-to-llvm{approximate-log1p=false}, convert-vector-to-llvm,
  finalize-memref-to-llvm{use-generic-functions}, convert-func-to-llvm, convert-arith-to-llvm,
  convert-cf-to-llvm, convert-index-to-llvm, convert-ub-to-llvm, reconcile-unrealized-casts)"""

# What the lowered function calls. Memory is never given back.
LIBRARY = r"""
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
double mutate_fill;
double _mlir_ciface_mutate_fill_f64(void) { return mutate_fill; }
float _mlir_ciface_mutate_fill_f32(void) { return mutate_fill; }
_Float16 _mlir_ciface_mutate_fill_f16(void) { return mutate_fill; }
__bf16 _mlir_ciface_mutate_fill_bf16(void) {
  float wide = mutate_fill;
  __bf16 y;
  memcpy(&y, (char *)&wide + 2, 2);
  return y;
}
int64_t _mlir_ciface_mutate_fill_i64(void) { return mutate_fill == mutate_fill ? mutate_fill : 7; }
int32_t _mlir_ciface_mutate_fill_i32(void) { return _mlir_ciface_mutate_fill_i64(); }
int64_t _mlir_ciface_mutate_fill_index(void) { return _mlir_ciface_mutate_fill_i64(); }
_Bool _mlir_ciface_mutate_fill_i1(void) { return mutate_fill == mutate_fill; }
void *_mlir_memref_to_llvm_alloc(size_t bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory)
    _Exit(9);
  return memory;
}
void _mlir_memref_to_llvm_free(void *memory) {}
/* What MLIR calls as if libm had it, and what Debian 12's libgcc lacks. */
float rsqrtf(float x) { return 1 / sqrt(x); }
double rsqrt(double x) { return 1 / sqrt(x); }
static __bf16 from_bits(uint16_t bits) { __bf16 y; memcpy(&y, &bits, 2); return y; }
__bf16 __truncsfbf2(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (x != x)
    return from_bits(bits >> 16 | 0x40);
  return from_bits((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
/* To odd first, so that the second rounding is the only one. */
__bf16 __truncdfbf2(double x) {
  float y = x;
  uint32_t bits;
  memcpy(&bits, &y, 4);
  if (x == x && y != x && !(bits & 1)) {
    bits += (fabs(y) < fabs(x) || isinf(y)) ? (isinf(y) ? -1 : 1) : -1;
    memcpy(&y, &bits, 4);
  }
  return __truncsfbf2(y);
}
"""


class Unsupported(Exception):
    """MLIR's passes do not lower the module."""


class Undefined(Exception):
    """The module means nothing on these inputs; the text says why."""


def find_tool(name: str) -> str:
    """The tool of LLVM 22, under its own name first: lit has its folder on the path."""
    found = shutil.which(f"{name}-22") or shutil.which(name)
    if not found:
        raise SystemExit(f"{name}-22 was not found; scripts/install-deps brings it")
    return found


def run_tool(name: str, *arguments, **options) -> subprocess.CompletedProcess:
    """Runs a tool of LLVM; one that takes long supports the module no more than one
    that fails."""
    try:
        return subprocess.run([find_tool(name), *arguments], capture_output=True, timeout=20, **options)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(name, 1, b"", f"{name} takes more than 20 s".encode())


def require(done: subprocess.CompletedProcess) -> bytes:
    """What a tool printed."""
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").splitlines() or ["no reason given"]
        raise Unsupported(next((line for line in lines if "error" in line), lines[0]))
    return done.stdout


def verifies(path: pathlib.Path) -> bool:
    return run_tool("mlir-opt", path, "-o", os.devnull).returncode == 0


MAP = re.compile(r"affine_map<\([^)]*\)(?:\[[^\]]*\])? -> \(([^>]*)\)>")


def writes_everything(text: str) -> bool:
    """False if a generic's output map leaves elements out, which bufferization takes for
    written: a constant, an expression or a repeated dimension along a size above 1."""
    aliases = dict(re.findall(r"^(#map\d*) = (affine_map<.*>)$", text, re.M))
    generics = re.finditer(r"linalg\.generic \{indexing_maps = \[(.*?)\], iterator_types.*?outs\((.*?)\)", text)
    for generic in generics:
        maps = re.findall(rf"#map\d*|{MAP.pattern.replace('([^>]*)', '[^>]*')}", generic[1])
        outs = re.findall(r"tensor<((?:[0-9?]+x)*)\w+>", generic[2].partition(" : ")[2])
        for map_, sizes in zip(maps[-len(outs) :], outs):
            results = MAP.search(aliases.get(map_, map_))[1].split(", ")
            walked = [r for r, size in zip(results, sizes.split("x")) if size != "1"]
            if sizes and not (all(re.fullmatch(r"d\d+", r) for r in walked) and len(set(walked)) == len(walked)):
                return False
    return True


def fill_empty(text: str) -> str:
    """The module with elements that are asked for at run time in each tensor.empty.
    Bufferization may give one the memory of any other value: what is in it says
    nothing about whether it is read."""
    dtypes = set()

    def replace(match):
        indent, name, sizes, type_, dtype = match.groups()
        dtypes.add(dtype)
        fill = f"%fill_of_{name[1:]}"
        sizes = f"[{sizes}]" if sizes else ""
        call = f"{indent}{fill} = func.call @mutate_fill_{dtype}() : () -> {dtype}\n"
        return f"{call}{indent}{name} = tensor.splat {fill}{sizes} : {type_}"

    empty = r"^( *)(%\w+) = tensor\.empty\(([^)]*)\) : (tensor<(?:[0-9?]+x)*(\w+)>)"
    text = re.sub(empty, replace, text, flags=re.M)
    declarations = "".join(f"func.func private @mutate_fill_{d}() -> {d}\n" for d in sorted(dtypes))
    return re.sub(r"^ *func\.func ", declarations + r"\g<0>", text, count=1, flags=re.M)


def build(source: str, folder: pathlib.Path, name: str) -> pathlib.Path:
    """The shared object of a module's text."""
    filled, lowered, library, called = (folder / (name + s) for s in (".fill.mlir", ".llvm.mlir", ".so", ".c"))
    filled.write_text(fill_empty(source))
    passes = re.sub(r"\s*\n\s*", "", PASSES)
    llvm = require(run_tool("mlir-opt", filled, f"--pass-pipeline={passes}"))
    # An attribute that emulation leaves on casts, which no translation knows.
    lowered.write_bytes(llvm.replace(b"{fastmath = #arith.fastmath<contract>} ", b""))
    ir = require(run_tool("mlir-translate", "--mlir-to-llvmir", lowered))
    called.write_text(LIBRARY)
    libraries = pathlib.Path(os.path.realpath(find_tool("mlir-opt"))).parents[1] / "lib"
    arguments = ["-O1", "-w", "-shared", "-fPIC", "-o", library, "-x", "c", called, "-x", "ir", "-"]
    arguments += [f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lmlir_c_runner_utils", "-lm", "-Wl,-z,defs"]
    require(run_tool("clang", *arguments, input=ir))
    return library


def make_descriptor(rank: int):
    class Descriptor(ctypes.Structure):
        _fields_ = [
            ("allocated", ctypes.c_void_p),
            ("aligned", ctypes.c_void_p),
            ("offset", ctypes.c_int64),
            ("sizes", ctypes.c_int64 * rank),
            ("strides", ctypes.c_int64 * rank),
        ]

    return Descriptor


def pass_tensor(tensor: Tensor, keep: list):
    memory = ctypes.create_string_buffer(bytes(tensor.data), max(len(tensor.data), 1) + 64)
    address = (ctypes.addressof(memory) + 63) & ~63
    ctypes.memmove(address, bytes(tensor.data), len(tensor.data))
    rank = len(tensor.shape)
    strides = [1] * rank
    for axis in reversed(range(rank - 1)):
        strides[axis] = strides[axis + 1] * tensor.shape[axis + 1]
    one = make_descriptor(rank)(address, address, 0, tuple(tensor.shape), tuple(strides))
    keep += [memory, one]
    return ctypes.byref(one)


def call_here(library: pathlib.Path, entry: str, inputs: list[Tensor], results: list[tuple[str, int]], fill: float):
    """Calls the function in this process; a tensor for each result (dtype, rank)."""
    loaded = ctypes.CDLL(str(library))
    ctypes.c_double.in_dll(loaded, "mutate_fill").value = fill
    fields = [(f"r{i}", make_descriptor(rank)) for i, (_, rank) in enumerate(results)]
    out = type("Results", (ctypes.Structure,), {"_fields_": fields})()
    keep: list = []
    loaded[f"_mlir_ciface_{entry}"](ctypes.byref(out), *[pass_tensor(t, keep) for t in inputs])
    tensors = []
    for i, (dtype, _) in enumerate(results):
        one = getattr(out, f"r{i}")
        tensor = Tensor(dtype, list(one.sizes), b"")
        bytes_each = tensor.item_size()
        data = ctypes.string_at(one.aligned + one.offset * bytes_each, tensor.count() * bytes_each)
        tensors.append(Tensor(dtype, list(one.sizes), data))
    return tensors


def call(library, entry, inputs, results, fill, seconds=20) -> list[Tensor]:
    """The same in a child, which may die of what it does."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(seconds)
        try:
            with os.fdopen(writer, "wb") as pipe:
                for t in call_here(library, entry, inputs, results, fill):
                    pipe.write((repr((t.dtype, t.shape)) + "\n").encode() + t.data)
            os._exit(0)
        except BaseException as error:  # noqa: BLE001: said by the parent
            (library.parent / "caller.txt").write_text(repr(error))
        finally:
            os._exit(10)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        tensors = []
        while line := pipe.readline():
            dtype, shape = eval(line)  # noqa: S307: what the child wrote above
            empty = Tensor(dtype, shape, b"")
            tensors.append(Tensor(dtype, shape, pipe.read(empty.count() * empty.item_size())))
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        reasons = {signal.SIGABRT: "an access out of bounds", signal.SIGALRM: f"more than {seconds} s"}
        raise Undefined(reasons.get(number, signal.strsignal(number) or str(number)))
    if os.WEXITSTATUS(status) == 9:
        raise Undefined("more memory than there is")
    if os.WEXITSTATUS(status) != 0:
        raise RuntimeError((library.parent / "caller.txt").read_text())
    return tensors


def run(library, entry, inputs, results) -> list[Tensor]:
    """The results, if they depend on the inputs alone."""
    runs = [call(library, entry, inputs, results, fill) for fill in (math.nan, -12.5, 30000.0)]
    for tensors in zip(*runs):
        if len({t.data for t in tensors}) != 1:
            raise Undefined("the result depends on elements that nothing wrote")
    return runs[0]
