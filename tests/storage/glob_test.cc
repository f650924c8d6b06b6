#include "storage/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::glob_test {
namespace {

using test::TemporaryDirectory;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

std::string words_of(const std::string& pattern) {
  try {
    expand_pattern(pattern);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_EQ(error.place().source, pattern);
    return error.what();
  }
  return "did not fail";
}

TEST(ExpandPattern, GivesWhatMatchesInTheOrderOfBytes) {
  TemporaryDirectory dir;
  for (const char* name : {"b.csv", "a.csv", "B.csv", "a2.csv", "a10.csv", "\xC3\xA4.csv", "a.csv.gz", ".hidden.csv"})
    write_file(dir / name, "");
  EXPECT_THAT(expand_pattern(dir / "*.csv"), ElementsAre(dir / "B.csv", dir / "a.csv", dir / "a10.csv", dir / "a2.csv",
                                                         dir / "b.csv", dir / "\xC3\xA4.csv"));
  EXPECT_THAT(expand_pattern(dir / "?.csv"), ElementsAre(dir / "B.csv", dir / "a.csv", dir / "b.csv"));
  EXPECT_THAT(expand_pattern(dir / "[!a]*.csv"), testing::SizeIs(3));
  EXPECT_THAT(expand_pattern(dir / "a[0-9]*.csv"), ElementsAre(dir / "a10.csv", dir / "a2.csv"));
  EXPECT_THAT(expand_pattern(dir / "*.csv.gz"), ElementsAre(dir / "a.csv.gz"));
}

TEST(ExpandPattern, MatchesDirectoriesOnTheWay) {
  TemporaryDirectory dir;
  for (const char* name : {"2024", "2025", "2025/deep"}) std::filesystem::create_directory(dir / name);
  for (const char* name : {"2024/a.csv", "2025/a.csv", "2025/deep/a.csv", "file"}) write_file(dir / name, "");
  ASSERT_EQ(::symlink("nowhere", (dir / "2026").c_str()), 0);
  ASSERT_EQ(::symlink("2027", (dir / "2027").c_str()), 0);
  EXPECT_THAT(expand_pattern(dir / "*/*.csv"), ElementsAre(dir / "2024/a.csv", dir / "2025/a.csv"));
  EXPECT_THAT(expand_pattern(dir / "202[5-9]/*/a.csv"), ElementsAre(dir / "2025/deep/a.csv"));
  EXPECT_THAT(expand_pattern(dir / "2025/*"), ElementsAre(dir / "2025/a.csv", dir / "2025/deep"));
}

TEST(ExpandPattern, LeavesPathsAlone) {
  TemporaryDirectory dir;
  for (const char* name : {"a[1].csv", "a1.csv", "what?"}) write_file(dir / name, "");
  EXPECT_THAT(expand_pattern("-"), ElementsAre("-"));
  EXPECT_THAT(expand_pattern(dir / "missing"), ElementsAre(dir / "missing"));
  EXPECT_THAT(expand_pattern(dir / "a[1].csv"), ElementsAre(dir / "a[1].csv"));
  EXPECT_THAT(expand_pattern(dir / "what?"), ElementsAre(dir / "what?"));
  EXPECT_THAT(expand_pattern(dir / "a\\[*"), ElementsAre(dir / "a[1].csv"));
  EXPECT_THAT(expand_pattern("~nobody"), ElementsAre("~nobody"));
}

TEST(ExpandPattern, SaysWhatMatchesNothing) {
  TemporaryDirectory dir;
  write_file(dir / "file", "");
  EXPECT_EQ(words_of(dir / "*.csv"), "no file matches " + dir.path() + "/*.csv");
  EXPECT_EQ(words_of(dir / "missing/*.csv"), "no file matches " + dir.path() + "/missing/*.csv");
  EXPECT_EQ(words_of(dir / "file/*"), "no file matches " + dir.path() + "/file/*");
  EXPECT_EQ(words_of(dir / "[a"), "no file matches " + dir.path() + "/[a");
}

TEST(ExpandPattern, SaysWhereItCannotLook) {
  TemporaryDirectory dir;
  EXPECT_THAT(words_of(dir / std::string(300, 'a') + "/*"), HasSubstr("File name too long"));
}

}  // namespace
}  // namespace sluice::glob_test
