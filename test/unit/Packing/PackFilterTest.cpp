//===- PackFilterTest.cpp - Filters packed by compiler and kernel ---------===//
// Both write the same bytes, for all atoms and kinds of geometry; and the
// compiler is fast.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/PackFilter.h"

#include "Machine.h"

#include "Upweave/Conversion/Passes.h"
#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/FusedLayout.h"
#include "Upweave/Target/Compile.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Target/Serialize.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
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

/// Channels, rows and columns of a block and of a warp, chunks of a unit.
struct Tile {
  std::array<int64_t, 3> block, warp;
  int64_t chunks;
};

/// A filter, and the convolution that it is packed for.
struct Case {
  const char *name;
  const char *filter; ///< shape and perhaps layout, with E for the element type
  const char *input;
  const char *geometry;
  Tile tile;
};

const Case kCases[] = {
    {"one axis",
     "8x16x4xE",
     "2x8x32xE",
     "strides = [2], padding = [1]",
     {{16, 1, 32}, {16, 1, 32}, 1}},
    {"padded channels",
     "5x7x3x3x3xE",
     "2x5x2x3x5xE",
     "strides = [2, 2, 2], padding = [1, 1, 1], output_padding = [1, 1, 1]",
     {{32, 1, 8}, {16, 1, 8}, 1}},
    {"several units",
     "40x48x4x4xE",
     "1x40x8x16xE",
     "strides = [2, 2], padding = [1, 1]",
     {{16, 2, 16}, {16, 1, 16}, 1}},
    {"looped row taps",
     "16x16x7x7xE",
     "1x16x9x10xE",
     "strides = [1, 1], padding = [3, 3]",
     {{32, 2, 16}, {32, 2, 16}, 1}},
    {"groups in the input channels",
     "12x5x3x4xE",
     "1x12x6x7xE",
     "strides = [1, 2], groups = 3",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"groups in the result channels",
     "4x15x3x4xE",
     "1x12x6x7xE",
     "strides = [1, 2], groups = 3, filter_groups = output",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"phases without taps",
     "8x16x3x3xE",
     "2x8x4x6xE",
     "strides = [2, 2], padding = [2, 2], dilations = [4, 4]",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"reversed axes",
     "8x16x5x4xE",
     "2x8x4x6xE",
     "strides = [3, 2], reversed = [1, 1]",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"classes of the column's phases",
     "8x16x96xE",
     "1x8x32xE",
     "strides = [48]",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"classes of dilated phases",
     "8x16x65xE",
     "1x8x32xE",
     "strides = [40], padding = [7], dilations = [3], reversed = [1]",
     {{16, 1, 8}, {16, 1, 8}, 1}},
    {"a slice",
     "6x9x4xE, strided<[100, 8, 2], offset: 3>",
     "2x6x32xE",
     "strides = [2], padding = [1]",
     {{16, 1, 32}, {16, 1, 32}, 1}},
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

/// What is packed, and how.
struct Packing {
  ConvTransposeGeometry geometry;
  MemRefType type;
  FusedFacts facts;
  PackedOrder order;

  int64_t getElementBytes() const {
    return getAtomInfo(facts.atom).elementBytes;
  }
  /// What the compiler writes.
  std::vector<char> pack(const FilterData &data) const {
    std::vector<char> packed(order.getSize() * getElementBytes(), 1);
    packFilter(facts, order, geometry, type.getShape().back(), data, packed);
    return packed;
  }
};

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
  Packing parse(const Case &item, const char *element, const char *precision) {
    std::string filter = replaceElement(item.filter, element);
    std::string text = "func.func @f(%w: " + filter +
                       ", %x: " + replaceElement(item.input, element) +
                       ", %p: memref<65536xi32>) attributes {geometry = "
                       "#upweave.conv_transpose<" +
                       item.geometry + ">} {\n  return\n}\n";
    module = parseSourceString<ModuleOp>(text, context.get());
    EXPECT_TRUE(bool(module)) << text;
    if (!module)
      return {};
    auto func = *module->getOps<func::FuncOp>().begin();
    auto geometry = func->getAttrOfType<ConvTransposeAttr>("geometry");
    auto filterType = cast<MemRefType>(func.getArgument(0).getType());
    auto inputType = cast<MemRefType>(func.getArgument(1).getType());
    Packing packing;
    packing.geometry = geometry.getGeometry();
    packing.type = filterType;
    Precision asked = *symbolizePrecision(precision);
    packing.facts =
        *getConvFacts(packing.geometry, inputType, filterType, asked);
    FusedPlan plan;
    plan.block = item.tile.block;
    plan.warp = item.tile.warp;
    plan.unitChunks = item.tile.chunks;
    plan.complete(packing.facts);
    packing.order = getFilterOrder(plan, packing.facts);
    OpBuilder b = OpBuilder::atBlockBegin(&func.getBody().front());
    PackOp::create(b, func.getLoc(), func.getArgument(0), func.getArgument(2),
                   ConvOperandAttr::get(context.get(), ConvOperand::Filter),
                   geometry, TypeAttr::get(inputType),
                   PrecisionAttr::get(context.get(), asked),
                   PackedOrderAttr::get(context.get(), packing.order));
    func.eraseArgument(1);
    return packing;
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

TEST_F(PackFilterTest, CompilerAndKernelWriteTheSameBytes) {
  const std::pair<const char *, const char *> types[] = {
      {"f32", "tf32"}, {"f32", "ieee"}, {"f16", "f16"}, {"bf16", "bf16"}};
  for (const Case &item : kCases)
    for (auto [element, precision] : types) {
      SCOPED_TRACE(std::string(item.name) + ", " + precision);
      Packing packing = parse(item, element, precision);
      FilterData data;
      ASSERT_TRUE(succeeded(
          packing.type.getStridesAndOffset(data.strides, data.offset)));
      int64_t last = data.offset;
      for (auto [size, stride] :
           llvm::zip(packing.type.getShape(), data.strides))
        last += (size - 1) * stride;
      uint32_t elementBytes = packing.getElementBytes();
      std::vector<char> filter = makeElements(last + 1, elementBytes == 2);
      data.bytes = filter;
      std::vector<char> packed = packing.pack(data);
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
  Packing packing = parse(kCases[1], "f16", "f16");
  const std::vector<char> one = {0x12, 0x34};
  std::vector<char> all;
  for (int i = 0; i < 5 * 7 * 27; ++i)
    all.insert(all.end(), one.begin(), one.end());
  EXPECT_EQ(packing.pack({one, 0, {0, 0, 0, 0, 0}}),
            packing.pack({all, 0, {7 * 27, 27, 9, 3, 1}}));
}

// Debug builds and sanitizers included: 64 MiB in a second would be a factor of
// ten above what an optimised build takes.
TEST_F(PackFilterTest, LargeFiltersTakeLinearTime) {
  Case large = {"",
                "1024x1024x4x4xE",
                "1x1024x8x16xE",
                "strides = [2, 2], padding = [1, 1]",
                {{64, 1, 16}, {16, 1, 16}, 1}};
  Packing packing = parse(large, "f32", "tf32");
  std::vector<char> filter = makeElements(1024 * 1024 * 16, false);
  auto start = std::chrono::steady_clock::now();
  (void)packing.pack({filter, 0, {1024 * 16, 16, 4, 1}});
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  RecordProperty("milliseconds", std::to_string(took.count() * 1e3));
  EXPECT_LT(took.count(), 20.0);
}

} // namespace
