//===- BundleWriter.cpp - The file that upweave-compile leaves ------------===//
// Header, table and aligned sections, written under a temporary name first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/BundleWriter.h"

#include "upweave/bundle_format.h"
#include "upweave/files/OutputFile.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace upweave {

unsigned BundleWriter::addImage(bundle::ImageT image, std::string bytes) {
  if (image.kind == bundle::ImageKind::Ptx &&
      (bytes.empty() || bytes.back() != '\0'))
    bytes.push_back('\0');
  image.section = sections.size();
  sections.push_back(std::move(bytes));
  table.images.push_back(std::make_unique<bundle::ImageT>(std::move(image)));
  return table.images.size() - 1;
}

void BundleWriter::addProducer(StringRef name, StringRef version) {
  auto producer = std::make_unique<bundle::ProducerT>();
  producer->name = name.str();
  producer->version = version.str();
  table.producers.push_back(std::move(producer));
}

/// Gives constant tensors the sections of the pools that hold them.
static void placeTensors(bundle::MeaningT *meaning, ArrayRef<int> sections) {
  if (!meaning)
    return;
  for (std::unique_ptr<bundle::TensorT> &tensor : meaning->tensors)
    if (tensor->source == bundle::TensorSource::Constant)
      tensor->section = sections[tensor->section];
}

void BundleWriter::placeConstants() {
  if (placed)
    return;
  placed = true;
  int pools[] = {-1, -1};
  for (auto [pool, section] :
       llvm::zip(ArrayRef<const ConstantPool *>{&constants, &sourceConstants},
                 MutableArrayRef<int>(pools))) {
    if (pool->empty())
      continue;
    section = sections.size();
    sections.push_back(pool->getBytes());
  }
  for (std::unique_ptr<bundle::EntryT> &entry : table.entries) {
    entry->constants = pools[0];
    placeTensors(entry->meaning.get(), pools);
    placeTensors(entry->source.get(), pools);
  }
}

void BundleWriter::print(llvm::raw_ostream &os) {
  placeConstants();
  table.sections.clear();
  uint64_t offset = 0;
  for (const std::string &section : sections) {
    offset = bundle::alignSection(offset);
    table.sections.emplace_back(
        offset, section.size(),
        bundle::checksum(section.data(), section.size()));
    offset += section.size();
  }
  flatbuffers::FlatBufferBuilder builder;
  bundle::FinishBundleBuffer(builder, bundle::Bundle::Pack(builder, &table));
  const uint8_t *data = builder.GetBufferPointer();
  uint64_t size = builder.GetSize();
  uint64_t base = bundle::sectionBase(size);
  uint64_t fileSize =
      sections.empty() ? sizeof(bundle::FileHeader) + size : base + offset;
  bundle::FileHeader header = bundle::makeHeader(data, size, fileSize);
  uint64_t position = 0;
  auto put = [&](uint64_t at, const void *bytes, uint64_t count) {
    os.write_zeros(at - position);
    os.write(static_cast<const char *>(bytes), count);
    position = at + count;
  };
  put(0, &header, sizeof(header));
  put(sizeof(header), data, size);
  for (auto [section, bytes] : llvm::zip(table.sections, sections))
    put(base + section.offset(), bytes.data(), bytes.size());
}

llvm::Error BundleWriter::write(StringRef path) {
  files::OutputFile file(path.str());
  if (file.isGood()) {
    llvm::raw_fd_ostream os(file.descriptor(), /*shouldClose=*/false);
    print(os);
    os.flush();
    if (os.has_error())
      file.fail(os.error().message());
    os.clear_error();
  }
  if (file.commit())
    return llvm::Error::success();
  return llvm::createStringError(llvm::inconvertibleErrorCode(), file.error());
}

} // namespace upweave
