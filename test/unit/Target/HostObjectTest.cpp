//===- HostObjectTest.cpp - Host code as a shared object ------------------===//
// What linking host code promises: equal bytes, and errors that say what to do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/HostObject.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace upweave;

namespace {
class HostObjectTest : public ::testing::Test {
protected:
  HostObjectTest() {
    context.loadDialect<LLVM::LLVMDialect>();
    context.getDiagEngine().registerHandler(
        [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  }

  FailureOr<HostObject> build(const char *source,
                              const HostObjectOptions &options = {}) {
    auto module = parseSourceString<ModuleOp>(source, &context);
    EXPECT_TRUE(module);
    return buildHostObject(*module, options);
  }

  MLIRContext context;
  std::string message;
};
} // namespace

static constexpr const char *kSine = R"(
  llvm.func @sinf(f32) -> f32
  llvm.func @upweave_host_f(%args: !llvm.ptr) {
    %p = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %v = llvm.load %p : !llvm.ptr -> f32
    %s = llvm.call @sinf(%v) : (f32) -> f32
    llvm.store %s, %p : f32, !llvm.ptr
    llvm.return
  })";

TEST_F(HostObjectTest, BytesDependOnTheModuleAlone) {
  FailureOr<HostObject> first = build(kSine), second = build(kSine);
  ASSERT_TRUE(succeeded(first) && succeeded(second)) << message;
  EXPECT_EQ(first->image, second->image);
  ASSERT_GT(first->image.size(), 4u);
  EXPECT_EQ(std::string(first->image.begin(), first->image.begin() + 4), "\x7f"
                                                                         "ELF");
}

TEST_F(HostObjectTest, NeedsTheMathLibraryByName) {
  FailureOr<HostObject> object = build(kSine);
  ASSERT_TRUE(succeeded(object)) << message;
  std::string bytes(object->image.begin(), object->image.end());
  EXPECT_NE(bytes.find("libm.so.6"), std::string::npos);
  EXPECT_EQ(bytes.find("libc.so.6"), std::string::npos);
  EXPECT_EQ(bytes.find("/tmp"), std::string::npos);
}

TEST_F(HostObjectTest, SaysWhatTheProcessorMustHave) {
  HostObjectOptions options;
  options.triple = "x86_64-unknown-linux-gnu";
  FailureOr<HostObject> object = build(kSine, options);
  if (failed(object))
    GTEST_SKIP() << "x86-64 is not this machine's target: " << message;
  EXPECT_EQ(object->cpu, "x86-64-v3");
  EXPECT_TRUE(llvm::is_contained(object->features, "avx2"));
  EXPECT_FALSE(llvm::is_contained(object->features, "avx512f"));
  EXPECT_TRUE(llvm::is_sorted(object->features));
  // Tuning is not something that a processor lacks.
  for (const std::string &feature : object->features)
    EXPECT_FALSE(StringRef(feature).contains("slow") ||
                 StringRef(feature).contains("fast"))
        << feature;
  options.features = "+avx512f,-bmi2";
  object = build(kSine, options);
  ASSERT_TRUE(succeeded(object)) << message;
  EXPECT_TRUE(llvm::is_contained(object->features, "avx512f"));
  EXPECT_FALSE(llvm::is_contained(object->features, "bmi2"));
}

TEST_F(HostObjectTest, RefusesAFunctionThatNoLibraryHas) {
  EXPECT_TRUE(failed(build(R"(
    llvm.func @nowhere()
    llvm.func @upweave_host_f(%args: !llvm.ptr) {
      llvm.call @nowhere() : () -> ()
      llvm.return
    })")));
  EXPECT_EQ(message,
            "host code needs the function 'nowhere', which neither the C nor "
            "the math library has: the operation it comes from has no lowering "
            "for the host");
}

TEST_F(HostObjectTest, RefusesAnUnknownProcessor) {
  HostObjectOptions options;
  options.cpu = "abacus";
  EXPECT_TRUE(failed(build(kSine, options)));
  EXPECT_NE(message.find("host processor 'abacus' is not one that LLVM knows"),
            std::string::npos)
      << message;
}

TEST_F(HostObjectTest, NamesAMissingLinker) {
  HostObjectOptions options;
  options.linker = "no-such-linker";
  EXPECT_TRUE(failed(build(kSine, options)));
  EXPECT_EQ(message, "linker 'no-such-linker' was not found");
}
