//===- Machine.h - A simulated GPU for tests --------------------*- C++ -*-===//
// Runs kernels given as LLVM IR on buffers of the test.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_SIMULATOR_MACHINE_H
#define UPWEAVE_TEST_SIMULATOR_MACHINE_H

#include "Upweave/Simulator/Simulator.h"

#include <gtest/gtest.h>

#include <cstring>

namespace upweave {
namespace sim {

/// A device with its kernels. Kernels take pointers and 32-bit integers.
class Machine {
public:
  explicit Machine(const std::string &llvmIR, SimulatorOptions options = {}) {
    options.workers = options.workers ? options.workers : 2;
    llvm::Expected<std::unique_ptr<Simulator>> created =
        Simulator::create(llvmIR, memory, options);
    if (created)
      simulator = std::move(*created);
    else
      error = llvm::toString(created.takeError());
  }

  /// Memory for `count` elements, which holds `values` or poison.
  template <typename T>
  T *allocate(const char *name, size_t count, const T *values = nullptr) {
    auto *data =
        static_cast<T *>(memory.allocate(count * sizeof(T), name, sizeof(T)));
    if (values)
      std::memcpy(data, values, count * sizeof(T));
    return data;
  }

  std::optional<Fault> launch(const char *kernel, LaunchShape shape,
                              std::vector<const void *> pointers,
                              std::vector<int32_t> integers = {}) {
    EXPECT_EQ(error, "");
    if (!simulator)
      return std::nullopt;
    std::vector<const void *> params;
    for (const void *&pointer : pointers)
      params.push_back(&pointer);
    for (int32_t &integer : integers)
      params.push_back(&integer);
    llvm::Expected<std::optional<Fault>> fault =
        simulator->launch(kernel, shape, params);
    if (!fault) {
      ADD_FAILURE() << llvm::toString(fault.takeError());
      return std::nullopt;
    }
    return *fault;
  }

  DeviceMemory memory;
  std::unique_ptr<Simulator> simulator;
  std::string error;
};

/// Whether `part` occurs in `text`; for EXPECT_PRED2.
inline bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

/// A module of `functions` with the intrinsics that tests use declared.
std::string makeModule(const std::string &functions);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_TEST_SIMULATOR_MACHINE_H
