// Launches through the fake driver: argument packing, image selection, module
// caching, error paths.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fixture.h"

#include "upweave/upweave.hpp"

#include <functional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace upweave;
using namespace upweave::test;

namespace {

using DeviceTest = RuntimeTest;

TEST_F(DeviceTest, LaunchPacksArgumentsAndGrid) {
  uw_program *program = load(openFor({"sm_89"}), UW_CUDA);
  ASSERT_TRUE(program) << uw_last_error();
  EXPECT_STREQ("sm_89", uw_program_image(program));
  makeTensors(9, UW_CUDA);
  uint64_t bytes = 0;
  ASSERT_EQ(UW_OK, uw_program_workspace_size(program, tensors, 2, &bytes));
  EXPECT_EQ(9u * 4 + 256, bytes);
  int stream;
  const int synchronisations = fake().synchronisations;
  const int allocations = fake().allocations;
  ASSERT_EQ(UW_OK, launch(program, 0, &stream)) << uw_last_error();
  EXPECT_EQ(2u, fake().grid[0]); // ceildiv(36, 32)
  EXPECT_EQ(1u, fake().grid[1]);
  EXPECT_EQ(32u, fake().block[0]);
  EXPECT_EQ(64u << 10, fake().shared);
  EXPECT_EQ(&stream, fake().stream);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(x), fake().args[0]);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(y), fake().args[1]);
  EXPECT_EQ(36u, fake().args[2]);
  EXPECT_EQ(2.0f, *reinterpret_cast<float *>(fake().args[3]));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(workspace) + 256, fake().args[4]);
  EXPECT_EQ(70.0f, y[35]);
  EXPECT_EQ(-1.0f, y[36]);
  // Nothing hidden on the launch path.
  EXPECT_EQ(synchronisations, fake().synchronisations);
  EXPECT_EQ(allocations, fake().allocations);
}

TEST_F(DeviceTest, EmptyGridIsSkipped) {
  uw_program *program = load(openFor({"sm_89"}), UW_CUDA);
  makeTensors(0, UW_CUDA);
  tensors[0].data = tensors[1].data = nullptr;
  EXPECT_EQ(UW_OK, launch(program)) << uw_last_error();
  EXPECT_EQ(0, fake().launches);
}

TEST_F(DeviceTest, ImageSelection) {
  struct Case {
    std::vector<std::string> chips;
    int device;
    const char *image; ///< expected; null: none fits
  };
  const Case cases[] = {
      {{"sm_89", "sm_90"}, 90, "sm_90"},
      {{"sm_89", "sm_90"}, 89, "sm_89"},
      {{"sm_80", "sm_89"}, 90, "ptx:sm_89"},
      {{"sm_80", "sm_89"}, 86, "ptx:sm_80"},
      {{"ptx:sm_80", "sm_89"}, 89, "sm_89"},
      {{"sm_90a"}, 90, "sm_90a"},
      {{"sm_90a", "ptx:sm_80"}, 100, "ptx:sm_80"},
      {{"sm_90a"}, 100, nullptr},
      {{"sm_89", "sm_90"}, 75, nullptr},
  };
  for (const Case &item : cases) {
    fake().compute = item.device;
    uw_program *program = load(openFor(item.chips), UW_CUDA);
    if (item.image) {
      ASSERT_TRUE(program) << uw_last_error();
      EXPECT_STREQ(item.image, uw_program_image(program));
    } else {
      EXPECT_EQ(UW_NO_IMAGE, status);
    }
  }
  expectError("bundle holds sm_89, sm_90, PTX 8.0 (sm_89), PTX 8.0 (sm_90) and "
              "a host variant; device is sm_75: recompile with --chip=sm_75");
}

TEST_F(DeviceTest, OlderCubinWithoutPtx) {
  bundle::BundleT table = doublingTable({"sm_80"});
  table.entries[0]->lists[0]->ptx = -1;
  uw_bundle *bundle = open(writeBundle(std::move(table), doublingSections()));
  fake().compute = 86;
  uw_program *program = load(bundle, UW_CUDA);
  ASSERT_TRUE(program) << uw_last_error();
  EXPECT_STREQ("sm_80", uw_program_image(program));
  fake().compute = 90;
  EXPECT_FALSE(load(bundle, UW_CUDA));
  expectError("bundle holds sm_80 and a host variant; device is sm_90");
}

