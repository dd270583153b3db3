"""KernelBench level 2 task 49, small: softmax over channels, sigmoid."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import Chain, nn

shapes = [(2, 4, 2, 3, 4)]


def model():
    conv = nn.ConvTranspose3d(4, 8, 3, 2, 1, output_padding=1)
    return Chain(conv, nn.Softmax(1), nn.Sigmoid())
