# Transposed-convolution blocks that are timed beside PyTorch.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cases of blocks.py: shapes and what they compute, in PyTorch."""

import dataclasses
import typing

import torch.nn.functional as F


@dataclasses.dataclass(frozen=True)
class Case:
    """One function of f32 tensors."""

    name: str
    title: str
    shapes: typing.Sequence[typing.Sequence[int]]  # x, filter, bias, then the rest
    forward: typing.Callable  # of tensors of these shapes


def _sam(x, w, b):
    return F.gelu(F.conv_transpose2d(x, w, b, stride=2))


def _kb100(x, w, b):
    return F.conv_transpose3d(x, w, b, stride=2, padding=1).clamp(min=-1.0) / 2.0


def _kb26(x, w, b, add):
    v = F.conv_transpose3d(x, w, b, stride=2, padding=1, output_padding=1) + add
    return v * F.hardswish(v)


def _grouped(x, w, b, gamma, beta):
    v = F.conv_transpose1d(x, w, b, stride=2, padding=1, groups=4)
    return F.gelu(F.layer_norm(v, v.shape[-1:], gamma, beta))


CASES = (
    Case(
        "sam_upscale",
        "Segment Anything's upscaling, its first step before the norm: k=2, s=2, 256 -> 64, GELU; 16 masks.",
        ((16, 256, 64, 64), (256, 64, 2, 2), (64,)),
        _sam,
    ),
    Case(
        "kb100",
        "KernelBench level 2 task 100: ConvTranspose3d, clamp, divide.",
        ((16, 64, 24, 48, 48), (64, 128, 3, 3, 3), (128,)),
        _kb100,
    ),
    Case(
        "kb26",
        "KernelBench level 2 task 26: ConvTranspose3d, add, hardswish.",
        ((128, 32, 16, 16, 16), (32, 64, 3, 3, 3), (64,), (128, 64, 32, 32, 32)),
        _kb26,
    ),
    Case(
        "grouped_1d",
        "ConvTranspose1d in four groups, LayerNorm over W' = 256, GELU.",
        ((256, 128, 128), (128, 32, 4), (128,), (256,), (256,)),
        _grouped,
    ),
)