TEST_F(DeviceTest, ForcedImage) {
  uw_bundle *bundle = openFor({"sm_89", "sm_90"});
  fake().compute = 90;
  EXPECT_STREQ("ptx:sm_89",
               uw_program_image(load(bundle, UW_CUDA, "ptx:sm_89")));
  EXPECT_FALSE(load(bundle, UW_CUDA, "sm_100"));
  expectError("image 'sm_100' was asked for, the bundle holds sm_89");
  EXPECT_FALSE(load(bundle, UW_CUDA, "sm_89a"));
  fake().compute = 80;
  EXPECT_FALSE(load(bundle, UW_CUDA, "sm_90"));
  expectError("image 'sm_90' does not run on this sm_80 device");
}

TEST_F(DeviceTest, ModulesAndConstantsAreCachedPerContext) {
  uw_bundle *bundle = openFor({"sm_89"});
  uw_program *first = load(bundle, UW_CUDA), *second = load(bundle, UW_CUDA);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(1, fake().loads);
  EXPECT_EQ(1, fake().allocations);
  void *other = fakeContext();
  uw_program *third = load(bundle, UW_CUDA, nullptr, other);
  ASSERT_TRUE(third) << uw_last_error();
  EXPECT_EQ(2, fake().loads);
  EXPECT_EQ(2, fake().allocations);
  // A program outlives its bundle.
  uw_bundle_release(bundle);
  bundles.clear();
  makeTensors(2, UW_CUDA);
  EXPECT_EQ(UW_OK, launch(first));
  for (uw_program *program : programs)
    uw_program_release(program);
  programs.clear();
  EXPECT_EQ(2, fake().unloads);
  EXPECT_EQ(fake().allocations, fake().frees);
  EXPECT_EQ(fake().retains, fake().releases);
}

TEST_F(DeviceTest, ThreadsLoadOnceAndLaunchTogether) {
  uw_bundle *bundle = openFor({"sm_89"});
  makeTensors(2, UW_CUDA);
  uw_program *shared = load(bundle, UW_CUDA);
  std::vector<std::thread> threads;
  std::vector<int> failures(8);
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      alignas(256) float in[8] = {1}, out[8];
      alignas(256) char scratch[512];
      uw_tensor mine[2] = {tensors[0], tensors[1]};
      mine[0].data = in;
      mine[1].data = out;
      uw_load_options options = {};
      options.struct_size = sizeof(options);
      options.device_kind = UW_CUDA;
      uw_program *own = nullptr;
      failures[t] += uw_program_load(bundle, "twice", &options, &own) != UW_OK;
      for (int i = 0; i < 50; ++i) {
        uw_launch call = {};
        call.struct_size = sizeof(call);
        call.tensors = mine;
        call.count = 2;
        call.workspace = scratch;
        call.workspace_bytes = sizeof(scratch);
        failures[t] += uw_program_launch(i % 2 ? own : shared, &call) != UW_OK;
        failures[t] += out[0] != 2;
        mine[0].dtype = UW_I8; // errors stay with their thread
        failures[t] += uw_program_launch(own, &call) != UW_BAD_TENSOR;
        mine[0].dtype = UW_F32;
      }
      uw_program_release(own);
      failures[t] += uw_bundle_manifest(bundle) == nullptr;
    });
  for (std::thread &thread : threads)
    thread.join();
  for (int failure : failures)
    EXPECT_EQ(0, failure);
  EXPECT_EQ(1, fake().loads);
}

