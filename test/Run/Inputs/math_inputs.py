# Writes math_inputs.py DTYPE FILE: an .npy file of the arguments at which
# log(1 + x) and exp(x) - 1 lose digits, and of the special ones.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import struct
import sys

FORMATS = {"f16": ("<f2", "e"), "f32": ("<f4", "f"), "f64": ("<f8", "d")}
# Smallest subnormal, largest, the step below 1.
LIMITS = {"f16": (2.0**-24, 65504.0, 2.0**-11),
          "bf16": (2.0**-133, 2.0**127 * (2 - 2.0**-7), 2.0**-8),
          "f32": (2.0**-149, 2.0**127 * (2 - 2.0**-23), 2.0**-24),
          "f64": (5e-324, sys.float_info.max, 2.0**-53)}


def values(dtype):
    least, largest, step = LIMITS[dtype]
    tiny = [2.0**-e for e in range(1, 25)] + [1.5 * 2.0**-e for e in (3, 9, 13)]
    more = [1.0, 1.7, 3.0, 10.0, 11.0, 88.0, 500.0, least, largest]
    inside = [x for x in tiny + more if x <= largest]
    return (inside + [-x for x in inside] + [0.0, -0.0, -1 + step, -1.5]
            + [float("inf"), -float("inf"), float("nan")])


def main(dtype, path):
    x = values(dtype)
    x += [0.0] * (80 - len(x))
    if dtype == "bf16":
        bits = [struct.unpack("<I", struct.pack("<f", v))[0] >> 16 for v in x]
        descr, data = "<u2", struct.pack("<80H", *bits)
    else:
        descr, code = FORMATS[dtype]
        data = struct.pack("<80" + code, *x)
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (80,), }" % descr
    header += " " * (117 - len(header)) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode() + data)


main(*sys.argv[1:])
