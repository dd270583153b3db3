//===- SelectSchedule.cpp - upweave-select-schedule -----------------------===//
// Chooses each block's kernels and tiling for the attached target, and the
// precision convolutions run in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ChoosePlan.h"

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

/// What remarks say of `#upweave.direct`.
static constexpr StringLiteral kDirectText = "one thread per output element";

/// Says why a convolution has no fused kernel.
static void explainNotFused(BlockOp block, StringRef whyNot) {
  remark::missed(block.getLoc(), getRemarkOptions("not-fused"))
      << ("the convolution and its region are not one kernel: " + whyNot).str();
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
  llvm::Expected<FusedBlock> planBlock(BlockOp block, Precision asked);
  llvm::Expected<FusedBlock> planConvolution(BlockOp block,
                                             FusedScheduleAttr written,
                                             Precision precision);
  llvm::Expected<FusedBlock>
  selectPart(BlockOp block, FusedScheduleAttr written, Precision asked);
  LogicalResult selectConvolution(BlockOp block);
  void selectFused(BlockOp block, Precision asked, const FusedBlock &fused);
  std::string describe(const FusedBlock &fused, TypeRange tensors);
  LogicalResult selectSplit(BlockOp block, Precision asked);
  LogicalResult selectStored(BlockOp block);
  FailureOr<RowBlock> planRows(BlockOp block, RowsScheduleAttr written);
  void explain(BlockOp block, ScheduleAttr schedule, const Twine &text,
               bool written);

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
  Type element = getElementTypeOrSelf(block.getInputs().front().getType());
  Precision granted = fused ? getPrecision(*getAtom(element, asked))
                            : getNaturalPrecision(element);
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
llvm::Expected<FusedBlock> ScheduleSelector::planBlock(BlockOp block,
                                                       Precision asked) {
  llvm::Expected<FusedFacts> facts = getFusedFacts(block, asked);
  if (!facts)
    return facts.takeError();
  return chooseFused(
      dyn_cast_or_null<FusedScheduleAttr>(block.getScheduleAttr()), *facts,
      getFusedTarget(target, facts->atom));
}

/// A fused kernel in words, with its time and that of the best one which takes
/// its input from elsewhere, unless a size is dynamic.
std::string ScheduleSelector::describe(const FusedBlock &fused,
                                       TypeRange tensors) {
  std::string text;
  llvm::raw_string_ostream os(text);
  fused.plan.print(os);
  const FusedFacts &facts = fused.facts;
  std::optional<double> seconds =
      predictFusedSeconds(tensors, facts, fused.plan, target);
  if (!seconds)
    return text;
  os << llvm::formatv(", predicted {0:f3} ms", 1e3 * *seconds);
  bool strided = fused.plan.input == FusedInput::Strided;
  if (std::optional<FusedPlan> other = llvm::expectedToOptional(
          planFused(facts, getFusedTarget(target, facts.atom),
                    strided ? FusedInput::Packed : FusedInput::Strided)))
    os << llvm::formatv(
        ", {0:f3} ms with input {1}",
        1e3 * *predictFusedSeconds(tensors, facts, *other, target),
        strided ? "packed" : "strided");
  return text;
}

/// What a remark says of a block with collectives first.
static std::string describeRows(BlockOp block) {
  return block.hasCollectives()
             ? llvm::formatv("rows of {0} elements, ", block.getRowLength())
             : std::string();
}

void ScheduleSelector::selectFused(BlockOp block, Precision asked,
                                   const FusedBlock &fused) {
  bool written = block.getScheduleAttr() != nullptr;
  grant(block, asked, /*fused=*/true);
  FusedScheduleAttr schedule = getSchedule(block.getContext(), fused);
  block.setScheduleAttr(schedule);
  explain(block, schedule,
          describeRows(block) + describe(fused, getMovedTypes(block)), written);
}

/// A convolution: fused where a plan fits, else split if its region reduces,
/// else direct; or what is written.
LogicalResult ScheduleSelector::selectConvolution(BlockOp block) {
  FailureOr<Precision> asked = getAsked(block);
  if (failed(asked))
    return failure();
  ScheduleAttr written = block.getScheduleAttr();
  bool collectives = block.hasCollectives();
  bool isSplit = isa_and_nonnull<SplitScheduleAttr>(written);
  if (isa_and_nonnull<DirectScheduleAttr>(written) && collectives)
    return block.emitError(
        "schedule #upweave.direct computes output elements one by one, but the "
        "region reduces over rows: use #upweave.split");
  if (!written || isa<FusedScheduleAttr>(written)) {
    llvm::Expected<FusedBlock> fused = planBlock(block, *asked);
    if (fused) {
      selectFused(block, *asked, *fused);
      return success();
    }
    std::string why = llvm::toString(fused.takeError());
    if (written)
      return block.emitError("schedule is not legal here: ") << why;
    explainNotFused(block, why);
    isSplit = collectives;
  }
  if (isSplit)
    return selectSplit(block, *asked);
  grant(block, *asked, /*fused=*/false);
  auto direct = DirectScheduleAttr::get(block.getContext());
  block.setScheduleAttr(direct);
  explain(block, direct, kDirectText, written != nullptr);
  return success();
}

/// The type of the convolution's result where it is stored before its region.
static ShapedType getStoredType(BlockOp block) {
  return RankedTensorType::get(block.getProducerShape(),
                               block.getProducerArg().getType());
}

/// The plan of a fused kernel of the convolution alone.
llvm::Expected<FusedBlock>
ScheduleSelector::planConvolution(BlockOp block, FusedScheduleAttr written,
                                  Precision precision) {
  std::optional<FusedFacts> facts =
      getConvFacts(block.getGeometryAttr().getGeometry(),
                   cast<ShapedType>(block.getInputs()[0].getType()),
                   cast<ShapedType>(block.getInputs()[1].getType()), precision);
  if (!facts)
    return llvm::createStringError(
        "its operands are neither f32, f16 nor bf16");
  facts->resultBytes =
      std::max<int64_t>(getStoredType(block).getElementTypeBitWidth() / 8, 1);
  return chooseFused(written, *facts, getFusedTarget(target, facts->atom));
}

/// The plan of the kernel over the rows of `block`, as far as it is written.
FailureOr<RowBlock> ScheduleSelector::planRows(BlockOp block,
                                               RowsScheduleAttr written) {
  RowFacts facts = getRowFacts(block, getStoredNest(block));
  llvm::Expected<RowBlock> rows = chooseRows(written, facts, rowTarget);
  if (rows)
    return *rows;
  return block.emitError("schedule is not legal here: ")
         << llvm::toString(rows.takeError());
}

void ScheduleSelector::explain(BlockOp block, ScheduleAttr schedule,
                               const Twine &text, bool written) {
  remark::analysis(block.getLoc(), getRemarkOptions("schedule-selected"))
      << llvm::formatv("{0} for {1}{2}: {3}", schedule.getKindName(),
                       target.chip, written ? " (as written)" : "", text.str())
             .str();
}

static std::string describe(const RowPlan &plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  plan.print(os);
  return text;
}

/// The fused kernel of the convolution alone, in the precision asked for or
/// else in that of its operands.
llvm::Expected<FusedBlock>
ScheduleSelector::selectPart(BlockOp block, FusedScheduleAttr written,
                             Precision asked) {
  llvm::Expected<FusedBlock> fused = planConvolution(block, written, asked);
  bool granted = static_cast<bool>(fused);
  grant(block, asked, granted);
  if (granted || asked != Precision::TF32)
    return fused;
  llvm::consumeError(fused.takeError());
  return planConvolution(block, written, Precision::IEEE);
}

/// Two kernels: the convolution alone, then its rows from memory.
LogicalResult ScheduleSelector::selectSplit(BlockOp block, Precision asked) {
  MLIRContext *context = block.getContext();
  auto written = dyn_cast_or_null<SplitScheduleAttr>(block.getScheduleAttr());
  ScheduleAttr part = written ? written.getConvolution() : ScheduleAttr();
  bool partIsWritten = part != nullptr;
  std::string text = kDirectText.str(), whyNot;
  if (isa_and_nonnull<DirectScheduleAttr>(part)) {
    grant(block, asked, /*fused=*/false);
  } else if (llvm::Expected<FusedBlock> fused = selectPart(
                 block, cast_or_null<FusedScheduleAttr>(part), asked)) {
    part = getSchedule(context, *fused);
    SmallVector<Type> tensors(block.getInputs().getTypes());
    tensors.push_back(getStoredType(block));
    text = describe(*fused, tensors);
  } else {
    whyNot = llvm::toString(fused.takeError());
    if (partIsWritten)
      return block.emitError("schedule is not legal here: 'convolution': ")
             << whyNot;
    part = DirectScheduleAttr::get(context);
  }
  FailureOr<RowBlock> rows =
      planRows(block, written ? written.getRows() : RowsScheduleAttr());
  if (failed(rows))
    return failure();
  auto schedule =
      SplitScheduleAttr::get(context, part, getSchedule(context, *rows));
  block.setScheduleAttr(schedule);
  explain(block, schedule,
          "the convolution, then its rows from memory; " + describeRows(block) +
              ::describe(rows->plan),
          written != nullptr);
  if (!whyNot.empty())
    explainNotFused(block, whyNot);
  explain(block, part, text, partIsWritten);
  return success();
}

LogicalResult ScheduleSelector::selectStored(BlockOp block) {
  auto written = cast_or_null<RowsScheduleAttr>(block.getScheduleAttr());
  FailureOr<RowBlock> rows = planRows(block, written);
  if (failed(rows))
    return failure();
  RowsScheduleAttr schedule = getSchedule(block.getContext(), *rows);
  block.setScheduleAttr(schedule);
  explain(block, schedule, describeRows(block) + ::describe(rows->plan),
          written != nullptr);
  return success();
}

LogicalResult ScheduleSelector::select(BlockOp block) {
  return block.isConv() ? selectConvolution(block) : selectStored(block);
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
      count(block.getScheduleAttr());
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }

private:
  void count(ScheduleAttr schedule) {
    numStored += isa<RowsScheduleAttr>(schedule);
    numDirect += isa<DirectScheduleAttr>(schedule);
    if (auto split = dyn_cast<SplitScheduleAttr>(schedule)) {
      ++numSplit;
      count(split.getConvolution());
    }
    numFused += isa<FusedScheduleAttr>(schedule);
  }
};
} // namespace
