//===- NarrowConversionsTest.cpp - f16 and bf16 on any processor ----------===//
// Host code for a processor without conversions, against APFloat.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/HostObject.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include "gtest/gtest.h"

#include <dlfcn.h>

using namespace mlir;
using namespace upweave;

// The bf16 value crosses a block, where code generation rounds an f32 again.
static constexpr const char *kConversions = R"(
  llvm.func @upweave_host_extend(%args: !llvm.ptr) {
    %from = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %from : !llvm.ptr -> f16
    %y = llvm.fpext %x : f16 to f32
    %to = llvm.getelementptr %from[4] : (!llvm.ptr) -> !llvm.ptr, i8
    llvm.store %y, %to : f32, !llvm.ptr
    llvm.return
  }
  llvm.func @upweave_host_half(%args: !llvm.ptr) {
    %from = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %from : !llvm.ptr -> f32
    %y = llvm.fptrunc %x : f32 to f16
    %to = llvm.getelementptr %from[4] : (!llvm.ptr) -> !llvm.ptr, i8
    llvm.store %y, %to : f16, !llvm.ptr
    llvm.return
  }
  llvm.func @upweave_host_bfloat(%args: !llvm.ptr) {
    %from = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %from : !llvm.ptr -> f32
    %y = llvm.fptrunc %x : f32 to bf16
    %zero = llvm.mlir.constant(0.0 : bf16) : bf16
    %isZero = llvm.fcmp "oeq" %y, %zero : bf16
    llvm.cond_br %isZero, ^end(%zero : bf16), ^other
  ^other:
    llvm.br ^end(%y : bf16)
  ^end(%z : bf16):
    %to = llvm.getelementptr %from[4] : (!llvm.ptr) -> !llvm.ptr, i8
    llvm.store %z, %to : bf16, !llvm.ptr
    llvm.return
  })";

namespace {
/// The functions above, loaded from a shared object for the oldest x86-64.
class NarrowConversionsTest : public ::testing::Test {
protected:
  void SetUp() override {
    context.loadDialect<LLVM::LLVMDialect>();
    HostObjectOptions options;
    options.cpu = "x86-64";
    if (StringRef(llvm::sys::getDefaultTargetTriple()).starts_with("x86_64"))
      load(options);
    else
      GTEST_SKIP() << "x86-64 is not this machine's target";
  }

  void load(const HostObjectOptions &options) {
    auto module = parseSourceString<ModuleOp>(kConversions, &context);
    ASSERT_TRUE(module);
    FailureOr<HostObject> object = buildHostObject(*module, options);
    ASSERT_TRUE(succeeded(object));
    SmallString<64> path;
    int file = -1;
    ASSERT_FALSE(
        llvm::sys::fs::createTemporaryFile("conversions", "so", file, path));
    {
      llvm::raw_fd_ostream os(file, /*shouldClose=*/true);
      os.write(object->image.data(), object->image.size());
    }
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    llvm::sys::fs::remove(path);
    ASSERT_TRUE(library) << dlerror();
  }

  void TearDown() override {
    if (library)
      dlclose(library);
  }

  /// What the function writes behind the four bytes that it reads.
  uint32_t run(const char *name, uint32_t input) {
    auto *function = reinterpret_cast<void (*)(void **)>(dlsym(library, name));
    EXPECT_TRUE(function) << name;
    alignas(8) uint32_t words[2] = {input, 0};
    void *args[] = {words};
    if (function)
      function(args);
    return words[1];
  }

  /// The bits of the f32 with `input`'s bits in another format.
  static uint32_t round(uint32_t input, const llvm::fltSemantics &to) {
    llvm::APFloat value(llvm::APFloat::IEEEsingle(), llvm::APInt(32, input));
    bool losesInfo;
    value.convert(to, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    return uint32_t(value.bitcastToAPInt().getZExtValue());
  }

  MLIRContext context;
  void *library = nullptr;
};
} // namespace

TEST_F(NarrowConversionsTest, ExtendEveryHalf) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    llvm::APFloat value(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits));
    uint32_t y = run("upweave_host_extend", bits);
    llvm::APFloat result(llvm::APFloat::IEEEsingle(), llvm::APInt(32, y));
    if (value.isNaN()) {
      ASSERT_TRUE(result.isNaN()) << bits;
      continue;
    }
    bool losesInfo;
    value.convert(llvm::APFloat::IEEEsingle(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    ASSERT_TRUE(value.bitwiseIsEqual(result)) << bits;
  }
}

// Every exponent, with mantissas beside each point where rounding changes.
TEST_F(NarrowConversionsTest, RoundOnce) {
  for (uint32_t high = 0; high < 0x10000; high += 1) {
    for (uint32_t low : {0x0000u, 0x0001u, 0x0fffu, 0x1000u, 0x1001u, 0x7fffu,
                         0x8000u, 0x8001u, 0xffffu}) {
      uint32_t bits = high << 16 | low;
      bool isNaN = (bits & 0x7fffffff) > 0x7f800000;
      uint32_t half = run("upweave_host_half", bits);
      uint32_t bfloat = run("upweave_host_bfloat", bits);
      if (isNaN) {
        ASSERT_GT(half & 0x7fff, 0x7c00u) << bits;
        ASSERT_GT(bfloat & 0x7fff, 0x7f80u) << bits;
        continue;
      }
      ASSERT_EQ(half, round(bits, llvm::APFloat::IEEEhalf())) << bits;
      uint32_t expected = round(bits, llvm::APFloat::BFloat());
      ASSERT_EQ(bfloat, (expected & 0x7fff) ? expected : 0) << bits;
    }
  }
}
