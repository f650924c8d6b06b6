// What `verify` finds: nothing in files that are well, whoever wrote them, and each lie in one that tells it.
#include "sluice/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "files/footer_reader.h"
#include "format/page_header.h"
#include "format/page_index.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/findings.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_table.h"
#include "support/rewritten_file.h"

namespace sluice::verify_test {
namespace {

using test::Draw;
using test::errors_of;
using test::expect_one;
using test::TemporaryDirectory;

/// Two columns of the numbers 0 to 99, one of texts; pages of ten rows; a filter for the first.
std::string make_file(const TemporaryDirectory& folder) {
  std::vector<std::optional<int64_t>> numbers;
  std::vector<std::optional<std::string>> words;
  for (int64_t i = 0; i < 100; ++i) {
    numbers.emplace_back(i);
    words.push_back(i % 10 == 3 ? std::nullopt : std::optional("word " + std::to_string(i)));
  }
  const auto schema =
      std::make_shared<const Schema>(Schema{{"a", int64(), false}, {"b", int64(), false}, {"word", string()}});
  FileOptions options{.page_rows = 10, .sync = false, .runtime = test::verify_options().runtime};
  options.columns = {{.column = "a", .bloom_filter = 0.01}};
  FileWriter writer(folder / "a.parquet", *schema, options);
  writer.write(
      Batch(schema, {test::make_int64(numbers), test::make_int64(numbers), test::make_text(string(), words)}, 100));
  writer.close();
  return folder / "a.parquet";
}

/// What is found once the footer says something else; the file then counts as another writer's.
std::vector<std::string> errors_with(const std::function<void(FileMetaData&)>& change) {
  const TemporaryDirectory folder;
  const std::string path = make_file(folder);
  test::rewrite_footer(path, change);
  return errors_of(path);
}

ColumnMetaData& chunk(FileMetaData& file, size_t column) { return *file.row_groups[0].columns[column].meta_data; }

std::string plain(int64_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

TEST(Verify, FindsNothingInWhatIsWell) {
  const TemporaryDirectory folder;
  const std::string path = make_file(folder);
  EXPECT_EQ(errors_of(path), std::vector<std::string>());
  test::rewrite_footer(path, [](FileMetaData&) {});
  EXPECT_EQ(errors_of(path), std::vector<std::string>());
}

TEST(Verify, FindsNothingInAnyTable) {
  constexpr uint64_t kSeed = 20'261'121;
  for (uint64_t i = 0; i < 25; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const TemporaryDirectory folder;
    const test::RandomTable table =
        test::draw_table(draw, {.depth_max = 3, .rows_max = 500, .leaves_max = 1'000, .leaves_max_large = 1'000});
    FileOptions options = test::draw_prunable_options(draw, table.schema, table.rows);
    options.sync = false;
    options.runtime = test::verify_options().runtime;
    FileWriter writer(folder / "a.parquet", table.schema, options);
    for (const Batch& batch : test::draw_batches(draw, table, true)) writer.write(batch);
    writer.close();
    ASSERT_EQ(errors_of(folder / "a.parquet"), std::vector<std::string>());
    for (const std::string& note : test::notes_of(folder / "a.parquet"))
      ASSERT_EQ(note.find("dictionar"), std::string::npos) << note;
    test::rewrite_footer(folder / "a.parquet", [](FileMetaData&) {});
    ASSERT_EQ(errors_of(folder / "a.parquet"), std::vector<std::string>());
  }
}

TEST(Verify, FindsBoundsThatHideValues) {
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 0).statistics->max_value = plain(98); }),
             "statistics: the value 99 lies outside of the bounds 0 to 98");
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 1).statistics->min_value = plain(1); }),
             "statistics: the value 0 lies outside of the bounds 1 to 99");
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 2).statistics->max_value = "word 98"; }),
             "statistics: the value word 99 lies outside");
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 0).statistics->min_value = "\1"; }),
             "statistics: a bound of 1 bytes is no int64");
}

