"""Sequence data: permuted before, viewed as heads after."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 10, 6)]


class Viewed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose1d(6, 8, 4, 2, 1)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        y = self.conv(x.permute(0, 2, 1)).permute(0, 2, 1)
        return nn.functional.gelu(self.norm(y)).reshape(2, 20, 2, 4)


def model():
    return Viewed()
