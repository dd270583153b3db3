// Forged bundles, whose checksums are right: refused by an error that names the
// part, or used; never a crash, never long.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Harness.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

/// A bundle whose table's bytes are altered, or appended to, by hand.
class Forgery {
public:
  explicit Forgery(BundleT &&table) {
    sections = {{1, 2, 3}, {'i', 0}, Bytes(8)};
    const Bytes file = writeBundle(table, sections);
    FileHeader header;
    std::memcpy(&header, file.data(), sizeof(header));
    bytes.assign(file.begin() + sizeof(header),
                 file.begin() + sizeof(header) + header.tableSize);
  }
  Forgery() : Forgery(doublingTable({"sm_89"})) {}

  const Bundle *root() const { return GetBundle(bytes.data()); }
  const Entry *entry() const { return root()->entries()->Get(0); }
  const Launch *launch() const {
    return entry()->lists()->Get(0)->launches()->Get(0);
  }
  /// Where a field of a table is.
  size_t place(const void *table, flatbuffers::voffset_t field) const {
    const auto *at =
        reinterpret_cast<const flatbuffers::Table *>(table)->GetAddressOf(
            field);
    EXPECT_NE(nullptr, at);
    return at - bytes.data();
  }
  size_t place(const void *part) const {
    return static_cast<const unsigned char *>(part) - bytes.data();
  }
  template <typename T> void write(size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof(T));
  }
  void refer(size_t at, size_t target) { write(at, uint32_t(target - at)); }
  /// Appends bytes at a place that is `remainder` modulo 8.
  size_t append(const Bytes &part, size_t remainder) {
    while (bytes.size() % 8 != remainder)
      bytes.push_back(0);
    const size_t at = bytes.size();
    bytes.insert(bytes.end(), part.begin(), part.end());
    return at;
  }
  /// Appends a vector's length and these bytes of its elements.
  size_t appendVector(uint32_t length, const Bytes &elements,
                      size_t remainder) {
    Bytes part = bytesOf(std::vector<uint32_t>{length});
    part.insert(part.end(), elements.begin(), elements.end());
    return append(part, remainder);
  }

  Bytes file() const {
    const uint64_t base = sectionBase(bytes.size());
    Bytes result(base + 2 * kSectionAlignment + sections[2].size());
    const FileHeader header =
        makeHeader(bytes.data(), bytes.size(), result.size());
    std::memcpy(result.data(), &header, sizeof(header));
    std::copy(bytes.begin(), bytes.end(), result.begin() + sizeof(header));
    for (size_t i = 0; i < sections.size(); ++i)
      std::copy(sections[i].begin(), sections[i].end(),
                result.begin() + base + i * kSectionAlignment);
    return result;
  }
  /// The error; "" if it loads.
  std::string error() const {
    const Bytes forged = file();
    std::shared_ptr<const rt::BundleFile> loaded;
    const uw_status status =
        rt::BundleFile::copy(forged.data(), forged.size(), loaded);
    EXPECT_TRUE(status == UW_OK || status == UW_BAD_BUNDLE);
    return status ? rt::lastError() : "";
  }

  Bytes bytes;
  std::vector<Bytes> sections;
};

void expectIn(const std::string &part, const std::string &text) {
  EXPECT_NE(std::string::npos, text.find(part)) << part << " in: " << text;
}

TEST(Forged, NothingAltered) { EXPECT_EQ("", Forgery().error()); }

TEST(Forged, MisalignedSections) {
  Forgery forged;
  const auto *sections = forged.root()->sections();
  const Bytes elements(sections->Data(),
                       sections->Data() + 3 * sizeof(Section));
  const size_t place = forged.place(forged.root(), Bundle::VT_SECTIONS);
  const size_t aligned = forged.appendVector(3, elements, 4);
  forged.refer(place, aligned);
  EXPECT_EQ("", forged.error());
  forged.refer(place, forged.appendVector(3, elements, 0));
  expectIn("the table's sections has elements at ", forged.error());
  expectIn("not a multiple of 8", forged.error());
}

