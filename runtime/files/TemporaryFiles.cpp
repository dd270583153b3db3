// The list of what is to be removed, readable by a signal handler.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "upweave/files/TemporaryFiles.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <mutex>
#include <random>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace upweave {
namespace files {

namespace {
constexpr size_t kMostPaths = 32;
constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

/// Slots of paths; null where free. A handler empties them one by one.
std::array<std::atomic<char *>, kMostPaths> paths;
struct sigaction before[NSIG];

/// Removes the files of a directory, with system calls alone: the C library's
/// functions allocate, which a signal handler must not.
void removeEntries(int directory) {
  alignas(8) char buffer[2048];
  for (;;) {
    const long bytes =
        ::syscall(SYS_getdents64, directory, buffer, sizeof(buffer));
    if (bytes <= 0)
      return;
    for (long at = 0; at < bytes;) {
      auto *entry = reinterpret_cast<struct dirent64 *>(buffer + at);
      if (std::strcmp(entry->d_name, ".") && std::strcmp(entry->d_name, ".."))
        ::unlinkat(directory, entry->d_name, 0);
      at += entry->d_reclen;
    }
  }
}

void removePath(const char *path) {
  // A program that is still running may add a file in between.
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    const int directory =
        ::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) {
      ::unlink(path);
      return;
    }
    removeEntries(directory);
    ::close(directory);
    if (::rmdir(path) == 0 || errno == ENOENT)
      return;
  }
}

/// What a handler may do: nothing is freed.
void removeAll() {
  for (std::atomic<char *> &slot : paths)
    if (char *path = slot.exchange(nullptr))
      removePath(path);
}

void removeAllAtExit() {
  for (std::atomic<char *> &slot : paths)
    if (char *path = slot.exchange(nullptr)) {
      removePath(path);
      std::free(path);
    }
}

void removeAndPassOn(int signal) {
  const int saved = errno;
  removeAll();
  ::sigaction(signal, &before[signal], nullptr);
  ::raise(signal);
  errno = saved;
}

void installHandlers() {
  std::atexit(removeAllAtExit);
  for (int signal : kSignals) {
    struct sigaction ours = {};
    ours.sa_handler = removeAndPassOn;
    sigfillset(&ours.sa_mask);
    ours.sa_flags = SA_RESTART;
    ::sigaction(signal, nullptr, &before[signal]);
    // What nohup ignores stays ignored.
    if (before[signal].sa_handler != SIG_IGN)
      ::sigaction(signal, &ours, nullptr);
  }
}
} // namespace

bool removeAtEnd(const std::string &path) {
  static std::once_flag once;
  std::call_once(once, installHandlers);
  char *copy = ::strdup(path.c_str());
  if (!copy)
    return false;
  for (std::atomic<char *> &slot : paths) {
    char *none = nullptr;
    if (slot.compare_exchange_strong(none, copy))
      return true;
  }
  std::free(copy);
  return false;
}

void keepAtEnd(const std::string &path) {
  for (std::atomic<char *> &slot : paths) {
    // Taken out before it is looked at: a handler must not see it freed.
    char *found = slot.load();
    if (!found || path != found ||
        !slot.compare_exchange_strong(found, nullptr))
      continue;
    std::free(found);
    return;
  }
}

std::string makeUniqueName(const std::string &prefix) {
  constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string name = prefix;
  for (int i = 0; i < 6; ++i)
    name += letters[random() % (sizeof(letters) - 1)];
  return name;
}

TemporaryDirectory::TemporaryDirectory() {
  const char *folder = std::getenv("TMPDIR");
  const std::string prefix =
      std::string(folder && *folder ? folder : "/tmp") + "/upweave-";
  do {
    // Known before it is there: a signal may come in between.
    path = makeUniqueName(prefix);
    if (!removeAtEnd(path)) {
      problem = "too many temporary files at a time";
      path.clear();
      return;
    }
    if (::mkdir(path.c_str(), 0700) == 0)
      return;
    keepAtEnd(path);
  } while (errno == EEXIST);
  problem = "cannot make a folder for temporary files as '" + path +
            "': " + std::strerror(errno);
  path.clear();
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path.empty())
    return;
  removePath(path.c_str());
  keepAtEnd(path);
}

} // namespace files
} // namespace upweave
