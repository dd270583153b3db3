# Tensors as bytes, .npy files and the comparison of results, without NumPy.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from __future__ import annotations

import ast
import dataclasses
import math
import random
import struct

# dtype: (bytes, .npy's name, struct's letter). NumPy has no bf16: its bits.
DTYPES = {
    "f64": (8, "<f8", "d"),
    "f32": (4, "<f4", "f"),
    "f16": (2, "<f2", "e"),
    "bf16": (2, "<u2", "H"),
    "i64": (8, "<i8", "q"),
    "i32": (4, "<i4", "i"),
    "i16": (2, "<i2", "h"),
    "i8": (1, "|i1", "b"),
    "i1": (1, "|b1", "B"),
}

# What upweave-run --expect allows, of the largest value (docs/numerics.md has
# where the bounds come from).
TOLERANCES = {"f64": 1e-12, "f32": 1e-5, "f16": 2e-3, "bf16": 1.6e-2}


@dataclasses.dataclass
class Tensor:
    """Elements in row-major order."""

    dtype: str
    shape: list[int]
    data: bytes

    def count(self) -> int:
        return math.prod(self.shape)

    def item_size(self) -> int:
        return DTYPES[self.dtype][0]

    def values(self) -> list[float]:
        letter = DTYPES[self.dtype][2]
        values = list(struct.unpack(f"<{self.count()}{letter}", self.data))
        if self.dtype == "bf16":
            wide = struct.pack(f"<{len(values)}I", *[v << 16 for v in values])
            values = list(struct.unpack(f"<{len(values)}f", wide))
        return values


def pack(dtype: str, shape: list[int], values: list[float]) -> Tensor:
    letter = DTYPES[dtype][2]
    if dtype == "bf16":
        words = struct.unpack(f"<{len(values)}I", struct.pack(f"<{len(values)}f", *values))
        values = [w >> 16 for w in words]
    return Tensor(dtype, shape, struct.pack(f"<{len(values)}{letter}", *values))


def fill_random(rng: random.Random, dtype: str, shape: list[int]) -> Tensor:
    count = math.prod(shape)
    if dtype.startswith("i"):
        return pack(dtype, shape, [rng.randrange(2 if dtype == "i1" else 4) for _ in range(count)])
    # Numbers that f16 and bf16 hold, so that every width gets the same ones.
    return pack(dtype, shape, [rng.randrange(-127, 128) / 64 for _ in range(count)])


def widen(tensor: Tensor) -> Tensor:
    """The same in f64, where it is of floats."""
    if tensor.dtype.startswith("i"):
        return tensor
    return pack("f64", tensor.shape, tensor.values())


def write_npy(path, tensor: Tensor) -> None:
    header = repr({"descr": DTYPES[tensor.dtype][1], "fortran_order": False, "shape": tuple(tensor.shape)})
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + tensor.data)


def read_npy(path, dtype: str) -> Tensor:
    with open(path, "rb") as file:
        bytes_ = file.read()
    length = struct.unpack("<H", bytes_[8:10])[0]
    header = ast.literal_eval(bytes_[10 : 10 + length].decode())
    if header["descr"] != DTYPES[dtype][1] or header["fortran_order"]:
        raise ValueError(f"{path}: {header} instead of {dtype}")
    return Tensor(dtype, list(header["shape"]), bytes_[10 + length :])


def find_difference(actual: Tensor, expected: Tensor, wide: list[float] | None, may_lose_nan: bool) -> str:
    """Where `actual` is not `expected`; empty if nowhere. `wide` is the source in
    f64: where the source's own roundings are as large, they are allowed, too.
    `may_lose_nan`: products of infinity with stuffed zeros are not formed."""
    if actual.shape != expected.shape:
        return f"the shape is {actual.shape} instead of {expected.shape}"
    ours, theirs = actual.values(), expected.values()
    if actual.dtype.startswith("i"):
        for i, (a, e) in enumerate(zip(ours, theirs)):
            if a != e:
                return f"element {i} is {a} instead of {e}"
        return ""
    finite = [abs(e) for e in theirs if math.isfinite(e)]
    largest = max(finite, default=0.0)
    allowed = TOLERANCES[actual.dtype] * largest + 1e-37
    rounding = 0.0
    if wide:
        pairs = [(e, w) for e, w in zip(theirs, wide) if math.isfinite(e) and math.isfinite(w)]
        rounding = max((abs(e - w) for e, w in pairs), default=0.0)
    worst, text = 0.0, ""
    for i, (a, e) in enumerate(zip(ours, theirs)):
        truth = wide[i] if wide else e
        if not math.isfinite(e) or not math.isfinite(a):
            if a == e or (a != a and e != e):
                continue
            # The source overflows in between: what follows from that is not held.
            if wide and math.isfinite(truth) and not math.isfinite(e):
                continue
            if e != e and may_lose_nan:
                continue
            # A quotient by what the source's roundings leave of a number near zero.
            if math.isinf(a) and wide and abs(e - truth) > 0.01 * abs(truth):
                continue
            return f"element {i} is {a} instead of {e}"
        error = abs(a - e)
        if wide and math.isfinite(truth):
            error = min(error, max(0.0, abs(a - truth) - 4 * rounding))
        if error > allowed and error > worst:
            worst, text = error, f"element {i} is {a!r} instead of {e!r} (allowed {allowed:.2g}, in f64 {truth!r})"
    return text
