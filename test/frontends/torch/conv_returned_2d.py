"""The convolution's own result is returned, too."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 4, 4, 8)]


class Returned(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(4, 6, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        y = self.conv(x)
        return nn.functional.gelu(self.norm(y)), y


def model():
    return Returned()
