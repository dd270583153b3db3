# binary_inputs.py FOLDER: writes files that begin like models and archives,
# and, of FOLDER/good.mlirbc, bytecode of version 40.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import sys

folder = sys.argv[1]
FILES = {
    "model.onnx": b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x04\x0a\x02\x08\x00",
    "model.pt2": b"PK\x03\x04\x14\x00\x08\x08" + bytes(40),
    "other.bin": b"\x7fELF\x02\x01\x01" + bytes(40),
}
for name, data in FILES.items():
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
good = os.path.join(folder, "good.mlirbc")
if os.path.exists(good):
    with open(good, "rb") as file:
        data = bytearray(file.read())
    # A number below 128 is its double and 1.
    data[4] = 40 * 2 + 1
    with open(os.path.join(folder, "newer.mlirbc"), "wb") as file:
        file.write(data)
