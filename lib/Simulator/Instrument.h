//===- Instrument.h - Kernels made to run on the host -----------*- C++ -*-===//
// Rewrites LLVM IR for NVPTX so that the host can compile it and every access,
// intrinsic and loop calls the simulator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_INSTRUMENT_H
#define UPWEAVE_LIB_SIMULATOR_INSTRUMENT_H

#include "BlockRunner.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <deque>

namespace upweave {
namespace sim {

/// What is known of a kernel before it is compiled. Its entry is the function
/// `getEntryName(name)`, void (ptr), whose argument points to pointers to the
/// parameters.
struct InstrumentedModule {
  std::vector<KernelCode> kernels;
  /// The places that the code refers to; their addresses are in it.
  std::deque<Site> sites;
};

std::string getEntryName(llvm::StringRef kernel);

/// Rewrites `module` in place, for the host's `layout` and `triple`. Fails for
/// an intrinsic, an external function or inline PTX that is not known.
llvm::Error instrument(llvm::Module &module, const llvm::DataLayout &layout,
                       const llvm::Triple &triple, InstrumentedModule &result);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_INSTRUMENT_H
