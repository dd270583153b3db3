"""1-D: LayerNorm over W', GELU."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 6, 12)]


def model():
    return Chain(nn.ConvTranspose1d(6, 8, 4, 2, 1), nn.LayerNorm(24), nn.GELU(), 0.7)
