// Sizes of dynamic dimensions, rows to compare, progress.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sampling.h"

#include "BundleFile.h"
#include "Random.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <set>
#include <unistd.h>

namespace upweave {
namespace check {

namespace {
constexpr int64_t kDefaultSize = 2; ///< of a dynamic dimension
constexpr int64_t kAllElements =
    65536; ///< tensors up to this are compared whole
constexpr int64_t kDefaultRows = 256;
constexpr int64_t kMaxRowElements = 4096; ///< longer rows are cut
} // namespace

int64_t getDimOption(const std::vector<std::string> &options,
                     const std::string &symbol) {
  int64_t size = kDefaultSize;
  for (const std::string &option : options) {
    const size_t equals = option.find('=');
    const std::string value =
        equals == option.npos ? option : option.substr(equals + 1);
    if (value.empty() || value.size() > 18 ||
        value.find_first_not_of("0123456789") != value.npos)
      throw CheckError(fmt::format("--dim {}: '{}' is no size", option, value));
    if (equals == option.npos || option.substr(0, equals) == symbol)
      size = std::stoll(value);
  }
  return size;
}

void checkDimNames(const std::vector<std::string> &options,
                   const std::vector<const bundle::Entry *> &entries) {
  std::set<std::string> names;
  for (const bundle::Entry *entry : entries)
    for (uint32_t s = 0; s < rt::length(entry->symbols()); ++s)
      names.insert(rt::text(entry->symbols()->Get(s)->name()));
  for (const std::string &option : options) {
    const size_t equals = option.find('=');
    if (names.empty())
      throw CheckError(fmt::format(
          "--dim {}: no dimension is dynamic, so there is none to give a size: "
          "leave the option out",
          option));
    if (equals == option.npos || names.count(option.substr(0, equals)))
      continue;
    throw CheckError(fmt::format(
        "--dim {}: no dynamic dimension has that name; there is: {}", option,
        fmt::join(names, ", ")));
  }
}

void resolveSymbols(const bundle::Entry &entry,
                    const std::vector<std::string> &options,
                    std::vector<Shape> &shapes) {
  for (uint32_t s = 0; s < rt::length(entry.symbols()); ++s) {
    const bundle::Symbol &symbol = *entry.symbols()->Get(s);
    int64_t size = -1;
    for (const bundle::DimRef *site : *symbol.sites())
      size = std::max(size, shapes[site->arg()][site->dim()]);
    if (size == -1)
      size = getDimOption(options, rt::text(symbol.name()));
    for (const bundle::DimRef *site : *symbol.sites())
      if (shapes[site->arg()][site->dim()] == -1)
        shapes[site->arg()][site->dim()] = size;
  }
}

std::vector<Row> chooseRows(const Shape &shape, int64_t count, int64_t samples,
                            uint64_t seed) {
  std::vector<Row> rows;
  if (count == 0)
    return rows;
  const int64_t line =
      std::min(shape.empty() ? 1 : shape.back(), kMaxRowElements);
  const int64_t total = (count + line - 1) / line;
  const int64_t wanted = samples                 ? samples
                         : count <= kAllElements ? total
                                                 : kDefaultRows;
  auto add = [&](int64_t row) {
    rows.push_back({row * line, std::min(line, count - row * line)});
  };
  if (wanted >= total) {
    for (int64_t row = 0; row < total; ++row)
      add(row);
    return rows;
  }
  // The first and the last are where addressing goes wrong.
  std::set<int64_t> chosen = {0, total - 1};
  for (uint64_t draw = 0; int64_t(chosen.size()) < std::max<int64_t>(wanted, 2);
       ++draw)
    chosen.insert(
        int64_t(mixBits(mixBits(seed ^ 0x726f7773) + draw) % uint64_t(total)));
  for (int64_t row : chosen)
    add(row);
  return rows;
}

std::string indexText(const Shape &shape, int64_t linear) {
  Shape coords(shape.size());
  unravel(linear, shape, coords.data());
  std::string out = "[";
  for (size_t d = 0; d < coords.size(); ++d)
    out += (d ? ", " : "") + std::to_string(coords[d]);
  return out + "]";
}

Progress::Progress(std::string task, bool quiet)
    : task(std::move(task)), quiet(quiet), terminal(::isatty(2)),
      start(Clock::now()), last(start) {}

Progress::~Progress() {
  if (shown && terminal)
    std::fprintf(stderr, "\r%60s\r", "");
}

void Progress::update(double share) {
  const auto now = Clock::now();
  using std::chrono::seconds;
  if (quiet || now - start < seconds(2) ||
      now - last < (terminal ? seconds(1) : seconds(10)))
    return;
  last = now;
  shown = true;
  const double elapsed = std::chrono::duration<double>(now - start).count();
  // Unlike fmt::print, which throws where nobody reads.
  std::fprintf(stderr, "%s%s: %.0f %%, %.0f s%s", terminal ? "\r" : "",
               task.c_str(), 100 * share, elapsed, terminal ? "   " : "\n");
  std::fflush(stderr);
}

} // namespace check
} // namespace upweave
