// RUN: upweave-opt %s --split-input-file --verify-diagnostics --upweave-expand-math

func.func @quad(%x: f128) -> f128 {
  // expected-error @below {{'math.exp' on 'f128' has no expansion into instructions: rewrite it with functions that have one, or in f32}}
  %0 = math.exp %x : f128
  return %0 : f128
}

// -----

func.func @matrix(%x: vector<2x2xf32>) -> vector<2x2xf32> {
  // expected-error @below {{'math.tanh' on 'vector<2x2xf32>' has no expansion}}
  %0 = math.tanh %x : vector<2x2xf32>
  return %0 : vector<2x2xf32>
}
