# What follows a convolution, or works on rows of a stored tensor.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Norms, softmax, activations, scales and residuals, written as front-ends print
them: torch-mlir's chains of one-operation generics, or by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from sweep_ir import MINUS_INFINITY, Body, Function, Scalar, Shape, Value

Step = Callable[["Tail", Value], Value]


class Tail:
    """Appends steps to a function; `rows` are the axes of a row, `channel` its own."""

    def __init__(self, f: Function, rng: random.Random, rows: Sequence[int], channel: int) -> None:
        self.f, self.rng, self.rows, self.channel = f, rng, list(rows), channel
        self.results: list[Value] = []

    def count(self, x: Value) -> int:
        return math.prod(x.shape[a] for a in self.rows)

    def each(self, x: Value, body: Callable[[Body, Scalar], Scalar], elt: str = "") -> Value:
        return self.f.map([x], body, x.shape, elt or x.elt)

    def both(self, op: str, x: Value, y: Value | tuple[Value, Sequence[int]], shape: Shape = ()) -> Value:
        """x op y in x's type."""
        return self.f.map([x, y], lambda b, v, w: b.op(op, v, b.cast(w, x.elt)), shape or x.shape, x.elt)

    def by(self, op: str, x: Value, constant: float) -> Value:
        return self.each(x, lambda b, v: b.op(op, v, b.constant(constant, x.elt)))

    def sum(self, x: Value, keep: bool = True) -> Value:
        zero = self.f.constant(0, x.elt)
        return self.f.reduce(x, self.rows, zero, keep, lambda b, v, o: b.op("arith.addf", v, o))

    def affine(self, y: Value, stored: str) -> Value:
        """Gain and offset over the row or, for an image's channels, over them."""
        axes = self.rng.choice([self.rows, self.rows, [self.channel], []])
        shape = tuple(y.shape[a] for a in axes)
        if None in shape or not axes:
            return y
        y = self.both("arith.mulf", y, (self.f.argument(shape, stored), axes))
        return self.both("arith.addf", y, (self.f.argument(shape, stored), axes))

    def wide(self, x: Value) -> Value:
        """Statistics are f32 at least."""
        if x.elt not in ("f16", "bf16"):
            return x
        return self.each(x, lambda b, v: b.cast(v, "f32"), "f32")

    def narrow(self, y: Value, elt: str) -> Value:
        return y if y.elt == elt else self.each(y, lambda b, v: b.cast(v, elt), elt)

    def reciprocal(self, variance: Value) -> Value:
        v = self.by("arith.addf", variance, 1e-5)
        return self.each(v, lambda b, s: b.line(f"math.rsqrt {s.name} : {s.elt}", s.elt))


#===----------------------------------------------------------------------===#
# Collectives
#===----------------------------------------------------------------------===#


def layer_norm_fx(t: Tail, x: Value) -> Value:
    """torch-mlir's: the variance in f64, the mean once more in f32."""
    v = t.wide(x)
    d = t.each(v, lambda b, s: b.cast(s, "f64"), "f64")
    n = t.count(x)
    d = t.both("arith.subf", d, t.by("arith.divf", t.sum(d), n))
    variance = t.by("arith.divf", t.sum(t.both("arith.mulf", d, d)), n)
    variance = t.narrow(variance, v.elt)
    mean = t.by("arith.divf", t.sum(v), n)
    y = t.both("arith.mulf", t.both("arith.subf", v, mean), t.reciprocal(variance))
    return t.narrow(t.affine(y, x.elt), x.elt)


def layer_norm_plain(t: Tail, x: Value) -> Value:
    """All in the element type; the row's axes are gone from the statistics."""
    n = t.count(x)
    # Of rows of 4095 in f16 the IR divides by 4096, which the compiler takes for the
    # row's length: the source would be another function.
    if n.bit_length() - ((n & -n).bit_length() - 1) > {"f16": 11, "bf16": 8}.get(x.elt, 24):
        return layer_norm_fx(t, x)
    kept = [a for a in range(len(x.shape)) if a not in t.rows]
    mean = t.by("arith.divf", t.sum(x, keep=False), n)
    d = t.both("arith.subf", x, (mean, kept))
    variance = t.by("arith.divf", t.sum(t.both("arith.mulf", d, d), keep=False), n)
    y = t.both("arith.mulf", d, (t.reciprocal(variance), kept))
    return t.affine(y, x.elt)


def layer_norm_sqrt(t: Tail, x: Value) -> Value:
    """By hand: fpowi, a square root and a division."""
    v, n = t.wide(x), t.count(x)
    d = t.both("arith.subf", v, t.by("arith.divf", t.sum(v), n))
    squares = t.each(d, lambda b, s: b.power(s, 2))
    s = t.by("arith.addf", t.by("arith.divf", t.sum(squares), n), 1e-5)
    s = t.each(s, lambda b, e: b.line(f"math.sqrt {e.name} : {e.elt}", e.elt))
    return t.narrow(t.affine(t.both("arith.divf", d, s), x.elt), x.elt)


