"""A stride above the kernel: elements that no tap reaches hold the bias."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 9)]


def model():
    return Chain(nn.ConvTranspose1d(4, 5, 2, 3), nn.LayerNorm(26), nn.GELU())
