//===- BundleWriter.h - The file that upweave-compile leaves ----*- C++ -*-===//
// Collects the table, the images and the constants of a bundle and writes them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_BUNDLEWRITER_H
#define UPWEAVE_TARGET_BUNDLEWRITER_H

#include "Upweave/Target/ConstantPool.h"
#include "Upweave/Target/Meaning.h"
#include "upweave/bundle_generated.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace upweave {

/// A bundle under construction. Its bytes depend on what was added, in order,
/// and on nothing else.
class BundleWriter {
public:
  BundleWriter() = default;
  // The pools refer to one another.
  BundleWriter(const BundleWriter &) = delete;
  BundleWriter &operator=(const BundleWriter &) = delete;

  /// The table to fill. Sections and images are added by the functions below.
  bundle::BundleT &getTable() { return table; }
  /// What launches and blocks read: it is loaded with the bundle.
  ConstantPool &getConstants() { return constants; }
  /// What only the source's meaning reads, beside the constants above: no
  /// device ever sees it.
  ConstantPool &getSourceConstants() { return sourceConstants; }

  /// Adds an image and returns its number. PTX gets its final NUL.
  unsigned addImage(bundle::ImageT image, std::string bytes);

  /// Records `name version` as one of the programs that made the bundle.
  void addProducer(llvm::StringRef name, llvm::StringRef version);

  /// Writes the file as a whole or leaves what was there.
  llvm::Error write(llvm::StringRef path);

  /// Writes the file's bytes to `os`. Nothing can be added after that.
  void print(llvm::raw_ostream &os);

private:
  void placeConstants();

  bundle::BundleT table;
  ConstantPool constants;
  ConstantPool sourceConstants{constants};
  std::vector<std::string> sections;
  bool placed = false; ///< whether the constants have sections
};

/// The arguments and symbols of an entry: those of `planned`, which has its
/// results as arguments, with the names and locations of `source`, the function
/// on tensors. Fails, with an error, for an element type that bundles have no
/// name for and for a result whose sizes do not follow from the inputs'.
mlir::FailureOr<std::unique_ptr<bundle::EntryT>>
createEntry(mlir::func::FuncOp source, mlir::func::FuncOp planned);

/// Makes one symbol of sizes that have to be equal.
void unifySizes(
    bundle::EntryT &entry,
    llvm::ArrayRef<std::pair<bundle::DimRef, bundle::DimRef>> equalDims);

} // namespace upweave

#endif // UPWEAVE_TARGET_BUNDLEWRITER_H
