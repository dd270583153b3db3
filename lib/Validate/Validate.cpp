//===- Validate.cpp - Blocks against the source, before emission ----------===//
// Chooses inputs and samples by what they cost and compares two evaluations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Validate/Validate.h"

#include "RowOperands.h"

#include "Inputs.h"
#include "Random.h"

#include "BundleFile.h"
#include "Expr.h"

#include <fmt/format.h>

using namespace upweave::check;

namespace upweave {

namespace {
/// A difference, which ends the comparison.
class Disagreement : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// All comparisons of one bundle.
class Validation {
public:
  Validation(std::shared_ptr<const rt::BundleFile> file,
             const ValidateOptions &options, ReportValidation &report)
      : file(std::move(file)), options(options), report(report),
        pool(options.threads) {}

  void run();

private:
  /// What inputs are made of, and what share of the time they get.
  struct Trial {
    InputKind kind;
    int64_t size; ///< of dynamic dimensions
    double share;
  };

  /// An output of which one element takes too long, and its scalar ops.
  struct LongOutput {
    std::string label;
    double work;
  };

  void tryInputs(const bundle::Entry &entry, const Trial &trial,
                 double seconds);
  /// Compares what is behind rows that are too long to reduce, with made-up
  /// values for what they reduce; returns what is left of the outputs `left`.
  std::vector<LongOutput>
  compareBehindRows(const bundle::Entry &entry,
                    const std::vector<ArgumentData> &inputs, const Trial &trial,
                    double seconds, std::vector<LongOutput> left);
  /// Compares what there is time for; returns the other outputs.
  std::vector<LongOutput>
  compareOutputs(Comparison &comparison, const bundle::Entry &entry,
                 const std::vector<ArgumentData> &inputs, const Trial &trial,
                 double seconds);
  std::vector<ArgumentData> makeInputs(const bundle::Entry &entry,
                                       const Trial &trial) const;
  /// The elements to compare, as many as `seconds` allow; none if not even one.
  std::vector<Row> chooseSamples(const Comparison &comparison, uint32_t output,
                                 const Shape &shape, double seconds) const;
  void compare(Comparison &comparison, const bundle::Entry &entry,
               uint32_t output, const std::string &label,
               const std::vector<Row> &rows, const Shape &shape,
               const Trial &trial);
  void leaveOut(const std::string &what);