TEST_F(DeviceTest, Workspace) {
  uw_program *program = load(openFor({"sm_89"}), UW_CUDA);
  makeTensors(2, UW_CUDA);
  workspaceBytes = 100;
  EXPECT_EQ(UW_BAD_WORKSPACE, launch(program));
  expectError("the workspace has 100 bytes, the launch needs 264");
  EXPECT_EQ(UW_OK, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
  EXPECT_EQ(1, fake().asyncAllocations);
  EXPECT_EQ(1, fake().asyncFrees);
  fake().failLaunch = 700;
  EXPECT_EQ(UW_DRIVER_ERROR, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
  EXPECT_EQ(2, fake().asyncFrees);
}

TEST_F(DeviceTest, SharedMemoryAboveTheDevice) {
  fake().sharedOptin = 48 << 10;
  EXPECT_FALSE(load(openFor({"sm_89"}), UW_CUDA));
  EXPECT_EQ(UW_NO_IMAGE, status);
  expectError("a kernel needs 65536 bytes of shared memory, Fake GPU (sm_89) "
              "gives a block 49152");
}

TEST_F(DeviceTest, DriverFailures) {
  uw_bundle *bundle = openFor({"ptx:sm_80"});
  fake().failLoad = 222;
  EXPECT_FALSE(load(bundle, UW_CUDA));
  EXPECT_EQ(UW_DRIVER_ERROR, status);
  expectError("cannot load PTX 8.0 (sm_80): cuModuleLoadDataEx: "
              "CUDA_ERROR_FAKE (222, a failure the test asked for); the log: "
              "update the driver");
  fake().failLoad = 2;
  EXPECT_FALSE(load(bundle, UW_CUDA));
  EXPECT_EQ(UW_OUT_OF_MEMORY, status);
  fake().hideKernels = 1;
  EXPECT_FALSE(load(bundle, UW_CUDA));
  expectError("kernel 'double_5': cuModuleGetFunction");
  fake().hideKernels = 0;
  uw_program *program = load(bundle, UW_CUDA);
  makeTensors(2, UW_CUDA);
  fake().failLaunch = 719;
  EXPECT_EQ(UW_DRIVER_ERROR, launch(program));
  expectError("kernel 'double_5': cuLaunchKernel: CUDA_ERROR_FAKE (719");
  EXPECT_EQ(UW_OK, launch(program));
}

TEST_F(DeviceTest, NoSuchDevice) {
  fake().devices = 0;
  EXPECT_FALSE(load(openFor({"sm_89"}), UW_CUDA));
  EXPECT_EQ(UW_NO_DEVICE, status);
  expectError("CUDA device 0 was asked for, the driver offers 0");
}

TEST_F(DeviceTest, TensorsAreChecked) {
  uw_program *program = load(openFor({"sm_89"}), UW_CUDA);
  auto expectBad = [&](const char *part) {
    EXPECT_EQ(UW_BAD_TENSOR, launch(program));
    expectError(part);
    makeTensors(2, UW_CUDA);
  };
  makeTensors(2, UW_CUDA);
  tensors[0].dtype = UW_F16;
  expectBad("argument 0 ('x'): dtype is f16, the entry takes f32");
  tensors[0].rank = 1;
  expectBad("argument 0 ('x'): shape is 2, the entry was compiled for ?x4");
  int64_t other[2] = {3, 4}, wide[2] = {2, 5}, strides[2] = {8, 1};
  tensors[1].shape = wide;
  expectBad("argument 1 ('y'): shape is 2x5, the entry was compiled for ?x4");
  tensors[1].shape = other;
  expectBad("argument 1 ('y'): dimension 0 is 3, but dimension 0 of argument 0 "
            "('x') is 2: they must be equal");
  int64_t huge[2] = {(1 << 20) + 1, 4};
  tensors[0].shape = tensors[1].shape = huge;
  expectBad("dimension 0 is 1048577, the entry takes 0 to 1048576");
  tensors[0].strides = strides;
  expectBad("argument 0 ('x'): strides are 8x1, the entry takes 4x1 (in "
            "elements): pass a contiguous copy");
  tensors[0].data = x + 1;
  expectBad("which is not a multiple of 16 bytes");
  tensors[0].data = nullptr;
  expectBad("argument 0 ('x'): data is null");
  tensors[0].device_kind = UW_HOST;
  expectBad("argument 0 ('x'): the tensor is on the host, the program was "
            "loaded on CUDA device 0: copy it there");
  tensors[1].device_ordinal = 3;
  expectBad("the tensor is on CUDA device 3");
  tensors[1].data = x + 4;
  expectBad("argument 1 ('y') overlaps argument 0 ('x') in memory");
  tensors[1].data = x; // the very same tensor is allowed
  EXPECT_EQ(UW_OK, launch(program));
  EXPECT_EQ(6.0f, x[3]);
}

TEST_F(DeviceTest, CallsAreChecked) {
  uw_bundle *bundle = openFor({"sm_89"});
  uw_program *program = nullptr;
  uw_load_options options = {};
  EXPECT_EQ(UW_INVALID_ARGUMENT,
            uw_program_load(bundle, nullptr, &options, &program));
  expectError("struct_size is 0");
  options.struct_size = sizeof(options);
  EXPECT_EQ(UW_NOT_FOUND, uw_program_load(bundle, "once", &options, &program));
  expectError("entry 'once' was asked for, the bundle has 'twice'");
  options.device_kind = 9;
  EXPECT_EQ(UW_INVALID_ARGUMENT,
            uw_program_load(bundle, nullptr, &options, &program));
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_launch(nullptr, nullptr));
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_bundle_load_file(nullptr, &bundle));
  EXPECT_EQ(1u, uw_bundle_entry_count(bundle));
  EXPECT_STREQ("twice", uw_bundle_entry_name(bundle, 0));
  EXPECT_EQ(nullptr, uw_bundle_entry_name(bundle, 1));
  uw_argument argument;
  ASSERT_EQ(UW_OK, uw_bundle_argument(bundle, 0, 1, &argument));
  EXPECT_STREQ("y", argument.name);
  EXPECT_EQ(-1, argument.shape[0]);
  EXPECT_EQ(1u, argument.is_output);
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_bundle_argument(bundle, 0, 2, &argument));
  EXPECT_STREQ("UW_BAD_TENSOR", uw_status_name(UW_BAD_TENSOR));
  EXPECT_STREQ("UW_UNKNOWN", uw_status_name(uw_status(99)));
  uw_program_release(nullptr);
  uw_bundle_release(nullptr);
}

