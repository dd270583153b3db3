// torch/depthwise_2d.py, written by hand: torch-mlir exports no depthwise transposed
// convolution (llvm/torch-mlir#4621).
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#nchw = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#row = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2, d3) -> (d1)>
#column = affine_map<(d0, d1, d2, d3) -> (d3)>
#chw = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @main(%x: tensor<2x6x5x8xf32>, %w: tensor<6x1x4x4xf32>, %bias: tensor<6xf32>,
                %gamma: tensor<16xf32>, %beta: tensor<16xf32>) -> tensor<2x6x10x16xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %f0 = tensor.empty() : tensor<6x4x4xf32>
  %flipped = linalg.generic {indexing_maps = [#chw], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f0 : tensor<6x4x4xf32>) {
  ^bb0(%o: f32):
    %c = linalg.index 0 : index
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %k = arith.subi %c3, %i : index
    %l = arith.subi %c3, %j : index
    %v = tensor.extract %w[%c, %c0, %k, %l] : tensor<6x1x4x4xf32>
    linalg.yield %v : f32
  } -> tensor<6x4x4xf32>
  %s0 = tensor.empty() : tensor<2x6x13x19xf32>
  %s1 = linalg.fill ins(%zero : f32) outs(%s0 : tensor<2x6x13x19xf32>) -> tensor<2x6x13x19xf32>
  %stuffed = tensor.insert_slice %x into %s1[0, 0, 2, 2] [2, 6, 5, 8] [1, 1, 2, 2]
      : tensor<2x6x5x8xf32> into tensor<2x6x13x19xf32>
  %e = tensor.empty() : tensor<2x6x10x16xf32>
  %init = linalg.broadcast ins(%bias : tensor<6xf32>) outs(%e : tensor<2x6x10x16xf32>) dimensions = [0, 2, 3]
  %conv = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%stuffed, %flipped : tensor<2x6x13x19xf32>, tensor<6x4x4xf32>)
      outs(%init : tensor<2x6x10x16xf32>) -> tensor<2x6x10x16xf32>
  %r = tensor.empty() : tensor<2x6x10xf32>
  %r0 = linalg.fill ins(%zero : f32) outs(%r : tensor<2x6x10xf32>) -> tensor<2x6x10xf32>
  %sum = linalg.reduce { arith.addf } ins(%conv : tensor<2x6x10x16xf32>) outs(%r0 : tensor<2x6x10xf32>) dimensions = [3]
  %d = linalg.generic {indexing_maps = [#nchw, #row, #nchw], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%conv, %sum : tensor<2x6x10x16xf32>, tensor<2x6x10xf32>) outs(%e : tensor<2x6x10x16xf32>) {
  ^bb0(%v: f32, %s: f32, %o: f32):
    %n = arith.constant 16.0 : f32
    %m = arith.divf %s, %n : f32
    %0 = arith.subf %v, %m : f32
    linalg.yield %0 : f32
  } -> tensor<2x6x10x16xf32>
  %squares = linalg.generic {indexing_maps = [#nchw, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%d : tensor<2x6x10x16xf32>) outs(%r0 : tensor<2x6x10xf32>) {
  ^bb0(%v: f32, %o: f32):
    %0 = arith.mulf %v, %v : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<2x6x10xf32>
  %y = linalg.generic {indexing_maps = [#nchw, #row, #column, #column, #nchw], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%d, %squares, %gamma, %beta : tensor<2x6x10x16xf32>, tensor<2x6x10xf32>, tensor<16xf32>, tensor<16xf32>)
      outs(%e : tensor<2x6x10x16xf32>) {
  ^bb0(%v: f32, %q: f32, %g: f32, %b: f32, %o: f32):
    %n = arith.constant 16.0 : f32
    %eps = arith.constant 1.0e-5 : f32
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.707106769 : f32
    %scale = arith.constant 0.7 : f32
    %var = arith.divf %q, %n : f32
    %0 = arith.addf %var, %eps : f32
    %1 = math.rsqrt %0 : f32
    %2 = arith.mulf %v, %1 : f32
    %3 = arith.mulf %2, %g : f32
    %4 = arith.addf %3, %b : f32
    %5 = arith.mulf %4, %root : f32
    %6 = math.erf %5 : f32
    %7 = arith.addf %6, %one : f32
    %8 = arith.mulf %4, %half : f32
    %9 = arith.mulf %8, %7 : f32
    %10 = arith.mulf %9, %scale : f32
    linalg.yield %10 : f32
  } -> tensor<2x6x10x16xf32>
  return %y : tensor<2x6x10x16xf32>
}
