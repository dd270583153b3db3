// The host variant, and machines without a driver.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fixture.h"
#include "HostProcessor.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Children of a process with threads start threads, as the runtime does.
extern "C" const char *__tsan_default_options() { return "die_after_fork=0"; }

using namespace upweave;
using namespace upweave::test;

namespace {

using HostTest = RuntimeTest;

TEST_F(HostTest, Runs) {
  uw_program *program = load(openFor({"sm_89"}), UW_HOST);
  ASSERT_TRUE(program) << uw_last_error();
  EXPECT_STREQ("host", uw_program_image(program));
  makeTensors(3, UW_HOST);
  EXPECT_EQ(UW_OK, launch(program)) << uw_last_error();
  EXPECT_EQ(22.0f, y[11]);
  EXPECT_EQ(-1.0f, y[12]);
  workspaceBytes = 0;
  EXPECT_EQ(UW_BAD_WORKSPACE, launch(program));
  EXPECT_EQ(UW_OK, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
}

TEST_F(HostTest, TwoVariantsAtOnce) {
  // The loader knows libraries by name: each must keep a name of its own.
  uw_program *first = load(openFor({"sm_89"}), UW_HOST);
  uw_program *second = load(openFor({"sm_89"}), UW_HOST);
  ASSERT_TRUE(first && second);
  makeTensors(2, UW_HOST);
  EXPECT_EQ(UW_OK, launch(first));
  uw_program_release(first);
  programs.erase(programs.begin());
  uw_program *third = load(openFor({"sm_89"}), UW_HOST);
  EXPECT_EQ(UW_OK, launch(second));
  EXPECT_EQ(UW_OK, launch(third));
}

/// The doubling bundle with other code: y = 10 x.
Bytes otherBundle() {
  std::vector<Bytes> sections = doublingSections();
  std::ifstream in(UPWEAVE_TEST_OTHER_HOST_LIBRARY, std::ios::binary);
  sections[0] = Bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(sections[0].empty());
  return writeBundle(doublingTable({}), sections);
}

TEST_F(HostTest, AfterDescriptorsAreClosed) {
  // As a daemon does, or a child before exec: the next file gets the number
  // that the loader once knew another library by.
  uw_bundle *twice = openFor({}), *other = open(otherBundle());
  closefrom(3);
  uw_program *first = load(twice, UW_HOST);
  closefrom(3);
  uw_program *second = load(other, UW_HOST);
  ASSERT_TRUE(first && second) << uw_last_error();
  makeTensors(2, UW_HOST);
  EXPECT_EQ(UW_OK, launch(first));
  EXPECT_EQ(14.0f, y[7]);
  EXPECT_EQ(UW_OK, launch(second));
  EXPECT_EQ(70.0f, y[7]);
  // Releasing closes nothing that is someone else's by now.
  const int mine[3] = {dup(1), dup(1), dup(1)};
  for (uw_program *program : programs)
    uw_program_release(program);
  programs.clear();
  for (int fd : mine)
    EXPECT_EQ(0, close(fd));
}

TEST_F(HostTest, ProgramsHoldNoDescriptors) {
  const int before = dup(1);
  close(before);
  ASSERT_TRUE(load(openFor({}), UW_HOST));
  const int after = dup(1);
  close(after);
  EXPECT_EQ(before, after);
}

TEST_F(HostTest, BundleWithoutGpuImages) {
  uw_bundle *bundle = openFor({});
  EXPECT_TRUE(load(bundle, UW_HOST));
  EXPECT_FALSE(load(bundle, UW_CUDA));
  EXPECT_EQ(UW_NO_IMAGE, status);
  expectError("bundle holds a host variant; device is sm_89");
  EXPECT_FALSE(load(bundle, UW_HOST, "sm_89"));
  expectError("image 'sm_89' does not run on the host");
}

TEST_F(HostTest, BadVariants) {
  bundle::BundleT table = doublingTable({});
  table.images[0]->target_triple = "s390x-unknown-linux-gnu";
  EXPECT_FALSE(
      load(open(writeBundle(std::move(table), doublingSections())), UW_HOST));
  EXPECT_EQ(UW_HOST_ERROR, status);
  expectError("the host variant is for 's390x-unknown-linux-gnu'");
  table = doublingTable({});
  table.images[0]->cpu = "future-1";
  table.images[0]->features = {"no-such-set", "another"};
  EXPECT_FALSE(
      load(open(writeBundle(std::move(table), doublingSections())), UW_HOST));
  EXPECT_EQ(UW_HOST_ERROR, status);
  expectError("the host variant is for processors like 'future-1', and this "
              "machine's lacks no-such-set, another: compile the bundle with "
              "--host-cpu=");
  table = doublingTable({});
  table.entries[0]->host->symbol = "missing";
  EXPECT_FALSE(
      load(open(writeBundle(std::move(table), doublingSections())), UW_HOST));
  expectError("the host variant has no symbol 'missing'");
  std::vector<Bytes> sections = doublingSections();
  sections[0] = {1, 2, 3};
  EXPECT_FALSE(load(open(writeBundle(doublingTable({}), sections)), UW_HOST));
  expectError("cannot load the host variant: ");
  table = doublingTable({"sm_89"});
  table.entries[0]->host.reset();
  EXPECT_FALSE(
      load(open(writeBundle(std::move(table), doublingSections())), UW_HOST));
  EXPECT_EQ(UW_NO_IMAGE, status);
  expectError("entry 'twice' has no host variant");
}

/// Sets UPWEAVE_NUM_THREADS for a test.
class TeamTest : public HostTest {
protected:
  void TearDown() override {
    unsetenv("UPWEAVE_NUM_THREADS");
    HostTest::TearDown();
  }
  uw_program *loadFor(const char *threads) {
    setenv("UPWEAVE_NUM_THREADS", threads, 1);
    return load(open(writeBundle(teamTable(), doublingSections())), UW_HOST);
  }
  void expectDoubled(int rows) {
    for (int i = 0; i < 4 * rows; ++i)
      EXPECT_EQ(2.0f * float(i), y[i]);
    EXPECT_EQ(-1.0f, y[4 * rows]);
  }
};

TEST_F(TeamTest, EachThreadCallsIt) {
  for (const char *threads : {"1", "2", "3", "7"}) {
    uw_program *program = loadFor(threads);
    ASSERT_TRUE(program) << uw_last_error();
    for (int rows : {3, 15}) {
      makeTensors(rows, UW_HOST);
      uint64_t bytes = 0;
      EXPECT_EQ(UW_OK, uw_program_workspace_size(program, tensors, 2, &bytes));
      EXPECT_EQ(uint64_t(rows * 4 + 256 + 256 * std::atoi(threads)), bytes);
      EXPECT_EQ(UW_OK, launch(program)) << uw_last_error();
      expectDoubled(rows);
      workspaceBytes = bytes - 1;
      EXPECT_EQ(UW_BAD_WORKSPACE, launch(program));
      workspaceBytes = sizeof(workspace);
      EXPECT_EQ(UW_OK, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
    }
  }
}

TEST_F(TeamTest, AllProcessorsUnlessTold) {
  uw_program *program = loadFor("");
  ASSERT_TRUE(program) << uw_last_error();
  makeTensors(15, UW_HOST);
  EXPECT_EQ(UW_OK, launch(program, UW_LAUNCH_ALLOCATE_WORKSPACE));
  expectDoubled(15);
}

TEST_F(TeamTest, BadNumberOfThreads) {
  for (const char *threads : {"0", "-1", "two", "4x", "1025"}) {
    EXPECT_FALSE(loadFor(threads));
    EXPECT_EQ(UW_HOST_ERROR, status);
    expectError(
        fmt::format("UPWEAVE_NUM_THREADS is '{}': set it to a number of "
                    "threads from 1 to 1024, or unset it",
                    threads)
            .c_str());
  }
}

TEST_F(TeamTest, LaunchesAtOnce) {
  // The pool is one for all programs of the process; who finds it taken goes
  // on alone.
  uw_program *program = loadFor("3"), *other = loadFor("3");
  ASSERT_TRUE(program && other);
  makeTensors(15, UW_HOST);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      alignas(16) float result[64];
      uw_tensor mine[2] = {tensors[0], tensors[1]};
      mine[1].data = result;
      uw_launch call = {};
      call.struct_size = sizeof(call);
      call.flags = UW_LAUNCH_ALLOCATE_WORKSPACE;
      call.tensors = mine;
      call.count = 2;
      for (int round = 0; round < 50; ++round) {
        std::fill(result, result + 64, -1.0f);
        if (uw_program_launch(i % 2 ? program : other, &call) != UW_OK)
          ++wrong;
        for (int at = 0; at < 60; ++at)
          wrong += result[at] != 2.0f * float(at);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(0, wrong);
}

/// Threads of this process.
int countThreads() {
  const auto all = std::filesystem::directory_iterator("/proc/self/task");
  return int(std::distance(begin(all), end(all)));
}

void expectExits(pid_t child) {
  int code = -1;
  ASSERT_EQ(child, waitpid(child, &code, 0));
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 0) << code;
}

TEST_F(TeamTest, AfterAFork) {
  uw_program *program = loadFor("3");
  ASSERT_TRUE(program);
  makeTensors(15, UW_HOST);
  EXPECT_EQ(UW_OK, launch(program));
  const pid_t child = fork();
  if (child == 0) {
    // The workers have stayed behind; the first launch starts others.
    y[59] = 0;
    const int before = countThreads();
    EXPECT_EQ(UW_OK, launch(program));
    expectDoubled(15);
    EXPECT_EQ(before + 2, countThreads());
    uw_program *another = loadFor("3");
    EXPECT_TRUE(another) << uw_last_error();
    uw_program_release(program);
    EXPECT_EQ(UW_OK, launch(another));
    _exit(HasFailure());
  }
  expectExits(child);
  EXPECT_EQ(UW_OK, launch(program));
  expectDoubled(15);
}

TEST_F(TeamTest, ForkDuringLaunchesAndLoads) {
  // Whatever another thread was doing, the child can load and launch.
  uw_program *program = loadFor("3");
  ASSERT_TRUE(program);
  makeTensors(15, UW_HOST);
  std::atomic<bool> stop{false};
  const Bytes bytes = writeBundle(teamTable(), doublingSections());
  std::thread busy([&] {
    alignas(16) float result[64];
    uw_tensor mine[2] = {tensors[0], tensors[1]};
    mine[1].data = result;
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.flags = UW_LAUNCH_ALLOCATE_WORKSPACE;
    call.tensors = mine;
    call.count = 2;
    while (!stop)
      uw_program_launch(program, &call);
  });
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      EXPECT_EQ(UW_OK, launch(program));
      expectDoubled(15);
      uw_program *own = loadFor("3");
      EXPECT_EQ(UW_OK, launch(own)) << uw_last_error();
      expectDoubled(15);
      uw_program_release(own);
      _exit(HasFailure());
    }
    expectExits(child);
  }
  stop = true;
  busy.join();
}

TEST(HostProcessorTest, ReadsFlags) {
  const std::string x86 = "processor\t: 0\nvmx flags\t: vnmi\n"
                          "flags\t\t: fpu lm pni sse4_1 avx2 bmi1 abm\n\n"
                          "processor\t: 1\nflags\t\t: fpu\n";
  const std::set<std::string> flags = rt::parseProcessorFlags(x86);
  EXPECT_EQ(7u, flags.size());
  using Names = std::vector<std::string>;
  EXPECT_EQ(Names(), rt::missingFeatures({"64bit", "x87", "sse3", "sse4.1",
                                          "avx2", "bmi", "lzcnt"},
                                         flags));
  EXPECT_EQ((Names{"bmi2", "avx512f"}),
            rt::missingFeatures({"bmi2", "avx2", "avx512f"}, flags));
  const std::set<std::string> arm =
      rt::parseProcessorFlags("Features\t: fp asimd sve2\n");
  EXPECT_EQ(Names(), rt::missingFeatures({"fp-armv8", "neon", "sve2"}, arm));
  EXPECT_TRUE(rt::parseProcessorFlags("model name : x\n").empty());
  const std::set<std::string> *own = nullptr;
  ASSERT_EQ(UW_OK, rt::processorFlags(own)) << rt::lastError();
  EXPECT_FALSE(own->empty());
}

TEST_F(HostTest, TensorsOnAnotherDevice) {
  uw_program *program = load(openFor({"sm_89"}), UW_HOST);
  makeTensors(2, UW_CUDA);
  EXPECT_EQ(UW_BAD_TENSOR, launch(program));
  expectError("the tensor is on CUDA device 0, the program was loaded on the "
              "host");
}

} // namespace
