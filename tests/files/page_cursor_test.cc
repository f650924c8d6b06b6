#include "files/page_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/index_reader.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::page_cursor_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

constexpr int64_t kRows = 95;

/// Two row groups; "s" has a dictionary, "t" is a list.
std::string written_file(const TemporaryDirectory& folder, FileOptions options = {}) {
  const Schema schema = parse_schema("n int64 not null, s string, t list<int64 not null> not null");
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  std::vector<std::optional<int64_t>> items;
  std::vector<std::optional<int32_t>> sizes;
  for (int64_t i = 0; i < kRows; ++i) {
    n.push_back(i * 1'000'003);
    s.push_back(i % 5 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 3)));
    sizes.push_back(static_cast<int32_t>(i % 3));
    for (int64_t k = 0; k < i % 3; ++k) items.push_back(i);
  }
  options.row_group_rows = 50;
  options.page_rows = 10;
  options.sync = false;
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, schema, options);
  writer.write(Batch(
      std::make_shared<const Schema>(schema),
      {make_int64(n), make_text(string(), s), make_list(schema[2].type.element(), make_int64(items), sizes)}, kRows));
  writer.close();
  return path;
}

/// What went through the cursor, as text; `skips` says which data pages to pass over.
std::string walk(
    const StoredFile& file, size_t group, size_t leaf, const PageCursorOptions& options,
    const std::function<bool(size_t)>& skips = [](size_t) { return false; }) {
  PageCursor cursor(file, group, leaf, options);
  std::string text;
  for (size_t page = 0;;) {
    if (const auto planned = cursor.planned(); planned && skips(page)) {
      text += "[" + std::to_string(planned->first_row) + "," + std::to_string(planned->end_row) + ") ";
      cursor.pass_planned();
      ++page;
      continue;
    }
    const PlacedPageHeader* const placed = cursor.next();
    if (placed == nullptr) break;
    text += std::string(to_string(placed->header.type)) + "@" + std::to_string(cursor.offset()) + " ";
    EXPECT_EQ(cursor.body().size(), static_cast<size_t>(placed->header.compressed_page_size));
    page += placed->header.data_page_header || placed->header.data_page_header_v2 ? 1 : 0;
  }
  cursor.check_digest();
  return text;
}

TEST(PageCursor, FindsThePagesThatInspectFinds) {
  for (const int version : {1, 2}) {
    const TemporaryDirectory folder;
    const std::string path = written_file(folder, {.page_version = version});
    const auto file = StoredFile::open(path, {});
    const FilePages pages(path);
    for (size_t group = 0; group < 2; ++group) {
      for (size_t leaf = 0; leaf < 3; ++leaf) {
        std::string expected;
        pages.read(group, leaf,
                   [&](const PageLayout& page) { expected += page.kind + "@" + std::to_string(page.offset) + " "; });
        // Windows of all sizes: smaller than a header, than a page, than a chunk, and larger.
        for (const uint64_t read_bytes : {1, 30, 100, 1'000, 1'000'000})
          EXPECT_EQ(walk(*file, group, leaf, {.read_bytes = read_bytes}), expected) << read_bytes;
        IndexReader indexes(file);
        const std::optional<ChunkIndex> index = indexes.read_index(group, leaf);
        ASSERT_TRUE(index);
        EXPECT_EQ(walk(*file, group, leaf, {.offset_index = &index->offsets}), expected);
      }
    }
  }
}

TEST(PageCursor, PassesOverPagesUnread) {
  const TemporaryDirectory folder;
  const auto file = StoredFile::open(written_file(folder), {});
  IndexReader indexes(file);
  const std::optional<ChunkIndex> index = indexes.read_index(0, 1);
  ASSERT_TRUE(index);
  const auto& places = index->offsets.page_locations;
  ASSERT_EQ(places.size(), 5u);
  const auto at = [&](size_t page) { return "data@" + std::to_string(places[page].offset) + " "; };
  const std::string dictionary = "dictionary@" + std::to_string(file->chunk_place(0, 1).begin) + " ";
  EXPECT_EQ(walk(*file, 0, 1, {.offset_index = &index->offsets}, [](size_t page) { return page != 2; }),
            dictionary + "[0,10) [10,20) " + at(2) + "[30,40) [40,50) ");
  EXPECT_EQ(walk(*file, 0, 1, {.offset_index = &index->offsets}, [](size_t page) { return page == 4; }),
            dictionary + at(0) + at(1) + at(2) + at(3) + "[40,50) ");
  PageCursor cursor(*file, 0, 1, {.offset_index = &index->offsets});
  EXPECT_FALSE(cursor.planned()) << "the dictionary comes first";
  cursor.next();
  EXPECT_EQ(cursor.bytes_read(), static_cast<uint64_t>(places[0].offset) - file->chunk_place(0, 1).begin);
  const uint64_t before = cursor.bytes_read();
  for (int page = 0; page < 4; ++page) cursor.pass_planned();
  cursor.release_memory();
  cursor.next();
  cursor.body();
  EXPECT_EQ(cursor.bytes_read() - before, static_cast<uint64_t>(places[4].compressed_page_size));
}

TEST(FileWindow, ShowsAnyBytesInAnyOrder) {
  const TemporaryDirectory folder;
  std::string bytes;
  for (int i = 0; i < 1'000; ++i) bytes += static_cast<char>(i * 7);
  write_file(folder / "a", bytes);
  const RandomReader file = RandomReader::open(folder / "a");
  Draw draw(11);
  FileWindow window(file, 900);
  uint64_t at = 0;
  for (int i = 0; i < 2'000; ++i) {
    const uint64_t offset = draw.chance(80) ? std::min<uint64_t>(at + draw.below(40), 900) : draw.below(901);
    const uint64_t count = draw.below(std::min<uint64_t>(901 - offset, 200));
    EXPECT_EQ(as_text(window.view(offset, count, draw.below(300))), bytes.substr(offset, count));
    at = offset + count;
    if (draw.chance(2)) window.release_memory();
  }
  EXPECT_THROW(FileWindow(file, 2'000).view(990, 100, 0), Error);
}

// ---- damage ---------------------------------------------------------------------------------------------------------

std::string fault_of(const std::string& content, bool with_index, size_t leaf) {
  Bytes bytes;
  bytes.append(std::string_view(content));
  try {
    const auto file = StoredFile::open(RandomReader::over(std::move(bytes), "f"), {});
    IndexReader indexes(file);
    const std::optional<ChunkIndex> index = with_index ? indexes.read_index(0, leaf) : std::nullopt;
    walk(*file, 0, leaf, {.page_bytes_max = 1 << 20, .offset_index = index ? &index->offsets : nullptr});
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("f: row group 0, column "));
    return error.what();
  }
  return "";
}

// In a file of ours a header that changed is an error; the digest finds what nothing else contradicts.
TEST(PageCursor, AnyFlippedBitOfAHeaderIsFound) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  const auto file = StoredFile::open(path, {});
  for (const size_t leaf : {1, 2}) {
    PageCursor cursor(*file, 0, leaf, {});
    while (const PlacedPageHeader* const placed = cursor.next()) {
      for (size_t i = 0; i < placed->header_bytes; ++i) {
        std::string bytes = whole;
        const size_t at = static_cast<size_t>(cursor.offset()) + i;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8)));
        EXPECT_NE(fault_of(bytes, i % 2 == 0, leaf), "") << "byte " << at;
      }
    }
  }
}

