"""Depthwise, which torch-mlir cannot export: ir/depthwise_2d.mlir is written by hand."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 6, 5, 8)]
by_hand = True


def model():
    conv = nn.ConvTranspose2d(6, 6, 4, 2, 1, groups=6)
    return Chain(conv, nn.LayerNorm(16), nn.GELU(), 0.7)
