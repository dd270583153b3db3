//===- CompileChip.cpp - One chip's kernels and launches ------------------===//
// Stages 4 to 6 on a clone of the blocks, and their launch lists.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Compilation.h"

#include "Upweave/Conversion/Passes.h"
#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/Occupancy.h"
#include "Upweave/Schedule/Passes.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace upweave {

//===----------------------------------------------------------------------===//
// Pipelines
//===----------------------------------------------------------------------===//

/// Stage 4.
static void buildScheduling(OpPassManager &pm, StringRef precision) {
  SelectScheduleOptions options;
  options.precision = precision.str();
  pm.addPass(createSelectSchedule(options));
}

/// Stage 5.
static void buildLowering(OpPassManager &pm, bool contract) {
  pm.addPass(createSplitBlocks());
  buildBufferizePipeline(pm);
  pm.addPass(createPackOperands());
  pm.addPass(createPlanBuffers());
  LowerToGPUOptions options;
  options.contract = contract;
  pm.addPass(createLowerToGPU(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void buildBlocksToLaunch(OpPassManager &pm, StringRef precision) {
  buildScheduling(pm, precision);
  buildLowering(pm, /*contract=*/false);
}

namespace {
struct ToLaunchOptions : public PassPipelineOptions<ToLaunchOptions> {
  Option<std::string> chip{*this, "chip", llvm::cl::desc("Chip to compile for"),
                           llvm::cl::init(kDefaultChip.str())};
  Option<std::string> precision{
      *this, "precision",
      llvm::cl::desc("Products of f32 convolutions: ieee, tf32 or tf32x3"),
      llvm::cl::init("ieee")};
};
} // namespace

void registerCompilePipelines() {
  auto build = [](OpPassManager &pm, const ToLaunchOptions &options) {
    AttachTargetOptions target;
    target.chip = options.chip;
    pm.addPass(createAttachTarget(target));
    buildBlocksToLaunch(pm, options.precision);
  };
  PassPipelineRegistration<ToLaunchOptions>(
      "upweave-blocks-to-launch",
      "Stages 4 and 5: blocks become kernels and launches for one chip", build);
  PassPipelineRegistration<ToLaunchOptions>(
      "upweave-compile-to-launch",
      "Stages 1 to 5: linalg on tensors becomes kernels and launches for one "
      "chip",
      [build](OpPassManager &pm, const ToLaunchOptions &options) {
        buildFusePipeline(pm, FusePipelineOptions());
        build(pm, options);
      });
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// `value / unit`, rounded down to what fits `limit` of it; many if the kernel
/// takes none of it.
static int64_t fit(int64_t limit, int64_t value) {
  return value > 0 ? limit / value : std::numeric_limits<int64_t>::max();
}

int64_t getBlocksPerSM(const TargetDescription &target, int64_t threads,
                       int64_t registers, int64_t sharedBytes) {
  constexpr int64_t kWarpSize = 32;
  int64_t warps = llvm::divideCeil(threads, kWarpSize);
  return std::min(
      {target.blocksPerMultiprocessor,
       fit(target.warpsPerMultiprocessor, warps),
       fit(target.threadsPerMultiprocessor, threads),
       countBlocksByRegisters(target.registersPerMultiprocessor,
                              warps * kWarpSize,
                              std::max<int64_t>(registers, 1)),
       countBlocksByShared(target.sharedBytesPerMultiprocessor, sharedBytes)});
}

/// What ptxas said of a kernel, or nothing.
static const KernelResources *findResources(const SerializedModule &image,
                                            StringRef symbol) {
  for (const KernelResources &kernel : image.kernels)
    if (kernel.name == symbol)
      return &kernel;
  return nullptr;
}

ReportKernel Compilation::addKernel(ChipModule &chip,
                                    const SerializedModule &image,
                                    const ReadLaunch &launch) {
  ReportKernel report;
  gpu::LaunchFuncOp op = launch.op;
  report.symbol = op.getKernelName().str();
  report.chip = chip.target.chip;
  const bundle::Dim3 &block = *launch.table->block;
  report.threads = int64_t(block.x()) * block.y() * block.z();
  int64_t staticShared = -1;
  if (const KernelResources *known = findResources(image, report.symbol)) {
    staticShared = known->sharedBytes;
    report.registers = known->registers;
    report.spillBytes = known->spillStoreBytes + known->spillLoadBytes;
    report.sharedBytes = staticShared + launch.table->dynamic_shared_bytes;
    report.blocksPerSM = getBlocksPerSM(chip.target, report.threads,
                                        report.registers, report.sharedBytes);
  }
  std::vector<std::unique_ptr<bundle::KernelT>> &kernels =
      result.bundle.getTable().kernels;
  for (auto [i, kernel] : llvm::enumerate(kernels))
    if (kernel->symbol == report.symbol && kernel->chip == report.chip) {
      launch.table->kernel = i;
      return report;
    }
  launch.table->kernel = kernels.size();
  auto kernel = std::make_unique<bundle::KernelT>();
  kernel->symbol = report.symbol;
  kernel->chip = report.chip;
  kernel->registers = report.registers;
  kernel->spill_bytes = report.spillBytes;
  kernel->shared_bytes = staticShared;
  kernel->blocks_per_sm = report.blocksPerSM;
  kernel->threads = report.threads;
  kernel->location = describeLocation(op.getLoc());
  kernels.push_back(std::move(kernel));
  return report;
}

//===----------------------------------------------------------------------===//
// Launch lists
//===----------------------------------------------------------------------===//

LogicalResult Compilation::addLaunchList(ChipModule &chip, unsigned entry,
                                         const SerializedModule &image,
                                         ConstantPlacement &constants,
                                         int cubin, int ptx) {
  StringRef name = entries[entry].getSymName();
  auto func = chip.module->lookupSymbol<func::FuncOp>(name);
  FailureOr<std::vector<ReadLaunch>> launches = readLaunches(func, constants);
  if (failed(launches))
    return failure();
  auto list = std::make_unique<bundle::LaunchListT>();
  list->chip = chip.target.chip;
  list->compute = chip.target.getCapability();
  list->cubin = cubin;
  list->ptx = ptx;
  SizeExpr workspace = getWorkspaceExpr(func);
  if (workspace != SizeExpr(0))
    list->workspace = workspace.toTable();
  if (auto prepared = func->getAttrOfType<IntegerAttr>(kPreparedSizeAttr))
    list->prepared_bytes = prepared.getInt();
  for (const ReadLaunch &launch : *launches)
    list->preparing += launch.prepares;

  std::vector<int> infoOfBlock(blocks.size(), -1);
  for (auto [i, block] : llvm::enumerate(blocks)) {
    if (block.entry != entry)
      continue;
    const ReportBlock &report = result.report.blocks[block.reportIndex];
    infoOfBlock[i] = list->blocks.size();
    auto info = std::make_unique<bundle::BlockInfoT>();
    info->location = report.location;
    info->producer = report.producer;
    info->rows.assign(report.rows.begin(), report.rows.end());
    info->schedule = chip.schedules[i];
    info->precision = chip.precisions[i];
    list->blocks.push_back(std::move(info));
  }
  for (ReadLaunch &launch : *launches) {
    ReportKernel kernel = addKernel(chip, image, launch);
    std::optional<unsigned> number = getBlockNumber(launch.op.getLoc());
    if (number && infoOfBlock[*number] >= 0) {
      list->blocks[infoOfBlock[*number]]->kernels.push_back(
          launch.table->kernel);
      result.report.blocks[blocks[*number].reportIndex].kernels.push_back(
          kernel);
    } else {
      result.report.fallbacks.push_back(
          {name.str(), describeLocation(launch.op.getLoc()), kernel});
    }
    list->launches.push_back(std::move(launch.table));
  }
  entryTables[entry]->lists.push_back(std::move(list));
  return success();
}

LogicalResult Compilation::serialize(ChipModule &chip,
                                     ConstantPlacement &constants) {
  // The launches are read from the module as it is now; kernels are converted
  // in place beside them.
  if (failed(
          runPasses(*chip.module, "converting kernels", [&](OpPassManager &pm) {
            buildKernelsToNVVM(pm);
            if (options.lineInfo)
              pm.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
          })))
    return failure();
  keep(Stage::NVVM, chip.target.chip, *chip.module);
  if (isDone(Stage::NVVM))
    return success();
  auto modules = chip.module->getOps<gpu::GPUModuleOp>();
  if (modules.empty())
    return emitError(module.getLoc())
           << "there is nothing to run: the entry points compute nothing";
  FailureOr<SerializedModule> image =
      serializeGPUModule(*modules.begin(), chip.target, ptxas);
  if (failed(image))
    return failure();
  keep(Stage::LLVM, chip.target.chip, image->llvmIR);
  keep(Stage::PTX, chip.target.chip, image->ptx);
  keep(Stage::Cubin, chip.target.chip, image->cubin);
  result.report.ptxasVersion = image->ptxasVersion;
  if (!isDone(Stage::Bundle))
    return success();

  auto addImage = [&](bundle::ImageKind kind, StringRef name,
                      std::string bytes) -> int {
    if (bytes.empty())
      return -1;
    bundle::ImageT table;
    table.kind = kind;
    table.chip = chip.target.chip;
    table.compute = chip.target.getCapability();
    if (kind == bundle::ImageKind::Ptx)
      table.ptx_version = std::to_string(chip.target.ptxVersion / 10) + "." +
                          std::to_string(chip.target.ptxVersion % 10);
    result.report.images.push_back(
        {name.str(), chip.target.chip, static_cast<int64_t>(bytes.size())});
    return result.bundle.addImage(std::move(table), std::move(bytes));
  };
  int cubin = addImage(bundle::ImageKind::Cubin, "cubin", image->cubin);
  int ptx = addImage(bundle::ImageKind::Ptx, "ptx", image->ptx);
  for (unsigned entry = 0; entry < entries.size(); ++entry) {
    if (failed(addLaunchList(chip, entry, *image, constants, cubin, ptx)))
      return failure();
    describeFloor(entry, chip);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The chip
//===----------------------------------------------------------------------===//

/// What the cost model expects of a block, if it is one fused kernel.
static std::optional<double> predictSeconds(BlockOp block,
                                            const TargetDescription &target) {
  if (!isa_and_nonnull<FusedScheduleAttr>(block.getScheduleAttr()))
    return std::nullopt;
  FailureOr<FusedBlock> fused = getFusedBlock(block);
  if (failed(fused))
    return std::nullopt;
  return predictFusedSeconds(getMovedTypes(block), fused->facts, fused->plan,
                             target);
}

void Compilation::recordSchedules(ChipModule &chip) {
  chip.schedules.resize(blocks.size());
  chip.precisions.resize(blocks.size());
  chip.module->walk([&](BlockOp op) {
    std::optional<unsigned> number = getBlockNumber(op.getLoc());
    if (!number)
      return;
    BlockFacts &facts = blocks[*number];
    ReportBlock &report = result.report.blocks[facts.reportIndex];
    if (ScheduleAttr schedule = op.getScheduleAttr()) {
      llvm::raw_string_ostream os(chip.schedules[*number]);
      os << Attribute(schedule);
    }
    report.schedules.emplace_back(chip.target.chip, chip.schedules[*number]);
    if (std::optional<double> seconds = predictSeconds(op, chip.target))
      report.predictions.emplace_back(chip.target.chip, *seconds);
    bundle::Precision precision = bundle::Precision::None;
    if (op.isConv() && op.getPrecision())
      precision = getBundlePrecision(*op.getPrecision());
    chip.precisions[*number] = getPrecisionName(precision).str();
    // TF32 is the loosest, then 3xTF32: the check allows for the loosest.
    auto rank = [](bundle::Precision value) {
      return value == bundle::Precision::Tf32     ? 2
             : value == bundle::Precision::Tf32x3 ? 1
                                                  : 0;
    };
    if (facts.precision == bundle::Precision::None ||
        rank(precision) > rank(facts.precision)) {
      facts.precision = precision;
      report.precision = chip.precisions[*number];
    }
  });
}

LogicalResult Compilation::compileChip(StringRef name) {
  FailureOr<TargetDescription> target =
      lookupTarget(name, [&] { return emitError(module.getLoc()); });
  if (failed(target))
    return failure();
  ChipModule chip{*target, module.clone(), {}, {}};
  attachTarget(*chip.module, *target);
  if (failed(runPasses(
          *chip.module, "selecting schedules", [&](OpPassManager &pm) {
            buildScheduling(pm, getPrecisionName(options.precision));
          })))
    return failure();
  recordSchedules(chip);
  keep(Stage::Schedule, name, *chip.module);
  if (isDone(Stage::Schedule))
    return success();
  auto build = [&](OpPassManager &pm) {
    buildLowering(pm, /*contract=*/!options.strictNumerics);
  };
  if (failed(runPasses(*chip.module, "lowering to kernels", build)))
    return failure();
  keep(Stage::Launch, name, *chip.module);
  if (isDone(Stage::Launch))
    return success();
  if (isDone(Stage::Bundle) && failed(createEntries(*chip.module)))
    return failure();
  ConstantPlacement constants(*chip.module, result.bundle.getConstants());
  return serialize(chip, constants);
}

} // namespace upweave
