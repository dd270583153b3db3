"""Dilation with and without a common divisor with the stride."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 6, 7)]


def model():
    conv = nn.ConvTranspose2d(4, 6, 3, (2, 3), (1, 2), dilation=(2, 2))
    return Chain(conv, nn.LayerNorm(19), nn.GELU())
