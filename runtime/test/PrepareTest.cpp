// Prepared weights: once for many launches, or by each launch for itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fixture.h"

#include "upweave/upweave.hpp"

#include <thread>

using namespace upweave;
using namespace upweave::test;

namespace {

/// Tests of the bundle y = 3 w x.
class PrepareTest : public RuntimeTest {
protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    makeTensors(2, UW_CUDA);
    for (int i = 0; i < 4; ++i)
      w[i] = float(i + 1);
    all[0] = tensors[0];
    all[2] = tensors[1];
    all[1] = tensors[0];
    all[1].data = w;
    all[1].shape = four;
    all[1].rank = 1;
    bundle = open(writeBundle(scalingTable({"sm_89"}), doublingSections()));
    program = load(bundle, UW_CUDA);
  }

  uw_prepare preparation() {
    uw_prepare call = {};
    call.struct_size = sizeof(call);
    call.tensors = all;
    call.count = 3;
    call.prepared = prepared;
    call.prepared_bytes = sizeof(prepared);
    return call;
  }
  uw_launch launching() {
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.tensors = all;
    call.count = 3;
    call.workspace = workspace;
    call.workspace_bytes = sizeof(workspace);
    return call;
  }
  uw_launch preparedLaunch() {
    uw_launch call = launching();
    call.prepared = prepared;
    call.prepared_bytes = sizeof(prepared);
    call.prepared_id = uw_program_prepared_id(program);
    return call;
  }
  void expectRefused(const uw_launch &call, const char *part) {
    const int launches = fake().launches;
    EXPECT_EQ(UW_BAD_PREPARED, uw_program_launch(program, &call));
    expectError(part);
    EXPECT_EQ(launches, fake().launches);
  }

  int64_t four[1] = {4};
  alignas(16) float w[4];
  alignas(256) char prepared[512] = {};
  uw_tensor all[3];
  uw_bundle *bundle = nullptr;
  uw_program *program = nullptr;
};

/// A list of arguments that is absent is empty.
TEST_F(PrepareTest, LaunchesWithoutArguments) {
  bundle::BundleT table = scalingTable({"sm_89"});
  for (auto &launch : table.entries[0]->lists[0]->launches)
    launch->args.clear();
  EXPECT_TRUE(
      load(open(writeBundle(std::move(table), doublingSections())), UW_CUDA))
      << uw_last_error();
}

TEST_F(PrepareTest, OnceForManyLaunches) {
  ASSERT_TRUE(program) << uw_last_error();
  uint64_t bytes = 0;
  ASSERT_EQ(UW_OK, uw_program_prepared_size(program, &bytes));
  EXPECT_EQ(512u, bytes);
  // Only the weights are looked at.
  all[0].data = all[2].data = nullptr;
  uw_prepare call = preparation();
  int stream;
  call.stream = &stream;
  const int synchronisations = fake().synchronisations;
  const int allocations = fake().allocations;
  ASSERT_EQ(UW_OK, uw_program_prepare(program, &call)) << uw_last_error();
  EXPECT_EQ(1, fake().launches);
  EXPECT_EQ(&stream, fake().stream);
  EXPECT_EQ(12.0f, reinterpret_cast<float *>(prepared)[64 + 3]);
  // From here on the weights are those of the preparation.
  all[0].data = x;
  all[2].data = y;
  all[1].data = nullptr;
  w[3] = 100;
  uw_launch launch = preparedLaunch();
  launch.workspace_bytes = 256;
  ASSERT_EQ(UW_OK, uw_program_launch(program, &launch)) << uw_last_error();
  ASSERT_EQ(UW_OK, uw_program_launch(program, &launch)) << uw_last_error();
  EXPECT_EQ(3, fake().launches);
  EXPECT_EQ(7 * 12.0f, y[7]);
  EXPECT_EQ(synchronisations, fake().synchronisations);
  EXPECT_EQ(allocations, fake().allocations);
}

TEST_F(PrepareTest, EachLaunchForItself) {
  uint64_t bytes = 0;
  ASSERT_EQ(UW_OK, uw_program_workspace_size(program, all, 3, &bytes));
  EXPECT_EQ(256u + 512u, bytes);
  uw_launch call = launching();
  call.workspace_bytes = bytes;
  ASSERT_EQ(UW_OK, uw_program_launch(program, &call)) << uw_last_error();
  EXPECT_EQ(2, fake().launches);
  EXPECT_EQ(7 * 12.0f, y[7]);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(workspace) + 256 + 256, fake().args[3]);
  w[3] = 5;
  call.flags = UW_LAUNCH_ALLOCATE_WORKSPACE;
  call.workspace = nullptr;
  ASSERT_EQ(UW_OK, uw_program_launch(program, &call)) << uw_last_error();
  EXPECT_EQ(7 * 15.0f, y[7]);
  call = launching();
  call.workspace_bytes = bytes - 1;
  EXPECT_EQ(UW_BAD_WORKSPACE, uw_program_launch(program, &call));
  expectError("the workspace has 767 bytes, the launch needs 768");
  all[1].data = nullptr;
  call = launching();
  EXPECT_EQ(UW_BAD_TENSOR, uw_program_launch(program, &call));
  expectError("argument 1 ('w'): data is null");
}

TEST_F(PrepareTest, VersionOneLaunches) {
  struct {
    uw_launch call;
  } old = {launching()};
  old.call.struct_size = 48;
  // What an old caller's memory holds there is not looked at.
  old.call.prepared = reinterpret_cast<void *>(1);
  old.call.prepared_id = 1;
  ASSERT_EQ(UW_OK, uw_program_launch(program, &old.call)) << uw_last_error();
  EXPECT_EQ(2, fake().launches);
  old.call.struct_size = 47;
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_launch(program, &old.call));
  expectError("uw_launch.struct_size is 47");
}

