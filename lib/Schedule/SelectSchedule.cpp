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

/// What products of operands of type `element` are formed in by default.
static Precision getNaturalPrecision(Type element) {
  return element.isF16()    ? Precision::F16
         : element.isBF16() ? Precision::BF16
                            : Precision::IEEE;
}

namespace {
/// Schedules the blocks of one module for one target.
class ScheduleSelector {
public:
  ScheduleSelector(const TargetDescription &target, Precision wanted)
      : target(target), rowTarget(getRowTarget(target)), wanted(wanted) {}

  LogicalResult select(BlockOp block);

private:
  FailureOr<Precision> getAsked(BlockOp block);
  void grant(BlockOp block, Precision asked, bool fused);
  llvm::Expected<FusedPlan> planBlock(BlockOp block, Precision asked);
  bool convolutionIsFused(BlockOp block, Precision asked);
  LogicalResult selectConvolution(BlockOp block);
  LogicalResult selectFused(BlockOp block, Precision asked,
                            const FusedPlan &plan, bool written);
  LogicalResult selectStored(BlockOp block, ScheduleKind kind);
  FailureOr<RowPlan> selectRows(BlockOp block, ScheduleKind kind);
  void explain(BlockOp block, StringRef text, bool written);

  const TargetDescription &target;
  RowTarget rowTarget;
  Precision wanted;
};
} // namespace

/// Operand types have a precision of their own, or the one asked for.
FailureOr<Precision> ScheduleSelector::getAsked(BlockOp block) {
  Type element = getElementTypeOrSelf(block.getInputs().front().getType());
  Precision natural = getNaturalPrecision(element);
  Precision asked = element.isF32() ? wanted : natural;
  if (PrecisionAttr written = block.getPrecisionAttr())
    asked = written.getValue();
  bool isTF32 = asked == Precision::TF32 || asked == Precision::TF32x3;
  if (asked != natural && !(element.isF32() && isTF32))
    return block.emitError("precision '")
           << stringifyPrecision(asked) << "' does not apply to operands of "
           << element << ", which are multiplied in '"
           << stringifyPrecision(natural) << "'";
  return asked;
}

/// Records what precision the chosen kernel gives.
void ScheduleSelector::grant(BlockOp block, Precision asked, bool fused) {
  Precision granted = getNaturalPrecision(
      getElementTypeOrSelf(block.getInputs().front().getType()));
  if (fused && asked == Precision::TF32)
    granted = asked;
  block.setPrecisionAttr(PrecisionAttr::get(block.getContext(), granted));
  if (asked == granted)
    return;
  StringRef why = asked == Precision::TF32x3
                      ? "no kernel splits operands in parts"
                      : "this convolution's kernel forms products by FMA";
  remark::analysis(block.getLoc(), getRemarkOptions("precision-granted"))
      << llvm::formatv("precision {0} granted as {1}: {2}",
                       stringifyPrecision(asked), stringifyPrecision(granted),
                       why)
             .str();
}

/// The plan of a fused kernel of `block`, or why there is none.
llvm::Expected<FusedPlan> ScheduleSelector::planBlock(BlockOp block,
                                                      Precision asked) {
  llvm::Expected<FusedFacts> facts = getFusedFacts(block, asked);
  if (!facts)
    return facts.takeError();
  ScheduleAttr written = block.getScheduleAttr();
  if (!written)
    written = ScheduleAttr::get(block.getContext(), ScheduleKind::Fused, 0, 0,
                                0, 0, false, 0, {});
  return getFusedPlan(written, *facts, getFusedTarget(target, facts->atom));
}