def layer_norm_moments(t: Tail, x: Value) -> Value:
    """flax's: max(0, E[x^2] - E[x]^2)."""
    v, n = t.wide(x), t.count(x)
    mean = t.by("arith.divf", t.sum(v), n)
    second = t.by("arith.divf", t.sum(t.both("arith.mulf", v, v)), n)
    variance = t.both("arith.subf", second, t.both("arith.mulf", mean, mean))
    variance = t.by("arith.maximumf", variance, 0)
    y = t.both("arith.mulf", t.both("arith.subf", v, mean), t.reciprocal(variance))
    return t.narrow(t.affine(y, x.elt), x.elt)


def rms_norm(t: Tail, x: Value) -> Value:
    v, n = t.wide(x), t.count(x)
    if t.rng.random() < 0.5:
        squares = t.both("arith.mulf", v, v)
    else:
        squares = t.each(v, lambda b, s: b.power(s, 2))
    y = t.both("arith.mulf", v, t.reciprocal(t.by("arith.divf", t.sum(squares), n)))
    return t.narrow(t.affine(y, x.elt), x.elt)


def softmax(t: Tail, x: Value) -> Value:
    low = t.f.constant(MINUS_INFINITY[x.elt], x.elt)
    top = t.f.reduce(x, t.rows, low, True, lambda b, v, o: b.op("arith.maximumf", v, o))
    e = t.each(t.both("arith.subf", x, top), lambda b, v: b.line(f"math.exp {v.name} : {v.elt}", v.elt))
    return t.both("arith.divf", e, t.sum(e))


#===----------------------------------------------------------------------===#
# Elementwise
#===----------------------------------------------------------------------===#


def gelu_erf(t: Tail, x: Value) -> Value:
    def body(b: Body, v: Scalar) -> Scalar:
        a = b.op("arith.divf", v, b.constant(1.41421354, v.elt))
        a = b.line(f"math.erf {a.name} : {a.elt}", a.elt)
        a = b.op("arith.addf", a, b.constant(1, v.elt))
        return b.op("arith.mulf", v, b.op("arith.mulf", a, b.constant(0.5, v.elt)))

    return t.each(x, body)


def gelu_tanh(t: Tail, x: Value) -> Value:
    def body(b: Body, v: Scalar) -> Scalar:
        a = b.op("arith.mulf", b.power(v, 3), b.constant(0.044715, v.elt))
        a = b.op("arith.mulf", b.op("arith.addf", v, a), b.constant(0.797724035, v.elt))
        a = b.line(f"math.tanh {a.name} : {a.elt}", a.elt)
        a = b.op("arith.addf", a, b.constant(1, v.elt))
        return b.op("arith.mulf", v, b.op("arith.mulf", a, b.constant(0.5, v.elt)))

    return t.each(x, body)


def sigmoid(t: Tail, x: Value) -> Value:
    def body(b: Body, v: Scalar) -> Scalar:
        e = b.line(f"arith.negf {v.name} : {v.elt}", v.elt)
        e = b.line(f"math.exp {e.name} : {e.elt}", e.elt)
        one = b.constant(1, v.elt)
        return b.op("arith.divf", one, b.op("arith.addf", e, one))

    return t.each(x, body)


def silu(t: Tail, x: Value) -> Value:
    return t.both("arith.mulf", x, sigmoid(t, x))


def relu(t: Tail, x: Value) -> Value:
    def body(b: Body, v: Scalar) -> Scalar:
        zero = b.constant(0, v.elt)
        positive = b.line(f"arith.cmpf ugt, {v.name}, {zero.name} : {v.elt}", "i1")
        return b.select(positive, v, zero)

    return t.each(x, body)


def scale(t: Tail, x: Value) -> Value:
    """By a constant, a scalar argument or one number a channel."""
    kind = t.rng.choice(["constant", "scalar", "channel"])
    if kind == "constant":
        return t.by("arith.mulf", x, 0.7)
    if kind == "scalar":
        return t.both("arith.mulf", x, (t.f.argument((), x.elt), []))
    per = t.f.argument((x.shape[t.channel],), x.elt)
    return t.both("arith.mulf", x, (per, [t.channel]))


def residual(t: Tail, x: Value) -> Value:
    return t.both("arith.addf", x, t.f.argument(x.shape, x.elt))


def second_result(t: Tail, x: Value) -> Value:
    """What there is so far is returned as well."""
    if not t.results and t.f.lines:
        t.results.append(t.each(x, lambda b, v: b.op("arith.mulf", v, b.constant(2, v.elt))))
    return x


COLLECTIVES: list[Step] = [layer_norm_fx, layer_norm_plain, layer_norm_sqrt, layer_norm_moments, rms_norm, softmax]
ELEMENTWISE: list[Step] = [gelu_erf, gelu_tanh, silu, sigmoid, relu, scale, residual, second_result]


def choose_steps(rng: random.Random, collective: bool) -> list[Step]:
    """At most one collective among a few elementwise steps; two now and then."""
    steps = [rng.choice(ELEMENTWISE) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
    number = 1 if collective else rng.choice([0, 1, 1])
    number += rng.random() < 0.1
    for _ in range(number):
        steps.append(rng.choice(COLLECTIVES))
    return steps + [rng.choice(ELEMENTWISE) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
