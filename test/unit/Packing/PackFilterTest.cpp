//===- PackFilterTest.cpp - Filters packed by compiler and kernel ---------===//
// Both write the same bytes, for all atoms and kinds of geometry; and the
// compiler is fast.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/PackFilter.h"

#include "Machine.h"

#include "Upweave/Conversion/Passes.h"
#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Target/Compile.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Target/Serialize.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <chrono>
#include <random>

using namespace mlir;
using namespace upweave;

namespace {

/// A filter, and the convolution that it is packed for.
struct Case {
  const char *name;
  const char *filter; ///< shape and perhaps layout, with E for the element type
  const char *input;
  const char *geometry;
  const char *tile;
};

const Case kCases[] = {
    {"one axis", "8x16x4xE", "2x8x32xE", "strides = [2], padding = [1]",
     "block = 16 channels x 1 rows x 32 columns, "
     "warp = 16 channels x 1 rows x 32 columns, chunks = 1"},
    {"padded channels", "5x7x3x3x3xE", "2x5x2x3x5xE",
     "strides = [2, 2, 2], padding = [1, 1, 1], output_padding = [1, 1, 1]",
     "block = 32 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"several units", "40x48x4x4xE", "1x40x8x16xE",
     "strides = [2, 2], padding = [1, 1]",
     "block = 16 channels x 2 rows x 16 columns, "
     "warp = 16 channels x 1 rows x 16 columns, chunks = 1"},
    {"looped row taps", "16x16x7x7xE", "1x16x9x10xE",
     "strides = [1, 1], padding = [3, 3]",
     "block = 32 channels x 2 rows x 16 columns, "
     "warp = 32 channels x 2 rows x 16 columns, chunks = 1"},
    {"groups in the input channels", "12x5x3x4xE", "1x12x6x7xE",
     "strides = [1, 2], groups = 3",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"groups in the result channels", "4x15x3x4xE", "1x12x6x7xE",
     "strides = [1, 2], groups = 3, filter_groups = output",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"phases without taps", "8x16x3x3xE", "2x8x4x6xE",
     "strides = [2, 2], padding = [2, 2], dilations = [4, 4]",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"reversed axes", "8x16x5x4xE", "2x8x4x6xE",
     "strides = [3, 2], reversed = [1, 1]",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"classes of the column's phases", "8x16x96xE", "1x8x32xE",
     "strides = [48]",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"classes of dilated phases", "8x16x65xE", "1x8x32xE",
     "strides = [40], padding = [7], dilations = [3], reversed = [1]",
     "block = 16 channels x 1 rows x 8 columns, "
     "warp = 16 channels x 1 rows x 8 columns, chunks = 1"},
    {"a slice", "6x9x4xE, strided<[100, 8, 2], offset: 3>", "2x6x32xE",
     "strides = [2], padding = [1]",
     "block = 16 channels x 1 rows x 32 columns, "
     "warp = 16 channels x 1 rows x 32 columns, chunks = 1"},
};

std::string replaceElement(std::string text, const std::string &element) {
  for (size_t at; (at = text.find('E')) != std::string::npos;)
    text.replace(at, 1, element);
  return "memref<" + text + ">";
}

/// The elements of a filter: ordinary ones, and each tenth is special.
std::vector<char> makeElements(size_t count, bool isHalf) {
  static const uint32_t kSpecial[] = {
      0x7fffffff, 0x7f800001, 0xffc00000, 0x7f800000, 0xff800000, 0x7f7fffff,
      0x3f801000, 0xbf801000, 0x3f800fff, 0x00000001, 0x80000000, 0x00001000};
  std::mt19937 random(7);
  std::vector<char> bytes(count * (isHalf ? 2 : 4));
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits = i % 10 == 9 ? kSpecial[i / 10 % std::size(kSpecial)]
                                : 0x3f000000 + random() % 0x1000000;
    if (isHalf)
      bits >>= 16;
    std::memcpy(&bytes[i * (isHalf ? 2 : 4)], &bits, isHalf ? 2 : 4);
  }
  return bytes;
}

