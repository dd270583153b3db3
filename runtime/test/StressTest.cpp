// Threads that load, launch on streams of their own, fail and release at once,
// while the process forks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fixture.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Children of a process with threads start threads, as the runtime does.
extern "C" const char *__tsan_default_options() { return "die_after_fork=0"; }

using namespace upweave::test;

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds to run; by hand, hours.
double seconds() {
  const char *text = std::getenv("UPWEAVE_STRESS_SECONDS");
  return text ? std::atof(text) : 4;
}

/// What went wrong, from any thread.
class Findings {
public:
  void expect(bool holds, const char *what, const std::string &detail) {
    if (holds)
      return;
    std::lock_guard<std::mutex> lock(mutex);
    if (texts.size() < 10)
      texts.push_back(what + (": " + detail));
  }
  std::vector<std::string> texts;

private:
  std::mutex mutex;
};

struct Case {
  uw_device_kind kind;
  int count; ///< of arguments: 2 for y = 2 x, 3 for y = 3 w x
  Bytes bytes;
  uw_bundle *shared = nullptr;
};

/// A thread's tensors, stream and random choices.
class Worker {
public:
  Worker(Findings &findings, unsigned seed) : findings(findings), random(seed) {
    for (int i = 0; i < 64; ++i)
      x[i] = float(i);
  }

  /// Loads, launches a few times and releases.
  void round(const Case &item) {
    uw_bundle *own = nullptr;
    if (random() % 4 == 0)
      findings.expect(uw_bundle_load_memory(item.bytes.data(),
                                            item.bytes.size(), &own) == UW_OK,
                      "a bundle does not load", uw_last_error());
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = item.kind;
    uw_program *program = nullptr;
    const uw_status status =
        uw_program_load(own ? own : item.shared, nullptr, &options, &program);
    findings.expect(status == UW_OK, "a program does not load",
                    uw_last_error());
    if (own)
      uw_bundle_release(own);
    for (int i = random() % 4; program && i >= 0; --i)
      launch(item, program);
    uw_program_release(program);
  }

private:
  void launch(const Case &item, uw_program *program) {
    int64_t shape[2] = {int64_t(random() % 15) + 1, 4}, four[1] = {4};
    uw_tensor tensors[3] = {};
    for (int i = 0; i < item.count; ++i) {
      const bool isWeight = item.count == 3 && i == 1;
      tensors[i].data = isWeight ? w : i == 0 ? x : y;
      tensors[i].shape = isWeight ? four : shape;
      tensors[i].rank = isWeight ? 1 : 2;
      tensors[i].dtype = UW_F32;
      tensors[i].device_kind = item.kind;
    }
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.tensors = tensors;
    call.count = item.count;
    call.stream = this;
    if (random() % 2) {
      call.flags = UW_LAUNCH_ALLOCATE_WORKSPACE;
    } else {
      call.workspace = workspace;
      call.workspace_bytes = sizeof(workspace);
    }
    std::fill(y, y + 64, -1.0f);
    findings.expect(uw_program_launch(program, &call) == UW_OK,
                    "a launch fails", uw_last_error());
    bool right = y[4 * shape[0]] == -1;
    for (int i = 0; i < 4 * shape[0]; ++i)
      right &= y[i] == x[i] * (item.count == 3 ? 3 * w[i % 4] : 2);
    findings.expect(right, "a result is wrong", "");
    tensors[0].dtype = UW_I8 + random() % 2;
    const bool refused = uw_program_launch(program, &call) == UW_BAD_TENSOR;
    findings.expect(refused &&
                        std::strstr(uw_last_error(), tensors[0].dtype == UW_I8
                                                         ? "dtype is i8"
                                                         : "dtype is i16"),
                    "a launch is not refused with its text", uw_last_error());
  }

  Findings &findings;
  std::minstd_rand random;
  alignas(256) float x[64], y[65], w[4] = {1, 2, 3, 4};
  alignas(256) char workspace[4096];
};

/// The child of a fork: the host works, the device says why it does not.
int runChild(const std::vector<Case> &cases) {
  alarm(60);
  Findings findings;
  Worker worker(findings, 1);
  for (const Case &item : cases) {
    if (item.kind == UW_HOST) {
      worker.round(item);
      continue;
    }
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = UW_CUDA;
    uw_program *program = nullptr;
    findings.expect(
        uw_program_load(item.shared, nullptr, &options, &program) ==
                UW_NO_DRIVER &&
            std::strstr(uw_last_error(), "then forked this process"),
        "a child does not say why it cannot load", uw_last_error());
  }
  for (const std::string &text : findings.texts)
    std::fprintf(stderr, "in a child: %s\n", text.c_str());
  return findings.texts.empty() && fake().callsBehindFork == 0 ? 0 : 1;
}

TEST(StressTest, ThreadsStreamsLoadsForks) {
  setenv("UPWEAVE_NUM_THREADS", "3", 1);
  fake() = FakeState();
  std::vector<Case> cases;
  cases.push_back({UW_CUDA, 2, doublingBundle({"sm_89"})});
  cases.push_back(
      {UW_CUDA, 3, writeBundle(scalingTable({"sm_89"}), doublingSections())});
  cases.push_back({UW_HOST, 2, doublingBundle({})});
  cases.push_back({UW_HOST, 2, writeBundle(teamTable(), doublingSections())});
  for (Case &item : cases)
    ASSERT_EQ(UW_OK, uw_bundle_load_memory(item.bytes.data(), item.bytes.size(),
                                           &item.shared));
  Findings findings;
  // So that every child is one of a process that has used the device.
  Worker(findings, 0).round(cases[0]);
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(seconds()));
  std::atomic<long> rounds{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      Worker worker(findings, t + 2);
      for (unsigned i = t; Clock::now() < end; ++i, ++rounds)
        worker.round(cases[i % cases.size()]);
    });
  int forks = 0;
  for (; Clock::now() < end; ++forks) {
    const pid_t child = fork();
    if (child == 0)
      _exit(runChild(cases));
    if (child < 0) {
      // After some seconds under the thread sanitizer the system finds the
      // process too large to copy. Threads go on without forks.
      findings.expect(errno == ENOMEM, "no fork", std::strerror(errno));
      break;
    }
    int code = -1;
    EXPECT_EQ(child, waitpid(child, &code, 0));
    findings.expect(WIFEXITED(code) && WEXITSTATUS(code) == 0, "a child failed",
                    std::to_string(code));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (std::thread &thread : threads)
    thread.join();
  for (Case &item : cases)
    uw_bundle_release(item.shared);
  for (const std::string &text : findings.texts)
    ADD_FAILURE() << text;
  EXPECT_EQ(0, fake().live() + fake().reclaimed);
  EXPECT_GT(rounds, 10);
  EXPECT_GT(forks, 1);
  std::printf("%ld loads, %d forks\n", rounds.load(), forks);
}

} // namespace
