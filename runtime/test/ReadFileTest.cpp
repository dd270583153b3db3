// Bundles are read from files, not from what only looks like one; large ones are
// mapped.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

/// Reads `path`, which must be refused; the error.
std::string refusal(const std::string &path, uw_status expected) {
  std::shared_ptr<const rt::BundleFile> file;
  EXPECT_EQ(expected, rt::BundleFile::read(path.c_str(), file));
  EXPECT_FALSE(file);
  return rt::lastError();
}

TEST(ReadFile, MissingFile) {
  EXPECT_EQ("cannot open '/nonexistent.upw': No such file or directory",
            refusal("/nonexistent.upw", UW_IO_ERROR));
}

TEST(ReadFile, DirectoriesAndDevices) {
  EXPECT_EQ("'/' is a directory, not a bundle: name the file in it",
            refusal("/", UW_IO_ERROR));
  EXPECT_EQ("'/dev/null' is a device, not a regular file: copy the bundle to a "
            "file, or pass its bytes to uw_bundle_load_memory",
            refusal("/dev/null", UW_IO_ERROR));
}

/// Nobody writes to it: opening must not wait.
TEST(ReadFile, Fifo) {
  const std::string path = writeTemporary("unread.pipe", {});
  ::unlink(path.c_str());
  ASSERT_EQ(0, ::mkfifo(path.c_str(), 0600));
  EXPECT_EQ("'" + path +
                "' is a pipe, not a regular file: copy the bundle to a file, "
                "or pass its bytes to uw_bundle_load_memory",
            refusal(path, UW_IO_ERROR));
}

TEST(ReadFile, EmptyFile) {
  const std::string path = writeTemporary("empty", {});
  EXPECT_EQ("'" + path +
                "': there are no bytes: the file is truncated or was altered; "
                "write it again with upweave-compile",
            refusal(path, UW_BAD_BUNDLE));
}

/// 50 GB that are no bundle, or a bundle and a long hole, are not read.
TEST(ReadFile, LargeFilesAreRefusedAtOnce) {
  constexpr off_t kSize = off_t(50) << 30;
  const std::string text = writeTemporary("large", Bytes(8, 'x'));
  ASSERT_EQ(0, ::truncate(text.c_str(), kSize));
  EXPECT_EQ("'" + text +
                "': not an Upweave bundle: it does not start with 'UPWEAVE'; "
                "upweave-compile writes one (NAME.upw)",
            refusal(text, UW_BAD_BUNDLE));
  const std::string longer =
      writeTemporary("longer", doublingBundle({"sm_89"}));
  ASSERT_EQ(0, ::truncate(longer.c_str(), kSize));
  EXPECT_NE(std::string::npos,
            refusal(longer, UW_BAD_BUNDLE).find("file size is 53687091200"));
}

/// A bundle whose constants are `size` bytes.
Bytes bundleWithConstants(size_t size) {
  std::vector<Bytes> sections = doublingSections();
  sections[2].resize(size);
  for (size_t i = 0; i < size; ++i)
    sections[2][i] = i * 7;
  return writeBundle(doublingTable({"sm_89"}), sections);
}

TEST(ReadFile, SmallAndLargeFilesHaveTheSameSections) {
  for (size_t size : {100u, 3u << 20}) {
    const Bytes bytes = bundleWithConstants(size);
    const std::string path = writeTemporary("sections", bytes);
    std::shared_ptr<const rt::BundleFile> file;
    ASSERT_EQ(UW_OK, rt::BundleFile::read(path.c_str(), file))
        << rt::lastError();
    // It is the file's no longer.
    ::unlink(path.c_str());
    EXPECT_EQ(bytes.size(), file->size());
    const rt::ByteView view = file->section(2);
    ASSERT_EQ(size, view.size);
    EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(view.data) % 256);
    EXPECT_EQ((size - 1) * 7 % 256, view.data[size - 1]);
    EXPECT_EQ("twice", file->table().entries()->Get(0)->name()->str());
  }
}

