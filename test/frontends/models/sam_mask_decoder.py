#!/usr/bin/env python3
# Exports the mask decoder of Segment Anything, compiles it whole, and runs it.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The mask decoder of Segment Anything, from the package transformers with random
weights (hidden size 256, image embeddings 256x64x64 by default): a transformer of
two layers, `ConvTranspose2d -> LayerNorm2d -> GELU -> ConvTranspose2d -> GELU`, and
the product with the mask tokens. The function is compiled as a whole and its
results are compared with PyTorch's and, with --small, with the float64 reference.

usage: sam_mask_decoder.py OUT_FOLDER [--small] [--tools build/release/bin]
                           [--chip sm_89,sm_90] [--no-run]
  --small   hidden size 32 and 32x8x8 embeddings
Writes OUT_FOLDER/sam.mlir, sam.upw, sam.json (the report) and the inputs and
outputs as .npy files; prints what was fused and the errors.

Needs requirements.txt beside export.py, and transformers==5.23.0.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import warnings

import numpy as np
import torch
from torch_mlir import fx
from transformers.models.sam.configuration_sam import SamMaskDecoderConfig
from transformers.models.sam.modeling_sam import SamMaskDecoder


class Decoder(torch.nn.Module):
    """Inputs, then the weights (the exporter cannot concatenate weights that are
    constants); a mask for each of the three proposals."""

    def __init__(self, decoder):
        super().__init__()
        names = list(dict(decoder.named_parameters()))
        # Not a submodule: its own weights are not part of this one.
        self.call = lambda inputs, weights: torch.func.functional_call(
            decoder, dict(zip(names, weights)), inputs, {"multimask_output": True}
        )

    def forward(self, *args):
        return self.call(args[:4], args[4:])


def make(small):
    size = dict(hidden_size=32, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32) if small else {}
    config = SamMaskDecoderConfig(attn_implementation="eager", **size)
    config._attn_implementation = "eager"
    torch.manual_seed(5)
    decoder = SamMaskDecoder(config).eval()
    weights = [p.detach() for p in decoder.parameters()]
    hidden, side = config.hidden_size, 8 if small else 64
    g = torch.Generator().manual_seed(6)
    image = torch.randn(1, hidden, side, side, generator=g)
    position = torch.randn(1, hidden, side, side, generator=g)
    sparse = torch.randn(1, 1, 2, hidden, generator=g)
    dense = torch.randn(1, hidden, side, side, generator=g)
    return Decoder(decoder), (image, position, sparse, dense, *weights)


def run(command):
    done = subprocess.run([str(c) for c in command], text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--tools", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--chip", default="sm_89")
    parser.add_argument("--no-run", action="store_true", help="leave running to another machine")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    args.out.mkdir(parents=True, exist_ok=True)
    model, inputs = make(args.small)
    with torch.no_grad():
        outputs = model(*inputs)
    text = str(fx.export_and_import(model, *inputs, output_type="linalg-on-tensors", func_name="main"))
    ir, bundle, report = (args.out / f"sam.{end}" for end in ("mlir", "upw", "json"))
    ir.write_text(text)
    command = [args.tools / "upweave-run", bundle, "-q"]
    if args.small:  # the interpreter would take hours for all of it
        command += ["--check", "--max-error", "1e-5"]
    for kind, tensors in (("in", inputs), ("expect", outputs)):
        for i, tensor in enumerate(tensors):
            path = args.out / f"{kind}{i}.npy"
            np.save(path, tensor.detach().contiguous().numpy())
            command += [f"--{kind}", path]
    run([args.tools / "upweave-compile", ir, "-o", bundle, f"--chip={args.chip}", f"--report={report}"])
    said = json.loads(report.read_text())
    convs = [b for b in said["blocks"] if b["producer"] == "conv_transpose"]
    print(f"{len(said['blocks'])} blocks, {len(convs)} of them transposed convolutions; "
          f"{len(said['fallbacks'])} other kernels")
    for missed in said["missed"]:
        print(f"not fused: {missed['location']}: [{missed['id']}] {missed['reason']}")
    if len(convs) != 2:
        sys.exit("the two transposed convolutions are not two blocks")
    if args.no_run:
        print(" ".join(map(str, [*command, "--expect-tolerance", "1e-4"])))
    else:
        # Layers of attention: PyTorch's own rounding is in it, too.
        print(run([*command, "--expect-tolerance", "1e-4"]))


if __name__ == "__main__":
    main()
