//===- Options.cpp - Command line of upweave-check ------------------------===//
// Declares the options with their help and checks their values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "Upweave/Schedule/TargetDescription.h"
#include "Upweave/Version.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;
using namespace upweave;

static constexpr char kOverview[] =
    R"(upweave-check: does a compiled function compute what its IR says?

Compiles the public functions of IN.mlir, runs their kernels on a simulated GPU
(the very LLVM IR that becomes PTX, one fiber for each of its threads), runs the
original functions in float64, and compares. No GPU is needed.

EXAMPLES
  upweave-check model.mlir
  upweave-check model.mlir --dim batch=3 --seed 7
  upweave-check kb34.mlir --precision=tf32 --sample-blocks 16 --counts
  upweave-check model.mlir --schedule=split
  upweave-check model.mlir --inputs=normal,nan --order=random

WHAT IS CHECKED
  Values      Every output (of a large one, a sample of its rows) against the
              function before anything was done to it, evaluated in float64, by
              |y - ref| <= k e + half an ulp; e is the error that docs/numerics.md
              allows. Outputs for infinities and NaN are compared with the
              blocks, as multiplying stuffed zeros would spread them.
  Stores      Each element of each output is stored to. Fresh memory is NaN.
  Bits        Outputs do not depend on the order in which threads run.
  Accesses    No load or store outside of a tensor or of shared memory, none
              that is misaligned, no store to an input.
  Races       No two threads of a block touch the same bytes of shared memory,
              one of them storing, without a barrier in between.
  Warps       No shuffle from a lane that takes no part; no barrier that some
              threads miss; nobody waits for ever.

INPUTS (--inputs)
  normal      near normal, mean 0 and deviation 1
  wide        a deviation of 256
  large-mean  a mean of 10^4 deviations
  constant    constant rows
  denormal    below the smallest normal number
  infinite    one element in 97 is an infinity
  nan         one element in 97 is a NaN
  They go to the largest floating-point input; the others are normal.

EXIT STATUS
  0  every check passed
  1  a check failed, or the input is wrong; the output says which and where
  2  the command line is wrong
  3  the input is right, but holds what Upweave does not compile
)";

static const std::pair<const char *, bundle::Precision> kPrecisions[] = {
    {"ieee", bundle::Precision::Ieee},
    {"tf32", bundle::Precision::Tf32},
    {"tf32x3", bundle::Precision::Tf32x3}};

static const std::pair<const char *, bool> kNumerics[] = {{"relaxed", false},
                                                          {"strict", true}};

static const std::pair<const char *, sim::ThreadOrder> kOrders[] = {
    {"forward", sim::ThreadOrder::Forward},
    {"backward", sim::ThreadOrder::Backward},
    {"random", sim::ThreadOrder::Random}};

static const std::pair<const char *, sim::MmaSums> kSums[] = {
    {"ascending", sim::MmaSums::Ascending},
    {"truncated", sim::MmaSums::Truncated}};