TEST_F(DeviceTest, GridAboveTheDevice) {
  bundle::BundleT table = doublingTable({"sm_89"});
  table.entries[0]->lists[0]->launches[0]->grid[1] =
      binary(bundle::ExprOp::Mul, dim(0, 0), constant(40000));
  uw_program *program =
      load(open(writeBundle(std::move(table), doublingSections())), UW_CUDA);
  makeTensors(2, UW_CUDA);
  EXPECT_EQ(UW_BAD_TENSOR, launch(program));
  expectError(
      "kernel 'double_5': grid dimension y is 80000, the device takes 0 "
      "to 65535");
}

/// The doubling bundle with a second launch after `change`.
template <typename Change> Bytes secondLaunch(Change &&change) {
  bundle::BundleT table = doublingTable({"sm_89"});
  bundle::LaunchListT &list = *table.entries[0]->lists[0];
  list.launches.push_back(std::make_unique<bundle::LaunchT>(*list.launches[0]));
  change(*list.launches[1]);
  return writeBundle(std::move(table), doublingSections());
}

TEST_F(DeviceTest, AllIsCheckedBeforeTheFirstKernel) {
  using bundle::ExprOp;
  auto huge = [](int64_t factor) {
    return binary(ExprOp::Mul, dim(0, 0), constant(factor));
  };
  const struct {
    std::function<void(bundle::LaunchT &)> change;
    const char *error;
  } cases[] = {
      {[&](bundle::LaunchT &launch) { launch.grid[2] = huge(40000); },
       "kernel 'double_5': grid dimension z is 80000, the device takes 0 to "
       "65535: use a smaller batch or smaller tensors"},
      {[&](bundle::LaunchT &launch) {
         launch.grid[0] = huge(int64_t(1) << 62);
       },
       "kernel 'double_5': grid dimension x overflows 64 bits or divides by "
       "zero: use a smaller batch"},
      {[&](bundle::LaunchT &launch) { launch.grid[0] = huge(-1); },
       "grid dimension x is -2, the device takes 0 to 2147483647"},
      {[&](bundle::LaunchT &launch) {
         launch.args[2]->kind = bundle::KernelArgKind::I32;
         launch.args[2]->value = huge(int64_t(1) << 30);
       },
       "kernel 'double_5': argument 2 is 2147483648, which does not fit its 32 "
       "bits: use a smaller batch"},
      {[&](bundle::LaunchT &launch) {
         launch.args[2]->value =
             binary(ExprOp::FloorDiv, constant(1),
                    binary(ExprOp::Sub, dim(0, 0), constant(2)));
       },
       "kernel 'double_5': argument 2 overflows 64 bits or divides by zero"},
      {[&](bundle::LaunchT &launch) { launch.args[4]->value = huge(-128); },
       "kernel 'double_5': argument 4 is 256 bytes before its buffer"},
  };
  for (const auto &item : cases) {
    uw_program *program = load(open(secondLaunch(item.change)), UW_CUDA);
    ASSERT_TRUE(program) << uw_last_error();
    makeTensors(2, UW_CUDA);
    EXPECT_EQ(UW_BAD_TENSOR, launch(program));
    expectError(item.error);
    workspaceBytes = 0;
    EXPECT_EQ(UW_BAD_TENSOR, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
    expectError(item.error);
    workspaceBytes = sizeof(workspace);
  }
  EXPECT_EQ(0, fake().launches);
  EXPECT_EQ(0, fake().asyncAllocations);
  // A launch that is skipped needs no arguments.
  uw_program *program = load(open(secondLaunch([&](bundle::LaunchT &launch) {
                               launch.grid[1] =
                                   binary(ExprOp::Sub, dim(0, 0), constant(2));
                               launch.args[4]->value = huge(-128);
                             })),
                             UW_CUDA);
  EXPECT_EQ(UW_OK, launch(program)) << uw_last_error();
  EXPECT_EQ(1, fake().launches);
}

TEST_F(DeviceTest, ConstantGridsAreCheckedByTheLoad) {
  EXPECT_FALSE(load(open(secondLaunch([](bundle::LaunchT &launch) {
                      launch.grid = sizes({1, 70000, 1});
                      launch.args.resize(2);
                    })),
                    UW_CUDA));
  EXPECT_EQ(UW_BAD_BUNDLE, status);
  expectError(
      "kernel 'double_5': grid dimension y is 70000, the device takes 0 "
      "to 65535: compile the bundle again, for smaller sizes");
  EXPECT_EQ(0, fake().loads);
  EXPECT_EQ(fake().retains, fake().releases);
}

TEST_F(DeviceTest, UnknownFieldsAreRefused) {
  uw_bundle *bundle = openFor({"sm_89"});
  struct {
    uw_load_options options;
    uint64_t unknown;
  } newer = {};
  newer.options.struct_size = sizeof(newer);
  newer.options.device_kind = UW_CUDA;
  uw_program *program = nullptr;
  ASSERT_EQ(UW_OK, uw_program_load(bundle, nullptr, &newer.options, &program))
      << uw_last_error();
  programs.push_back(program);
  newer.unknown = 1;
  EXPECT_EQ(UW_INVALID_ARGUMENT,
            uw_program_load(bundle, nullptr, &newer.options, &program));
  expectError(
      "uw_load_options.struct_size is 40, and byte 32 is not zero: this "
      "library, of version 3, knows 32 bytes; use one as new as the "
      "header");
  newer.options.struct_size = 0xcccccccc;
  EXPECT_EQ(UW_INVALID_ARGUMENT,
            uw_program_load(bundle, nullptr, &newer.options, &program));
  expectError("set it to sizeof(uw_load_options) = 32");
  newer.options.struct_size = sizeof(uw_load_options);
  newer.options.reserved = 3;
  EXPECT_EQ(UW_INVALID_ARGUMENT,
            uw_program_load(bundle, nullptr, &newer.options, &program));
  expectError(
      "uw_load_options.reserved is 0x3, this library knows none: set no "
      "other bits");
  makeTensors(2, UW_CUDA);
  EXPECT_EQ(UW_INVALID_ARGUMENT, launch(program, 6));
  expectError("uw_launch.flags is 0x6, this library knows 0x1");
  EXPECT_EQ(0, fake().launches);
}

TEST_F(DeviceTest, BehindAFork) {
  uw_bundle *bundle = openFor({"sm_89"});
  uw_program *program = load(bundle, UW_CUDA);
  ASSERT_TRUE(program) << uw_last_error();
  makeTensors(2, UW_CUDA);
  ASSERT_EQ(UW_OK, launch(program));
  const pid_t parent = getpid(), child = fork();
  if (child == 0) {
    const std::string expected =
        "process " + std::to_string(parent) +
        " initialised the CUDA driver and then forked this process " +
        std::to_string(getpid()) +
        ", in which the driver does not work: fork before the first use of "
        "CUDA, or start the process with exec";
    for (uint32_t flags : {0u, UW_LAUNCH_ALLOCATE_WORKSPACE}) {
      workspaceBytes = flags ? 0 : sizeof(workspace);
      EXPECT_EQ(UW_NO_DRIVER, launch(program, flags));
      EXPECT_EQ(expected, uw_last_error());
    }
    EXPECT_FALSE(load(bundle, UW_CUDA));
    EXPECT_EQ(UW_NO_DRIVER, status);
    EXPECT_EQ(expected, uw_last_error());
    // The host is as good as ever.
    uw_program *host = load(bundle, UW_HOST);
    makeTensors(2, UW_HOST);
    EXPECT_EQ(UW_OK, launch(host, UW_LAUNCH_ALLOCATE_WORKSPACE));
    EXPECT_EQ(14.0f, y[7]);
    uw_program_release(program);
    uw_bundle_release(bundle);
    EXPECT_EQ(0, fake().callsBehindFork);
    _exit(HasFailure());
  }
  int code = -1;
  ASSERT_EQ(child, waitpid(child, &code, 0));
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 0) << code;
  EXPECT_EQ(UW_OK, launch(program));
}

