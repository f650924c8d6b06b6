#include "datasets/file_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/file_listing.h"

namespace sluice::file_names_test {
namespace {

TEST(FileNames, CarryDirectoryRunAndNumber) {
  EXPECT_EQ(dataset_file_name("", "events", "", 0), "events-0.parquet");
  EXPECT_EQ(dataset_file_name("a=1/b=2", "events", "", 12), "a=1/b=2/events-12.parquet");
  EXPECT_EQ(dataset_file_name("a=1", "events", "0123456789abcdef", 3), "a=1/events-0123456789abcdef-3.parquet");
}

TEST(FileNames, RunsAreReadBack) {
  EXPECT_EQ(run_of_file_name(dataset_file_name("", "events", "0123456789abcdef", 3)), "0123456789abcdef");
  EXPECT_EQ(run_of_file_name("a-b-fedcba9876543210-0.parquet"), "fedcba9876543210");
  for (const char* const name :
       {"", ".parquet", "-0.parquet", "events-0.parquet", "events-0123456789abcde-0.parquet",
        "events-0123456789abcdeg-0.parquet", "events-0123456789ABCDEF-0.parquet", "events-0123456789abcdef-.parquet",
        "events-0123456789abcdef-x.parquet", "events-0123456789abcdef-0.parquet.part", "-0123456789abcdef-0.parquet",
        "events0123456789abcdef-0.parquet", "0123456789abcdef-0.parquet"})
    EXPECT_EQ(run_of_file_name(name), std::nullopt) << name;
}

TEST(FileNames, FilesThatAreWrittenAnewKeepTheirRunAndPlace) {
  const std::string run = "fedcba9876543210";
  EXPECT_EQ(rewritten_file_name("a=1/events-0.parquet", run), "a=1/events-0-rfedcba9876543210.parquet");
  const std::string own = "events-0123456789abcdef-3.parquet";
  const std::string once = rewritten_file_name(own, run);
  EXPECT_EQ(once, "events-0123456789abcdef-3-rfedcba9876543210.parquet");
  EXPECT_EQ(run_of_file_name(once), "0123456789abcdef");
  EXPECT_EQ(run_of_file_name(rewritten_file_name("events-0.parquet", run)), std::nullopt);
  EXPECT_EQ(rewritten_file_name(once, "0000000000000000"), "events-0123456789abcdef-3-r0000000000000000.parquet");
  EXPECT_TRUE(comes_before(rewritten_file_name("events-2.parquet", run), "events-10.parquet"));
  EXPECT_TRUE(comes_before(rewritten_file_name("events-2.parquet", run), dataset_file_name("", "events", run, 0)));
  // Names of others may be as long as systems allow.
  const std::string long_name = rewritten_file_name(std::string(246, 'x') + "a.parquet", run);
  EXPECT_LE(long_name.size() + std::string(".part").size(), 255u);
  EXPECT_NE(long_name, rewritten_file_name(std::string(246, 'x') + "b.parquet", run));
}

TEST(FileNames, DirectoriesComeInTheOrderOfTheListing) {
  std::vector<std::string> directories{"a=x/b=1", "a=x-y/b=1", "a=10", "a=9/b=2", "a=9/b=10", "a=9", "", "a=x"};
  std::ranges::sort(directories, directory_comes_before);
  EXPECT_EQ(directories,
            (std::vector<std::string>{"", "a=9", "a=9/b=2", "a=9/b=10", "a=10", "a=x", "a=x/b=1", "a=x-y/b=1"}));
}

}  // namespace
}  // namespace sluice::file_names_test
