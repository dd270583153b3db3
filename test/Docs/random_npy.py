#!/usr/bin/env python3
# Writes a .npy file of random f32, which the documentation's commands read.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: random_npy.py FILE.npy SIZE..."""

import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Mutate"))

from tensors import fill_random, write_npy  # noqa: E402

if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    write_npy(sys.argv[1], fill_random(random.Random(1), "f32", [int(size) for size in sys.argv[2:]]))
