"""LayerNorm2d, over channels, as Segment Anything writes it."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, LayerNorm2d, nn

shapes = [(2, 8, 4, 6)]


def model():
    return Chain(nn.ConvTranspose2d(8, 16, 2, 2), LayerNorm2d(16), nn.GELU())
