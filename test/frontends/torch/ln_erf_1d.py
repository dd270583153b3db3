"""1-D: LayerNorm over W', GELU."""

from common import Chain, nn

shapes = [(2, 6, 12)]


def model():
    return Chain(nn.ConvTranspose1d(6, 8, 4, 2, 1), nn.LayerNorm(24), nn.GELU(), 0.7)
