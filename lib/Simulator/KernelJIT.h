//===- KernelJIT.h - Kernels compiled for the host --------------*- C++ -*-===//
// Compiles instrumented kernels with ORC and finds their entries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_KERNELJIT_H
#define UPWEAVE_LIB_SIMULATOR_KERNELJIT_H

#include "Instrument.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"

namespace upweave {
namespace sim {

/// The kernels of one module in this process's memory.
class KernelJIT {
public:
  static llvm::Expected<std::unique_ptr<KernelJIT>>
  create(llvm::StringRef llvmIR);

  /// The kernel of that name, compiled; fails for an unknown name.
  llvm::Expected<const KernelCode *> find(llvm::StringRef name);
  llvm::ArrayRef<KernelCode> getKernels() const { return code.kernels; }

private:
  KernelJIT() = default;
  llvm::Error addModule(llvm::StringRef llvmIR);

  InstrumentedModule code; // outlives the compiled code, which refers to it
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_KERNELJIT_H
