// The whole of stage 6 on what the fallback makes, for every chip there is.
// REQUIRES: ptxas
// RUN: upweave-opt %s --upweave-lower-to-gpu --upweave-gpu-to-binary=chips=sm_80,sm_86,sm_89,sm_90,sm_100,sm_120 -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: not grep -F '.extern .func' %t.mlir
// Bytes do not change from run to run, and no temporary path is in them.
// RUN: upweave-opt %s --upweave-lower-to-gpu --upweave-gpu-to-binary=chips=sm_80,sm_86,sm_89,sm_90,sm_100,sm_120 -o %t.again.mlir
// RUN: cmp %t.mlir %t.again.mlir
// RUN: not grep -F upweave- %t.mlir

// CHECK-NOT: gpu.module
// CHECK:      gpu.binary @kernels
// CHECK-SAME: #gpu.object<#nvvm.target<O = 3, chip = "sm_80", features = "+ptx80">, kernels = <[
// CHECK-SAME: #gpu.kernel_metadata<"f_0_tanh"
// CHECK-SAME: metadata = {registers = {{[1-9][0-9]*}} : i64, shared_bytes = 0 : i64, spill_load_bytes = 0 : i64, spill_store_bytes = 0 : i64, stack_bytes = 0 : i64}
// CHECK-SAME: #gpu.object<#nvvm.target<O = 3, chip = "sm_80", features = "+ptx80">, assembly = "//
// CHECK-SAME: .version 8.0\0A.target sm_80
// CHECK-SAME: .version 8.0\0A.target sm_86
// CHECK-SAME: .version 8.0\0A.target sm_89
// CHECK-SAME: .version 8.0\0A.target sm_90
// CHECK-SAME: .version 8.6\0A.target sm_100
// CHECK-SAME: .version 8.7\0A.target sm_120
func.func @f(%x: memref<?x64xf32>, %h: memref<?x64xbf16>, %p: memref<?x64xf64>, %s: memref<?xf16>) {
  linalg.tanh ins(%x : memref<?x64xf32>) outs(%x : memref<?x64xf32>)
  linalg.elementwise kind=#linalg.elementwise_kind<erf> ins(%h : memref<?x64xbf16>) outs(%h : memref<?x64xbf16>)
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x64xf32>) outs(%p : memref<?x64xf64>) {
  ^bb0(%a: f32, %b: f64):
    %0 = math.sin %a : f32
    %1 = arith.extf %0 : f32 to f64
    %2 = math.cos %1 : f64
    %3 = math.powf %2, %b : f64
    %4 = arith.remf %3, %1 : f64
    %5 = math.log1p %4 : f64
    %6 = math.round %5 : f64
    %7 = math.atan2 %6, %1 : f64
    %8 = math.cbrt %7 : f64
    linalg.yield %8 : f64
  }
  linalg.reduce ins(%h : memref<?x64xbf16>) outs(%s : memref<?xf16>) dimensions = [1] (%a: bf16, %b: f16) {
    %0 = arith.extf %a : bf16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.maximumf %0, %1 : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.truncf %3 : f32 to f16
    linalg.yield %4 : f16
  }
  return
}
