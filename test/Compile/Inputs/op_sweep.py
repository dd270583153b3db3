"""Writes a module with one function per element type, in which every scalar op
that a kernel takes is an elementwise linalg.generic of its own.

usage: op_sweep.py float|int|cast > OUT.mlir
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys

FLOATS = ["f16", "bf16", "f32", "f64"]
INTS = ["i1", "i8", "i16", "i32", "i64"]
WIDTH = {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}
SIZE = 37  # not a multiple of a vector, of a warp or of a block

UNARY = """absf sqrt rsqrt cbrt exp exp2 expm1 log log2 log10 log1p erf erfc sin cos
    tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil round roundeven
    trunc""".split()
BINARY = {
    "arith": """addf subf mulf divf remf maximumf minimumf maxnumf minnumf""".split(),
    "math": ["atan2", "powf", "copysign"],
}
PREDICATES = """oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno""".split()
INT_BINARY = """addi subi muli andi ori xori maxsi maxui minsi minui""".split()
DIVISIONS = "divsi divui ceildivsi ceildivui floordivsi remsi remui".split()
SHIFTS = "shli shrsi shrui".split()
INT_PREDICATES = "eq ne slt sle sgt sge ult ule ugt uge".split()


class Function:
    """A function of two tensors of one type; each op adds a result."""

    def __init__(self, name, dtype):
        self.name, self.dtype = name, dtype
        self.lines, self.results = [], []

    def op(self, text, result=None):
        """An elementwise op: `text` makes %r of %a and %b, of type `result`."""
        result = result or self.dtype
        n = len(self.results)
        out = f"tensor<{SIZE}x{result}>"
        self.lines.append(
            f"  %e{n} = tensor.empty() : {out}\n"
            f"  %r{n} = linalg.generic {{indexing_maps = [#id, #id, #id], "
            f'iterator_types = ["parallel"]}} ins(%x, %y : {self.type}, {self.type}) '
            f"outs(%e{n} : {out}) {{\n"
            f"  ^bb0(%a: {self.dtype}, %b: {self.dtype}, %o: {result}):\n"
            + "".join(f"    {line}\n" for line in text.split("; "))
            + f"    linalg.yield %r : {result}\n  }} -> {out}"
        )
        self.results.append(out)

    @property
    def type(self):
        return f"tensor<{SIZE}x{self.dtype}>"

    def print(self):
        names = ", ".join(f"%r{i}" for i in range(len(self.results)))
        types = ", ".join(self.results)
        print(f"func.func @{self.name}(%x: {self.type}, %y: {self.type}) -> ({types}) {{")
        print("\n".join(self.lines))
        print(f"  return {names} : {types}\n}}")


def float_function(t):
    f = Function(f"ops_{t}", t)
    for op in UNARY:
        f.op(f"%r = math.{op} %a : {t}")
    f.op(f"%r = arith.negf %a : {t}")
    for dialect, ops in BINARY.items():
        for op in ops:
            f.op(f"%r = {dialect}.{op} %a, %b : {t}")
    f.op(f"%r = math.fma %a, %b, %a : {t}")
    f.op(f"%c = arith.constant 3 : i32; %r = math.fpowi %a, %c : {t}, i32")
    for op in ("isnan", "isinf", "isfinite", "isnormal"):
        if op != "isnormal":  # the reference has no name for it
            f.op(f"%r = math.{op} %a : {t}", "i1")
    for predicate in PREDICATES:
        f.op(f"%r = arith.cmpf {predicate}, %a, %b : {t}", "i1")
    f.op(f"%c = arith.cmpf olt, %a, %b : {t}; %r = arith.select %c, %a, %b : {t}")
    return f


def int_function(t):
    f = Function(f"ops_{t}", t)
    for op in INT_BINARY:
        f.op(f"%r = arith.{op} %a, %b : {t}")
    for predicate in INT_PREDICATES:
        f.op(f"%r = arith.cmpi {predicate}, %a, %b : {t}", "i1")
    f.op(f"%c = arith.cmpi slt, %a, %b : {t}; %r = arith.select %c, %a, %b : {t}")
    if t == "i1":
        return f
    # Neither a divisor of 0 nor a shift by more than the width has a result.
    for op in DIVISIONS:
        f.op(
            f"%c = arith.constant 1 : {t}; %d = arith.ori %b, %c : {t}; "
            f"%r = arith.{op} %a, %d : {t}"
        )
    for op in SHIFTS:
        f.op(
            f"%c = arith.constant 7 : {t}; %d = arith.andi %b, %c : {t}; "
            f"%r = arith.{op} %a, %d : {t}"
        )
    for op in ("absi", "ctlz", "cttz", "ctpop"):
        f.op(f"%r = math.{op} %a : {t}")
    f.op(f"%c = arith.constant 3 : {t}; %r = math.ipowi %a, %c : {t}")
    return f


def cast_function(t):
    f = Function(f"casts_{t}", t)
    for to in FLOATS:
        if t in FLOATS and WIDTH[t] != WIDTH[to]:
            op = "extf" if WIDTH[t] < WIDTH[to] else "truncf"
            f.op(f"%r = arith.{op} %a : {t} to {to}", to)
        if t in INTS:
            f.op(f"%r = arith.sitofp %a : {t} to {to}", to)
            f.op(f"%r = arith.uitofp %a : {t} to {to}", to)
    for to in INTS:
        if t in INTS and int(t[1:]) < int(to[1:]):
            f.op(f"%r = arith.extsi %a : {t} to {to}", to)
            f.op(f"%r = arith.extui %a : {t} to {to}", to)
        if t in INTS and int(t[1:]) > int(to[1:]):
            f.op(f"%r = arith.trunci %a : {t} to {to}", to)
        if t in FLOATS and to not in ("i1", "i8"):
            # Values that the type cannot hold have no result.
            f.op(f"%r = arith.fptosi %a : {t} to {to}", to)
            f.op(f"%c = math.absf %a : {t}; %r = arith.fptoui %c : {t} to {to}", to)
    if t in INTS and t != "i1":
        f.op(f"%c = arith.index_cast %a : {t} to index; %r = arith.index_cast %c : index to i64", "i64")
        f.op(f"%c = arith.index_castui %a : {t} to index; %r = arith.index_castui %c : index to i64", "i64")
    bits = {"f16": "i16", "bf16": "i16", "f32": "i32", "f64": "i64"}
    for a, b in bits.items():
        if t == a:
            f.op(f"%r = arith.bitcast %a : {a} to {b}", b)
        if t == b:
            f.op(f"%r = arith.bitcast %a : {b} to {a}", a)
    return f


KINDS = {
    "float": (float_function, FLOATS),
    "int": (int_function, INTS),
    "cast": (cast_function, FLOATS + INTS),
}
make, types = KINDS[sys.argv[1]]
print("#id = affine_map<(d0) -> (d0)>")
for dtype in types:
    make(dtype).print()
