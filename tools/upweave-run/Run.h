// One entry, loaded with its arguments in place: what checking and measuring
// work on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUN_RUN_H
#define UPWEAVE_RUN_RUN_H

#include "Memory.h"
#include "Options.h"

#include "Sampling.h"

namespace upweave {
namespace run {

/// One argument of the entry: its bytes here and on the device.
struct Argument {
  const bundle::Argument *table = nullptr;
  std::string label; ///< name, or number
  bool isOutput = false;
  bundle::DType dtype = bundle::DType::F32;
  check::Shape shape;
  check::Shape strides; ///< in elements
  bool contiguous = true;
  int64_t count = 0;               ///< elements
  std::vector<unsigned char> host; ///< in the argument's strides
  std::unique_ptr<Buffer> device;

  /// Position in `host`, in elements, of row-major element `linear`.
  int64_t position(int64_t linear) const;
};

/// A bundle's entry, loaded, with inputs filled.
class Runner {
public:
  Runner(const Options &options, std::shared_ptr<const rt::BundleFile> file);

  /// Poisons outputs and workspace with `poison`, launches, waits, downloads
  /// the outputs.
  void runOnce(unsigned char poison);
  /// Enqueues one launch.
  void enqueue(rt::LaunchObserver *observer = nullptr);

  std::vector<Argument> &arguments() { return args; }
  const bundle::Entry &entry() const { return *entryTable; }
  const rt::BundleFile &file() const { return *bundleFile; }
  const rt::Program &program() const { return *loaded; }
  Backend &backend() { return *place; }
  /// Whether the weights were prepared before the launches.
  bool isPrepared() const { return prepared != nullptr; }
  /// The argument that "ARG" of the command line names, among inputs or
  /// outputs; `next` counts the ones given without a name.
  Argument &find(const std::string &name, bool output, size_t &next);

private:
  void load();
  bool loadOn(rt::Place where, std::string_view image, bool mayFail);
  void bindArguments();
  void readInputs();
  void resolveSymbols();
  void bindOutputShapes();
  void allocate();
  void prepare();

  const Options &options;
  std::shared_ptr<const rt::BundleFile> bundleFile;
  std::shared_ptr<rt::LoadedBundle> bundle;
  const bundle::Entry *entryTable = nullptr;
  std::unique_ptr<Backend> place;
  std::unique_ptr<rt::Program> loaded;
  std::vector<Argument> args;
  std::vector<uw_tensor> tensors;
  std::unique_ptr<Buffer> workspace, prepared;
};

/// Checks the outputs and prints the result; false when a check failed.
bool checkOutputs(Runner &runner, const Options &options);
/// Counts elements that the launch left unwritten; runs again if in doubt.
int64_t countUnwritten(Runner &runner, Argument &output, unsigned char poison,
                       bool &ranAgain);
/// Measures and prints.
void benchmark(Runner &runner, const Options &options);

} // namespace run
} // namespace upweave

#endif // UPWEAVE_RUN_RUN_H
