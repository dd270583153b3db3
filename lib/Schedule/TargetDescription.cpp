//===- TargetDescription.cpp - What a GPU offers, as data -----------------===//
// The table of known targets, and its way to and from DLTI attributes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/TargetDescription.h"

#include "Upweave/Schedule/Occupancy.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace upweave {

namespace {

/// A figure of the description and the key it is stored under.
struct Figure {
  StringLiteral key;
  int64_t TargetDescription::*member;
};

constexpr StringLiteral kChipKey = "chip";
constexpr StringLiteral kDeviceKey = "device";

constexpr Figure kFigures[] = {
    {"ptx_version", &TargetDescription::ptxVersion},
    {"multiprocessors", &TargetDescription::multiprocessors},
    {"shared_bytes_per_multiprocessor",
     &TargetDescription::sharedBytesPerMultiprocessor},
    {"shared_bytes_per_block", &TargetDescription::sharedBytesPerBlock},
    {"registers_per_multiprocessor",
     &TargetDescription::registersPerMultiprocessor},
    {"registers_per_thread", &TargetDescription::registersPerThread},
    {"threads_per_multiprocessor",
     &TargetDescription::threadsPerMultiprocessor},
    {"warps_per_multiprocessor", &TargetDescription::warpsPerMultiprocessor},
    {"blocks_per_multiprocessor", &TargetDescription::blocksPerMultiprocessor},
    {"threads_per_block", &TargetDescription::threadsPerBlock},
    {"l2_bytes", &TargetDescription::l2Bytes},
    {"dram_bytes_per_second", &TargetDescription::dramBytesPerSecond},
    {"flops_f32", &TargetDescription::flopsF32},
    {"flops_tf32", &TargetDescription::flopsTF32},
    {"flops_f16", &TargetDescription::flopsF16},
    {"mma_sync_permille", &TargetDescription::mmaSyncPermille},
    {"l2_bytes_per_cycle", &TargetDescription::l2BytesPerCycle},
    {"load_bytes_per_cycle", &TargetDescription::loadBytesPerCycle},
    {"launch_cycles", &TargetDescription::launchCycles},
    {"block_latency_cycles", &TargetDescription::blockLatencyCycles},
    {"stage_latency_cycles", &TargetDescription::stageLatencyCycles},
    {"strided_latency_cycles", &TargetDescription::stridedLatencyCycles},
    {"load_latency_cycles", &TargetDescription::loadLatencyCycles},
};

constexpr int64_t KiB = 1024;
constexpr int64_t MiB = 1024 * KiB;
constexpr int64_t giga = 1000000000;

/// What was measured, on the one device there was.
void setMeasured(TargetDescription &t) {
  t.mmaSyncPermille = 1000;
  t.l2BytesPerCycle = 32;
  t.loadBytesPerCycle = 80;
  t.launchCycles = 2000;
  t.blockLatencyCycles = 2500;
  t.stageLatencyCycles = 150;
  t.stridedLatencyCycles = 1200;
  t.loadLatencyCycles = 800;
}

/// The figures that generations of chips share.
TargetDescription makeTarget(StringRef chip, StringRef device, int64_t ptx,
                             int64_t multiprocessors, int64_t sharedKiB,
                             int64_t warps, int64_t blocks) {
  TargetDescription t;
  t.chip = chip.str();
  t.device = device.str();
  t.ptxVersion = ptx;
  t.multiprocessors = multiprocessors;
  t.sharedBytesPerMultiprocessor = sharedKiB * KiB;
  t.sharedBytesPerBlock = sharedKiB * KiB - kSystemSharedBytes;
  t.registersPerMultiprocessor = 65536;
  t.registersPerThread = 255;
  t.threadsPerMultiprocessor = warps * 32;
  t.warpsPerMultiprocessor = warps;
  t.blocksPerMultiprocessor = blocks;
  t.threadsPerBlock = 1024;
  setMeasured(t);
  return t;
}

/// Changes the share of the tensor cores' peak that mma.sync reaches, where
/// only larger instructions reach all of it.
TargetDescription withMmaSync(TargetDescription t, int64_t permille) {
  t.mmaSyncPermille = permille;
  return t;
}

/// Adds cache, bandwidth in GB/s and rates in GFLOP/s.
TargetDescription withRates(TargetDescription t, int64_t l2MiB,
                            int64_t gigabytes, int64_t f32, int64_t tf32,
                            int64_t f16) {
  t.l2Bytes = l2MiB * MiB;
  t.dramBytesPerSecond = gigabytes * giga;
  t.flopsF32 = f32 * giga;
  t.flopsTF32 = tf32 * giga;
  t.flopsF16 = f16 * giga;
  return t;
}

} // namespace

