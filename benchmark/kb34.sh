#!/usr/bin/env bash
# Compiles the benchmark's bundles, and times them where there is a GPU.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: benchmark/kb34.sh build   compile the bundles into build/bench (needs the compiler)
#        benchmark/kb34.sh run     time them beside their peers (needs a GPU, PyTorch and Triton)
# Without an argument it does both. The two halves may run on two machines that
# share build/bench, which also receives the runtime.
source "$(dirname "$0")/common.sh"
choose_halves "$@"
bench=build/bench

if [ -n "$building" ]; then
  mkdir -p "$bench"
  while read -r name precision file; do
    echo "compiling $name"
    "$compile" "$file" --chip sm_89,sm_90 --no-host --precision="$precision" \
      -o "$bench/$name.upw" --report="$bench/$name.json"
  done <<'LIST'
kb34_erf_static_tf32 tf32 examples/kb34/kb34_f32.mlir
kb34_erf_static_ieee ieee examples/kb34/kb34_f32.mlir
kb34_erf_dynamic_tf32 tf32 examples/kb34/kb34_f32_dynamic_batch.mlir
kb34_erf_dynamic_ieee ieee examples/kb34/kb34_f32_dynamic_batch.mlir
kb34_tanh_static_tf32 tf32 examples/kb34/kb34_f32_tanh.mlir
kb34_tanh_static_ieee ieee examples/kb34/kb34_f32_tanh.mlir
kb34_tanh_dynamic_tf32 tf32 benchmark/ir/kb34_tanh_dynamic.mlir
kb34_tanh_dynamic_ieee ieee benchmark/ir/kb34_tanh_dynamic.mlir
kb34_epilogue_erf ieee benchmark/ir/kb34_epilogue_erf.mlir
kb34_epilogue_tanh ieee benchmark/ir/kb34_epilogue_tanh.mlir
LIST
  cp build/release/lib/libupweave_runtime.so* build/release/bin/upweave-run "$bench/"
fi
if [ -n "$running" ]; then
  python3 benchmark/kb34.py --runtime "$bench/libupweave_runtime.so" \
    --bundles "$bench" --image sm_90 --image ptx:sm_89 --out "$bench/results"
fi