TEST_F(PrepareTest, MemoryIsChecked) {
  uw_launch call = preparedLaunch();
  call.prepared_bytes = 511;
  expectRefused(call, "uw_launch.prepared has 511 bytes, the program prepares "
                      "512: ask uw_program_prepared_size");
  call = preparedLaunch();
  call.prepared = prepared + 16;
  expectRefused(call, "which is not a multiple of 256 bytes");
  call = preparedLaunch();
  call.prepared_id ^= 2;
  expectRefused(call, "that of this program (entry 'scale', image 'sm_89') is");
  call.prepared_id = 0;
  EXPECT_EQ(UW_OK, uw_program_launch(program, &call));
  uw_prepare prepare = preparation();
  prepare.prepared = nullptr;
  EXPECT_EQ(UW_BAD_PREPARED, uw_program_prepare(program, &prepare));
  expectError("uw_prepare.prepared has 0 bytes, the program prepares 512");
  prepare = preparation();
  all[1].data = nullptr;
  EXPECT_EQ(UW_BAD_TENSOR, uw_program_prepare(program, &prepare));
  expectError("argument 1 ('w'): data is null");
  prepare.struct_size = 8;
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_prepare(program, &prepare));
  expectError("uw_prepare.struct_size is 8");
  prepare = preparation();
  prepare.flags = 1;
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_prepare(program, &prepare));
  expectError("uw_prepare.flags is 0x1, this library knows none");
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_prepare(nullptr, nullptr));
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_prepared_size(program, nullptr));
  EXPECT_EQ(0u, uw_program_prepared_id(nullptr));
  EXPECT_STREQ("UW_BAD_PREPARED", uw_status_name(UW_BAD_PREPARED));
}

TEST_F(PrepareTest, IdNamesEntryAndImage) {
  const uint64_t id = uw_program_prepared_id(program);
  EXPECT_NE(0u, id);
  EXPECT_EQ(id, uw_program_prepared_id(load(bundle, UW_CUDA)));
  EXPECT_NE(id, uw_program_prepared_id(load(bundle, UW_CUDA, "ptx:sm_89")));
  bundle::BundleT other = scalingTable({"sm_89"});
  other.entries[0]->name = "other";
  uw_bundle *renamed = open(writeBundle(std::move(other), doublingSections()));
  EXPECT_NE(id, uw_program_prepared_id(load(renamed, UW_CUDA)));
}

TEST_F(PrepareTest, NothingToPrepare) {
  for (uw_device_kind kind : {UW_HOST, UW_CUDA}) {
    uw_program *twice = load(openFor({"sm_89"}), kind);
    ASSERT_TRUE(twice) << uw_last_error();
    makeTensors(2, kind);
    uint64_t bytes = 1;
    EXPECT_EQ(UW_OK, uw_program_prepared_size(twice, &bytes));
    EXPECT_EQ(0u, bytes);
    EXPECT_EQ(0u, uw_program_prepared_id(twice));
    uw_prepare prepare = {};
    prepare.struct_size = sizeof(prepare);
    prepare.tensors = tensors;
    prepare.count = 2;
    EXPECT_EQ(UW_OK, uw_program_prepare(twice, &prepare)) << uw_last_error();
    EXPECT_EQ(0, fake().launches);
    uw_launch call = launching();
    call.tensors = tensors;
    call.count = 2;
    call.prepared = prepared;
    EXPECT_EQ(UW_OK, uw_program_launch(twice, &call)) << uw_last_error();
    EXPECT_EQ(14.0f, y[7]);
  }
}

TEST_F(PrepareTest, ThreadsShareWhatIsPrepared) {
  uw_prepare prepare = preparation();
  ASSERT_EQ(UW_OK, uw_program_prepare(program, &prepare));
  std::vector<std::thread> threads;
  std::vector<int> failures(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      alignas(256) float in[8] = {1, 1, 1, 1}, out[8];
      alignas(256) char scratch[256];
      uw_tensor mine[3] = {all[0], all[1], all[2]};
      mine[0].data = in;
      mine[1].data = nullptr;
      mine[2].data = out;
      uw_launch call = preparedLaunch();
      call.tensors = mine;
      call.workspace = scratch;
      call.workspace_bytes = sizeof(scratch);
      for (int i = 0; i < 50; ++i)
        failures[t] +=
            uw_program_launch(program, &call) != UW_OK || out[3] != 12;
    });
  for (std::thread &thread : threads)
    thread.join();
  for (int failure : failures)
    EXPECT_EQ(0, failure);
}

TEST_F(PrepareTest, CppInterface) {
  const Bytes bytes = writeBundle(scalingTable({"sm_89"}), doublingSections());
  Bundle loaded(bytes.data(), bytes.size());
  Program scale = loaded.load(Device::cuda());
  auto tensor = [](void *data, std::vector<int64_t> shape) {
    return Tensor(data, UW_F32, std::move(shape), Device::cuda());
  };
  ASSERT_EQ(512u, scale.preparedSize());
  Prepared weights = scale.prepare(
      {tensor(nullptr, {1, 4}), tensor(w, {4}), tensor(nullptr, {1, 4})},
      prepared, sizeof(prepared));
  scale.launch({tensor(x, {2, 4}), tensor(nullptr, {4}), tensor(y, {2, 4})},
               nullptr, weights);
  EXPECT_EQ(7 * 12.0f, y[7]);
  scale.launch({tensor(x, {2, 4}), tensor(nullptr, {4}), tensor(y, {2, 4})},
               workspace, 256, nullptr, weights);
  EXPECT_EQ(3, fake().launches);
}

} // namespace
