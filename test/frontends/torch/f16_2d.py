"""A module in f16."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import Chain, nn

shapes = [(2, 6, 5, 8)]
dtype = torch.float16


def model():
    return Chain(nn.ConvTranspose2d(6, 8, 4, 2, 1), nn.LayerNorm(16), nn.GELU(), 0.7)