TEST(Forged, MisalignedShapesAndExpressions) {
  Forgery forged;
  const Argument *argument = forged.entry()->args()->Get(1);
  forged.refer(forged.place(argument, Argument::VT_SHAPE),
               forged.appendVector(2, bytesOf(std::vector<int64_t>{-1, 4}), 0));
  expectIn("entries[0].args[1].shape has elements at", forged.error());

  Forgery other;
  const ExprNode node(1, 0, 0, ExprOp::Const);
  const auto *data = reinterpret_cast<const unsigned char *>(&node);
  other.refer(other.place(other.launch()->grid()->Get(1), Expr::VT_NODES),
              other.appendVector(1, Bytes(data, data + sizeof(node)), 0));
  expectIn("entries[0].lists[0].launches[0].grid[1].nodes has elements at",
           other.error());
}

TEST(Forged, NullAndWildReferences) {
  Forgery null;
  null.write<uint32_t>(null.place(null.root()->kernels()->Data()), 0);
  expectIn("the table's kernels[0] is null", null.error());

  Forgery wild;
  wild.write<uint32_t>(wild.place(wild.launch()->grid()->Data()), 0x7ffffff0);
  expectIn("launches[0].grid[0] is at ", wild.error());

  Forgery field;
  field.write<uint32_t>(field.place(field.entry(), Entry::VT_NAME), 0);
  expectIn("entries[0].name is null", field.error());

  Forgery fields;
  fields.write<int32_t>(fields.place(fields.entry()), 0x7fffffff);
  expectIn("entries[0] has no list of fields", fields.error());
}

TEST(Forged, HugeCounts) {
  for (uint32_t length : {1u << 20, 0x7fffffffu, 0xffffffffu}) {
    Forgery forged;
    forged.write(forged.place(forged.launch()->args()), length);
    expectIn("launches[0].args has " + std::to_string(length) + " elements",
             forged.error());
  }
}

TEST(Forged, Strings) {
  Forgery open;
  const auto *symbol = open.root()->kernels()->Get(0)->symbol();
  open.write<uint8_t>(open.place(symbol) + 4 + symbol->size(), 'x');
  expectIn("kernels[0].symbol is a string of 8 bytes", open.error());

  Forgery inside;
  symbol = inside.root()->kernels()->Get(0)->symbol();
  inside.write<uint8_t>(inside.place(symbol) + 6, 0);
  expectIn("kernels[0].symbol is a string with a NUL in it", inside.error());
}

TEST(Forged, UnknownEnumerators) {
  Forgery image;
  image.write<uint8_t>(
      image.place(image.root()->images()->Get(2), Image::VT_KIND), 3);
  expectIn("the table's images[2].kind is 3, this runtime knows 0 to 2",
           image.error());

  Forgery op;
  const auto *nodes = op.launch()->grid()->Get(0)->nodes();
  op.write<uint8_t>(op.place(nodes->Get(0)) + 16, 77);
  expectIn("grid[0].nodes[0].op is 77, this runtime knows 0 to 10", op.error());

  BundleT table = doublingTable({"sm_89"});
  table.entries[0]->precision = Precision(9);
  expectIn("entries[0].precision is 9", Forgery(std::move(table)).error());
}

TEST(Forged, UnionsWithoutValue) {
  Forgery forged;
  const Step *step = forged.entry()->meaning()->steps()->Get(0);
  // The list of fields says where the value is: nowhere.
  const auto *fields =
      reinterpret_cast<const flatbuffers::Table *>(step)->GetVTable();
  forged.write<uint16_t>(forged.place(fields) + Step::VT_OP, 0);
  expectIn("steps[0].op is absent, its kind is 1", forged.error());

  Forgery kind;
  step = kind.entry()->meaning()->steps()->Get(0);
  kind.write<uint8_t>(kind.place(step, Step::VT_OP_TYPE), 99);
  expectIn("steps[0].op_type is 99", kind.error());
}

TEST(Forged, Headers) {
  const Bytes file = Forgery().file();
  const std::pair<size_t, const char *> fields[] = {
      {offsetof(FileHeader, reserved), "header field reserved is 0x5, 0x0"},
      {offsetof(FileHeader, reserved) + 8, "header field reserved is 0x0, 0x5"},
      {offsetof(FileHeader, headerSize), "header field headerSize is 5"}};
  for (const auto &[at, expected] : fields) {
    Bytes forged = file;
    forged[at] = 5;
    const uint64_t sum =
        checksum(forged.data(), offsetof(FileHeader, headerChecksum));
    std::memcpy(forged.data() + offsetof(FileHeader, headerChecksum), &sum, 8);
    std::shared_ptr<const rt::BundleFile> loaded;
    EXPECT_EQ(UW_BAD_BUNDLE,
              rt::BundleFile::copy(forged.data(), forged.size(), loaded));
    expectIn(expected, rt::lastError());
  }
}

