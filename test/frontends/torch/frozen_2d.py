"""Weights that are constants of the module."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 4, 8)]
frozen = True


def model():
    return Chain(nn.ConvTranspose2d(4, 6, 4, 2, 1), nn.LayerNorm(16), nn.GELU())
