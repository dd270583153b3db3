//===- Simulator.h - Kernels of a GPU run on the CPU ------------*- C++ -*-===//
// Runs the LLVM IR that becomes PTX with one fiber per GPU thread, and reports
// what a GPU would do silently.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SIMULATOR_SIMULATOR_H
#define UPWEAVE_SIMULATOR_SIMULATOR_H

#include "Upweave/Simulator/DeviceMemory.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace upweave {
namespace sim {

/// What a kernel did that it must not do.
enum class FaultKind {
  GlobalBounds,     ///< an access outside of every allocation
  ReadOnly,         ///< a store to an input or a constant
  SharedBounds,     ///< an access outside of the block's shared memory
  Misaligned,       ///< an address that is no multiple of what it must be
  SharedRace,       ///< two threads, no barrier between them, one a store
  GlobalRace,       ///< two threads of a launch store to the same bytes
  InactiveLane,     ///< a warp operation with a lane that takes no part
  DivergentBarrier, ///< threads at different barriers, or gone
  Deadlock,         ///< nobody can go on
  Runaway,          ///< a loop that does not end
  Launch            ///< a launch that the kernel does not allow
};

/// A name like "shared-race", for messages and tests.
llvm::StringRef getFaultName(FaultKind kind);

using Index3 = std::array<uint32_t, 3>;

/// One violation: the first that was met.
struct Fault {
  FaultKind kind;
  std::string message;
  std::string kernel;
  Index3 block = {}, thread = {};
  /// "file:line:col" of the operation, empty if the kernel has no locations.
  std::string location;

  /// "kernel 'k', block (0,0,0), thread (3,0,0), at f.mlir:4:2: …".
  std::string str() const;
};

/// The order in which runnable threads of a block run.
enum class ThreadOrder { Forward, Backward, Random };

/// How the products of an mma are added up.
enum class MmaSums {
  Ascending, ///< f32 additions in ascending k
  Truncated  ///< aligned to the largest term, cut off, added, cut off: as
             ///< measured on tensor cores by Fasi, Higham, Mikaitis and Pranesh
             ///< (PeerJ Comput. Sci. 7:e330, 2021)
};

struct SimulatorOptions {
  ThreadOrder order = ThreadOrder::Forward;
  /// Of random orders and of the errors of approximate instructions.
  uint64_t seed = 1;
  MmaSums sums = MmaSums::Ascending;
  /// Threads of this process that run blocks; 0 for one a processor.
  unsigned workers = 0;
  /// Count wavefronts and sectors (slower).
  bool countAccesses = false;
  /// Most loop iterations of one thread before it counts as a runaway.
  uint64_t maxIterations = uint64_t(1) << 30;
};

struct LaunchShape {
  Index3 grid = {1, 1, 1};  ///< blocks
  Index3 block = {1, 1, 1}; ///< threads
  uint32_t dynamicSharedBytes = 0;
};

/// What the accesses of warps at one place cost.
struct AccessCounts {
  std::string name;     ///< "load", "cp.async.cg.shared.global.16"
  std::string location; ///< "file:line:col", may be empty
  bool shared = false;  ///< in shared memory, else in global memory
  bool store = false;
  uint64_t accesses = 0; ///< of warps
  /// Wavefronts of shared memory (32 banks of 4 bytes), or sectors of 32 bytes.
  uint64_t transactions = 0;
  /// The same without bank conflicts, or with sectors that are used as a whole.
  uint64_t ideal = 0;
};

/// What one launch did.
struct LaunchCounts {
  uint64_t blocks = 0;  ///< run
  uint64_t skipped = 0; ///< left out by sampling
  uint64_t mma = 0;     ///< products of warps
  uint64_t barriers = 0;
  /// By kind and place, if they were asked for.
  std::vector<AccessCounts> accesses;
};

/// The kernels of one module. Launches run one after another.
class Simulator {
public:
  ~Simulator();

  /// Prepares the LLVM IR of kernels for NVPTX, as text. Fails, naming it, for
  /// an intrinsic or a piece of inline PTX that is not known.
  static llvm::Expected<std::unique_ptr<Simulator>>
  create(llvm::StringRef llvmIR, DeviceMemory &memory,
         const SimulatorOptions &options);

  void setOptions(const SimulatorOptions &options);

  /// Names of the kernels.
  std::vector<std::string> getKernels() const;
  /// Bytes of the narrowest access of any kernel to memory.
  uint32_t getNarrowestAccess() const;
  /// Bytes of static shared memory of a kernel, which must exist.
  uint32_t getStaticSharedBytes(llvm::StringRef kernel) const;

  /// Runs a kernel. `params[i]` points to the value of its i-th parameter, as
  /// for cuLaunchKernel. With `sampleBlocks` > 0 only that many of its blocks
  /// run: the first, the last and some in between, chosen by the seed. Returns
  /// the first fault, after which outputs are undefined. `progress` is called
  /// now and then with the share that is done. Fails for an unknown kernel and
  /// where the host cannot compile it.
  llvm::Expected<std::optional<Fault>>
  launch(llvm::StringRef kernel, const LaunchShape &shape,
         llvm::ArrayRef<const void *> params, uint64_t sampleBlocks = 0,
         llvm::function_ref<void(double)> progress = nullptr,
         LaunchCounts *counts = nullptr);

private:
  class Impl;
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_SIMULATOR_SIMULATOR_H
