"""f16 data and filter, a LayerNorm with f32 parameters in f32, f16 again."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import nn

shapes = [(2, 6, 5, 8)]
dtype = torch.float16
f32_parameters = ["norm.weight", "norm.bias"]


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(6, 8, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        y = self.norm(self.conv(x).float())
        return nn.functional.gelu(y).half()


def model():
    return Mixed()
