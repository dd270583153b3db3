# Transposed convolutions in the forms that front-ends print.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random transposed convolutions of rank 1 to 3, and their linalg: the input stuffed
with zeros by insert_slice, the weight flipped, an ordinary convolution."""

from __future__ import annotations

import dataclasses
import math
import random

from sweep_ir import Body, Function, Operand, Scalar, Value, identity

# What the float64 reference can multiply in a fraction of a second.
MOST_PRODUCTS = 150_000
MOST_OUTPUTS = 2_500


@dataclasses.dataclass
class Conv:
    """The parameters of a transposed convolution and of how it is written.

    form     named, generic, last (channels last), depthwise or depthwise_last
    stuffing insert, chained (axis after axis) or pad (stride 1 only)
    flip     gather (tensor.extract), map (an affine map) or none (correlation)
    bias     none, init (of the convolution) or add (after it)
    acc      the element type of sums; a cast to `elt` follows if it is another
    """

    batch: int | None
    groups: int
    ci: int
    co: int
    sizes: list[int]
    kernel: list[int]
    stride: list[int]
    dilation: list[int]
    low: list[int]
    high: list[int]
    elt: str
    acc: str
    form: str
    stuffing: str
    flip: str
    bias: str

    @property
    def rank(self) -> int:
        return len(self.sizes)

    def reach(self, axis: int) -> int:
        return self.dilation[axis] * (self.kernel[axis] - 1)

    def stuffed(self, axis: int) -> int:
        """The size of the stuffed and padded (or cropped) axis."""
        return (self.sizes[axis] - 1) * self.stride[axis] + 1 + self.low[axis] + self.high[axis]

    @property
    def out(self) -> list[int]:
        return [self.stuffed(a) - self.reach(a) for a in range(self.rank)]

    def used(self, axis: int) -> list[int]:
        """Where the stuffed axis holds input elements that lead to an output."""
        places = [self.low[axis] + self.stride[axis] * i for i in range(self.sizes[axis])]
        taps = [self.dilation[axis] * k for k in range(self.kernel[axis])]
        return [p for p in places if any(0 <= p - t < self.out[axis] for t in taps)]

    def products(self, axis: int) -> list[tuple[int, int, int]]:
        """Which outputs, inputs and filter positions meet along `axis`."""
        return [(o, i, k) for o in range(self.out[axis]) for k in range(self.kernel[axis])
                for i in range(self.sizes[axis])
                if self.low[axis] + self.stride[axis] * i == o + self.dilation[axis] * k]

    def looks_like_channels(self, axis: int) -> bool:
        """Whether equal positions alone meet, as of groups (two inputs with stride 2,
        two filter positions, two outputs) or, with one output, of channels."""
        products = self.products(axis)
        if self.sizes[axis] < 2 or self.sizes[axis] != self.kernel[axis]:
            return False
        return self.out[axis] in (1, self.sizes[axis]) and all(
            i == k and o in (0, i) for o, i, k in products) and len(products) == self.sizes[axis]

    def is_plain(self, axis: int) -> bool:
        """Whether `axis` may count as a part of the batch, or as none at all."""
        return self.kernel[axis] == 1 and self.stuffed(axis) == self.sizes[axis]

    def is_free(self, axis: int) -> bool:
        """Whether the stride along `axis` cannot be told: what meets lies on a line."""
        _, i0, k0 = self.products(axis)[0]
        steps = [(i - i0, k - k0) for _, i, k in self.products(axis)]
        line = all(a * d == b * c for a, b in steps for c, d in steps)
        return len(self.used(axis)) < 2 or (line and any(k for _, k in steps))

    @property
    def last(self) -> bool:
        return self.form in ("last", "depthwise_last")

    @property
    def depthwise(self) -> bool:
        return self.form.startswith("depthwise")

    def fits(self) -> bool:
        if min(self.out) < 1:
            return False
        # All zeros fold away; of one element left of several, nothing is raised.
        if any(len(self.used(a)) < min(2, self.sizes[a]) for a in range(self.rank)):
            return False
        # Nothing tells these from channels: they are not raised.
        if any(self.looks_like_channels(a) for a in range(self.rank)):
            return False
        outputs = 2 * self.co * math.prod(self.out)
        taps = self.ci // self.groups * math.prod(self.kernel)
        return outputs <= MOST_OUTPUTS and outputs * taps <= MOST_PRODUCTS

    def describe(self) -> str:
        values = [f"{f.name}={getattr(self, f.name)}" for f in dataclasses.fields(self)]
        return "conv " + " ".join(values).replace(", ", ",")


def choose_axis(rng: random.Random, conv: Conv) -> None:
    """Appends one axis to each list of `conv`."""
    stride = rng.choice([1, 2, 2, 2, 3, 3, 4, 5])
    kernel = rng.choice([1, 2, 2, 3, 3, 4, 4, 5, 6, 7])
    dilation = rng.choice([1, 1, 1, 1, 2, 3])
    conv.sizes.append(rng.randint(1, 9))
    conv.kernel.append(kernel)
    conv.stride.append(stride)
    conv.dilation.append(dilation)
    # Half the sides are PyTorch's own; past the reach of the kernel they crop.
    reach = dilation * (kernel - 1)
    padding = rng.choice([0, min(1, reach), reach // 2, rng.randint(-1, reach + 3)])
    other = padding if rng.random() < 0.7 else rng.randint(-1, reach + 2)
    extra = rng.choice([0, 0, rng.randrange(max(stride, dilation))])
    conv.low.append(reach - padding)
    conv.high.append(reach - other + extra)


def choose_conv(rng: random.Random, elt: str) -> Conv:
    while True:
        rank = rng.choice([1, 2, 2, 2, 3, 3])
        groups = rng.choice([1, 1, 1, 2, 3])
        form = rng.choice(["named", "named", "generic", "generic", "last", "depthwise", "depthwise_last"])
        ci = groups * rng.choice([*range(1, 8), 8, 16, 24])
        co = groups * rng.choice([*range(1, 10), 16, 17, 32, 40, 64])
        if form.startswith("depthwise"):
            groups = ci = co = rng.randint(1, 9)
        elif form == "last":
            groups = 1
        conv = Conv(batch=rng.choice([1, 2, 2, 3, None]), groups=groups, ci=ci, co=co,
                    sizes=[], kernel=[], stride=[], dilation=[], low=[], high=[],
                    elt=elt, acc="f32" if elt in ("f16", "bf16") else elt, form=form,
                    stuffing=rng.choice(["insert", "insert", "chained", "pad"]),
                    flip=rng.choice(["gather", "gather", "map", "none"]),
                    bias=rng.choice(["none", "init", "init", "add"]))
        for _ in range(rank):
            choose_axis(rng, conv)
        if any(s > 1 for s in conv.stride) or max(conv.low + conv.high) <= 0:
            conv.stuffing = "insert" if conv.stuffing == "pad" else conv.stuffing
        # Axes that may count as none leave a matrix product, which is not raised.
        pointwise = all(k == 1 and 1 in (s, n) for k, s, n in zip(conv.kernel, conv.stride, conv.sizes))
        if conv.fits() and not pointwise:
            return conv


#===----------------------------------------------------------------------===#
# Linalg
#===----------------------------------------------------------------------===#


def layout(conv: Conv, channel: int, spatial: list[int]) -> tuple[int | None, ...]:
    """Batch, channel and spatial axes as `conv` orders them."""
    return (conv.batch, *spatial, channel) if conv.last else (conv.batch, channel, *spatial)


def per_axis(conv: Conv, batch: int, channel: int, spatial: list[int]) -> list[int]:
    return [batch, *spatial, channel] if conv.last else [batch, channel, *spatial]


def stuff(f: Function, conv: Conv, x: Value) -> Value:
    """Zeros between the elements and around them, and crops."""
    before = [max(n, 0) for n in conv.low]
    after = [max(n, 0) for n in conv.high]
    if conv.stuffing == "pad":
        x = f.pad(x, per_axis(conv, 0, 0, before), per_axis(conv, 0, 0, after))
    else:
        full = [(n - 1) * s + 1 + b + a for n, s, b, a in zip(conv.sizes, conv.stride, before, after)]
        if conv.stuffing == "insert":
            zeros = f.zeros(layout(conv, conv.ci, full), conv.elt)
            x = f.insert_slice(x, zeros, per_axis(conv, 0, 0, before), per_axis(conv, 1, 1, conv.stride))
        else:
            sizes = list(conv.sizes)
            for axis in reversed(range(conv.rank)):
                sizes[axis] = full[axis]
                shape = layout(conv, conv.ci, sizes)
                into = f.zeros(shape, conv.elt) if conv.batch is None else f.dense(0, shape, conv.elt)
                offsets = [before[a] if a == axis else 0 for a in range(conv.rank)]
                strides = [conv.stride[a] if a == axis else 1 for a in range(conv.rank)]
                x = f.insert_slice(x, into, per_axis(conv, 0, 0, offsets), per_axis(conv, 1, 1, strides))
    crops = [max(-n, 0) for n in conv.low]
    if any(crops) or any(n < 0 for n in conv.high):
        shape = layout(conv, conv.ci, [conv.stuffed(a) for a in range(conv.rank)])
        x = f.extract_slice(x, per_axis(conv, 0, 0, crops), shape)
    return x


def filter_shape(conv: Conv) -> tuple[list[str], tuple[int, ...]]:
    """The axes of the filter that the convolution takes (g, o, i and s0, s1, …), and
    their sizes."""
    spatial = [f"s{a}" for a in range(conv.rank)]
    axes = ["o", "i", *spatial]
    if conv.form == "depthwise":
        axes = ["g", *spatial]
    elif conv.form == "depthwise_last":
        axes = [*spatial, "g"]
    elif conv.form == "last":
        axes = [*spatial, "i", "o"]
    elif conv.groups > 1:
        axes = ["g", "o", "i", *spatial]
    sizes = {"g": conv.groups, "o": conv.co // conv.groups, "i": conv.ci // conv.groups}
    sizes |= {f"s{a}": conv.kernel[a] for a in range(conv.rank)}
    return axes, tuple(sizes[a] for a in axes)


def make_filter(f: Function, conv: Conv) -> Value:
    """PyTorch's weight [g i, o, k…], flipped and its channels exchanged; without a
    flip the argument is the filter."""
    axes, shape = filter_shape(conv)
    if conv.flip == "none":
        return f.argument(shape, conv.elt)
    w = f.argument((conv.ci, conv.co // conv.groups, *conv.kernel), conv.elt)
    loops = len(shape)
    where = {name: i for i, name in enumerate(axes)}
    split = ["g", "i", "o"] if "g" in where else ["i", "o"]
    if "g" in where:
        groups = [[0, 1], *([i] for i in range(2, conv.rank + 3))]
        w = f.expand(w, groups, (conv.groups, conv.ci // conv.groups, *w.shape[1:]))
    names = [*split, *(f"s{a}" for a in range(conv.rank))]
    if conv.flip == "map":
        exprs = []
        for name in names:
            at = where.get(name)
            exprs.append("0" if at is None else f"d{at}" if name[0] != "s" else f"-d{at} + {shape[at] - 1}")
        out = Operand(f.empty(shape, conv.elt), identity(loops))
        return f.generic([Operand(w, tuple(exprs))], [out], loops, (), lambda b, v, o: [v])[0]

    def gather(b: Body, _: Scalar) -> list[Scalar]:
        indices = []
        for name in names:
            if name not in where:
                indices.append(f.constant(0, "index").name)
                continue
            at = b.line(f"linalg.index {where[name]} : index", "index")
            if name[0] == "s":
                at = b.op("arith.subi", f.constant(shape[where[name]] - 1, "index"), at)
            indices.append(at.name)
        return [b.line(f"tensor.extract {w.name}[{', '.join(indices)}] : {w.type}", conv.elt)]

    return f.generic([], [Operand(f.zeros(shape, conv.elt), identity(loops))], loops, (), gather)[0]


def contract(f: Function, conv: Conv, x: Value, w: Value, init: Value) -> Value:
    """The ordinary convolution, strides 1."""
    rank = conv.rank
    ones, dilations = "dense<1>", f"dense<{conv.dilation}>"
    attributes = f"{{dilations = {dilations} : vector<{rank}xi64>, strides = {ones} : vector<{rank}xi64>}}"
    if conv.depthwise:
        suffix = [["ncw_cw", "nchw_chw", "ncdhw_cdhw"], ["nwc_wc", "nhwc_hwc", "ndhwc_dhwc"]][conv.last][rank - 1]
        return f.named(f"linalg.depthwise_conv_{rank}d_{suffix}", attributes, [x, w], init)
    if conv.last:
        suffix = ["nwc_wcf", "nhwc_hwcf", "ndhwc_dhwcf"][rank - 1]
        return f.named(f"linalg.conv_{rank}d_{suffix}", attributes, [x, w], init)
    if conv.groups == 1 and conv.form == "named":
        suffix = ["ncw_fcw", "nchw_fchw", "ncdhw_fcdhw"][rank - 1]
        return f.named(f"linalg.conv_{rank}d_{suffix}", attributes, [x, w], init)
    if conv.groups == 1:
        return contract_loops(f, conv, x, w, init)
    # Groups get an axis of their own.
    split = [[0], [1, 2], *([a + 3] for a in range(rank))]
    g, per_x, per_y = conv.groups, conv.ci // conv.groups, conv.co // conv.groups
    x = f.expand(x, split, (x.shape[0], g, per_x, *x.shape[2:]))
    y = f.expand(init, split, (x.shape[0], g, per_y, *conv.out))
    if conv.form == "named" and rank == 2:
        y = f.named("linalg.conv_2d_ngchw_gfchw", attributes, [x, w], y)
    else:
        y = contract_loops(f, conv, x, w, y)
    return f.collapse(y, split, init.shape)


def contract_loops(f: Function, conv: Conv, x: Value, w: Value, init: Value) -> Value:
    """The convolution as one generic: batch, (group,) channel, outputs; then sums."""
    grouped = ["d1"] if conv.groups > 1 else []
    outer = 2 + len(grouped)
    out = [f"d{outer + a}" for a in range(conv.rank)]
    channel = f"d{outer + conv.rank}"
    taps = [f"d{outer + conv.rank + 1 + a}" for a in range(conv.rank)]
    loops = outer + 2 * conv.rank + 1
    reads = [o if k == 1 else f"{o} + {t}" if d == 1 else f"{o} + {t} * {d}"
             for o, t, d, k in zip(out, taps, conv.dilation, [0] * conv.rank)]
    operands = [
        Operand(x, ("d0", *grouped, channel, *reads)),
        Operand(w, (*grouped, f"d{outer - 1}", channel, *taps)),
    ]
    result = Operand(init, identity(outer + conv.rank))

    def body(b: Body, v: Scalar, k: Scalar, total: Scalar) -> list[Scalar]:
        product = b.op("arith.mulf", b.cast(v, conv.acc), b.cast(k, conv.acc))
        return [b.op("arith.addf", product, total)]

    return f.generic(operands, [result], loops, range(outer + conv.rank, loops), body)[0]


def write_conv(f: Function, conv: Conv) -> Value:
    """The convolution with its bias, in `elt`."""
    x = f.argument(layout(conv, conv.ci, conv.sizes), conv.elt)
    w = make_filter(f, conv)
    shape = layout(conv, conv.co, conv.out)
    channel = len(shape) - 1 if conv.last else 1
    stuffed = stuff(f, conv, x)
    bias = f.argument((conv.co,), conv.elt) if conv.bias != "none" else None
    if conv.bias == "init":
        if conv.acc != conv.elt:
            bias = f.map([bias], lambda b, v: b.cast(v, conv.acc), bias.shape, conv.acc)
        init = f.broadcast(bias, shape, [a for a in range(len(shape)) if a != channel])
    else:
        init = f.zeros(shape, conv.acc)
    y = contract(f, conv, stuffed, w, init)
    if conv.bias == "add":
        y = f.map([y, (bias, [channel])], lambda b, v, k: b.op("arith.addf", v, b.cast(k, conv.acc)), shape, conv.acc)
    if conv.acc != conv.elt:
        y = f.map([y], lambda b, v: b.cast(v, conv.elt), shape, conv.elt)
    return y
