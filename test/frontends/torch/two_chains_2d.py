"""One chain feeds another."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, LayerNorm2d, nn

shapes = [(1, 8, 3, 4)]
blocks = 2


def model():
    return nn.Sequential(
        Chain(nn.ConvTranspose2d(8, 6, 2, 2), LayerNorm2d(6), nn.GELU()),
        Chain(nn.ConvTranspose2d(6, 4, 2, 2), None, nn.GELU()),
    )
