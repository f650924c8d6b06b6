#include "files/footer_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "format/footer.h"
#include "format/page_index.h"
#include "sluice/error.h"
#include "support/live_heap.h"
#include "support/memory_sink.h"

namespace sluice::footer_builder_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Lt;

constexpr uint64_t kChunkBytes = 10;

/// The chunk of one page that stands at [offset, offset + 10).
FinishedChunk chunk_at(uint64_t offset, const std::string& column, bool has_column_index) {
  FinishedChunk chunk;
  chunk.data_pages.append(std::string_view("0123456789"));
  chunk.metadata.type = PhysicalType::int64;
  chunk.metadata.path_in_schema = {column};
  chunk.metadata.num_values = 3;
  chunk.metadata.total_compressed_size = kChunkBytes;
  chunk.metadata.total_uncompressed_size = 25;
  chunk.offset_index.page_locations = {{0, kChunkBytes, 0}};
  chunk.headers_digest = offset;
  if (has_column_index) chunk.column_index = ColumnIndex{{false}, {column + " min"}, {column + " max"}};
  chunk.place_at(offset);
  return chunk;
}

FooterBuilder builder_with(FooterBuilder::Limits limits = {}) {
  return FooterBuilder([] { return ScratchFile::unnamed(); }, "a.parquet", limits);
}

/// One more row group of the columns "a" and "b" behind `groups` others; the second group's b has a NaN and so no
/// column index. Announced, not finished.
std::shared_ptr<FooterBuilder::RowGroupTail> begin_group(FooterBuilder& builder, size_t groups, size_t parts = 1) {
  const uint64_t offset = 4 + groups * 2 * kChunkBytes;
  auto group = builder.begin({.rows = 3, .offset = offset, .bytes = 2 * kChunkBytes, .raw_bytes = 50}, parts);
  FinishedChunk a = chunk_at(offset, "a", true);
  FinishedChunk b = chunk_at(offset + kChunkBytes, "b", groups != 1);
  if (groups != 1) b.bloom_filter.append("filter " + std::to_string(groups));
  group->parts.front().add(a);
  group->parts.back().add(b);
  return group;
}

const Schema kSchema{{"a", int64()}, {"b", int64()}};

/// The tail of a file whose row groups end at `offset`, as bytes, and as a footer.
struct Tail {
  uint64_t offset = 0;
  WrittenTail written;
  std::vector<std::byte> bytes;
  FooterPlace place;
  FileMetaData footer;

  ByteSpan at(uint64_t begin, size_t size) const { return ByteSpan(bytes).subspan(begin - offset, size); }
};

Tail tail_of(const FooterBuilder& builder, uint64_t offset, const Schema& schema = kSchema,
             const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
  Tail tail;
  tail.offset = offset;
  const auto file = std::make_shared<MemoryFile>();
  file->bytes.resize(offset);
  MemorySink sink(file, false);  // which insists on the order
  tail.written = builder.write(schema, {}, offset, metadata, sink);
  EXPECT_EQ(tail.written.bytes, file->bytes.size() - offset);
  tail.bytes.assign(file->bytes.begin() + static_cast<std::ptrdiff_t>(offset), file->bytes.end());
  tail.place = parse_trailer(ByteSpan(file->bytes).last(kTrailerBytes), file->bytes.size(), "file");
  EXPECT_EQ(tail.place.offset + tail.place.bytes + kTrailerBytes, file->bytes.size());
  tail.footer = parse_file_metadata(tail.at(tail.place.offset, tail.place.bytes), "file");
  return tail;
}

std::string value_of(const FileMetaData& footer, const std::string& key) {
  for (const KeyValue& entry : footer.key_value_metadata)
    if (entry.key == key) return entry.value.value_or("");
  return "";
}

