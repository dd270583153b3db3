"""RMSNorm over channels."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, RMSNorm, nn

shapes = [(2, 6, 4, 6)]


def model():
    return Chain(nn.ConvTranspose2d(6, 12, 4, 2, 1), RMSNorm(12, dim=1), nn.SiLU())
