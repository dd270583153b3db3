"""Autocast: the operands of the convolution are rounded to bf16 first."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import nn

shapes = [(2, 6, 5, 8)]
fallbacks = 2
tolerance = 5e-2
skip = {"large_mean": "PyTorch keeps the convolution in bf16, which has no digits left"}


class Autocast(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(6, 8, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            return nn.functional.gelu(self.norm(self.conv(x)))


def model():
    return Autocast()