TEST(Verify, FindsBoundsThatAreNotExact) {
  expect_one(errors_with([](FileMetaData& file) {
               chunk(file, 0).statistics->min_value = plain(-1);
               chunk(file, 0).statistics->is_min_value_exact = true;
             }),
             "statistics: the lower bound is said to be exact");
  EXPECT_EQ(errors_with([](FileMetaData& file) {
              chunk(file, 0).statistics->min_value = plain(-1);
              chunk(file, 0).statistics->is_min_value_exact = false;
            }),
            std::vector<std::string>());
}

TEST(Verify, FindsWrongCounts) {
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 2).statistics->null_count = 9; }),
             "statistics: there are 10 nulls, the statistics say 9");
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 1).encoding_stats[0].count += 1; }), "encoding_stats: ");
  expect_one(
      errors_with([](FileMetaData& file) { chunk(file, 2).size_statistics->unencoded_byte_array_data_bytes = 7; }),
      "statistics: the texts have ");
  expect_one(errors_with([](FileMetaData& file) {
               chunk(file, 2).size_statistics->definition_level_histogram = {11, 89};
             }),
             "statistics: the footer counts other definition levels");
}

TEST(Verify, FindsChunksThatOverlap) {
  expect_one(errors_with([](FileMetaData& file) {
               const auto path = chunk(file, 1).path_in_schema;
               file.row_groups[0].columns[1] = file.row_groups[0].columns[0];
               chunk(file, 1).path_in_schema = path;
             }),
             "chunk_overlap: ");
}

/// Changes bytes of the file, which must not become more or fewer.
std::vector<std::string> errors_with_bytes(const std::function<void(const FileMetaData&, std::string&)>& change) {
  const TemporaryDirectory folder;
  const std::string path = make_file(folder);
  test::rewrite_footer(path, [](FileMetaData&) {});
  std::string bytes = test::read_file(path);
  const size_t size = bytes.size();
  change(read_footer(RandomReader::open(path)).metadata, bytes);
  EXPECT_EQ(bytes.size(), size);
  test::write_file(path, bytes);
  return errors_of(path);
}

std::vector<std::string> errors_with_column_index(const std::function<void(ColumnIndex&)>& change) {
  return errors_with_bytes([&](const FileMetaData& file, std::string& bytes) {
    const ChunkIndexPlace& place = file.row_groups[0].columns[0].index;
    const auto begin = static_cast<size_t>(*place.column_index_offset);
    ColumnIndex index = read_column_index(as_bytes(std::string_view(bytes).substr(begin)));
    change(index);
    Bytes changed;
    write_column_index(index, changed);
    ASSERT_EQ(changed.size(), static_cast<size_t>(*place.column_index_length));
    bytes.replace(begin, changed.size(), changed.view());
  });
}

TEST(Verify, FindsAColumnIndexThatLies) {
  expect_one(errors_with_column_index([](ColumnIndex& index) { index.max_values[3] = plain(38); }),
             "column_index: the value 39 lies outside of the bounds 30 to 38");
  expect_one(errors_with_column_index([](ColumnIndex& index) { index.null_counts[2] = 1; }),
             "column_index: there are 0 nulls, the column index says 1");
  expect_one(errors_with_column_index([](ColumnIndex& index) { index.null_pages[5] = true; }),
             "column_index: the column index says that all values are null");
  expect_one(errors_with_column_index([](ColumnIndex& index) { index.boundary_order = BoundaryOrder::descending; }),
             "column_index: the column index says that bounds descend");
}