TEST(PageCursor, FlippedBytesOfForeignFilesDoNoHarm) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  rewrite_footer(path, [](FileMetaData&) {});
  const std::string whole = read_file(path);
  const auto end = static_cast<size_t>(StoredFile::open(path, {})->chunk_place(0, 2).end());
  for (size_t i = 4; i < end; ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ (i % 3 == 0 ? 0xff : 1 << (i % 8)));
    for (size_t leaf = 0; leaf < 3; ++leaf) fault_of(bytes, i % 2 == 0, leaf);
  }
}

TEST(PageCursor, HoldsChunksAgainstTheirPages) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const std::string whole = read_file(path);
  for (int64_t cut = 1; cut < 37; ++cut) {
    write_file(path, whole);
    rewrite_footer(path,
                   [&](FileMetaData& file) { file.row_groups[0].columns[0].meta_data->total_compressed_size -= cut; });
    EXPECT_THAT(fault_of(read_file(path), false, 0), HasSubstr("column n, ")) << cut;
  }
  write_file(path, whole);
  const auto place = StoredFile::open(path, {})->chunk_place(0, 0);
  rewrite_footer(path, [&](FileMetaData& file) {
    ColumnMetaData& meta = *file.row_groups[0].columns[1].meta_data;
    meta.total_compressed_size += static_cast<int64_t>(place.bytes);
    meta.dictionary_page_offset.reset();
    meta.data_page_offset = static_cast<int64_t>(place.begin);
  });
  EXPECT_THAT(fault_of(read_file(path), false, 1),
              HasSubstr("a dictionary page, which can only be the first page of its chunk"));
}

TEST(PageCursor, RefusesPagesBeyondTheCap) {
  const TemporaryDirectory folder;
  const auto file = StoredFile::open(written_file(folder), {});
  PageCursor cursor(*file, 0, 0, {.page_bytes_max = 5});
  try {
    cursor.next();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("more than the 5 that are read"));
  }
}

TEST(PageCursor, WalksFilesOfOtherWriters) {
  const auto files = foreign_files("data");
  if (files.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  size_t pages = 0;
  size_t indexes_used = 0;
  for (const auto& path : files) {
    if (path.extension() != ".parquet") continue;
    const auto file = StoredFile::open(path, {});
    IndexReader indexes(file);
    for (size_t group = 0; group < file->row_groups(); ++group) {
      for (size_t leaf = 0; leaf < file->leaves().size(); ++leaf) {
        const auto index = indexes.read_index(group, leaf);
        indexes_used += index.has_value();
        PageCursor cursor(*file, group, leaf,
                          {.page_bytes_max = UINT64_MAX, .offset_index = index ? &index->offsets : nullptr});
        while (cursor.next() != nullptr) ++pages;
      }
    }
  }
  EXPECT_GT(pages, 1'000u);
  EXPECT_GT(indexes_used, 20u);
}

}  // namespace
}  // namespace sluice::page_cursor_test
