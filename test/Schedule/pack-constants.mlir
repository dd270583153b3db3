// Constant filters are packed by the compiler: no launch does it.
// RUN: upweave-opt %s --upweave-pack-operands | FileCheck %s
// RUN: upweave-opt %s --upweave-pack-operands --upweave-plan-buffers --upweave-lower-to-gpu | FileCheck %s --check-prefix=LAUNCH

// CHECK: memref.global "private" constant @packed_filter : memref<128xi32> = dense_resource<packed_filter> {alignment = 16 : i64}
memref.global "private" constant @steps : memref<2x1x1xf32> = dense<[[[1.0]], [[1.00048828125]]]>
memref.global "private" constant @ones : memref<4x8x4xf32> = dense<1.0>
memref.global "private" constant @pairs : memref<2x3x2xf16> = dense_resource<pairs>

// Two input channels and one result channel of a fragment of 16 x 8: lanes 0
// and 1 of the first piece have them. The tie is rounded away from zero.
// CHECK-LABEL: func @ramp
//   CHECK-NOT:   upweave.pack <filter>
//       CHECK:   upweave.pack <input>
//   CHECK-NOT:   upweave.pack <filter>
//       CHECK:   %[[PW:.*]] = memref.get_global @packed_filter : memref<128xi32>
//       CHECK:   packed(%{{.*}}, %[[PW]] :
// LAUNCH-LABEL: func @ramp
//       LAUNCH:   gpu.launch_func @kernels::@ramp_0_pack_input
//       LAUNCH:   gpu.launch_func @kernels::@ramp_1_fused
func.func @ramp(%x: memref<1x2x16xf32>, %y: memref<1x1x16xf32>) {
  %w = memref.get_global @steps : memref<2x1x1xf32>
  upweave.block domain [1, 1, 16]
    conv_transpose(%x, %w : memref<1x2x16xf32>, memref<2x1x1xf32>)
      #upweave.conv_transpose<strides = [1]>
    outs(%y : memref<1x1x16xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// A slice of a splat, behind a cast that forgets its layout.
// CHECK-LABEL: func @view
//   CHECK-NOT:   upweave.pack <filter>
//       CHECK:   memref.get_global @packed_filter{{.*}} : memref<512xi32>
func.func @view(%x: memref<1x2x16xf32>, %y: memref<1x8x32xf32>) {
  %c = memref.get_global @ones : memref<4x8x4xf32>
  %s = memref.subview %c[2, 0, 0] [2, 8, 4] [1, 1, 1] : memref<4x8x4xf32> to memref<2x8x4xf32, strided<[32, 4, 1], offset: 64>>
  %w = memref.cast %s : memref<2x8x4xf32, strided<[32, 4, 1], offset: 64>> to memref<2x8x4xf32, strided<[?, ?, ?], offset: ?>>
  upweave.block domain [1, 8, 32]
    conv_transpose(%x, %w : memref<1x2x16xf32>, memref<2x8x4xf32, strided<[?, ?, ?], offset: ?>>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<1x8x32xf32>)
    attributes {precision = #upweave.precision<ieee>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// CHECK-LABEL: func @resource
//   CHECK-NOT:   upweave.pack <filter>
//       CHECK:   memref.get_global @packed_filter{{.*}} : memref<256xi32>
func.func @resource(%x: memref<1x2x16xf16>, %y: memref<1x3x32xf16>) {
  %w = memref.get_global @pairs : memref<2x3x2xf16>
  upweave.block domain [1, 3, 32]
    conv_transpose(%x, %w : memref<1x2x16xf16>, memref<2x3x2xf16>)
      #upweave.conv_transpose<strides = [2]>
    outs(%y : memref<1x3x32xf16>)
    attributes {precision = #upweave.precision<f16>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    %o = arith.truncf %v : f32 to f16
    upweave.yield %o : f16
  }
  return
}

// CHECK: packed_filter: "0x10000000{{0000803F0{24}0020803F0+}}"

{-#
  dialect_resources: {
    builtin: {
      pairs: "0x02000000003C003C003C003C003C003C003C003C003C003C003C003C"
    }
  }
#-}
