"""The normalised value is a result too."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 4, 4, 8)]


class TwoResults(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(4, 6, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        y = self.norm(self.conv(x))
        return nn.functional.gelu(y), y


def model():
    return TwoResults()
