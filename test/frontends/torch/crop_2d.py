"""Padding above dilation * (kernel - 1): the input is cropped."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 7, 12)]


def model():
    conv = nn.ConvTranspose2d(4, 6, 2, 2, 3)
    return Chain(conv, nn.LayerNorm(18), nn.GELU())
