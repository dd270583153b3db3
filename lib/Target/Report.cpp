//===- Report.cpp - What the compiler did, for people and tools -----------===//
// The report as a table and as JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace upweave {

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static json::Value toJSON(const ReportKernel &kernel) {
  return json::Object{{"symbol", kernel.symbol},
                      {"chip", kernel.chip},
                      {"threads", kernel.threads},
                      {"registers", kernel.registers},
                      {"spill_bytes", kernel.spillBytes},
                      {"shared_bytes", kernel.sharedBytes},
                      {"blocks_per_sm", kernel.blocksPerSM}};
}

static json::Value toJSON(const ReportBlock &block) {
  json::Object schedules;
  for (const auto &[chip, schedule] : block.schedules)
    schedules[chip] = schedule;
  json::Object predictions;
  for (const auto &[chip, seconds] : block.predictions)
    predictions[chip] = seconds;
  json::Array kernels;
  for (const ReportKernel &kernel : block.kernels)
    kernels.push_back(toJSON(kernel));
  return json::Object{{"entry", block.entry},
                      {"location", block.location},
                      {"producer", block.producer},
                      {"rows", json::Array(block.rows)},
                      {"schedule", block.schedules.empty()
                                       ? ""
                                       : block.schedules.front().second},
                      {"schedules", std::move(schedules)},
                      {"predicted_seconds", std::move(predictions)},
                      {"precision", block.precision},
                      {"kernels", std::move(kernels)}};
}

static json::Value toJSON(const ReportFallback &fallback) {
  return json::Object{{"entry", fallback.entry},
                      {"location", fallback.location},
                      {"kernel", toJSON(fallback.kernel)}};
}

static json::Value toJSON(const ReportRemark &remark) {
  return json::Object{{"location", remark.location},
                      {"id", remark.id},
                      {"reason", remark.reason}};
}

static json::Value toJSON(const ReportFloor &floor) {
  json::Object object{{"entry", floor.entry},   {"chip", floor.chip},
                      {"device", floor.device}, {"bytes", floor.bytes},
                      {"flops", floor.flops},   {"seconds", floor.seconds}};
  if (floor.predicted > 0) {
    object["predicted_seconds"] = floor.predicted;
    object["share"] = floor.seconds / floor.predicted;
  }
  return object;
}

static json::Value toJSON(const ReportImage &image) {
  return json::Object{
      {"kind", image.kind}, {"target", image.target}, {"bytes", image.bytes}};
}

template <typename T>
static json::Array listToJSON(const std::vector<T> &list) {
  json::Array array;
  for (const T &value : list)
    array.push_back(toJSON(value));
  return array;
}

/// Null unless it ran.
static json::Value toJSON(const ReportValidation &validation) {
  if (!validation.ran)
    return nullptr;
  return json::Object{{"elements", validation.elements},
                      {"unknown", validation.unknown},
                      {"operand_elements", validation.operandElements},
                      {"shortened", json::Array(validation.shortened)},
                      {"left_out", json::Array(validation.leftOut)}};
}

