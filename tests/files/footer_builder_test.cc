#include "files/footer_builder.h"

#include <gtest/gtest.h>

#include "format/file_metadata.h"
#include "format/footer.h"
#include "format/page_index.h"
#include "sluice/schema.h"

namespace sluice {
namespace {

/// The chunk of one page that stands at [offset, offset + 10).
FinishedChunk chunk_at(uint64_t offset, const std::string& column, bool has_column_index) {
  FinishedChunk chunk;
  chunk.data_pages.append(std::string_view("0123456789"));
  chunk.metadata.type = PhysicalType::int64;
  chunk.metadata.path_in_schema = {column};
  chunk.metadata.num_values = 3;
  chunk.metadata.total_compressed_size = 10;
  chunk.metadata.total_uncompressed_size = 25;
  chunk.offset_index.page_locations = {{0, 10, 0}};
  if (has_column_index) chunk.column_index = ColumnIndex{{false}, {column + " min"}, {column + " max"}};
  chunk.place_at(offset);
  return chunk;
}

FileMetaData footer_of(const Bytes& tail, uint64_t offset) {
  const FooterPlace place = parse_trailer(ByteSpan(tail).last(kTrailerBytes), offset + tail.size(), "file");
  EXPECT_EQ(place.offset + place.bytes + kTrailerBytes, offset + tail.size());
  return parse_file_metadata(ByteSpan(tail).subspan(place.offset - offset, place.bytes), "file");
}

TEST(FooterBuilder, FileWithoutRows) {
  const FooterBuilder builder;
  EXPECT_EQ(builder.row_groups(), 0u);
  const Bytes tail = builder.build(Schema{{"a", int64()}}, 4, {});
  const FileMetaData footer = footer_of(tail, 4);
  EXPECT_EQ(footer.num_rows, 0);
  EXPECT_TRUE(footer.row_groups.empty());
  EXPECT_EQ(footer.schema.size(), 2u);
  EXPECT_EQ(footer.column_orders, std::vector<ColumnOrder>{ColumnOrder::type_defined});
  ASSERT_TRUE(footer.created_by);
  EXPECT_EQ(footer.created_by->substr(0, 15), "sluice version ");
}

TEST(FooterBuilder, IndexesStandByKindAndTheFooterFindsThem) {
  const Schema schema{{"a", int64()}, {"b", int64()}};
  FooterBuilder builder;
  for (uint64_t group = 0; group < 3; ++group) {
    const auto tail = std::make_shared<FooterBuilder::RowGroupTail>();
    tail->rows = 3;
    tail->offset = 4 + group * 20;
    tail->bytes = 20;
    builder.add(tail);
    // Filled only after it was added, as the writer does; the second group's b has a NaN and so no column index.
    tail->chunks.resize(2);
    tail->chunks[0] = ChunkTail(chunk_at(tail->offset, "a", true));
    tail->chunks[1] = ChunkTail(chunk_at(tail->offset + 10, "b", group != 1));
  }
  EXPECT_EQ(builder.row_groups(), 3u);
  constexpr uint64_t kEnd = 64;
  const Bytes tail = builder.build(schema, kEnd, {{"k", "v"}, {"k2", ""}});
  const FileMetaData footer = footer_of(tail, kEnd);
  EXPECT_EQ(footer.num_rows, 9);
  ASSERT_EQ(footer.row_groups.size(), 3u);
  uint64_t next = kEnd;
  const auto take = [&](const auto& offset, const auto& length) {
    EXPECT_EQ(offset, static_cast<int64_t>(next));
    next += static_cast<uint64_t>(length.value_or(0));
    return ByteSpan(tail).subspan(static_cast<size_t>(offset.value_or(0)) - kEnd, static_cast<size_t>(*length));
  };
  for (size_t group = 0; group < 3; ++group) {
    for (size_t i = 0; i < 2; ++i) {
      const ChunkIndexPlace& place = footer.row_groups[group].columns[i].index;
      ASSERT_EQ(place.column_index_offset.has_value(), !(group == 1 && i == 1));
      if (!place.column_index_offset) continue;
      const ColumnIndex index = read_column_index(take(place.column_index_offset, place.column_index_length));
      EXPECT_EQ(index.min_values[0], (i == 0 ? "a min" : "b min"));
    }
  }
  for (size_t group = 0; group < 3; ++group) {
    const RowGroup& row_group = footer.row_groups[group];
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
  // The footer begins where the last index ends.
  EXPECT_EQ(parse_trailer(ByteSpan(tail).last(kTrailerBytes), kEnd + tail.size(), "file").offset, next);
  ASSERT_EQ(footer.key_value_metadata.size(), 3u);
  EXPECT_EQ(footer.key_value_metadata[0].key, "ARROW:schema");
  EXPECT_EQ(footer.key_value_metadata[1], (KeyValue{"k", "v"}));
  EXPECT_EQ(footer.key_value_metadata[2], (KeyValue{"k2", ""}));
}

TEST(FooterBuilder, SameBytesEachTime) {
  FooterBuilder builder;
  const auto group = std::make_shared<FooterBuilder::RowGroupTail>();
  group->chunks.resize(1);
  group->chunks[0] = ChunkTail(chunk_at(4, "a", true));
  builder.add(group);
  EXPECT_EQ(builder.build(Schema{{"a", int64()}}, 14, {}).view(), builder.build(Schema{{"a", int64()}}, 14, {}).view());
}

}  // namespace
}  // namespace sluice
