"""KernelBench level 2 task 34, small: 3-D, LayerNorm over W', GELU, scale."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 3, 3, 4, 8)]


def model():
    conv = nn.ConvTranspose3d(3, 4, 4, 2, 1)
    return Chain(conv, nn.LayerNorm(16), nn.GELU(), 1.0)