json::Value CompileReport::toJSON() const {
  return json::Object{{"version", kReportVersion},
                      {"source", source},
                      {"precision", precision},
                      {"numerics", numerics},
                      {"producers", json::Object{{"upweave", upweaveVersion},
                                                 {"llvm", llvmVersion},
                                                 {"ptxas", ptxasVersion}}},
                      {"entries", json::Array(entries)},
                      {"blocks", listToJSON(blocks)},
                      {"fallbacks", listToJSON(fallbacks)},
                      {"missed", listToJSON(missed)},
                      {"notes", listToJSON(notes)},
                      {"floors", listToJSON(floors)},
                      {"images", listToJSON(images)},
                      {"differences", json::Array(differences)},
                      {"validation", upweave::toJSON(validation)}};
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string orUnknown(int64_t value) {
  return value < 0 ? "?" : std::to_string(value);
}

static void print(const ReportKernel &kernel, raw_ostream &os) {
  os << formatv("    {0,-7} {1,-40} threads {2,4}  registers {3,3}  spills "
                "{4,3} B  shared {5,5} B  blocks/SM {6,2}\n",
                kernel.chip, kernel.symbol, kernel.threads,
                orUnknown(kernel.registers), orUnknown(kernel.spillBytes),
                orUnknown(kernel.sharedBytes), orUnknown(kernel.blocksPerSM));
}

static StringRef orNowhere(const std::string &location) {
  return location.empty() ? StringRef("unknown location") : StringRef(location);
}

static void print(const ReportBlock &block, size_t number, raw_ostream &os) {
  os << formatv("  block {0} of '{1}' ({2})\n    producer {3}, rows [", number,
                block.entry, orNowhere(block.location), block.producer);
  interleaveComma(block.rows, os);
  os << "], precision " << block.precision << '\n';
  for (const auto &[chip, schedule] : block.schedules)
    os << formatv("    {0,-7} schedule {1}\n", chip, schedule);
  for (const ReportKernel &kernel : block.kernels)
    print(kernel, os);
}

static void print(StringRef title, const std::vector<ReportRemark> &remarks,
                  raw_ostream &os) {
  if (remarks.empty())
    return;
  os << title << '\n';
  for (const ReportRemark &remark : remarks)
    os << "  " << orNowhere(remark.location) << ": [" << remark.id << "] "
       << remark.reason << '\n';
}

static void printFloors(const std::vector<ReportFloor> &floors,
                        raw_ostream &os) {
  if (floors.empty())
    return;
  os << "Floor (arguments moved once, products without zeros)\n";
  for (const ReportFloor &floor : floors) {
    os << formatv("  '{0}' on {1} ({2}): {3:f3} ms for {4:f3} GB and {5:f3} "
                  "GFLOP",
                  floor.entry, floor.chip, floor.device, floor.seconds * 1e3,
                  floor.bytes * 1e-9, floor.flops * 1e-9);
    if (floor.predicted > 0)
      os << formatv("; predicted {0:f3} ms, {1:f0} % of the floor's speed",
                    floor.predicted * 1e3,
                    100 * floor.seconds / floor.predicted);
    os << '\n';
  }
}

void CompileReport::print(raw_ostream &os) const {
  os << "Upweave " << upweaveVersion << ", LLVM " << llvmVersion << ", ptxas "
     << (ptxasVersion.empty() ? StringRef("none: PTX only")
                              : StringRef(ptxasVersion))
     << "\n"
     << "Source " << source << ", precision " << precision << ", numerics "
     << numerics << '\n';
  os << "Blocks: " << blocks.size() << '\n';
  for (auto [i, block] : enumerate(blocks))
    upweave::print(block, i, os);
  if (!fallbacks.empty())
    os << "Fallback (one kernel an op, one thread an element): "
       << fallbacks.size() << '\n';
  for (const ReportFallback &fallback : fallbacks) {
    os << "  of '" << fallback.entry << "' (" << orNowhere(fallback.location)
       << ")\n";
    upweave::print(fallback.kernel, os);
  }
  upweave::print("Not fused", missed, os);
  upweave::print("Notes", notes, os);
  printFloors(floors, os);
  for (const std::string &difference : differences)
    os << "May differ from the source: " << difference << '\n';
  if (validation.ran)
    os << "Validated: " << validation.elements
       << " elements of the blocks agree with the source\n";
  if (validation.operandElements)
    os << "Validated: " << validation.operandElements
       << " elements of what long rows reduce are those of the source\n";
  for (const std::string &what : validation.shortened)
    os << "Validated behind what its rows reduce: " << what << '\n';
  for (const std::string &what : validation.leftOut)
    os << "Not validated: " << what << '\n';
  for (const ReportImage &image : images)
    os << formatv("Image {0,-5} {1} ({2} bytes)\n", image.kind, image.target,
                  image.bytes);
}

} // namespace upweave
