# What the benchmarks' shell scripts share; to be sourced.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
script=$(realpath "$0")
cd "$(dirname "$script")/.."

compile=build/release/bin/upweave-compile

# choose_halves [build | run | all]: sets `building` and `running`. Another word
# prints the usage of the script that sources this one (lines 5 to 8) and ends it.
choose_halves() {
  building=1 running=1
  case ${1:-all} in
  all) ;;
  build) running= ;;
  run) building= ;;
  *)
    sed -n "5,8s/^# \\{0,1\\}//p" "$script"
    exit 2
    ;;
  esac
  if [ -n "$building" ] && [ ! -x "$compile" ]; then
    echo "$compile is missing: build the preset 'release' first" >&2
    exit 1
  fi
}
