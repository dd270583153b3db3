// Rows that stay in shared memory between the passes, as schedules say: whole or in
// part, with the next tile's copied ahead, along and across, padded and masked.
// RUN: upweave-compile %s -o %t.upw --chip=sm_89,sm_90 --report=%t.json 2>/dev/null
// RUN: FileCheck %s --input-file=%t.json --check-prefix=SPILLS
// RUN: upweave-run %t.upw --entry=partly --device=host --check | FileCheck %s
// RUN: upweave-check %s --chip=sm_90 --inputs=normal,large-mean,nan | FileCheck %s --check-prefix=SIMULATED
// SIMULATED-NOT: FAILED
// SIMULATED: {{^passed}}
// SPILLS-NOT: "spill_bytes": {{[1-9]}}
// CHECK: check {{.*}}: passed

func.func @whole(%x: tensor<5x4096xf32>, %r: tensor<5x4096xf32>, %g: tensor<4096xf32>) -> tensor<5x4096xf32> {
  %e = tensor.empty() : tensor<5x4096xf32>
  %y = upweave.block domain [5, 4096] rows [1]
      stored(%x : tensor<5x4096xf32>) params(%r[d0, d1], %g[d1] : tensor<5x4096xf32>, tensor<4096xf32>)
      outs(%e : tensor<5x4096xf32>)
      attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 4, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32, %a: f32, %b: f32):
    %s = arith.addf %v, %a : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    upweave.yield %o : f32
  }
  return %y : tensor<5x4096xf32>
}

func.func @partly(%x: tensor<5x5000xf32>, %r: tensor<5x5000xf16>, %g: tensor<5000xf32>) -> tensor<5x5000xf32> {
  %e = tensor.empty() : tensor<5x5000xf32>
  %y = upweave.block domain [5, 5000] rows [1]
      stored(%x : tensor<5x5000xf32>) params(%r[d0, d1], %g[d1] : tensor<5x5000xf16>, tensor<5000xf32>)
      outs(%e : tensor<5x5000xf32>)
      attributes {schedule = #upweave.rows<warps = 4, lanes = 128, vector = 4, registers = 8, looped = true, staged = 3, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32, %a: f16, %b: f32):
    %aw = arith.extf %a : f16 to f32
    %s = arith.addf %v, %aw : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    upweave.yield %o : f32
  }
  return %y : tensor<5x5000xf32>
}

