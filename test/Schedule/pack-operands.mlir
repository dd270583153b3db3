// Fused blocks on buffers get packed operands, of sizes that the batch gives.
// RUN: upweave-opt %s --upweave-pack-operands | FileCheck %s

// Positions of 32 bytes: 3 channels are one chunk. 2 classes do not exist along
// one axis; 4 column taps of 16 x 8 words each.
// CHECK-LABEL: func @dynamic
//  CHECK-SAME:   %[[X:.*]]: memref<?x3x16xf32>, %[[W:.*]]: memref<3x4x4xf32>, %[[Y:.*]]: memref<?x4x32xf32>
//       CHECK:   %[[N:.*]] = memref.dim %[[X]], %{{.*}}
//       CHECK:   %[[IMAGE:.*]] = arith.constant 128 : index
//       CHECK:   %[[SIZE:.*]] = arith.muli %[[N]], %[[IMAGE]]
//       CHECK:   %[[PX:.*]] = memref.alloc(%[[SIZE]]) : memref<?xi32>
//       CHECK:   upweave.pack <input> #upweave.conv_transpose<strides = [2], padding = [1]> ins(%[[X]] : memref<?x3x16xf32>) outs(%[[PX]] : memref<?xi32>) {order = #upweave.packed_order<[2 in by 4, 4 in, 16 width_position]>, other = memref<3x4x4xf32>, precision = #upweave.precision<tf32>}
//       CHECK:   %[[PW:.*]] = memref.alloc() {upweave.prepared} : memref<512xi32>
//       CHECK:   upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]> ins(%[[W]] : memref<3x4x4xf32>) outs(%[[PW]] : memref<512xi32>) {order = #upweave.packed_order<[2 out by 8, 2 in by 4, 4 in, 8 out, 4 width_tap]>, other = memref<?x3x16xf32>
//       CHECK:   upweave.block domain [?, 4, 32]
//       CHECK:     conv_transpose(%[[X]], %[[W]] :
//  CHECK-NEXT:     packed(%[[PX]], %[[PW]] : memref<?xi32>, memref<512xi32>)
func.func @dynamic(%x: memref<?x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<?x4x32xf32>) {
  upweave.block domain [?, 4, 32]
    conv_transpose(%x, %w : memref<?x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<?x4x32xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// Strided input is read as it lies: the filter alone is packed.
// CHECK-LABEL: func @strided_input
//  CHECK-SAME:   %[[X:.*]]: memref<?x3x16xf32>, %[[W:.*]]: memref<3x4x4xf32>, %[[Y:.*]]: memref<?x4x32xf32>
//       CHECK:   %[[PW:.*]] = memref.alloc() {upweave.prepared} : memref<512xi32>
//   CHECK-NOT:   memref.alloc
//       CHECK:   upweave.pack <filter>
//  CHECK-SAME:   ins(%[[W]] : memref<3x4x4xf32>) outs(%[[PW]] : memref<512xi32>)
//   CHECK-NOT:   upweave.pack <
//       CHECK:     conv_transpose(%[[X]], %[[W]] :
//  CHECK-NEXT:     packed(%[[PW]] : memref<512xi32>)
func.func @strided_input(%x: memref<?x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<?x4x32xf32>) {
  upweave.block domain [?, 4, 32]
    conv_transpose(%x, %w : memref<?x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<?x4x32xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = strided, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// CHECK-LABEL: func @direct(
//   CHECK-NOT:   upweave.pack
func.func @direct(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.direct} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// A global that is no constant.
memref.global "private" @mutable : memref<2x1x1xf32> = dense<1.0>

// CHECK-LABEL: func @variable
//       CHECK:   upweave.pack <filter>
func.func @variable(%x: memref<1x2x16xf32>, %y: memref<1x1x16xf32>) {
  %w = memref.get_global @mutable : memref<2x1x1xf32>
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

// A view of an argument at a known place is a weight; what the function computes
// or writes is none.
// CHECK-LABEL: func @weights
//       CHECK:   memref.alloc() {upweave.prepared}
//       CHECK:   upweave.pack <filter> {{.*}} ins(%{{.*}} : memref<2x1x1xf32, strided<[1, 1, 1], offset: 2>>)
//   CHECK-NOT:   upweave.prepared
//       CHECK:   upweave.pack <filter>
//   CHECK-NOT:   upweave.prepared
//       CHECK:   upweave.pack <filter>
func.func @weights(%x: memref<1x2x16xf32>, %w: memref<4xf32>, %v: memref<2x1x1xf32>, %y: memref<1x1x16xf32>) {
  %s = memref.subview %w[2] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1], offset: 2>>
  %a = memref.expand_shape %s [[0, 1, 2]] output_shape [2, 1, 1] : memref<2xf32, strided<[1], offset: 2>> into memref<2x1x1xf32, strided<[1, 1, 1], offset: 2>>
  %b = memref.alloc() : memref<2x1x1xf32>
  memref.copy %a, %b : memref<2x1x1xf32, strided<[1, 1, 1], offset: 2>> to memref<2x1x1xf32>
  memref.copy %b, %v : memref<2x1x1xf32> to memref<2x1x1xf32>
  upweave.block domain [1, 1, 16]
    conv_transpose(%x, %a : memref<1x2x16xf32>, memref<2x1x1xf32, strided<[1, 1, 1], offset: 2>>)
      #upweave.conv_transpose<strides = [1]>
    outs(%y : memref<1x1x16xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%c: f32):
    upweave.yield %c : f32
  }
  upweave.block domain [1, 1, 16]
    conv_transpose(%x, %b : memref<1x2x16xf32>, memref<2x1x1xf32>)
      #upweave.conv_transpose<strides = [1]>
    outs(%y : memref<1x1x16xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%c: f32):
    upweave.yield %c : f32
  }
  upweave.block domain [1, 1, 16]
    conv_transpose(%x, %v : memref<1x2x16xf32>, memref<2x1x1xf32>)
      #upweave.conv_transpose<strides = [1]>
    outs(%y : memref<1x1x16xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%c: f32):
    upweave.yield %c : f32
  }
  return
}
