# What mutate.py changes in the text of a module.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each mutation takes lines and a generator and changes the lines, or returns False
where there is nothing to change. Many results are no valid IR: mlir-opt decides."""

from __future__ import annotations

import random
import re
import struct

VALUE = r"%[A-Za-z0-9_]+(?:#\d+)?"
DEFINITION = re.compile(rf"^(\s*)({VALUE})(?::\d+)? = (\S+)(.*)$")
TENSOR = re.compile(r"tensor<((?:[0-9?]+x)+)([a-z]+[0-9]+)>")
FLOAT_CONSTANT = re.compile(
    r"(arith\.constant (?:dense<)?)([-+0-9.eE]+|0x[0-9A-F]+)(>? : (?:tensor<(?:[0-9?]+x)*b?f\d+>|b?f\d+))"
)
INTEGER = re.compile(r"(?<![\w.%#])-?\d+(?![\w.x])")
NAN = {"f16": "0x7E00", "bf16": "0x7FC0", "f32": "0x7FC00000", "f64": "0x7FF8000000000000"}
INFINITY = {"f16": "0x7C00", "bf16": "0x7F80", "f32": "0x7F800000", "f64": "0x7FF0000000000000"}
BINARY = ["addf", "subf", "mulf", "divf", "maximumf", "minimumf", "maxnumf", "minnumf"]
UNARY = ["absf", "ceil", "cos", "erf", "exp", "exp2", "expm1", "floor", "log", "log1p", "rsqrt", "sin", "sqrt", "tanh"]
PREDICATES = ["oeq", "ogt", "oge", "olt", "ole", "one", "ord", "ueq", "ugt", "uge", "ult", "ule", "une", "uno"]
INTEGER_OPS = ["addi", "subi", "muli", "maxsi", "minsi", "andi", "ori", "xori"]


def pick(rng: random.Random, lines: list[str], pattern: re.Pattern[str]):
    """A line that matches and one of the places where it does."""
    found = [(i, m) for i, line in enumerate(lines) for m in pattern.finditer(line)]
    return rng.choice(found) if found else None


def put(lines: list[str], i: int, match, text: str) -> bool:
    old = lines[i]
    lines[i] = old[: match.start()] + text + old[match.end() :]
    return lines[i] != old


def new_integer(rng: random.Random, value: int) -> int:
    near = [value - 1, value + 1, value + 1, value * 2, -value, value // 2]
    far = [0, 1, 2, 3, -1, 1 << 20, 1 << 31, (1 << 62) + 1, -(1 << 63)]
    return rng.choice(near if rng.random() < 0.8 else far)


def change_integer(rng, lines):
    """A number of an attribute, a slice, a pad or an index constant."""
    wanted = re.compile(r"slice|pad|dense<|shape|dimensions|constant -?\d+ :|transpose|linalg\.index|low|dim ")
    candidates = [i for i, line in enumerate(lines) if wanted.search(line) and INTEGER.search(line)]
    if not candidates:
        return False
    i = rng.choice(candidates)
    match = rng.choice(list(INTEGER.finditer(lines[i])))
    return put(lines, i, match, str(new_integer(rng, int(match[0]))))


def change_slice(rng, lines):
    """Offsets, sizes or strides of a slice, or the amounts of a pad."""
    slices = [i for i, line in enumerate(lines) if re.search(r"_slice|tensor\.pad", line)]
    if not slices:
        return False
    i = rng.choice(slices)
    groups = [m for m in re.finditer(r"\[([-0-9, ]+)\]", lines[i])]
    if not groups:
        return False
    group = rng.choice(groups)
    numbers = [int(n) for n in group[1].split(",")]
    at = rng.randrange(len(numbers))
    numbers[at] = new_integer(rng, numbers[at])
    return put(lines, i, group, "[" + ", ".join(map(str, numbers)) + "]")


def permute_list(rng, lines):
    """A permutation, dimensions, reassociation groups, or slice numbers."""
    found = pick(rng, lines, re.compile(r"\[(-?\d+(?:, -?\d+)+)\]"))
    if not found:
        return False
    i, match = found
    numbers = match[1].split(", ")
    a, b = rng.sample(range(len(numbers)), 2)
    numbers[a], numbers[b] = numbers[b], numbers[a]
    return put(lines, i, match, "[" + ", ".join(numbers) + "]")


def change_one_size(rng, lines):
    found = pick(rng, lines, TENSOR)
    if not found:
        return False
    i, match = found
    sizes = match[1].split("x")[:-1]
    at = rng.randrange(len(sizes))
    if sizes[at] != "?":
        sizes[at] = rng.choice([str(max(0, new_integer(rng, int(sizes[at])) % 4096)), "?", "1"])
    return put(lines, i, match, f"tensor<{'x'.join(sizes)}x{match[2]}>")


def rename_size(rng, lines):
    """One size becomes another wherever it stands: mostly a module that is right."""
    sizes = sorted({s for line in lines for m in TENSOR.finditer(line) for s in m[1].split("x")[:-1]})
    if not sizes:
        return False
    old = rng.choice(sizes)
    if old == "?":
        return False
    new = rng.choice([1, int(old) + 1, max(1, int(old) - 1), 2 * int(old), 3, 5, 16, 17])

    def replace(match):
        inner = [str(new) if s == old else s for s in match[1].split("x")[:-1]]
        return f"tensor<{'x'.join(inner)}x{match[2]}>"

    for i, line in enumerate(lines):
        line = TENSOR.sub(replace, line)
        # Expanded shapes, and lengths that a mean divides by or a flip counts from.
        line = re.sub(rf"(output_shape \[.*?)\b{old}\b", rf"\g<1>{new}", line)
        if re.search(r"arith\.constant \d", line):
            line = line.replace(f"constant {old} :", f"constant {new} :")
            line = line.replace(f"constant {int(old) - 1} : index", f"constant {new - 1} : index")
            line = re.sub(rf"constant {float(old):e}".replace("+", r"\+"), f"constant {float(new):e}", line)
        lines[i] = line
    return str(new) != old


def change_map(rng, lines):
    """A result of an affine map: a constant, dropped, swapped, another expression."""
    found = pick(rng, lines, re.compile(r"affine_map<\(([^)]*)\)(\[[^\]]*\])? -> \(([^>]*)\)>"))
    if not found:
        return False
    i, match = found
    dims = [d.strip() for d in match[1].split(",") if d.strip()]
    results = [r.strip() for r in match[3].split(",") if r.strip()]
    if not results or not dims:
        return False
    at, other = rng.randrange(len(results)), rng.randrange(len(results))
    kind = rng.choice(["constant", "constant", "swap", "swap", "drop", "dim", "sum", "shift", "scale", "add", "neg"])
    if kind == "constant":
        results[at] = rng.choice(["0", "0", "1", "2"])
    elif kind == "swap":
        results[at], results[other] = results[other], results[at]
    elif kind == "drop":
        del results[at]
    elif kind == "add":
        results.insert(at, rng.choice(dims))
    else:
        dim = rng.choice(dims)
        expressions = {"dim": dim, "sum": f"{results[at]} + {dim}", "shift": f"{results[at]} + 1"}
        expressions |= {"scale": f"{results[at]} * 2", "neg": f"-{dim}"}
        results[at] = expressions[kind]
    text = f"affine_map<({match[1]}){match[2] or ''} -> ({', '.join(results)})>"
    if lines[i].startswith("#") and rng.random() < 0.6:
        return use_map_once(rng, lines, i, text)
    return put(lines, i, match, text)


def use_map_once(rng, lines, i, text):
    """The new map for one use of the alias on line `i`, not for all."""
    name = lines[i].split(" ")[0]
    found = pick(rng, lines[i + 1 :], re.compile(rf"{name}(?!\w)"))
    if not found:
        return False
    return put(lines, found[0] + i + 1, found[1], text)


def change_iterator(rng, lines):
    found = pick(rng, lines, re.compile(r'"(parallel|reduction)"'))
    if not found:
        return False
    i, match = found
    return put(lines, i, match, '"reduction"' if match[1] == "parallel" else '"parallel"')


def change_float(rng, lines):
    found = pick(rng, lines, FLOAT_CONSTANT)
    if not found:
        return False
    i, match = found
    dtype = re.search(r"b?f\d+", match[3])[0]
    values = [NAN[dtype], NAN[dtype], INFINITY[dtype], "0.0", "-0.0", "1.0", "-1.0", "2.0", "0.5", "1.0e-30", "1.0e+30"]
    values += ["6.0e+04", "-3.0", "1.41421354", "0.707106769", "4.471500e-02", "1.0e-05", "4.0"]
    return put(lines, i, match, match[1] + rng.choice(values) + match[3])


def change_op(rng, lines):
    table = {f"arith.{n}": "arith" for n in BINARY} | {f"math.{n}": "math" for n in UNARY}
    table |= {f"arith.{n}": "integer" for n in INTEGER_OPS}
    found = pick(rng, lines, re.compile(r"(?:arith|math)\.\w+"))
    for _ in range(20):
        if not found:
            return False
        if found[1][0] in table:
            break
        found = pick(rng, lines, re.compile(r"(?:arith|math)\.\w+"))
    else:
        return False
    i, match = found
    family = table[match[0]]
    names = {"arith": BINARY, "math": UNARY, "integer": INTEGER_OPS}[family]
    return put(lines, i, match, ("math." if family == "math" else "arith.") + rng.choice(names))


def change_predicate(rng, lines):
    found = pick(rng, lines, re.compile(r"(?<=arith\.cmpf )\w+"))
    return bool(found) and put(lines, found[0], found[1], rng.choice(PREDICATES))


def values_before(lines, i):
    """{value: type} of what lines above `i` define, where the line says its type."""
    found = {}
    for line in lines[:i]:
        for name, kind in re.findall(rf"({VALUE}): ((?:tensor|memref)<[^>]*>|[a-z]+\d+|index)", line):
            found[name] = kind
        match = DEFINITION.match(line)
        if match and (kind := re.search(r"(?:->|:|to|into) ((?:tensor|memref)<[^>]*>|[a-z]+\d+|index)\s*\{?$", line)):
            found[match[2]] = kind[1]
    return found


def change_operand(rng, lines):
    """An operand becomes another value of its type."""
    for _ in range(10):
        i = rng.randrange(len(lines))
        match = DEFINITION.match(lines[i]) or re.match(r"^(\s*)(linalg\.yield|return|func\.return)( )(.*)$", lines[i])
        if not match:
            continue
        types = values_before(lines, i)
        operands = [m for m in re.finditer(VALUE, lines[i]) if m.start() >= match.start(3) and m[0] in types]
        if not operands:
            continue
        operand = rng.choice(operands)
        others = [v for v, t in types.items() if t == types[operand[0]] and v != operand[0]]
        if others:
            # What stands close is in scope, and mostly the same kind of thing.
            return put(lines, i, operand, rng.choice(others[-8:] if rng.random() < 0.7 else others))
    return False


def swap_operands(rng, lines):
    found = pick(rng, lines, re.compile(rf"({VALUE}), ({VALUE})"))
    if not found:
        return False
    i, match = found
    return put(lines, i, match, f"{match[2]}, {match[1]}")


def remove_op(rng, lines):
    """An operation of one line goes; its uses take an operand of its type."""
    for _ in range(20):
        i = rng.randrange(len(lines))
        match = DEFINITION.match(lines[i])
        if not match or lines[i].rstrip().endswith("{"):
            continue
        types = values_before(lines, i + 1)
        operands = [v for v in re.findall(VALUE, match[4]) if types.get(v) == types.get(match[2])]
        if operands:
            new = rng.choice(operands)
            del lines[i]
            # Names of other regions are other values.
            end = next(
                (
                    j
                    for j in range(i, len(lines))
                    if DEFINITION.match(lines[j]) and DEFINITION.match(lines[j])[2] == match[2]
                ),
                len(lines),
            )
            for j in range(i, end):
                lines[j] = re.sub(rf"{match[2]}(?!\w)", new, lines[j])
            return True
    return False


def duplicate_op(rng, lines):
    """An operation of one line twice; one later use takes the copy."""
    for _ in range(20):
        i = rng.randrange(len(lines))
        match = DEFINITION.match(lines[i])
        if not match or lines[i].rstrip().endswith("{") or ":" in match[2]:
            continue
        uses = [(j, m) for j in range(i + 1, len(lines)) for m in re.finditer(rf"{match[2]}(?!\w)", lines[j])]
        if not uses:
            continue
        j, use = rng.choice(uses)
        put(lines, j, use, f"%twice{i}")
        lines.insert(i + 1, f"{match[1]}%twice{i} = {match[3]}{match[4]}")
        return True
    return False


def repeat_op(rng, lines):
    """An operation of scalars, with its own result as an operand: f(f(x))."""
    for _ in range(20):
        i = rng.randrange(len(lines))
        match = DEFINITION.match(lines[i])
        operands = re.findall(VALUE, match[4]) if match else []
        if not match or not re.match(r"(arith|math)\.\w+f\b|math\.", match[3]) or not operands:
            continue
        name = f"%again{i}"
        again = re.sub(rf"{operands[0]}(?!\w)", name, match[4], count=1)
        lines[i] = f"{match[1]}{name} = {match[3]}{match[4]}"
        lines.insert(i + 1, f"{match[1]}{match[2]} = {match[3]}{again}")
        return True
    return False


def change_dtype(rng, lines):
    """One float type becomes another, everywhere or on one line."""
    old, new = rng.choice(
        [("f32", "f16"), ("f32", "bf16"), ("f32", "f64"), ("f64", "f32"), ("f16", "f32"), ("bf16", "f32")]
    )
    pattern = re.compile(rf"(?<![a-z0-9]){old}\b|(?<=x){old}\b")
    if rng.random() < 0.3:
        found = pick(rng, lines, pattern)
        return bool(found) and put(lines, found[0], found[1], new)
    before = list(lines)
    for i, line in enumerate(lines):
        lines[i] = pattern.sub(new, line)
    drop_casts(lines)
    return lines != before


def drop_casts(lines):
    """A cast of a type to itself is none; bitcast says that and is valid."""
    for i, line in enumerate(lines):
        lines[i] = re.sub(r"arith\.(?:truncf|extf) (.*: (\S+) to \2)$", r"arith.bitcast \1", line)


def return_other(rng, lines):
    """The function returns a value in between."""
    at = [i for i, line in enumerate(lines) if re.match(r"\s*(func\.)?return ", line)]
    heads = [i for i, line in enumerate(lines) if "func.func" in line]
    if len(at) != 1 or len(heads) != 1 or "->" not in lines[heads[0]]:
        return False
    indent = re.match(r"\s*", lines[at[0]])[0]
    own = [line for line in lines[: at[0]] if re.match(rf"{indent}\S", line)]
    types = {
        v: t
        for v, t in values_before(lines, at[0]).items()
        if t.startswith("tensor") and any(line.startswith(f"{indent}{v} =") for line in own)
    }
    if not types:
        return False
    value = rng.choice(sorted(types))
    lines[at[0]] = f"{indent}return {value} : {types[value]}"
    head = lines[heads[0]]
    tail = " {" if head.rstrip().endswith("{") else ""
    lines[heads[0]] = head[: head.rindex("->")] + f"-> {types[value]}{tail}"
    return True


def freeze_argument(rng, lines):
    """An argument becomes a constant of the module."""
    heads = [i for i, line in enumerate(lines) if "func.func" in line]
    if len(heads) != 1:
        return False
    match = rng.choice(list(re.finditer(r"(%\w+): (tensor<[0-9x]+x(b?f\d+)>)(, )?", lines[heads[0]])) or [None])
    if not match:
        return False
    value = rng.choice(["0.0", "1.0", "-0.0", "0.5", NAN[match[3]], "1.0e-05", "2.0"])
    head = lines[heads[0]]
    lines[heads[0]] = (head[: match.start()] + head[match.end() :]).replace(", )", ")")
    lines.insert(heads[0] + 1, f"    {match[1]} = arith.constant dense<{value}> : {match[2]}")
    return True


MUTATIONS = [
    change_integer, change_slice, change_slice, permute_list, change_one_size, rename_size, rename_size, change_map,
    change_map, change_map, change_iterator, change_float, change_float, change_op, change_op, change_predicate,
    change_operand, change_operand, swap_operands, remove_op, duplicate_op, repeat_op, change_dtype, return_other,
    freeze_argument,
]  # fmt: skip


def mutate(rng: random.Random, text: str) -> tuple[str, list[str]]:
    """The text with one to three changes, and their names."""
    lines, names = text.splitlines(), []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        for _ in range(20):
            mutation = rng.choice(MUTATIONS)
            attempt = list(lines)
            if mutation(rng, attempt) and attempt != lines:
                lines = attempt
                names.append(mutation.__name__)
                break
    return "\n".join(lines) + "\n", names


def widen(text: str) -> str:
    """The module with f64 for every float type, as far as text can do it."""
    text = re.sub(r"0x([0-9A-F]+)(?=>? : (?:tensor<[^>]*x|tensor<)?(f16|bf16|f32)\b)", widen_bits, text)
    text = re.sub(r"(?<![a-z0-9])(?:f16|bf16|f32)\b|(?<=x)(?:f16|bf16|f32)\b", "f64", text)
    lines = text.splitlines()
    drop_casts(lines)
    return "\n".join(lines) + "\n"


def widen_bits(match):
    bits, dtype = int(match[1], 16), match[2]
    if dtype == "f16":
        value = struct.unpack("<e", struct.pack("<H", bits))[0]
    else:
        value = struct.unpack("<f", struct.pack("<I", bits << 16 if dtype == "bf16" else bits))[0]
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
