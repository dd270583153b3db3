//===- Checker.cpp - All checks of a compiled module ----------------------===//
// Runs every entry on every kind of inputs and says what went wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include "upweave/files/TerminalText.h"

#include <fmt/format.h>

using namespace upweave;
using check::CheckError;
using check::Metric;

/// Names and locations come from files: what a terminal would obey is spelled
/// out.
template <typename... Args>
static void say(std::FILE *out, fmt::format_string<Args...> text,
                Args &&...args) {
  std::string line = fmt::format(text, std::forward<Args>(args)...);
  fmt::print(out, "{}", files::printable(line));
}

static const char *getName(InputKind kind) {
  for (auto [name, known] : getInputKinds())
    if (known == kind)
      return name;
  return "";
}

static const char *getName(sim::ThreadOrder order) {
  static const char *const names[] = {"forward", "backward", "random"};
  return names[static_cast<int>(order)];
}

static std::shared_ptr<const rt::BundleFile> readBundle(BundleWriter &writer) {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writer.print(os);
  std::shared_ptr<const rt::BundleFile> file;
  if (rt::BundleFile::copy(bytes.data(), bytes.size(), file) != UW_OK)
    throw CheckError("the bundle is not valid: " + rt::lastError());
  return file;
}

Checker::Checker(const CheckOptions &options, CompileResult &compiled,
                 std::FILE *out)
    : options(options), file(readBundle(compiled.bundle)), reference(options),
      out(out) {}

void Checker::describe(const Trial &trial) {
  const bundle::LaunchList &list = trial.getLaunches();
  say(out, "{}: {} launches for {}, {} blocks\n",
      trial.getEntry().name()->str(), rt::length(list.launches()),
      list.chip()->str(), rt::length(list.blocks()));
  for (uint32_t i = 0; i < rt::length(list.blocks()); ++i) {
    const bundle::BlockInfo &block = *list.blocks()->Get(i);
    say(out, "  block at {}: {}{}{}\n", rt::text(block.location()),
        rt::text(block.schedule()), *rt::text(block.precision()) ? ", " : "",
        rt::text(block.precision()));
  }
  if (trial.hasData())
    say(out, "  inputs go to '{}'\n", trial.getData()->label);
}

bool Checker::print(const OutputResult &result, const Trial &trial,
                    InputKind kind, sim::ThreadOrder order) {
  const Metric::Report &r = result.report;
  bool loose = options.maxError != 0 && kind == InputKind::Normal &&
               r.maxRelative > options.maxError;
  bool passed = r.passed() && result.unwritten == 0 && !loose;
  say(out,
      "  {:<11} {:<9} {:<8} {}  {:>8} elements  ratio {:<9.3g} relative "
      "{:.2e}{}\n",
      getName(kind), getName(order), result.label, passed ? "passed" : "FAILED",
      r.compared, r.maxRatio, r.maxRelative,
      r.worst >= 0 ? "  worst at " + result.worst : "");
  if (result.unwritten)
    say(out, "    {} elements were not stored to\n", result.unwritten);
  for (const std::string &note : r.notes())
    say(out, "    {}\n", note);
  if (r.failures != 0) {
    say(out,
        "    {} elements are outside the bound; NaN or infinities "
        "differ in {}; {} have no finite bound\n",
        r.failures, r.specials, r.unbounded);
    say(out, "    worst: y = {:.9g}, ref = {:.9g}, e = {:.3g}, k = {:g}\n",
        r.worstActual, r.worstReference, r.worstError, r.k);
  }
  if (loose)
    say(out, "    the relative error is above --max-error={:g}\n",
        options.maxError);
  if (r.looseShare > 0 && kind == InputKind::Normal)
    say(out,
        "    {:.3g} % of the elements may err by more than a tenth of "
        "the largest\n",
        100 * r.looseShare);
  return passed;
}

static std::vector<std::string> getBits(const Trial &trial) {
  std::vector<std::string> bits;
  for (const TrialArgument &arg : trial.getArguments())
    if (arg.isOutput)
      bits.push_back(trial.getBytes(arg));
  return bits;
}

