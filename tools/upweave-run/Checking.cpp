// Checks outputs: all written, equal to the float64 reference or to a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Run.h"

#include "Comparison.h"
#include "Npy.h"

#include "upweave/files/TerminalText.h"

#include <cstring>
#include <set>

namespace upweave {
namespace run {

using namespace check;

namespace {
void printReport(const Argument &output, const Metric::Report &report,
                 const char *reference) {
  fmt::print("check {}: {}, {} of {} elements against {}\n", output.label,
             report.passed() ? "passed" : "FAILED", report.compared,
             output.count, reference);
  fmt::print("  largest |y-ref| / (k e + half ulp)   {:.3g}  (k = {:g})\n",
             report.maxRatio, report.k);
  fmt::print("  max |y-ref| / max |ref|              {:.3e}\n",
             report.maxRelative);
  fmt::print("  ||y-ref|| / ||ref||                  {:.3e}\n",
             report.normRelative);
  fmt::print("  elements with k e > 0.1 max |ref|    {:.3g} %\n",
             100 * report.looseShare);
  for (const std::string &note : report.notes())
    fmt::print("  {}\n", note);
  if (report.failures == 0)
    return;
  fmt::print("  {} elements are outside the bound; NaN or Inf differ in {}; "
             "{} have no finite bound\n",
             report.failures, report.specials, report.unbounded);
  fmt::print("  worst at {}: y = {:.9g}, ref = {:.9g}, e = {:.3g}\n",
             indexText(output.shape, report.worst), report.worstActual,
             report.worstReference, report.worstError);
}

Value actualAt(const Argument &output, int64_t linear) {
  return loadElement(output.host.data(), output.dtype, output.position(linear));
}

bool checkReference(Comparison &comparison, uint32_t index,
                    const Argument &output, const Options &options) {
  constexpr double kLongCheck = 5; // seconds
  const std::vector<Row> rows =
      chooseRows(output.shape, output.count, options.samples, options.seed);
  int64_t elements = 0;
  for (const Row &row : rows)
    elements += row.count;
  const double seconds = comparison.estimateSeconds(index, rows);
  if (seconds > kLongCheck && !options.quiet)
    fmt::print(stderr,
               "checking {}: {} elements take about {:.0f} s in float64 "
               "(--samples=N compares fewer rows)\n",
               output.label, elements, seconds);
  Progress progress(fmt::format("checking {}", output.label), options.quiet);
  const Metric::Report report = comparison.compare(
      index, rows, [&](int64_t at) { return actualAt(output, at); }, &progress);
  printReport(output, report, "the float64 reference");
  if (options.maxError == 0 || report.maxRelative <= options.maxError)
    return report.passed();
  fmt::print("check {}: FAILED, max |y-ref| / max |ref| is above "
             "--max-error={:g}\n",
             output.label, options.maxError);
  return false;
}

double expectTolerance(const Options &options, DType dtype) {
  if (options.expectTolerance > 0)
    return options.expectTolerance;
  static const double defaults[] = {2e-3, 1.6e-2, 1e-5, 1e-12};
  return isFloat(dtype) ? defaults[int(dtype)] : 0;
}

/// A file has no error magnitudes: the bound is relative to its largest value.
bool checkExpected(const Argument &output, const std::string &path,
                   const Options &options) {
  const NpyArray expected = readNpy(path, output.dtype);
  if (expected.shape != output.shape)
    throw Failure(
        kUsageError,
        fmt::format("'{}' has shape {}, output '{}' has {}", path,
                    rt::shapeText(expected.shape.data(), expected.shape.size()),
                    output.label,
                    rt::shapeText(output.shape.data(), output.shape.size())));
  double largest = 0;
  for (int64_t at = 0; at < output.count; ++at) {
    const Value ref = loadElement(expected.bytes.data(), output.dtype, at);
    const double v = isFloat(output.dtype) ? ref.v : double(ref.i);
    if (std::isfinite(v))
      largest = std::max(largest, std::fabs(v));
  }
  const double bound = expectTolerance(options, output.dtype) * largest;
  Metric metric(output.dtype, Precision::None, output.count);
  for (int64_t at = 0; at < output.count; ++at) {
    Value ref = loadElement(expected.bytes.data(), output.dtype, at);
    ref.e = bound / tolerance(Precision::None);
    metric.add(at, actualAt(output, at), ref);
  }
  const Metric::Report report = metric.report();
  printReport(output, report, path.c_str());
  return report.passed();
}

bool isPoison(const Argument &output, int64_t linear, unsigned char poison) {
  const uint32_t element = rt::dtypeBytes(output.dtype);
  const unsigned char *bytes =
      output.host.data() + output.position(linear) * element;
  for (uint32_t b = 0; b < element; ++b)
    if (bytes[b] != poison)
      return false;
  return true;
}
} // namespace

int64_t countUnwritten(Runner &runner, Argument &output, unsigned char poison,
                       bool &ranAgain) {
  constexpr unsigned char kSecondPoison = 0x5A;
  std::vector<int64_t> suspects;
  for (int64_t at = 0; at < output.count; ++at)
    if (isPoison(output, at, poison))
      suspects.push_back(at);
  if (suspects.empty())
    return 0;
  // The value may be what was computed: it is not, if it follows the poison.
  runner.runOnce(kSecondPoison);
  ranAgain = true;
  int64_t unwritten = 0;
  for (int64_t at : suspects)
    unwritten += isPoison(output, at, kSecondPoison);
  return unwritten;
}

bool checkOutputs(Runner &runner, const Options &options) {
  constexpr unsigned char kPoison = 0xFF;
  bool passed = true;
  for (Argument &arg : runner.arguments()) {
    if (!arg.isOutput)
      continue;
    bool ranAgain = false;
    const int64_t unwritten = countUnwritten(runner, arg, kPoison, ranAgain);
    if (unwritten) {
      fmt::print("check {}: FAILED, {} of {} elements were not written\n",
                 arg.label, unwritten, arg.count);
      passed = false;
    }
    if (ranAgain)
      runner.runOnce(kPoison);
  }
  std::set<const Argument *> compared;
  size_t next = 0;
  for (const FileArgument &file : options.expected) {
    Argument &output = runner.find(file.argument, /*output=*/true, next);
    passed &= checkExpected(output, file.path, options);
    compared.insert(&output);
  }
  if (!options.check)
    return passed;
  std::vector<ArgumentData> data;
  for (const Argument &arg : runner.arguments())
    data.push_back(
        {arg.isOutput ? nullptr : static_cast<const void *>(arg.host.data()),
         arg.shape, arg.strides, nullptr});
  std::vector<const Argument *> outputs;
  for (const Argument &arg : runner.arguments())
    if (arg.isOutput)
      outputs.push_back(&arg);
  if (outputs.empty())
    throw Failure(kCheckFailed,
                  fmt::format("entry '{}' has no outputs: --check has nothing "
                              "to compare",
                              runner.entry().name()->str()));
  try {
    WorkPool pool;
    Comparison comparison(runner.file(), runner.entry(), data, pool);
    if (!comparison.hasSource())
      fmt::print("compared with the blocks, not with the source, which has no "
                 "float64 evaluation: {}\n",
                 files::printable(comparison.obstacle()));
    for (uint32_t i = 0; i < outputs.size(); ++i)
      passed &= checkReference(comparison, i, *outputs[i], options);
  } catch (const CheckError &error) {
    // Never skipped: either a file stood in for every output, or it is an
    // error.
    if (compared.size() != outputs.size())
      throw Failure(kCheckFailed, error.what());
    fmt::print("the float64 reference does not cover this entry: {}\n",
               error.what());
  }
  return passed;
}

} // namespace run
} // namespace upweave
