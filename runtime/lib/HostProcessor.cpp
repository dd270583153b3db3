// Which instructions this machine's processor has, by LLVM's names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostProcessor.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <string_view>
#include <unistd.h>

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

constexpr std::string_view kBlanks = " \t";

std::set<std::string> splitWords(std::string_view line) {
  std::set<std::string> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty())
      return words;
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.emplace(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// Streams of the C++ library take a failed allocation for the end of the file.
uw_status readFile(const char *path, std::string &text) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail(UW_HOST_ERROR,
                "cannot open {} to see what this processor can do: {}", path,
                std::strerror(errno));
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{fd};
  char part[4096];
  while (true) {
    const ssize_t got = ::read(fd, part, sizeof(part));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(UW_HOST_ERROR,
                  "cannot read {} to see what this processor can do: {}", path,
                  std::strerror(errno));
    if (got == 0)
      return UW_OK;
    text.append(part, got);
  }
}

} // namespace

std::set<std::string> parseProcessorFlags(const std::string &cpuinfo) {
  std::string_view rest = cpuinfo;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t colon = line.find(':');
    const std::string_view key = line.substr(0, line.find_first_of(" \t:"));
    if (colon != std::string_view::npos &&
        (key == "flags" || key == "Features"))
      return splitWords(line.substr(colon + 1));
  }
  return {};
}

uw_status processorFlags(const std::set<std::string> *&flags) {
  static std::atomic<const std::set<std::string> *> kept{nullptr};
  if (!kept) {
    std::string text;
    UW_TRY(readFile("/proc/cpuinfo", text));
    auto read = std::make_unique<const std::set<std::string>>(
        parseProcessorFlags(text));
    const std::set<std::string> *none = nullptr;
    // Without a lock, which a fork might leave behind: one of several results
    // is kept.
    if (kept.compare_exchange_strong(none, read.get()))
      read.release();
  }
  flags = kept;
  return UW_OK;
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
