"""A second input is added before the norm, a third after the activation."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 4, 4, 8), (2, 6, 8, 16), (2, 6, 8, 16)]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(4, 6, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x, skip, late):
        return nn.functional.gelu(self.norm(self.conv(x) + skip)) + late


def model():
    return Residual()
