#!/usr/bin/env python3
# Exports the modules of torch/ again and says what changed.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes ir/NAME.mlir (linalg on tensors) and data/NAME.npz (inputs, and PyTorch's
outputs for them) for the modules torch/NAME.py, or for those named.

usage: test/frontends/export.py [--opt build/release/bin/upweave-opt] [NAME ...]

Needs what test/frontends/requirements.txt lists, in a virtual environment:
  python3 -m venv venv && venv/bin/pip install -r test/frontends/requirements.txt
  venv/bin/python test/frontends/export.py
The versions that made the committed files stand in their first lines. An exporter
may print what MLIR 22 cannot parse: each file is parsed by upweave-opt, the first
of FIXUPS that helps is applied, and the script says which; without one it fails.
"""

import argparse
import copy
import importlib
import importlib.metadata
import pathlib
import re
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import torch
from torch_mlir import fx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "torch"))

# What later versions print, what MLIR 22 reads instead, and why.
FIXUPS = [
    (r"\bnneg\b ", "", "a 'nneg' flag, which only permits more"),
    (r" nuw\b| nsw\b", "", "overflow flags, which only permit more"),
]

# Inputs that break careless arithmetic; each changes the seeded ones.
HOSTILE = ("seeded", "large_mean", "constant_rows", "denormals", "nonfinite")


def parameters(module, model):
    """The model's named parameters, seeded: near normal, gains near 1."""
    g = torch.Generator().manual_seed(7)
    values = {}
    for name, p in [*model.named_parameters(), *model.named_buffers()]:
        value = torch.randn(p.shape, generator=g)
        if name.endswith("running_var"):
            value = value.abs() + 0.5
        elif name.endswith("num_batches_tracked"):
            continue
        elif name.endswith("conv.weight"):
            value = value / max(p[0].numel(), 1) ** 0.5
        elif p.dim() and not name.endswith("bias") and "scale" not in name:
            value = 1 + 0.2 * value
        keep = name in getattr(module, "f32_parameters", ())
        values[name] = value.to(torch.float32 if keep else module.dtype)
    return values


def hostile(case, inputs, values):
    """Inputs and parameters of one case."""
    inputs, values = [t.clone() for t in inputs], dict(values)
    biases = [n for n in values if n.endswith("conv.bias")]
    x = inputs[0]
    if case == "large_mean":
        for name in biases:
            values[name] = values[name] + 1e4
    elif case == "constant_rows":
        x.zero_()
    elif case == "denormals":
        x.mul_({torch.float16: 2e-8}.get(x.dtype, 1e-41))
        for name in biases:
            values[name] = torch.zeros_like(values[name])
    elif case == "nonfinite":
        flat = x.view(-1)
        flat[0], flat[x[0].numel() // 2], flat[-1] = torch.inf, torch.nan, -torch.inf
    return inputs, values


def as_numpy(tensor):
    """NumPy has no bf16: its bits."""
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.uint16).numpy()
    return tensor.numpy()


class WithWeights(torch.nn.Module):
    """Takes the weights as arguments after the inputs."""

    def __init__(self, model, names, inputs):
        super().__init__()
        # Not a submodule: its own weights are not part of this one.
        self.call = lambda args: torch.func.functional_call(
            model, dict(zip(names, args[inputs:])), tuple(args[:inputs])
        )

    def forward(self, *args):
        return self.call(args)


def load(name):
    module = importlib.import_module(name)
    for key, value in dict(
        dtype=torch.float32, frozen=False, options={}, dynamic_batch=False, by_hand=False
    ).items():
        if not hasattr(module, key):
            setattr(module, key, value)
    return module


def export(module, model, inputs, values):
    if module.frozen:
        model.load_state_dict(values, strict=False)
        exported, args = model, inputs
    else:
        exported = WithWeights(model, list(values), len(inputs))
        args = [*inputs, *values.values()]
    options = dict(module.options)
    if module.dynamic_batch:
        batch = torch.export.Dim("n", min=2)
        options["dynamic_shapes"] = {"args": tuple({0: batch} if i < len(inputs) else None for i in range(len(args)))}
    return str(
        fx.export_and_import(
            exported, *args, output_type="linalg-on-tensors", func_name="main", **options
        )
    )


