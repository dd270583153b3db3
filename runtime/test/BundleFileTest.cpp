// Bundles are verified before anything uses them: truncated, altered and
// inconsistent files are refused with a reason.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Expr.h"
#include "Manifest.h"

#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <random>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

uw_status load(const Bytes &bytes) {
  std::shared_ptr<const rt::BundleFile> file;
  return rt::BundleFile::copy(bytes.data(), bytes.size(), file);
}

/// The bundle without the large host image, for byte-by-byte work.
Bytes smallBundle() {
  std::vector<Bytes> sections = doublingSections();
  sections[0] = {1, 2, 3};
  return writeBundle(doublingTable({"sm_89"}), sections);
}

TEST(BundleFile, Loads) {
  auto file = readBundle(doublingBundle({"sm_89", "ptx:sm_80"}));
  ASSERT_TRUE(file);
  EXPECT_EQ(2u, file->table().entries()->Get(0)->lists()->size());
  EXPECT_EQ(8u, file->section(2).size);
  EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(file->section(2).data) % 256);
}

TEST(BundleFile, ChecksumIsXXH64) {
  EXPECT_EQ(0xEF46DB3751D8E999ull, checksum("", 0));
  EXPECT_EQ(0x44BC2CF5AD770999ull, checksum("abc", 3));
  const std::string text = "Nobody inspects the spammish repetition";
  EXPECT_EQ(0xFBCEA83C8A378BF1ull, checksum(text.data(), text.size()));
}

TEST(BundleFile, EveryPrefixIsRefused) {
  const Bytes bytes = smallBundle();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const uw_status status = load(Bytes(bytes.begin(), bytes.begin() + size));
    ASSERT_EQ(UW_BAD_BUNDLE, status) << size;
    ASSERT_NE(std::string::npos, rt::lastError().find("truncated")) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(UW_BAD_BUNDLE, load(longer));
}

TEST(BundleFile, EveryAlteredByteIsRefused) {
  const Bytes bytes = smallBundle();
  std::mt19937 random(7);
  for (size_t at = 0; at < bytes.size(); ++at) {
    Bytes altered = bytes;
    altered[at] ^= 1 + random() % 255;
    ASSERT_NE(UW_OK, load(altered)) << at;
    ASSERT_FALSE(rt::lastError().empty());
  }
}

/// Altered tables whose checksums were made to fit: must not crash, whatever
/// the verdict.
TEST(BundleFile, ForgedTablesDoNotCrash) {
  const Bytes bytes = smallBundle();
  FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  std::mt19937 random(11);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    Bytes forged = bytes;
    for (int i = 0, n = 1 + random() % 4; i < n; ++i)
      forged[sizeof(header) + random() % header.tableSize] = random();
    const FileHeader fitting = makeHeader(forged.data() + sizeof(header),
                                          header.tableSize, forged.size());
    std::memcpy(forged.data(), &fitting, sizeof(fitting));
    std::shared_ptr<const rt::BundleFile> file;
    if (rt::BundleFile::copy(forged.data(), forged.size(), file))
      continue;
    ++accepted;
    EXPECT_FALSE(rt::manifestText(*file).empty());
  }
  EXPECT_GT(accepted, 0);
}

TEST(BundleFile, OtherVersionsAreNamed) {
  Bytes bytes = smallBundle();
  const std::pair<uint32_t, const char *> others[] = {
      {kFormatVersion - 1, "compile it again with the upweave-compile of this "
                           "release"},
      {kFormatVersion + 1, "use the runtime of the release that compiled it"}};
  for (const auto &[version, remedy] : others) {
    std::memcpy(bytes.data() + offsetof(FileHeader, version), &version, 4);
    EXPECT_EQ(UW_BAD_VERSION, load(bytes));
    EXPECT_EQ("bundle format version is " + std::to_string(version) +
                  ", this runtime reads " + std::to_string(kFormatVersion) +
                  ": " + remedy,
              rt::lastError());
  }
  EXPECT_EQ(UW_BAD_BUNDLE, load(Bytes(100, 'x')));
  EXPECT_NE(std::string::npos, rt::lastError().find("not an Upweave bundle"));
}

struct Inconsistency {
  const char *expected;
  std::function<void(BundleT &)> apply;
};

