//===- ConstantPool.cpp - The constants of a bundle -----------------------===//
// Deduplicates constants by their bytes and lays them out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/ConstantPool.h"

#include "Upweave/Transforms/PlannedFunction.h"
#include "upweave/bundle_format.h"

using namespace mlir;

namespace upweave {

std::optional<uint64_t> ConstantPool::find(StringRef value) const {
  auto [first, last] =
      known.equal_range(bundle::checksum(value.data(), value.size()));
  for (auto it = first; it != last; ++it) {
    auto [offset, size] = it->second;
    if (StringRef(bytes).substr(offset, size) == value)
      return offset;
  }
  return std::nullopt;
}

uint64_t ConstantPool::insert(StringRef value) {
  if (std::optional<uint64_t> offset = find(value))
    return *offset;
  uint64_t offset = bundle::alignSection(bytes.size());
  bytes.resize(offset, '\0');
  bytes.append(value.begin(), value.end());
  known.insert(
      {bundle::checksum(value.data(), value.size()), {offset, value.size()}});
  return offset;
}

/// The elements of `value` as they lie in memory; only the first one of a splat
/// if `splat` is given, which then says whether it is one.
static FailureOr<std::string> getBytes(ElementsAttr value, Location loc,
                                       bool *splat) {
  if (splat) {
    auto dense = dyn_cast<DenseElementsAttr>(value);
    *splat = dense && dense.isSplat();
    if (*splat)
      value = dense.resizeSplat(dense.getType().clone(ArrayRef<int64_t>{1}));
  }
  std::string data;
  llvm::raw_string_ostream os(data);
  if (failed(writeConstant(value, loc, os)))
    return failure();
  return data;
}

FailureOr<uint64_t> ConstantPool::insert(ElementsAttr value, Location loc,
                                         bool *splat) {
  FailureOr<std::string> data = upweave::getBytes(value, loc, splat);
  if (failed(data))
    return failure();
  return insert(*data);
}

FailureOr<ConstantPool::Place> ConstantPool::place(ElementsAttr value,
                                                   Location loc, bool &splat) {
  FailureOr<std::string> data = upweave::getBytes(value, loc, &splat);
  if (failed(data))
    return failure();
  if (shared)
    if (std::optional<uint64_t> offset = shared->find(*data))
      return Place{*offset, true};
  return Place{insert(*data), false};
}

LogicalResult ConstantPool::adopt(ModuleOp module) {
  std::string data;
  llvm::raw_string_ostream os(data);
  if (failed(writeConstants(module, os)))
    return failure();
  bytes = std::move(data);
  for (const ConstantEntry &entry : getConstants(module)) {
    uint64_t offset = entry.offset;
    uint64_t size = getByteSize(entry.value.getShapedType());
    known.insert(
        {bundle::checksum(bytes.data() + offset, size), {offset, size}});
  }
  return success();
}

ConstantPlacement::ConstantPlacement(ModuleOp module, ConstantPool &pool)
    : loc(module.getLoc()), pool(pool) {
  for (const ConstantEntry &entry : getConstants(module)) {
    uint64_t begin = entry.offset;
    uint64_t size = getByteSize(entry.value.getShapedType());
    runs.push_back({begin, begin + size, entry.value, std::nullopt});
  }
}

FailureOr<std::optional<uint64_t>> ConstantPlacement::lookup(uint64_t offset) {
  for (Run &run : runs) {
    if (offset < run.begin ||
        (offset >= run.end && (run.begin != run.end || offset != run.begin)))
      continue;
    if (!run.target) {
      FailureOr<uint64_t> target = pool.insert(run.value, loc);
      if (failed(target))
        return failure();
      run.target = *target;
    }
    return std::optional<uint64_t>(*run.target + (offset - run.begin));
  }
  return std::optional<uint64_t>();
}

} // namespace upweave
