"""LayerNorm over W' written out, with an unbiased variance and no parameters."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import torch
from common import Chain, nn

shapes = [(2, 4, 4, 8)]
skip = {"constant_rows": "what is left of constant rows is noise"}


class ByHand(nn.Module):
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / (x.var(-1, unbiased=True, keepdim=True) + 1e-5).sqrt()


def model():
    return Chain(nn.ConvTranspose2d(4, 6, 4, 2, 1), ByHand(), nn.GELU())
