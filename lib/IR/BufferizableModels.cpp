//===- BufferizableModels.cpp - Bufferization of the dialect --------------===//
// How one-shot bufferization rewrites upweave's destination-style operations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace upweave;
using bufferization::AnalysisState;
using bufferization::BufferizationOptions;
using bufferization::BufferizationState;

/// Replaces `op` by a copy of itself on the buffers of its operands.
static LogicalResult bufferizeDestinationStyle(
    RewriterBase &rewriter, DestinationStyleOpInterface op,
    const BufferizationOptions &options, BufferizationState &state) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    if (!isa<TensorType>(operand.getType())) {
      operands.push_back(operand);
      continue;
    }
    FailureOr<Value> buffer =
        bufferization::getBuffer(rewriter, operand, options, state);
    if (failed(buffer))
      return failure();
    operands.push_back(*buffer);
  }
  SmallVector<Value> results;
  for (OpOperand &init : op.getDpsInitsMutable())
    results.push_back(operands[init.getOperandNumber()]);

  rewriter.setInsertionPoint(op);
  OperationState newState(op->getLoc(), op->getName(), operands, TypeRange(),
                          op->getAttrs());
  for (Region &region : op->getRegions())
    newState.addRegion()->takeBody(region);
  rewriter.create(newState);
  bufferization::replaceOpWithBufferizedValues(rewriter, op, results);
  return success();
}

namespace {
struct ConvTransposeModel
    : bufferization::DstBufferizableOpInterfaceExternalModel<ConvTransposeModel,
                                                             ConvTransposeOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    return bufferizeDestinationStyle(
        rewriter, cast<DestinationStyleOpInterface>(op), options, state);
  }
};

struct BlockModel
    : bufferization::DstBufferizableOpInterfaceExternalModel<BlockModel,
                                                             BlockOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<BlockOp>(op).isDpsInit(&operand);
  }

  /// An out may share the buffer of a stored producer or a param that the block
  /// reads under the same map: a row is read before it is written, and no other
  /// row reads it. Several outs, or a convolution's inputs, may not.
  bool bufferizesToElementwiseAccess(Operation *op, const AnalysisState &,
                                     ArrayRef<OpOperand *> operands) const {
    auto block = cast<BlockOp>(op);
    unsigned numInputs = block.getInputs().size();
    std::optional<AffineMap> common;
    for (OpOperand *operand : operands) {
      unsigned number = operand->getOperandNumber();
      if (number < numInputs && block.isConv())
        return false;
      AffineMap map =
          block.getMap(number < numInputs ? 0 : number - numInputs + 1);
      if (common && *common != map)
        return false;
      common = map;
    }
    // A value of a whole row is read by all of the row's threads: one of them
    // may write it only elsewhere.
    return llvm::all_of(block.getRows(), [&](int64_t dim) {
      return common->isFunctionOfDim(dim) || block.getDomain()[dim] == 1;
    });
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    return bufferizeDestinationStyle(
        rewriter, cast<DestinationStyleOpInterface>(op), options, state);
  }
};
} // namespace

void upweave::registerBufferizableModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *ctx, UpweaveDialect *) {
    ConvTransposeOp::attachInterface<ConvTransposeModel>(*ctx);
    BlockOp::attachInterface<BlockModel>(*ctx);
  });
}
