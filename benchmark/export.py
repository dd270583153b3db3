#!/usr/bin/env python3
# Exports the blocks of blocks_cases.py to linalg on tensors.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes benchmark/ir/NAME.mlir for the cases of blocks_cases.py.

Needs the virtual environment of test/frontends/requirements.txt; no GPU. The
inputs of each function are the case's x, its parameters and what else it takes,
in the order of Case.inputs.
"""

import importlib.metadata
import pathlib

import torch
from torch_mlir import fx

from blocks_cases import CASES

HERE = pathlib.Path(__file__).resolve().parent


class Functional(torch.nn.Module):
    """A case as a module whose parameters are inputs."""

    def __init__(self, case):
        super().__init__()
        self.case = case

    def forward(self, *inputs):
        return self.case.forward(*inputs)


def main():
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("torch-mlir", "torch"))
    for case in CASES:
        inputs = [torch.zeros(shape) for shape in case.shapes]
        module = fx.export_and_import(
            Functional(case), *inputs, output_type="linalg-on-tensors", func_name="main"
        )
        path = HERE / "ir" / f"{case.name}.mlir"
        path.write_text(f"// {case.title}\n// Exported by {versions}.\n{module}\n")
        print(f"wrote {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