/// Preparing the weights must not show.
bool Checker::checkPrepared(SimulatedDevice &device, Trial &trial) {
  const std::vector<std::string> expected = getBits(trial);
  if (!trial.runPrepared()) {
    say(out, "  prepared    FAILED: {}\n", device.failure);
    return false;
  }
  bool equal = getBits(trial) == expected;
  say(out, "  prepared    {}\n",
      equal ? "passed: the same bits"
            : "FAILED: the outputs differ from those of a launch that "
              "prepares for itself");
  return equal;
}

/// The order of threads must not show.
bool Checker::checkBits(const Trial &trial, sim::ThreadOrder order) {
  std::vector<std::string> bits = getBits(trial);
  if (firstBits.empty()) {
    firstBits = std::move(bits);
    firstOrder = order;
    return true;
  }
  if (bits == firstBits)
    return true;
  say(out,
      "  FAILED: the outputs depend on the order of threads: {} and {} "
      "differ\n",
      getName(firstOrder), getName(order));
  return false;
}

/// What the warps' accesses of each launch cost, and where more than need be.
void Checker::printCounts(const SimulatedDevice &device) {
  for (const auto &[kernel, counts] : device.counts) {
    say(out, "  {}: {} blocks, {} mma, {} barriers\n", kernel, counts.blocks,
        counts.mma, counts.barriers);
    for (bool shared : {false, true})
      for (bool store : {false, true}) {
        sim::AccessCounts sum;
        for (const sim::AccessCounts &access : counts.accesses)
          if (access.shared == shared && access.store == store) {
            sum.accesses += access.accesses;
            sum.transactions += access.transactions;
            sum.ideal += access.ideal;
          }
        if (sum.accesses)
          say(out,
              "    {:<6} {:<6} {:>12} {:<10} {:>12} at best  "
              "{:.3f}x\n",
              shared ? "shared" : "global", store ? "stores" : "loads",
              sum.transactions, shared ? "wavefronts" : "sectors", sum.ideal,
              double(sum.transactions) / double(sum.ideal));
      }
    for (const sim::AccessCounts &access : counts.accesses)
      if (access.shared && access.transactions > access.ideal)
        say(out, "      bank conflicts: '{}'{}{}, {} for {}\n", access.name,
            access.location.empty() ? "" : " at ", access.location,
            access.transactions, access.ideal);
  }
}

bool Checker::tryInputs(SimulatedDevice &device, Trial &trial, InputKind kind,
                        sim::ThreadOrder order) {
  sim::SimulatorOptions simulation;
  simulation.order = order;
  simulation.seed = options.seed;
  simulation.sums = options.sums;
  simulation.workers = options.threads;
  simulation.countAccesses = options.counts && kind == options.inputs.front();
  device.simulator.setOptions(simulation);
  trial.fill(kind);
  if (!trial.run()) {
    say(out, "  {:<11} {:<9} FAILED: {}\n", getName(kind), getName(order),
        device.failure);
    return false;
  }
  if (simulation.countAccesses && order == firstOrder)
    printCounts(device);
  bool passed = kind != InputKind::Normal || checkBits(trial, order);
  if (kind == InputKind::Normal && order != firstOrder)
    return passed; // the same bits were compared before
  if (device.skippedBlocks)
    say(out, "  {} of {} blocks were simulated\n", device.blocks,
        device.blocks + device.skippedBlocks);
  const std::vector<OutputResult> results = reference.compare(trial, kind);
  if (results.empty()) {
    say(out, "  FAILED: the function has no outputs to compare\n");
    return false;
  }
  for (const OutputResult &result : results)
    passed &= print(result, trial, kind, order);
  if (trial.canPrepare() && kind == options.inputs.front())
    passed &= checkPrepared(device, trial);
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
    say(out,
        "  compared with the blocks, not with the source, which has no "
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
  check::checkDimNames(options.dims, {file->table().entries()->begin(),
                                      file->table().entries()->end()});
  bool passed = true;
  for (const bundle::Entry *entry : *file->table().entries())
    passed &= checkEntry(device, *entry);
  say(out, "{}\n", passed ? "passed" : "FAILED");
  return passed;
}
