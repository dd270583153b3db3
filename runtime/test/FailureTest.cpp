// Each driver call and each allocation of a program's life fails once: every
// call succeeds or says why, nothing leaks, and the next run is right.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Faults.h"
#include "Fixture.h"

#include <functional>
#include <pthread.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace upweave;
using namespace upweave::test;

namespace {

/// What happened in one run. Allocates nothing: the test's own allocations
/// would be failed like the runtime's.
struct Outcome {
  int failures = 0;
  const char *wrong = nullptr; ///< what must not happen, if it did
  char text[1024] = {};        ///< of the last failure

  void expect(bool holds, const char *what) {
    if (!holds && !wrong)
      wrong = what;
  }
  /// True for success; a failure must say something.
  bool succeeds(uw_status status) {
    if (status == UW_OK)
      return true;
    ++failures;
    std::strncpy(text, uw_last_error(), sizeof(text) - 1);
    expect(std::strlen(text) > 10, "a failure without a text");
    expect(status != UW_INTERNAL, "an internal error");
    return false;
  }
};

/// Memory of a run, outside of the heap that is counted.
struct Data {
  alignas(256) float x[64], y[64], w[4];
  alignas(256) char workspace[8192], prepared[512];
  int64_t shape[2] = {15, 4}, four[1] = {4};
};
Data data;

uw_tensor tensor(float *at, uw_device_kind kind) {
  uw_tensor result = {};
  result.data = at;
  result.shape = at == data.w ? data.four : data.shape;
  result.rank = at == data.w ? 1 : 2;
  result.dtype = UW_F32;
  result.device_kind = kind;
  return result;
}

/// Loads a bundle's program and launches it. `arguments` are two (y = 2 x), or
/// three with weights (y = 3 w x).
class Life {
public:
  Life(Outcome &outcome, uw_device_kind kind, int count)
      : outcome(outcome), kind(kind), count(count) {
    for (int i = 0; i < 64; ++i)
      data.x[i] = float(i);
    for (int i = 0; i < 4; ++i)
      data.w[i] = float(i + 1);
    tensors[0] = tensor(data.x, kind);
    tensors[1] = tensor(data.w, kind);
    tensors[count - 1] = tensor(data.y, kind);
  }

  void run(const Bytes &bytes) {
    uw_bundle *bundle = nullptr;
    if (!outcome.succeeds(
            uw_bundle_load_memory(bytes.data(), bytes.size(), &bundle)))
      return;
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = kind;
    uw_program *program = nullptr;
    if (outcome.succeeds(uw_program_load(bundle, nullptr, &options, &program)))
      launchAll(program);
    const char *manifest = uw_bundle_manifest(bundle);
    outcome.succeeds(manifest ? UW_OK : UW_OUT_OF_MEMORY);
    uw_bundle_release(bundle);
    uw_program_release(program);
  }

private:
  void launchAll(uw_program *program) {
    uint64_t bytes = 0;
    outcome.succeeds(
        uw_program_workspace_size(program, tensors, count, &bytes));
    uw_prepare prepare = {};
    prepare.struct_size = sizeof(prepare);
    prepare.tensors = tensors;
    prepare.count = count;
    prepare.prepared = data.prepared;
    prepare.prepared_bytes = sizeof(data.prepared);
    const bool prepared =
        outcome.succeeds(uw_program_prepare(program, &prepare));
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.tensors = tensors;
    call.count = count;
    call.workspace = data.workspace;
    call.workspace_bytes = sizeof(data.workspace);
    launch(program, call);
    if (prepared) {
      call.prepared = data.prepared;
      call.prepared_bytes = sizeof(data.prepared);
      launch(program, call);
      call.prepared = nullptr;
    }
    call.workspace = nullptr;
    call.flags = UW_LAUNCH_ALLOCATE_WORKSPACE;
    launch(program, call);
    // A refusal has a text to make.
    tensors[0].dtype = UW_I8;
    outcome.expect(!outcome.succeeds(uw_program_launch(program, &call)),
                   "a tensor of another type was taken");
    tensors[0].dtype = UW_F32;
    --outcome.failures;
  }

  void launch(uw_program *program, const uw_launch &call) {
    std::fill(data.y, data.y + 64, -1.0f);
    if (!outcome.succeeds(uw_program_launch(program, &call)))
      return;
    bool right = data.y[60] == -1;
    for (int i = 0; i < 60; ++i)
      right &= data.y[i] == data.x[i] * (count == 3 ? 3 * data.w[i % 4] : 2);
    outcome.expect(right, "a launch that succeeded has a wrong result");
  }

  Outcome &outcome;
  const uw_device_kind kind;
  const int count;
  uw_tensor tensors[3];
};

struct Scenario {
  const char *name;
  uw_device_kind kind;
  int count;
  Bytes bytes;

