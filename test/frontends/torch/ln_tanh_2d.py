"""2-D: LayerNorm over W', tanh GELU, an inexact scale."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 6, 5, 8)]
# torch-mlir writes 0.79772 for sqrt(2/pi), which is 0.79788.
tolerance = 2e-4


def model():
    conv = nn.ConvTranspose2d(6, 8, 4, 2, 1)
    return Chain(conv, nn.LayerNorm(16), nn.GELU("tanh"), 0.7)
