#include "datasets/file_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::file_listing_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileListing : public ::testing::Test {
 protected:
  void put(const std::string& name) {
    std::filesystem::create_directories(std::filesystem::path(directory_ / name).parent_path());
    test::write_file(directory_ / name, "");
  }

  /// "a=1/x.parquet: a=1", for each file, without the name of the directory.
  std::vector<std::string> list(const std::string& path, bool hive_partitions = true) {
    std::vector<std::string> lines;
    for (const ListedFile& file : list_files(path, hive_partitions)) {
      std::string line = file.path.substr(directory_.path().size() + 1);
      std::string separator = ": ";
      for (const auto& [key, value] : file.partition) {
        line += std::exchange(separator, " ") + key + (value ? "='" + *value + "'" : std::string(" is null"));
      }
      lines.push_back(line);
    }
    return lines;
  }

  std::string failure(const std::string& path) {
    try {
      list(path);
    } catch (const Error& error) {
      return std::string(to_string(error.code())) + ": " + error.what();
    }
    return "none";
  }

  test::TemporaryDirectory directory_;
};

TEST_F(FileListing, TakesAFileForItself) {
  put("data.bin");
  EXPECT_THAT(list(directory_ / "data.bin"), ElementsAre("data.bin"));
  EXPECT_THAT(list(directory_ / "missing"), ElementsAre("missing"));  // whoever opens it says so
}

TEST_F(FileListing, GoesThroughDirectoriesInTheOrderOfNames) {
  for (const char* name : {"b.parquet", "a/2.parquet", "a/1.parquet", "a-b/x.parquet", "B.parquet", "notes.txt",
                           "a/c/d.parquet", ".hidden.parquet", "_temporary/1.parquet", "_SUCCESS", "a/.x/y.parquet"})
    put(name);
  EXPECT_THAT(list(directory_.path()),
              ElementsAre("B.parquet", "a/1.parquet", "a/2.parquet", "a/c/d.parquet", "a-b/x.parquet", "b.parquet"));
  EXPECT_EQ(list(directory_.path() + "/").size(), 6u);
}

TEST_F(FileListing, CountsDigitsAsNumbers) {
  for (int i : {0, 1, 2, 9, 10, 11, 100}) put("part-" + std::to_string(i) + ".parquet");
  put("part-007.parquet");
  EXPECT_THAT(list(directory_.path()),
              ElementsAre("part-0.parquet", "part-1.parquet", "part-2.parquet", "part-007.parquet", "part-9.parquet",
                          "part-10.parquet", "part-11.parquet", "part-100.parquet"));
  EXPECT_THAT(list(directory_ / "part-1*.parquet"),
              ElementsAre("part-1.parquet", "part-10.parquet", "part-11.parquet", "part-100.parquet"));
}

TEST_F(FileListing, OrdersNames) {
  const std::vector<std::string> names{"",   "00", "0",  "1",   "01a", "1a", "2",
                                       "10", "a",  "a0", "a00", "a1",  "ab", "\xff"};
  for (const std::string& a : names) {
    EXPECT_FALSE(comes_before(a, a));
    for (const std::string& b : names) {
      if (a == b) continue;
      EXPECT_NE(comes_before(a, b), comes_before(b, a)) << a << " " << b;
      for (const std::string& c : names) {
        if (comes_before(a, b) && comes_before(b, c)) {
          EXPECT_TRUE(comes_before(a, c)) << a << " " << b << " " << c;
        }
      }
    }
  }
  EXPECT_TRUE(comes_before("9", "10"));
  EXPECT_TRUE(comes_before("x99999999999999999999999", "x100000000000000000000000"));
  EXPECT_TRUE(comes_before("1", "01") != comes_before("01", "1"));
}

TEST_F(FileListing, ReadsPartitionsFromDirectories) {
  put("year=2026/month=01/x.parquet");
  put("year=2025/month=%2Fa b%3D/x.parquet");
  put("year=__HIVE_DEFAULT_PARTITION__/month=/x.parquet");
  EXPECT_THAT(list(directory_.path()),
              ElementsAre("year=2025/month=%2Fa b%3D/x.parquet: year='2025' month='/a b='",
                          "year=2026/month=01/x.parquet: year='2026' month='01'",
                          "year=__HIVE_DEFAULT_PARTITION__/month=/x.parquet: year is null month=''"));
  EXPECT_EQ(list(directory_.path(), false).back(), "year=__HIVE_DEFAULT_PARTITION__/month=/x.parquet");
  EXPECT_THAT(list(directory_ / "year=2026"), ElementsAre("year=2026/month=01/x.parquet: month='01'"));
  // Below the first sign of a pattern, directories are columns as they would be without it.
  EXPECT_THAT(list(directory_ / "year=20*"),
              ElementsAre("year=2025/month=%2Fa b%3D/x.parquet: year='2025' month='/a b='",
                          "year=2026/month=01/x.parquet: year='2026' month='01'"));
  EXPECT_THAT(list(directory_ / "*/month=01/*.parquet"),
              ElementsAre("year=2026/month=01/x.parquet: year='2026' month='01'"));
}

TEST_F(FileListing, RefusesNamesThatMeanNothing) {
  put("a/k=%4/x.parquet");
  EXPECT_THAT(failure(directory_ / "a"), HasSubstr("data: " + (directory_ / "a/k=%4") + ": a percent sign"));
  put("b/k=%zz/x.parquet");
  EXPECT_THAT(failure(directory_ / "b"), HasSubstr("percent sign"));
  put("c/k=%00/x.parquet");
  EXPECT_THAT(failure(directory_ / "c"), HasSubstr("NUL"));
  put("d/k=%ff/x.parquet");
  EXPECT_THAT(failure(directory_ / "d"), HasSubstr("not UTF-8"));
  put("e/k=1/k=2/x.parquet");
  EXPECT_THAT(failure(directory_ / "e"), HasSubstr("key k comes twice"));
  put("f/x.parquet");
  put("f/k=1/x.parquet");
  EXPECT_THAT(failure(directory_ / "f"), HasSubstr("different partition keys: k and none"));
  std::filesystem::create_directory(directory_ / "g");
  EXPECT_THAT(failure(directory_ / "g"), HasSubstr("io: no file below"));
  EXPECT_THAT(failure(directory_ / "none*"), HasSubstr("io: no file matches"));
  put("=h/x.parquet");
  EXPECT_THAT(list(directory_ / "=h"), ElementsAre("=h/x.parquet"));
}

TEST_F(FileListing, FollowsLinksButNotInCircles) {
  put("a/x.parquet");
  put("real/y.parquet");
  std::filesystem::create_directory_symlink(directory_ / "a", directory_ / "a/again");
  std::filesystem::create_directory_symlink("../real", directory_ / "a/other");
  EXPECT_THAT(list(directory_ / "a"), ElementsAre("a/other/y.parquet", "a/x.parquet"));
}

TEST_F(FileListing, EndsWhereDirectoriesGoTooDeep) {
  std::string path = "d";
  for (int i = 0; i < kListingDepthMax; ++i) path += "/d";
  put(path + "/x.parquet");
  EXPECT_EQ(list(directory_ / "d").size(), 1u);
  put(path + "/d/x.parquet");
  EXPECT_THAT(failure(directory_ / "d"), HasSubstr("unsupported: "));
}

}  // namespace
}  // namespace sluice::file_listing_test
