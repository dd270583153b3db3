"""A batch of any size."""

import torch
from common import Chain, nn

shapes = [(3, 6, 5, 8)]
dynamic_batch = True


def model():
    return Chain(nn.ConvTranspose2d(6, 8, 4, 2, 1), nn.LayerNorm(16), nn.GELU())