TEST(BundleFile, InconsistentTablesAreRefused) {
  const Inconsistency cases[] = {
      {"the bundle has no entries", [](BundleT &t) { t.entries.clear(); }},
      {"has no name of its own",
       [](BundleT &t) {
         t.entries.push_back(std::make_unique<EntryT>());
         t.entries[1]->name = "twice";
       }},
      {"argument 0 has size -2",
       [](BundleT &t) { t.entries[0]->args[0]->shape[1] = -2; }},
      {"has 1 strides for rank 2",
       [](BundleT &t) { t.entries[0]->args[0]->strides = {1}; }},
      {"alignment 3, not a power of two",
       [](BundleT &t) { t.entries[0]->args[0]->alignment = 3; }},
      {"is an input after an output",
       [](BundleT &t) {
         t.entries[0]->args.push_back(
             argument("z", Role::Input, DType::F32, {4}));
       }},
      {"dynamic dimension 0 of argument 0 is in no symbol",
       [](BundleT &t) {
         t.entries[0]->symbols[0]->sites.erase(
             t.entries[0]->symbols[0]->sites.begin());
         t.entries[0]->args[1]->role = Role::Input;
       }},
      {"symbol 0 has no dimension of an input",
       [](BundleT &t) { t.entries[0]->symbols[0]->sites = {DimRef(1, 0)}; }},
      {"kernel is 7, there are 1",
       [](BundleT &t) { t.entries[0]->lists[0]->launches[0]->kernel = 7; }},
      {"grid has 2 expressions, expected 3",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->grid.pop_back();
       }},
      {"has no block of 1 to 1024 threads",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->block =
             std::make_unique<Dim3>(1025, 1, 1);
       }},
      {"dimension is 5, there are 2",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->grid[0] = dim(0, 5);
       }},
      {"expression of 0 nodes",
       [](BundleT &t) {
         t.entries[0]->lists[0]->workspace = std::make_unique<ExprT>();
       }},
      {"left operand is 3",
       [](BundleT &t) {
         auto expr = constant(1);
         expr->nodes.emplace_back(0, 3, 0, ExprOp::Add);
         t.entries[0]->lists[0]->workspace = std::move(expr);
       }},
      {"has neither cubin nor PTX",
       [](BundleT &t) {
         t.entries[0]->lists[0]->cubin = t.entries[0]->lists[0]->ptx = -1;
       }},
      {"names an image of another kind",
       [](BundleT &t) { t.entries[0]->lists[0]->cubin = 0; }},
      {"section is 9", [](BundleT &t) { t.images[0]->section = 9; }},
      {"reads constants, the entry has none",
       [](BundleT &t) { t.entries[0]->constants = -1; }},
      {"PTX without a final NUL", [](BundleT &t) { t.images[2]->section = 2; }},
      {"prepares 0 bytes with 1 of 1 launches",
       [](BundleT &t) { t.entries[0]->lists[0]->preparing = 1; }},
      {"prepares 8 bytes with 0 of 1 launches",
       [](BundleT &t) { t.entries[0]->lists[0]->prepared_bytes = 8; }},
      {"is not at a constant place in the 0 prepared bytes",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->args[4]->buffer =
             BufferKind::Prepared;
       }},
  };
  for (const Inconsistency &item : cases) {
    BundleT table = doublingTable({"sm_89"});
    item.apply(table);
    std::vector<Bytes> sections = doublingSections();
    sections[2].back() = 7;
    EXPECT_EQ(UW_BAD_BUNDLE, load(writeBundle(std::move(table), sections)))
        << item.expected;
    EXPECT_NE(std::string::npos, rt::lastError().find(item.expected))
        << item.expected << " in " << rt::lastError();
  }
}

