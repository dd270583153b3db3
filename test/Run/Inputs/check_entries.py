"""Runs every entry of a bundle on the host and compares it with the reference.

usage: check_entries.py BUNDLE.upw [--dim N]
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import subprocess
import sys

bundle, *rest = sys.argv[1:]
described = subprocess.run(
    ["upweave-run", bundle, "--describe=json"], check=True, capture_output=True, text=True
).stdout
entries = [entry["name"] for entry in json.loads(described)["entries"]]
failed = []
for entry in entries:
    command = ["upweave-run", bundle, "--entry", entry, "--device=host", "--check", "-q", *rest]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        failed.append(entry)
        print(" ".join(command), done.stdout, done.stderr, sep="\n")
print(f"{len(entries) - len(failed)} of {len(entries)} entries passed")
sys.exit(bool(failed))
