//===- Options.cpp - Command line of upweave-compile ----------------------===//
// Declares the options with their help and checks their values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "Upweave/Schedule/TargetDescription.h"
#include "Upweave/Version.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;
using upweave::Stage;

static constexpr char kOverview[] =
    R"(upweave-compile: from linalg on tensors to a bundle that runs

Compiles the public functions of IN.mlir to OUT.upw, one file that holds GPU
code for each chip asked for (machine code and PTX), code for the host, the
launches, and what each function computes, so that upweave-run can check it.

EXAMPLES
  upweave-compile model.mlir -o model.upw
  upweave-compile model.mlir -o model.upw --chip=sm_89,sm_90 --report
  upweave-compile model.mlir -o model.upw --validate
  upweave-compile model.mlir --emit=mlir            # blocks, to the terminal
  upweave-compile model.mlir --emit=ptx -o model.ptx --chip=sm_90

STAGES (--emit, --save-temps)
  mlir      blocks, after forming and recognising
  meaning   what the functions compute, as upweave-run will check it
  schedule  blocks with their schedules, for one chip
  launch    kernels and launches in MLIR, for one chip
  nvvm      kernels in the NVVM dialect, for one chip
  llvm      the kernels' LLVM IR, for one chip
  ptx       the kernels' PTX, for one chip
  cubin     the kernels' machine code, for one chip
  bundle    the bundle (default)

EXIT STATUS
  0  the output was written
  1  the input is wrong, or the output could not be written; stderr says why
  2  the command line is wrong
  3  the input is right, but holds what a bundle cannot (control flow, an op or
     a type without a kernel, another dialect); stderr names it
  4  --validate found that the blocks do not compute what the input says: a bug
     in Upweave; nothing was written

FILES AND ENVIRONMENT
  An output is written as a whole or not at all: what was there stays if the disk
  is full. Links are followed; fifos and devices are written to as they are.
  UPWEAVE_VALIDATE=SECONDS in the environment is --validate=SECONDS for every
  bundle, for scripts that compile many.

  ptxas is looked for in --toolkit, else in PATH, CUDA_HOME, CUDA_PATH,
  CUDA_ROOT and /usr/local/cuda. Without it the bundle holds PTX only, which the
  driver compiles when the bundle is loaded.
)";

/// "a, b, c" of the names in a table.
template <typename Table> static std::string listNames(const Table &table) {
  std::string names;
  for (const auto &entry : table)
    names += (names.empty() ? "" : ", ") + std::string(entry.first);
  return names;
}

static const std::pair<const char *, Stage> kStages[] = {
    {"mlir", Stage::Blocks},       {"meaning", Stage::Meaning},
    {"schedule", Stage::Schedule}, {"launch", Stage::Launch},
    {"nvvm", Stage::NVVM},         {"llvm", Stage::LLVM},
    {"ptx", Stage::PTX},           {"cubin", Stage::Cubin},
    {"bundle", Stage::Bundle}};

static const std::pair<const char *, upweave::bundle::Precision> kPrecisions[] =
    {{"ieee", upweave::bundle::Precision::Ieee},
     {"tf32", upweave::bundle::Precision::Tf32},
     {"tf32x3", upweave::bundle::Precision::Tf32x3}};

static const std::pair<const char *, bool> kNumerics[] = {{"relaxed", false},
                                                          {"strict", true}};

