#include "storage/reopened_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/bytes.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::reopened_file_test {
namespace {

using namespace test;

TEST(ReopenedFile, IsWrittenReadAndCut) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a";
  write_file(path, "0123456789");
  for (const bool sync : {true, false}) {
    ReopenedFile file(path, {.sync = sync});
    EXPECT_EQ(file.name(), path);
    EXPECT_TRUE(file.positional() && file.readable());
    file.write_at(8, as_bytes("abcd"));
    std::string back(4, ' ');
    file.read_at(7, std::as_writable_bytes(std::span(back)));
    EXPECT_EQ(back, "7abc");
    EXPECT_THROW(file.read_at(9, std::as_writable_bytes(std::span(back))), Error);
    file.finish(11);
    EXPECT_EQ(read_file(path), "01234567abc");
  }
}

TEST(ReopenedFile, NeedsAFileThatIsThere) {
  const TemporaryDirectory directory;
  EXPECT_THROW(ReopenedFile(directory / "a"), Error);
  EXPECT_FALSE(std::filesystem::exists(directory / "a"));
  write_file(directory / "a", "x");
  std::filesystem::create_symlink(directory / "a", directory / "link");
  EXPECT_THROW(ReopenedFile(directory / "link"), Error);
}

// The part of a dead run may be a second name of a file that everybody sees.
TEST(ReopenedFile, HasNoSecondName) {
  const TemporaryDirectory directory;
  write_file(directory / "a", "x");
  std::filesystem::create_hard_link(directory / "a", directory / "b");
  EXPECT_THROW(ReopenedFile(directory / "b"), Error);
  std::filesystem::remove(directory / "a");
  EXPECT_NO_THROW(ReopenedFile(directory / "b"));
}

TEST(ReopenedFile, IsPublishedByOthers) {
  const TemporaryDirectory directory;
  write_file(directory / "a", "x");
  ReopenedFile file(directory / "a");
  EXPECT_THROW(file.publish(), Error);
}

}  // namespace
}  // namespace sluice::reopened_file_test
