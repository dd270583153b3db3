//===- ConstantPool.h - The constants of a bundle ---------------*- C++ -*-===//
// The one run of bytes that launch lists, host variant and meaning share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_CONSTANTPOOL_H
#define UPWEAVE_TARGET_CONSTANTPOOL_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace upweave {

/// Constants by their bytes, each at a multiple of 256 bytes and kept once.
class ConstantPool {
public:
  /// Where the bytes of a constant are: at `offset` of this pool, or of the
  /// pool that this one looks in first.
  struct Place {
    uint64_t offset;
    bool shared;
  };

  ConstantPool() = default;
  /// A pool beside `shared`, which must outlive it: what that one holds is not
  /// kept again.
  explicit ConstantPool(const ConstantPool &shared) : shared(&shared) {}

  /// The offset of `bytes`, which are appended unless they are there.
  uint64_t insert(llvm::StringRef bytes);

  /// The same for the elements of `value`; only the first one of a splat if
  /// `splat` is given, which then says whether it is one. Fails, with an error
  /// at `loc`, for a resource without data.
  mlir::FailureOr<uint64_t> insert(mlir::ElementsAttr value, mlir::Location loc,
                                   bool *splat = nullptr);

  /// The same for a pool beside another one.
  mlir::FailureOr<Place> place(mlir::ElementsAttr value, mlir::Location loc,
                               bool &splat);

  /// Takes over the constants that buffer planning recorded on `module`, each
  /// at the offset it has there. Only an empty pool can. Code with those
  /// offsets in it (the host variant's) can then use the pool as it is.
  mlir::LogicalResult adopt(mlir::ModuleOp module);

  /// The bytes from the start of the pool.
  const std::string &getBytes() const { return bytes; }
  bool empty() const { return bytes.empty(); }
  /// Whether the pool is beside another one.
  bool isBeside() const { return shared != nullptr; }

private:
  std::optional<uint64_t> find(llvm::StringRef value) const;

  const ConstantPool *shared = nullptr;
  std::string bytes;
  /// Checksum to (offset, size) of what is in the pool.
  std::multimap<uint64_t, std::pair<uint64_t, uint64_t>> known;
};

/// Where the constants of one planned module are in the pool. Only those that
/// are looked up get there.
class ConstantPlacement {
public:
  ConstantPlacement(mlir::ModuleOp module, ConstantPool &pool);

  /// The offset in the pool of byte `offset` of the module's own constants
  /// buffer; nothing if no constant lies there. Fails, with an error, for a
  /// resource without data.
  mlir::FailureOr<std::optional<uint64_t>> lookup(uint64_t offset);

private:
  struct Run {
    uint64_t begin, end;
    mlir::ElementsAttr value;
    std::optional<uint64_t> target;
  };
  mlir::Location loc;
  ConstantPool &pool;
  std::vector<Run> runs;
};

} // namespace upweave

#endif // UPWEAVE_TARGET_CONSTANTPOOL_H
