#include "pages/level_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "pages/one_column.h"
#include "sluice/error.h"
#include "support/random_table.h"

namespace sluice::level_reader_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// The data pages of a chunk, one by one.
std::vector<ByteSpan> pages_of(const FinishedChunk& chunk, ByteSpan bytes) {
  std::vector<ByteSpan> pages;
  for (const PageLocation& page : chunk.offset_index.page_locations)
    pages.push_back(bytes.subspan(static_cast<size_t>(page.offset), static_cast<size_t>(page.compressed_page_size)));
  return pages;
}

void expect_levels(const Leaf& leaf, const FinishedChunk& chunk, const std::vector<Slot>& expected) {
  LevelReader reader(leaf, chunk.metadata, "a file");
  size_t at = 0;
  const Bytes bytes = chunk.data_pages.joined();
  for (const ByteSpan page : pages_of(chunk, bytes)) {
    const PageLevels& levels = reader.read(page);
    ASSERT_EQ(levels.repetition.size(), levels.slots());
    for (size_t i = 0; i < levels.slots(); ++i, ++at) {
      ASSERT_LT(at, expected.size());
      ASSERT_EQ(levels.repetition[i], expected[at].repetition) << leaf.name << ", slot " << at;
      ASSERT_EQ(levels.definition[i], expected[at].definition) << leaf.name << ", slot " << at;
    }
  }
  EXPECT_EQ(at, expected.size());
}

ChunkOptions draw_chunk_options(Draw& draw) {
  static const std::array codecs{Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4};
  ChunkOptions options = options_of(static_cast<uint64_t>(draw.magnitude(1 << 16)), draw.magnitude(500),
                                    draw.chance(50) ? kPlenty : 0, draw.one_of(codecs));
  options.compat = draw.chance(30);
  if (draw.chance(50)) options.page = PageType::data_page_v2;
  return options;
}

TEST(LevelReader, GivesBackTheLevelsOfAnyTable) {
  for (uint64_t round = 0; round < 120; ++round) {
    SCOPED_TRACE("seed 51, round " + std::to_string(round));
    Draw draw(51, round);
    const RandomTable table = draw_table(draw, {.leaves_max = 1'000, .leaves_max_large = 4'000});
    if (table.rows == 0) continue;
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    Striper striper;
    for (const Leaf& leaf : leaves) {
      const size_t root = leaf.steps[0];
      ColumnMaker maker(table.schema[root].type, draw.chance(50));
      for (const Value& value : table.columns[root]) maker.append(value);
      const Column column = maker.finish();
      const LeafSlice slice = striper.stripe(column, table.schema[root], leaf, 0, column.length);
      const std::vector<Slot> expected = slots_of(slice, leaf);
      ChunkWriter writer(leaf, draw_chunk_options(draw));
      writer.append(slice);
      ASSERT_NO_FATAL_FAILURE(expect_levels(leaf, writer.finish(), expected));
    }
  }
}

std::string fault_of(const Leaf& leaf, const ColumnMetaData& chunk, ByteSpan page) {
  try {
    LevelReader(leaf, chunk, "a file").read(page);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_EQ(error.place().field, "a[]");
    return error.what();
  }
  return "";
}

class DamagedLevels : public testing::TestWithParam<PageType> {
 protected:
  DamagedLevels() : leaf_(leaves_of(parse_schema("a list<int64>"))[0]) {
    ChunkOptions options = options_of(kPlenty, 1'000, 0, Codec::zstd);
    options.page = GetParam();
    OneColumn one("a list<int64>", options);
    one.append(make_list({"element", int64()}, counted(0, 300), {100, 0, 199, std::nullopt, 1}));
    one.finish();
    chunk_ = one.chunk().metadata;
    page_.append(one.chunk().data_pages.joined());
  }

  Leaf leaf_;
  ColumnMetaData chunk_;
  Bytes page_;
};

TEST_P(DamagedLevels, EveryChangedByteOfTheBodyIsFound) {
  ASSERT_EQ(fault_of(leaf_, chunk_, page_), "");
  const size_t header = read_page_header(page_).header_bytes;
  for (size_t at = header; at < page_.size(); ++at) {
    page_.data()[at] ^= std::byte{1};
    EXPECT_THAT(fault_of(leaf_, chunk_, page_), HasSubstr("checksum is wrong"));
    page_.data()[at] ^= std::byte{1};
  }
}

TEST_P(DamagedLevels, ChangedHeadersDoNoHarm) {
  const size_t header = read_page_header(page_).header_bytes;
  for (size_t at = 0; at < header; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      page_.data()[at] ^= std::byte(1 << bit);
      fault_of(leaf_, chunk_, page_);
      page_.data()[at] ^= std::byte(1 << bit);
    }
  }
}

TEST_P(DamagedLevels, ShortPagesAreRefused) {
  for (size_t size = 0; size < page_.size(); ++size)
    EXPECT_NE(fault_of(leaf_, chunk_, ByteSpan(page_).first(size)), "") << size;
}

TEST_P(DamagedLevels, APageHoldsNoMoreThanItsChunk) {
  chunk_.num_values = 100;
  EXPECT_THAT(fault_of(leaf_, chunk_, page_), HasSubstr("302 values, the chunk has 100 left"));
  chunk_.num_values = 1'000;
  chunk_.total_uncompressed_size = 10;
  EXPECT_THAT(fault_of(leaf_, chunk_, page_), HasSubstr("bytes, the chunk has 10 bytes left"));
  chunk_.codec = CompressionCodec::lzo;
  EXPECT_THAT(fault_of(leaf_, chunk_, page_), HasSubstr("compressed with the codec lzo"));
}

TEST_P(DamagedLevels, LevelsOfAnotherLeafAreRefused) {
  leaf_.definition_level_max = 2;
  EXPECT_NE(fault_of(leaf_, chunk_, page_), "");
}

INSTANTIATE_TEST_SUITE_P(Versions, DamagedLevels, testing::Values(PageType::data_page, PageType::data_page_v2));

}  // namespace
}  // namespace sluice::level_reader_test
