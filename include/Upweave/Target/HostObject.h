//===- HostObject.h - Host code as a shared object --------------*- C++ -*-===//
// Compiles a module of host code and links it to what the runtime loads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_HOSTOBJECT_H
#define UPWEAVE_TARGET_HOSTOBJECT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <string>
#include <vector>

namespace upweave {

/// What host code is made for. Empty strings take the defaults.
struct HostObjectOptions {
  /// The machine; by default the one this runs on.
  std::string triple;
  /// The processor whose instructions may be used; by default "x86-64-v3"
  /// (AVX2, FMA, F16C: x86 processors since 2013-2015) or "generic".
  std::string cpu;
  /// Features beyond the processor's, as "+a,-b".
  std::string features;
  /// The linker; by default the first of ld.lld-22, ld.lld, ld, cc in PATH.
  std::string linker;
};

/// A shared object with one function `void upweave_host_NAME(void **args)` per
/// entry point. Its bytes depend on the module and the options alone. It needs
/// at most the C and math libraries (libc.so.6, libm.so.6).
struct HostObject {
  std::string triple;
  std::string cpu;
  /// Instruction sets that the processor must have beyond its architecture's
  /// first, by LLVM's names ("avx2"); sorted. Tuning is not among them.
  std::vector<std::string> features;
  std::vector<char> image;
};

/// Compiles and links `module`, which `upweave-lower-to-host` made. Reports
/// what goes wrong (an unknown processor, no linker, a function that no library
/// of a bare system has) on the module.
mlir::FailureOr<HostObject> buildHostObject(mlir::ModuleOp module,
                                            const HostObjectOptions &options);

} // namespace upweave

#endif // UPWEAVE_TARGET_HOSTOBJECT_H
