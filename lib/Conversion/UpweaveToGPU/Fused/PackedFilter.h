//===- PackedFilter.h - Direct sums over a packed filter --------*- C++ -*-===//
// The sum of one output element of a fused convolution, with the filter as the
// kernel has it: packed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDFILTER_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDFILTER_H

#include "Elementwise/DirectConv.h"

#include "Upweave/Schedule/FusedLayout.h"

namespace upweave {

class Int32Math;

/// Reads filter elements from where upweave.pack puts them.
class PackedFilterEmitter : public DirectConvEmitter {
public:
  PackedFilterEmitter(BlockOp block, mlir::Value input,
                      mlir::Value packedFilter, const FusedFacts &facts,
                      const FusedPlan &plan)
      : DirectConvEmitter(block, input, packedFilter), facts(facts),
        order(getFilterOrder(plan, facts)) {}

protected:
  mlir::Value loadFilter(mlir::OpBuilder &b,
                         const FilterElement &element) override;

private:
  llvm::SmallVector<mlir::Value> getCoordinates(Int32Math &m,
                                                const FilterElement &element);

  const FusedFacts &facts;
  PackedOrder order;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDFILTER_H
