//===- upweave-check.cpp - Kernels proven without a GPU -------------------===//
// Compiles a module, simulates its launches and compares with the source.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

#include <fmt/format.h>

using namespace upweave;
using check::CheckError;
using check::Metric;

namespace {

const char *getName(InputKind kind) {
  for (auto [name, known] : getInputKinds())
    if (known == kind)
      return name;
  return "";
}

const char *getName(sim::ThreadOrder order) {
  static const char *const names[] = {"forward", "backward", "random"};
  return names[static_cast<int>(order)];
}

std::shared_ptr<const rt::BundleFile> readBundle(BundleWriter &writer) {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writer.print(os);
  std::shared_ptr<const rt::BundleFile> file;
  if (rt::BundleFile::copy(bytes.data(), bytes.size(), file) != UW_OK)
    throw CheckError("the bundle is not valid: " + rt::lastError());
  return file;
}

/// Checks the entries of one compiled module.
class Checker {
public:
  Checker(const ToolOptions &options, CompileResult &compiled)
      : options(options), file(readBundle(compiled.bundle)),
        reference(options, readBundle(*compiled.source)) {}

  /// `llvmIR` is the kernels'.
  bool run(const std::string &llvmIR, const TargetDescription &target);

private:
  bool checkEntry(SimulatedDevice &device, const bundle::Entry &entry);
  bool tryInputs(SimulatedDevice &device, Trial &trial, InputKind kind,
                 sim::ThreadOrder order);
  bool checkBits(const Trial &trial, sim::ThreadOrder order);
  bool print(const OutputResult &result, const Trial &trial, InputKind kind,
             sim::ThreadOrder order);
  void describe(const Trial &trial);

