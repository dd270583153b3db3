// Two entries: one of two blocks with a gather between them, which no block
// takes, and one with a dynamic batch, of single operations.
func.func @chain(%x: tensor<6x20xf32>, %g: tensor<20xf32>) -> tensor<6x20xf32> {
  %e = tensor.empty() : tensor<6x20xf32>
  %a = upweave.block domain [6, 20] rows [1] stored(%x : tensor<6x20xf32>)
         params(%g[d1] : tensor<20xf32>) outs(%e : tensor<6x20xf32>) {
       ^bb0(%v: f32, %s: f32):
         %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
         %o = arith.mulf %n, %s : f32
         upweave.yield %o : f32
       }
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
         outs(%e : tensor<6x20xf32>) {
       ^bb0(%o: f32):
         %i = linalg.index 0 : index
         %j = linalg.index 1 : index
         %c7 = arith.constant 7 : index
         %c20 = arith.constant 20 : index
         %t = arith.muli %j, %c7 : index
         %k = arith.remui %t, %c20 : index
         %v = tensor.extract %a[%i, %k] : tensor<6x20xf32>
         linalg.yield %v : f32
       } -> tensor<6x20xf32>
  %b = upweave.block domain [6, 20] rows [1] stored(%r : tensor<6x20xf32>)
         outs(%e : tensor<6x20xf32>) {
       ^bb0(%v: f32):
         %m = upweave.row_reduce <maxnumf> %v : f32
         %d = arith.subf %v, %m : f32
         %p = math.exp %d : f32
         upweave.yield %p : f32
       }
  return %b : tensor<6x20xf32>
}

func.func @twice(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %y = linalg.add ins(%x, %x : tensor<?x5xf32>, tensor<?x5xf32>) outs(%e : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}
