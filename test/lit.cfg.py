# The lit suite of the compiler's tools: every .mlir and .test file below this
# directory is a test; what a test needs beside it lies in Inputs.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ctypes
import os

import lit.formats
import lit.util

config.name = "Upweave"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)

path = [config.upweave_bin, config.llvm_bin, os.environ["PATH"]]
config.environment["PATH"] = os.pathsep.join(path)
config.environment["FILECHECK_OPTS"] = "--enable-var-scope"
# Whatever a test compiles, its blocks have to compute what its source says.
config.environment["UPWEAVE_VALIDATE"] = "0.25"
config.substitutions += [
    ("%python", config.python),
    ("%examples", os.path.join(config.upweave_source, "examples")),
    ("%source", config.upweave_source),
    ("%libdir", config.upweave_lib),
]


def find_ptxas():
    """ptxas where the compiler looks for it, or None."""
    roots = [os.environ.get(v) for v in ("CUDA_ROOT", "CUDA_HOME", "CUDA_PATH")]
    for root in filter(None, roots + ["/usr/local/cuda"]):
        candidate = os.path.join(root, "bin", "ptxas")
        if os.access(candidate, os.X_OK):
            return candidate
    return lit.util.which("ptxas")


def has_gpu():
    """True when the CUDA driver can be loaded and finds a device."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        count = ctypes.c_int(0)
        return (
            driver.cuInit(0) == 0
            and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
            and count.value > 0
        )
    except OSError:
        return False


# What finds the toolkit and the loader's needs reaches the tools.
for name in ("CUDA_ROOT", "CUDA_HOME", "CUDA_PATH", "LD_LIBRARY_PATH", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

if find_ptxas():
    config.available_features.add("ptxas")
if has_gpu():
    config.available_features.add("gpu")
# Tests that name this group share one device: one at a time.
lit_config.parallelism_groups["gpu"] = 1

if "address" in config.upweave_sanitize:
    config.available_features.add("asan")
    # The LLVM packages are not instrumented: containers that they and we grow
    # would be reported, and what they keep until exit.
    config.environment["ASAN_OPTIONS"] = "detect_container_overflow=0:detect_leaks=0"
