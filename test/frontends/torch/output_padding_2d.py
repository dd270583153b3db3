"""Output padding."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 5, 8)]


def model():
    conv = nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=(0, 1))
    return Chain(conv, nn.LayerNorm(16), nn.GELU())