TEST(FooterBuilder, FileWithoutRows) {
  const FooterBuilder builder = builder_with();
  const Tail tail = tail_of(builder, 4, Schema{{"a", int64()}});
  EXPECT_EQ(tail.footer.num_rows, 0);
  EXPECT_TRUE(tail.footer.row_groups.empty());
  EXPECT_TRUE(tail.written.row_group_offsets.empty());
  EXPECT_EQ(tail.footer.schema.size(), 2u);
  EXPECT_EQ(tail.footer.column_orders, std::vector<ColumnOrder>{ColumnOrder::type_defined});
  ASSERT_TRUE(tail.footer.created_by);
  EXPECT_EQ(tail.footer.created_by->substr(0, 15), "sluice version ");
  EXPECT_EQ(value_of(tail.footer, kIndexDigestKey), "ef46db3751d8e999");
  EXPECT_EQ(tail.place.offset, 4u);
}

// Three row groups of two chunks: each index stands where the footer says, one behind the other.
void expect_three_groups(const Tail& tail) {
  EXPECT_EQ(tail.footer.num_rows, 9);
  ASSERT_EQ(tail.footer.row_groups.size(), 3u);
  EXPECT_THAT(tail.written.row_group_offsets, ElementsAre(4, 24, 44));
  uint64_t next = tail.offset;
  const auto take = [&](const auto& offset, const auto& length) {
    EXPECT_EQ(offset, static_cast<int64_t>(next));
    next += static_cast<uint64_t>(length.value_or(0));
    return tail.at(static_cast<uint64_t>(offset.value_or(0)), static_cast<size_t>(*length));
  };
  for (size_t group = 0; group < 3; ++group) {
    for (size_t i = 0; i < 2; ++i) {
      const ChunkIndexPlace& place = tail.footer.row_groups[group].columns[i].index;
      ASSERT_EQ(place.column_index_offset.has_value(), !(group == 1 && i == 1));
      if (!place.column_index_offset) continue;
      const ColumnIndex index = read_column_index(take(place.column_index_offset, place.column_index_length));
      EXPECT_EQ(index.min_values[0], (i == 0 ? "a min" : "b min"));
    }
  }
  for (size_t group = 0; group < 3; ++group) {
    const RowGroup& row_group = tail.footer.row_groups[group];
    EXPECT_EQ(row_group.num_rows, 3);
    EXPECT_EQ(row_group.file_offset, static_cast<int64_t>(4 + group * 20));
    EXPECT_EQ(row_group.total_compressed_size, 20);
    EXPECT_EQ(row_group.total_byte_size, 50);
    EXPECT_EQ(row_group.ordinal, static_cast<int16_t>(group));
    for (size_t i = 0; i < 2; ++i) {
      const ChunkIndexPlace& place = row_group.columns[i].index;
      const OffsetIndex index = read_offset_index(take(place.offset_index_offset, place.offset_index_length));
      EXPECT_EQ(index.page_locations[0].offset, static_cast<int64_t>(4 + group * 20 + i * 10));
      EXPECT_EQ(row_group.columns[i].meta_data->data_page_offset, index.page_locations[0].offset);
    }
  }
  EXPECT_EQ(tail.place.offset, next) << "the footer begins where the last index ends";
}

TEST(FooterBuilder, IndexesStandByKindAndTheFooterFindsThem) {
  FooterBuilder builder = builder_with();
  for (size_t group = 0; group < 3; ++group) builder.finish(begin_group(builder, group, 2));
  const Tail tail = tail_of(builder, 64, kSchema, {{"k", "v"}, {"k2", ""}});
  expect_three_groups(tail);
  ASSERT_EQ(tail.footer.key_value_metadata.size(), 5u);
  EXPECT_EQ(tail.footer.key_value_metadata[0].key, "ARROW:schema");
  EXPECT_EQ(tail.footer.key_value_metadata[1], (KeyValue{"k", "v"}));
  EXPECT_EQ(tail.footer.key_value_metadata[2], (KeyValue{"k2", ""}));
  EXPECT_EQ(tail.footer.key_value_metadata[3].key, "sluice.digest.indexes");
  EXPECT_EQ(tail.footer.key_value_metadata[4].key, "sluice.digest.footer");
}