class PackFilterTest : public testing::Test {
protected:
  PackFilterTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllExtensions(registry);
    registerCompileDialects(registry);
    context = std::make_unique<MLIRContext>(registry);
  }

  /// The packing of `item`, in a function of its own.
  PackOp parse(const Case &item, const char *element, const char *precision) {
    std::string filter = replaceElement(item.filter, element);
    std::string text =
        "func.func @f(%w: " + filter + ", %p: memref<SIZExi32>) {\n" +
        "  upweave.pack <filter> #upweave.conv_transpose<" + item.geometry +
        "> ins(%w : " + filter + ") outs(%p : memref<SIZExi32>)\n" +
        "    {other = " + replaceElement(item.input, element) +
        ", precision = #upweave.precision<" + precision +
        ">, schedule = #upweave.fused<stages = 2, input = packed, "
        "blocks_per_sm = 1, " +
        item.tile + ">}\n  return\n}\n";
    for (size_t at; (at = text.find("SIZE")) != std::string::npos;)
      text.replace(at, 4, "65536");
    module = parseSourceString<ModuleOp>(text, context.get());
    EXPECT_TRUE(bool(module)) << text;
    PackOp found;
    if (module)
      module->walk([&](PackOp op) { found = op; });
    return found;
  }

  /// What the kernel writes.
  std::vector<char> simulate(const std::vector<char> &filter, int64_t bytes,
                             uint32_t elementBytes) {
    PassManager pm(context.get());
    pm.addPass(createLowerToGPU());
    buildKernelsToNVVM(pm);
    FailureOr<TargetDescription> target =
        lookupTarget("sm_89", [&] { return emitError(module->getLoc()); });
    if (failed(pm.run(*module)) || failed(target))
      return {};
    FailureOr<SerializedModule> code = serializeGPUModule(
        *module->getOps<gpu::GPUModuleOp>().begin(), *target, /*ptxas=*/"");
    if (failed(code))
      return {};
    sim::Machine machine(code->llvmIR);
    void *from = machine.memory.allocate(filter.size(), "filter", elementBytes);
    std::memcpy(from, filter.data(), filter.size());
    auto *to = machine.allocate<uint32_t>("packed", bytes / 4);
    sim::LaunchShape shape;
    shape.block = {256, 1, 1};
    shape.grid = {static_cast<uint32_t>((bytes / 16 + 255) / 256), 1, 1};
    std::optional<sim::Fault> fault =
        machine.launch("f_0_pack_filter", shape, {from, to});
    EXPECT_FALSE(fault) << fault->str();
    const char *written = reinterpret_cast<const char *>(to);
    return std::vector<char>(written, written + bytes);
  }

  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
};

/// The facts and the plan of a packing.
FusedBlock getPlan(PackOp op) {
  std::optional<FusedFacts> facts =
      getConvFacts(op.getGeometry().getGeometry(), op.getInputType(),
                   op.getFilterType(), op.getPrecision());
  facts->resultBytes = op.getResultBytes();
  FailureOr<TargetDescription> target = getTargetOrDefault(op);
  llvm::Expected<FusedBlock> fused = readFusedBlock(
      op.getSchedule(), *facts, getFusedTarget(*target, facts->atom));
  EXPECT_TRUE(bool(fused)) << llvm::toString(fused.takeError());
  return fused ? *fused : FusedBlock{*facts, {}};
}

