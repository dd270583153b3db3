"""A learned scale of each channel."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import Chain, nn

shapes = [(2, 3, 2, 3, 8)]


def model():
    scale = nn.Parameter(torch.ones(4, 1, 1, 1))
    conv = nn.ConvTranspose3d(3, 4, 4, 2, 1)
    return Chain(conv, nn.LayerNorm(16), nn.GELU(), scale)