  std::shared_ptr<const rt::BundleFile> file;
  const ValidateOptions &options;
  ReportValidation &report;
  WorkPool pool;
};
} // namespace

static const char *getName(InputKind kind) {
  for (auto [name, known] : getInputKinds())
    if (known == kind)
      return name;
  return "";
}

static std::string getLabel(const bundle::Argument &argument, size_t index) {
  const char *name = rt::text(argument.name());
  return *name ? name : std::to_string(index);
}

void Validation::leaveOut(const std::string &what) {
  if (!llvm::is_contained(report.leftOut, what))
    report.leftOut.push_back(what);
}

//===----------------------------------------------------------------------===//
// Inputs and samples
//===----------------------------------------------------------------------===//

/// Sizes of outputs that are expressions of the inputs'.
static void resolveOutputs(const bundle::Entry &entry,
                           std::vector<Shape> &shapes) {
  for (uint32_t i = 0; i < entry.args()->size(); ++i) {
    const auto *exprs = entry.args()->Get(i)->shape_exprs();
    if (rt::length(exprs) == 0)
      continue;
    Shape sizes(rt::length(exprs));
    IndexMap(exprs, 0, shapes, "an output's shape")
        .apply(nullptr, sizes.data());
    shapes[i] = std::move(sizes);
  }
}

std::vector<ArgumentData> Validation::makeInputs(const bundle::Entry &entry,
                                                 const Trial &trial) const {
  std::vector<Shape> shapes;
  for (const bundle::Argument *argument : *entry.args()) {
    shapes.emplace_back();
    if (argument->shape())
      shapes.back().assign(argument->shape()->begin(),
                           argument->shape()->end());
  }
  resolveSymbols(entry, {std::to_string(trial.size)}, shapes);
  resolveOutputs(entry, shapes);
  // The data is the largest floating-point input, the others are ordinary.
  int64_t data = -1, largest = -1;
  for (uint32_t i = 0; i < shapes.size(); ++i) {
    const bundle::Argument &argument = *entry.args()->Get(i);
    const int64_t count = elementCount(shapes[i]);
    if (argument.role() == bundle::Role::Input && isFloat(argument.dtype()) &&
        count > largest) {
      data = i;
      largest = count;
    }
  }
  std::vector<ArgumentData> inputs(shapes.size());
  for (uint32_t i = 0; i < shapes.size(); ++i) {
    inputs[i].shape = shapes[i];
    const bundle::Argument &argument = *entry.args()->Get(i);
    if (argument.role() != bundle::Role::Input)
      continue;
    const InputKind kind = i == data ? trial.kind : InputKind::Normal;
    const DType dtype = argument.dtype();
    const uint64_t seed = mixBits(options.seed) + i;
    inputs[i].generate = [kind, dtype, seed](int64_t linear) {
      return getInputElement(kind, dtype, linear, seed);
    };
  }
  return inputs;
}

/// Rows of `shape` cut to `length` elements.
static std::vector<Row> cut(std::vector<Row> rows, int64_t length) {
  for (Row &row : rows)
    row.count = std::min(row.count, length);
  return rows;
}

std::vector<Row> Validation::chooseSamples(const Comparison &comparison,
                                           uint32_t output, const Shape &shape,
                                           double seconds) const {
  // Full lines, as many as there is time for, then fewer elements of two.
  constexpr int64_t kMostRows = 1 << 14;
  const int64_t count = elementCount(shape);
  auto fits = [&](const std::vector<Row> &rows) {
    return comparison.estimateSeconds(output, rows) <= seconds;
  };
  auto rowsFor = [&](int64_t samples) {
    return chooseRows(shape, count, samples, options.seed);
  };
  std::vector<Row> best;
  for (int64_t samples = 2; samples <= kMostRows; samples *= 2) {
    std::vector<Row> rows = rowsFor(samples);
    if (!fits(rows))
      break;
    const bool all = rows.size() < size_t(samples);
    best = std::move(rows);
    if (all)
      return best;
  }
  if (!best.empty() || count == 0)
    return best;
  const std::vector<Row> lines = rowsFor(2);
  for (int64_t length = lines.front().count / 2; length >= 1; length /= 2)
    if (std::vector<Row> rows = cut(lines, length); fits(rows))
      return rows;
  std::vector<Row> one = {{count / 2, 1}};
  return fits(one) ? one : std::vector<Row>();
}

//===----------------------------------------------------------------------===//
// Comparing
//===----------------------------------------------------------------------===//

/// A value with the error it may have.
static std::string describe(const Value &value, bool isFloatingPoint) {
  if (!isFloatingPoint)
    return std::to_string(value.i);
  return fmt::format("{:.9g} (e = {:.3g})", value.v, value.e);
}

void Validation::compare(Comparison &comparison, const bundle::Entry &entry,
                         uint32_t output, const std::string &label,
                         const std::vector<Row> &rows, const Shape &shape,
                         const Trial &trial) {
  const bundle::DType dtype = comparison.outputType(output);
  std::vector<Comparison::Pair> pairs =
      comparison.evaluate(output, rows, nullptr);
  auto pair = pairs.begin();
  for (const Row &row : rows)
    for (int64_t at = row.first; at < row.first + row.count; ++at, ++pair) {
      ++report.elements;
      report.unknown += isUnknown(pair->source) || isUnknown(pair->blocks);
      if (agree(pair->source, pair->blocks, dtype, entry.precision()))
        continue;
      throw Disagreement(fmt::format(
          "the blocks of entry '{}' do not compute what the source says: "
          "output '{}' at {} is {} in the source and {} in the blocks "
          "({} inputs, seed {})",
          rt::text(entry.name()), label, indexText(shape, at),
          describe(pair->source, isFloat(dtype)),
          describe(pair->blocks, isFloat(dtype)), getName(trial.kind),
          options.seed));
    }
}

std::vector<Validation::LongOutput>
Validation::compareOutputs(Comparison &comparison, const bundle::Entry &entry,
                           const std::vector<ArgumentData> &inputs,
                           const Trial &trial, double seconds) {
  std::vector<LongOutput> tooLong;
  uint32_t output = 0, outputs = 0;
  for (const bundle::Argument *argument : *entry.args())
    outputs += argument->role() == bundle::Role::Output;
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    const bundle::Argument &argument = *entry.args()->Get(i);
    if (argument.role() != bundle::Role::Output)
      continue;
    const std::string label = getLabel(argument, i);
    const Shape &shape = inputs[i].shape;
    const int64_t count = elementCount(shape);
    const std::vector<Row> rows =
        chooseSamples(comparison, output, shape, seconds / outputs);
    if (!rows.empty())
      compare(comparison, entry, output, label, rows, shape, trial);
    else if (count != 0)
      tooLong.push_back(
          {label, comparison.estimateWork(output, {{count / 2, 1}})});
    ++output;
  }
  return tooLong;
}