namespace {
/// The raw options; they exist while the command line is read.
struct Flags {
  // Descriptions are not copied.
  std::string chipsDescription =
      "Chips to compile for, as sm_89,sm_90 (default sm_89); known: " +
      upweave::getKnownChips();
  cl::OptionCategory category{"Options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("IN.mlir"),
                             cl::value_desc("file, - for the standard input"),
                             cl::cat(category)};
  cl::opt<std::string> output{
      "o",
      cl::desc("File to write (- or none: standard output; a bundle "
               "needs a name)"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> entry{
      "entry", cl::desc("The function to compile (default: each public one)"),
      cl::value_desc("name"), cl::cat(category)};
  cl::list<std::string> chips{"chip", cl::CommaSeparated,
                              cl::desc(chipsDescription),
                              cl::value_desc("list"), cl::cat(category)};
  cl::opt<std::string> precision{
      "precision",
      cl::desc("Products of f32 convolutions: ieee (default), tf32 or tf32x3; "
               "f16 and bf16 data have their own"),
      cl::value_desc("name"), cl::init("ieee"), cl::cat(category)};
  cl::opt<std::string> numerics{
      "numerics",
      cl::desc("relaxed (default), or strict: keep every rounding of the "
               "source and every addend"),
      cl::value_desc("name"), cl::init("relaxed"), cl::cat(category)};
  cl::opt<std::string> emit{"emit", cl::desc("What to write, see STAGES"),
                            cl::value_desc("stage"), cl::init("bundle"),
                            cl::cat(category)};
  cl::opt<std::string> saveTemps{
      "save-temps", cl::desc("Folder to write every stage to as well"),
      cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> report{
      "report", cl::ValueOptional,
      cl::desc("Say what fused, how, and what it takes; with =FILE.json, write "
               "that as JSON"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> validate{
      "validate", cl::ValueOptional,
      cl::desc("Compare the blocks with the source in float64, at samples, "
               "before anything is written; it takes a fifth of the time of "
               "compiling or 2 s, whichever is larger, or =SECONDS"),
      cl::value_desc("seconds"), cl::cat(category)};
  cl::opt<bool> noHost{"no-host",
                       cl::desc("Leave out the code that runs without a GPU"),
                       cl::cat(category)};
  cl::opt<std::string> hostCPU{
      "host-cpu",
      cl::desc("Processor for host code (default x86-64-v3, or generic)"),
      cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> hostTriple{
      "host-triple", cl::desc("Machine for host code (default: this one)"),
      cl::value_desc("triple"), cl::cat(category)};
  cl::opt<std::string> toolkit{"toolkit",
                               cl::desc("Folder of the CUDA toolkit"),
                               cl::value_desc("folder"), cl::cat(category)};
};
} // namespace

static bool usageError(const llvm::Twine &message) {
  llvm::errs() << "upweave-compile: " << message
               << "\nupweave-compile: --help explains the options\n";
  return false;
}

/// Looks `name` up; the error lists what there is.
template <typename Table, typename Value>
static bool lookup(const Table &table, llvm::StringRef option,
                   llvm::StringRef name, Value &value) {
  for (const auto &entry : table)
    if (name == entry.first) {
      value = entry.second;
      return true;
    }
  return usageError("--" + option + "=" + name + ": known are " +
                    listNames(table));
}

static bool checkChips(llvm::ArrayRef<std::string> asked,
                       std::vector<std::string> &chips) {
  for (const std::string &chip : asked) {
    bool known = llvm::any_of(upweave::getKnownTargets(),
                              [&](const auto &t) { return t.chip == chip; });
    if (!known)
      return usageError("--chip=" + chip + ": known are " +
                        upweave::getKnownChips());
    if (!llvm::is_contained(chips, chip))
      chips.push_back(chip);
  }
  if (chips.empty())
    chips.push_back(upweave::kDefaultChip.str());
  return true;
}

/// Reads --validate, or the environment's value for bundles.
static bool readValidate(const Flags &flags, ToolOptions &options) {
  bool isBundle = options.compile.lastStage == Stage::Bundle;
  const char *name = "--validate", *environment = "UPWEAVE_VALIDATE";
  std::string value = flags.validate;
  if (flags.validate.getNumOccurrences() == 0) {
    const char *set = std::getenv(environment);
    if (!set || !isBundle)
      return true;
    name = environment;
    value = set;
  } else if (!isBundle) {
    return usageError("--validate compares what a bundle holds: leave out "
                      "--emit=" +
                      flags.emit);
  }
  options.validate = true;
  if (value.empty())
    return true;
  if (llvm::StringRef(value).getAsDouble(options.validateSeconds) ||
      !(options.validateSeconds > 0))
    return usageError(llvm::Twine(name) + "=" + value +
                      ": a number of seconds above 0 is expected");
  return true;
}

static bool check(const Flags &flags, ToolOptions &options) {
  upweave::CompileOptions &compile = options.compile;
  if (!lookup(kStages, "emit", flags.emit, compile.lastStage) ||
      !lookup(kPrecisions, "precision", flags.precision, compile.precision) ||
      !lookup(kNumerics, "numerics", flags.numerics, compile.strictNumerics) ||
      !checkChips(flags.chips, compile.chips) || !readValidate(flags, options))
    return false;
  if (flags.input.empty())
    return usageError("no input file");
  bool perChip =
      compile.lastStage > Stage::Meaning && compile.lastStage < Stage::Bundle;
  if (perChip && compile.chips.size() != 1)
    return usageError("--emit=" + flags.emit +
                      " writes the code of one chip: name one with --chip");
  if (compile.lastStage == Stage::Bundle &&
      (flags.output.empty() || flags.output == "-"))
    return usageError("a bundle needs a file to be written to: -o OUT.upw");
  return true;
}

bool parseOptions(int argc, char **argv, ToolOptions &options) {
  Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "upweave-compile " << UPWEAVE_VERSION << " (LLVM "
       << LLVM_VERSION_STRING << ")\n";
  });
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()) ||
      !check(flags, options))
    return false;
  options.input = flags.input;
  options.output = flags.output.empty() ? std::string("-") : flags.output;
  options.saveTemps = flags.saveTemps;
  options.reportFile = flags.report;
  options.report =
      flags.report.getNumOccurrences() > 0 && options.reportFile.empty();
  options.compile.entry = flags.entry;
  options.compile.keepIntermediates = !options.saveTemps.empty();
  options.compile.host = !flags.noHost;
  options.compile.hostObject.cpu = flags.hostCPU;
  options.compile.hostObject.triple = flags.hostTriple;
  options.compile.toolkit = flags.toolkit;
  options.compile.sourceName = options.input;
  return true;
}