func.func @ahead(%x: tensor<37x2048xf16>, %r: tensor<37x2048xf16>, %g: tensor<2048xf32>) -> tensor<37x2048xf16> {
  %e = tensor.empty() : tensor<37x2048xf16>
  %y = upweave.block domain [37, 2048] rows [1]
      stored(%x : tensor<37x2048xf16>) params(%r[d0, d1], %g[d1] : tensor<37x2048xf16>, tensor<2048xf32>)
      outs(%e : tensor<37x2048xf16>)
      attributes {schedule = #upweave.rows<warps = 4, lanes = 128, vector = 8, registers = 8, looped = true, staged = 2, rows_per_thread = 1, tiles_per_block = 5>} {
  ^bb0(%v: f16, %a: f16, %b: f32):
    %vw = arith.extf %v : f16 to f32
    %aw = arith.extf %a : f16 to f32
    %s = arith.addf %vw, %aw : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return %y : tensor<37x2048xf16>
}

func.func @partly_ahead(%x: tensor<37x3000xf16>, %r: tensor<37x3000xf32>, %g: tensor<3000xf32>) -> tensor<37x3000xf16> {
  %e = tensor.empty() : tensor<37x3000xf16>
  %y = upweave.block domain [37, 3000] rows [1]
      stored(%x : tensor<37x3000xf16>) params(%r[d0, d1], %g[d1] : tensor<37x3000xf32>, tensor<3000xf32>)
      outs(%e : tensor<37x3000xf16>)
      attributes {schedule = #upweave.rows<warps = 2, lanes = 32, vector = 4, registers = 8, looped = true, staged = 5, rows_per_thread = 2, tiles_per_block = 3>} {
  ^bb0(%v: f16, %a: f32, %b: f32):
    %vw = arith.extf %v : f16 to f32
    %s = arith.addf %vw, %a : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return %y : tensor<37x3000xf16>
}

func.func @scalars(%x: tensor<7x1023xf16>, %r: tensor<7x1023xf16>, %g: tensor<1023xf32>) -> tensor<7x1023xf16> {
  %e = tensor.empty() : tensor<7x1023xf16>
  %y = upweave.block domain [7, 1023] rows [1]
      stored(%x : tensor<7x1023xf16>) params(%r[d0, d1], %g[d1] : tensor<7x1023xf16>, tensor<1023xf32>)
      outs(%e : tensor<7x1023xf16>)
      attributes {schedule = #upweave.rows<warps = 4, lanes = 128, vector = 1, registers = 3, looped = true, staged = 2, rows_per_thread = 1, tiles_per_block = 2>} {
  ^bb0(%v: f16, %a: f16, %b: f32):
    %vw = arith.extf %v : f16 to f32
    %aw = arith.extf %a : f16 to f32
    %s = arith.addf %vw, %aw : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return %y : tensor<7x1023xf16>
}

func.func @across(%x: tensor<3x500x72xf16>, %r: tensor<3x500x72xf16>, %g: tensor<500xf32>) -> tensor<3x500x72xf16> {
  %e = tensor.empty() : tensor<3x500x72xf16>
  %y = upweave.block domain [3, 500, 72] rows [1]
      stored(%x : tensor<3x500x72xf16>) params(%r[d0, d1, d2], %g[d1] : tensor<3x500x72xf16>, tensor<500xf32>)
      outs(%e : tensor<3x500x72xf16>)
      attributes {schedule = #upweave.rows<warps = 8, lanes = 64, vector = 8, registers = 16, looped = true, staged = 4, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f16, %a: f16, %b: f32):
    %vw = arith.extf %v : f16 to f32
    %aw = arith.extf %a : f16 to f32
    %s = arith.addf %vw, %aw : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return %y : tensor<3x500x72xf16>
}

func.func @across_ahead(%x: tensor<3x300x200xf32>, %r: tensor<3x300x200xf32>, %g: tensor<300xf32>) -> tensor<3x300x200xf32> {
  %e = tensor.empty() : tensor<3x300x200xf32>
  %y = upweave.block domain [3, 300, 200] rows [1]
      stored(%x : tensor<3x300x200xf32>) params(%r[d0, d1, d2], %g[d1] : tensor<3x300x200xf32>, tensor<300xf32>)
      outs(%e : tensor<3x300x200xf32>)
      attributes {schedule = #upweave.rows<warps = 16, lanes = 64, vector = 4, registers = 8, looped = true, staged = 2, rows_per_thread = 1, tiles_per_block = 2>} {
  ^bb0(%v: f32, %a: f32, %b: f32):
    %s = arith.addf %v, %a : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    upweave.yield %o : f32
  }
  return %y : tensor<3x300x200xf32>
}

func.func @columns(%x: tensor<3x100x72xf16>, %r: tensor<3x100x72xf16>, %g: tensor<100xf32>) -> tensor<3x100x72xf16> {
  %e = tensor.empty() : tensor<3x100x72xf16>
  %y = upweave.block domain [3, 100, 72] rows [1]
      stored(%x : tensor<3x100x72xf16>) params(%r[d0, d1, d2], %g[d1] : tensor<3x100x72xf16>, tensor<100xf32>)
      outs(%e : tensor<3x100x72xf16>)
      attributes {schedule = #upweave.rows<warps = 8, lanes = 64, vector = 8, registers = 16, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f16, %a: f16, %b: f32):
    %vw = arith.extf %v : f16 to f32
    %aw = arith.extf %a : f16 to f32
    %s = arith.addf %vw, %aw : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return %y : tensor<3x100x72xf16>
}

func.func @two_dims(%x: tensor<2x40x6x64xf32>, %r: tensor<2x40x6x64xf32>, %g: tensor<64xf32>) -> tensor<2x40x6x64xf32> {
  %e = tensor.empty() : tensor<2x40x6x64xf32>
  %y = upweave.block domain [2, 40, 6, 64] rows [1, 3]
      stored(%x : tensor<2x40x6x64xf32>) params(%r[d0, d1, d2, d3], %g[d3] : tensor<2x40x6x64xf32>, tensor<64xf32>)
      outs(%e : tensor<2x40x6x64xf32>)
      attributes {schedule = #upweave.rows<warps = 4, lanes = 128, vector = 4, registers = 4, looped = true, staged = 5, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32, %a: f32, %b: f32):
    %s = arith.addf %v, %a : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %b : f32
    upweave.yield %o : f32
  }
  return %y : tensor<2x40x6x64xf32>
}
