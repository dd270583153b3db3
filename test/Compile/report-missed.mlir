// What did not fuse, and why, is in the report; so is what a reader should know.
// RUN: upweave-compile %s -o %t.upw --report 2>&1 | FileCheck %s
// RUN: upweave-compile %s -o %t.upw --report=%t.json
// RUN: %python -c "import json, sys; r = json.load(open(sys.argv[1])); m, = r['missed']; assert m['id'] == 'non-zero-fill' and ':24:' in m['location'] and 'hold 1.0' in m['reason'], m; assert 'schedule-selected' in [n['id'] for n in r['notes']], r['notes']" %t.json

// CHECK: Not fused
// CHECK-NEXT: {{.*}}report-missed.mlir:24:{{[0-9]+}}: [non-zero-fill] 'linalg.conv_1d_ncw_fcw' is not raised; {{.+}}; to fuse: stuff with zeros
// CHECK: Notes
// CHECK: [block-formed] stored tensor
// CHECK: [schedule-selected] rows for sm_89

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

func.func @ones(%x: tensor<1x2x4xf32>, %w: tensor<3x2x3xf32>) -> tensor<1x3x7xf32> {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x9xf32>
  %ones = linalg.fill ins(%one : f32) outs(%e : tensor<1x2x9xf32>) -> tensor<1x2x9xf32>
  %s = tensor.insert_slice %x into %ones[0, 0, 1] [1, 2, 4] [1, 1, 2]
         : tensor<1x2x4xf32> into tensor<1x2x9xf32>
  %f = tensor.empty() : tensor<1x3x7xf32>
  %i = linalg.fill ins(%zero : f32) outs(%f : tensor<1x3x7xf32>) -> tensor<1x3x7xf32>

  %c = linalg.conv_1d_ncw_fcw ins(%s, %w : tensor<1x2x9xf32>, tensor<3x2x3xf32>)
         outs(%i : tensor<1x3x7xf32>) -> tensor<1x3x7xf32>
  %m = tensor.empty() : tensor<1x3xf32>
  %n = linalg.fill ins(%zero : f32) outs(%m : tensor<1x3xf32>) -> tensor<1x3xf32>
  %sum = linalg.reduce { arith.addf } ins(%c : tensor<1x3x7xf32>) outs(%n : tensor<1x3xf32>) dimensions = [2]
  %y = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1, d2) -> (d0, d1)>, #id],
                       iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%c, %sum : tensor<1x3x7xf32>, tensor<1x3xf32>) outs(%f : tensor<1x3x7xf32>) {
       ^bb0(%a: f32, %b: f32, %o: f32):
         %d = arith.divf %a, %b : f32
         linalg.yield %d : f32
       } -> tensor<1x3x7xf32>
  return %y : tensor<1x3x7xf32>
}
