"""Asserts that every fallback kernel of a JSON report was assembled for every chip asked
for without spills, and that no PTX file calls a function of no module.

usage: check_kernels.py REPORT.json TEMPS CHIP...
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import pathlib
import sys

report, temps, *chips = sys.argv[1:]
entries = json.loads(pathlib.Path(report).read_text())["fallbacks"]
kernels = [entry["kernel"] for entry in entries]
symbols = {k["symbol"] for k in kernels}
assert symbols, "no kernels"
have_ptxas = any(k["registers"] >= 0 for k in kernels)
for chip in chips:
    of_chip = [k for k in kernels if k["chip"] == chip]
    assert {k["symbol"] for k in of_chip} == symbols, chip
    for kernel in of_chip if have_ptxas else []:
        assert kernel["registers"] > 0 and kernel["spill_bytes"] == 0, kernel
    ptx = (pathlib.Path(temps) / f"{chip}.ptx").read_text()
    assert ptx.count(".visible .entry") == len(symbols), chip
    assert ".extern" not in ptx, chip
