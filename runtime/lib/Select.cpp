// Image selection by compute capability, and the text of what a bundle holds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Select.h"

#include "Limits.h"

#include <cctype>
#include <vector>

namespace upweave {
namespace rt {

namespace {
/// "sm_90a" and "sm_100f" run on their own chip (family) only.
bool isArchSpecific(const bundle::LaunchList &list) {
  return std::isalpha(static_cast<unsigned char>(list.chip()->str().back()));
}

Choice cubinOf(const bundle::LaunchList &list) {
  return {&list, uint32_t(list.cubin()), false, list.chip()->str()};
}
Choice ptxOf(const bundle::LaunchList &list) {
  return {&list, uint32_t(list.ptx()), true, "ptx:" + list.chip()->str()};
}

/// At most kMaxCompute, so that ranks do not overflow.
int computeOf(const bundle::LaunchList &list) { return int(list.compute()); }

/// Whether a device can run the list's cubin or PTX at all.
bool runsCubin(const bundle::LaunchList &list, int compute) {
  const int own = computeOf(list);
  return list.cubin() != -1 &&
         (own == compute ||
          (!isArchSpecific(list) && own < compute && own / 10 == compute / 10));
}
bool runsPtx(const bundle::LaunchList &list, int compute) {
  const int own = computeOf(list);
  return list.ptx() != -1 &&
         (own == compute || (!isArchSpecific(list) && own < compute));
}

/// Rank of a choice for a device; higher wins, 0 is unusable.
int rankOf(const bundle::LaunchList &list, bool ptx, int compute) {
  static_assert(kMaxCompute * 2 + 1 < 1000000, "kinds rank above chips");
  constexpr int kOwnCubin = 3000000, kPtx = 2000000, kOlderCubin = 1000000;
  const int chip = computeOf(list) * 2 + isArchSpecific(list);
  if (ptx)
    return runsPtx(list, compute) ? kPtx + chip : 0;
  if (!runsCubin(list, compute))
    return 0;
  return (computeOf(list) == compute ? kOwnCubin : kOlderCubin) + chip;
}

uw_status forced(const bundle::Bundle &table, const bundle::Entry &entry,
                 int compute, std::string_view wanted, Choice &choice) {
  const bool ptx = wanted.substr(0, 4) == "ptx:";
  const std::string_view chip = ptx ? wanted.substr(4) : wanted;
  for (uint32_t i = 0; i < length(entry.lists()); ++i) {
    const bundle::LaunchList &list = *entry.lists()->Get(i);
    if (chip != text(list.chip()) || (ptx ? list.ptx() : list.cubin()) == -1)
      continue;
    if (!rankOf(list, ptx, compute))
      return fail(UW_NO_IMAGE, "image '{}' does not run on this sm_{} device",
                  wanted, compute);
    choice = ptx ? ptxOf(list) : cubinOf(list);
    return UW_OK;
  }
  return fail(UW_NO_IMAGE, "image '{}' was asked for, the bundle holds {}",
              wanted, imagesText(table, entry));
}
} // namespace

uw_status selectImage(const bundle::Bundle &table, const bundle::Entry &entry,
                      int compute, std::string_view wanted, Choice &choice) {
  if (!wanted.empty())
    return forced(table, entry, compute, wanted, choice);
  int best = 0;
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    for (bool ptx : {false, true}) {
      const bundle::LaunchList &list = *entry.lists()->Get(i);
      int rank = rankOf(list, ptx, compute);
      if (rank <= best)
        continue;
      best = rank;
      choice = ptx ? ptxOf(list) : cubinOf(list);
    }
  if (best)
    return UW_OK;
  return fail(UW_NO_IMAGE,
              "bundle holds {}; device is sm_{}: recompile with --chip=sm_{}",
              imagesText(table, entry), compute, compute);
}

std::string imagesText(const bundle::Bundle &table,
                       const bundle::Entry &entry) {
  std::vector<std::string> parts;
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    if (entry.lists()->Get(i)->cubin() != -1)
      parts.push_back(text(entry.lists()->Get(i)->chip()));
  for (uint32_t i = 0; i < length(entry.lists()); ++i) {
    const bundle::LaunchList &list = *entry.lists()->Get(i);
    if (list.ptx() != -1)
      parts.push_back(fmt::format(
          "PTX {} ({})", text(table.images()->Get(list.ptx())->ptx_version()),
          text(list.chip())));
  }
  if (entry.host())
    parts.push_back("a host variant");
  if (parts.empty())
    return "no images";
  std::string out = parts.front();
  for (size_t i = 1; i < parts.size(); ++i)
    out += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

} // namespace rt
} // namespace upweave
