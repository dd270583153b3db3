//===- Ptxas.h - Run NVIDIA's assembler -------------------------*- C++ -*-===//
// PTX to machine code and what ptxas reports of it, through a subprocess.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_PTXAS_H
#define UPWEAVE_LIB_TARGET_PTXAS_H

#include "Upweave/Target/Serialize.h"

namespace upweave {

/// Assembles `module.ptx` for `chip` and fills in the machine code, the
/// version of ptxas and the kernels' resources.
mlir::LogicalResult runPtxas(llvm::StringRef ptxas, llvm::StringRef chip,
                             int optLevel, SerializedModule &module,
                             EmitError emitError);

/// Reads what `ptxas -v` writes of each kernel.
std::vector<KernelResources> parsePtxasReport(llvm::StringRef report);

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_PTXAS_H