int64_t TargetDescription::getCapability() const {
  int64_t capability = 0;
  (void)StringRef(chip)
      .drop_front(StringRef("sm_").size())
      .getAsInteger(10, capability);
  return capability;
}

std::string TargetDescription::getFeatures() const {
  return "+ptx" + std::to_string(ptxVersion);
}

ArrayRef<TargetDescription> getKnownTargets() {
  // clang-format off
  static const TargetDescription targets[] = {
      withRates(makeTarget("sm_80", "A100 SXM 80 GB", 80, 108, 164, 64, 32),
                40, 2039, 19500, 156000, 312000),
      withRates(makeTarget("sm_86", "RTX 3090", 80, 82, 100, 48, 16),
                6, 936, 35600, 35600, 71000),
      withRates(makeTarget("sm_89", "RTX 4090", 80, 128, 100, 48, 24),
                72, 1008, 82600, 82600, 165200),
      withMmaSync(
          withRates(makeTarget("sm_90", "H200 SXM", 80, 132, 228, 64, 32),
                    50, 4800, 66900, 494700, 989400),
          720),
      withRates(makeTarget("sm_100", "B200 SXM", 86, 148, 228, 64, 32),
                126, 8000, 75000, 1100000, 2250000),
      withRates(makeTarget("sm_120", "RTX 5090", 87, 170, 100, 48, 24),
                96, 1792, 104800, 104800, 209500),
  };
  // clang-format on
  return targets;
}

std::string getKnownChips() {
  return llvm::join(llvm::map_range(getKnownTargets(),
                                    [](const TargetDescription &t) {
                                      return StringRef(t.chip);
                                    }),
                    ", ");
}

FailureOr<TargetDescription> lookupTarget(StringRef chip, EmitError emitError) {
  for (const TargetDescription &target : getKnownTargets())
    if (target.chip == chip)
      return target;
  return emitError() << "unknown chip '" << chip << "': known chips are "
                     << getKnownChips();
}

LogicalResult setTargetFigure(TargetDescription &target, StringRef key,
                              int64_t value, EmitError emitError) {
  const auto *figure =
      llvm::find_if(kFigures, [&](const Figure &f) { return f.key == key; });
  if (figure == std::end(kFigures)) {
    SmallVector<StringRef> keys;
    for (const Figure &f : kFigures)
      keys.push_back(f.key);
    return emitError() << "unknown key '" << key
                       << "' in the target description: known keys are "
                       << llvm::join(keys, ", ");
  }
  if (value <= 0)
    return emitError() << "target description: '" << key << "' is " << value
                       << ", it must be positive";
  target.*figure->member = value;
  return success();
}

TargetDeviceSpecAttr getTargetDeviceSpec(MLIRContext *context,
                                         const TargetDescription &target) {
  Builder b(context);
  SmallVector<DataLayoutEntryInterface> entries;
  auto add = [&](StringRef key, Attribute value) {
    entries.push_back(DataLayoutEntryAttr::get(b.getStringAttr(key), value));
  };
  add(kChipKey, b.getStringAttr(target.chip));
  add(kDeviceKey, b.getStringAttr(target.device));
  for (const Figure &figure : kFigures)
    add(figure.key, b.getI64IntegerAttr(target.*figure.member));
  return TargetDeviceSpecAttr::get(context, entries);
}

