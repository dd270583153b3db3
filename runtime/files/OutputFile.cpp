// Where a path leads, a private file beside it, and the renaming at the end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "upweave/files/OutputFile.h"

#include "upweave/files/TemporaryFiles.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace upweave {
namespace files {

namespace {
constexpr int kMostLinks = 40; ///< As many as the system follows.

/// The number of the descriptor that `path` stands for, or -1.
int descriptorOf(const std::string &path) {
  if (path == "-" || path == "/dev/stdout")
    return STDOUT_FILENO;
  if (path == "/dev/stderr")
    return STDERR_FILENO;
  for (const char *folder : {"/dev/fd/", "/proc/self/fd/"}) {
    const size_t length = std::strlen(folder);
    if (path.compare(0, length, folder) != 0 || path.size() == length ||
        path.size() > length + 6)
      continue;
    const std::string digits = path.substr(length);
    if (digits.find_first_not_of("0123456789") == std::string::npos)
      return std::stoi(digits);
  }
  return -1;
}

std::string folderOf(const std::string &path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// Follows links at the end of `path`, as far as they lead: the last may lead
/// to what does not exist yet. False after too many.
bool followLinks(std::string &path) {
  for (int i = 0; i < kMostLinks; ++i) {
    char link[PATH_MAX];
    if (descriptorOf(path) >= 0)
      return true;
    const ssize_t length = ::readlink(path.c_str(), link, sizeof(link));
    if (length < 0)
      return true; // no link, or nothing
    const std::string next(link, size_t(length));
    const bool isAbsolute = !next.empty() && next[0] == '/';
    path = isAbsolute ? next : folderOf(path) + "/" + next;
  }
  errno = ELOOP;
  return false;
}

/// What `path` is: by its descriptor if it stands for one.
bool examine(const std::string &path, int descriptor, struct stat &info) {
  return (descriptor >= 0 ? ::fstat(descriptor, &info)
                          : ::stat(path.c_str(), &info)) == 0;
}

mode_t usualMode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}
} // namespace

OutputFile::OutputFile(const std::string &path) {
  // Past a limit on sizes writing fails; it does not end the process.
  std::signal(SIGXFSZ, SIG_IGN);
  open(path);
}

OutputFile::~OutputFile() { discard(); }

bool OutputFile::failed(const char *what) {
  if (problem.empty())
    problem = what + std::string(std::strerror(errno));
  return false;
}

void OutputFile::fail(const std::string &why) {
  if (problem.empty())
    problem = why;
}

void OutputFile::open(const std::string &path) {
  std::string end = path;
  if (!followLinks(end)) {
    failed();
    return;
  }
  struct stat info;
  if (const int number = descriptorOf(end); number >= 0) {
    fd = ::fcntl(number, F_DUPFD_CLOEXEC, 0);
  } else if (::stat(end.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    fd = ::open(end.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    openBeside(end);
    return;
  }
  if (fd < 0)
    failed();
}

void OutputFile::openBeside(const std::string &path) {
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), W_OK) != 0) {
    failed();
    return;
  }
  const std::string prefix = folderOf(path) + "/.upweave-";
  do {
    // Known before it is there: a signal may come in between.
    temporary = makeUniqueName(prefix);
    if (!removeAtEnd(temporary)) {
      temporary.clear();
      fail("too many files are written at a time");
      return;
    }
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                0600);
    if (fd >= 0) {
      target = path;
      return;
    }
    keepAtEnd(temporary);
    temporary.clear();
  } while (errno == EEXIST);
  failed("a temporary file beside it: ");
}

bool OutputFile::write(const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (isGood() && bytes) {
    const ssize_t written = ::write(fd, next, bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failed();
    next += written;
    bytes -= size_t(written);
  }
  return isGood();
}

bool OutputFile::commit() {
  if (!isGood())
    return false;
  struct stat info;
  if (!target.empty()) {
    const bool exists = ::stat(target.c_str(), &info) == 0;
    // What was there keeps its owner where we may give files away.
    if (exists && ::fchown(fd, info.st_uid, info.st_gid) != 0)
      errno = 0;
    if (::fchmod(fd, exists ? info.st_mode & 0777 : usualMode()) != 0)
      return failed();
  }
  const int closed = ::close(fd);
  fd = -1;
  if (closed != 0)
    return failed();
  if (target.empty())
    return true;
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return failed();
  keepAtEnd(temporary);
  temporary.clear();
  return true;
}

void OutputFile::discard() {
  if (fd >= 0)
    ::close(fd);
  fd = -1;
  if (temporary.empty())
    return;
  ::unlink(temporary.c_str());
  keepAtEnd(temporary);
  temporary.clear();
}

bool isSameFile(const std::string &a, const std::string &b) {
  std::string input = a, output = b;
  if (a.empty() || b.empty() || !followLinks(input) || !followLinks(output))
    return false;
  const int in = a == "-" ? STDIN_FILENO : descriptorOf(input);
  struct stat first, second;
  if (!examine(input, in, first) ||
      !examine(output, descriptorOf(output), second))
    return input == output && in < 0;
  // A terminal may be both.
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino &&
         S_ISREG(first.st_mode);
}

std::string flushStandardOutput() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return {};
  return std::strerror(errno);
}

} // namespace files
} // namespace upweave
