"""What the modules beside this file share.

Each module file defines `model()`, a torch.nn.Module, and `shapes`, the shapes
of its inputs; it may define `dtype` (torch.float32), `frozen` (False: weights are
arguments of the exported function, after the inputs) and `options` (arguments of
torch_mlir.fx.export_and_import).
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import torch
from torch import nn


class Chain(nn.Module):
    """Convolution, norm, activation and scale in a row."""

    def __init__(self, conv, norm=None, act=None, scale=None):
        super().__init__()
        self.conv = conv
        self.norm = norm or nn.Identity()
        self.act = act or nn.Identity()
        self.scale = scale

    def forward(self, x):
        y = self.act(self.norm(self.conv(x)))
        return y if self.scale is None else y * self.scale


class LayerNorm2d(nn.Module):
    """LayerNorm over channels of N, C, H, W data, written out."""

    def __init__(self, channels, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x):
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        x = (x - u) / torch.sqrt(s + self.eps)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * weight over dimension `dim`."""

    def __init__(self, size, dim=-1, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.dim, self.eps = dim, eps

    def forward(self, x):
        shape = [1] * x.dim()
        shape[self.dim] = -1
        r = torch.rsqrt(x.pow(2).mean(self.dim, keepdim=True) + self.eps)
        return x * r * self.weight.view(shape)


class ChannelsLastNorm(nn.Module):
    """permute, LayerNorm over channels, permute back."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        dims = list(range(x.dim()))
        to_last = [0, *dims[2:], 1]
        back = [0, x.dim() - 1, *dims[1:-1]]
        return self.norm(x.permute(to_last)).permute(back)
