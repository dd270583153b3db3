//===- SimulatedDevice.h - The CUDA driver over the simulator ---*- C++ -*-===//
// What the runtime calls instead of libcuda: the launches it makes are those
// that it makes on a GPU.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_SIMULATEDDEVICE_H
#define UPWEAVE_CHECK_SIMULATEDDEVICE_H

#include "Driver.h"

#include "Upweave/Schedule/TargetDescription.h"
#include "Upweave/Simulator/Simulator.h"

#include <functional>

/// A GPU of one chip whose only module holds the kernels of `simulator`.
class SimulatedDevice {
public:
  SimulatedDevice(const upweave::TargetDescription &target,
                  upweave::sim::Simulator &simulator,
                  upweave::sim::DeviceMemory &memory)
      : target(target), simulator(simulator), memory(memory) {}

  /// The driver's functions; they act on the device whose context is current
  /// or given.
  static const upweave::rt::Driver &getDriver();
  upweave::rt::cu::Context getContext() {
    return reinterpret_cast<upweave::rt::cu::Context>(this);
  }

  const upweave::TargetDescription &target;
  upweave::sim::Simulator &simulator;
  upweave::sim::DeviceMemory &memory;

  /// Blocks of the next launch to run, 0 for all.
  uint64_t sampleBlocks = 0;
  std::function<void(double)> progress;
  /// Why a launch failed: a fault, or what the simulator could not do.
  std::string failure;
  uint64_t blocks = 0, skippedBlocks = 0;
  /// Of each launch since it was cleared: the kernel and what it did.
  std::vector<std::pair<std::string, upweave::sim::LaunchCounts>> counts;
};

#endif // UPWEAVE_CHECK_SIMULATEDDEVICE_H