TEST(Verify, FindsAnOffsetIndexThatLies) {
  const auto errors = [](const std::function<void(OffsetIndex&)>& change) {
    return errors_with_bytes([&](const FileMetaData& file, std::string& bytes) {
      const ChunkIndexPlace& place = file.row_groups[0].columns[0].index;
      const auto begin = static_cast<size_t>(*place.offset_index_offset);
      OffsetIndex index = read_offset_index(as_bytes(std::string_view(bytes).substr(begin)));
      change(index);
      Bytes changed;
      write_offset_index(index, changed);
      ASSERT_EQ(changed.size(), static_cast<size_t>(*place.offset_index_length));
      bytes.replace(begin, changed.size(), changed.view());
    });
  };
  expect_one(errors([](OffsetIndex& index) { index.page_locations[4].first_row_index += 1; }),
             "offset_index: the page has 10 rows, the offset index says 11");
  expect_one(errors([](OffsetIndex& index) { index.page_locations[4].offset += 1; }), "offset_index: the page has ");
}

TEST(Verify, FindsABloomFilterThatHidesValues) {
  expect_one(errors_with_bytes([](const FileMetaData& file, std::string& bytes) {
               const ColumnMetaData& meta = *file.row_groups[0].columns[0].meta_data;
               const auto end = static_cast<size_t>(*meta.bloom_filter_offset + *meta.bloom_filter_length);
               bytes.replace(end - 32, 32, std::string(32, '\0'));
             }),
             "bloom_filter: the bloom filter rules out a value that is there");
}

TEST(Verify, GoesOnBehindADamagedPage) {
  const auto found = errors_with_bytes([](const FileMetaData& file, std::string& bytes) {
    const ColumnMetaData& meta = *file.row_groups[0].columns[1].meta_data;
    char& byte = bytes[static_cast<size_t>(meta.data_page_offset + meta.total_compressed_size) - 1];
    byte = static_cast<char>(byte ^ 1);
  });
  expect_one(found, "page_checksum: ");
}

/// Bytes of a file of ours, which has its digests, changed.
std::vector<std::string> errors_of_ours(const std::function<void(const FileMetaData&, std::string&)>& change) {
  const TemporaryDirectory folder;
  const std::string path = make_file(folder);
  std::string bytes = test::read_file(path);
  change(read_footer(RandomReader::open(path)).metadata, bytes);
  test::write_file(path, bytes);
  return errors_of(path);
}

void turn_bit(char& byte) { byte = static_cast<char>(byte ^ 1); }

TEST(Verify, HoldsDigestsOfOursAgainstTheFile) {
  const auto footer = errors_of_ours([](const FileMetaData& file, std::string& bytes) {
    turn_bit(bytes[bytes.find(*file.created_by) + file.created_by->size() - 1]);
  });
  expect_one(footer, "footer_digest: the footer has changed");
  const auto index = errors_of_ours([](const FileMetaData& file, std::string& bytes) {
    const ChunkIndexPlace& place = file.row_groups[0].columns[1].index;
    const std::string low = plain(90);  // of the last page
    turn_bit(bytes[bytes.find(low, static_cast<size_t>(*place.column_index_offset))]);
  });
  ASSERT_EQ(index.size(), 2) << testing::PrintToString(index);
  EXPECT_TRUE(index[0].starts_with("index_digest: the indexes have changed")) << index[0];
  EXPECT_TRUE(index[1].starts_with("column_index: the value 90 lies outside")) << index[1];
}

/// Where the header of data page `page` of the first column begins; pages of the file are told by their index.
size_t header_of(const FileMetaData& file, const std::string& bytes, size_t page) {
  const ChunkIndexPlace& place = file.row_groups[0].columns[0].index;
  const auto begin = static_cast<size_t>(*place.offset_index_offset);
  const OffsetIndex index = read_offset_index(as_bytes(std::string_view(bytes).substr(begin)));
  return static_cast<size_t>(index.page_locations[page].offset);
}

/// Another header in the place of one, as long as it.
void change_header(std::string& bytes, size_t at, const std::function<void(PageHeader&)>& change) {
  PlacedPageHeader placed = read_page_header(as_bytes(std::string_view(bytes).substr(at)));
  change(placed.header);
  Bytes changed;
  ASSERT_EQ(write_page_header(placed.header, changed), placed.header_bytes);
  bytes.replace(at, placed.header_bytes, changed.view());
}

