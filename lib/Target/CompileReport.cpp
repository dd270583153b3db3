//===- CompileReport.cpp - What goes into the report ----------------------===//
// Blocks, remarks, stated differences and the floor of a target.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Compilation.h"

#include "Upweave/Transforms/PlannedFunction.h"

using namespace mlir;

namespace upweave {

void Compilation::describeBlocks() {
  for (BlockFacts &facts : blocks) {
    BlockOp op = facts.op;
    facts.reportIndex = result.report.blocks.size();
    ReportBlock block;
    block.entry = entries[facts.entry].getSymName().str();
    block.location = describeLocation(op.getLoc());
    block.producer = op.isConv() ? "conv_transpose" : "stored";
    block.rows.assign(op.getRows().begin(), op.getRows().end());
    block.precision = getPrecisionName(bundle::Precision::None).str();
    result.report.blocks.push_back(std::move(block));
  }
  for (func::FuncOp func : entries)
    result.report.entries.push_back(func.getSymName().str());
}

void Compilation::describeRemarks() {
  for (const KeptRemark &remark : *remarks) {
    ReportRemark entry{remark.location, remark.id, remark.message};
    if (remark.kind == remark::RemarkKind::RemarkMissed ||
        remark.kind == remark::RemarkKind::RemarkFailure)
      result.report.missed.push_back(std::move(entry));
    else
      result.report.notes.push_back(std::move(entry));
  }
}

void Compilation::describeDifferences() {
  bool conv = false, rows = false, narrow = false;
  for (BlockFacts &facts : blocks) {
    conv |= facts.op.isConv();
    rows |= facts.op.hasCollectives();
    for (Value input : facts.op.getInputs()) {
      Type element = getElementTypeOrSelf(input.getType());
      narrow |= element.isF16() || element.isBF16();
    }
  }
  std::vector<std::string> &list = result.report.differences;
  if (conv || rows)
    list.push_back("sums are formed in another order");
  if (conv)
    list.push_back("products with the zeros of a stuffed input are not formed "
                   "(where the filter holds Inf or NaN they would be NaN)");
  if (narrow)
    list.push_back("sums of f16 and bf16 values are f32");
  if (narrow && !options.strictNumerics)
    list.push_back("a value that is f16 or bf16 only because it was stored "
                   "may stay f32");
  if (rows && !options.strictNumerics)
    list.push_back("a row-constant addend under a LayerNorm is dropped where "
                   "the LayerNorm is its only use");
  if (rows && !options.strictNumerics)
    list.push_back("a product that is only added to something may not be "
                   "rounded first");
  if (hadAssertions)
    list.push_back("assertions (cf.assert) are not checked");
  for (std::unique_ptr<bundle::EntryT> &entry : entryTables)
    entry->notes = list;
}

/// Bytes of a tensor, nothing if a size is dynamic.
static std::optional<double> getBytes(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape())
    return std::nullopt;
  return static_cast<double>(getByteSize(shaped));
}

/// Operations of a transposed convolution, a product and its sum being two:
/// each input element meets each filter element of its channel once.
static double getFlops(BlockOp op) {
  const ConvTransposeGeometry &geometry = op.getGeometryAttr().getGeometry();
  auto x = cast<ShapedType>(op.getInputs()[0].getType());
  auto w = cast<ShapedType>(op.getInputs()[1].getType());
  ConvTransposeSizes sizes = geometry.getSizes(x.getShape(), w.getShape());
  double products = static_cast<double>(x.getNumElements()) *
                    sizes.outputChannels / geometry.groups;
  for (int64_t size : sizes.filter)
    products *= size;
  return 2 * products;
}

/// Operations a second that products of a precision can take.
static double getPeakRate(const TargetDescription &target,
                          StringRef precision) {
  if (precision == getPrecisionName(bundle::Precision::Tf32))
    return static_cast<double>(target.flopsTF32);
  if (precision == getPrecisionName(bundle::Precision::F16) ||
      precision == getPrecisionName(bundle::Precision::BF16))
    return static_cast<double>(target.flopsF16);
  return static_cast<double>(target.flopsF32);
}

/// Seconds predicted for an entry whose kernels are all those of fused blocks.
double Compilation::predictEntry(unsigned entry, StringRef chip) {
  StringRef name = entries[entry].getSymName();
  for (const ReportFallback &fallback : result.report.fallbacks)
    if (fallback.entry == name && fallback.kernel.chip == chip)
      return 0;
  double seconds = 0;
  for (const BlockFacts &facts : blocks) {
    if (facts.entry != entry)
      continue;
    const auto &predictions =
        result.report.blocks[facts.reportIndex].predictions;
    auto found = llvm::find_if(
        predictions, [&](const auto &known) { return known.first == chip; });
    if (found == predictions.end())
      return 0;
    seconds += found->second;
  }
  return seconds;
}

void Compilation::describeFloor(unsigned entry, const ChipModule &chip) {
  const TargetDescription &target = chip.target;
  ReportFloor floor{entries[entry].getSymName().str(), target.chip,
                    target.device};
  for (TypeRange types : {TypeRange(entries[entry].getArgumentTypes()),
                          TypeRange(entries[entry].getResultTypes())})
    for (Type type : types) {
      std::optional<double> bytes = getBytes(type);
      if (!bytes)
        return;
      floor.bytes += *bytes;
    }
  double seconds = 0;
  for (auto [i, facts] : llvm::enumerate(blocks)) {
    if (facts.entry != entry || !facts.op.isConv())
      continue;
    if (!getBytes(facts.op.getInputs()[0].getType()))
      return;
    double flops = getFlops(facts.op);
    floor.flops += flops;
    seconds += flops / getPeakRate(target, chip.precisions[i]);
  }
  floor.seconds = std::max(
      seconds, floor.bytes / static_cast<double>(target.dramBytesPerSecond));
  floor.predicted = predictEntry(entry, target.chip);
  result.report.floors.push_back(std::move(floor));
}

} // namespace upweave
