// Files for the time of a call, which others cannot read and which go away
// with the process, however it ends but for SIGKILL and crashes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_FILES_TEMPORARYFILES_H
#define UPWEAVE_FILES_TEMPORARYFILES_H

#include <string>

namespace upweave {
namespace files {

/// Has `path`, a file or a flat directory, removed at the end of the process
/// and on SIGINT, SIGTERM and SIGHUP; what handled the signals before then does
/// so still. False where too many are kept at a time.
bool removeAtEnd(const std::string &path);
/// Takes that back, as the path was removed or has become something else.
void keepAtEnd(const std::string &path);

/// `prefix` and six characters that make a name that is not taken, all but
/// surely: the caller creates it exclusively.
std::string makeUniqueName(const std::string &prefix);

/// A directory of mode 0700 in $TMPDIR or /tmp, removed with its files.
class TemporaryDirectory {
public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;

  /// Why there is no directory, or nothing.
  const std::string &error() const { return problem; }
  /// The path of a file in it.
  std::string file(const std::string &name) const { return path + "/" + name; }

private:
  std::string path, problem;
};

} // namespace files
} // namespace upweave

#endif // UPWEAVE_FILES_TEMPORARYFILES_H
