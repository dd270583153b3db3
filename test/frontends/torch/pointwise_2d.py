"""KernelBench level 2 task 16, small: a tail without reductions."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 4, 5, 6)]
skip = {"nonfinite": "the exported clamp is two selects: a NaN becomes its bound"}


class Tail(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1)

    def forward(self, x):
        y = nn.functional.mish(self.conv(x)) + 0.5
        return nn.functional.hardtanh(y, -1, 1) * 2


def model():
    return Tail()