TEST_F(DeviceTest, ErrorsSayWhatToDo) {
  uw_program *program = load(openFor({"sm_89"}), UW_CUDA);
  makeTensors(2, UW_CUDA);
  const struct {
    int result;
    const char *remedy;
  } cases[] = {
      {700, "find it with compute-sanitizer"},
      {719, "find it with compute-sanitizer"},
      {709, "keep the context until its programs are released"},
      {400, "pass a stream of the program's context, or null"},
      {2, "free memory of the device, or pass smaller tensors"},
  };
  for (const auto &item : cases) {
    fake().failLaunch = item.result;
    EXPECT_EQ(item.result == 2 ? UW_OUT_OF_MEMORY : UW_DRIVER_ERROR,
              launch(program));
    expectError("kernel 'double_5': cuLaunchKernel: CUDA_ERROR_");
    expectError(item.remedy);
  }
}

TEST_F(DeviceTest, CppInterface) {
  const Bytes bytes = doublingBundle({"sm_89"});
  Bundle bundle(bytes.data(), bytes.size());
  Program program = bundle.load(Device::cuda());
  makeTensors(2, UW_CUDA);
  const std::vector<Tensor> arguments = {
      Tensor(x, UW_F32, {2, 4}, Device::cuda()),
      Tensor(y, UW_F32, {2, 4}, Device::cuda())};
  EXPECT_EQ(264u, program.workspaceSize(arguments));
  program.launch(arguments);
  EXPECT_EQ(14.0f, y[7]);
  try {
    Bundle bad("none", 4);
    FAIL() << "loaded four bytes";
  } catch (const Error &error) {
    EXPECT_EQ(UW_BAD_BUNDLE, error.status());
    EXPECT_NE(std::string::npos,
              std::string(error.what()).find("not an Upweave bundle"));
  }
}

} // namespace
