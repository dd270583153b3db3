// torch/frozen_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x4x4x8xf32>) -> tensor<2x6x8x16xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant dense_resource<torch_tensor_16_torch.float32_1> : tensor<16xf32>
    %cst_4 = arith.constant dense_resource<torch_tensor_16_torch.float32> : tensor<16xf32>
    %cst_5 = arith.constant 1.000000e-05 : f64
    %cst_6 = arith.constant dense_resource<torch_tensor_4_6_4_4_torch.float32> : tensor<4x6x4x4xf32>
    %cst_7 = arith.constant dense_resource<torch_tensor_6_torch.float32> : tensor<6xf32>
    %c3 = arith.constant 3 : index
    %cst_8 = arith.constant 1.600000e+01 : f64
    %cst_9 = arith.constant 1.600000e+01 : f32
    %cst_10 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<6x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<6x4x4x4xf32>) -> tensor<6x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<6x4x4x4xf32>) {
    ^bb0(%out: f32):
      %29 = linalg.index 0 : index
      %30 = linalg.index 1 : index
      %31 = linalg.index 2 : index
      %32 = linalg.index 3 : index
      %33 = arith.subi %c3, %31 : index
      %34 = arith.subi %c3, %32 : index
      %extracted = tensor.extract %cst_6[%30, %29, %33, %34] : tensor<4x6x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<6x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x4x11x19xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x11x19xf32>) -> tensor<2x4x11x19xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 4, 4, 8] [1, 1, 2, 2] : tensor<2x4x4x8xf32> into tensor<2x4x11x19xf32>
    %5 = tensor.empty() : tensor<2x6x8x16xf32>
    %broadcasted = linalg.broadcast ins(%cst_7 : tensor<6xf32>) outs(%5 : tensor<2x6x8x16xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x4x11x19xf32>, tensor<6x4x4x4xf32>) outs(%broadcasted : tensor<2x6x8x16xf32>) -> tensor<2x6x8x16xf32>
    %7 = tensor.empty() : tensor<2x6x8x16xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x6x8x16xf32>) outs(%7 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %29 = arith.extf %in : f32 to f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x16xf64>
    %9 = tensor.empty() : tensor<2x6x8x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<2x6x8x1xf64>) -> tensor<2x6x8x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<2x6x8x16xf64>) outs(%10 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %29 = arith.addf %in, %out : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x6x8x1xf64>) outs(%9 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %29 = arith.divf %in, %cst_8 : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<2x6x8x16xf64>, tensor<2x6x8x1xf64>) outs(%7 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f64, %in_11: f64, %out: f64):
      %29 = arith.subf %in, %in_11 : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x16xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<2x6x8x16xf64>, tensor<2x6x8x16xf64>) outs(%7 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f64, %in_11: f64, %out: f64):
      %29 = arith.mulf %in, %in_11 : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x16xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%14 : tensor<2x6x8x16xf64>) outs(%10 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %29 = arith.addf %in, %out : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x6x8x1xf64>) outs(%9 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %29 = arith.divf %in, %cst_8 : f64
      linalg.yield %29 : f64
    } -> tensor<2x6x8x1xf64>
    %17 = tensor.empty() : tensor<2x6x8x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x6x8x1xf64>) outs(%17 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %29 = arith.truncf %in : f64 to f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x6x8x1xf32>) -> tensor<2x6x8x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x6x8x16xf32>) outs(%19 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.addf %in, %out : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x6x8x1xf32>) outs(%17 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_9 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x6x8x1xf32>) outs(%17 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.truncf %cst_5 : f64 to f32
      %30 = arith.addf %in, %29 : f32
      linalg.yield %30 : f32
    } -> tensor<2x6x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x6x8x1xf32>) outs(%17 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = math.rsqrt %in : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %21 : tensor<2x6x8x16xf32>, tensor<2x6x8x1xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_11: f32, %out: f32):
      %29 = arith.subf %in, %in_11 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x16xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %23 : tensor<2x6x8x16xf32>, tensor<2x6x8x1xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_11: f32, %out: f32):
      %29 = arith.mulf %in, %in_11 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x16xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25, %cst_4 : tensor<2x6x8x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_11: f32, %out: f32):
      %29 = arith.mulf %in, %in_11 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x16xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %cst_3 : tensor<2x6x8x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_11: f32, %out: f32):
      %29 = arith.addf %in, %in_11 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x8x16xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x6x8x16xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_10 : f32
      %30 = math.erf %29 : f32
      %31 = arith.addf %30, %cst_1 : f32
      %32 = arith.mulf %31, %cst_2 : f32
      %33 = arith.mulf %in, %32 : f32
      linalg.yield %33 : f32
    } -> tensor<2x6x8x16xf32>
    return %28 : tensor<2x6x8x16xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_16_torch.float32_1: "0x040000004947053E9E1ADEBF4DB638BF5EB015BE56D7BCBDC45B343D73C2AD3FC508A03FECEA003FABCABE3F7C93C5BE00C1A4BEC6459FBEE65BBA3EEAB87EBE805186BE",
      torch_tensor_16_torch.float32: "0x04000000A833673FE8D5953F119E803F62E82A3F7DDB433FB6B9833FAF9B3E3F69F1823F986F4F3F04E37F3F263A9D3F0E5A503F63BE7B3FB43A2D3F7B3B423F55EB823F",
      torch_tensor_4_6_4_4_torch.float32: "0x04000000556DABBD6264253D85E4BB3DB01A11BEC69F8BBC6769EE3CC10086BD6ECBBABD3DABC13D6EDE5FBD8A68F2BDF15D40BDDE19943D75B0D33D12A2C03CA6DEE33D206825BE11AF07BDE653493ECDF509BD1DEBA53CA578A33D9132D93D827097BD2807AFBCA10BB4BCBFC33DBEBD5310BDC27257BE13E78C3D104E0ABE901C0EBEB6AC0BBCAC091DBB3ECB913C1134703E760EC83D7B588ABD672AADBDCE337DBD697212BE2B96073E1A7F2B3E15DFDCBDF0B5DABC4E22D1BCF07D513D106AD93C4AFC94BC0DF7D8BCE8CFC1BAF37B20BDE0FF9ABE36AEDDBDBB2C01BDAF49C33D85C2293EA3BA273989E936BDB95D5CBE4255EF3D4EC51FBD838414BDC8A49D3D35CD5E3CF69F983CDE2357BDB253A73D7DED01BE618633BE237773BD0B9F80BDF026B9BD5B34FA3DB76B433DB9B170BC4CBAA9BD7E9B21BD06C1D8BDED7E773DDFF66BBEF303293DA4346F3D21AE003DC88552BCDA32C8BD0416373E7BC0CC3D009326BDBDC890BCA3349E3DE324CE3D9383ACBDC385883CE98D513DC876143EA66A60BD7141AD3DB8F3DC3D13E8E6BDF21B553CAB68FDBA0E422ABD12465E3DD160203DB4E2473EFEDBFDBDB91A393E3DFB533DBEC183BC016F403D130CF1BD9D16EBBD4B7303BD2CD7823D55D8173CFCF474BD80AB4CBD85BB853D3BC37E3D8C8EAABDB0B9F13DFB0EFDBDAF02543D5C3434BD4F2F803DC5A2EC3C72C9F73D33D36D3D4DE95E3C111C6A3D60A999BD8746BBBC7D45A6BD37055FBE5F9D9CBD47E9173EAD1821BEBE900ABD7E1E663D71F7533CF65B1EBE3FC6BEBDC2E5043ED49FDA3C47DC79BCF2DDF03DFA60ECBD412A5A3E20DC5DBDDB1EA83D1322F73B2335E23B257865BD473C2CBD3F6AB43B223A973DE581E2BD4EA95DBD05B35D3C77958E3DEEA1D6BDEB2D04BC7F7F703CDD94123ECF322EBDAD558A3CA89895BDA1C48CBDE8EB94BDF67090BD9342C13CDAEE9DBD924D48BCD581C73D9079793C2B9944BD034CB1BDEE15AB3D644DAC3C028C923D056D90BD8A4BF43C35B8183E0075003D50B79E3D1B40203E7416A2BDB9CE60BEEBBC05BE1DC1CEBD198CEAB9F47815BDAFD49B3CE397F3BD4CF6B83D493A063E84E9AEBD592215BE633FE0BCA9A889BEAD921ABBAA6A9A3D877C8A3DC9519D3DB7B4703D1BF5E23B67E823BCB81F7F3DE356BDBDD317B8BDA2E6B3BDCBF58CBDF5D79DBE7ED0273D6CA1DDBDB9AAECBD84B23FBEFA165CBDAFECEF3DCD17EBBC8E3E90BDD6C71A3EB2859FBBF0FC443D986C873D1E2B0B3E7CB8F6BC43DFBFBA638470BDDFE0263D5DEA50BD388806BEF9FC9EBCDE8E08BC3318B2BD9B092FBDEEC90E3DAC1CCABC7FC6063E8BD395BD1531B43DC64136BD0B404ABDB63C83BD95E6513EACB09D3DE57DD53B08D3823D81EADABC08712CBD68CC223CDDB8A43DED35A9BD8BB81B3C4530FBBC03E0293A34711DBECF8782BD025E3D3D918CA93D2418913E01999F3D76E995BC628814BEBB14DABD3363EFBC1EC7A33D6783883C284FB0BDEB799C3DC6CA4B3C8EAF78BCC9B0193E0C8CA73C08FA90BD5EDB7A3D4AC59DBD59DB293E70063C3E32E3D3BDD023C8BD81CB123D8A83673A0A582B3DCC69F83935D7A63D7FD8AE3CFB5832BD0F1EA73DDB4157BCB718263D511C343D67A5D8BDADED80BD5239193EAFB93A3E0AC547BC6488E63DF058B0BDE53E97BC11EB11BDA1A6F03D227423BEA819873DAF578BBD0524073D3828363DF03ABD3D549E1C3DA300E73DADE1173CDB3E8D3DE62248BD61D3ACBD39ADC8BBA535803D06C1C4BCD33F1EBE28538E3C52B723BE1DE5DD3C75F837BB0DEB663A1403863DC569813D6B9AA5BDF9D499BDA85A313C864ABD3D2E2A16BE74A50FBD53ABD93CE7F5713CEF92843D23CCB7BD7B87033D230AD5BD3B19073D9D7AE3BAEB4DF73D6B62223E30908CBC4E6795BD727A243D7C072DBDBF34F7BDB55251BD280C753EFE0F02BE2B4F573EEBE1363D5E8ABE3D72E029BE594F623C745184BD089719BD26131EBE14AFCB3D58AD613DF07ECEBC4632A1BCA593BA3C900594BA3466D3BDE9FCF93DC06DF23B901A37BE1159FC3CCBAA673D61042F3EF038B43DF29705BE93B4A7BC99A121BE6BF98C3A880D9E3D123264BC41AE0DBCE45CE4BD0292203EEDBACE3D619AC8BD1CCFCCBD",
      torch_tensor_6_torch.float32: "0x04000000AF67E8BF5664F3BDBE049F3F62806EBF77207BBF2CA75C3D"
    }
  }
#-}
