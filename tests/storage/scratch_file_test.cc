#include "storage/scratch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/temporary_directory.h"

namespace sluice::scratch_file_test {
namespace {

using test::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// TMPDIR while a test runs.
class TemporaryFolderVariable {
 public:
  explicit TemporaryFolderVariable(const std::string& value) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", value.c_str(), 1);
  }
  ~TemporaryFolderVariable() {
    if (before_)
      ::setenv("TMPDIR", before_->c_str(), 1);
    else
      ::unsetenv("TMPDIR");
  }

 private:
  std::optional<std::string> before_;
};

std::string read(const ScratchFile& file, uint64_t offset, size_t size) {
  std::string text(size, '?');
  file.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

TEST(ScratchFile, HoldsWhatWasAppended) {
  const TemporaryDirectory folder;
  const TemporaryFolderVariable variable(folder.path());
  const auto file = ScratchFile::unnamed();
  EXPECT_EQ(file->size(), 0u);
  file->append(as_bytes("hello "));
  EXPECT_EQ(read(*file, 0, 6), "hello ");
  file->append({});
  file->append(as_bytes("world"));
  EXPECT_EQ(file->size(), 11u);
  EXPECT_EQ(read(*file, 0, 11), "hello world");
  EXPECT_EQ(read(*file, 4, 3), "o w");
  EXPECT_EQ(read(*file, 11, 0), "");
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(ScratchFile, WhatStandsThereCanBeReplaced) {
  const auto file = ScratchFile::unnamed();
  file->append(as_bytes("hello world"));
  file->replace(6, as_bytes("sluic"));
  file->replace(0, {});
  EXPECT_EQ(read(*file, 0, 11), "hello sluic");
  file->append(as_bytes("e"));
  EXPECT_EQ(read(*file, 0, 12), "hello sluice");
}

TEST(ScratchFile, ReadingBeyondTheEndIsAnError) {
  const auto file = ScratchFile::unnamed();
  file->append(as_bytes("abc"));
  try {
    read(*file, 1, 3);
    ADD_FAILURE() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr("ends at byte 3"));
  }
}

TEST(ScratchFile, NamesTheFolderThatRefuses) {
  const TemporaryDirectory folder;
  const TemporaryFolderVariable variable(folder / "missing");
  try {
    ScratchFile::unnamed();
    ADD_FAILURE() << "was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr(folder / "missing"));
    EXPECT_THAT(error.hint(), HasSubstr("TMPDIR"));
  }
}

TEST(ScratchFile, AnEmptyVariableMeansTheUsualPlace) {
  const TemporaryFolderVariable variable("");
  EXPECT_EQ(ScratchFile::unnamed()->name(), "a scratch file in /tmp");
}

// --- journals of sinks

TEST(Journal, OfAFileStandsBesideItAndGoesWithIt) {
  const TemporaryDirectory folder;
  for (const bool published : {true, false}) {
    {
      const auto sink = create_file_sink(folder / "a.parquet", {.sync = false});
      sink->write_at(0, as_bytes("data"));
      const auto journal = sink->open_journal();
      journal->append(as_bytes("notes"));
      EXPECT_EQ(read(*journal, 0, 5), "notes");
      ASSERT_EQ(folder.names().size(), 1u);
      const std::string staging = folder / folder.names()[0];
      EXPECT_EQ(test::read_file(staging + "/a.parquet.journal"), "notes");
      EXPECT_EQ(test::read_file(staging + "/a.parquet.part"), "data");
      if (published) sink->publish();
    }
    if (!published) break;
    EXPECT_THAT(folder.names(), ElementsAre("a.parquet"));
    std::filesystem::remove(folder / "a.parquet");
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(Journal, OfAStreamHasNoName) {
  const TemporaryDirectory folder;
  const TemporaryFolderVariable variable(folder.path());
  const auto journal = create_stream_sink(1, "stdout")->open_journal();
  journal->append(as_bytes("notes"));
  EXPECT_THAT(folder.names(), IsEmpty());
}

}  // namespace
}  // namespace sluice::scratch_file_test