/// What was verified stays as it was when the file is written over.
TEST(ReadFile, TheTableOfAMappedFileIsACopy) {
  const std::string path =
      writeTemporary("overwritten", bundleWithConstants(3 << 20));
  std::shared_ptr<const rt::BundleFile> file;
  ASSERT_EQ(UW_OK, rt::BundleFile::read(path.c_str(), file));
  const int fd = ::open(path.c_str(), O_WRONLY);
  const Bytes noise(4096, 0xff);
  ASSERT_EQ(ssize_t(noise.size()), ::pwrite(fd, noise.data(), noise.size(), 0));
  ::close(fd);
  EXPECT_EQ("twice", file->table().entries()->Get(0)->name()->str());
  EXPECT_EQ("double_5", file->table().kernels()->Get(0)->symbol()->str());
}

TEST(ReadFile, AlteredLargeFilesAreRefused) {
  Bytes bytes = bundleWithConstants(3 << 20);
  bytes[bytes.size() - 100] ^= 1;
  EXPECT_NE(std::string::npos,
            refusal(writeTemporary("altered", bytes), UW_BAD_BUNDLE)
                .find("checksum of section 2 differs"));
}

TEST(ReadFile, ApprovalComesFirst) {
  Bytes bytes = bundleWithConstants(3 << 20);
  const std::string path = writeTemporary("approved", bytes);
  std::shared_ptr<const rt::BundleFile> file;
  size_t seen = 0;
  auto approve = [&](rt::ByteView view) {
    seen = view.size;
    return Bytes(view.data, view.data + view.size) == bytes
               ? UW_OK
               : rt::fail(UW_BAD_BUNDLE, "other bytes");
  };
  EXPECT_EQ(UW_OK, rt::BundleFile::read(path.c_str(), file, approve));
  EXPECT_EQ(bytes.size(), seen);
  // Of another version, it is shown all the same.
  bytes[8] = 99;
  seen = 0;
  EXPECT_EQ(UW_BAD_VERSION,
            rt::BundleFile::copy(bytes.data(), bytes.size(), file, approve));
  EXPECT_EQ(bytes.size(), seen);
  auto never = [](rt::ByteView) { return rt::fail(UW_BAD_BUNDLE, "never"); };
  EXPECT_EQ(UW_BAD_BUNDLE, rt::BundleFile::read(path.c_str(), file, never));
  EXPECT_EQ("'" + path + "': never", rt::lastError());
}

/// The C interface: the context arrives, and the answer decides.
TEST(ReadFile, CallersVerify) {
  const Bytes bytes = doublingBundle({"sm_89"});
  const std::string path = writeTemporary("signed", bytes);
  struct Context {
    int calls = 0, answer = 0;
    uint64_t sum = 0;
  } context;
  auto verify = [](void *data, const void *shown, size_t size) {
    auto *seen = static_cast<Context *>(data);
    ++seen->calls;
    seen->sum = checksum(shown, size);
    return seen->answer;
  };
  uw_bundle *bundle = nullptr;
  EXPECT_EQ(UW_OK, uw_bundle_load_file_verified(path.c_str(), verify, &context,
                                                &bundle));
  EXPECT_EQ(1, context.calls);
  EXPECT_EQ(checksum(bytes.data(), bytes.size()), context.sum);
  EXPECT_STREQ("twice", uw_bundle_entry_name(bundle, 0));
  uw_bundle_release(bundle);
  bundle = nullptr;
  context.answer = -7;
  EXPECT_EQ(UW_NOT_TRUSTED,
            uw_bundle_load_memory_verified(bytes.data(), bytes.size(), verify,
                                           &context, &bundle));
  EXPECT_EQ("the caller's uw_verify returned -7 for these " +
                std::to_string(bytes.size()) +
                " bytes: the bundle is not trusted",
            rt::lastError());
  EXPECT_EQ(nullptr, bundle);
  EXPECT_EQ(2, context.calls);
  EXPECT_EQ(UW_INVALID_ARGUMENT, uw_bundle_load_file_verified(
                                     path.c_str(), nullptr, &context, &bundle));
  // What is no bundle is not shown.
  EXPECT_EQ(UW_BAD_BUNDLE, uw_bundle_load_memory_verified("none", 4, verify,
                                                          &context, &bundle));
  EXPECT_EQ(2, context.calls);
}

} // namespace