  const ToolOptions &options;
  std::shared_ptr<const rt::BundleFile> file;
  Reference reference;
  /// Outputs of the first run on normal inputs.
  std::vector<std::string> firstBits;
  sim::ThreadOrder firstOrder = sim::ThreadOrder::Forward;
};

void Checker::describe(const Trial &trial) {
  const bundle::LaunchList &list = trial.getLaunches();
  fmt::print("{}: {} launches for {}, {} blocks\n",
             trial.getEntry().name()->str(), rt::length(list.launches()),
             list.chip()->str(), rt::length(list.blocks()));
  for (uint32_t i = 0; i < rt::length(list.blocks()); ++i) {
    const bundle::BlockInfo &block = *list.blocks()->Get(i);
    fmt::print("  block at {}: {}{}{}\n", rt::text(block.location()),
               rt::text(block.schedule()),
               *rt::text(block.precision()) ? ", " : "",
               rt::text(block.precision()));
  }
  if (trial.hasData())
    fmt::print("  inputs go to '{}'\n", trial.getData()->label);
}

bool Checker::print(const OutputResult &result, const Trial &trial,
                    InputKind kind, sim::ThreadOrder order) {
  const Metric::Report &r = result.report;
  bool loose = options.maxError != 0 && kind == InputKind::Normal &&
               r.maxRelative > options.maxError;
  bool passed = r.passed() && result.unwritten == 0 && !loose;
  fmt::print("  {:<11} {:<9} {:<8} {}  {:>8} elements  ratio {:<9.3g} relative "
             "{:.2e}{}\n",
             getName(kind), getName(order), result.label,
             passed ? "passed" : "FAILED", r.compared, r.maxRatio,
             r.maxRelative, r.worst >= 0 ? "  worst at " + result.worst : "");
  if (result.unwritten)
    fmt::print("    {} elements were not stored to\n", result.unwritten);
  if (!r.passed()) {
    fmt::print("    {} elements are outside the bound; NaN or infinities "
               "differ in {}; {} have no finite bound\n",
               r.failures, r.specials, r.unbounded);
    fmt::print("    worst: y = {:.9g}, ref = {:.9g}, e = {:.3g}, k = {:g}\n",
               r.worstActual, r.worstReference, r.worstError, r.k);
  }
  if (loose)
    fmt::print("    the relative error is above --max-error={:g}\n",
               options.maxError);
  if (r.looseShare > 0 && kind == InputKind::Normal)
    fmt::print("    {:.3g} % of the elements may err by more than a tenth of "
               "the largest\n",
               100 * r.looseShare);
  return passed;
}

/// The order of threads must not show.
bool Checker::checkBits(const Trial &trial, sim::ThreadOrder order) {
  std::vector<std::string> bits;
  for (const TrialArgument &arg : trial.getArguments())
    if (arg.isOutput)
      bits.push_back(trial.getBytes(arg));
  if (firstBits.empty()) {
    firstBits = std::move(bits);
    firstOrder = order;
    return true;
  }
  if (bits == firstBits)
    return true;
  fmt::print("  FAILED: the outputs depend on the order of threads: {} and {} "
             "differ\n",
             getName(firstOrder), getName(order));
  return false;
}

bool Checker::tryInputs(SimulatedDevice &device, Trial &trial, InputKind kind,
                        sim::ThreadOrder order) {
  sim::SimulatorOptions simulation;
  simulation.order = order;
  simulation.seed = options.seed;
  simulation.sums = options.sums;
  simulation.workers = options.threads;
  device.simulator.setOptions(simulation);
  trial.fill(kind);
  if (!trial.run()) {
    fmt::print("  {:<11} {:<9} FAILED: {}\n", getName(kind), getName(order),
               device.failure);
    return false;
  }
  bool passed = kind != InputKind::Normal || checkBits(trial, order);
  if (kind == InputKind::Normal && order != firstOrder)
    return passed; // the same bits were compared before
  if (device.skippedBlocks)
    fmt::print("  {} of {} blocks were simulated\n", device.blocks,
               device.blocks + device.skippedBlocks);
  for (const OutputResult &result : reference.compare(trial, kind))
    passed &= print(result, trial, kind, order);
  return passed;
}

bool Checker::checkEntry(SimulatedDevice &device, const bundle::Entry &entry) {
  Trial trial(options, device, file, entry);
  describe(trial);
  firstBits.clear();
  bool passed = true;
  for (InputKind kind : options.inputs) {
    if (kind == InputKind::Normal) {
      firstOrder = options.orders.front();
      for (sim::ThreadOrder order : options.orders)
        passed &= tryInputs(device, trial, kind, order);
    } else if (trial.hasData()) {
      passed &= tryInputs(device, trial, kind, options.orders.back());
    }
  }
  if (!reference.getObstacle().empty())
    fmt::print("  compared with the blocks, not with the source, which has no "
               "float64 evaluation: {}\n",
               reference.getObstacle());
  return passed;
}

bool Checker::run(const std::string &llvmIR, const TargetDescription &target) {
  sim::DeviceMemory memory;
  llvm::Expected<std::unique_ptr<sim::Simulator>> simulator =
      sim::Simulator::create(llvmIR, memory, sim::SimulatorOptions());
  if (!simulator)
    throw CheckError(llvm::toString(simulator.takeError()));
  SimulatedDevice device(target, **simulator, memory);
  bool passed = true;
  for (const bundle::Entry *entry : *file->table().entries())
    passed &= checkEntry(device, *entry);
  fmt::print("{}\n", passed ? "passed" : "FAILED");
  return passed;
}

ExitCode runChecks(const ToolOptions &options, CompileResult &compiled,
                   mlir::Location loc) {
  const std::string &chip = options.compile.chips.front();
  const std::string *llvmIR = compiled.find(Stage::LLVM, chip);
  mlir::FailureOr<TargetDescription> target =
      lookupTarget(chip, [&] { return mlir::emitError(loc); });
  if (!llvmIR || mlir::failed(target))
    return kFailed;
  try {
    return Checker(options, compiled).run(*llvmIR, *target) ? kPassed : kFailed;
  } catch (const CheckError &error) {
    std::fflush(stdout);
    llvm::errs() << "upweave-check: " << error.what() << '\n';
    return kFailed;
  }
}

ExitCode run(const ToolOptions &options) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> input =
      mlir::openInputFile(options.input, &message);
  if (!input) {
    llvm::errs() << "upweave-check: " << message << '\n';
    return kFailed;
  }
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerCompileDialects(registry);
  mlir::MLIRContext context(registry);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (!module)
    return kFailed;
  CompileFailure failure;
  std::unique_ptr<CompileResult> compiled =
      compileModule(*module, options.compile, &failure);
  if (!compiled)
    return failure == CompileFailure::Unsupported ? kUnsupported : kFailed;
  return runChecks(options, *compiled, module->getLoc());
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  ToolOptions options;
  if (!parseOptions(argc, argv, options))
    return kUsageError;
  return run(options);
}
