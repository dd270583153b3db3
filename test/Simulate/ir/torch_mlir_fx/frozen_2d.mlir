// torch-mlir 20261001 with torch 2.15.0. The weights are constants in resources.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>) -> tensor<2x4x8x10xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 0.69999999999999996 : f64
    %cst_4 = arith.constant dense_resource<torch_tensor_10_torch.float32_1> : tensor<10xf32>
    %cst_5 = arith.constant dense_resource<torch_tensor_10_torch.float32> : tensor<10xf32>
    %cst_6 = arith.constant 1.000000e-05 : f64
    %cst_7 = arith.constant dense_resource<torch_tensor_3_4_4_4_torch.float32> : tensor<3x4x4x4xf32>
    %cst_8 = arith.constant dense_resource<torch_tensor_4_torch.float32> : tensor<4xf32>
    %c3 = arith.constant 3 : index
    %cst_9 = arith.constant 1.000000e+01 : f64
    %cst_10 = arith.constant 1.000000e+01 : f32
    %cst_11 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %30 = linalg.index 0 : index
      %31 = linalg.index 1 : index
      %32 = linalg.index 2 : index
      %33 = linalg.index 3 : index
      %34 = arith.subi %c3, %32 : index
      %35 = arith.subi %c3, %33 : index
      %extracted = tensor.extract %cst_7[%31, %30, %34, %35] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x11x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x11x13xf32>) -> tensor<2x3x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x11x13xf32>
    %5 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%cst_8 : tensor<4xf32>) outs(%5 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x3x11x13xf32>, tensor<4x3x4x4xf32>) outs(%broadcasted : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
    %7 = tensor.empty() : tensor<2x4x8x10xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f32, %out: f64):
      %30 = arith.extf %in : f32 to f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %9 = tensor.empty() : tensor<2x4x8x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<2x4x8x1xf64>) -> tensor<2x4x8x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<2x4x8x10xf64>) outs(%10 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x4x8x1xf64>) outs(%9 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_9 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<2x4x8x10xf64>, tensor<2x4x8x1xf64>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %30 = arith.subf %in, %in_12 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<2x4x8x10xf64>, tensor<2x4x8x10xf64>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_12: f64, %out: f64):
      %30 = arith.mulf %in, %in_12 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%14 : tensor<2x4x8x10xf64>) outs(%10 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x8x1xf64>) outs(%9 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_9 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %17 = tensor.empty() : tensor<2x4x8x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x8x1xf64>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %30 = arith.truncf %in : f64 to f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%19 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %out : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_10 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.truncf %cst_6 : f64 to f32
      %31 = arith.addf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x4x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = math.rsqrt %in : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %21 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %30 = arith.subf %in, %in_12 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %23 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %30 = arith.mulf %in, %in_12 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25, %cst_5 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %30 = arith.mulf %in, %in_12 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %cst_4 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_12: f32, %out: f32):
      %30 = arith.addf %in, %in_12 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_11 : f32
      %31 = math.erf %30 : f32
      %32 = arith.addf %31, %cst_1 : f32
      %33 = arith.mulf %32, %cst_2 : f32
      %34 = arith.mulf %in, %33 : f32
      linalg.yield %34 : f32
    } -> tensor<2x4x8x10xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.truncf %cst_3 : f64 to f32
      %31 = arith.mulf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x4x8x10xf32>
    return %29 : tensor<2x4x8x10xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_10_torch.float32_1: "0x04000000BF26D2BEC8A2123E200147BE0563D13D2EA397BE2F2D203EF2DEF7BED0B6363E6FD3173EE09678BE",
      torch_tensor_10_torch.float32: "0x04000000B2D7AD3FBB5E583F7211AA3FB06E333FEB32A63FDE7CB63FA7D3B33FC6D9953FF0179E3F33F30C3F",
      torch_tensor_3_4_4_4_torch.float32: "0x040000009BAE50BE7B8FDD3D65ECBCBD8551D33DB5EE593EE04B9E3DC09EE63DF53D303E0BA47F3EAEC9743EF7490F3E1676923CF58407BCF4BD40BEE09C763E1BE491BD6D51003E4DF7433EBC2507BD72981F3D075A7C3E2C1B96BDA485043EE5775D3E0DBC78BE4A7DD0BC662B28BD21B240BD6F06063E6661503EAFD6033E7631A0BD38FEB33C29382ABE1F745ABEA22EE2BD69C1823C4DF77CBDF55A08BEECF5253EAC67583E53A1B5BDA2D0253E22856A3EFB133E3E983BBE3D94CC223E208C813DC9B54CBE312194BA6950C93C71FB4ABEF3CBEEBC331C73BEEBEF84BDA24C48BC4F4D733EB1C84E3E844405BEBB7199BD592D5B3E8A1382BD7B02F13DA21418BE2D0C203E6FD9783D6CD55A3E60A633BE39679B3D8364B43D39A3F53D7D7D673EAC5C203E9A54EFBD206471BE63F52BBEC73B1ABEA4C315BEAE831F3D3A1B5F3EC38EB3BD6EFBE13D4B596CBAD1488B3DCD943C3EC0ECFE3CF35A5ABEADE40ABE76752F3E1EB82D3EE95243BE406E4D3EAD7341BE3CE835BEE7A6673ECAAA733DAD096F3EC2E2143CCA86F93DC753613E41AC283EDDE679BE89E245BE5A218DBDE2C4B93DB5F76E3E56195ABD8A97213EAD1E39BE9DF1BABAF2E9953C0655F33D917480BDFFC5533E6A88383CDB23723E7B7B15BDAFFA74BEB9D22C3E43A5663DC642023E3E56153CDCC66BBE3F33FC3C419A9DBD7A5335BE2C3AD03DBAA6A43D0EF64EBEF7845DBE7C6DBCBDDF2999BDDEE6273D67CB03BE1AE64D3E7EE89FBDA0A09CBD20D7AA3BCB6E233E7F66243E84160DBD5FB4453E1456F8BDBB3BCE3D87EE6ABE4D0C18BCB8569DBDA406A0BD8A566EBC0777573E9B896DBE4FBACC3DA46B553EA052153E5909FD3D6BB217BE39CA25BE313E2D3E5420973C08217E3E29A15F3E7E4ECEBDD9E0563EBDB2A83D6ADE15BE456716BEC788FBBD0F0F343EC44D8E3D23E23FBEBA51393E617C23BEB453083EFE8F223E534EAD3D0BD36EBE258512BEFDDBDB3D5FADB8BD726524BED0E0A0BDC837623A2C8B32BEA957853A31C83A3ED59DCA3DA51B2BBD344C69BE92972CBECC1F23BDA907CB3C7413673E",
      torch_tensor_4_torch.float32: "0x04000000BBA2F1BEE7B2A7BE4C2605BC0FAEEE3E"
    }
  }
#-}
