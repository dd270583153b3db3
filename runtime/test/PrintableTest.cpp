// Names from files reach terminals and JSON readers as text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Manifest.h"
#include "upweave/files/TerminalText.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::test;

namespace {

TEST(Printable, Characters) {
  EXPECT_EQ("a b", files::printableName("a b"));
  EXPECT_EQ("\\x1b[31m\\x0a\\x7f", files::printableName("\x1b[31m\n\x7f"));
  EXPECT_EQ("\u00e9 \u20ac \U0001f600",
            files::printableName("\u00e9 \u20ac \U0001f600"));
  // A control sequence introducer of one character, overlong and cut forms,
  // half of a pair, and what is above Unicode.
  EXPECT_EQ("\\xc2\\x9b", files::printableName("\xc2\x9b"));
  EXPECT_EQ("\\xc0\\x80\\xe0\\x80\\x80",
            files::printableName("\xc0\x80\xe0\x80\x80"));
  EXPECT_EQ("\\xe2\\x82", files::printableName("\xe2\x82"));
  EXPECT_EQ("\\xed\\xa0\\x80", files::printableName("\xed\xa0\x80"));
  EXPECT_EQ("\\xf4\\x90\\x80\\x80\\xff",
            files::printableName("\xf4\x90\x80\x80\xff"));
}

TEST(Printable, ManifestsHoldNoEscapes) {
  bundle::BundleT table = doublingTable({"sm_89"});
  table.kernels[0]->symbol = "k\x1b[2J\"\\";
  table.entries[0]->notes = {"a\xff\nb"};
  table.images[2]->ptx_version = "\x1b";
  auto file = readBundle(writeBundle(std::move(table), doublingSections()));
  const std::string text = rt::manifestText(*file);
  EXPECT_EQ(std::string::npos, text.find('\x1b'));
  EXPECT_NE(std::string::npos, text.find("k\\x1b[2J")) << text;
  EXPECT_NE(std::string::npos, text.find("note: a\\xff\\x0ab")) << text;
  const std::string json = rt::manifestJson(*file);
  EXPECT_NE(std::string::npos, json.find("\"k\\u001b[2J\\\"\\\\\"")) << json;
  EXPECT_NE(std::string::npos, json.find("\"a\\ufffd\\u000ab\"")) << json;
}

} // namespace
