// What single columns ask of their chunks: encodings, codecs, statistics, bloom filters, pages by content.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pages/one_column.h"
#include "support/draw.h"

namespace sluice::column_requests_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

TEST(ChunkWriter, ARequestedEncodingIsTheOneOfAllPages) {
  for (const Encoding encoding :
       {Encoding::plain, Encoding::rle_dictionary, Encoding::delta_binary_packed, Encoding::byte_stream_split}) {
    ChunkOptions options = options_of(kPlenty, 1'000, kPlenty);
    options.encoding = encoding;
    OneColumn one("a int64", options);
    one.append(counted(0, 5'000));
    for (const ReadPage& page : one.finish().pages) EXPECT_EQ(page.encoding(), encoding);
    EXPECT_EQ(one.chunk().metadata.key_value_metadata,
              (std::vector<KeyValue>{{"sluice.encoding", std::string(to_string(encoding)) + ": as asked"}}));
  }
}

TEST(ChunkWriter, KeepsWhyAnEncodingWasChosen) {
  ChunkOptions options = options_of(kPlenty, 1'000, kPlenty);
  options.compat = false;
  OneColumn one("a int64", options);
  one.append(counted(0, 5'000));
  one.finish();
  const std::vector<KeyValue>& kept = one.chunk().metadata.key_value_metadata;
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].key, "sluice.encoding");
  EXPECT_THAT(*kept[0].value, testing::MatchesRegex("delta_binary_packed: 0\\.[0-9]+ bytes a value; plain 8\\.00, "
                                                    "dictionary [0-9.]+"));
  one.append(counted(0, 999));
  one.finish();
  EXPECT_THAT(one.chunk().metadata.key_value_metadata, testing::IsEmpty()) << "of so few the reason takes more room";
}

TEST(ChunkWriter, AChunkThatDoesNotShrinkIsLeftUncompressed) {
  std::vector<std::optional<int64_t>> noise;
  Draw draw(1, 1);
  for (int i = 0; i < 5'000; ++i) noise.push_back(static_cast<int64_t>(draw.bits()));
  for (const Codec codec : {Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4}) {
    OneColumn one("a int64", options_of(kPlenty, 1'000, 0, codec));
    one.append(make_int64(noise));
    one.finish();
    EXPECT_EQ(one.chunk().metadata.codec, CompressionCodec::uncompressed) << to_string(codec);
    EXPECT_EQ(one.chunk().metadata.total_compressed_size, one.chunk().metadata.total_uncompressed_size);
    one.append(counted(0, 5'000));
    one.finish();
    EXPECT_NE(one.chunk().metadata.codec, CompressionCodec::uncompressed) << "each chunk by itself";
  }
}

TEST(ChunkWriter, ADictionaryThatShrinksKeepsTheCodec) {
  // Eight texts of a thousand letters, in no order: their indices are noise.
  std::vector<std::optional<std::string>> values;
  Draw draw(1, 2);
  for (int i = 0; i < 500; ++i) values.push_back(std::string(1'000, static_cast<char>('a' + draw.bits() % 8)));
  OneColumn one("a string", options_of(kPlenty, 1'000, kPlenty, Codec::zstd));
  one.append(make_text(string(), values));
  EXPECT_EQ(one.finish().dictionary.size(), 8u);
  EXPECT_EQ(one.chunk().metadata.codec, CompressionCodec::zstd);
}

TEST(ChunkWriter, AnUncompressiblePageOfVersion2IsStoredAsItIs) {
  std::vector<std::optional<int64_t>> values;
  Draw draw(1, 3);
  for (int i = 0; i < 1'000; ++i) values.push_back(1);
  for (int i = 0; i < 1'000; ++i) values.push_back(static_cast<int64_t>(draw.bits()));
  ChunkOptions options = options_of(kPlenty, 1'000, 0, Codec::zstd);
  options.page = PageType::data_page_v2;
  OneColumn one("a int64", options);
  one.append(make_int64(values));
  const ReadChunk read = one.finish();
  ASSERT_EQ(read.pages.size(), 2u);
  EXPECT_TRUE(read.pages[0].header.data_page_header_v2->is_compressed);
  EXPECT_FALSE(read.pages[1].header.data_page_header_v2->is_compressed);
}

TEST(ChunkWriter, StatisticsCanBeLeftOut) {
  ChunkOptions options = options_of(kPlenty, 1'000, kPlenty);
  options.statistics = false;
  OneColumn one("a int64", options);
  one.append(make_int64({1, std::nullopt, 3}));
  one.writer().finish();
  one.append(make_int64({1, std::nullopt, 3}));
  const FinishedChunk chunk = one.writer().finish();
  EXPECT_FALSE(chunk.metadata.statistics->min_value);
  EXPECT_FALSE(chunk.metadata.statistics->max_value);
  EXPECT_EQ(chunk.metadata.statistics->null_count, 1);
  EXPECT_FALSE(chunk.column_index);
  EXPECT_EQ(chunk.offset_index.page_locations.size(), 1u);
}

TEST(ChunkWriter, ABloomFilterHoldsWhatLeftTheDictionary) {
  // The dictionary is full after 100 values, in the middle of a page.
  ChunkOptions options = options_of(kPlenty, 300, 800);
  options.bloom_filter = BloomFilterOptions{};
  OneColumn one("a int64", options);
  one.append(counted(0, 1'000));
  EXPECT_EQ(encodings_of(one.finish()), "pppp");
  ASSERT_FALSE(one.chunk().bloom_filter.empty());  // that all are in it is checked with the chunk
  one.append(counted(0, 600, 50));
  one.finish();
  const BloomFilter filter = BloomFilter::parse(one.chunk().bloom_filter);
  const int64_t first_chunk_value = 999;
  EXPECT_FALSE(filter.contains(bloom_hash(
      as_bytes(std::string_view(reinterpret_cast<const char*>(&first_chunk_value), sizeof first_chunk_value)))));
}

TEST(ChunkWriter, PagesByContentFindTogetherAgain) {
  ChunkOptions options = options_of(kPlenty, 10, 0);
  options.content_cuts = ContentCutOptions{.page_bytes_min = 256, .page_bytes_max = 4'096};
  Draw draw(1, 4);
  std::vector<std::optional<int64_t>> values;
  for (int i = 0; i < 20'000; ++i) values.push_back(static_cast<int64_t>(draw.bits()));
  const auto rows_of = [&] {
    OneColumn one("a int64", options);
    one.append(make_int64(values));
    std::vector<size_t> rows = rows_of_pages(one.finish());
    return rows;
  };
  const std::vector<size_t> before = rows_of();
  values.insert(values.begin() + 100, 17, 7);
  const std::vector<size_t> after = rows_of();
  ASSERT_GT(before.size(), 20u);
  EXPECT_TRUE(std::equal(before.rbegin(), before.rbegin() + 20, after.rbegin()));
}

}  // namespace
}  // namespace sluice::column_requests_test
