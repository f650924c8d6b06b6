// Row groups that go from one file to another byte by byte: what is read is the same, and damage stays to be found.
#include "files/copied_row_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/amended_file.h"
#include "files/digest_check.h"
#include "files/file_writer_access.h"
#include "files/numbered_rows.h"
#include "sluice/error.h"
#include "sluice/verify.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"

namespace sluice::copied_row_group_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// Writes a table to a file, and copies its row groups to another one; both paths.
struct Copy {
  std::string from;
  std::string to;
  WrittenFile told;
};

Copy copied(const TemporaryDirectory& directory, Draw& draw, const RandomTable& table, const FileOptions& options) {
  Copy copy{directory / "from.parquet", directory / "to.parquet", {}};
  std::filesystem::remove(copy.from);
  std::filesystem::remove(copy.to);
  FileWriter from(copy.from, table.schema, options);
  for (const Batch& batch : draw_batches(draw, table, false)) from.write(batch);
  from.close();
  const auto file = StoredFile::open(copy.from, {});
  check_indexes(*file);
  FileWriter to(copy.to, *file->schema(), {.sync = false, .runtime = options.runtime});
  for (size_t group = 0; group < file->row_groups(); ++group) FileWriterAccess::copy_row_group(to, *file, group);
  EXPECT_EQ(to.rows(), table.rows);
  copy.told = to.close().files[0];
  return copy;
}

TEST(CopiedRowGroup, AnyFileGivesAFileOfTheSameRows) {
  const TemporaryDirectory directory;
  for (uint64_t round = 0; round < 60; ++round) {
    Draw draw(81, round);
    const RandomTable table = draw_table(draw, {.rows_max = 300, .leaves_max = 500, .leaves_max_large = 3'000});
    FileOptions options = draw_options(draw, table.schema, table.rows);
    SCOPED_TRACE("seed 81, round " + std::to_string(round) + "\n" + to_text(table.schema) + "\n" + to_text(options));
    const Copy copy = copied(directory, draw, table, options);
    // Times in seconds are read as the milliseconds that are stored: the copy's writer then tells of these.
    if (*StoredFile::open(copy.to, {})->schema() == table.schema) {
      ASSERT_NO_FATAL_FAILURE(AmendedFile(copy.to, table).check(copy.told));
    }
    const AmendedFile from(copy.from, table);
    const AmendedFile to(copy.to, table);
    ASSERT_EQ(from.groups().size(), to.groups().size());
    for (size_t group = 0; group < from.groups().size(); ++group)
      for (size_t leaf = 0; leaf < from.groups()[group].columns.size(); ++leaf) {
        const ByteSpan expected = from.chunk(group, leaf);
        const ByteSpan found = to.chunk(group, leaf);
        ASSERT_TRUE(std::ranges::equal(expected, found)) << group << ", " << leaf;
      }
    ASSERT_FALSE(HasFailure());
  }
}

std::shared_ptr<const StoredFile> some_file(const std::string& path, int64_t first, int64_t rows) {
  FileWriter writer(path, kNumberedSchema,
                    {.row_group_rows = 100, .columns = {{.column = "s", .bloom_filter = 0.01}}, .sync = false});
  writer.write(numbered_rows(first, rows));
  writer.close();
  return StoredFile::open(path, {});
}

// Rows before and behind, one row group under way: the file is as if all had come in batches, but for where row groups
// end.
TEST(CopiedRowGroup, StandsBetweenRowsThatAreWritten) {
  const TemporaryDirectory directory;
  const auto file = some_file(directory / "from.parquet", 10, 250);
  const std::string path = directory / "to.parquet";
  FileWriter writer(path, kNumberedSchema, {.sync = false});
  writer.write(numbered_rows(0, 10));
  for (size_t group = 0; group < 3; ++group) FileWriterAccess::copy_row_group(writer, *file, group);
  writer.write(numbered_rows(260, 40));
  FileWriterAccess::copy_row_group(writer, *some_file(directory / "more.parquet", 300, 50), 0);
  const WriteResult result = writer.close();
  EXPECT_EQ(result.rows, 350);
  EXPECT_EQ(result.files[0].row_groups, 6);
  EXPECT_EQ(result.files[0].fields[0].min_text(), "0");
  EXPECT_EQ(result.files[0].fields[0].max_text(), "349");
  EXPECT_EQ(result.files[0].bytes, std::filesystem::file_size(path));
  const auto all = StoredFile::open(path, {});
  EXPECT_EQ(all->rows(), 350);
  EXPECT_EQ(check_digests(RandomReader::open(path)).state, DigestState::intact);
  EXPECT_EQ(verify(path, {}, [](const Finding& finding) { ADD_FAILURE() << finding.words; }).errors, 0);
}

TEST(CopiedRowGroup, OfAnotherSchemaIsRefused) {
  const TemporaryDirectory directory;
  const auto file = some_file(directory / "from.parquet", 0, 10);
  const auto refused = [&](const Schema& schema, FileOptions options) {
    options.sync = false;
    FileWriter writer(directory / "to.parquet", schema, options);
    EXPECT_THROW(FileWriterAccess::copy_row_group(writer, *file, 0), Error);
    EXPECT_THROW(writer.close(), Error);
  };
  refused(parse_schema("n int64, s string"), {});
  refused(parse_schema("n int64 not null, t string"), {});
  refused(parse_schema("n int64 not null, s string, more int64"), {});
  refused(kNumberedSchema, {.columns = {{.column = "n", .field_id = 7}}});
  refused(kNumberedSchema, {.sorted_by = {{"n"}}});
  EXPECT_FALSE(std::filesystem::exists(directory / "to.parquet"));
}

// What was damaged before is no less so behind the copy.
TEST(CopiedRowGroup, DamageIsNotHidden) {
  const TemporaryDirectory directory;
  const std::string path = directory / "from.parquet";
  some_file(path, 0, 300);
  const std::string good = read_file(path);
  const std::string to = directory / "to.parquet";
  const uint64_t end = StoredFile::open(path, {})->footer().place.offset;
  for (size_t at = 4; at < end; at += 29) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write_file(path, bad);
    std::filesystem::remove(to);
    bool is_found = false;
    try {
      const auto file = StoredFile::open(path, {});
      check_indexes(*file);
      FileWriter writer(to, kNumberedSchema, {.sync = false});
      for (size_t group = 0; group < file->row_groups(); ++group)
        FileWriterAccess::copy_row_group(writer, *file, group);
      writer.close();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt) << error.what();
      is_found = true;
    }
    if (!is_found) is_found = verify(to, {}, [](const Finding&) {}).errors > 0;
    ASSERT_TRUE(is_found) << at;
  }
}

}  // namespace
}  // namespace sluice::copied_row_group_test
