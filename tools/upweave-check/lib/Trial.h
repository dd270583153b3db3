//===- Trial.h - One entry on the simulated device --------------*- C++ -*-===//
// Loads an entry, fills its inputs and launches it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_TRIAL_H
#define UPWEAVE_CHECK_TRIAL_H

#include "CheckOptions.h"
#include "SimulatedDevice.h"

#include "Program.h"
#include "Sampling.h"

/// One argument, with memory on the simulated device.
struct TrialArgument {
  std::string label;
  bool isOutput = false;
  upweave::bundle::DType dtype = upweave::bundle::DType::F32;
  upweave::check::Shape shape;
  int64_t count = 0;  ///< elements
  uint32_t bytes = 0; ///< of an element
  void *data = nullptr;
};

/// An entry of a bundle, loaded on a simulated device. Row-major arguments.
/// Throws CheckError for what the runtime refuses.
class Trial {
public:
  Trial(const CheckOptions &options, SimulatedDevice &device,
        std::shared_ptr<const upweave::rt::BundleFile> file,
        const upweave::bundle::Entry &entry);
  ~Trial();

  /// Fills the inputs: the data with `kind`, the others with ordinary values.
  void fill(InputKind kind);
  /// Whether there is data that a kind other than ordinary can go to.
  bool hasData() const { return data != nullptr; }
  const TrialArgument *getData() const { return data; }

  /// Poisons outputs and workspace and runs all launches. False, with the
  /// reason in the device's `failure`, if a kernel went wrong.
  bool run();
  /// Whether some launches depend on weights alone.
  bool canPrepare() const { return program->preparedSize() != 0; }
  /// The same with the weights prepared beforehand, and the weights that only
  /// preparing reads taken away for the launches after that.
  bool runPrepared();

  const std::vector<TrialArgument> &getArguments() const { return args; }
  const upweave::bundle::Entry &getEntry() const { return entry; }
  const upweave::rt::BundleFile &getFile() const { return *file; }
  /// The elements of an output as bytes.
  std::string getBytes(const TrialArgument &output) const;
  bool wasWritten(const TrialArgument &output, int64_t element) const;
  const upweave::bundle::LaunchList &getLaunches() const {
    return *program->list();
  }

private:
  class Sampler;
  bool runLaunches(uw_status (upweave::rt::Program::*call)(
                       const upweave::rt::LaunchRequest &) const,
                   bool usePrepared, const std::vector<uw_tensor> &withTensors);
  void poison();
  bool isRead(uint32_t index, uint32_t begin, uint32_t end) const;
  void bindArguments();
  void allocate();

  const CheckOptions &options;
  SimulatedDevice &device;
  std::shared_ptr<const upweave::rt::BundleFile> file;
  const upweave::bundle::Entry &entry;
  std::unique_ptr<upweave::rt::Program> program;
  std::vector<TrialArgument> args;
  std::vector<uw_tensor> tensors;
  const TrialArgument *data = nullptr;
  void *workspace = nullptr, *prepared = nullptr;
  uint64_t workspaceBytes = 0;
};

#endif // UPWEAVE_CHECK_TRIAL_H
