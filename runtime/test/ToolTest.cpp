// upweave-run as a user sees it: output, files, exit codes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Npy.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace upweave;
using namespace upweave::test;

namespace {

struct Result {
  int code;
  std::string output; ///< standard output and error
};

Result run(const std::string &arguments, const std::string &driver,
           const std::string &before = "") {
  const std::string command = before + "UPWEAVE_CUDA_DRIVER=" + driver + " " +
                              UPWEAVE_TEST_RUN_TOOL + " " + arguments + " 2>&1";
  std::FILE *pipe = popen(command.c_str(), "r");
  Result result = {-1, ""};
  std::array<char, 4096> buffer;
  while (size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), got);
  result.code = WEXITSTATUS(pclose(pipe));
  return result;
}
Result onHost(const std::string &arguments) {
  return run(arguments, "/nonexistent");
}
Result onFake(const std::string &arguments) {
  return run(arguments, UPWEAVE_TEST_FAKE_DRIVER);
}

#define EXPECT_HAS(result, part)                                               \
  EXPECT_NE(std::string::npos, (result).output.find(part)) << (result).output

std::string bundlePath() {
  static const std::string path =
      writeTemporary("twice.upw", doublingBundle({"sm_89"}));
  return path;
}

TEST(RunTool, ChecksOnTheHost) {
  const Result result = onHost(bundlePath() + " --check --dim 5");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "running the host variant");
  EXPECT_HAS(result, "check y: passed, 20 of 20 elements");
  EXPECT_HAS(result, "(k = 8)");
}

TEST(RunTool, ChecksOnTheDevice) {
  const Result result = onFake(bundlePath() + " --check --bench --repeat 3");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "on Fake GPU (sm_89), image sm_89");
  EXPECT_HAS(result, "check y: passed, 8 of 8 elements");
  EXPECT_HAS(result, "median of 3");
  EXPECT_HAS(result, "byte floor");
  EXPECT_HAS(result, "double_5");
}

TEST(RunTool, PreparesWeights) {
  const std::string path = writeTemporary(
      "scale.upw", writeBundle(scalingTable({"sm_89"}), doublingSections()));
  Result result = onFake(path + " --prepare --bench --repeat 3");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "prepared 512 bytes of weights\n");
  EXPECT_HAS(result, "weights     prepared before");
  EXPECT_HAS(result, "scale_4");
  EXPECT_EQ(std::string::npos, result.output.find("triple_2")) << result.output;
  result = onFake(path + " --bench --repeat 3");
  EXPECT_HAS(result, "triple_2");
  EXPECT_EQ(std::string::npos, result.output.find("prepared before"));
  EXPECT_HAS(onFake(path + " --describe"),
             "the first 1 of 2 launches prepare 512 bytes");
  EXPECT_HAS(onFake(bundlePath() + " --prepare"),
             "prepared 0 bytes of weights: there is nothing to prepare");
}

TEST(RunTool, SamplesRows) {
  const Result result =
      onHost(bundlePath() + " --check --dim 1000 --samples 10 -q");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "check y: passed, 40 of 4000 elements");
}

TEST(RunTool, FilesInAndOut) {
  std::vector<float> x(12), doubled(12);
  for (int i = 0; i < 12; ++i)
    doubled[i] = 2 * (x[i] = float(i));
  const std::string in = writeTemporary("x.npy", {});
  const std::string out = writeTemporary("y.npy", {});
  const std::string expected = writeTemporary("expected.npy", {});
  check::writeNpy(in, bundle::DType::F32, {3, 4}, x.data());
  check::writeNpy(expected, bundle::DType::F32, {3, 4}, doubled.data());
  Result result = onHost("--in " + in + " --out y=" + out + " --expect " +
                         expected + " " + bundlePath());
  EXPECT_EQ(0, result.code) << result.output;
  EXPECT_HAS(result, "check y: passed, 12 of 12 elements against " + expected);
  EXPECT_EQ(bytesOf(doubled), check::readNpy(out, bundle::DType::F32).bytes);
  doubled[7] = 99;
  check::writeNpy(expected, bundle::DType::F32, {3, 4}, doubled.data());
  result = onHost(bundlePath() + " --in " + in + " --expect " + expected);
  EXPECT_EQ(1, result.code);
  EXPECT_HAS(result, "FAILED");
  EXPECT_HAS(result, "worst at [1, 3]: y = 14, ref = 99");
  check::writeNpy(in, bundle::DType::F32, {4, 3}, x.data());
  result = onHost(bundlePath() + " --in x=" + in);
  EXPECT_EQ(2, result.code);
  EXPECT_HAS(result, "has shape 4x3, input 'x' takes ?x4");
  result = onHost(bundlePath() + " --in z=" + in);
  EXPECT_EQ(2, result.code);
  EXPECT_HAS(result, "the entry has no input 'z'");
}

