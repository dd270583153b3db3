"""A learned scale of rank 0."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import Chain, nn

shapes = [(2, 4, 4, 8)]


def model():
    scale = nn.Parameter(torch.tensor(1.0))
    conv = nn.ConvTranspose2d(4, 6, 4, 2, 1)
    return Chain(conv, nn.LayerNorm(16), nn.GELU(), scale)
