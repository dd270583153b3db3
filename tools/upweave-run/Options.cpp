// Command line and help text of upweave-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Options.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace upweave {
namespace run {

namespace {
constexpr const char *kDescription = "Loads an Upweave bundle, checks it, and "
                                     "runs one of its entries on a CUDA\n"
                                     "device or on the host. Inputs come from "
                                     ".npy files or are random; results\n"
                                     "can be written to .npy files, checked "
                                     "against a float64 interpreter of what\n"
                                     "the bundle says it computes, and timed.";

constexpr const char *kFooter = R"(
Data
  .npy files hold C-ordered arrays of the argument's dtype and shape; bf16, which
  NumPy lacks, as its bits in '<u2'. Inputs that no --in names are random and
  depend on --seed alone: floats near normal with deviation 1, integers in
  [-8, 8]. Output memory and workspace are filled with 0xFF bytes before the
  launch. A file of --out is written as a whole or stays what it was; fifos and
  devices are written to as they are. --out names no file that is read.

The check
  --check compares |y - ref| <= k e + half an ulp of the output's dtype, element
  by element, where e is the first-order error that correct arithmetic of the
  recorded precision may make. It prints the largest ratio of the two sides, the
  usual max and norm errors, and the share of elements where k e is above a
  tenth of max |ref| (there the check says little). NaN and Inf must agree in
  place. Every output element must have been written. Large outputs are checked
  on rows chosen by --seed, see --samples. What the reference cannot compute is
  an error that names it; --expect compares with a file instead.

Measurements
  --bench prints the median, minimum and maximum over repeated launches, the
  median of each kernel, and beside them the byte floor: the bytes of all
  arguments over the bandwidth of a device-to-device copy in the same run.
  Each launch packs the weights again, unless --prepare does it once, as a
  program that keeps its weights would.

Exit status
  0 success    1 the check failed    2 usage or input error    3 no device

Examples
  upweave-run kb34.upw --check                 random inputs, GPU or host
  upweave-run kb34.upw --device gpu --bench    timing
  upweave-run net.upw --dim 8 --in x=x.npy --out y.npy
  upweave-run net.upw --image ptx:sm_89 --check --samples 1000
  upweave-run net.upw --describe=json
)";

CLI::Validator positive() {
  return CLI::Validator(
      [](std::string &text) {
        const bool digits =
            !text.empty() &&
            text.find_first_not_of("0123456789") == std::string::npos;
        return digits && text.size() < 19 ? std::string()
                                          : "'" + text + "' is not a count";
      },
      "N");
}

std::vector<FileArgument> split(const std::vector<std::string> &texts) {
  std::vector<FileArgument> result;
  for (const std::string &text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos)
      result.push_back({"", text});
    else
      result.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return result;
}
} // namespace

bool parseOptions(int argc, char **argv, Options &options, int &exitCode) {
  CLI::App app(kDescription, "upweave-run");
  app.footer(kFooter);
  app.get_formatter()->column_width(28);
  app.set_version_flag("--version", "upweave-run 0.1.0");
  std::vector<std::string> in, out, expect;
  std::string describe;
  app.add_option("BUNDLE", options.bundle, "The bundle file, NAME.upw")
      ->required();
  app.add_option("--entry", options.entry,
                 "Entry to run; needed when the bundle has several");
  app.add_option("--device", options.device,
                 "auto, gpu or host; auto is the GPU where one fits")
      ->check(CLI::IsMember({"auto", "gpu", "host"}));
  app.add_option("--gpu", options.gpu, "Number of the CUDA device")
      ->check(positive());
  app.add_option("--image", options.image,
                 "Insist on an image: sm_90, ptx:sm_89 or host");
  app.add_option("--in", in,
                 "[ARG=]FILE.npy: an input; ARG is its name or number, without "
                 "it files fill the inputs in order")
      ->allow_extra_args(false);
  app.add_option("--out", out, "[ARG=]FILE.npy: where to write an output")
      ->allow_extra_args(false);
  app.add_option("--dim", options.dims,
                 "N or NAME=N: size of the dynamic dimensions (default 2)")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed,
                 "Seed of random inputs and sampled rows (default 1)");
  app.add_flag("--check", options.check,
               "Compare the outputs with the float64 reference");
  app.add_option("--max-error", options.maxError,
                 "With --check, fail too where max |y-ref| / max |ref| is "
                 "above this: for long chains, whose bound says little")
      ->check(CLI::PositiveNumber)
      ->needs("--check");
  app.add_option("--samples", options.samples,
                 "Rows to check per output; without it all of a small output, "
                 "256 of a large one")
      ->check(positive());
  app.add_option("--expect", expect,
                 "[ARG=]FILE.npy: compare an output with this")
      ->allow_extra_args(false);
  app.add_option(
      "--expect-tolerance", options.expectTolerance,
      "Largest |y - expected| over max |expected| (default: 1e-5 for "
      "f32, 2e-3 f16, 1.6e-2 bf16, 1e-12 f64, 0 integers)");
  app.add_flag("--prepare", options.prepare,
               "Prepare the weights once, before the launches that are checked "
               "and measured");
  app.add_flag("--bench", options.bench, "Measure the launch and its kernels");
  app.add_option("--repeat", options.repeat,
                 "Timed launches of --bench (default: about a second's worth)")
      ->check(positive());
  app.add_flag("--describe{text}", describe,
               "Print the manifest, as text or --describe=json, and stop");
  app.add_flag("-q,--quiet", options.quiet, "No progress messages");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    exitCode = app.exit(error) == 0 ? kOk : kUsageError;
    return false;
  }
  options.inputs = split(in);
  options.outputs = split(out);
  options.expected = split(expect);
  options.describe = !describe.empty();
  options.describeJson = describe == "json";
  if (options.describe && describe != "text" && describe != "json") {
    std::cerr << "--describe=" << describe << ": use text or json\n";
    exitCode = kUsageError;
    return false;
  }
  return true;
}

} // namespace run
} // namespace upweave
