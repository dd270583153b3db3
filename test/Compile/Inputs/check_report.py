"""Checks a report's fields: check_report.py FILE.json CHIP..."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import sys

report = json.load(open(sys.argv[1]))
chips = sys.argv[2:]
assert report["version"] == 1, report["version"]
assert report["missed"] == [], report["missed"]
assert report["entries"] == ["main"]
(block,) = report["blocks"]
assert block["producer"] == "conv_transpose"
assert block["rows"] == [4]
assert block["precision"] == "ieee"
assert "fused" in block["schedule"]
assert ":" in block["location"]
for chip in chips:
    kernels = [k for k in block["kernels"] if k["chip"] == chip]
    # One packs the filter; so little input is taken as it lies.
    assert [k["symbol"] for k in kernels] == ["main_0_pack_filter", "main_1_fused"], kernels
    for kernel in kernels:
        assert kernel["symbol"].startswith("main_")
        assert 32 <= kernel["threads"] <= 1024
        known = kernel["registers"] != -1
        for field in ("registers", "spill_bytes", "shared_bytes", "blocks_per_sm"):
            assert (kernel[field] != -1) == known, (field, kernel)
        if known:
            assert kernel["registers"] > 0 and kernel["blocks_per_sm"] > 0
    (floor,) = [f for f in report["floors"] if f["chip"] == chip]
    predicted = block["predicted_seconds"][chip]
    assert 0 < floor["seconds"] < predicted == floor["predicted_seconds"]
    assert abs(floor["share"] - floor["seconds"] / predicted) < 1e-12
