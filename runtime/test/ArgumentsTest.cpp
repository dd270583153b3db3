// Tensors of absurd sizes and places are refused before anything is computed
// with them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Arguments.h"
#include "Select.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

constexpr int64_t kMax = INT64_MAX;

/// An entry with an input and an output of these shapes, and tensors for it.
class ArgumentsTest : public ::testing::Test {
protected:
  void make(std::vector<int64_t> shape, std::vector<int64_t> strides = {}) {
    BundleT table = doublingTable({"sm_89"});
    EntryT &entry = *table.entries[0];
    entry.symbols.clear();
    entry.meaning.reset();
    entry.host.reset();
    for (LaunchT *launch : {entry.lists[0]->launches[0].get()}) {
      launch->grid = sizes({1, 1, 1});
      launch->args[2]->value = constant(1);
    }
    entry.lists[0]->workspace.reset();
    for (std::unique_ptr<ArgumentT> &arg : entry.args) {
      arg->shape = shape;
      arg->strides = strides;
    }
    file = readBundle(writeBundle(std::move(table), {{1}, {0}, Bytes(8)}));
    this->shape = std::move(shape);
    for (int i = 0; i < 2; ++i) {
      tensors[i] = {};
      tensors[i].shape = this->shape.data();
      tensors[i].rank = this->shape.size();
      tensors[i].dtype = UW_F32;
      tensors[i].data = reinterpret_cast<void *>(uintptr_t(4096) << (8 * i));
    }
  }
  const Entry &entry() { return *file->table().entries()->Get(0); }
  std::string error() {
    uw_status status = rt::checkShapes(entry(), tensors, 2);
    if (!status)
      status = rt::checkData(entry(), tensors, {UW_HOST, 0});
    return status ? rt::lastError() : "";
  }

  std::shared_ptr<const rt::BundleFile> file;
  std::vector<int64_t> shape;
  uw_tensor tensors[2];
};

TEST_F(ArgumentsTest, Ordinary) {
  make({2, 4});
  EXPECT_EQ("", error());
}

TEST_F(ArgumentsTest, ElementsThatCannotBeCounted) {
  for (std::vector<int64_t> huge : std::vector<std::vector<int64_t>>{
           {kMax, 2}, {1 << 30, 1 << 30, 1 << 30}, {0, kMax, 3}}) {
    make(huge);
    EXPECT_EQ("argument 0 ('x'): shape " +
                  rt::shapeText(huge.data(), huge.size()) +
                  " has more elements than 64 bits count",
              error());
  }
}

TEST_F(ArgumentsTest, BytesThatCannotBeCounted) {
  make({int64_t(1) << 62});
  EXPECT_EQ("argument 0 ('x'): shape 4611686018427387904 at 0x1000 takes more "
            "bytes than there are addresses",
            error());
  make({2, 2}, {kMax, 1});
  tensors[0].strides = tensors[1].strides =
      entry().args()->Get(0)->strides()->data();
  EXPECT_EQ("argument 0 ('x'): shape 2x2 at 0x1000 takes more bytes than there "
            "are addresses",
            error());
}

TEST_F(ArgumentsTest, TheEndOfMemory) {
  make({1024});
  tensors[1].data = reinterpret_cast<void *>(UINTPTR_MAX - 4095);
  EXPECT_EQ("argument 1 ('y'): shape 1024 at 0xfffffffffffff000 takes more "
            "bytes than there are addresses",
            error());
}

TEST_F(ArgumentsTest, EmptyTensorsNeedNoMemory) {
  make({0, 4});
  tensors[0].data = tensors[1].data = nullptr;
  EXPECT_EQ("", error());
}

TEST_F(ArgumentsTest, Overlaps) {
  make({2, 4});
  tensors[1].data = static_cast<char *>(tensors[0].data) + 16;
  EXPECT_EQ("argument 1 ('y') overlaps argument 0 ('x') in memory: pass "
            "separate memory, or the very same tensor",
            error());
  tensors[1].data = static_cast<char *>(tensors[0].data) + 32;
  EXPECT_EQ("", error());
}

/// Capabilities at the limit still rank below the kinds of images.
TEST(Select, LargeCapabilities) {
  auto file = readBundle(
      writeBundle(doublingTable({"sm_9999", "ptx:sm_80"}), doublingSections()));
  const Entry &entry = *file->table().entries()->Get(0);
  rt::Choice choice;
  EXPECT_EQ(UW_OK, rt::selectImage(file->table(), entry, 89, "", choice));
  EXPECT_EQ("ptx:sm_80", choice.name);
  EXPECT_EQ(UW_OK, rt::selectImage(file->table(), entry, 9999, "", choice));
  EXPECT_EQ("sm_9999", choice.name);
}

} // namespace
