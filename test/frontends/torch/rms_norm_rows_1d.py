"""RMSNorm over W'."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, RMSNorm, nn

shapes = [(2, 6, 16)]


def model():
    return Chain(nn.ConvTranspose1d(6, 5, 4, 2, 1), RMSNorm(32), nn.SiLU())