static TargetSystemSpecAttr getSystemSpec(ModuleOp module) {
  return module->getAttrOfType<TargetSystemSpecAttr>(
      DLTIDialect::kTargetSystemDescAttrName);
}

void attachTarget(ModuleOp module, const TargetDescription &target) {
  MLIRContext *context = module.getContext();
  auto id = StringAttr::get(context, kTargetDeviceId);
  SmallVector<DataLayoutEntryInterface> entries;
  if (TargetSystemSpecAttr spec = getSystemSpec(module))
    for (DataLayoutEntryInterface entry : spec.getEntries())
      if (entry.getKey() != DataLayoutEntryKey(id))
        entries.push_back(entry);
  entries.push_back(
      DataLayoutEntryAttr::get(id, getTargetDeviceSpec(context, target)));
  module->setAttr(DLTIDialect::kTargetSystemDescAttrName,
                  TargetSystemSpecAttr::get(context, entries));
}

/// Applies one entry of the stored description; the chip has been looked at.
static LogicalResult readEntry(TargetDescription &target,
                               DataLayoutEntryInterface entry,
                               EmitError emitError) {
  auto key = dyn_cast<StringAttr>(entry.getKey());
  if (!key)
    return emitError() << "target description: a key is not a string";
  if (key == kChipKey)
    return success();
  if (key == kDeviceKey) {
    auto device = dyn_cast<StringAttr>(entry.getValue());
    if (!device)
      return emitError() << "target description: '" << key.getValue() << "' is "
                         << entry.getValue() << ", it must be a string";
    target.device = device.str();
    return success();
  }
  auto value = dyn_cast<IntegerAttr>(entry.getValue());
  if (!value)
    return emitError() << "target description: '" << key.getValue() << "' is "
                       << entry.getValue() << ", it must be an integer";
  return setTargetFigure(target, key, value.getInt(), emitError);
}

FailureOr<TargetDescription> getAttachedTarget(Operation *op) {
  auto emitError = [&] { return mlir::emitError(op->getLoc()); };
  auto module = dyn_cast<ModuleOp>(op);
  for (Operation *parent = op; parent; parent = parent->getParentOp())
    if (auto candidate = dyn_cast<ModuleOp>(parent))
      if (module = candidate; getSystemSpec(module))
        break;
  TargetSystemSpecAttr spec = module ? getSystemSpec(module) : nullptr;
  auto id = StringAttr::get(op->getContext(), kTargetDeviceId);
  std::optional<TargetDeviceSpecInterface> device =
      spec ? spec.getDeviceSpecForDeviceID(id) : std::nullopt;
  if (!device)
    return emitError() << "the module has no target description: run "
                          "upweave-attach-target{chip=...} first";
  DataLayoutEntryInterface chipEntry =
      device->getSpecForIdentifier(StringAttr::get(op->getContext(), kChipKey));
  auto chip =
      chipEntry ? dyn_cast<StringAttr>(chipEntry.getValue()) : StringAttr();
  if (!chip)
    return emitError() << "target description: '" << kChipKey
                       << "' is missing, it must be one of " << getKnownChips();
  FailureOr<TargetDescription> target = lookupTarget(chip, emitError);
  if (failed(target))
    return failure();
  for (DataLayoutEntryInterface entry : device->getEntries())
    if (failed(readEntry(*target, entry, emitError)))
      return failure();
  return target;
}

FailureOr<TargetDescription> getTargetOrDefault(Operation *op) {
  auto module = op->getParentOfType<ModuleOp>();
  if (module && getSystemSpec(module))
    return getAttachedTarget(op);
  return lookupTarget(kDefaultChip, [&] { return op->emitError(); });
}

} // namespace upweave
