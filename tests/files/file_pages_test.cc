// What FilePages tells of the pages of files: of our own, of damaged ones, and of other writers'.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "files/footer_reader.h"
#include "format/page_header.h"
#include "format/page_index.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::file_pages_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace sluice::test;

constexpr int64_t kRows = 25;

const Schema& sample_schema() {
  static const Schema schema = parse_schema("id int64 not null, name string, tags list<string>");
  return schema;
}

/// Names repeat, every fifth is null; tags have 0 to 3 items.
Batch sample_batch() {
  std::vector<std::optional<int64_t>> ids;
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::string>> tags;
  std::vector<std::optional<int32_t>> sizes;
  for (int64_t row = 0; row < kRows; ++row) {
    ids.push_back(row);
    names.push_back(row % 5 == 0 ? std::nullopt : std::optional("n" + std::to_string(row % 3)));
    sizes.push_back(static_cast<int32_t>(row % 4));
    for (int64_t i = 0; i < row % 4; ++i) tags.push_back("t" + std::to_string(row));
  }
  return Batch(std::make_shared<const Schema>(sample_schema()),
               {make_int64(ids), make_text(string(), names),
                make_list(sample_schema()[2].type.element(), make_text(string(), tags), sizes)},
               kRows);
}

std::string written_file(const TemporaryDirectory& folder, FileOptions options = {}) {
  std::string path = folder / "sample.parquet";
  options.sync = false;
  options.page_rows = 10;
  FileWriter writer(path, sample_schema(), options);
  writer.write(sample_batch());
  writer.close();
  return path;
}

std::vector<PageLayout> pages_of(const FilePages& pages, size_t group, size_t column, bool checksums = true) {
  std::vector<PageLayout> all;
  pages.read(
      group, column, [&](const PageLayout& page) { all.push_back(page); }, checksums);
  return all;
}

std::vector<PageLayout> data_pages(std::vector<PageLayout> pages) {
  std::erase_if(pages, [](const PageLayout& page) { return !page.kind.starts_with("data"); });
  return pages;
}

TEST(FilePages, CoverTheirChunks) {
  const TemporaryDirectory folder;
  const FilePages pages(written_file(folder, {.row_group_rows = 15}));
  const FileLayout& file = pages.layout();
  ASSERT_EQ(file.row_groups.size(), 2u);
  for (size_t group = 0; group < file.row_groups.size(); ++group) {
    for (const ChunkLayout& chunk : file.row_groups[group].chunks) {
      uint64_t at = chunk.offset;
      uint64_t raw_bytes = 0;
      int64_t values = 0;
      int64_t nulls = 0;
      int64_t row = 0;
      int64_t data = 0;
      for (const PageLayout& page : pages_of(pages, group, chunk.column)) {
        EXPECT_EQ(page.offset, at);
        EXPECT_GT(page.header_bytes, 0u);
        EXPECT_LE(page.header_bytes, page.bytes);
        EXPECT_EQ(page.checksum, Checksum::right);
        at += page.bytes;
        raw_bytes += page.raw_bytes;
        if (page.kind == "dictionary") continue;
        EXPECT_EQ(page.kind, "data");
        EXPECT_EQ(page.first_row, row);
        row += page.rows.value();
        values += page.values;
        nulls += page.nulls.value();
        ++data;
      }
      EXPECT_EQ(at, chunk.offset + chunk.bytes);
      EXPECT_EQ(raw_bytes, chunk.raw_bytes);
      EXPECT_EQ(values, chunk.values);
      EXPECT_EQ(nulls, chunk.nulls);
      EXPECT_EQ(row, file.row_groups[group].rows);
      EXPECT_EQ(data, chunk.pages);
    }
  }
}

TEST(FilePages, TellEachPage) {
  const TemporaryDirectory folder;
  const FilePages pages(written_file(folder, {.profile = Profile::compat}));
  const std::vector<PageLayout> ids = data_pages(pages_of(pages, 0, 0));
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(ids[1].first_row, 10);
  EXPECT_EQ(ids[1].rows, 10);
  EXPECT_EQ(ids[1].min, "10");
  EXPECT_EQ(ids[1].max, "19");
  EXPECT_EQ(ids[1].nulls, 0);
  EXPECT_EQ(ids[1].definition_encoding, "");
  EXPECT_EQ(ids[2].rows, 5);

  const std::vector<PageLayout> names = pages_of(pages, 0, 1);
  ASSERT_EQ(names.size(), 4u);
  EXPECT_EQ(names[0].kind, "dictionary");
  EXPECT_EQ(names[0].encoding, "plain");
  EXPECT_EQ(names[0].values, 3);
  EXPECT_EQ(names[0].rows, std::nullopt);
  EXPECT_EQ(names[1].encoding, "dictionary");
  EXPECT_EQ(names[1].definition_encoding, "rle");
  EXPECT_EQ(names[1].repetition_encoding, "");
  EXPECT_EQ(names[1].definition_bytes, std::nullopt) << "pages of version 1 keep it inside";
  EXPECT_EQ(names[1].nulls, 2);
  EXPECT_EQ(names[1].min, "n0");
  EXPECT_EQ(names[1].max, "n2");

  const std::vector<PageLayout> tags = data_pages(pages_of(pages, 0, 2));
  ASSERT_EQ(tags.size(), 3u);
  EXPECT_EQ(tags[0].rows, 10);
  EXPECT_EQ(tags[0].values, 13 + 3) << "an empty list counts as one";
  EXPECT_EQ(tags[0].repetition_encoding, "rle");
}

