//===- StoredRows.h - The kernel over rows of a stored tensor - -*- C++ -*-===//
// What a block on a stored tensor becomes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWS_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWS_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/Schedule/BlockPlan.h"

namespace upweave {

/// The kernel of a block on a stored tensor, tiled as its complete
/// schedule says.
mlir::LogicalResult lowerStoredRows(LaunchContext &context, BlockOp block);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWS_H
