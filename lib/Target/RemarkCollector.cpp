//===- RemarkCollector.cpp - Remarks of a compilation, kept ---------------===//
// The streamer that MLIR's remark engine calls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/RemarkCollector.h"

#include "Upweave/Target/Meaning.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSwitch.h"

#include <mutex>

using namespace mlir;

namespace upweave {

/// The remark's arguments as one sentence; bare text has the key "Remark".
static std::string getMessage(const remark::detail::Remark &remark) {
  std::string message;
  for (const remark::detail::Remark::Arg &arg : remark.getArgs()) {
    if (!message.empty())
      message += arg.key == "Remark" ? " " : "; ";
    if (arg.key == "Suggestion")
      message += "to fuse: ";
    else if (arg.key != "Remark" && arg.key != "Reason")
      message += arg.key + " = ";
    message += StringRef(arg.val).trim().str();
  }
  return message;
}

static remark::RemarkKind getKind(const remark::detail::Remark &remark) {
  switch (remark.getRemarkType()) {
  case llvm::remarks::Type::Passed:
    return remark::RemarkKind::RemarkPassed;
  case llvm::remarks::Type::Missed:
    return remark::RemarkKind::RemarkMissed;
  case llvm::remarks::Type::Failure:
    return remark::RemarkKind::RemarkFailure;
  case llvm::remarks::Type::Analysis:
    return remark::RemarkKind::RemarkAnalysis;
  default:
    return remark::RemarkKind::RemarkUnknown;
  }
}

namespace {
class Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Collector(std::shared_ptr<RemarkList> list)
      : list(std::move(list)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    KeptRemark kept{getKind(remark), remark.getCombinedCategoryName().str(),
                    remark.getRemarkName().str(),
                    describeLocation(remark.getLocation()), getMessage(remark)};
    // Passes on several functions run in parallel.
    std::lock_guard<std::mutex> lock(mutex);
    if (!llvm::is_contained(*list, kept))
      list->push_back(std::move(kept));
  }

private:
  std::shared_ptr<RemarkList> list;
  std::mutex mutex;
};
} // namespace

FailureOr<std::shared_ptr<RemarkList>> collectRemarks(MLIRContext &context) {
  auto list = std::make_shared<RemarkList>();
  // What has no filter of its own is off, whatever 'all' says.
  const std::string filter = "upweave-.*";
  remark::RemarkCategories categories{filter, filter, filter, filter, filter};
  if (failed(remark::enableOptimizationRemarks(
          context, std::make_unique<Collector>(list),
          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories)))
    return failure();
  return list;
}

} // namespace upweave
