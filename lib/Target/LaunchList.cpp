//===- LaunchList.cpp - Launches of a host function, as data --------------===//
// Grids and kernel arguments as expressions of the arguments' sizes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/LaunchList.h"

#include "BufferViews.h"

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace upweave {

SizeExpr getWorkspaceExpr(Operation *func) {
  SmallVector<SizeExpr> symbols;
  if (auto dims = func->getAttrOfType<ArrayAttr>(kDynamicDimsAttr))
    for (auto pair : dims.getAsRange<DenseI64ArrayAttr>())
      symbols.push_back(SizeExpr::getDim(pair[0], pair[1]));
  return getSizeExpr(getWorkspaceSize(func).getResult(0), {}, symbols);
}

namespace {
/// Reads one function.
class LaunchReader {
public:
  LaunchReader(func::FuncOp func, ConstantPlacement &constants)
      : func(func), constants(constants), views(func) {}

  FailureOr<std::vector<ReadLaunch>> run();

private:
  LogicalResult read(gpu::LaunchFuncOp op, bundle::LaunchT &launch);
  LogicalResult readBlock(gpu::LaunchFuncOp op, bundle::LaunchT &launch);
  LogicalResult readBuffer(gpu::LaunchFuncOp op, Value memref,
                           bundle::KernelArgT &arg);
  LogicalResult readNumber(gpu::LaunchFuncOp op, Value value,
                           bundle::KernelArgT &arg);
  InFlightDiagnostic unknown(Operation *op, Value value, const Twine &what);

  func::FuncOp func;
  ConstantPlacement &constants;
  BufferViews views;
};
} // namespace

InFlightDiagnostic LaunchReader::unknown(Operation *op, Value value,
                                         const Twine &what) {
  InFlightDiagnostic diag = op->emitError(what)
                            << " is not known from the arguments' sizes";
  diag.attachNote(value.getLoc())
      << "a launch list computes sizes, offsets and strides; this value is "
      << (value.getDefiningOp()
              ? "the result of '" +
                    value.getDefiningOp()->getName().getStringRef().str() + "'"
              : std::string("an argument"));
  return diag;
}

LogicalResult LaunchReader::readBuffer(gpu::LaunchFuncOp op, Value memref,
                                       bundle::KernelArgT &arg) {
  std::optional<BufferView> view = views.getView(memref);
  if (!view)
    return unknown(op, memref, "a buffer of the launch");
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  int64_t bytes = getByteSize(MemRefType::get({}, element));
  SizeExpr offset = view->base + view->offset * SizeExpr(bytes);
  arg.kind = bundle::KernelArgKind::Buffer;
  arg.buffer = view->buffer;
  if (view->buffer == bundle::BufferKind::Argument)
    arg.argument = view->argument;
  if (view->buffer == bundle::BufferKind::Constants) {
    std::optional<int64_t> place = offset.getConstant();
    FailureOr<std::optional<uint64_t>> target{std::nullopt};
    if (place && *place >= 0)
      target = constants.lookup(*place);
    if (failed(target))
      return failure();
    if (!*target)
      return unknown(op, memref, "the place of a constant of the launch");
    offset = static_cast<int64_t>(**target);
  }
  if (offset != SizeExpr(0))
    arg.value = offset.toTable();
  return success();
}

LogicalResult LaunchReader::readNumber(gpu::LaunchFuncOp op, Value value,
                                       bundle::KernelArgT &arg) {
  Type type = value.getType();
  if (!type.isIndex() && !type.isSignlessInteger(64) &&
      !type.isSignlessInteger(32))
    return op.emitError("cannot pass a scalar of type ")
           << type
           << " to a kernel of a launch list: it passes buffers and integers; "
              "make the value a tensor of rank 0";
  std::optional<SizeExpr> expr = views.evaluate(value);
  if (!expr)
    return unknown(op, value, "an argument of the launch");
  arg.kind = type.isSignlessInteger(32) ? bundle::KernelArgKind::I32
                                        : bundle::KernelArgKind::I64;
  arg.value = expr->toTable();
  return success();
}

LogicalResult LaunchReader::readBlock(gpu::LaunchFuncOp op,
                                      bundle::LaunchT &launch) {
  uint32_t sizes[3];
  gpu::KernelDim3 block = op.getBlockSizeOperandValues();
  for (auto [i, value] : llvm::enumerate(ArrayRef{block.x, block.y, block.z})) {
    std::optional<SizeExpr> expr = views.evaluate(value);
    if (!expr || !expr->getConstant())
      return unknown(op, value, "the number of threads of the launch");
    sizes[i] = *expr->getConstant();
  }
  launch.block = std::make_unique<bundle::Dim3>(sizes[0], sizes[1], sizes[2]);
  if (Value shared = op.getDynamicSharedMemorySize()) {
    std::optional<SizeExpr> expr = views.evaluate(shared);
    if (!expr || !expr->getConstant())
      return unknown(op, shared, "the shared memory of the launch");
    launch.dynamic_shared_bytes = *expr->getConstant();
  }
  return success();
}

LogicalResult LaunchReader::read(gpu::LaunchFuncOp op,
                                 bundle::LaunchT &launch) {
  gpu::KernelDim3 grid = op.getGridSizeOperandValues();
  for (Value value : {grid.x, grid.y, grid.z}) {
    std::optional<SizeExpr> expr = views.evaluate(value);
    if (!expr)
      return unknown(op, value, "the grid of the launch");
    launch.grid.push_back(expr->toTable());
  }
  if (failed(readBlock(op, launch)))
    return failure();
  for (Value operand : op.getKernelOperands()) {
    auto arg = std::make_unique<bundle::KernelArgT>();
    if (failed(isa<MemRefType>(operand.getType())
                   ? readBuffer(op, operand, *arg)
                   : readNumber(op, operand, *arg)))
      return failure();
    launch.args.push_back(std::move(arg));
  }
  return success();
}

FailureOr<std::vector<ReadLaunch>> LaunchReader::run() {
  if (!func.getBody().hasOneBlock())
    return func.emitError("function '")
           << func.getSymName()
           << "' has branches: a launch list is straight-line code";
  std::vector<ReadLaunch> launches;
  for (Operation &op : func.getBody().front().without_terminator()) {
    if (auto launch = dyn_cast<gpu::LaunchFuncOp>(op)) {
      launches.push_back({launch, std::make_unique<bundle::LaunchT>(),
                          launch->hasAttr(kPreparedAttr)});
      if (failed(read(launch, *launches.back().table)))
        return failure();
      continue;
    }
    // Arithmetic and views are read where they are used.
    if (op.getNumRegions() == 0 && isMemoryEffectFree(&op))
      continue;
    return op.emitError("'")
           << op.getName()
           << "' cannot be part of a launch list, which holds launches and "
              "arithmetic on sizes; lower the host code with gpu-to-llvm and "
              "link the launch shim instead";
  }
  // What prepares depends on inputs alone.
  std::vector<ReadLaunch> ordered;
  for (bool prepares : {true, false})
    for (ReadLaunch &launch : launches)
      if (launch.prepares == prepares)
        ordered.push_back(std::move(launch));
  return ordered;
}

FailureOr<std::vector<ReadLaunch>> readLaunches(func::FuncOp func,
                                                ConstantPlacement &constants) {
  return LaunchReader(func, constants).run();
}

} // namespace upweave
