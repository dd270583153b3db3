// Timing: the launch, its kernels, and the byte floor measured in the same run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Run.h"

#include "upweave/files/TerminalText.h"

#include <algorithm>

namespace upweave {
namespace run {

using namespace rt;

namespace {
constexpr double kWarmUpMs = 200, kTimedMs = 1000;
constexpr int kMinRepeats = 10, kMaxRepeats = 200, kKernelRepeats = 20;

struct Spread {
  double median, least, most;
  int count;
};

Spread spreadOf(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times.front(), times.back(),
          int(times.size())};
}

/// Warms up, then times `work` for about a second, or `repeat` times.
Spread measure(Backend &backend, int repeat, const char *task, bool quiet,
               const std::function<void()> &work) {
  double warm = 0, last = 0;
  for (int i = 0; i < 3 || (warm < kWarmUpMs && i < kMaxRepeats); ++i) {
    last = backend.time(work);
    warm += last;
    if (last > kTimedMs)
      break; // slow enough not to need warming up
  }
  if (repeat == 0)
    repeat = std::clamp(int(kTimedMs / std::max(last, 1e-3)),
                        last > kTimedMs ? 3 : kMinRepeats, kMaxRepeats);
  check::Progress progress(task, quiet);
  std::vector<double> times;
  for (int i = 0; i < repeat; ++i) {
    times.push_back(backend.time(work));
    progress.update(double(i) / repeat);
  }
  return spreadOf(std::move(times));
}

/// Bytes per millisecond that a copy reads and writes.
double copyBandwidth(Backend &backend, size_t compulsory, bool quiet) {
  constexpr size_t kLeast = size_t(256) << 20, kMost = size_t(1) << 30;
  const size_t bytes = std::min(std::clamp(compulsory / 2, kLeast, kMost),
                                backend.available() / 4);
  Buffer from(backend, bytes), to(backend, bytes);
  backend.fill(from.data(), 0, bytes);
  backend.fill(to.data(), 0, bytes);
  const Spread time = measure(backend, 20, "measuring a copy", quiet, [&] {
    backend.copy(to.data(), from.data(), bytes);
  });
  return 2.0 * double(bytes) / time.median;
}

/// Times each kernel by itself: the device is idle before and after.
class KernelTimer final : public LaunchObserver {
public:
  KernelTimer(const Driver &driver, cu::Stream stream, size_t launches)
      : driver(driver), stream(stream), times(launches) {
    require(driver.check(driver.eventCreate(&start, cu::kEventDefault),
                         "cuEventCreate"));
    require(driver.check(driver.eventCreate(&stop, cu::kEventDefault),
                         "cuEventCreate"));
  }
  ~KernelTimer() override {
    driver.eventDestroy(start);
    driver.eventDestroy(stop);
  }
  void before(uint32_t) override { driver.eventRecord(start, stream); }
  void after(uint32_t launch) override {
    driver.eventRecord(stop, stream);
    float milliseconds = 0;
    if (driver.eventSynchronize(stop) == cu::kSuccess &&
        driver.eventElapsedTime(&milliseconds, start, stop) == cu::kSuccess)
      times[launch].push_back(milliseconds);
  }
  const std::vector<double> &of(size_t launch) const { return times[launch]; }

private:
  const Driver &driver;
  cu::Stream stream;
  cu::Event start = nullptr, stop = nullptr;
  std::vector<std::vector<double>> times;
};

void benchKernels(Runner &runner) {
  const bundle::LaunchList *list = runner.program().list();
  if (!list || length(list->launches()) == 0)
    return;
  const Driver *driver = nullptr;
  require(Driver::get(driver));
  KernelTimer timer(*driver, runner.backend().stream(),
                    length(list->launches()));
  for (int i = 0; i < kKernelRepeats; ++i)
    runner.enqueue(&timer);
  runner.backend().synchronize();
  fmt::print("  kernels (each timed alone, median of {})\n", kKernelRepeats);
  for (uint32_t i = 0; i < length(list->launches()); ++i) {
    if (i < list->preparing() && runner.isPrepared())
      continue;
    const auto *kernel = runner.file().table().kernels()->Get(
        list->launches()->Get(i)->kernel());
    const std::string name = files::printableName(text(kernel->symbol()));
    if (timer.of(i).empty())
      fmt::print("    {:40} not launched: its grid is empty\n", name);
    else
      fmt::print("    {:40} {:10.4f} ms\n", name, spreadOf(timer.of(i)).median);
  }
}
} // namespace

void benchmark(Runner &runner, const Options &options) {
  Backend &backend = runner.backend();
  size_t compulsory = 0;
  for (const Argument &arg : runner.arguments())
    compulsory += size_t(arg.count) * dtypeBytes(arg.dtype);
  const Spread time = measure(backend, options.repeat, "measuring",
                              options.quiet, [&] { runner.enqueue(); });
  const double bandwidth = copyBandwidth(backend, compulsory, options.quiet);
  const double floor = double(compulsory) / bandwidth;
  fmt::print("bench {} on {}, image {}\n",
             files::printableName(text(runner.entry().name())), backend.name(),
             runner.program().imageName());
  if (runner.isPrepared())
    fmt::print("  weights     prepared before\n");
  fmt::print("  launch      {:10.4f} ms  (median of {}, {:.4f} to {:.4f})\n",
             time.median, time.count, time.least, time.most);
  fmt::print(
      "  byte floor  {:10.4f} ms  ({:.1f} MB of arguments at {:.0f} GB/s, "
      "a copy in this run)\n",
      floor, double(compulsory) / 1e6, bandwidth / 1e6);
  fmt::print("  ratio       {:10.2f}     (launch over floor)\n",
             floor > 0 ? time.median / floor : 0);
  benchKernels(runner);
}

} // namespace run
} // namespace upweave