LogicalResult ScheduleSelector::selectFused(BlockOp block, Precision asked,
                                            const FusedPlan &plan,
                                            bool written) {
  grant(block, asked, /*fused=*/true);
  block.setScheduleAttr(getSchedule(block.getContext(), plan));
  std::string text;
  llvm::raw_string_ostream os(text);
  if (block.hasCollectives())
    os << "rows of " << block.getRowLength() << " elements, ";
  plan.print(os);
  // It has a plan.
  FusedFacts facts = llvm::cantFail(getFusedFacts(block, asked));
  if (std::optional<double> seconds =
          predictFusedSeconds(block, facts, plan, target)) {
    os << llvm::formatv(", predicted {0:f3} ms", 1e3 * *seconds);
    bool direct = plan.input == FusedInput::Direct;
    std::optional<FusedPlan> other = llvm::expectedToOptional(
        planFused(facts, getFusedTarget(target, facts.atom),
                  direct ? FusedInput::Packed : FusedInput::Direct));
    if (other)
      os << llvm::formatv(
          ", {0:f3} ms with input {1}",
          1e3 * *predictFusedSeconds(block, facts, *other, target),
          direct ? "packed" : "direct");
  }
  explain(block, text, written);
  return success();
}

/// A convolution: fused where a plan fits, else split if its region reduces,
/// else direct; or what is written.
LogicalResult ScheduleSelector::selectConvolution(BlockOp block) {
  FailureOr<Precision> asked = getAsked(block);
  if (failed(asked))
    return failure();
  ScheduleAttr written = block.getScheduleAttr();
  bool collectives = block.hasCollectives();
  ScheduleKind kind = written ? written.getKind() : ScheduleKind::Fused;
  if (kind == ScheduleKind::Direct && collectives)
    return block.emitError(
        "schedule 'direct' computes output elements one by one, but the "
        "region reduces over rows: use 'split'");
  if (kind == ScheduleKind::Fused) {
    llvm::Expected<FusedPlan> plan = planBlock(block, *asked);
    if (plan)
      return selectFused(block, *asked, *plan, written != nullptr);
    std::string why = llvm::toString(plan.takeError());
    if (written)
      return block.emitError("schedule is not legal here: ") << why;
    remark::missed(block.getLoc(), getRemarkOptions("not-fused"))
        << "the convolution and its region are not one kernel: " + why;
    kind = collectives ? ScheduleKind::Split : ScheduleKind::Direct;
  }
  if (kind == ScheduleKind::Split) {
    grant(block, *asked, convolutionIsFused(block, *asked));
    return selectStored(block, kind);
  }
  grant(block, *asked, /*fused=*/false);
  block.setScheduleAttr(
      ScheduleAttr::get(block.getContext(), kind, 0, 0, 0, 0, false, 0, {}));
  explain(block, "one thread per output element", written != nullptr);
  return success();
}

/// True if the first kernel of a split is a fused one.
bool ScheduleSelector::convolutionIsFused(BlockOp block, Precision asked) {
  auto input = cast<ShapedType>(block.getInputs()[0].getType());
  auto filter = cast<ShapedType>(block.getInputs()[1].getType());
  std::optional<FusedFacts> facts =
      getConvFacts(block.getGeometryAttr().getGeometry(), input, filter, asked);
  return facts && llvm::expectedToOptional(
                      planFused(*facts, getFusedTarget(target, facts->atom)));
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

LogicalResult ScheduleSelector::selectStored(BlockOp block, ScheduleKind kind) {
  bool written = block.getScheduleAttr() != nullptr;
  FailureOr<RowPlan> plan = selectRows(block, kind);
  if (failed(plan))
    return failure();
  block.setScheduleAttr(getSchedule(block.getContext(), kind, *plan));
  std::string text;
  llvm::raw_string_ostream os(text);
  if (kind == ScheduleKind::Split)
    os << "the convolution, then its rows from memory; ";
  if (block.hasCollectives())
    os << "rows of " << block.getRowLength() << " elements, ";
  plan->print(os);
  explain(block, text, written);
  return success();
}

LogicalResult ScheduleSelector::select(BlockOp block) {
  return block.isConv() ? selectConvolution(block)
                        : selectStored(block, ScheduleKind::Stored);
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
      if (onlyMissing && block.getScheduleAttr())
        return WalkResult::advance();
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
    numFused += kind == ScheduleKind::Fused;
  }
};
} // namespace
