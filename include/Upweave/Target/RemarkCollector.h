//===- RemarkCollector.h - Remarks of a compilation, kept -------*- C++ -*-===//
// A remark streamer that keeps what the passes say for the report.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_REMARKCOLLECTOR_H
#define UPWEAVE_TARGET_REMARKCOLLECTOR_H

#include "mlir/IR/Remarks.h"

#include <memory>
#include <string>
#include <vector>

namespace upweave {

/// One remark, in words.
struct KeptRemark {
  mlir::remark::RemarkKind kind;
  std::string category;
  std::string id;
  std::string location;
  std::string message;

  bool operator==(const KeptRemark &other) const {
    return kind == other.kind && category == other.category && id == other.id &&
           location == other.location && message == other.message;
  }
};

/// Remarks in the order of their emission, each once.
using RemarkList = std::vector<KeptRemark>;

/// Makes `context` keep the remarks of Upweave's passes; the list lives as long
/// as anybody holds it. Replaces the context's remark engine.
mlir::FailureOr<std::shared_ptr<RemarkList>>
collectRemarks(mlir::MLIRContext &context);

} // namespace upweave

#endif // UPWEAVE_TARGET_REMARKCOLLECTOR_H
