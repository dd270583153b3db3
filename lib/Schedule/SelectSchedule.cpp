//===- SelectSchedule.cpp - upweave-select-schedule -----------------------===//
// Chooses each block's kernels and tiling for the attached target, and the
// precision convolutions run in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/Passes.h"
#include "Upweave/Schedule/TargetDescription.h"

#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_SELECTSCHEDULE
#include "Upweave/Schedule/Passes.h.inc"
} // namespace upweave

using namespace upweave;

static remark::RemarkOpts getRemarkOptions(StringRef id) {
  return remark::RemarkOpts::name(id).category("upweave-schedule");
}

namespace {
/// Schedules the blocks of one module for one target.
class ScheduleSelector {
public:
  ScheduleSelector(const TargetDescription &target, Precision wanted)
      : target(target), rowTarget(getRowTarget(target)), wanted(wanted) {}

  LogicalResult select(BlockOp block);

private:
  LogicalResult selectPrecision(BlockOp block);
  FailureOr<ScheduleKind> selectKind(BlockOp block);
  FailureOr<RowPlan> selectRows(BlockOp block, ScheduleKind kind);
  void explain(BlockOp block, StringRef text, bool written);

  const TargetDescription &target;
  RowTarget rowTarget;
  Precision wanted;
};
} // namespace

/// Operand types have a precision of their own, or the one asked for; what
/// products by FMA give is recorded.
LogicalResult ScheduleSelector::selectPrecision(BlockOp block) {
  Type element = getElementTypeOrSelf(block.getInputs().front().getType());
  Precision natural = element.isF16()    ? Precision::F16
                      : element.isBF16() ? Precision::BF16
                                         : Precision::IEEE;
  Precision asked = natural;
  if (element.isF32())
    asked = wanted;
  if (PrecisionAttr written = block.getPrecisionAttr())
    asked = written.getValue();
  bool isTF32 = asked == Precision::TF32 || asked == Precision::TF32x3;
  if (asked != natural && !(element.isF32() && isTF32))
    return block.emitError("precision '")
           << stringifyPrecision(asked) << "' does not apply to operands of "
           << element << ", which are multiplied in '"
           << stringifyPrecision(natural) << "'";
  block.setPrecisionAttr(PrecisionAttr::get(block.getContext(), natural));
  if (asked != natural)
    remark::analysis(block.getLoc(), getRemarkOptions("precision-granted"))
        << llvm::formatv("precision {0} granted as {1}: this convolution's "
                         "kernel forms products by FMA",
                         stringifyPrecision(asked), stringifyPrecision(natural))
               .str();
  return success();
}

/// The kind that is written, if it can run, or the one that fits.
FailureOr<ScheduleKind> ScheduleSelector::selectKind(BlockOp block) {
  if (!block.isConv())
    return ScheduleKind::Stored;
  ScheduleAttr written = block.getScheduleAttr();
  bool collectives = block.hasCollectives();
  if (!written)
    return collectives ? ScheduleKind::Split : ScheduleKind::Direct;
  if (written.getKind() == ScheduleKind::Direct && collectives)
    return block.emitError(
        "schedule 'direct' computes output elements one by one, but the "
        "region reduces over rows: use 'split'");
  if (written.getKind() == ScheduleKind::Fused)
    return block.emitError("schedule 'fused' has no kernel for this block on ")
           << target.chip << ": use '" << (collectives ? "split" : "direct")
           << "'";
  return written.getKind();
}

FailureOr<RowPlan> ScheduleSelector::selectRows(BlockOp block,
                                                ScheduleKind kind) {
  RowNest nest = getStoredNest(block);
  RowFacts facts = getRowFacts(block, nest);
  if (!block.getScheduleAttr())
    return planStoredRows(facts, rowTarget);
  llvm::Expected<RowPlan> plan =
      getRowPlan(block.getScheduleAttr(), facts, rowTarget);
  if (plan)
    return *plan;
  return block.emitError("schedule is not legal here: ")
         << llvm::toString(plan.takeError());
}

void ScheduleSelector::explain(BlockOp block, StringRef text, bool written) {
  remark::analysis(block.getLoc(), getRemarkOptions("schedule-selected"))
      << llvm::formatv("{0} for {1}{2}: {3}",
                       stringifyScheduleKind(block.getScheduleAttr().getKind()),
                       target.chip, written ? " (as written)" : "", text)
             .str();
}

LogicalResult ScheduleSelector::select(BlockOp block) {
  bool written = block.getScheduleAttr() != nullptr;
  if (block.isConv() && failed(selectPrecision(block)))
    return failure();
  FailureOr<ScheduleKind> kind = selectKind(block);
  if (failed(kind))
    return failure();
  MLIRContext *context = block.getContext();
  if (*kind == ScheduleKind::Direct) {
    block.setScheduleAttr(
        ScheduleAttr::get(context, *kind, 0, 0, 0, 0, false, 0, {}));
    explain(block, "no collectives, one thread per output element", written);
    return success();
  }
  FailureOr<RowPlan> plan = selectRows(block, *kind);
  if (failed(plan))
    return failure();
  block.setScheduleAttr(getSchedule(context, *kind, *plan));
  std::string text;
  llvm::raw_string_ostream os(text);
  if (*kind == ScheduleKind::Split)
    os << "the convolution, then its rows from memory, as no kernel applies "
          "row collectives to a convolution's sums; ";
  if (block.hasCollectives())
    os << "rows of " << block.getRowLength() << " elements, ";
  plan->print(os);
  explain(block, text, written);
  return success();
}

namespace {
struct SelectSchedulePass
    : upweave::impl::SelectScheduleBase<SelectSchedulePass> {
  using SelectScheduleBase::SelectScheduleBase;

  void runOnOperation() override {
    std::optional<Precision> wanted = symbolizePrecision(precision);
    if (!wanted || *wanted == Precision::F16 || *wanted == Precision::BF16) {
      getOperation().emitError("unknown precision '")
          << precision << "' for f32 convolutions: it is ieee, tf32 or tf32x3";
      return signalPassFailure();
    }
    FailureOr<TargetDescription> target = getAttachedTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    ScheduleSelector selector(*target, *wanted);
    WalkResult walked = getOperation().walk([&](BlockOp block) {
      if (failed(selector.select(block)))
        return WalkResult::interrupt();
      count(block.getScheduleAttr().getKind());
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }

private:
  void count(ScheduleKind kind) {
    numStored += kind == ScheduleKind::Stored;
    numDirect += kind == ScheduleKind::Direct;
    numSplit += kind == ScheduleKind::Split;
  }
};
} // namespace