def outputs_of(model, inputs, values):
    result = torch.func.functional_call(model, values, tuple(inputs))
    return list(result) if isinstance(result, (tuple, list)) else [result]


def write_data(path, module, model, inputs, values):
    """`in.I` and `out.I` of the seeded case, `CASE.in.I` where a case differs."""
    arrays = {}
    for case in HOSTILE:
        case_inputs, case_values = hostile(case, inputs, values)
        args = [*case_inputs, *([] if module.frozen else case_values.values())]
        with torch.no_grad():
            outs = outputs_of(model, case_inputs, values if module.frozen else case_values)
        for i, tensor in enumerate(args):
            array = as_numpy(tensor)
            base = arrays.get(f"seeded.in.{i}")
            if base is None or not np.array_equal(base, array, equal_nan=base.dtype.kind == "f"):
                arrays[f"{case}.in.{i}"] = array
        arrays.update({f"{case}.out.{i}": as_numpy(t) for i, t in enumerate(outs)})
    # np.savez writes the time of day.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(arrays):
            with file.open(zipfile.ZipInfo(name + ".npy"), "w") as member:
                np.lib.format.write_array(member, arrays[name])


def parses(opt, text):
    done = subprocess.run([opt, "-", "-o", "/dev/null"], input=text, text=True, capture_output=True)
    return done.returncode == 0, done.stderr


def fix_up(opt, text):
    """The text as MLIR 22 reads it, and what was done to it."""
    good, error = parses(opt, text)
    if good:
        return text, None
    for pattern, replacement, why in FIXUPS:
        fixed = re.sub(pattern, replacement, text)
        if fixed != text and parses(opt, fixed)[0]:
            return fixed, why
    sys.exit(f"MLIR 22 cannot parse what the exporter printed, and no fix-up helps:\n{error[:2000]}")


def version(package):
    return importlib.metadata.version(package).split("+")[0]


def run(name, opt):
    module = load(name)
    torch.manual_seed(0)
    model = module.model().eval()
    g = torch.Generator().manual_seed(1)
    inputs = [torch.randn(s, generator=g).to(module.dtype) for s in module.shapes]
    values = parameters(module, model)
    keep = set(getattr(module, "f32_parameters", ()))
    for key, p in [*model.named_parameters(), *model.named_buffers()]:
        if key in values and key not in keep:
            p.data = p.data.to(module.dtype)
    path = HERE / "ir" / f"{name}.mlir"
    old = path.read_text() if path.exists() else None
    if module.by_hand:
        text, why = old, "written by hand"
    else:
        text, why = fix_up(opt, export(module, copy.deepcopy(model), inputs, values))
    header = "" if module.by_hand else (
        f"// torch/{name}.py as torch-mlir {version('torch-mlir')} with torch "
        f"{version('torch')} exports it{'; without ' + why if why else ''}.\n"
        "// RUN: %python %S/../check.py %s\n"
        "// RUN: upweave-check --quiet --jobs=1 %s\n"
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(header + text)
    data = HERE / "data" / f"{name}.npz"
    data.parent.mkdir(exist_ok=True)
    before = data.read_bytes() if data.exists() else None
    write_data(data, module, model, inputs, values)
    change = "new" if old is None else "same" if old == header + text else "CHANGED"
    results = "same" if before == data.read_bytes() else "new" if before is None else "CHANGED"
    print(f"{name:24} IR {change:8} data {results:8} {why or ''}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--opt", default=str(HERE.parents[1] / "build/release/bin/upweave-opt"))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    names = args.names or sorted(p.stem for p in (HERE / "torch").glob("*.py") if p.stem != "common")
    for name in names:
        run(name, args.opt)


if __name__ == "__main__":
    main()
