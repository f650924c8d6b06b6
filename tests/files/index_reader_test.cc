#include "files/index_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::index_reader_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// Two row groups of two columns, both with bloom filters, in pages of ten rows.
std::string written_file(const TemporaryDirectory& folder) {
  const Schema schema{{"n", int64(), false}, {"s", string()}};
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  for (int64_t i = 0; i < 60; ++i) {
    n.push_back(i * 3);
    s.push_back(i % 7 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 4)));
  }
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, schema,
                    {.row_group_rows = 30,
                     .page_rows = 10,
                     .columns = {{.column = "n", .bloom_filter = 0.01}, {.column = "s", .bloom_filter = 0.01}},
                     .sync = false});
  writer.write(Batch(std::make_shared<const Schema>(schema), {make_int64(n), make_text(string(), s)}, 60));
  writer.close();
  return path;
}

std::shared_ptr<const StoredFile> file_of(const std::string& content) {
  Bytes bytes;
  bytes.append(std::string_view(content));
  return StoredFile::open(RandomReader::over(std::move(bytes), "f"), {});
}

ChunkContext context() {
  ChunkContext context;
  context.pool = std::make_shared<BufferPool>(1_MiB);
  context.page_bytes_max = 128_MiB;
  return context;
}

/// Everything that indexes say of a file, as text; where one is of no use, "-".
std::string told(const std::shared_ptr<const StoredFile>& file) {
  IndexReader reader(file);
  std::string text;
  for (size_t group = 0; group < file->row_groups(); ++group) {
    for (size_t leaf = 0; leaf < file->leaves().size(); ++leaf) {
      const auto index = reader.read_index(group, leaf);
      text += index ? std::to_string(index->offsets.page_locations.size()) : "-";
      text += index && index->bounds ? index->bounds->min_values.back() + index->bounds->max_values.front() : "-";
      const auto filter = reader.read_bloom_filter(group, leaf);
      for (int64_t value = 0; value < 40; ++value)
        text += !filter ? "-" : filter->contains(bloom_hash(std::as_bytes(std::span(&value, 1)))) ? "1" : "0";
      const DictionaryEntries entries = reader.read_dictionary(group, leaf, context());
      text += entries ? std::to_string(entries->length) : "-";
    }
  }
  return text;
}

TEST(IndexReader, ReadsWhatWasWritten) {
  const TemporaryDirectory folder;
  const auto file = StoredFile::open(written_file(folder), {});
  IndexReader reader(file);
  const auto index = reader.read_index(1, 0);
  ASSERT_TRUE(index && index->bounds);
  EXPECT_EQ(index->offsets.page_locations.size(), 3u);
  EXPECT_EQ(index->offsets.page_locations[2].first_row_index, 20);
  EXPECT_EQ(load<int64_t>(index->bounds->min_values[1].data()), 120);
  const auto filter = reader.read_bloom_filter(1, 1);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->contains(bloom_hash(as_bytes("text 1"))));
  EXPECT_GT(reader.bytes_read(), 0u);
}

TEST(IndexReader, ReadsDictionariesThatAllPagesUse) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const auto file = StoredFile::open(path, {});
  IndexReader reader(file);
  const DictionaryEntries entries = reader.read_dictionary(0, 1, context());
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->length, 4);
  EXPECT_EQ(reader.read_dictionary(0, 0, context()), nullptr) << "numbers that are all different have none";
  rewrite_footer(path, [](FileMetaData& meta) {
    meta.row_groups[0].columns[1].meta_data->encoding_stats.push_back({PageType::data_page, Encoding::plain, 1});
    meta.row_groups[1].columns[1].meta_data->encoding_stats.clear();
  });
  IndexReader doubtful(StoredFile::open(path, {}));
  EXPECT_EQ(doubtful.read_dictionary(0, 1, context()), nullptr);
  EXPECT_EQ(doubtful.read_dictionary(1, 1, context()), nullptr);
}

// Indexes and filters lie between the pages of the last column and the footer.
TEST(IndexReader, AnyFlippedBitInAFileOfOursIsFound) {
  const TemporaryDirectory folder;
  const std::string whole = read_file(written_file(folder));
  const auto file = file_of(whole);
  const std::string expected = told(file);
  std::vector<std::pair<uint64_t, uint64_t>> stretches{{UINT64_MAX, file->footer().place.offset}};
  for (const RowGroup& group : file->metadata().row_groups) {
    for (const ColumnChunk& chunk : group.columns) {
      stretches[0].first = std::min(stretches[0].first, static_cast<uint64_t>(*chunk.index.column_index_offset));
      const auto filter = static_cast<uint64_t>(*chunk.meta_data->bloom_filter_offset);
      stretches.emplace_back(filter, filter + static_cast<uint64_t>(*chunk.meta_data->bloom_filter_length));
    }
  }
  for (const auto& [begin, end] : stretches) {
    for (uint64_t at = begin; at < end; ++at) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      EXPECT_THROW(told(file_of(bytes)), Error) << "byte " << at;
    }
  }
  EXPECT_EQ(stretches.size(), 5u);
}

