// A file that is written as a whole or not at all: a full disk, an error or a
// signal leaves what was there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_FILES_OUTPUTFILE_H
#define UPWEAVE_FILES_OUTPUTFILE_H

#include <cstddef>
#include <string>

namespace upweave {
namespace files {

/// Writes beside the target, under a private name, and renames at the end.
/// Links are followed: their target is what is replaced. What is no regular
/// file (a fifo, a device, "-" and /dev/stdout) is written to as it is.
class OutputFile {
public:
  /// Opens `path`; `isGood` says whether that worked.
  explicit OutputFile(const std::string &path);
  /// Removes what was not committed.
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  bool isGood() const { return problem.empty(); }
  /// Why the file could not be written, as "No space left on device".
  const std::string &error() const { return problem; }
  /// For streams; what fails there is told by `fail`.
  int descriptor() const { return fd; }

  /// False, as all that follows, after an error.
  bool write(const void *data, size_t bytes);
  void fail(const std::string &why);
  /// Gives the file its name and, unless there was one, the usual permissions.
  bool commit();

private:
  void open(const std::string &path);
  void openBeside(const std::string &path);
  bool failed(const char *what = "");
  void discard();

  int fd = -1;
  std::string target;    ///< What is replaced; empty if written through.
  std::string temporary; ///< Its private name; empty likewise.
  std::string problem;
};

/// True if both name one file, through links too, or would make the same one.
/// "-" is a standard stream: the input as `a`, the output as `b`.
bool isSameFile(const std::string &a, const std::string &b);

/// Flushes the C library's standard output; why that failed, or nothing.
std::string flushStandardOutput();

} // namespace files
} // namespace upweave

#endif // UPWEAVE_FILES_OUTPUTFILE_H
