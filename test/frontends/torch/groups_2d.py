"""Groups in two dimensions."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 6, 4, 8)]


def model():
    conv = nn.ConvTranspose2d(6, 8, 4, 2, 1, groups=2)
    return Chain(conv, nn.LayerNorm(16), nn.GELU())
