//===- UpweaveDialect.cpp - Registration of the dialect -------------------===//
// The dialect's initialisation, and what TableGen defines for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace upweave;

#include "Upweave/IR/UpweaveDialect.cpp.inc"

#include "Upweave/IR/UpweaveEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "Upweave/IR/UpweaveAttrs.cpp.inc"

void UpweaveDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "Upweave/IR/UpweaveAttrs.cpp.inc"
      >();
}

void UpweaveDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "Upweave/IR/UpweaveOps.cpp.inc"
      >();
  // Canonicalization puts constants into regions.
  getContext()->getOrLoadDialect<arith::ArithDialect>();
}

Operation *UpweaveDialect::materializeConstant(OpBuilder &b, Attribute value,
                                               Type type, Location loc) {
  return arith::ConstantOp::materialize(b, value, type, loc);
}

void upweave::registerUpweaveDialect(DialectRegistry &registry) {
  registry.insert<UpweaveDialect>();
  registerBufferizableModels(registry);
}