TEST(FilePages, TellOfVersionTwo) {
  const TemporaryDirectory folder;
  const FilePages pages(written_file(folder, {.page_version = 2}));
  const std::vector<PageLayout> tags = data_pages(pages_of(pages, 0, 2));
  ASSERT_EQ(tags.size(), 3u);
  EXPECT_EQ(tags[0].kind, "data_v2");
  EXPECT_EQ(tags[0].rows, 10);
  EXPECT_GT(tags[0].definition_bytes.value(), 0u);
  EXPECT_GT(tags[0].repetition_bytes.value(), 0u);
  EXPECT_EQ(tags[0].checksum, Checksum::right);
  EXPECT_EQ(data_pages(pages_of(pages, 0, 0))[0].definition_bytes, 0u);
}

TEST(FilePages, KnowLessWithoutIndexes) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData& file) {
    for (ColumnChunk& chunk : file.row_groups[0].columns) chunk.index = {};
  });
  const FilePages pages(path);
  const std::vector<PageLayout> names = data_pages(pages_of(pages, 0, 1));
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[2].first_row, 20);
  EXPECT_EQ(names[2].rows, 5);
  EXPECT_EQ(names[2].nulls, std::nullopt);
  EXPECT_EQ(names[2].min, std::nullopt);
  const std::vector<PageLayout> tags = data_pages(pages_of(pages, 0, 2));
  EXPECT_EQ(tags[0].first_row, std::nullopt);
  EXPECT_EQ(tags[1].rows, std::nullopt) << "only levels know where rows begin";
}

TEST(FilePages, FindWrongChecksums) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const PageLayout second = data_pages(pages_of(FilePages(path), 0, 0))[1];
  std::string bytes = read_file(path);
  bytes[second.offset + second.bytes - 1] = static_cast<char>(bytes[second.offset + second.bytes - 1] ^ 1);
  write_file(path, bytes);
  const FilePages pages(path);
  const std::vector<PageLayout> ids = data_pages(pages_of(pages, 0, 0));
  EXPECT_EQ(ids[0].checksum, Checksum::right);
  EXPECT_EQ(ids[1].checksum, Checksum::wrong);
  EXPECT_EQ(ids[2].checksum, Checksum::right);
  EXPECT_EQ(data_pages(pages_of(pages, 0, 0, false))[1].checksum, Checksum::unchecked);
}

// --- lies

/// What reading all pages says; empty when it says nothing.
std::string refusal(const std::string& path) {
  try {
    const FilePages pages(path);
    for (size_t group = 0; group < pages.layout().row_groups.size(); ++group)
      for (size_t column = 0; column < pages.layout().columns.size(); ++column) pages_of(pages, group, column);
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(path));
    return error.what();
  }
  return "";
}

std::string told(const std::function<void(FileMetaData&)>& lie) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, lie);
  return refusal(path);
}

ColumnMetaData& chunk_of(FileMetaData& file, size_t column) {
  return *file.row_groups.at(0).columns.at(column).meta_data;
}

TEST(FilePagesLies, TruthIsBelieved) {
  EXPECT_EQ(told([](FileMetaData&) {}), "");
}

TEST(FilePagesLies, OfChunks) {
  const auto more = [](FileMetaData& file) { ++chunk_of(file, 1).num_values; };
  EXPECT_THAT(told(more), HasSubstr("row group 0, column name: the pages have 25 values, the footer says 26"));
  for (int64_t cut = 1; cut < 40; ++cut) {
    const auto lie = [&](FileMetaData& file) { chunk_of(file, 0).total_compressed_size -= cut; };
    EXPECT_THAT(told(lie), HasSubstr("row group 0, column id")) << cut;
  }
  const auto shifted = [](FileMetaData& file) {
    chunk_of(file, 0).data_page_offset += 1;
    chunk_of(file, 0).dictionary_page_offset.reset();
  };
  EXPECT_NE(told(shifted), "");
  const auto into_next = [](FileMetaData& file) { chunk_of(file, 0).total_compressed_size += 1; };
  EXPECT_NE(told(into_next), "");
}

