# Text of linalg functions, operation by operation.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A function that is written down value by value, as front-ends print theirs:
sweep_conv.py writes convolutions with it, sweep_tail.py what follows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

# An axis of None is the batch, whose size is an argument's.
Shape = tuple[int | None, ...]

MINUS_INFINITY = {
    "f16": "0xFC00",
    "bf16": "0xFF80",
    "f32": "0xFF800000",
    "f64": "0xFFF0000000000000",
}
WIDTH = {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}


def tensor(shape: Shape, elt: str) -> str:
    return "tensor<" + "".join(f"{'?' if n is None else n}x" for n in shape) + f"{elt}>"


@dataclasses.dataclass(frozen=True)
class Value:
    """An SSA value: a tensor, or a scalar if `shape` is None."""

    name: str
    shape: Shape
    elt: str

    @property
    def type(self) -> str:
        return tensor(self.shape, self.elt)


@dataclasses.dataclass(frozen=True)
class Scalar:
    """An SSA value in a body, or a constant."""

    name: str
    elt: str


@dataclasses.dataclass(frozen=True)
class Operand:
    """A tensor as a generic reads or writes it: one expression an axis."""

    value: Value
    exprs: tuple[str, ...]


class Body:
    """The region of a generic."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.lines: list[str] = []

    def op(self, name: str, *operands: Scalar | str) -> Scalar:
        """An operation with one type for all; a leading string is its predicate."""
        texts = [o if isinstance(o, str) else o.name for o in operands]
        elt = next(o.elt for o in operands if isinstance(o, Scalar))
        return self.line(f"{name} {', '.join(texts)} : {elt}", elt)

    def line(self, text: str, elt: str) -> Scalar:
        result = Scalar(self.function.fresh(), elt)
        self.lines.append(f"{result.name} = {text}")
        return result

    def constant(self, value: float, elt: str) -> Scalar:
        return self.function.constant(value, elt)

    def cast(self, value: Scalar, elt: str) -> Scalar:
        """To the float type `elt`, if it is another."""
        if value.elt == elt:
            return value
        name = "arith.extf" if WIDTH[value.elt] < WIDTH[elt] else "arith.truncf"
        return self.line(f"{name} {value.name} : {value.elt} to {elt}", elt)

    def power(self, value: Scalar, exponent: int) -> Scalar:
        by = self.function.constant(exponent, "i64")
        return self.line(f"math.fpowi {value.name}, {by.name} : {value.elt}, i64", value.elt)

    def select(self, condition: Scalar, yes: Scalar, no: Scalar) -> Scalar:
        return self.line(f"arith.select {condition.name}, {yes.name}, {no.name} : {yes.elt}", yes.elt)


class Function:
    """func.func @main, whose batch may be dynamic: the first argument's axis 0."""

    def __init__(self) -> None:
        self.args: list[Value] = []
        self.lines: list[str] = []
        self.constants: dict[str, str] = {}
        self.count = 0
        self.batch: str | None = None

    def fresh(self) -> str:
        self.count += 1
        return f"%{self.count - 1}"

    def argument(self, shape: Shape, elt: str) -> Value:
        self.args.append(Value(f"%arg{len(self.args)}", shape, elt))
        value = self.args[-1]
        if shape and shape[0] is None and self.batch is None:
            zero = self.constant(0, "index")
            self.batch = self.fresh()
            self.lines.append(f"{self.batch} = tensor.dim {value.name}, {zero.name} : {value.type}")
        return value

    def constant(self, value: float | str, elt: str) -> Scalar:
        """A constant; a string is its spelling."""
        if not isinstance(value, str):
            value = f"{value:.9e}" if elt in WIDTH else str(int(value))
        text = f"arith.constant {value} : {elt}"
        name = self.constants.setdefault(text, f"%k{len(self.constants)}")
        return Scalar(name, elt)

    def dense(self, value: float, shape: Shape, elt: str) -> Value:
        """A constant tensor, all of one value."""
        of_type = tensor(shape, elt)
        text = f"arith.constant dense<{value:.9e}> : {of_type}"
        name = self.constants.setdefault(text, f"%k{len(self.constants)}")
        return Value(name, shape, elt)

    def sizes(self, shape: Shape) -> str:
        return ", ".join(self.batch if n is None else str(n) for n in shape)

    def add(self, text: str, shape: Shape, elt: str) -> Value:
        result = Value(self.fresh(), shape, elt)
        self.lines.append(f"{result.name} = {text}")
        return result

    def empty(self, shape: Shape, elt: str) -> Value:
        dynamic = self.batch if None in shape else ""
        return self.add(f"tensor.empty({dynamic}) : {tensor(shape, elt)}", shape, elt)

    def fill(self, scalar: Scalar, shape: Shape) -> Value:
        out = self.empty(shape, scalar.elt)
        return self.add(f"linalg.fill ins({scalar.name} : {scalar.elt}) outs({out.name} : {out.type}) -> {out.type}", shape, scalar.elt)

    def zeros(self, shape: Shape, elt: str) -> Value:
        return self.fill(self.constant(0, elt), shape)

    def insert_slice(self, x: Value, into: Value, offsets: Sequence[int], strides: Sequence[int]) -> Value:
        return self.add(
            f"tensor.insert_slice {x.name} into {into.name}{list(offsets)} [{self.sizes(x.shape)}] {list(strides)}"
            f" : {x.type} into {into.type}", into.shape, into.elt)

    def extract_slice(self, x: Value, offsets: Sequence[int], shape: Shape) -> Value:
        return self.add(
            f"tensor.extract_slice {x.name}{list(offsets)} [{self.sizes(shape)}] {[1] * len(shape)}"
            f" : {x.type} to {tensor(shape, x.elt)}", shape, x.elt)

    def pad(self, x: Value, low: Sequence[int], high: Sequence[int]) -> Value:
        shape = tuple(n if n is None else n + l + h for n, l, h in zip(x.shape, low, high))
        zero = self.constant(0, x.elt)
        indices = ", ".join(f"{self.fresh()}: index" for _ in shape)
        return self.add(
            f"tensor.pad {x.name} low{list(low)} high{list(high)} {{ ^bb0({indices}):"
            f" tensor.yield {zero.name} : {x.elt} }} : {x.type} to {tensor(shape, x.elt)}", shape, x.elt)

    def expand(self, x: Value, groups: Sequence[Sequence[int]], shape: Shape) -> Value:
        return self.add(
            f"tensor.expand_shape {x.name} {[list(g) for g in groups]} output_shape [{self.sizes(shape)}]"
            f" : {x.type} into {tensor(shape, x.elt)}", shape, x.elt)

    def collapse(self, x: Value, groups: Sequence[Sequence[int]], shape: Shape) -> Value:
        return self.add(
            f"tensor.collapse_shape {x.name} {[list(g) for g in groups]}"
            f" : {x.type} into {tensor(shape, x.elt)}", shape, x.elt)

    def transpose(self, x: Value, order: Sequence[int]) -> Value:
        shape = tuple(x.shape[i] for i in order)
        out = self.empty(shape, x.elt)
        return self.add(
            f"linalg.transpose ins({x.name} : {x.type}) outs({out.name} : {out.type})"
            f" permutation = {list(order)}", shape, x.elt)

    def broadcast(self, x: Value, shape: Shape, dimensions: Sequence[int]) -> Value:
        out = self.empty(shape, x.elt)
        return self.add(
            f"linalg.broadcast ins({x.name} : {x.type}) outs({out.name} : {out.type})"
            f" dimensions = {list(dimensions)}", shape, x.elt)

    def named(self, op: str, attributes: str, ins: Sequence[Value], out: Value) -> Value:
        names, types = ", ".join(v.name for v in ins), ", ".join(v.type for v in ins)
        return self.add(
            f"{op} {attributes} ins({names} : {types}) outs({out.name} : {out.type})"
            f" -> {out.type}", out.shape, out.elt)

    def generic(self, ins: Sequence[Operand], outs: Sequence[Operand], loops: int,
                reduced: Sequence[int], body: Callable[..., Sequence[Scalar]]) -> list[Value]:
        """`body` takes the Body, the operands' elements, the results' elements."""
        region = Body(self)
        dims = ", ".join(f"d{i}" for i in range(loops))
        maps = ", ".join(f"affine_map<({dims}) -> ({', '.join(o.exprs)})>" for o in [*ins, *outs])
        kinds = ", ".join('"reduction"' if i in reduced else '"parallel"' for i in range(loops))
        elements = [Scalar(self.fresh(), o.value.elt) for o in [*ins, *outs]]
        yielded = body(region, *elements)

        def group(word: str, operands: Sequence[Operand]) -> str:
            if not operands:
                return ""
            names = ", ".join(o.value.name for o in operands)
            return f" {word}({names} : {', '.join(o.value.type for o in operands)})"

        results = [Value(f"%r{self.fresh()[1:]}", o.value.shape, o.value.elt) for o in outs]
        types = ", ".join(r.type for r in results)
        self.lines.append(
            f"{', '.join(r.name for r in results)} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}"
            f"{group('ins', ins)}{group('outs', outs)} {{")
        self.lines.append(f"^bb0({', '.join(f'{e.name}: {e.elt}' for e in elements)}):")
        self.lines += [f"  {line}" for line in region.lines]
        self.lines.append(f"  linalg.yield {', '.join(s.name for s in yielded)} : {', '.join(s.elt for s in yielded)}")
        self.lines.append(f"}} -> {types}" if len(results) == 1 else f"}} -> ({types})")
        return results

    def map(self, ins: Sequence[Value | tuple[Value, Sequence[int]]],
            body: Callable[..., Scalar], shape: Shape, elt: str) -> Value:
        """An elementwise generic. An axis of size 1 is broadcast; a pair names the
        axes of the result that a tensor of a lower rank spans."""
        operands = []
        for item in ins:
            value, axes = item if isinstance(item, tuple) else (item, range(len(item.shape)))
            exprs = tuple("0" if n == 1 and shape[a] != 1 else f"d{a}" for n, a in zip(value.shape, axes))
            operands.append(Operand(value, exprs))
        out = Operand(self.empty(shape, elt), identity(len(shape)))
        return self.generic(operands, [out], len(shape), (), lambda b, *e: [body(b, *e[:-1])])[0]

    def reduce(self, x: Value, axes: Sequence[int], init: Scalar, keep: bool,
               body: Callable[[Body, Scalar, Scalar], Scalar]) -> Value:
        """A reduction over `axes`, which stay with size 1 if `keep`."""
        loops = len(x.shape)
        kept = [i for i in range(loops) if keep or i not in axes]
        shape = tuple(1 if i in axes else x.shape[i] for i in kept)
        exprs = tuple("0" if i in axes else f"d{i}" for i in kept)
        out = Operand(self.fill(init, shape), exprs)
        return self.generic([Operand(x, identity(loops))], [out], loops, axes, lambda b, *e: [body(b, *e)])[0]

    def text(self, results: Sequence[Value], header: Sequence[str]) -> str:
        args = ", ".join(f"{a.name}: {a.type}" for a in self.args)
        types = ", ".join(r.type for r in results)
        lines = [f"{name} = {text}" for text, name in self.constants.items()] + self.lines
        return "\n".join([
            *(f"// {line}" for line in header),
            f"func.func @main({args}) -> ({types}) {{",
            *(f"  {line}" for line in lines),
            f"  return {', '.join(r.name for r in results)} : {types}",
            "}\n",
        ])


def identity(rank: int) -> tuple[str, ...]:
    return tuple(f"d{i}" for i in range(rank))
