"""Runs a command three times; fails if none took less than SECONDS.

usage: within.py SECONDS COMMAND...
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import subprocess
import sys
import time

times = []
for _ in range(3):
    start = time.monotonic()
    subprocess.run(sys.argv[2:], check=True)
    times.append(time.monotonic() - start)
if min(times) >= float(sys.argv[1]):
    sys.exit(f"took {min(times):.2f} s at best, {sys.argv[1]} s are allowed")