/// Seconds that loading takes, whatever comes of it.
double secondsToLoad(const Bytes &file) {
  const auto start = std::chrono::steady_clock::now();
  std::shared_ptr<const rt::BundleFile> loaded;
  (void)rt::BundleFile::copy(file.data(), file.size(), loaded);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

/// One list of nodes that many expressions share: each reader of the table
/// would take the product of the two, 15 s for 115 KB once.
TEST(Forged, SharedPartsTakeNoTime) {
  Forgery forged;
  constexpr uint32_t kCount = 10000, kNodes = 4096;
  // An Expr is 8 bytes beside a list of fields, and refers to what is behind
  // it.
  const size_t fields =
      forged.append(bytesOf(std::vector<uint16_t>{6, 8, 4}), 0);
  const size_t vector = forged.appendVector(kCount, Bytes(4 * kCount), 4);
  const size_t exprs = forged.append(Bytes(8 * kCount), 0);
  const size_t nodes = forged.appendVector(kNodes, Bytes(24 * kNodes), 4);
  for (size_t i = 0; i < kCount; ++i) {
    const size_t expr = exprs + 8 * i;
    forged.refer(vector + 4 + 4 * i, expr);
    forged.write<int32_t>(expr, int32_t(expr - fields));
    forged.refer(expr + 4, nodes);
  }
  const Tensor *tensor = forged.entry()->meaning()->tensors()->Get(0);
  forged.refer(forged.place(tensor, Tensor::VT_SHAPE), vector);
  expectIn("takes the parts of the table, counted as often as they are "
           "referred to, above 16 times its",
           forged.error());
  EXPECT_LT(secondsToLoad(forged.file()), 1);
}

/// The same of a list of strings, none of which FlatBuffers' verifier counts.
TEST(Forged, SharedStringsTakeNoTime) {
  Forgery forged;
  constexpr uint32_t kCount = 20000;
  // An Image with nothing but its features.
  std::vector<uint16_t> list(2 + Image::VT_FEATURES / 2 - 1);
  list[0] = list.size() * 2;
  list[1] = 8;
  list.back() = 4;
  const size_t fields = forged.append(bytesOf(list), 0);
  const size_t vector = forged.appendVector(kCount, Bytes(4 * kCount), 4);
  const size_t images = forged.append(Bytes(8 * kCount), 0);
  const size_t names = forged.appendVector(kCount, Bytes(4 * kCount), 4);
  const size_t name = forged.appendVector(1, {'x', 0}, 4);
  for (size_t i = 0; i < kCount; ++i) {
    const size_t image = images + 8 * i;
    forged.refer(vector + 4 + 4 * i, image);
    forged.write<int32_t>(image, int32_t(image - fields));
    forged.refer(image + 4, names);
    forged.refer(names + 4 + 4 * i, name);
  }
  forged.refer(forged.place(forged.root(), Bundle::VT_IMAGES), vector);
  expectIn("takes the parts of the table", forged.error());
  EXPECT_LT(secondsToLoad(forged.file()), 1);
}

struct Case {
  const char *expected;
  std::function<void(BundleT &)> apply;
};

void expectRefused(const std::vector<Case> &cases) {
  for (const Case &item : cases) {
    BundleT table = doublingTable({"sm_89"});
    item.apply(table);
    expectIn(item.expected, Forgery(std::move(table)).error());
  }
}

LaunchListT &list(BundleT &table) { return *table.entries[0]->lists[0]; }

TEST(Forged, Numbers) {
  expectRefused({
      {"unit_error is nan", [](BundleT &t) { t.entries[0]->unit_error = NAN; }},
      {"unit_error is -1", [](BundleT &t) { t.entries[0]->unit_error = -1; }},
      {"list 0 has chip 'sm_89' and compute 2147483737",
       [](BundleT &t) { list(t).compute = 89 + (1u << 31); }},
      {"has chip 'sm_899' and compute 89",
       [](BundleT &t) { list(t).chip = "sm_899"; }},
      {"has chip 'sm_89-' and compute 89",
       [](BundleT &t) { list(t).chip = "sm_89-"; }},
      {"has chip '' and compute 0",
       [](BundleT &t) {
         list(t).chip.clear();
         list(t).compute = 0;
       }},
      // The product is 2^64.
      {"has no block of 1 to 1024 threads",
       [](BundleT &t) {
         list(t).launches[0]->block =
             std::make_unique<Dim3>(1u << 31, 1u << 31, 4);
       }},
      {"symbol 0 takes sizes from 9 to 3",
       [](BundleT &t) {
         t.entries[0]->symbols[0]->min = 9;
         t.entries[0]->symbols[0]->max = 3;
       }},
      {"symbol 0 takes sizes from -1 to",
       [](BundleT &t) { t.entries[0]->symbols[0]->min = -1; }},
      {"host abi is 2, this runtime knows 0 to 1: use the runtime of the "
       "compiler that made the bundle, or compile",
       [](BundleT &t) { t.entries[0]->host->abi = 2; }},
      {"grid 0 depends on loop 0, there are none",
       [](BundleT &t) { list(t).launches[0]->grid[0] = loop(0); }},
      {"argument 0 is an input with shape_exprs",
       [](BundleT &t) { t.entries[0]->args[0]->shape_exprs = sizes({1, 4}); }},
      {"block 0 kernel is 4, there are 1",
       [](BundleT &t) {
         list(t).blocks.push_back(std::make_unique<BlockInfoT>());
         list(t).blocks[0]->kernels = {4};
       }},
  });
}

TEST(Forged, AbsentVectors) {
  expectRefused({
      {"argument is 0, there are 0",
       [](BundleT &t) {
         t.entries[0]->args.clear();
         t.entries[0]->symbols.clear();
       }},
      {"symbol 0 has no dimension of an input",
       [](BundleT &t) { t.entries[0]->symbols[0]->sites.clear(); }},
      {"grid has 0 expressions",
       [](BundleT &t) { list(t).launches[0]->grid.clear(); }},
  });
  Forgery sections;
  const auto *fields =
      reinterpret_cast<const flatbuffers::Table *>(sections.root())
          ->GetVTable();
  sections.write<uint16_t>(sections.place(fields) + Bundle::VT_SECTIONS, 0);
  expectIn("bytes follow the last section", sections.error());
}

/// Sections that share bytes, leave a gap or end early.
TEST(Forged, SectionPlaces) {
  const Section good[] = {{0, 3, 0}, {256, 2, 0}, {512, 8, 0}};
  const std::pair<int, Section> bad[] = {
      {1, {0, 2, 0}},         {1, {512, 2, 0}},         {2, {520, 8, 0}},
      {2, {512, 1 << 20, 0}}, {0, {~0ull - 255, 3, 0}}, {2, {512, ~0ull, 0}}};
  for (const auto &[index, place] : bad) {
    Forgery forged;
    Section sections[] = {good[0], good[1], good[2]};
    sections[index] = place;
    for (int i = 0; i < 3; ++i)
      forged.write(forged.place(forged.root()->sections()->Get(i)),
                   Section(sections[i].offset(), sections[i].size(),
                           checksum(forged.sections[i].data(),
                                    forged.sections[i].size())));
    expectIn("does not fit the file", forged.error());
  }
}

/// What the fuzzer starts from and what it has found, under this build.
TEST(Forged, Corpus) {
  int count = 0, accepted = 0;
  for (const auto &item :
       std::filesystem::directory_iterator(UPWEAVE_FUZZ_CORPUS)) {
    std::ifstream in(item.path(), std::ios::binary);
    fuzz::Bytes bytes{std::istreambuf_iterator<char>(in), {}};
    fuzz::refit(bytes);
    accepted += fuzz::exercise(bytes);
    ++count;
  }
  EXPECT_GE(count, 5) << UPWEAVE_FUZZ_CORPUS;
  EXPECT_GE(accepted, 5);
}

} // namespace
