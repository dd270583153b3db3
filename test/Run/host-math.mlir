// log1p and expm1 on the host at tiny, huge and special arguments: their
// values, not those of log(1 + x) and exp(x) - 1.
// RUN: upweave-compile %s -o %t.upw
// RUN: %python %S/Inputs/math_inputs.py f16 %t.npy
// RUN: upweave-run %t.upw --device=host --entry f16 --in %t.npy --check | FileCheck %s
// RUN: %python %S/Inputs/math_inputs.py bf16 %t.npy
// RUN: upweave-run %t.upw --device=host --entry bf16 --in %t.npy --check | FileCheck %s
// RUN: %python %S/Inputs/math_inputs.py f32 %t.npy
// RUN: upweave-run %t.upw --device=host --entry f32 --in %t.npy --check | FileCheck %s
// RUN: %python %S/Inputs/math_inputs.py f64 %t.npy
// RUN: upweave-run %t.upw --device=host --entry f64 --in %t.npy --check | FileCheck %s
// CHECK: check result0: passed, 80 of 80
// CHECK: check result1: passed, 80 of 80

#id = affine_map<(d0) -> (d0)>

func.func @f16(%x: tensor<80xf16>) -> (tensor<80xf16>, tensor<80xf16>) {
  %e = tensor.empty() : tensor<80xf16>
  %l, %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%x : tensor<80xf16>) outs(%e, %e : tensor<80xf16>, tensor<80xf16>) {
  ^bb0(%in: f16, %o0: f16, %o1: f16):
    %0 = math.log1p %in : f16
    %1 = math.expm1 %in : f16
    linalg.yield %0, %1 : f16, f16
  } -> (tensor<80xf16>, tensor<80xf16>)
  return %l, %m : tensor<80xf16>, tensor<80xf16>
}

func.func @bf16(%x: tensor<80xbf16>) -> (tensor<80xbf16>, tensor<80xbf16>) {
  %e = tensor.empty() : tensor<80xbf16>
  %l, %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%x : tensor<80xbf16>) outs(%e, %e : tensor<80xbf16>, tensor<80xbf16>) {
  ^bb0(%in: bf16, %o0: bf16, %o1: bf16):
    %0 = math.log1p %in : bf16
    %1 = math.expm1 %in : bf16
    linalg.yield %0, %1 : bf16, bf16
  } -> (tensor<80xbf16>, tensor<80xbf16>)
  return %l, %m : tensor<80xbf16>, tensor<80xbf16>
}

func.func @f32(%x: tensor<80xf32>) -> (tensor<80xf32>, tensor<80xf32>) {
  %e = tensor.empty() : tensor<80xf32>
  %l, %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%x : tensor<80xf32>) outs(%e, %e : tensor<80xf32>, tensor<80xf32>) {
  ^bb0(%in: f32, %o0: f32, %o1: f32):
    %0 = math.log1p %in : f32
    %1 = math.expm1 %in : f32
    linalg.yield %0, %1 : f32, f32
  } -> (tensor<80xf32>, tensor<80xf32>)
  return %l, %m : tensor<80xf32>, tensor<80xf32>
}

func.func @f64(%x: tensor<80xf64>) -> (tensor<80xf64>, tensor<80xf64>) {
  %e = tensor.empty() : tensor<80xf64>
  %l, %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%x : tensor<80xf64>) outs(%e, %e : tensor<80xf64>, tensor<80xf64>) {
  ^bb0(%in: f64, %o0: f64, %o1: f64):
    %0 = math.log1p %in : f64
    %1 = math.expm1 %in : f64
    linalg.yield %0, %1 : f64, f64
  } -> (tensor<80xf64>, tensor<80xf64>)
  return %l, %m : tensor<80xf64>, tensor<80xf64>
}
