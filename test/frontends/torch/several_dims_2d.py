"""LayerNorm over the last two dimensions."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 4, 6)]
missed = ["not-fused"]


def model():
    return Chain(nn.ConvTranspose2d(4, 6, 4, 2, 1), nn.LayerNorm((8, 12)), nn.GELU())
