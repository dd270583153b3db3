// Writes the seeds of the fuzzer's corpus: the tests' bundles, and bundles that
// upweave-compile wrote, without the bytes of their images.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: upweave-write-corpus FOLDER [NAME.upw...]
// Numbers are written where they have their default value, too, so that
// alterations find them.
#include "Harness.h"
#include "TestBundle.h"

#include "upweave/bundle_format.h"

#include <cstdio>
#include <fstream>

using namespace upweave;
using namespace upweave::bundle;

namespace {

/// Bytes of a constants section that are kept: the reference reads them.
constexpr size_t kConstants = 1024;

fuzz::Bytes encode(BundleT &table, const std::vector<test::Bytes> &sections) {
  uint64_t offset = 0;
  table.sections.clear();
  for (const test::Bytes &section : sections) {
    table.sections.emplace_back(offset, section.size(), 0);
    offset = alignSection(offset + section.size());
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  FinishBundleBuffer(builder, Bundle::Pack(builder, &table));
  const size_t size = builder.GetSize();
  fuzz::Bytes file(sizeof(FileHeader));
  const FileHeader header = makeHeader(builder.GetBufferPointer(), size, 0);
  std::memcpy(file.data(), &header, sizeof(header));
  file.insert(file.end(), builder.GetBufferPointer(),
              builder.GetBufferPointer() + size);
  for (const test::Bytes &section : sections) {
    file.resize(alignSection(file.size()));
    file.insert(file.end(), section.begin(), section.end());
  }
  fuzz::refit(file);
  return file;
}

int write(const std::string &folder, const std::string &name, BundleT &&table,
          const std::vector<test::Bytes> &sections) {
  const fuzz::Bytes bytes = encode(table, sections);
  if (!fuzz::exercise(bytes)) {
    std::fprintf(stderr, "%s: not accepted: %s\n", name.c_str(),
                 rt::lastError().c_str());
    return 1;
  }
  std::ofstream out(folder + "/" + name, std::ios::binary);
  out.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return out.good() ? 0 : 1;
}

/// The bundle at `path` with a few bytes for each image.
int strip(const std::string &folder, const std::string &path) {
  std::shared_ptr<const rt::BundleFile> file;
  if (rt::BundleFile::read(path.c_str(), file)) {
    std::fprintf(stderr, "%s\n", rt::lastError().c_str());
    return 1;
  }
  std::unique_ptr<BundleT> table(file->table().UnPack());
  std::vector<test::Bytes> sections(table->sections.size());
  for (uint32_t i = 0; i < sections.size(); ++i) {
    const rt::ByteView view = file->section(i);
    const size_t kept = std::min(view.size, kConstants);
    sections[i].assign(view.data, view.data + kept);
  }
  for (const std::unique_ptr<ImageT> &image : table->images)
    sections[image->section] = {'i', 0};
  return write(folder, path.substr(path.rfind('/') + 1), std::move(*table),
               sections);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: upweave-write-corpus FOLDER [NAME.upw...]\n");
    return 2;
  }
  const std::string folder = argv[1];
  const std::vector<test::Bytes> sections = {{'h'}, {'i', 0}, test::Bytes(8)};
  int failures =
      write(folder, "doubling.upw",
            test::doublingTable({"sm_89", "ptx:sm_80", "sm_90a"}), sections) +
      write(folder, "scaling.upw", test::scalingTable({"sm_89"}), sections) +
      write(folder, "team.upw", test::teamTable(), sections);
  for (int i = 2; i < argc; ++i)
    failures += strip(folder, argv[i]);
  return failures != 0;
}
