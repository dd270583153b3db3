#!/usr/bin/env bash
# Times fused kernels over packed and over strided input.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: benchmark/inputs.sh build   compile the bundles into build/bench-inputs (needs the compiler)
#        benchmark/inputs.sh run     check and time them (needs a GPU)
# Without an argument it does both. The two halves may run on two machines that
# share build/bench-inputs, which also receives upweave-run.
source "$(dirname "$0")/common.sh"
choose_halves "$@"
bench=build/bench-inputs

# Batch 1 and f16 operands of KernelBench 34, as it is after fusion.
one_image() { sed 's/tensor<32x32x16/tensor<1x32x16/g; s/tensor<32x64x32x/tensor<1x64x32x/g; s/domain \[32,/domain [1,/'; }
halves() {
  sed -E 's/(tensor<([0-9]+x){5})f32/\1f16/g; s/^( *)upweave.yield (%[0-9]+) : f32/\1%half = arith.truncf \2 : f32 to f16\n\1upweave.yield %half : f16/'
}

if [ -n "$building" ]; then
  mkdir -p "$bench"
  while read -r name precision edit file; do
    "$compile" --emit=mlir "$file" | $edit >"$bench/$name.mlir"
    for input in packed strided; do
      echo "compiling $name, $precision, $input"
      sed -E "s/^( *outs\(.*\)) \{$/\1 attributes {schedule = #upweave.fused<input = $input>} {/" \
        "$bench/$name.mlir" >"$bench/${name}_$input.mlir"
      "$compile" "$bench/${name}_$input.mlir" --chip sm_89,sm_90 --no-host --precision="$precision" \
        -o "$bench/${name}_${precision}_$input.upw"
    done
  done <<'LIST'
kb34 tf32 cat examples/kb34/kb34_f32.mlir
kb34 ieee cat examples/kb34/kb34_f32.mlir
kb34_f16 ieee halves examples/kb34/kb34_f32.mlir
kb34_one tf32 one_image examples/kb34/kb34_f32.mlir
kb34_one ieee one_image examples/kb34/kb34_f32.mlir
sam_upscale tf32 cat benchmark/ir/sam_upscale.mlir
sam_upscale ieee cat benchmark/ir/sam_upscale.mlir
grouped_1d tf32 cat benchmark/ir/grouped_1d.mlir
grouped_1d ieee cat benchmark/ir/grouped_1d.mlir
kb26 tf32 cat benchmark/ir/kb26.mlir
kb100 tf32 cat benchmark/ir/kb100.mlir
LIST
  cp build/release/bin/upweave-run "$bench/"
fi
if [ -n "$running" ]; then
  for bundle in "$bench"/*.upw; do
    "$bench/upweave-run" "$bundle" --device gpu --check --samples 16 --bench --repeat 30 --quiet
  done
fi
