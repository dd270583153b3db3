# limited.py BYTES COMMAND...: runs COMMAND, which may write no file of more
# bytes and has to fail.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import resource
import subprocess
import sys


def limit():
    size = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


sys.exit(subprocess.run(sys.argv[2:], preexec_fn=limit).returncode not in (1, 2))
