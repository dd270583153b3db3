#all = affine_map<(n, c, h, w) -> (n, c, h, w)>
#kept = affine_map<(n, c, h, w) -> (n, c)>
func.func @main(%x: tensor<1x64x1026x1026xf32>, %w: tensor<8x64x3x3xf32>)
    -> tensor<1x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8x1024x1024xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x1024x1024xf32>)
    -> tensor<1x8x1024x1024xf32>
  %y = linalg.conv_2d_nchw_fchw
    ins(%x, %w : tensor<1x64x1026x1026xf32>, tensor<8x64x3x3xf32>)
    outs(%f : tensor<1x8x1024x1024xf32>) -> tensor<1x8x1024x1024xf32>
  %s = tensor.empty() : tensor<1x8xf32>
  %t = linalg.fill ins(%zero : f32) outs(%s : tensor<1x8xf32>)
    -> tensor<1x8xf32>
  %m = linalg.generic {indexing_maps = [#all, #kept],
      iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
    ins(%y : tensor<1x8x1024x1024xf32>) outs(%t : tensor<1x8xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %r = arith.addf %v, %acc : f32
    linalg.yield %r : f32
  } -> tensor<1x8xf32>
  return %m : tensor<1x8xf32>
}
