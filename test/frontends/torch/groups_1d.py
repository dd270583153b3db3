"""Groups in one dimension."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 6, 10)]


def model():
    conv = nn.ConvTranspose1d(6, 9, 3, 2, 1, groups=3)
    return Chain(conv, nn.LayerNorm(19), nn.GELU())
