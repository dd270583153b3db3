#!/usr/bin/env bash
# Compiles the bundles of blocks.py, and times them where there is a GPU.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: benchmark/blocks.sh build   compile the bundles into build/bench-blocks (needs the compiler)
#        benchmark/blocks.sh run     time them beside PyTorch (needs a GPU and PyTorch)
# Without an argument it does both. The two halves may run on two machines that
# share build/bench-blocks, which also receives the runtime.
source "$(dirname "$0")/common.sh"
choose_halves "$@"
bench=build/bench-blocks

if [ -n "$building" ]; then
  mkdir -p "$bench"
  for precision in tf32 ieee; do
    while read -r name file; do
      echo "compiling $name, $precision"
      "$compile" "$file" --chip sm_89,sm_90 --no-host --precision=$precision \
        -o "$bench/${name}_$precision.upw" --report="$bench/${name}_$precision.json"
    done <<'LIST'
kb34 examples/kb34/kb34_f32_dynamic_batch.mlir
sam_upscale benchmark/ir/sam_upscale.mlir
kb100 benchmark/ir/kb100.mlir
kb26 benchmark/ir/kb26.mlir
grouped_1d benchmark/ir/grouped_1d.mlir
LIST
  done
  cp build/release/lib/libupweave_runtime.so* "$bench/"
fi
if [ -n "$running" ]; then
  python3 benchmark/blocks.py --runtime "$bench/libupweave_runtime.so" \
    --bundles "$bench" --image sm_90 --ieee --out "$bench/results"
fi