TEST(FooterBuilder, RowGroupsMayFinishOutOfOrder) {
  FooterBuilder builder = builder_with();
  std::vector<std::shared_ptr<FooterBuilder::RowGroupTail>> groups;
  for (size_t group = 0; group < 3; ++group) groups.push_back(begin_group(builder, group));
  for (const size_t group : {2, 0, 1}) builder.finish(groups[group]);
  expect_three_groups(tail_of(builder, 64));
}

// Parts, and the file that a journal needs, leave no trace; and a second time gives the same.
TEST(FooterBuilder, SameBytesHoweverTheyCame) {
  std::vector<Tail> tails;
  for (const size_t memory_bytes_max : {0, 500, 1 << 20}) {
    for (const size_t parts : {1, 2}) {
      FooterBuilder builder = builder_with({.memory_bytes_max = memory_bytes_max});
      for (size_t group = 0; group < 50; ++group) builder.finish(begin_group(builder, group, parts));
      tails.push_back(tail_of(builder, 1'004));
      tails.push_back(tail_of(builder, 1'004));
    }
  }
  for (const Tail& tail : tails) EXPECT_TRUE(tail.bytes == tails[0].bytes);
}

// Calculated anew as docs/digests.md says, not as the code does.
TEST(FooterBuilder, DigestsAreAsTheirPageSays) {
  FooterBuilder builder = builder_with();
  for (size_t group = 0; group < 3; ++group) builder.finish(begin_group(builder, group));
  const Tail tail = tail_of(builder, 64, kSchema, {{"k", "v"}});
  std::string indexes = {};
  for (const std::string_view filter : {"filter 0", "filter 2"}) {
    const uint64_t digest = digest_of(as_bytes(filter));
    indexes.append(as_text(std::as_bytes(std::span(&digest, 1))));
  }
  indexes += as_text(tail.at(tail.offset, tail.place.offset - tail.offset));
  EXPECT_EQ(value_of(tail.footer, "sluice.digest.indexes"), digest_text(digest_of(as_bytes(indexes))));
  std::string footer(as_text(tail.at(tail.place.offset, tail.place.bytes)));
  const std::string digest = value_of(tail.footer, "sluice.digest.footer");
  ASSERT_EQ(digest.size(), 16u);
  footer.replace(footer.rfind(digest), 16, 16, '0');
  EXPECT_EQ(digest, digest_text(digest_of(as_bytes(footer))));
  const ColumnMetaData& chunk = *tail.footer.row_groups[2].columns[1].meta_data;
  ASSERT_EQ(chunk.key_value_metadata.size(), 2u);
  EXPECT_EQ(chunk.key_value_metadata[0], (KeyValue{"sluice.digest", "0000000000000036"})) << "its offset, 54";
  EXPECT_EQ(chunk.key_value_metadata[1],
            (KeyValue{"sluice.digest.bloom", digest_text(digest_of(as_bytes("filter 2")))}));
  EXPECT_EQ(tail.footer.row_groups[1].columns[1].meta_data->key_value_metadata.size(), 1u) << "it has no filter";
}

TEST(FooterBuilder, SortingColumnsStandInEachRowGroup) {
  FooterBuilder builder = builder_with();
  for (size_t group = 0; group < 2; ++group) builder.finish(begin_group(builder, group));
  const auto file = std::make_shared<MemoryFile>();
  MemorySink sink(file);
  const std::vector<SortingColumn> columns{{1, true, false}, {0, false, true}};
  builder.write(kSchema, columns, 44, {}, sink);
  const ByteSpan bytes(file->bytes);
  const FooterPlace place = parse_trailer(bytes.last(kTrailerBytes), bytes.size(), "file");
  const FileMetaData footer = parse_file_metadata(bytes.subspan(place.offset, place.bytes), "file");
  for (const RowGroup& group : footer.row_groups) EXPECT_EQ(group.sorting_columns, columns);
}

// A tail of many pieces: more than is gathered for one write, from a journal in a file.
TEST(FooterBuilder, LongTailsComeInPieces) {
  class CountingSink : public MemorySink {
   public:
    using MemorySink::MemorySink;
    void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
      longest = std::max(longest, bytes.size());
      MemorySink::write_at(offset, bytes);
    }
    size_t longest = 0;
  };
  constexpr size_t kGroups = 5'000;
  FooterBuilder builder = builder_with({.memory_bytes_max = 100'000});
  for (size_t group = 0; group < kGroups; ++group) builder.finish(begin_group(builder, group));
  const auto file = std::make_shared<MemoryFile>();
  CountingSink sink(file);
  const WrittenTail written = builder.write(kSchema, {}, 4 + kGroups * 20, {}, sink);
  EXPECT_GT(written.bytes, 1'000'000u);
  EXPECT_THAT(sink.longest, AllOf(Lt(400'000u), Lt(written.bytes / 3)));
  const ByteSpan bytes(file->bytes);
  const FooterPlace place = parse_trailer(bytes.last(kTrailerBytes), bytes.size(), "file");
  const FileMetaData footer = parse_file_metadata(bytes.subspan(place.offset, place.bytes), "file");
  ASSERT_EQ(footer.row_groups.size(), kGroups);
  EXPECT_EQ(footer.row_groups.back().file_offset, static_cast<int64_t>(4 + (kGroups - 1) * 20));
}

/// A destination that keeps nothing.
class NoSink : public Sink {
 public:
  const std::string& name() const override { return name_; }
  bool positional() const override { return false; }
  void write_at(uint64_t, std::span<const std::byte>) override {
    heap_bytes_max = std::max(heap_bytes_max, test::live_heap_bytes());
  }
  void publish() override {}

  size_t heap_bytes_max = 0;

 private:
  const std::string name_ = "nowhere";
};

// What grows with the row groups is their offsets in the result, eight bytes each.
TEST(FooterBuilder, MemoryDoesNotGrowWithRowGroups) {
  constexpr size_t kGroups = 30'000;
  FooterBuilder builder = builder_with({.memory_bytes_max = 50'000});
  size_t early = 0;
  size_t late = 0;
  for (size_t group = 0; group < kGroups; ++group) {
    builder.finish(begin_group(builder, group));
    size_t& seen = group < 1'000 ? early : late;
    seen = std::max(seen, test::live_heap_bytes());
  }
  EXPECT_LT(late, early + 10'000);
  NoSink sink;
  const WrittenTail written = builder.write(kSchema, {}, 4 + kGroups * 20, {}, sink);
  EXPECT_EQ(written.row_group_offsets.size(), kGroups);
  EXPECT_GT(written.bytes, 6'000'000u);
  EXPECT_LT(sink.heap_bytes_max, early + kGroups * sizeof(uint64_t) + 1'500'000) << "windows and pieces";
}

void expect_refused(const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("a.parquet: the footer for "));
    EXPECT_THAT(error.what(), HasSubstr(" row groups of 2 columns"));
    EXPECT_THAT(error.hint(), HasSubstr("row_group_rows"));
  }
}

// As soon as the row groups alone are too much, and else at the end, exactly.
TEST(FooterBuilder, RefusesAFooterThatNobodyCouldRead) {
  FooterBuilder measured = builder_with();
  for (size_t group = 0; group < 10; ++group) measured.finish(begin_group(measured, group));
  const uint64_t bytes = tail_of(measured, 204).place.bytes;
  for (const uint64_t limit : {bytes, bytes - 1}) {
    FooterBuilder builder = builder_with({.footer_bytes_max = limit});
    for (size_t group = 0; group < 10; ++group) builder.finish(begin_group(builder, group));
    if (limit == bytes)
      tail_of(builder, 204);
    else
      expect_refused([&] { tail_of(builder, 204); });
  }
  FooterBuilder builder = builder_with({.footer_bytes_max = 1'000});
  expect_refused([&] {
    for (size_t group = 0; group < 10; ++group) builder.finish(begin_group(builder, group));
  });
}

}  // namespace
}  // namespace sluice::footer_builder_test
