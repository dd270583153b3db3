//===- WorkspacePlan.h - Offsets of buffers in the workspace ----*- C++ -*-===//
// Private to buffer planning: first fit over lifetimes, sizes symbolic.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_WORKSPACEPLAN_H
#define UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_WORKSPACEPLAN_H

#include "BufferSizes.h"

namespace upweave {

/// A buffer to be placed: its size and the first and last operation, by number,
/// that touch it.
struct PlannedBuffer {
  BufferSize size;
  unsigned begin = 0;
  unsigned end = 0;
  /// Out: the byte offset over the function's dynamic dims.
  mlir::AffineExpr offset;
};

/// Sets the offset of each buffer so that buffers alive together are disjoint,
/// and returns the workspace's size. Offsets are multiples of
/// `kBufferAlignment` for any values of the dynamic dims. Buffers share memory
/// with those whose sizes have equal dynamic factors.
mlir::AffineExpr planWorkspace(llvm::MutableArrayRef<PlannedBuffer> buffers,
                               mlir::MLIRContext *context);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_WORKSPACEPLAN_H