  Outcome run() const {
    Outcome outcome;
    Life(outcome, kind, count).run(bytes);
    return outcome;
  }
};

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  all.push_back({"device", UW_CUDA, 2, doublingBundle({"sm_89"})});
  all.push_back({"device, prepared", UW_CUDA, 3,
                 writeBundle(scalingTable({"sm_89"}), doublingSections())});
  all.push_back({"host", UW_HOST, 2, doublingBundle({})});
  all.push_back({"host, a team", UW_HOST, 2,
                 writeBundle(teamTable(), doublingSections())});
  return all;
}

/// Replaces the thread's error texts, the runtime's and the loader's, by such
/// as take no memory, or always the same.
void forgetError() {
  EXPECT_EQ(nullptr, dlopen("/nonexistent/library.so", RTLD_NOW));
  EXPECT_NE(nullptr, dlerror());
  EXPECT_EQ(nullptr, dlerror());
  failAllocation(1, /*on=*/true);
  uw_program_prepared_size(nullptr, nullptr);
  failAllocation(0);
}

class FailureTest : public ::testing::Test {
protected:
  void SetUp() override {
    setenv("UPWEAVE_NUM_THREADS", "3", 1);
    fake() = FakeState();
  }
  void TearDown() override {
    failAllocation(0);
    failThread(0);
    unsetenv("UPWEAVE_NUM_THREADS");
  }

  /// A run without faults.
  static void expectClean(const Scenario &scenario, const std::string &after) {
    fake() = FakeState();
    const Outcome outcome = scenario.run();
    EXPECT_EQ(nullptr, outcome.wrong) << outcome.wrong << after;
    EXPECT_EQ(0, outcome.failures) << outcome.text << after;
    EXPECT_EQ(0, fake().live() + fake().reclaimed) << after;
  }

  /// Runs with the n-th of something failing, n = 1, 2, ..., until nothing
  /// fails. `arm` takes n, `disarm` gives what failed.
  static void sweep(const Scenario &scenario, const char *what,
                    const std::function<void(int)> &arm,
                    const std::function<int()> &disarm) {
    // What the C library, the pool and the driver keep for good.
    for (int i = 0; i < 3; ++i)
      expectClean(scenario, " before");
    forgetError();
    const long baseline = allocationsLive();
    for (int n = 1;; ++n) {
      ASSERT_LT(n, 20000) << "the run does not end";
      fake() = FakeState();
      arm(n);
      const Outcome outcome = scenario.run();
      const int failed = disarm();
      forgetError();
      const long live = allocationsLive();
      // What cannot be entered cannot be emptied, but ends with all in it.
      const int objects =
          fake().live() + (fake().failedPushes ? 0 : fake().reclaimed);
      const std::string where = std::string(" (") + scenario.name + ", " +
                                what + " " + std::to_string(n) + ", '" +
                                outcome.text + "')";
      EXPECT_EQ(nullptr, outcome.wrong) << outcome.wrong << where;
      EXPECT_EQ(0, objects) << "objects of the driver leak" << where;
      expectClean(scenario, where);
      forgetError();
      EXPECT_LE(live, baseline) << "memory leaks" << where;
      if (HasFailure() || failed == 0) {
        EXPECT_GT(n, 10) << "nothing was made to fail";
        break;
      }
    }
  }
};

// The first test: the driver is opened once in a process, so each n has a
// child.
TEST_F(FailureTest, OpeningTheDriver) {
  const Bytes bytes = doublingBundle({"sm_89"});
  const Scenario scenario = {"first", UW_CUDA, 2, bytes};
  bool ended = false;
  for (int n = 1; !ended; ++n)
    for (bool ofDriver : {true, false}) {
      const pid_t child = fork();
      if (child == 0) {
        alarm(60);
        fake().failAt = ofDriver ? n : 0;
        failAllocation(ofDriver ? 0 : n);
        const Outcome failing = scenario.run();
        const bool failed = fake().failures || allocationsFailed();
        failAllocation(0);
        fake() = FakeState();
        const Outcome clean = scenario.run();
        const bool fine = !failing.wrong && !clean.wrong && !clean.failures &&
                          fake().live() + fake().reclaimed == 0;
        if (!fine)
          std::fprintf(stderr, "%d: '%s' '%s' %s %s\n", n, failing.text,
                       clean.text, failing.wrong, clean.wrong);
        _exit(!fine ? 1 : failed ? 0 : 2);
      }
      int code = -1;
      ASSERT_EQ(child, waitpid(child, &code, 0));
      ASSERT_TRUE(WIFEXITED(code)) << n << ": signal " << WTERMSIG(code);
      ASSERT_TRUE(WEXITSTATUS(code) == 0 || WEXITSTATUS(code) == 2)
          << n << ": status " << WEXITSTATUS(code);
      ended = !ofDriver && WEXITSTATUS(code) == 2;
    }
}

