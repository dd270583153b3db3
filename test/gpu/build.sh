#!/usr/bin/env bash
# Compiles what test/gpu/run.py checks on a GPU into build/gpu, where LLVM is.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: test/gpu/build.sh [--chip=LIST] [IR.mlir ...]
#   --chip=LIST  chips to compile for (default sm_89,sm_90)
#   IR.mlir      more functions to compile, beside the project's own
# Then, on a machine with a GPU that has build/gpu (and PyTorch, for the test of
# CUDA graphs): test/gpu/run.py
set -euo pipefail
cd "$(dirname "$0")/../.."
chips=sm_89,sm_90 files=()
for argument; do
  case $argument in
  --chip=*) chips=${argument#*=} ;;
  -h | --help | -*) sed -n '5,9s/^# \{0,1\}//p' "$0" && exit 2 ;;
  *) files+=("$argument") ;;
  esac
done
bin=build/release/bin out=build/gpu
[ -x $bin/upweave-compile ] || { echo "$bin/upweave-compile is missing: build the preset 'release' first" >&2; exit 1; }
rm -rf $out
mkdir -p $out/ir $out/frontends
for kind in float int cast; do
  python3 test/Compile/Inputs/op_sweep.py $kind >$out/ir/ops_$kind.mlir
done
for length in short long; do
  python3 test/Compile/Inputs/row_sweep.py $length >$out/ir/rows_$length.mlir
done
for file in $out/ir/*.mlir examples/kb34/kb34tiny_*.mlir test/Run/*.mlir "${files[@]}"; do
  name=$(basename "$(dirname "$file")")_$(basename "$file" .mlir)
  echo "compiling $name"
  $bin/upweave-compile "$file" --chip=$chips --no-host -o $out/$name.upw 2>$out/log ||
    { cat $out/log >&2; exit 1; }
done
python3 test/Simulate/coverage.py --write $out/coverage all
for file in $out/coverage/*.mlir; do
  name=$(basename "$file" .mlir)
  $bin/upweave-compile "$file" --chip=$chips --precision="${name##*-}" --no-host -o $out/coverage_$name.upw
done
for file in test/frontends/ir/*.mlir; do
  $bin/upweave-compile "$file" --chip=$chips --no-host -o $out/frontends/$(basename "$file" .mlir).upw
done
cp build/release/lib/libupweave_runtime.so* $bin/upweave-run $out/
