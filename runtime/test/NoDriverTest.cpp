// A machine without the CUDA driver: a clear error, and not for ever.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fixture.h"

using namespace upweave::test;

namespace {

TEST(NoDriver, IsAnErrorAndIsRetried) {
  const Bytes bytes = doublingBundle({"sm_89"});
  uw_bundle *bundle = nullptr;
  ASSERT_EQ(UW_OK, uw_bundle_load_memory(bytes.data(), bytes.size(), &bundle));
  uw_load_options options = {};
  options.struct_size = sizeof(options);
  options.device_kind = UW_CUDA;
  uw_program *program = nullptr;
  setenv("UPWEAVE_CUDA_DRIVER", "/nonexistent/libcuda.so.1", 1);
  EXPECT_EQ(UW_NO_DRIVER, uw_program_load(bundle, nullptr, &options, &program));
  EXPECT_NE(nullptr,
            std::strstr(uw_last_error(), "cannot open the CUDA driver "
                                         "'/nonexistent/libcuda.so.1'"))
      << uw_last_error();
  // A library that is not a driver.
  setenv("UPWEAVE_CUDA_DRIVER", UPWEAVE_TEST_HOST_LIBRARY, 1);
  EXPECT_EQ(UW_NO_DRIVER, uw_program_load(bundle, nullptr, &options, &program));
  EXPECT_NE(nullptr, std::strstr(uw_last_error(), "has no cuGetErrorName"))
      << uw_last_error();
  setenv("UPWEAVE_CUDA_DRIVER", UPWEAVE_TEST_FAKE_DRIVER, 1);
  EXPECT_EQ(UW_OK, uw_program_load(bundle, nullptr, &options, &program))
      << uw_last_error();
  uw_program_release(program);
  uw_bundle_release(bundle);
}

} // namespace
