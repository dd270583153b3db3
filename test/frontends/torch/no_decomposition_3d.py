"""torch.nn.functional.layer_norm kept whole by the exporter."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 3, 3, 4, 8)]
options = {"decomposition_table": {}}


def model():
    return Chain(nn.ConvTranspose3d(3, 4, 4, 2, 1), nn.LayerNorm(16), nn.GELU())