void Validation::tryInputs(const bundle::Entry &entry, const Trial &trial,
                           double seconds) {
  const std::vector<ArgumentData> inputs = makeInputs(entry, trial);
  Comparison comparison(*file, entry, inputs, pool);
  if (!comparison.hasSource())
    return leaveOut(fmt::format("entry '{}': the source has no float64 "
                                "evaluation: {}",
                                rt::text(entry.name()), comparison.obstacle()));
  std::vector<LongOutput> tooLong =
      compareOutputs(comparison, entry, inputs, trial, seconds);
  // Other inputs would say nothing of them either.
  if (tooLong.empty() || trial.kind != InputKind::Normal)
    return;

  const std::vector<LongOutput> left =
      compareBehindRows(entry, inputs, trial, seconds, tooLong);
  for (const LongOutput &output : tooLong) {
    const bool isLeft = llvm::any_of(left, [&](const LongOutput &other) {
      return other.label == output.label;
    });
    std::string what = fmt::format(
        "entry '{}', output '{}': one element takes about {:.2g} operations",
        rt::text(entry.name()), output.label, output.work);
    if (isLeft)
      leaveOut(what);
    else
      report.shortened.push_back(std::move(what));
  }
}

std::vector<Validation::LongOutput> Validation::compareBehindRows(
    const bundle::Entry &entry, const std::vector<ArgumentData> &inputs,
    const Trial &trial, double seconds, std::vector<LongOutput> left) {
  // Rows of rows come into reach once the inner ones are short.
  constexpr int kDepth = 4;
  // Outputs that are still too long take no time.
  const double share = seconds / kDepth;
  std::vector<RowOperandMatch> matches;
  for (int depth = 0; depth < kDepth; ++depth) {
    Comparison comparison(*file, entry, inputs, pool);
    for (const RowOperandMatch &match : matches)
      substitute(comparison, match, options.seed);
    std::vector<RowOperandMatch> found =
        matchRowOperands(comparison, matches, share, options.seed);
    if (found.empty())
      break;
    for (RowOperandMatch &match : found) {
      report.operandElements += match.elements;
      matches.push_back(std::move(match));
    }
    Comparison shortened(*file, entry, inputs, pool);
    for (const RowOperandMatch &match : matches)
      substitute(shortened, match, options.seed);
    left = compareOutputs(shortened, entry, inputs, trial, seconds);
    if (left.empty())
      return left;
  }
  return left;
}

void Validation::run() {
  static const Trial kTrials[] = {
      {InputKind::Normal, 2, 0.5},    {InputKind::Wide, 2, 0.1},
      {InputKind::LargeMean, 2, 0.1}, {InputKind::Constant, 1, 0.1},
      {InputKind::Denormal, 2, 0.1},  {InputKind::Normal, 1, 0.1},
  };
  const double entries = rt::length(file->table().entries());
  for (const bundle::Entry *entry : *file->table().entries()) {
    const bool isDynamic = rt::length(entry->symbols()) != 0;
    for (const Trial &trial : kTrials) {
      // Without dynamic dimensions it is the first one again.
      if (!isDynamic && trial.kind == InputKind::Normal && trial.size != 2)
        continue;
      try {
        tryInputs(*entry, trial, options.seconds * trial.share / entries);
      } catch (const CheckError &error) {
        leaveOut(fmt::format("entry '{}', {} inputs: {}",
                             rt::text(entry->name()), getName(trial.kind),
                             error.what()));
      }
    }
  }
}

std::string validateBundle(BundleWriter &bundle, const ValidateOptions &options,
                           ReportValidation &report) {
  report.ran = true;
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  bundle.print(os);
  std::shared_ptr<const rt::BundleFile> file;
  if (rt::BundleFile::copy(bytes.data(), bytes.size(), file) != UW_OK)
    return "the bundle is not valid: " + rt::lastError();
  try {
    Validation(file, options, report).run();
  } catch (const Disagreement &difference) {
    return difference.what();
  }
  return {};
}

} // namespace upweave
