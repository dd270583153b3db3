# The GoogleTest executables of the compiler's libraries, as a lit suite.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

import lit.formats

config.name = "Upweave-Unit"
config.suffixes = []
# Built executables are found by the end of their names.
config.test_source_root = config.test_exec_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
for name in ("CUDA_ROOT", "CUDA_HOME", "CUDA_PATH", "LD_LIBRARY_PATH", "HOME", "TEMP"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
if "address" in config.upweave_sanitize:
    config.environment["ASAN_OPTIONS"] = "detect_container_overflow=0:detect_leaks=0"