TEST(Verify, FindsHeadersThatWereChanged) {
  const auto digest = errors_of_ours([](const FileMetaData& file, std::string& bytes) {
    change_header(bytes, header_of(file, bytes, 2), [](PageHeader& header) {
      header.data_page_header->repetition_level_encoding = Encoding::bit_packed;  // of which there are none
    });
  });
  ASSERT_EQ(digest.size(), 2) << testing::PrintToString(digest);
  EXPECT_TRUE(digest[0].starts_with("header_digest: the page headers have changed")) << digest[0];
  EXPECT_TRUE(digest[1].starts_with("page: page 2: its levels are not in the encoding rle")) << digest[1];
  const auto damaged = errors_with_bytes([](const FileMetaData& file, std::string& bytes) {
    bytes.replace(header_of(file, bytes, 2), 4, "\xff\xff\xff\xff");
  });
  expect_one(damaged, "page_header: ");
}

TEST(Verify, FindsPagesThatCannotBeDecoded) {
  expect_one(errors_with([](FileMetaData& file) { chunk(file, 0).num_values = 101; }), "page: ");
  const auto levels = errors_with([](FileMetaData& file) {
    file.schema[1].repetition_type = FieldRepetitionType::optional;  // the first column has no levels
    std::erase_if(file.key_value_metadata, [](const KeyValue& entry) { return entry.key == "ARROW:schema"; });
  });
  ASSERT_FALSE(levels.empty());
  EXPECT_TRUE(levels[0].starts_with("page: ")) << levels[0];
}

TEST(Verify, FindsPagesWithOtherRowsThanTheIndexSays) {
  const TemporaryDirectory folder;
  const auto schema = std::make_shared<const Schema>(Schema{{"l", list(int64())}});
  FileOptions options{.page_rows = 10, .sync = false, .runtime = test::verify_options().runtime};
  FileWriter writer(folder / "a.parquet", *schema, options);
  std::vector<std::optional<int64_t>> items(60, 7);
  writer.write(Batch(
      schema,
      {test::make_list({"element", int64()}, test::make_int64(items), std::vector<std::optional<int32_t>>(30, 2))},
      30));
  writer.close();
  test::rewrite_footer(folder / "a.parquet", [](FileMetaData& file) {
    file.row_groups[0].columns[0].index.column_index_offset.reset();
    file.row_groups[0].columns[0].index.column_index_length.reset();
  });
  std::string bytes = test::read_file(folder / "a.parquet");
  const FileMetaData file = read_footer(RandomReader::open(folder / "a.parquet")).metadata;
  const auto begin = static_cast<size_t>(*file.row_groups[0].columns[0].index.offset_index_offset);
  OffsetIndex index = read_offset_index(as_bytes(std::string_view(bytes).substr(begin)));
  index.page_locations[1].first_row_index += 1;
  Bytes changed;
  write_offset_index(index, changed);
  bytes.replace(begin, changed.size(), changed.view());
  test::write_file(folder / "a.parquet", bytes);
  const auto found = errors_of(folder / "a.parquet");
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].starts_with("page")) << found[0];
}

TEST(Verify, SaysWhatItDidNotLookAt) {
  const TemporaryDirectory folder;
  VerifyOptions options = test::verify_options();
  options.limits.page_bytes = 60;
  const auto found = errors_of(make_file(folder), options);
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].starts_with("unsupported: ")) << found[0];
}

TEST(Verify, TellsWhatIsNoFile) {
  const TemporaryDirectory folder;
  test::write_file(folder / "a.parquet", "no Parquet file, but long enough for one");
  expect_one(errors_of(folder / "a.parquet"), "footer: ");
  EXPECT_THROW(errors_of(folder / "none.parquet"), Error);
}

}  // namespace
}  // namespace sluice::verify_test
