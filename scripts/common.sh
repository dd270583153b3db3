# shellcheck shell=bash
# What the scripts share: where the project is, who may install, how long a step
# took. Sourced, with the project's root as working directory afterwards.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# say TEXT...: a heading, with the seconds since the script began.
say() { printf '\n==> [%3d s] %s\n' "$SECONDS" "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# usage: prints the comment at the head of the script, from its second line to
# the first that is no comment.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 && !/SPDX/ { sub(/^# ?/, ""); print }' "$0"; }

# as_root COMMAND...: runs it as root, through sudo where that is needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

can_be_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

# jobs_for_build: one compiler per core, but no more than memory allows at 1.5 GB
# each; UPWEAVE_JOBS overrides it.
jobs_for_build() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
  [ "${memory:-1}" -ge 1 ] || memory=1
  echo "${UPWEAVE_JOBS:-$((cores < memory ? cores : memory))}"
}

# configure PRESET [ARGUMENT...]: quiet unless it fails.
configure() {
  local log=build/$1.configure.log
  mkdir -p build
  if ! cmake --preset "$@" >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}

# build PRESET [TARGET...]: with a line of progress a step.
build() {
  local preset=$1
  shift
  NINJA_STATUS='[%f/%t %e s] ' cmake --build --preset "$preset" \
    --parallel "$(jobs_for_build)" ${1:+--target "$@"}
}

# find_ptxas: prints the path of ptxas, looked for where the compiler looks.
find_ptxas() {
  local root
  for root in "${CUDA_ROOT:-}" "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda; do
    if [ -n "$root" ] && [ -x "$root/bin/ptxas" ]; then
      echo "$root/bin/ptxas"
      return
    fi
  done
  command -v ptxas
}

# has_gpu: true where the CUDA driver finds a device.
has_gpu() {
  python3 - <<'PYTHON'
import ctypes, sys
try:
    driver = ctypes.CDLL("libcuda.so.1")
    count = ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    sys.exit(0 if found and count.value > 0 else 1)
except OSError:
    sys.exit(1)
PYTHON
}
