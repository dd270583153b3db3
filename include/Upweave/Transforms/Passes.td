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

#endif // UPWEAVE_TRANSFORMS_PASSES
