//===- Passes.td - Passes of Upweave/Transforms ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES
#define UPWEAVE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

def ResultsToDestinations
    : Pass<"upweave-results-to-destinations", "::mlir::ModuleOp"> {
  let summary = "Turn the tensors an entry point returns into buffers it is given";
  let description = [{
    Each result of a public function becomes a trailing `memref` argument with
    the role "result", and the returned tensor is materialized in it:

    ```mlir
    func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      ...
      return %y : tensor<?x4xf32>
    }
    // becomes
    func.func @f(%x: tensor<?x4xf32> {bufferization.writable = false},
                 %out: memref<?x4xf32> {upweave.role = "result",
                                        upweave.shape = affine_map<()[s0] -> (s0, 4)>})
        attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
      ...
      bufferization.materialize_in_destination %y in restrict writable %out
      return
    }
    ```

    Inputs are marked as not writable. An argument that is returned, or a value
    that is returned twice, is copied by bufferization. `upweave.shape` gives
    the result's sizes over the symbols listed in `upweave.dynamic_dims`, each
    the number of an argument and of its dimension. Results that are no ranked
    tensors are refused with an error.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numResults", "num-results", "Results that became arguments">
  ];
}

def PlanBuffers : Pass<"upweave-plan-buffers", "::mlir::ModuleOp"> {
  let summary = "Place every buffer in one workspace and every constant in one blob";
  let description = [{
    Gives each public function two trailing byte buffers, its constants and its
    workspace, and makes every allocation and global a view of one:

    ```mlir
    %0 = memref.get_global @w : memref<64xf32>
    %1 = memref.alloc(%n) : memref<?x64xf32>
    // becomes
    %0 = memref.view %constants[%c0][] : memref<?xi8> to memref<64xf32>
    %1 = memref.view %workspace[%offset][%n] : memref<?xi8> to memref<?x64xf32>
    ```

    Buffers that are not alive together share memory where their sizes have the
    same dynamic factors; offsets are multiples of 256 bytes. The workspace's
    size is the function's attribute `upweave.workspace_size`, an affine map
    over the symbols of `upweave.dynamic_dims`. Constants with equal bytes are
    kept once, in the module's attribute `upweave.constants`, an array of
    `{offset, value}`. All sizes of views are computed from `memref.dim` of the
    function's arguments.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numBuffers", "num-buffers", "Allocations placed in workspaces">,
    Statistic<"numConstants", "num-constants", "Constants kept">,
    Statistic<"numDuplicates", "num-duplicates",
              "Uses of a constant that was there already">
  ];
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

def FormBlocksPass : Pass<"upweave-form-blocks"> {
  let summary = "Form blocks from producers and their consumers";
  let description = [{
    Each `upweave.conv_transpose`, and each tensor that is reduced over rows,
    becomes an `upweave.block` together with the elementwise operations and the
    row reductions that consume it. Tensors in between disappear: broadcasts,
    transposes and reshapes become maps of operands and results, reductions
    become `upweave.row_reduce`.

    ```mlir
    %c = upweave.conv_transpose #g ins(%x, %w : ...) outs(%e : ...) -> tensor<2x4x8xf32>
    %s = linalg.generic {... "reduction" ...} ins(%c : ...) outs(%zero : tensor<2x4x1xf32>)
           { %0 = arith.addf ... }
    %y = linalg.generic ... ins(%c, %s : ...) { %0 = arith.subf %in, %in_0 ... }
    // becomes
    %y = upweave.block domain [2, 4, 8] rows [2]
           conv_transpose(%x, %w : ...) #g params() outs(%e : tensor<2x4x8xf32>) {
         ^bb0(%acc: f32):
           %s = upweave.row_reduce <add> %acc : f32
           %0 = arith.subf %acc, %s : f32
           upweave.yield %0 : f32
         }
    ```

    The reductions of a block share one set of row dimensions; a reduction over
    another set reads the earlier result from memory, in a block of its own.
    Purely elementwise chains without a convolution are left as they are.
  }];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numBlocks", "blocks-formed", "Blocks formed">,
    Statistic<"numFused", "operations-fused",
              "linalg operations that went into blocks">,
    Statistic<"numMissed", "consumers-missed",
              "Consumers that are not part of the block they read">];
}

#endif // UPWEAVE_TRANSFORMS_PASSES
