// Refits altered bundles and uses those that are accepted.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Harness.h"

#include "Arguments.h"
#include "BundleFile.h"
#include "Evaluator.h"
#include "Manifest.h"
#include "Select.h"

#include "upweave/bundle_format.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace upweave {
namespace fuzz {

using bundle::FileHeader;

namespace {

/// A refusal must say why.
bool accepted(uw_status status, const char *what) {
  if (status == UW_OK)
    return true;
  if (rt::lastError().empty()) {
    std::fprintf(stderr, "%s gave %s without a text\n", what,
                 uw_status_name(status));
    std::abort();
  }
  rt::failText(UW_OK, ""); // so that the next one has to say why, too
  return false;
}

/// A number from the input, so that a finding repeats.
uint64_t choose(const Bytes &bytes, uint64_t salt, uint64_t count) {
  return bundle::checksum(bytes.data(), std::min<size_t>(bytes.size(), 64)) /
         (salt + 1) % count;
}

/// Fills in the checksums of the sections that are in the file.
void refitSections(Bytes &bytes, uint64_t size) {
  const unsigned char *table = bytes.data() + sizeof(FileHeader);
  const uint64_t base = bundle::sectionBase(size);
  if (rt::verifyStructure(table, size))
    return;
  const auto *sections = bundle::GetBundle(table)->sections();
  for (uint32_t i = 0; i < rt::length(sections); ++i) {
    const bundle::Section section = *sections->Get(i);
    if (base > bytes.size() || section.offset() > bytes.size() - base ||
        section.size() > bytes.size() - base - section.offset())
      continue;
    const bundle::Section fitting(
        section.offset(), section.size(),
        bundle::checksum(bytes.data() + base + section.offset(),
                         section.size()));
    const auto *at = reinterpret_cast<const uint8_t *>(sections->Get(i));
    std::memcpy(bytes.data() + (at - bytes.data()), &fitting, sizeof(fitting));
  }
}

/// Sizes of a launch, from small to absurd.
constexpr int64_t kSizes[] = {
    1, 2, 0, 3, 7, 1000, int64_t(1) << 31, int64_t(1) << 62, INT64_MAX};

/// A caller's tensors for an entry whose dynamic sizes are all `size`.
class Call {
public:
  Call(const bundle::Entry &entry, int64_t size, uint64_t address)
      : entry(entry) {
    const uint32_t count = rt::length(entry.args());
    shapes.resize(count);
    tensors.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
      const bundle::Argument &arg = *entry.args()->Get(i);
      for (uint32_t d = 0; d < rt::length(arg.shape()); ++d)
        shapes[i].push_back(arg.shape()->Get(d) == -1 ? size
                                                      : arg.shape()->Get(d));
      tensors[i] = {};
      tensors[i].shape = shapes[i].data();
      tensors[i].rank = shapes[i].size();
      tensors[i].dtype = uint32_t(arg.dtype());
      tensors[i].data = reinterpret_cast<void *>(address + i * address / 64);
      if (rt::length(arg.strides()))
        tensors[i].strides = arg.strides()->data();
    }
  }

  /// Shapes of outputs that follow from those of inputs.
  void computeShapes() {
    for (uint32_t i = 0; i < tensors.size(); ++i) {
      const auto *exprs = entry.args()->Get(i)->shape_exprs();
      for (uint32_t d = 0; d < rt::length(exprs); ++d)
        accepted(rt::evaluate(exprs->Get(d), tensors.data(), "", shapes[i][d]),
                 "evaluate");
    }
  }

  void run() {
    computeShapes();
    if (!accepted(rt::checkShapes(entry, tensors.data(), tensors.size()),
                  "checkShapes"))
      return;
    accepted(rt::checkData(entry, tensors.data(), {UW_HOST, 0}), "checkData");
    accepted(rt::checkData(entry, tensors.data(), {UW_CUDA, 1}), "checkData");
    for (uint32_t i = 0; i < rt::length(entry.lists()); ++i)
      evaluateList(*entry.lists()->Get(i));
    if (entry.host()) {
      evaluate(entry.host()->workspace());
      evaluate(entry.host()->thread_scratch());
    }
  }

