//===- Compile.cpp - From a module to a bundle ----------------------------===//
// The steps that do not depend on a chip: entries, blocks, host, meaning.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Compile.h"

#include "CheckSource.h"
#include "Compilation.h"

#include "Upweave/Target/Passes.h"
#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"
#include "Upweave/Version.h"
#include "upweave/bundle_format.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Config/llvm-config.h"

using namespace mlir;

namespace upweave {

const std::string *CompileResult::find(Stage stage, StringRef chip) const {
  for (const Artifact &artifact : artifacts)
    if (artifact.stage == stage && artifact.chip == chip)
      return &artifact.bytes;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral kBlockNumber = "upweave.block_number";

Location getBlockLocation(Location loc, unsigned number) {
  Builder builder(loc.getContext());
  return FusedLoc::get(loc.getContext(), {loc},
                       builder.getDictionaryAttr(builder.getNamedAttr(
                           kBlockNumber, builder.getI64IntegerAttr(number))));
}

std::optional<unsigned> getBlockNumber(Location loc) {
  std::optional<unsigned> number;
  loc->walk([&](Location inner) {
    auto fused = dyn_cast<FusedLoc>(inner);
    auto facts = fused ? dyn_cast_or_null<DictionaryAttr>(fused.getMetadata())
                       : DictionaryAttr();
    auto found = facts ? facts.getAs<IntegerAttr>(kBlockNumber) : IntegerAttr();
    if (!found)
      return WalkResult::advance();
    number = found.getInt();
    return WalkResult::interrupt();
  });
  return number;
}

StringRef getPrecisionName(bundle::Precision precision) {
  switch (precision) {
  case bundle::Precision::None:
    return "none";
  case bundle::Precision::Ieee:
    return "ieee";
  case bundle::Precision::Tf32:
    return "tf32";
  case bundle::Precision::Tf32x3:
    return "tf32x3";
  case bundle::Precision::F16:
    return "f16";
  case bundle::Precision::BF16:
    return "bf16";
  }
  return "none";
}

void Compilation::keep(Stage stage, StringRef chip, std::string bytes) {
  if (keeps(stage))
    result.artifacts.push_back({stage, chip.str(), std::move(bytes)});
}

void Compilation::keep(Stage stage, StringRef chip, ModuleOp op) {
  if (!keeps(stage))
    return;
  std::string text;
  llvm::raw_string_ostream os(text);
  op.print(os);
  os << '\n';
  result.artifacts.push_back({stage, chip.str(), std::move(text)});
}

LogicalResult
Compilation::runPasses(ModuleOp op, StringRef what,
                       llvm::function_ref<void(OpPassManager &)> build) {
  // Passes report what is wrong; a pass that only fails would leave the user
  // without a word.
  bool reported = false;
  ScopedDiagnosticHandler handler(op.getContext(), [&](Diagnostic &diag) {
    reported |= diag.getSeverity() == DiagnosticSeverity::Error;
    return failure();
  });
  PassManager pm(op.getContext(), ModuleOp::getOperationName());
  pm.enableVerifier(true);
  build(pm);
  if (succeeded(pm.run(op)))
    return success();
  if (!reported)
    emitError(op.getLoc()) << what << " failed and gave no reason: this is a "
                           << "bug in Upweave, please report it";
  return failure();
}

//===----------------------------------------------------------------------===//
// Entries and blocks
//===----------------------------------------------------------------------===//

LogicalResult Compilation::selectEntries() {
  std::vector<std::string> names;
  bool found = false;
  for (func::FuncOp func : module.getOps<func::FuncOp>()) {
    if (!isEntryPoint(func))
      continue;
    names.push_back(func.getSymName().str());
    if (options.entry.empty() || func.getSymName() == options.entry)
      found = true;
    else
      func.setPrivate();
  }
  if (found)
    return success();
  InFlightDiagnostic diag = emitError(module.getLoc());
  if (names.empty())
    return diag << "the module has no public function with a body: nothing "
                   "can become an entry point";
  return diag << "there is no public function '" << options.entry
              << "' to be the entry point; there is: "
              << llvm::join(names, ", ");
}

/// Refuses what no launch list can hold while its name is still at hand.
LogicalResult Compilation::checkEntry(func::FuncOp func) {
  if (!func.getBody().hasOneBlock())
    return func.emitError("function '")
           << func.getSymName()
           << "' has branches: an entry point is straight-line code on tensors";
  for (Operation &op : func.getBody().front()) {
    StringRef dialect = op.getName().getDialectNamespace();
    bool isLoop =
        (dialect == "scf" || dialect == "affine") && op.getNumRegions() != 0;
    if (isLoop || isa<func::CallOp>(op))
      return op.emitError("'")
             << op.getName()
             << "' cannot be part of an entry point: a launch list has no "
                "control flow; unroll the loop, or lower the host code with "
                "gpu-to-llvm and link the launch shim";
    if (failed(checkHasKernel(&op)))
      return failure();
  }
  return success();
}

/// A kernel cannot report that an assertion failed, and host code is not to end
/// the process.
void Compilation::dropAssertions() {
  module.walk([&](cf::AssertOp op) {
    hadAssertions = true;
    op.erase();
  });
}

LogicalResult Compilation::formBlocks() {
  if (failed(runPasses(module, "forming blocks", [&](OpPassManager &pm) {
        FusePipelineOptions fuse;
        fuse.numerics =
            options.strictNumerics ? Numerics::Strict : Numerics::Relaxed;
        buildFusePipeline(pm, fuse);
        pm.addPass(createSymbolDCEPass());
      })))
    return failure();
  for (func::FuncOp func : module.getOps<func::FuncOp>())
    if (isEntryPoint(func))
      entries.push_back(func);
  for (unsigned entry = 0; entry < entries.size(); ++entry) {
    func::FuncOp func = entries[entry];
    if (failed(checkEntry(func)))
      return failure();
    size_t before = blocks.size();
    func.walk([&](BlockOp op) {
      op->setLoc(getBlockLocation(op.getLoc(), blocks.size()));
      blocks.push_back({op, entry, 0});
    });
    if (blocks.size() == before)
      emitRemark(func.getLoc())
          << "function '" << func.getSymName()
          << "' has nothing to fuse: no block was formed (--report says what "
             "was missed, if anything was); each op becomes a kernel of its "
             "own";
  }
  keep(Stage::Blocks, {}, module);
  return success();
}

/// Writes the schedule that was asked for on the blocks that it can be for.
LogicalResult Compilation::applySchedule() {
  if (options.schedule.empty())
    return success();
  MLIRContext *context = module.getContext();
  context->loadDialect<UpweaveDialect>();
  auto schedule = dyn_cast_or_null<ScheduleAttr>(
      mlir::parseAttribute("#upweave." + options.schedule, context));
  if (!schedule) {
    why = CompileFailure::BadInput;
    return emitError(module.getLoc())
           << "'" << options.schedule
           << "' is no schedule: it is written as an attribute without its "
              "'#upweave.', as 'split' or 'fused<stages = 3>'";
  }
  bool forConvolutions = !isa<RowsScheduleAttr>(schedule);
  for (BlockFacts &block : blocks)
    if (block.op.isConv() == forConvolutions && !block.op.getScheduleAttr())
      block.op.setScheduleAttr(schedule);
  return success();
}

//===----------------------------------------------------------------------===//
// Host and meaning
//===----------------------------------------------------------------------===//

LogicalResult Compilation::createEntries(ModuleOp planned) {
  if (!entryTables.empty())
    return success();
  for (func::FuncOp source : entries) {
    auto func = planned.lookupSymbol<func::FuncOp>(source.getSymName());
    // Precision and equal sizes come with the meaning.
    auto entry = createEntry(source, func);
    if (failed(entry))
      return failure();
    (*entry)->numerics = options.strictNumerics ? bundle::Numerics::Strict
                                                : bundle::Numerics::Default;
    entryTables.push_back(std::move(*entry));
  }
  return success();
}

LogicalResult Compilation::compileHost() {
  OwningOpRef<ModuleOp> clone = module.clone();
  if (failed(runPasses(*clone, "planning host buffers",
                       [](OpPassManager &pm) {
                         buildBufferizePipeline(pm);
                         pm.addPass(createPlanBuffers());
                       })) ||
      failed(createEntries(*clone)) ||
      failed(result.bundle.getConstants().adopt(*clone)))
    return failure();
  if (failed(runPasses(*clone, "lowering to host code", [](OpPassManager &pm) {
        buildLowerToHostPipeline(pm);
      })))
    return failure();
  keep(Stage::NVVM, "host", *clone);
  FailureOr<HostObject> object = buildHostObject(*clone, options.hostObject);
  if (failed(object)) {
    why = CompileFailure::BadInput; // options, or no linker
    return failure();
  }
  bundle::ImageT image;
  image.kind = bundle::ImageKind::Host;
  image.target_triple = object->triple;
  image.cpu = object->cpu;
  image.features = object->features;
  std::string bytes(object->image.begin(), object->image.end());
  result.report.images.push_back(
      {"host", object->triple, static_cast<int64_t>(bytes.size())});
  keep(Stage::Cubin, "host", bytes);
  unsigned number = result.bundle.addImage(std::move(image), std::move(bytes));
  for (auto [i, entry] : llvm::enumerate(entryTables)) {
    Operation *func = clone->lookupSymbol(entries[i].getSymName());
    entry->host = std::make_unique<bundle::HostVariantT>();
    entry->host->image = number;
    entry->host->symbol = (kHostEntryPrefix + entry->name).str();
    entry->host->workspace = getWorkspaceExpr(func).toTable();
    auto scratch = func->getAttrOfType<IntegerAttr>(kThreadScratchAttr);
    entry->host->abi = scratch ? bundle::kHostAbiTeam : bundle::kHostAbiSingle;
    if (scratch && scratch.getInt() != 0)
      entry->host->thread_scratch = SizeExpr(scratch.getInt()).toTable();
  }
  return success();
}

/// What the functions computed before anything was done to them.
LogicalResult Compilation::addSourceMeaning(llvm::raw_ostream &os) {
  if (failed(runPasses(*source, "inlining the source", [](OpPassManager &pm) {
        // Only calls go away: nothing is simplified.
        pm.addPass(createInlinerPass({}, [](OpPassManager &) {}));
      })))
    return failure();
  if (failed(verifyReshapes(*source)) || failed(decomposeComposites(*source)))
    return failure();
  for (auto [i, block] : llvm::enumerate(entries)) {
    auto func = source->lookupSymbol<func::FuncOp>(block.getSymName());
    FailureOr<EntryMeaning> meaning = extractMeaning(
        func, options.precision, result.bundle.getSourceConstants());
    if (failed(meaning))
      return failure();
    if (keeps(Stage::Meaning)) {
      os << "entry '" << func.getSymName() << "', as the source has it\n";
      printMeaning(*meaning->table, os);
    }
    if (i < entryTables.size())
      entryTables[i]->source = std::move(meaning->table);
  }
  return success();
}

LogicalResult Compilation::addMeaning() {
  // What ran is what the strictest reader has to allow for.
  for (BlockFacts &block : blocks)
    if (std::optional<Precision> ran = getIRPrecision(block.precision);
        ran && block.op.isConv())
      block.op.setPrecision(*ran);
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [i, func] : llvm::enumerate(entries)) {
    FailureOr<EntryMeaning> meaning =
        extractMeaning(func, options.precision, result.bundle.getConstants());
    if (failed(meaning))
      return failure();
    os << "entry '" << func.getSymName() << "'\n";
    if (keeps(Stage::Meaning))
      printMeaning(*meaning->table, os);
    if (i >= entryTables.size())
      continue; // only the text was asked for
    unifySizes(*entryTables[i], meaning->equalDims);
    entryTables[i]->precision = meaning->precision;
    entryTables[i]->unit_error = meaning->unitError;
    entryTables[i]->meaning = std::move(meaning->table);
  }
  if (failed(addSourceMeaning(os)))
    return failure();
  keep(Stage::Meaning, {}, std::move(text));
  return success();
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

LogicalResult Compilation::run() {
  FailureOr<std::shared_ptr<RemarkList>> list =
      collectRemarks(*module.getContext());
  if (failed(list))
    return emitError(module.getLoc()) << "remarks cannot be collected";
  remarks = *list;
  if (failed(selectEntries()))
    return failure();
  bool images = options.lastStage >= Stage::LLVM;
  if (images && options.assemble) {
    FailureOr<std::string> found = findPtxas(options.toolkit, module.getLoc());
    if (failed(found))
      return failure();
    ptxas = *found;
  }
  // The input and the options are right: what fails now is not supported.
  why = CompileFailure::Unsupported;
  if (failed(checkInterfaces(module)))
    return failure();
  dropAssertions();
  source = module.clone();
  if (failed(formBlocks()) || failed(applySchedule()))
    return failure();
  describeBlocks();
  if (isDone(Stage::Blocks))
    return success();
  if (isDone(Stage::Meaning))
    return addMeaning();
  if (isDone(Stage::Bundle) && options.host && failed(compileHost()))
    return failure();
  for (const std::string &chip : options.chips)
    if (failed(compileChip(chip)))
      return failure();
  if (isDone(Stage::Bundle)) {
    if (failed(addMeaning()))
      return failure();
    describeDifferences();
    for (std::unique_ptr<bundle::EntryT> &entry : entryTables)
      result.bundle.getTable().entries.push_back(std::move(entry));
    result.bundle.addProducer("upweave", UPWEAVE_VERSION);
    result.bundle.addProducer("llvm", LLVM_VERSION_STRING);
    if (!result.report.ptxasVersion.empty())
      result.bundle.addProducer("ptxas", result.report.ptxasVersion);
  }
  describeRemarks();
  return success();
}

std::unique_ptr<CompileResult> compileModule(ModuleOp module,
                                             const CompileOptions &options,
                                             CompileFailure *failure) {
  // Targets are attached between passes, which would have loaded it.
  module.getContext()->loadDialect<DLTIDialect>();
  auto result = std::make_unique<CompileResult>();
  CompileReport &report = result->report;
  report.source = options.sourceName;
  report.precision = getPrecisionName(options.precision).str();
  report.numerics = options.strictNumerics ? "strict" : "relaxed";
  report.upweaveVersion = UPWEAVE_VERSION;
  report.llvmVersion = LLVM_VERSION_STRING;
  Compilation compilation(module, options, *result);
  if (succeeded(compilation.run()))
    return result;
  if (failure)
    *failure = compilation.getFailure();
  return nullptr;
}

void registerCompileDialects(DialectRegistry &registry) {
  registerUpweaveDialect(registry);
  registerSerialization(registry);
}

} // namespace upweave
