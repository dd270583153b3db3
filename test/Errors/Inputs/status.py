# status.py STATUS COMMAND...: runs COMMAND, which has to exit with STATUS.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import subprocess
import sys

sys.exit(subprocess.run(sys.argv[2:]).returncode != int(sys.argv[1]))
