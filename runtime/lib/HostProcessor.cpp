// Which instructions this machine's processor has, by LLVM's names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostProcessor.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace upweave {
namespace rt {

namespace {

/// Names that LLVM and the kernel (arch/x86/include/asm/cpufeatures.h,
/// arch/arm64/kernel/cpuinfo.c) spell differently, other than in punctuation.
struct Spelling {
  const char *llvm, *kernel;
};
constexpr Spelling kSpellings[] = {
    {"64bit", "lm"},
    {"x87", "fpu"},
    {"sse3", "pni"},
    {"crc32", "sse4_2"},
    {"sahf", "lahf_lm"},
    {"lzcnt", "abm"},
    {"bmi", "bmi1"},
    {"prfchw", "3dnowprefetch"},
    {"pclmul", "pclmulqdq"},
    {"rdrnd", "rdrand"},
    {"sha", "sha_ni"},
    {"avx512vnni", "avx512_vnni"},
    {"avx512vbmi2", "avx512_vbmi2"},
    {"avx512bitalg", "avx512_bitalg"},
    {"avx512bf16", "avx512_bf16"},
    {"avx512fp16", "avx512_fp16"},
    {"avx512vpopcntdq", "avx512_vpopcntdq"},
    {"avxvnni", "avx_vnni"},
    {"neon", "asimd"},
    {"fp_armv8", "fp"},
};

/// The kernel's name of a feature: letters, digits and underscores.
std::string kernelName(std::string feature) {
  for (char &c : feature)
    if (c == '.' || c == '-')
      c = '_';
  for (const Spelling &spelling : kSpellings)
    if (feature == spelling.llvm)
      return spelling.kernel;
  return feature;
}

} // namespace

std::set<std::string> parseProcessorFlags(const std::string &cpuinfo) {
  std::istringstream lines(cpuinfo);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(':');
    const std::string key = line.substr(0, line.find_first_of(" \t:"));
    if (colon == std::string::npos || (key != "flags" && key != "Features"))
      continue;
    std::istringstream words(line.substr(colon + 1));
    return {std::istream_iterator<std::string>(words),
            std::istream_iterator<std::string>()};
  }
  return {};
}

const std::set<std::string> &processorFlags() {
  static const std::set<std::string> flags = [] {
    std::ifstream file("/proc/cpuinfo");
    return parseProcessorFlags({std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>()});
  }();
  return flags;
}

std::vector<std::string>
missingFeatures(const std::vector<std::string> &features,
                const std::set<std::string> &flags) {
  std::vector<std::string> missing;
  std::copy_if(features.begin(), features.end(), std::back_inserter(missing),
               [&](const std::string &feature) {
                 return flags.count(kernelName(feature)) == 0;
               });
  return missing;
}

} // namespace rt
} // namespace upweave
