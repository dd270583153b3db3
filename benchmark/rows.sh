#!/usr/bin/env bash
# Compiles the row programs' bundles, and times them where there is a GPU.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: benchmark/rows.sh build   compile the bundles into build/bench/rows (needs the compiler)
#        benchmark/rows.sh run     time them beside their peers (needs a GPU, PyTorch and Triton)
# Without an argument it does both.
source "$(dirname "$0")/common.sh"
choose_halves "$@"
bench=build/bench

if [ -n "$building" ]; then
  rm -rf $bench/rows
  python3 benchmark/rows_cases.py $bench/rows
  for file in $bench/rows/*.mlir; do
    "$compile" "$file" --chip sm_89,sm_90 --no-host -o "${file%.mlir}.upw" --report="${file%.mlir}.json"
  done
  cp build/release/lib/libupweave_runtime.so* build/release/bin/upweave-run "$bench/"
fi
if [ -n "$running" ]; then
  python3 benchmark/rows.py --out "$bench/results"
fi
