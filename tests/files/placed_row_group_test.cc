#include "files/placed_row_group.h"

#include <gtest/gtest.h>

#include "files/scratch_shelves.h"
#include "format/file_metadata.h"
#include "support/memory_sink.h"

namespace sluice::placed_row_group_test {
namespace {

/// Chunk `i`: pages of letters, every second one with a dictionary, every third one with a bloom filter.
FinishedChunk chunk(size_t i, size_t page_bytes = 10) {
  const auto letter = static_cast<char>('a' + i);
  FinishedChunk chunk;
  if (i % 2 == 0) chunk.dictionary_page.append(std::string(3, letter));
  chunk.data_pages.append(std::string(page_bytes + i, letter));
  if (i % 3 == 0) chunk.bloom_filter.append(std::string(5 + i, static_cast<char>('A' + i)));
  chunk.metadata.path_in_schema = {std::string(1, letter)};
  chunk.metadata.total_uncompressed_size = 100;
  chunk.metadata.data_page_offset = static_cast<int64_t>(chunk.dictionary_page.size());
  if (i % 2 == 0) chunk.metadata.dictionary_page_offset = 0;
  return chunk;
}

std::vector<FinishedChunk> chunks_of(size_t count, size_t page_bytes = 10) {
  std::vector<FinishedChunk> chunks;
  for (size_t i = 0; i < count; ++i) chunks.push_back(chunk(i, page_bytes));
  return chunks;
}

/// What should stand in the file from the row group's begin on.
std::string bytes_of(size_t count, size_t page_bytes = 10) {
  std::string pages;
  std::string filters;
  for (size_t i = 0; i < count; ++i) {
    const FinishedChunk one = chunk(i, page_bytes);
    pages += std::string(one.dictionary_page.view()) + std::string(one.data_pages.joined().view());
    filters += one.bloom_filter.view();
  }
  return pages + filters;
}

constexpr uint64_t kOffset = 7;

TEST(PlacedRowGroup, StandsInOrderInAnyNumberOfParts) {
  for (const size_t count : {1, 2, 7, 26}) {
    for (size_t parts = 1; parts <= std::min<size_t>(count, 8); ++parts) {
      PlacedRowGroup group(chunks_of(count), 42, kOffset, parts);
      const std::string expected = bytes_of(count);
      EXPECT_EQ(group.parts(), parts);
      EXPECT_EQ(group.end(), kOffset + expected.size());
      const auto file = std::make_shared<MemoryFile>();
      MemorySink sink(file);
      const std::atomic<bool> go_on = true;
      uint64_t written = 0;
      size_t tails_count = 0;
      for (size_t part = parts; part-- > 0;) {  // in any order
        ChunkTails tails;
        written += group.write(part, sink, go_on, tails);
        tails_count += tails.sizes.size();
      }
      EXPECT_EQ(written, expected.size());
      EXPECT_EQ(tails_count, count);
      EXPECT_TRUE(as_text(ByteSpan(file->bytes).subspan(kOffset)) == expected) << count << " in " << parts;
    }
  }
}

// Pages that waited in a scratch file, more of them than are fetched at a time, come before those in memory.
TEST(PlacedRowGroup, FetchesPagesFromTheirShelf) {
  constexpr size_t kPageBytes = 3'000'000;
  for (const size_t parts : {1, 3}) {
    std::vector<FinishedChunk> chunks = chunks_of(4, kPageBytes);
    ScratchShelves shelves;
    for (FinishedChunk& one : chunks) {
      const std::shared_ptr<PageShelf> shelf = shelves.of_row_group(5);
      EXPECT_EQ(shelf, shelves.of_row_group(5));
      EXPECT_NE(shelf, shelves.of_row_group(6));
      const Bytes pages = one.data_pages.joined();
      const size_t shelved = pages.size() - 7;
      for (const size_t begin : {size_t{0}, shelved / 4}) {
        const size_t end = begin == 0 ? shelved / 4 : shelved;
        one.shelved_pages.push_back({shelf, shelf->put(ByteSpan(pages).subspan(begin, end - begin)), end - begin});
      }
      one.data_pages = {};
      one.data_pages.append(ByteSpan(pages).subspan(shelved));
    }
    const auto budget = std::make_shared<Budget>();
    const uint64_t used = budget->used();
    PlacedRowGroup group(std::move(chunks), 42, kOffset, parts);
    group.count_in(budget);
    EXPECT_GE(budget->used(), used + 4 * 7);
    const auto file = std::make_shared<MemoryFile>();
    MemorySink sink(file);
    for (size_t part = 0; part < parts; ++part) {
      ChunkTails tails;
      group.write(part, sink, true, tails);
    }
    EXPECT_TRUE(as_text(ByteSpan(file->bytes).subspan(kOffset)) == bytes_of(4, kPageBytes));
  }
}

TEST(PlacedRowGroup, TellsEachChunkItsPlace) {
  const PlacedRowGroup group(chunks_of(4), 42, kOffset, 2);
  EXPECT_EQ(group.totals().rows, 42);
  EXPECT_EQ(group.totals().offset, kOffset);
  EXPECT_EQ(group.totals().raw_bytes, 400u);
  const std::string bytes = bytes_of(4);
  for (size_t i = 0; i < 4; ++i) {
    const ColumnMetaData& meta = group.chunks()[i].metadata;
    const auto letter = static_cast<char>('a' + i);
    const auto first = static_cast<int64_t>(bytes.find(letter) + kOffset);
    EXPECT_EQ(meta.dictionary_page_offset.value_or(meta.data_page_offset), first);
    EXPECT_EQ(meta.data_page_offset, first + (i % 2 == 0 ? 3 : 0));
    ASSERT_EQ(meta.bloom_filter_offset.has_value(), i % 3 == 0);
    if (!meta.bloom_filter_offset) continue;
    EXPECT_EQ(*meta.bloom_filter_offset, static_cast<int64_t>(bytes.find(static_cast<char>('A' + i)) + kOffset));
    EXPECT_EQ(meta.bloom_filter_length, static_cast<int32_t>(5 + i));
  }
  EXPECT_EQ(group.totals().bytes, bytes.find('A')) << "bloom filters are no part of it";
}

// Pages longer than what is gathered for one write, to a pipe, which insists on the order.
TEST(PlacedRowGroup, LongPagesToAPipe) {
  const size_t page_bytes = 100'000;
  PlacedRowGroup group(chunks_of(5, page_bytes), 1, 0, 1);
  const auto file = std::make_shared<MemoryFile>();
  MemorySink sink(file, false);
  const std::atomic<bool> go_on = true;
  ChunkTails tails;
  group.write(0, sink, go_on, tails);
  EXPECT_TRUE(as_text(file->bytes) == bytes_of(5, page_bytes));
}

TEST(PlacedRowGroup, StopsWhenTold) {
  PlacedRowGroup group(chunks_of(5), 1, 0, 1);
  const auto file = std::make_shared<MemoryFile>();
  MemorySink sink(file);
  const std::atomic<bool> go_on = false;
  ChunkTails tails;
  EXPECT_EQ(group.write(0, sink, go_on, tails), 0u);
  EXPECT_TRUE(file->bytes.empty());
  EXPECT_TRUE(tails.sizes.empty());
}

}  // namespace
}  // namespace sluice::placed_row_group_test