TEST(BundleFile, InconsistentPreparationsAreRefused) {
  const Inconsistency cases[] = {
      {"prepares 512 bytes with 3 of 2 launches",
       [](BundleT &t) { t.entries[0]->lists[0]->preparing = 3; }},
      {"prepares 2199023255552 bytes",
       [](BundleT &t) {
         t.entries[0]->lists[0]->prepared_bytes = uint64_t(1) << 41;
       }},
      {"launch 0 argument 1 is not at a constant place in the 256 prepared",
       [](BundleT &t) { t.entries[0]->lists[0]->prepared_bytes = 256; }},
      {"launch 1 argument 3 is not at a constant place",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[1]->args[3]->value = dim(0, 0);
       }},
      {"launch 1 argument 3 is not at a constant place",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[1]->args[3]->value = constant(-4);
       }},
      {"launch 0 prepares, but its grid depends on sizes",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->grid[1] = dim(0, 0);
       }},
      {"launch 0 prepares, but argument 0 depends on sizes",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->args[0]->value = dim(0, 0);
       }},
      {"launch 0 prepares, but argument 0 is an output or the workspace",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->args[0]->argument = 2;
       }},
      {"launch 0 prepares, but argument 0 is an output or the workspace",
       [](BundleT &t) {
         t.entries[0]->lists[0]->launches[0]->args[0]->buffer =
             BufferKind::Workspace;
       }},
      {"launch 1 prepares, but its grid depends on sizes",
       [](BundleT &t) { t.entries[0]->lists[0]->preparing = 2; }},
  };
  for (const Inconsistency &item : cases) {
    BundleT table = scalingTable({"sm_89"});
    item.apply(table);
    EXPECT_EQ(UW_BAD_BUNDLE,
              load(writeBundle(std::move(table), doublingSections())))
        << item.expected;
    EXPECT_NE(std::string::npos, rt::lastError().find(item.expected))
        << item.expected << " in " << rt::lastError();
  }
}

TEST(Expr, Operators) {
  auto evaluate = [](ExprOp op, int64_t a, int64_t b) {
    int64_t out = -999;
    return rt::applyExprOp(op, a, b, out) ? out : -999;
  };
  EXPECT_EQ(7, evaluate(ExprOp::Add, 3, 4));
  EXPECT_EQ(-1, evaluate(ExprOp::Sub, 3, 4));
  EXPECT_EQ(12, evaluate(ExprOp::Mul, 3, 4));
  EXPECT_EQ(-2, evaluate(ExprOp::FloorDiv, -3, 2));
  EXPECT_EQ(1, evaluate(ExprOp::FloorDiv, 3, 2));
  EXPECT_EQ(-1, evaluate(ExprOp::CeilDiv, -3, 2));
  EXPECT_EQ(2, evaluate(ExprOp::CeilDiv, 3, 2));
  EXPECT_EQ(1, evaluate(ExprOp::Mod, -3, 2));
  EXPECT_EQ(-1, evaluate(ExprOp::Mod, 3, -2));
  EXPECT_EQ(3, evaluate(ExprOp::Min, 3, 4));
  EXPECT_EQ(4, evaluate(ExprOp::Max, 3, 4));
  EXPECT_EQ(-999, evaluate(ExprOp::Mod, 3, 0));
  EXPECT_EQ(INT64_MIN + 3, evaluate(ExprOp::Mod, 3, INT64_MIN));
  EXPECT_EQ(INT64_MAX - 3, evaluate(ExprOp::Mod, -3, INT64_MAX));
  EXPECT_EQ(0, evaluate(ExprOp::Mod, INT64_MIN, -1));
  EXPECT_EQ(-999, evaluate(ExprOp::FloorDiv, INT64_MIN, -1));
  EXPECT_EQ(-999, evaluate(ExprOp::Mul, INT64_MAX, 2));
}

TEST(Manifest, TextAndJson) {
  auto file = readBundle(doublingBundle({"sm_89"}));
  const std::string text = rt::manifestText(*file);
  EXPECT_NE(std::string::npos, text.find("holds sm_89, PTX 8.0 (sm_89) and a "
                                         "host variant"))
      << text;
  EXPECT_NE(std::string::npos,
            text.find("grid (((args[0].shape[0] * 4) ceildiv 32), 1, 1)"))
      << text;
  EXPECT_NE(std::string::npos, text.find("?x4")) << text;
  const std::string json = rt::manifestJson(*file);
  EXPECT_NE(std::string::npos, json.find("\"symbol\": \"double_5\"")) << json;
  EXPECT_NE(std::string::npos, json.find("\"registers\": 32")) << json;
  EXPECT_EQ(std::count(json.begin(), json.end(), '{'),
            std::count(json.begin(), json.end(), '}'));
}

} // namespace
