"""A batch of any size."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import Chain, nn

shapes = [(3, 6, 5, 8)]
dynamic_batch = True


def model():
    return Chain(nn.ConvTranspose2d(6, 8, 4, 2, 1), nn.LayerNorm(16), nn.GELU())
