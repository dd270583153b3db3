//===- AttachTarget.cpp - Write a target's description on a module --------===//
// The pass upweave-attach-target.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/Passes.h"
#include "Upweave/Schedule/TargetDescription.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_ATTACHTARGET
#include "Upweave/Schedule/Passes.h.inc"

namespace {
struct AttachTarget : public impl::AttachTargetBase<AttachTarget> {
  using AttachTargetBase::AttachTargetBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto emitError = [&] { return mlir::emitError(module.getLoc()); };
    FailureOr<TargetDescription> target = lookupTarget(chip, emitError);
    if (failed(target))
      return signalPassFailure();
    for (StringRef assignment : figures)
      if (failed(assign(*target, assignment, emitError)))
        return signalPassFailure();
    attachTarget(module, *target);
  }

  /// Applies one `key=value` of the option `set`.
  static LogicalResult assign(TargetDescription &target, StringRef assignment,
                              EmitError emitError) {
    auto [key, text] = assignment.split('=');
    int64_t value;
    if (text.getAsInteger(10, value))
      return emitError() << "'" << assignment
                         << "' is no figure of a target: write key=integer";
    return setTargetFigure(target, key, value, emitError);
  }
};
} // namespace
} // namespace upweave
