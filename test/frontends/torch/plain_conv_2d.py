"""An ordinary convolution."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 6, 8)]


def model():
    return Chain(nn.Conv2d(4, 6, 3, padding=1), nn.LayerNorm(8), nn.GELU())
