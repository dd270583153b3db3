"""Stride 1: nothing is stuffed."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 5, 8)]


def model():
    return Chain(nn.ConvTranspose2d(4, 6, 3, 1, 1), nn.LayerNorm(8), nn.GELU())