/// The offset index of column `id`, which `lie` has changed, over the pages of the last column, which come to nothing.
std::string told_of_offset_index(const std::function<void(OffsetIndex&)>& lie) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  std::string whole = read_file(path);
  const FileFooter footer = read_footer(RandomReader::open(path));
  const ChunkIndexPlace& place = footer.metadata.row_groups[0].columns[0].index;
  OffsetIndex index = read_offset_index(as_bytes(whole).subspan(static_cast<size_t>(*place.offset_index_offset)));
  lie(index);
  Bytes bytes;
  write_offset_index(index, bytes);
  const int64_t at = footer.metadata.row_groups[0].columns[2].meta_data->data_page_offset;
  whole.replace(static_cast<size_t>(at), bytes.size(), bytes.view());
  write_file(path, whole);
  rewrite_footer(path, [&](FileMetaData& file) {
    file.row_groups[0].columns[0].index.offset_index_offset = at;
    file.row_groups[0].columns[0].index.offset_index_length = static_cast<int32_t>(bytes.size());
  });
  return refusal(path);
}

TEST(FilePagesLies, OfPlaces) {
  const auto place = [](OffsetIndex& index, size_t page) -> PageLocation& { return index.page_locations.at(page); };
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) { ++place(index, 1).offset; }),
              AllOf(HasSubstr("column id, data page 1 at byte"), HasSubstr("the offset index says")));
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) { --place(index, 2).compressed_page_size; }),
              HasSubstr("data page 2 at byte"));
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) { ++place(index, 1).first_row_index; }),
              HasSubstr("the page has 10 rows, the offset index says 11"));
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) { place(index, 1).first_row_index = 26; }),
              HasSubstr("from row 0 to 26 of 25"));
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) { index.page_locations.pop_back(); }),
              HasSubstr("the offset index says 15"));
  EXPECT_THAT(told_of_offset_index([&](OffsetIndex& index) {
                index.page_locations.push_back(place(index, 2));
                index.page_locations.back().first_row_index = kRows;
              }),
              HasSubstr("column id: the offset index has 4 pages, the chunk 3"));
}

TEST(FilePagesLies, OfIndexes) {
  const auto at = [](FileMetaData& file) -> ChunkIndexPlace& { return file.row_groups[0].columns[0].index; };
  const auto swap = [&](FileMetaData& file) { std::swap(at(file), file.row_groups[0].columns[1].index); };
  EXPECT_THAT(told(swap), AllOf(HasSubstr("column id, data page 0 at byte"), HasSubstr("the offset index says")));
  const auto cut = [&](FileMetaData& file) { --*at(file).column_index_length; };
  EXPECT_THAT(told(cut), HasSubstr("column id: the column index is damaged at byte"));
  const auto alone = [&](FileMetaData& file) {
    at(file).offset_index_offset.reset();
    at(file).column_index_offset = at(file).column_index_offset.value() + 1;
  };
  EXPECT_NE(told(alone), "");
}

TEST(FilePagesLies, FlippedBytesNeverCrash) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  const size_t footer = static_cast<size_t>(read_footer(RandomReader::open(path)).place.offset);
  size_t refused = 0;
  size_t read = 0;
  constexpr int kMasks[] = {0x01, 0x80, 0xff};
  for (size_t i = 4; i < footer; ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ kMasks[i % std::size(kMasks)]);
    write_file(path, bytes);
    (refusal(path).empty() ? read : refused) += 1;
  }
  EXPECT_GT(refused, 100u) << "headers and indexes";
  EXPECT_GT(read, 100u) << "what is in the pages is for their checksums";
}

// --- other writers

TEST(FilePages, ReadFilesOfOtherWriters) {
  const auto files = test::foreign_files("data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  size_t read = 0;
  for (const auto& path : files) {
    if (path.extension() != ".parquet") continue;  // encrypted
    try {
      const FilePages pages(path);
      bool wrong = false;
      for (size_t group = 0; group < pages.layout().row_groups.size(); ++group)
        for (size_t column = 0; column < pages.layout().columns.size(); ++column)
          for (const PageLayout& page : pages_of(pages, group, column)) wrong |= page.checksum == Checksum::wrong;
      EXPECT_EQ(wrong, path.filename().string().find("corrupt-checksum") != std::string::npos) << path;
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unsupported) << error.what();
    }
  }
  EXPECT_GT(read, 30u);
}

}  // namespace
}  // namespace sluice::file_pages_test