TEST(RunTool, OutputsAreWholeOrNotThere) {
  const std::string x = writeTemporary("whole_x.npy", {});
  const std::vector<float> values(100000, 1.0f);
  check::writeNpy(x, bundle::DType::F32, {25000, 4}, values.data());
  const std::string y = writeTemporary("whole_y.npy", {});
  const std::string arguments = bundlePath() + " -q --in " + x + " --out ";
  EXPECT_EQ(0, onHost(arguments + y).code);
  const auto whole = check::readNpy(y, bundle::DType::F32).bytes;
  // Room for the host variant, not for the output: the old one stays.
  Result result = run(arguments + y, "/nonexistent", "ulimit -f 300; ");
  EXPECT_EQ(2, result.code);
  EXPECT_HAS(result, "cannot write '" + y + "': File too large");
  EXPECT_EQ(whole, check::readNpy(y, bundle::DType::F32).bytes);
  result = onHost(arguments + "/dev/full");
  EXPECT_EQ(2, result.code);
  EXPECT_HAS(result, "cannot write '/dev/full': No space left on device");
  EXPECT_EQ(0, onHost(arguments + "/dev/null").code);
  result = onHost(bundlePath() + " -q --describe >/dev/full");
  EXPECT_EQ(2, result.code);
}

TEST(RunTool, NothingThatIsReadIsOverwritten) {
  const std::string x = writeTemporary("read.npy", {});
  const std::vector<float> values(4, 1.0f);
  check::writeNpy(x, bundle::DType::F32, {1, 4}, values.data());
  const std::string link = x + ".link";
  std::remove(link.c_str());
  ASSERT_EQ(0, symlink(x.c_str(), link.c_str()));
  const std::string bundle = bundlePath();
  const std::string in = bundle + " -q --in " + x;
  for (const std::string &out : {x, link}) {
    const Result result = onHost(in + " --out " + out);
    EXPECT_EQ(2, result.code);
    EXPECT_HAS(result, "--out '" + out + "' would overwrite '" + x + "'");
  }
  EXPECT_HAS(onHost(in + " --out " + bundle), "would overwrite '" + bundle);
  EXPECT_HAS(onHost(in + " --out " + x + "1 --out " + x + "1"),
             "two outputs go to");
}

TEST(RunTool, NamesCannotSpeakToTheTerminal) {
  bundle::BundleT table = doublingTable({});
  table.entries[0]->name = "\x1b]0;title\x07twice";
  table.entries[0]->args[1]->name = "y\x1b[2J\n";
  const std::string path = writeTemporary(
      "escapes.upw", writeBundle(std::move(table), doublingSections()));
  for (const char *options : {" --check", " --describe", " --entry none",
                              " --out y=/nonexistent/y", " --bench"}) {
    const Result result = onHost(path + options);
    EXPECT_EQ(std::string::npos, result.output.find('\x1b')) << options;
  }
  EXPECT_HAS(onHost(path + " --check"), "entry \\x1b]0;title\\x07twice on");
  EXPECT_HAS(onHost(path + " --check"), "check y\\x1b[2J\\x0a: passed");
}

TEST(RunTool, WrongResultsFail) {
  // The meaning says 2 x; these constants make the host variant compute 3 x.
  std::vector<Bytes> sections = doublingSections();
  sections[2] = bytesOf(std::vector<float>{3, 3});
  const std::string path =
      writeTemporary("thrice.upw", writeBundle(doublingTable({}), sections));
  const Result result = onHost(path + " --check");
  EXPECT_EQ(1, result.code);
  EXPECT_HAS(result, "check y: FAILED");
  EXPECT_HAS(result, "8 elements are outside the bound");
}

