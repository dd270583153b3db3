// Output files: whole or not at all, private, through links and devices; text
// for terminals.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "upweave/files/OutputFile.h"
#include "upweave/files/TemporaryFiles.h"
#include "upweave/files/TerminalText.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace upweave::files;
using upweave::test::writeTemporary;

namespace {

/// A folder of its own for a test.
std::string makeFolder(const std::string &name) {
  const std::string file = writeTemporary(name, {});
  ::unlink(file.c_str());
  ::mkdir(file.c_str(), 0755);
  return file;
}

std::set<std::string> list(const std::string &folder) {
  std::set<std::string> names;
  DIR *directory = ::opendir(folder.c_str());
  while (directory)
    if (const dirent *entry = ::readdir(directory))
      names.insert(entry->d_name);
    else
      break;
  if (directory)
    ::closedir(directory);
  names.erase(".");
  names.erase("..");
  return names;
}

std::string read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write(const std::string &path, const std::string &text) {
  OutputFile file(path);
  file.write(text.data(), text.size());
  return file.commit();
}

mode_t modeOf(const std::string &path) {
  struct stat info = {};
  ::stat(path.c_str(), &info);
  return info.st_mode & 0777;
}

/// Whoever runs the tests may have them ignored.
const bool kSignalsAreDefault = [] {
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    std::signal(signal, SIG_DFL);
  return true;
}();

/// Ends `child`'s process with `signal` once it says that it is ready.
template <typename Child> int killReady(int signal, Child child) {
  int ready[2];
  EXPECT_EQ(0, ::pipe(ready));
  const pid_t pid = ::fork();
  if (pid == 0) {
    child([&] {
      EXPECT_EQ(1, ::write(ready[1], "", 1));
      for (;;)
        ::pause();
    });
    ::_exit(0);
  }
  char byte;
  EXPECT_EQ(1, ::read(ready[0], &byte, 1));
  ::kill(pid, signal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  return status;
}

TEST(OutputFile, IsPrivateUntilItIsWhole) {
  const std::string folder = makeFolder("private");
  const std::string path = folder + "/out";
  ::umask(022);
  {
    OutputFile file(path);
    EXPECT_TRUE(file.write("a", 1));
    ASSERT_EQ(1u, list(folder).size());
    EXPECT_EQ(0u, list(folder).count("out"));
    EXPECT_EQ(mode_t(0600), modeOf(folder + "/" + *list(folder).begin()));
    EXPECT_TRUE(file.commit());
  }
  EXPECT_EQ(std::set<std::string>{"out"}, list(folder));
  EXPECT_EQ(mode_t(0644), modeOf(path));
  ::chmod(path.c_str(), 0640);
  EXPECT_TRUE(write(path, "again"));
  EXPECT_EQ(mode_t(0640), modeOf(path));
  EXPECT_EQ("again", read(path));
  {
    OutputFile dropped(path);
  }
  EXPECT_EQ(std::set<std::string>{"out"}, list(folder));
  EXPECT_EQ("again", read(path));
}

TEST(OutputFile, AFullDiskLeavesWhatWasThere) {
  const std::string folder = makeFolder("full");
  const std::string path = folder + "/out";
  ASSERT_TRUE(write(path, "good"));
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 1000;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  OutputFile file(path);
  const std::string large(5000, 'x');
  const bool written = file.write(large.data(), large.size());
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(written);
  EXPECT_FALSE(file.commit());
  EXPECT_EQ("File too large", file.error());
  EXPECT_EQ("good", read(path));
  OutputFile device("/dev/full");
  EXPECT_FALSE(device.write("x", 1) && device.commit());
  EXPECT_EQ("No space left on device", device.error());
}

TEST(OutputFile, ReplacesWhatALinkLeadsTo) {
  const std::string folder = makeFolder("links");
  ::mkdir((folder + "/inner").c_str(), 0755);
  ASSERT_EQ(0, ::symlink("inner/link", (folder + "/link").c_str()));
  ASSERT_EQ(0, ::symlink("target", (folder + "/inner/link").c_str()));
  for (const char *text : {"new", "old"}) {
    EXPECT_TRUE(write(folder + "/link", text));
    EXPECT_EQ(text, read(folder + "/inner/target"));
  }
  struct stat info;
  ASSERT_EQ(0, ::lstat((folder + "/link").c_str(), &info));
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  ASSERT_EQ(0, ::symlink("loop", (folder + "/loop").c_str()));
  OutputFile loop(folder + "/loop");
  EXPECT_FALSE(loop.isGood());
}

TEST(OutputFile, WritesThroughFifosAndDevices) {
  const std::string folder = makeFolder("fifo");
  const std::string fifo = folder + "/fifo";
  ASSERT_EQ(0, ::mkfifo(fifo.c_str(), 0600));
  std::string got;
  std::thread reader([&] { got = read(fifo); });
  EXPECT_TRUE(write(fifo, "through"));
  reader.join();
  EXPECT_EQ("through", got);
  EXPECT_TRUE(write("/dev/null", "gone"));
  struct stat info;
  ASSERT_EQ(0, ::stat("/dev/null", &info));
  EXPECT_TRUE(S_ISCHR(info.st_mode));
  EXPECT_EQ(std::set<std::string>{"fifo"}, list(folder));
  // A descriptor is written at its position, as the shell's >> wants it.
  const std::string path = folder + "/log";
  ASSERT_TRUE(write(path, "one"));
  const int log = ::open(path.c_str(), O_WRONLY | O_APPEND);
  EXPECT_TRUE(write("/dev/fd/" + std::to_string(log), "two"));
  ::close(log);
  EXPECT_EQ("onetwo", read(path));
  EXPECT_FALSE(OutputFile(folder).isGood());
  EXPECT_FALSE(OutputFile(folder + "/none/out").isGood());
}

TEST(OutputFile, KnowsOneFileByItsNames) {
  const std::string folder = makeFolder("same");
  const std::string a = folder + "/a", b = folder + "/b";
  EXPECT_TRUE(isSameFile(a, a));
  EXPECT_FALSE(isSameFile(a, b));
  ASSERT_TRUE(write(a, "x") && write(b, "x"));
  EXPECT_FALSE(isSameFile(a, b));
  ASSERT_EQ(0, ::symlink("a", (folder + "/s").c_str()));
  ASSERT_EQ(0, ::link(a.c_str(), (folder + "/h").c_str()));
  EXPECT_TRUE(isSameFile(a, folder + "/s"));
  EXPECT_TRUE(isSameFile(folder + "/h", folder + "/./s"));
  EXPECT_FALSE(isSameFile("/dev/null", "/dev/null"));
}

TEST(TemporaryFiles, AreGoneAfterSignals) {
  ASSERT_TRUE(kSignalsAreDefault);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string folder = makeFolder("signal");
    const int status = killReady(signal, [&](auto wait) {
      ::setenv("TMPDIR", folder.c_str(), 1);
      OutputFile file(folder + "/out");
      TemporaryDirectory directory;
      EXPECT_EQ(mode_t(0700), modeOf(directory.file("")));
      std::ofstream(directory.file("log")) << "x";
      EXPECT_EQ(2u, list(folder).size());
      wait();
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    EXPECT_EQ(std::set<std::string>{}, list(folder)) << "signal " << signal;
  }
}

TEST(TemporaryFiles, AreGoneAfterExit) {
  const std::string folder = makeFolder("exit");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setenv("TMPDIR", folder.c_str(), 1);
    TemporaryDirectory directory;
    std::ofstream(directory.file("log")) << "x";
    std::exit(list(folder).size() == 1 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(0, status);
  EXPECT_EQ(std::set<std::string>{}, list(folder));
}

TEST(TerminalText, ControlCharactersAreSpelledOut) {
  EXPECT_EQ("a\\x1b[31mb\n\tc", printable("a\x1b[31mb\n\tc"));
  EXPECT_EQ("a\\x0ab", printableName("a\nb"));
  EXPECT_EQ("\\x00\\x7f\\x0d", printable(std::string_view("\0\x7f\r", 3)));
  EXPECT_EQ("\\xc2\\x9b", printable("\xc2\x9b"));
  EXPECT_EQ("\\x9bx", printable("\x9bx"));
  EXPECT_EQ("\\xc0\\x9b", printable("\xc0\x9b"));
  EXPECT_EQ("\\xe2\\x82", printable("\xe2\x82"));
  EXPECT_EQ("größe € 𝄞", printable("größe € 𝄞"));
}

} // namespace
