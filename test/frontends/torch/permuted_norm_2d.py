"""permute, LayerNorm over channels, permute back."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, ChannelsLastNorm, nn

shapes = [(2, 6, 4, 6)]


def model():
    return Chain(nn.ConvTranspose2d(6, 12, 4, 2, 1), ChannelsLastNorm(12), nn.GELU())