TEST(RunTool, MaxErrorIsALimitOfItsOwn) {
  std::vector<Bytes> sections = doublingSections();
  const float nearlyTwo = 2 * (1 + std::ldexp(1.0f, -20));
  sections[2] = bytesOf(std::vector<float>{nearlyTwo, nearlyTwo});
  bundle::BundleT table = doublingTable({});
  const std::string path =
      writeTemporary("nearly.upw", writeBundle(std::move(table), sections));
  const Result strict = onHost(path + " --check --max-error 1e-7");
  EXPECT_EQ(1, strict.code);
  EXPECT_HAS(strict, "FAILED, max |y-ref| / max |ref| is above "
                     "--max-error=1e-07");
  const Result exact =
      onHost(writeTemporary("twice.upw", writeBundle(doublingTable({}),
                                                     doublingSections())) +
             " --check --max-error 1e-7");
  EXPECT_EQ(0, exact.code);
  const Result alone = onHost(path + " --max-error 1e-7");
  EXPECT_NE(0, alone.code);
  EXPECT_HAS(alone, "--max-error requires --check");
}

TEST(RunTool, UnwrittenElementsFail) {
  bundle::BundleT table = doublingTable({"sm_89"});
  // The kernel is told of half the elements.
  auto &elements = table.entries[0]->lists[0]->launches[0]->args[2]->value;
  elements = binary(bundle::ExprOp::Mul, dim(0, 0), constant(2));
  const std::string path = writeTemporary(
      "half.upw", writeBundle(std::move(table), doublingSections()));
  const Result result = onFake(path + " --check");
  EXPECT_EQ(1, result.code);
  EXPECT_HAS(result, "check y: FAILED, 4 of 8 elements were not written");
}

TEST(RunTool, OpaqueMeaningNeedsExpect) {
  bundle::BundleT table = doublingTable({});
  auto &program =
      table.entries[0]->meaning->steps[0]->op.AsBlockStep()->program;
  program->ops[0]->opcode = bundle::Opcode::Opaque;
  program->ops[0]->name = "math.mystery";
  const std::string path = writeTemporary(
      "opaque.upw", writeBundle(std::move(table), doublingSections()));
  Result result = onHost(path + " --check");
  EXPECT_EQ(1, result.code);
  EXPECT_HAS(result, "cannot evaluate 'math.mystery': compare with --expect");
  const std::string y = writeTemporary("opaque.npy", {});
  EXPECT_EQ(0, onHost(path + " --out " + y).code);
  result = onHost(path + " --check --expect " + y);
  EXPECT_EQ(0, result.code) << result.output;
  EXPECT_HAS(result, "the float64 reference does not cover this entry");
}

TEST(RunTool, ExitCodes) {
  EXPECT_EQ(0, onHost("--help").code);
  EXPECT_EQ(0, onHost("--version").code);
  EXPECT_EQ(2, onHost("").code);
  EXPECT_EQ(2, onHost("/nonexistent.upw").code);
  EXPECT_EQ(2, onHost(bundlePath() + " --entry other").code);
  EXPECT_EQ(2, onHost(bundlePath() + " --dim x").code);
  const Result unknown = onHost(bundlePath() + " --dim other=3");
  EXPECT_EQ(2, unknown.code);
  EXPECT_HAS(unknown, "no dynamic dimension has that name");
  EXPECT_EQ(3, onHost(bundlePath() + " --device gpu").code);
  EXPECT_EQ(3, onFake(bundlePath() + " --image sm_90").code);
  const Result truncated = onHost(writeTemporary("cut.upw", Bytes(100, 'U')));
  EXPECT_EQ(2, truncated.code);
  EXPECT_HAS(truncated, "cut.upw': not an Upweave bundle");
  bundle::BundleT table = doublingTable({"sm_89"});
  table.entries[0]->host.reset();
  const std::string path = writeTemporary(
      "gpu.upw", writeBundle(std::move(table), doublingSections()));
  const Result noHost = onHost(path);
  EXPECT_EQ(3, noHost.code);
  EXPECT_HAS(noHost, "cannot open the CUDA driver");
  EXPECT_HAS(noHost, "has no host variant");
}

TEST(RunTool, Describe) {
  Result result = onHost(bundlePath() + " --describe");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "entry twice");
  EXPECT_HAS(result, "meaning: 1 steps over 2 tensors");
  result = onHost(bundlePath() + " --describe=json");
  EXPECT_EQ(0, result.code);
  EXPECT_HAS(result, "\"workspace_bytes\": \"((args[0].shape[0] * 4) + 256)\"");
  EXPECT_EQ(2, onHost(bundlePath() + " --describe=xml").code);
}

} // namespace