TEST_F(FailureTest, EachDriverCall) {
  for (const Scenario &scenario : scenarios())
    for (bool on : {false, true})
      if (scenario.kind == UW_CUDA)
        sweep(
            scenario, on ? "from driver call" : "driver call",
            [&](int n) {
              fake().failAt = n;
              fake().failOn = on;
            },
            [] { return fake().failures; });
}

TEST_F(FailureTest, EachAllocation) {
  for (const Scenario &scenario : scenarios())
    sweep(
        scenario, "allocation", [](int n) { failAllocation(n); },
        [] {
          const int failed = allocationsFailed();
          failAllocation(0);
          return failed;
        });
}

TEST_F(FailureTest, MemoryGone) {
  for (const Scenario &scenario : scenarios())
    sweep(
        scenario, "from allocation", [](int n) { failAllocation(n, true); },
        [] {
          const int failed = allocationsFailed();
          failAllocation(0);
          return failed;
        });
}

#ifndef UPWEAVE_TEST_SANITIZED
TEST_F(FailureTest, EachThread) {
  const Scenario team = scenarios().back();
  for (int n : {1, 2}) {
    failThread(n);
    Outcome outcome = team.run();
    EXPECT_EQ(0, outcome.failures) << outcome.text;
    EXPECT_EQ(nullptr, outcome.wrong) << outcome.wrong;
    failThread(0);
    expectClean(team, " after too few threads");
  }
}
#endif

TEST_F(FailureTest, LaunchesDoNotAllocate) {
  for (const Scenario &scenario : scenarios()) {
    uw_bundle *bundle = nullptr;
    ASSERT_EQ(UW_OK, uw_bundle_load_memory(scenario.bytes.data(),
                                           scenario.bytes.size(), &bundle));
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = scenario.kind;
    uw_program *program = nullptr;
    ASSERT_EQ(UW_OK, uw_program_load(bundle, nullptr, &options, &program));
    uw_tensor tensors[3] = {tensor(data.x, scenario.kind),
                            tensor(data.w, scenario.kind),
                            tensor(data.y, scenario.kind)};
    tensors[scenario.count - 1] = tensors[2];
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.tensors = tensors;
    call.count = scenario.count;
    call.workspace = data.workspace;
    call.workspace_bytes = sizeof(data.workspace);
    // The first one on the host starts threads.
    ASSERT_EQ(UW_OK, uw_program_launch(program, &call)) << uw_last_error();
    failAllocation(0);
    EXPECT_EQ(UW_OK, uw_program_launch(program, &call)) << uw_last_error();
    EXPECT_EQ(0, allocationsAsked()) << scenario.name;
    uw_program_release(program);
    uw_bundle_release(bundle);
  }
}

TEST_F(FailureTest, TextWithoutMemory) {
  failAllocation(1, true);
  const uw_status status = uw_program_launch(nullptr, nullptr);
  failAllocation(0);
  EXPECT_EQ(UW_OUT_OF_MEMORY, status);
  EXPECT_STREQ("memory ran out during this call: free some, then call again",
               uw_last_error());
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_program_launch(nullptr, nullptr));
  EXPECT_STREQ("uw_program_launch: program is null, it must not be",
               uw_last_error());
}

/// Fails and asks why while its thread ends.
struct LateCaller {
  bool *fine;
  ~LateCaller() {
    *fine = uw_program_launch(nullptr, nullptr) == UW_INVALID_ARGUMENT &&
            std::strstr(uw_last_error(), "program is null");
  }
};

TEST_F(FailureTest, CallsWhileAThreadEnds) {
  bool early = false, late = false;
  for (int i = 0; i < 3; ++i) {
    std::thread([&] {
      static thread_local LateCaller caller{&early};
      (void)caller;
      uw_program_launch(nullptr, nullptr);
    }).join();
    EXPECT_TRUE(early);
  }
  // Values of keys are destroyed after thread_local objects.
  static pthread_key_t key;
  ASSERT_EQ(0, pthread_key_create(&key, [](void *to) {
              LateCaller caller{static_cast<bool *>(to)};
              (void)caller;
            }));
  const long before = allocationsLive();
  for (int i = 0; i < 10; ++i)
    std::thread([&] {
      pthread_setspecific(key, &late);
      uw_program_launch(nullptr, nullptr);
    }).join();
  EXPECT_TRUE(late);
  EXPECT_LE(allocationsLive(), before + 4) << "texts of ended threads stay";
  pthread_key_delete(key);
}

} // namespace
