"""Stuffed with ones: no transposed convolution."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

from common import nn
from hand_stuffed_2d import Stuffed

shapes = [(2, 4, 4, 8)]
missed = ["non-zero-fill"]
conv = False
fallbacks = 6


class Ones(Stuffed):
    fill = 1.0


def model():
    return Ones()
