"""A pad before the convolution, whose export forgets a stride (an upstream bug)."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn

shapes = [(2, 4, 4, 6)]
skip = {
    "seeded": "MLIR folds the pad wrongly",
    "large_mean": "MLIR folds the pad wrongly",
    "constant_rows": "MLIR folds the pad wrongly",
    "denormals": "MLIR folds the pad wrongly",
    "nonfinite": "MLIR folds the pad wrongly",
}


class Padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(4, 6, 4, 2, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        return nn.functional.gelu(self.norm(self.conv(nn.functional.pad(x, (1, 1, 0, 1)))))


def model():
    return Padded()
