#!/usr/bin/env python3
# Packed and strided input of fused kernels, compared bit by bit.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes functions that fuse a convolution twice with the same tile, once over packed
input and once over strided, and return where the results differ. The reference says
nowhere, so that upweave-check shows any difference as a relative error. A function whose
halves have different precisions must show one.

usage: same_bits.py FILE.mlir
"""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys


@dataclasses.dataclass
class Case:
    name: str
    x: str
    w: str
    y: str
    geometry: str
    elt: str
    tile: str
    rows: str = ""
    window: str = ""  # of a larger tensor, that x is
    precisions: tuple[str, str] = ("", "")

    def write_block(self, name: str, source: str, empty: str) -> list[str]:
        precision = self.precisions[source == "strided"]
        stages = 2 + len(self.name) % 3
        attributes = f"schedule = #upweave.fused<{self.tile}, stages = {stages}, input = {source}>"
        if precision:
            attributes += f", precision = #upweave.precision<{precision}>"
        domain = self.y.replace("x", ", ")
        return [
            f"  %{name} = upweave.block domain [{domain}] {self.rows}",
            f"    conv_transpose(%x, %w : tensor<{self.x}x{self.elt}>, tensor<{self.w}x{self.elt}>) #upweave.conv_transpose<{self.geometry}>",
            f"    outs({empty} : tensor<{self.y}xf32>) attributes {{{attributes}}} {{",
            "  ^bb0(%v: f32):",
            "    %s = upweave.row_reduce <add> %v : f32" if self.rows else "",
            "    %o = arith.subf %v, %s : f32" if self.rows else "    %o = arith.negf %v : f32",
            "    upweave.yield %o : f32",
            "  }",
        ]

    def write(self) -> str:
        rank = self.y.count("x") + 1
        dims = ", ".join(f"d{i}" for i in range(rank))
        identity = f"affine_map<({dims}) -> ({dims})>"
        loops = ", ".join(['"parallel"'] * rank)
        argument = f"%x: tensor<{self.x}x{self.elt}>"
        lines = []
        if self.window:
            whole, offsets = self.window.split(" from ")
            sizes = self.x.replace("x", ", ")
            ones = ", ".join(["1"] * rank)
            argument = f"%whole: tensor<{whole}x{self.elt}>"
            lines = [f"  %x = tensor.extract_slice %whole[{offsets}] [{sizes}] [{ones}] : tensor<{whole}x{self.elt}> to tensor<{self.x}x{self.elt}>"]
        empty = "%e"
        if "?" in self.y:
            lines += ["  %c0 = arith.constant 0 : index", f"  %n = tensor.dim %x, %c0 : tensor<{self.x}x{self.elt}>"]
            lines += [f"  %e = tensor.empty(%n) : tensor<{self.y}xf32>"]
        else:
            lines += [f"  %e = tensor.empty() : tensor<{self.y}xf32>"]
        lines += self.write_block("packed", "packed", empty) + self.write_block("strided", "strided", empty)
        lines += [
            "  %one = arith.constant 1.0 : f32",
            "  %zero = arith.constant 0.0 : f32",
            f"  %r = linalg.generic {{indexing_maps = [{identity}, {identity}, {identity}], iterator_types = [{loops}]}}",
            f"    ins(%packed, %strided : tensor<{self.y}xf32>, tensor<{self.y}xf32>) outs(%e : tensor<{self.y}xf32>) {{",
            "  ^bb0(%a: f32, %b: f32, %old: f32):",
            "    %differ = arith.cmpf une, %a, %b : f32",
            "    %c = arith.select %differ, %one, %zero : f32",
            "    linalg.yield %c : f32",
            f"  }} -> tensor<{self.y}xf32>",
            f"  return %r : tensor<{self.y}xf32>",
        ]
        header = f"func.func @{self.name}({argument}, %w: tensor<{self.w}x{self.elt}>) -> tensor<{self.y}xf32> {{"
        return "\n".join([header, *lines, "}"])


def make_cases() -> list[Case]:
    cases = []
    for elt in ("f32", "f16", "bf16"):
        cases += [
            # Half a chunk is left over; rows are aligned, copied by pairs.
            Case(f"plain_{elt}", "2x20x5x16", "20x24x4x4", "2x24x10x32", "strides = [2, 2], padding = [1, 1]", elt, "block = 32 channels x 4 rows x 16 columns, warp = 16 channels x 2 rows x 16 columns, chunks = 1", "rows [3]"),
            # Odd rows: neither pairs of columns nor wide stores.
            Case(f"odd_{elt}", "1x16x3x4x7", "16x8x3x3x3", "1x8x5x7x13", "strides = [2, 2, 2], padding = [1, 1, 1]", elt, "block = 16 channels x 2 rows x 8 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1"),
            Case(f"groups_{elt}", "3x64x40", "64x16x4", "3x32x80", "strides = [2], padding = [1], groups = 2", elt, "block = 16 channels x 1 rows x 64 columns, warp = 16 channels x 1 rows x 32 columns, chunks = 2", "rows [2]"),
            # Tiles of columns, of which the last one ends in the input.
            Case(f"columns_{elt}", "1x16x2x44", "16x16x2x2", "1x16x4x88", "strides = [2, 2]", elt, "block = 16 channels x 2 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1"),
            Case(f"halo_{elt}", "1x16x2x44", "16x16x5x5", "1x16x2x44", "strides = [1, 1], padding = [2, 2]", elt, "block = 16 channels x 2 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1"),
            Case(f"crop_{elt}", "1x16x6x20", "16x16x2x2", "1x16x6x32", "strides = [2, 2], padding = [3, 4]", elt, "block = 16 channels x 2 rows x 16 columns, warp = 16 channels x 2 rows x 16 columns, chunks = 1"),
            Case(f"last_{elt}", "2x6x10x32", "32x16x4x4", "2x12x20x16", "strides = [2, 2], padding = [1, 1], dims = [b, 0, 1, c] x [i, o, 0, 1] -> [b, 0, 1, c]", elt, "block = 16 channels x 4 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1", "rows [3]"),
            Case(f"last_padded_{elt}", "2x6x10x9", "9x16x4x4", "2x12x20x16", "strides = [2, 2], padding = [1, 1], dims = [b, 0, 1, c] x [i, o, 0, 1] -> [b, 0, 1, c]", elt, "block = 16 channels x 4 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1"),
            Case(f"dynamic_{elt}", "?x16x16", "16x16x4", "?x16x32", "strides = [2], padding = [1]", elt, "block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1"),
            Case(f"window_{elt}", "2x16x4x8", "16x16x4x4", "2x16x8x16", "strides = [2, 2], padding = [1, 1]", elt, "block = 16 channels x 4 rows x 8 columns, warp = 16 channels x 2 rows x 8 columns, chunks = 1", window="2x17x6x11 from 0, 1, 1, 3"),
        ]
    cases.append(dataclasses.replace(cases[0], name="control", precisions=("tf32", "ieee")))
    return cases


def main() -> int:
    cases = make_cases()
    with open(sys.argv[1], "w") as file:
        file.write("\n\n".join(case.write() for case in cases) + "\n")
    wrong = 0
    for precision in ("tf32", "ieee"):
        command = ["upweave-check", sys.argv[1], f"--precision={precision}", "--dim=3", "--quiet", "--jobs=1", "--inputs=normal,nan"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            print(done.stdout)
            return 1
        sections = re.split(r"^(\w+): .* launches.*$", done.stdout, flags=re.MULTILINE)[1:]
        found = dict(zip(sections[::2], sections[1::2]))
        if sorted(found) != sorted(case.name for case in cases):
            print(f"functions are missing: {sorted(found)}")
            return 1
        for name, text in found.items():
            errors = re.findall(r"relative (\S+)", text)
            differ = any(float(error) != 0 for error in errors)
            if len(errors) != 2 or "input = packed" not in text or "input = strided" not in text or differ != (name == "control"):
                print(f"{precision}: {name}{text}")
                wrong += 1
    print(f"{len(cases) * 2 - wrong} of {len(cases) * 2} functions have the same bits, or differ where they must")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