  std::vector<check::ArgumentData> forReference() const {
    std::vector<check::ArgumentData> args(tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
      args[i].shape = shapes[i];
      if (entry.args()->Get(i)->role() == bundle::Role::Input)
        args[i].data = tensors[i].data;
    }
    return args;
  }

private:
  void evaluate(const bundle::Expr *expr) const {
    int64_t value;
    accepted(rt::evaluate(expr, tensors.data(), "an expression", value),
             "evaluate");
  }
  void evaluateList(const bundle::LaunchList &list) const {
    evaluate(list.workspace());
    for (uint32_t i = 0; i < rt::length(list.launches()); ++i) {
      const bundle::Launch &launch = *list.launches()->Get(i);
      for (uint32_t d = 0; d < 3; ++d)
        evaluate(launch.grid()->Get(d));
      for (uint32_t a = 0; a < rt::length(launch.args()); ++a)
        evaluate(launch.args()->Get(a)->value());
    }
  }

  const bundle::Entry &entry;
  std::vector<std::vector<int64_t>> shapes;
  std::vector<uw_tensor> tensors;
};

void select(const bundle::Bundle &table, const bundle::Entry &entry) {
  for (int compute : {50, 89, 90, 120}) {
    rt::Choice choice;
    accepted(rt::selectImage(table, entry, compute, "", choice), "selectImage");
    accepted(rt::selectImage(table, entry, compute, "ptx:sm_89", choice),
             "selectImage");
    accepted(rt::selectImage(table, entry, compute, "sm_90a", choice),
             "selectImage");
  }
}

void bindReference(const rt::BundleFile &file, const bundle::Entry &entry,
                   const Call &call) {
  static check::WorkPool pool(1);
  for (check::MeaningKind kind :
       {check::MeaningKind::Source, check::MeaningKind::Blocks})
    try {
      check::Evaluator evaluator(file, entry, call.forReference(), pool, kind);
      for (uint32_t i = 0; i < evaluator.outputCount(); ++i)
        evaluator.estimateWork(i, {1, 1});
    } catch (const check::CheckError &error) {
      if (!*error.what())
        std::abort();
    }
}

} // namespace

uint64_t tableBytes(const Bytes &bytes) {
  FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return std::min<uint64_t>(header.tableSize, bytes.size() - sizeof(header));
}

void refit(Bytes &bytes) {
  if (bytes.size() < sizeof(FileHeader) ||
      std::memcmp(bytes.data(), bundle::kMagic, sizeof(bundle::kMagic)) != 0)
    return;
  const uint64_t size = tableBytes(bytes);
  refitSections(bytes, size);
  const FileHeader header =
      bundle::makeHeader(bytes.data() + sizeof(header), size, bytes.size());
  std::memcpy(bytes.data(), &header, sizeof(header));
}

bool exercise(const Bytes &bytes) {
  std::shared_ptr<const rt::BundleFile> file;
  if (!accepted(rt::BundleFile::copy(bytes.data(), bytes.size(), file),
                "BundleFile::copy"))
    return false;
  rt::manifestJson(*file);
  rt::manifestText(*file);
  const bundle::Bundle &table = file->table();
  // Many entries are much of the same.
  const uint32_t entries = std::min(table.entries()->size(), 4u);
  for (uint32_t i = 0; i < entries; ++i) {
    const bundle::Entry &entry = *table.entries()->Get(i);
    select(table, entry);
    const int64_t size = kSizes[choose(bytes, i, std::size(kSizes))];
    const uint64_t address =
        choose(bytes, i + 1, 8) ? uint64_t(1) << 32 : UINT64_MAX - 4095;
    Call call(entry, size, address);
    call.run();
    bindReference(*file, entry, call);
  }
  return true;
}

} // namespace fuzz
} // namespace upweave
