#include "storage/exclusive_rename.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "storage/descriptor.h"
#include "storage/temporary_directory.h"

namespace sluice::exclusive_rename_test {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;

class ExclusiveRename : public testing::TestWithParam<decltype(&rename_exclusively)> {
 protected:
  int move(const std::string& from, const std::string& to) const {
    const Descriptor directory(::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY));
    return GetParam()(directory.get(), from, directory.get(), to);
  }
  TemporaryDirectory dir_;
};

TEST_P(ExclusiveRename, GivesTheFileItsName) {
  write_file(dir_ / "a", "text");
  EXPECT_EQ(move("a", "b"), 0);
  EXPECT_EQ(dir_.names(), std::vector<std::string>{"b"});
  EXPECT_EQ(read_file(dir_ / "b"), "text");
}

TEST_P(ExclusiveRename, ReplacesNothing) {
  write_file(dir_ / "a", "ours");
  write_file(dir_ / "b", "theirs");
  EXPECT_EQ(move("a", "b"), EEXIST);
  EXPECT_EQ(read_file(dir_ / "a"), "ours");
  EXPECT_EQ(read_file(dir_ / "b"), "theirs");
}

TEST_P(ExclusiveRename, TellsWhatIsMissing) { EXPECT_EQ(move("a", "b"), ENOENT); }

INSTANTIATE_TEST_SUITE_P(Ways, ExclusiveRename, testing::Values(&rename_exclusively, &link_exclusively),
                         [](const auto& way) { return way.index == 0 ? "Rename" : "Link"; });

class DirectoryRename : public ExclusiveRename {};

TEST_P(DirectoryRename, GivesTheDirectoryItsName) {
  std::filesystem::create_directory(dir_ / "a");
  write_file(dir_ / "a/file", "text");
  EXPECT_EQ(move("a", "b"), 0);
  EXPECT_EQ(dir_.names(), std::vector<std::string>{"b"});
  EXPECT_EQ(read_file(dir_ / "b/file"), "text");
}

TEST_P(DirectoryRename, ReplacesNothing) {
  std::filesystem::create_directory(dir_ / "a");
  std::filesystem::create_directory(dir_ / "b");
  write_file(dir_ / "b/file", "theirs");
  write_file(dir_ / "c", "theirs");
  EXPECT_EQ(move("a", "b"), EEXIST);
  EXPECT_EQ(move("a", "c"), EEXIST);
  EXPECT_EQ(read_file(dir_ / "b/file"), "theirs");
  EXPECT_EQ(read_file(dir_ / "c"), "theirs");
  EXPECT_EQ(dir_.names().size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Ways, DirectoryRename,
                         testing::Values(&rename_directory_exclusively, &replace_nothing_but_empty),
                         [](const auto& way) { return way.index == 0 ? "NoReplace" : "Plain"; });

}  // namespace
}  // namespace sluice::exclusive_rename_test