namespace {
struct Flags {
  std::string chipDescription =
      "Chip to compile for (default sm_89); known: " + getKnownChips();
  cl::OptionCategory category{"Options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("IN.mlir"),
                             cl::value_desc("file, - for the standard input"),
                             cl::cat(category)};
  cl::opt<std::string> entry{
      "entry", cl::desc("The function to check (default: each public one)"),
      cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> chip{"chip", cl::desc(chipDescription),
                            cl::value_desc("name"),
                            cl::init(kDefaultChip.str()), cl::cat(category)};
  cl::opt<std::string> precision{
      "precision",
      cl::desc("Products of f32 convolutions: ieee (default), tf32 or tf32x3"),
      cl::value_desc("name"), cl::init("ieee"), cl::cat(category)};
  cl::opt<std::string> numerics{
      "numerics",
      cl::desc("relaxed (default) or strict, as for upweave-compile"),
      cl::value_desc("name"), cl::init("relaxed"), cl::cat(category)};
  cl::opt<std::string> schedule{
      "schedule",
      cl::desc(
          "Schedule of convolutions (or of stored tensors) that have none: "
          "an attribute without its #upweave., as split or \"fused<stages = "
          "3>\"; what is left out is chosen"),
      cl::value_desc("text"), cl::cat(category)};
  cl::list<std::string> inputs{
      "inputs", cl::CommaSeparated,
      cl::desc("Kinds of inputs, see INPUTS (default: all)"),
      cl::value_desc("list"), cl::cat(category)};
  cl::list<std::string> orders{
      "order", cl::CommaSeparated,
      cl::desc("Orders in which threads run on normal inputs: forward, "
               "backward, random (default: all)"),
      cl::value_desc("list"), cl::cat(category)};
  cl::opt<std::string> sums{
      "mma-sums",
      cl::desc("How products of an mma add up: ascending (default), in f32, or "
               "truncated, aligned and cut off as tensor cores do"),
      cl::value_desc("name"), cl::init("ascending"), cl::cat(category)};
  cl::list<std::string> dims{
      "dim",
      cl::desc("Size of dynamic dimensions: N for all, or NAME=N (default 2)"),
      cl::value_desc("N"), cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::desc("Seed of inputs and orders"),
                         cl::value_desc("N"), cl::init(1), cl::cat(category)};
  cl::opt<uint64_t> sampleBlocks{
      "sample-blocks",
      cl::desc("Run only N blocks of each launch that no later launch reads "
               "from, and compare what they wrote (default: all blocks)"),
      cl::value_desc("N"), cl::init(0), cl::cat(category)};
  cl::opt<int64_t> samples{
      "samples",
      cl::desc("Rows of each output to compare (default: all of outputs up to "
               "65536 elements, else 256)"),
      cl::value_desc("N"), cl::init(0), cl::cat(category)};
  cl::opt<double> maxError{
      "max-error",
      cl::desc("Also fail on normal inputs where max |y-ref| / max |ref| is "
               "above this"),
      cl::value_desc("X"), cl::init(0), cl::cat(category)};
  cl::opt<unsigned> threads{
      "jobs",
      cl::desc("Threads that simulate blocks (default: one a processor)"),
      cl::value_desc("N"), cl::init(0), cl::cat(category)};
  cl::opt<bool> counts{
      "counts",
      cl::desc("Say what the warps' accesses cost: wavefronts of shared memory "
               "and bank conflicts, sectors of global memory, and mma"),
      cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("No progress on standard error"),
                      cl::cat(category)};
};
} // namespace

static bool usageError(const llvm::Twine &message) {
  llvm::errs() << "upweave-check: " << message
               << "\nupweave-check: --help explains the options\n";
  return false;
}

/// Looks `name` up; the error lists what there is.
template <typename Table, typename Value>
static bool lookup(const Table &table, llvm::StringRef option,
                   llvm::StringRef name, Value &value) {
  std::string names;
  for (const auto &entry : table) {
    if (name == entry.first) {
      value = entry.second;
      return true;
    }
    names += (names.empty() ? "" : ", ") + std::string(entry.first);
  }
  return usageError("--" + option + "=" + name + ": known are " + names);
}

/// The values of a list; all of the table if there are none.
template <typename Table, typename Value>
static bool lookupAll(const Table &table, llvm::StringRef option,
                      llvm::ArrayRef<std::string> names,
                      std::vector<Value> &values) {
  for (const std::string &name : names) {
    values.emplace_back();
    if (!lookup(table, option, name, values.back()))
      return false;
  }
  if (values.empty())
    for (const auto &entry : table)
      values.push_back(entry.second);
  return true;
}

static bool checkFlags(const Flags &flags, CheckOptions &options) {
  if (!lookup(kPrecisions, "precision", flags.precision,
              options.compile.precision) ||
      !lookup(kNumerics, "numerics", flags.numerics,
              options.compile.strictNumerics) ||
      !lookup(kSums, "mma-sums", flags.sums, options.sums) ||
      !lookupAll(getInputKinds(), "inputs", flags.inputs, options.inputs) ||
      !lookupAll(kOrders, "order", flags.orders, options.orders))
    return false;
  bool known = llvm::any_of(getKnownTargets(), [&](const auto &target) {
    return target.chip == flags.chip;
  });
  if (!known)
    return usageError("--chip=" + flags.chip + ": known are " +
                      getKnownChips());
  if (flags.input.empty())
    return usageError("no input file");
  if (flags.samples < 0 || flags.maxError < 0)
    return usageError("--samples and --max-error take no negative values");
  return true;
}

bool parseOptions(int argc, char **argv, CheckOptions &options) {
  Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "upweave-check " << UPWEAVE_VERSION << " (LLVM "
       << LLVM_VERSION_STRING << ")\n";
  });
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()) ||
      !checkFlags(flags, options))
    return false;
  options.input = flags.input;
  options.dims = flags.dims;
  options.seed = flags.seed;
  options.sampleBlocks = flags.sampleBlocks;
  options.samples = flags.samples;
  options.maxError = flags.maxError;
  options.threads = flags.threads;
  options.counts = flags.counts;
  options.quiet = flags.quiet;
  CompileOptions &compile = options.compile;
  compile.entry = flags.entry;
  compile.schedule = flags.schedule;
  compile.chips = {flags.chip};
  compile.sourceName = options.input;
  compile.host = false;
  compile.assemble = false;
  compile.keepKernelIR = true;
  compile.lineInfo = true;
  return true;
}