// One filter is checked without the others.
TEST(IndexReader, AFilterHasItsOwnDigest) {
  const TemporaryDirectory folder;
  std::string bytes = read_file(written_file(folder));
  const auto place = *file_of(bytes)->chunk(0, 0).bloom_filter_offset + 20;
  bytes[static_cast<size_t>(place)] ^= 1;
  IndexReader reader(file_of(bytes));
  EXPECT_TRUE(reader.read_bloom_filter(1, 1));
  EXPECT_TRUE(reader.read_index(0, 0));
  try {
    reader.read_bloom_filter(0, 0);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_THAT(error.what(), HasSubstr("f: row group 0, column n: the bloom filter is of no use: its digest is"));
  }
}

TEST(IndexReader, InFilesOfOthersWhatIsOfNoUseIsLeft) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData&) {});
  const std::string whole = read_file(path);
  const auto file = file_of(whole);
  const std::string expected = told(file);
  size_t unused = 0;
  for (uint64_t at = static_cast<uint64_t>(*file->chunk(0, 0).bloom_filter_offset); at < file->footer().place.offset;
       ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (at % 3 == 0 ? 0xff : 1 << (at % 8)));
    try {
      unused += std::ranges::count(told(file_of(bytes)), '-') > std::ranges::count(expected, '-');
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt) << error.what();  // of pages: the second row group's are in between
    }
  }
  EXPECT_GT(unused, 50u);
}

TEST(IndexReader, PlacesOutsideOfTheFileAreLeft) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  for (const int64_t place : {INT64_MIN, int64_t{-1}, int64_t{1} << 40, INT64_MAX}) {
    write_file(path, whole);
    rewrite_footer(path, [&](FileMetaData& meta) {
      meta.row_groups[0].columns[0].index.offset_index_offset = place;
      meta.row_groups[0].columns[1].index.column_index_offset = place;
      meta.row_groups[1].columns[0].meta_data->bloom_filter_offset = place;
      meta.row_groups[1].columns[1].meta_data->bloom_filter_offset = place;
      meta.row_groups[1].columns[1].meta_data->bloom_filter_length.reset();
    });
    IndexReader reader(StoredFile::open(path, {}));
    EXPECT_FALSE(reader.read_index(0, 0));
    EXPECT_FALSE(reader.read_index(0, 1)->bounds);
    EXPECT_FALSE(reader.read_bloom_filter(1, 0));
    EXPECT_FALSE(reader.read_bloom_filter(1, 1));
  }
  write_file(path, whole);
  rewrite_footer(path, [&](FileMetaData& meta) {
    for (const int32_t bytes : {0, -1, INT32_MAX}) {
      meta.row_groups[0].columns[0].index.offset_index_length = bytes;
      meta.row_groups[0].columns[0].meta_data->bloom_filter_length = bytes;
    }
    meta.row_groups[0].columns[1].meta_data->bloom_filter_length.reset();
  });
  IndexReader reader(StoredFile::open(path, {}));
  EXPECT_FALSE(reader.read_index(0, 0));
  EXPECT_FALSE(reader.read_bloom_filter(0, 0));
  EXPECT_TRUE(reader.read_bloom_filter(0, 1)) << "older writers do not say how long it is";
}

TEST(IndexReader, OffsetIndexesThatContradictTheirChunkAreLeft) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData&) {});
  const std::string whole = read_file(path);
  const auto file = file_of(whole);
  const ChunkIndexPlace& place = file->metadata().row_groups[0].columns[0].index;
  const auto lie = [&](const std::function<void(OffsetIndex&)>& change) {
    OffsetIndex index = read_offset_index(as_bytes(whole).subspan(static_cast<size_t>(*place.offset_index_offset)));
    change(index);
    Bytes changed;
    write_offset_index(index, changed);
    std::string bytes = whole;
    // Over the pages of the second row group, which nobody reads here.
    const size_t at = static_cast<size_t>(file->chunk_place(1, 0).begin);
    bytes.replace(at, changed.size(), changed.view());
    write_file(path, bytes);
    rewrite_footer(path, [&](FileMetaData& meta) {
      meta.row_groups[0].columns[0].index.offset_index_offset = static_cast<int64_t>(at);
      meta.row_groups[0].columns[0].index.offset_index_length = static_cast<int32_t>(changed.size());
    });
    IndexReader reader(StoredFile::open(path, {}));
    return reader.read_index(0, 0).has_value();
  };
  EXPECT_TRUE(lie([](OffsetIndex&) {}));
  EXPECT_FALSE(lie([](OffsetIndex& index) { ++index.page_locations[1].offset; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[0].offset = 3; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[2].compressed_page_size += 1'000; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[2].compressed_page_size = 0; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[0].first_row_index = 1; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[1].first_row_index = 0; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations[2].first_row_index = 30; }));
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations.pop_back(); })) << "two lists of bounds too many";
  EXPECT_FALSE(lie([](OffsetIndex& index) { index.page_locations.clear(); }));
}

}  // namespace
}  // namespace sluice::index_reader_test
