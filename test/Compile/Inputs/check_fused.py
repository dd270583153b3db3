"""Checks the resources of fused kernels: check_fused.py FILE.json PRECISION"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import sys

report = json.load(open(sys.argv[1]))
(block,) = report["blocks"]
assert block["precision"] == sys.argv[2], block["precision"]
assert "fused" in block["schedule"], block["schedule"]
assert report["missed"] == [], report["missed"]
kernels = [k for k in block["kernels"] if k["symbol"].endswith("fused")]
assert len(kernels) == 2, kernels
for kernel in kernels:
    assert kernel["spill_bytes"] == 0, kernel
    assert kernel["threads"] == 128, kernel
    assert kernel["registers"] <= 255, kernel
    assert kernel["blocks_per_sm"] >= 2, kernel
    if kernel["chip"] == "sm_89":
        assert kernel["shared_bytes"] <= 49 * 1024, kernel