TEST_F(PackFilterTest, CompilerAndKernelWriteTheSameBytes) {
  const std::pair<const char *, const char *> types[] = {
      {"f32", "tf32"}, {"f32", "ieee"}, {"f16", "f16"}, {"bf16", "bf16"}};
  for (const Case &item : kCases)
    for (auto [element, precision] : types) {
      SCOPED_TRACE(std::string(item.name) + ", " + precision);
      PackOp op = parse(item, element, precision);
      ASSERT_TRUE(op);
      ConvTransposeGeometry geometry = op.getGeometry().getGeometry();
      auto [facts, plan, blocksPerSM] = getPlan(op);
      FilterData data;
      MemRefType type = op.getFilterType();
      ASSERT_TRUE(
          succeeded(type.getStridesAndOffset(data.strides, data.offset)));
      int64_t last = data.offset;
      for (auto [size, stride] : llvm::zip(type.getShape(), data.strides))
        last += (size - 1) * stride;
      uint32_t elementBytes = getAtomInfo(facts.atom).elementBytes;
      std::vector<char> filter = makeElements(last + 1, elementBytes == 2);
      data.bytes = filter;
      std::vector<char> packed(plan.getPackedFilterBytes(facts), 1);
      packFilter(facts, plan, geometry, type.getShape().back(), data, packed);
      std::vector<char> written = simulate(filter, packed.size(), elementBytes);
      ASSERT_EQ(written.size(), packed.size());
      size_t at = 0;
      while (at < packed.size() && packed[at] == written[at])
        ++at;
      EXPECT_EQ(at, packed.size()) << "bytes differ from there on";
    }
}

TEST_F(PackFilterTest, RoundsLikeTheHardware) {
  EXPECT_EQ(roundToTF32(0x7fffffff), 0x7fffe000u);
  EXPECT_EQ(roundToTF32(0xff800001), 0x7fffe000u);
  EXPECT_EQ(roundToTF32(0xff800000), 0xff800000u);
  EXPECT_EQ(roundToTF32(0x7f7fffff), 0x7f800000u);
  EXPECT_EQ(roundToTF32(0xbf801000), 0xbf802000u);
  EXPECT_EQ(roundToTF32(0x3f800fff), 0x3f800000u);
}

TEST_F(PackFilterTest, SplatIsOneElement) {
  PackOp op = parse(kCases[1], "f16", "f16");
  ASSERT_TRUE(op);
  auto [facts, plan, blocksPerSM] = getPlan(op);
  ConvTransposeGeometry geometry = op.getGeometry().getGeometry();
  auto pack = [&, &facts = facts, &plan = plan](const FilterData &data) {
    std::vector<char> packed(plan.getPackedFilterBytes(facts), 1);
    packFilter(facts, plan, geometry, /*columnSize=*/3, data, packed);
    return packed;
  };
  const std::vector<char> one = {0x12, 0x34};
  std::vector<char> all;
  for (int i = 0; i < 5 * 7 * 27; ++i)
    all.insert(all.end(), one.begin(), one.end());
  EXPECT_EQ(pack({one, 0, {0, 0, 0, 0, 0}}),
            pack({all, 0, {7 * 27, 27, 9, 3, 1}}));
}

// Debug builds and sanitizers included: 64 MiB in a second would be a factor of
// ten above what an optimised build takes.
TEST_F(PackFilterTest, LargeFiltersTakeLinearTime) {
  Case large = {"", "1024x1024x4x4xE", "1x1024x8x16xE",
                "strides = [2, 2], padding = [1, 1]",
                "block = 64 channels x 1 rows x 16 columns, "
                "warp = 16 channels x 1 rows x 16 columns, chunks = 1"};
  PackOp op = parse(large, "f32", "tf32");
  ASSERT_TRUE(op);
  auto [facts, plan, blocksPerSM] = getPlan(op);
  std::vector<char> filter = makeElements(1024 * 1024 * 16, false);
  std::vector<char> packed(plan.getPackedFilterBytes(facts));
  auto start = std::chrono::steady_clock::now();
  packFilter(facts, plan, op.getGeometry().getGeometry(), /*columnSize=*/4,
             {filter, 0, {1024 * 16, 16, 4, 1}}, packed);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  RecordProperty("milliseconds", std::to_string(took.count() * 1e3));
  EXPECT_LT(took.count(), 20.0);
}

} // namespace
