"""Groups in three dimensions, which torch-mlir exports as a generic."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 2, 3, 8)]


def model():
    conv = nn.ConvTranspose3d(4, 6, (1, 3, 4), (1, 2, 2), (0, 1, 1), groups=2)
    return Chain(conv, nn.LayerNorm(16), nn.GELU())
