// What verify calls unwise: each note can be given, and is not given where there is no reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "sluice/file_writer.h"
#include "support/findings.h"
#include "support/make_columns.h"
#include "support/plain_file.h"
#include "support/rewritten_file.h"

namespace sluice::verify_notes_test {
namespace {

using test::expect_one;
using test::notes_of;
using test::TemporaryDirectory;

/// So many rows of one number, in row groups of as many as are said.
void write_rows(const std::string& path, int64_t rows, int64_t row_group_rows) {
  const auto schema = std::make_shared<const Schema>(Schema{{"a", int64()}});
  FileWriter writer(path, *schema,
                    {.row_group_rows = row_group_rows, .sync = false, .runtime = test::verify_options().runtime});
  std::vector<std::optional<int64_t>> values(static_cast<size_t>(rows), 7);
  writer.write(Batch(schema, {test::make_int64(values)}, rows));
  writer.close();
}

std::vector<std::string> notes_with(const std::function<void(FileMetaData&)>& change) {
  const TemporaryDirectory folder;
  write_rows(folder / "a.parquet", 10, 10);
  test::rewrite_footer(folder / "a.parquet", change);
  return notes_of(folder / "a.parquet");
}

TEST(VerifyNotes, ThereAreNoneOfAPlainFileOfOurs) {
  EXPECT_EQ(notes_with([](FileMetaData&) {}), std::vector<std::string>());
}

TEST(VerifyNotes, WhatChunksLack) {
  const auto chunk = [](FileMetaData& file) -> ColumnChunk& { return file.row_groups[0].columns[0]; };
  expect_one(notes_with([&](FileMetaData& file) { chunk(file).meta_data->statistics.reset(); }),
             "no_statistics: 1 of 1 column chunks have no statistics");
  expect_one(notes_with([&](FileMetaData& file) { chunk(file).meta_data->encoding_stats.clear(); }),
             "no_encoding_stats: 1 of 1 column chunks do not say how");
  expect_one(notes_with([&](FileMetaData& file) { chunk(file).index = {}; }),
             "no_offset_index: 1 of 1 column chunks have no offset index");
}

TEST(VerifyNotes, PagesWithoutChecksums) {
  const auto notes = [](bool has_checksums) {
    test::PlainFile file;
    file.has_checksums = has_checksums;
    file.add_plain({1, 2, 3});
    const TemporaryDirectory folder;
    file.write(folder / "a.parquet");
    return std::ranges::count(notes_of(folder / "a.parquet"),
                              "no_checksums: there are column chunks whose pages have no checksums");
  };
  EXPECT_EQ(notes(false), 1);
  EXPECT_EQ(notes(true), 0);
}

TEST(VerifyNotes, ManySmallRowGroups) {
  const TemporaryDirectory folder;
  write_rows(folder / "many.parquet", 11, 1);
  expect_one(notes_of(folder / "many.parquet"), "row_group_rows: 11 of 11 row groups have fewer than 10,000 rows");
  write_rows(folder / "few.parquet", 10, 1);
  EXPECT_EQ(notes_of(folder / "few.parquet"), std::vector<std::string>());
}

TEST(VerifyNotes, HugePages) {
  const TemporaryDirectory folder;
  const auto schema = std::make_shared<const Schema>(Schema{{"a", string()}});
  FileWriter writer(folder / "a.parquet", *schema, {.sync = false, .runtime = test::verify_options().runtime});
  writer.write(Batch(schema, {test::make_text(string(), {std::string(size_t{8} << 20, 'x')})}, 1));
  writer.close();
  expect_one(notes_of(folder / "a.parquet"), "page_bytes: a page of 8.0 MiB");
}

TEST(VerifyNotes, HugeFooters) {
  expect_one(notes_with([](FileMetaData& file) {
               file.key_value_metadata.push_back({"a", std::string(size_t{17} << 20, 'x')});
             }),
             "footer_bytes: the footer has 17.0 MiB");
}

}  // namespace
}  // namespace sluice::verify_notes_test
