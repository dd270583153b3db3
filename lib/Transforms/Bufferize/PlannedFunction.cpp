//===- PlannedFunction.cpp - What a planned function promises -------------===//
// Accessors of the attributes that bufferization and planning leave.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace upweave {

bool isEntryPoint(func::FuncOp func) {
  return func.isPublic() && !func.isExternal();
}

SmallVector<ArgDim> getDynamicDims(func::FuncOp func) {
  SmallVector<ArgDim> dims;
  auto array = func->getAttrOfType<ArrayAttr>(kDynamicDimsAttr);
  if (!array)
    return dims;
  for (Attribute pair : array)
    if (auto numbers = dyn_cast<DenseI64ArrayAttr>(pair);
        numbers && numbers.size() == 2)
      dims.emplace_back(numbers[0], numbers[1]);
  return dims;
}

void setDynamicDims(func::FuncOp func, ArrayRef<ArgDim> dims) {
  Builder builder(func.getContext());
  SmallVector<Attribute> pairs;
  for (auto [arg, dim] : dims)
    pairs.push_back(builder.getDenseI64ArrayAttr({arg, dim}));
  func->setAttr(kDynamicDimsAttr, builder.getArrayAttr(pairs));
}

bool hasRole(func::FuncOp func, unsigned index, StringRef role) {
  auto attr = func.getArgAttrOfType<StringAttr>(index, kRoleAttr);
  return attr && attr.getValue() == role;
}

int64_t findRole(func::FuncOp func, StringRef role) {
  for (unsigned i = 0, e = func.getNumArguments(); i < e; ++i)
    if (hasRole(func, i, role))
      return i;
  return -1;
}

AffineMap getWorkspaceSize(Operation *func) {
  if (auto attr = func->getAttrOfType<AffineMapAttr>(kWorkspaceSizeAttr))
    return attr.getValue();
  return AffineMap::getConstantMap(0, func->getContext());
}

SmallVector<ConstantEntry> getConstants(ModuleOp module) {
  SmallVector<ConstantEntry> entries;
  auto array = module->getAttrOfType<ArrayAttr>(kConstantsAttr);
  if (!array)
    return entries;
  for (auto dict : array.getAsRange<DictionaryAttr>()) {
    auto offset = dict.getAs<IntegerAttr>("offset");
    auto value = dict.getAs<ElementsAttr>("value");
    if (offset && value)
      entries.push_back({offset.getInt(), value});
  }
  return entries;
}

int64_t getConstantsSize(ModuleOp module) {
  int64_t size = 0;
  for (const ConstantEntry &entry : getConstants(module))
    size =
        std::max(size, entry.offset + getByteSize(entry.value.getShapedType()));
  return llvm::alignTo(size, kBufferAlignment);
}

int64_t getByteSize(ShapedType type) {
  Type element = type.getElementType();
  int64_t bytes = 8;
  if (element.isIntOrFloat())
    bytes = llvm::divideCeilSigned(element.getIntOrFloatBitWidth(), 8);
  else if (!element.isIndex())
    return -1;
  return type.hasStaticShape() ? bytes * type.getNumElements() : bytes;
}

/// Writes the elements of a dense attribute as they lie in memory.
static void writeDense(DenseElementsAttr value, raw_ostream &os) {
  if (value.getElementType().isInteger(1)) {
    for (bool bit : value.getValues<bool>())
      os << static_cast<char>(bit);
    return;
  }
  ArrayRef<char> data = value.getRawData();
  int64_t copies = value.isSplat() ? value.getNumElements() : 1;
  for (int64_t i = 0; i < copies; ++i)
    os.write(data.data(), data.size());
}

LogicalResult writeConstant(ElementsAttr value, Location loc, raw_ostream &os) {
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    writeDense(dense, os);
    return success();
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  if (!resource)
    return emitError(loc) << "constant of type " << value.getShapedType()
                          << " is neither dense nor dense_resource";
  int64_t size = getByteSize(value.getShapedType());
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob || static_cast<int64_t>(blob->getData().size()) != size)
    return emitError(loc) << "constant resource '"
                          << resource.getRawHandle().getKey() << "' holds "
                          << (blob ? blob->getData().size() : 0)
                          << " bytes, its type " << value.getShapedType()
                          << " needs " << size
                          << ": give the module with its dialect_resources "
                             "section";
  os.write(blob->getData().data(), size);
  return success();
}

LogicalResult writeConstants(ModuleOp module, raw_ostream &os) {
  int64_t position = 0;
  for (const ConstantEntry &entry : getConstants(module)) {
    os.write_zeros(entry.offset - position);
    if (failed(writeConstant(entry.value, module.getLoc(), os)))
      return failure();
    position = entry.offset + getByteSize(entry.value.getShapedType());
  }
  os.write_zeros(getConstantsSize(module) - position);
  return success();
}

} // namespace upweave
