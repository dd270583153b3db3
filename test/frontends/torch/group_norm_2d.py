"""GroupNorm, whose affine parameters torch-mlir gathers through index tables."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 4, 6)]
missed = ["not-fused"]


def model():
    return Chain(nn.ConvTranspose2d(4, 8, 4, 2, 1), nn.GroupNorm(2, 8), nn.GELU())
