// Pages made by hand that contradict their chunk, themselves or the specification, and pages of forms that only others
// write. What is hostile about each is in its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "codecs/compress.h"
#include "encodings/rle_hybrid.h"
#include "format/schema_elements.h"
#include "pages/assemble.h"
#include "pages/chunk_reader.h"
#include "pages/pages_in_memory.h"
#include "sluice/error.h"
#include "sluice/literals.h"
#include "support/make_columns.h"

namespace sluice::hostile_pages_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

PageHeader v1_header(int32_t slots, Encoding encoding = Encoding::plain) {
  PageHeader header;
  header.data_page_header = DataPageHeader{slots, encoding};
  return header;
}

PageHeader v2_header(const DataPageHeaderV2& v2) {
  PageHeader header;
  header.type = PageType::data_page_v2;
  header.data_page_header_v2 = v2;
  return header;
}

PageHeader dictionary_header(int32_t entries) {
  PageHeader header;
  header.type = PageType::dictionary_page;
  header.dictionary_page_header = DictionaryPageHeader{entries};
  return header;
}

Bytes joined(std::initializer_list<ByteSpan> parts) {
  Bytes bytes;
  for (const ByteSpan part : parts) bytes.append(part);
  return bytes;
}

Bytes plain(const std::vector<int64_t>& values) {
  Bytes bytes;
  for (const int64_t value : values) bytes.append_value(value);
  return bytes;
}

Bytes levels(const std::vector<uint8_t>& values, int width = 1) {
  Bytes bytes;
  rle_hybrid::encode(std::span<const uint8_t>(values), width, bytes);
  return bytes;
}

/// With the length in front, as V1 pages have them.
Bytes framed(ByteSpan runs) {
  Bytes bytes;
  bytes.append_value(static_cast<uint32_t>(runs.size()));
  bytes.append(runs);
  return bytes;
}

Bytes framed_levels(const std::vector<uint8_t>& values, int width = 1) { return framed(levels(values, width)); }

/// What a reader makes of a chunk of one leaf that is a column of the root.
struct Reading {
  std::string type = "int64 not null";
  int64_t rows = 1;
  CompressionCodec codec = CompressionCodec::uncompressed;
  bool is_ours = false;
  std::optional<int64_t> slots{};       ///< as the footer says; else as many as the pages have
  std::optional<uint64_t> raw_bytes{};  ///< likewise
  uint64_t page_bytes_max = 1_MiB;
  uint64_t row_bytes_max = 1_MiB;
  ErrorCode code = ErrorCode::corrupt;  ///< of a failure

  /// The rows, or what is wrong with them.
  std::string of(PagesInMemory& pages) const {
    const Schema schema = parse_schema("a " + type);
    const std::vector<Leaf> leaves = leaves_of(schema);
    const LeafForm form =
        leaf_form(to_schema_elements(schema).back(), leaves[0].type, Int96Unit::microsecond, InvalidText::error);
    const auto pool = std::make_shared<BufferPool>(1_MiB);
    try {
      ChunkReader reader(
          leaves[0], form,
          {"a file", 7, rows, slots.value_or(pages.slots()), raw_bytes.value_or(pages.raw_bytes()), codec, is_ours},
          pages, {pool, page_bytes_max, row_bytes_max, true, true});
      Assembler assembler(schema[0], {{&leaves[0], 0}}, "a file: column a");
      std::string text;
      while (reader.row() < rows) {
        std::vector<LeafPart> parts;
        parts.push_back(reader.read(std::min<int64_t>(rows - reader.row(), 100), 64_KiB));
        for (const std::string& value : show_all(assembler.assemble(parts, *pool)))
          text += (text.empty() ? "" : " ") + value;
      }
      reader.finish();
      return text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("a file"));
      return error.what();
    }
  }
};

// --- class 6: counts

TEST(HostileCounts, MorePagesOrSlotsThanTheChunkHas) {
  PagesInMemory pages;
  pages.add(v1_header(2), plain({1, 2}));
  pages.add(v1_header(1), plain({3}));
  EXPECT_EQ((Reading{.rows = 3}.of(pages)), "1 2 3");
  pages.rewind();
  EXPECT_THAT((Reading{.rows = 3, .slots = 2}.of(pages)),
              HasSubstr("row group 7, column a, page 1: the page has 1 values, the chunk has 0 left"));
  pages.rewind();
  EXPECT_THAT((Reading{.rows = 3, .slots = 4}.of(pages)), HasSubstr("have 1 values fewer than the 4 that the footer"));
  pages.rewind();
  EXPECT_THAT((Reading{.rows = 4, .slots = 4}.of(pages)), HasSubstr("the pages end before row 3"));
  pages.rewind();
  EXPECT_THAT((Reading{.rows = 2}.of(pages)), HasSubstr("values behind the 2 rows"));
  pages.rewind();
  EXPECT_THAT((Reading{.rows = 1}.of(pages)), HasSubstr("values behind the 1 rows"));
}

TEST(HostileCounts, APageWithFewerOrMoreValuesThanItSays) {
  PagesInMemory fewer;
  fewer.add(v1_header(3), plain({1, 2}));
  EXPECT_THAT((Reading{.rows = 3}.of(fewer)), HasSubstr("page 0: "));
  for (const bool is_ours : {false, true}) {
    PagesInMemory more;
    more.add(v1_header(1), plain({1, 2}));
    // Others may leave something behind the values; we never do.
    EXPECT_THAT((Reading{.rows = 1, .is_ours = is_ours}.of(more)),
                is_ours ? testing::Matcher<std::string>(HasSubstr("8 bytes are left over")) : testing::Eq("1"));
  }
}

TEST(HostileCounts, EmptyPagesAreNothing) {
  PagesInMemory pages;
  pages.add(v1_header(0), {});
  pages.add(v1_header(1), plain({5}));
  pages.add(v1_header(0), {});
  pages.add(v2_header({}), {});
  EXPECT_EQ((Reading{.rows = 1}.of(pages)), "5");
}

TEST(HostileCounts, RowsOfV2PagesAndOfTheOffsetIndex) {
  const std::vector<uint8_t> repetition{0, 1, 0};
  const Bytes body = joined({levels(repetition), levels({1, 1, 1}), plain({1, 2, 3})});
  const auto page = [&](int32_t rows) {
    const auto bytes = static_cast<int32_t>(levels(repetition).size());
    return v2_header({3, 0, rows, Encoding::plain, bytes, bytes, false});
  };
  const std::string lists = "list<int64 not null> not null";
  PagesInMemory right;
  right.add(page(2), body);
  EXPECT_EQ((Reading{.type = lists, .rows = 2}.of(right)), "[1,2] [3]");
  for (const int32_t rows : {0, 1, 3}) {
    PagesInMemory wrong;
    wrong.add(page(rows), body);
    EXPECT_THAT((Reading{.type = lists, .rows = 2}.of(wrong)), HasSubstr("2 rows begin in it, not the "));
  }
  PagesInMemory too_many;
  too_many.add(page(4), body);
  EXPECT_THAT((Reading{.type = lists, .rows = 4}.of(too_many)), HasSubstr("3 values in 4 rows"));
  PagesInMemory planned;
  planned.add(page(2), body, PlannedPage{0, 3});
  EXPECT_THAT((Reading{.type = lists, .rows = 3}.of(planned)), HasSubstr("has 2 rows, the offset index says 3"));
  PagesInMemory late;
  late.add(page(2), body, PlannedPage{1, 3});
  EXPECT_THAT((Reading{.type = lists, .rows = 2}.of(late)), HasSubstr("has rows 1 to 3, it begins with row 0"));
}

TEST(HostileCounts, OutsideOfListsSlotsAreRows) {
  PagesInMemory pages;
  pages.add(v2_header({2, 0, 1, Encoding::plain, 0, 0, false}), plain({1, 2}));
  EXPECT_THAT((Reading{.rows = 2}.of(pages)), HasSubstr("2 values in 1 rows"));
}

// --- class 7: levels

TEST(HostileLevels, TheFirstSlotOfAChunkBeginsARow) {
  PagesInMemory pages;
  pages.add(v1_header(2), joined({framed_levels({1, 0}), framed_levels({1, 1}), plain({1, 2})}));
  EXPECT_THAT((Reading{.type = "list<int64 not null> not null", .rows = 1}.of(pages)),
              HasSubstr("it begins inside of a row"));
}

TEST(HostileLevels, RowsGoOnInTheNextPageOnlyWhereNothingSaysOtherwise) {
  const std::string lists = "list<int64 not null> not null";
  const Bytes begin = joined({framed_levels({0, 1}), framed_levels({1, 1}), plain({1, 2})});
  const Bytes rest = joined({framed_levels({1, 1, 0}), framed_levels({1, 1, 0}), plain({3, 4})});
  PagesInMemory pages;
  pages.add(v1_header(2), begin);
  pages.add(v1_header(3), rest);
  EXPECT_EQ((Reading{.type = lists, .rows = 2}.of(pages)), "[1,2,3,4] []");
  PagesInMemory planned;
  planned.add(v1_header(2), begin, PlannedPage{0, 1});
  planned.add(v1_header(3), rest, PlannedPage{1, 2});
  EXPECT_THAT((Reading{.type = lists, .rows = 2}.of(planned)), HasSubstr("page 1: it begins inside of a row"));
}

TEST(HostileLevels, LevelsAboveTheHighest) {
  PagesInMemory pages;
  pages.add(v1_header(2), joined({framed_levels({3, 2}, 2), plain({1, 2})}));
  EXPECT_THAT((Reading{.type = "struct<b int64>", .rows = 2}.of(pages)), HasSubstr("a level is 3, the highest"));
}

TEST(HostileLevels, FewerLevelsThanSlots) {
  Bytes run;
  rle_hybrid::encode_run(1, 1, 1, run);
  PagesInMemory pages;
  pages.add(v1_header(2), joined({framed(run), plain({1, 2})}));
  EXPECT_THAT((Reading{.type = "int64", .rows = 2}.of(pages)), HasSubstr("levels end 1 before"));
}

TEST(HostileLevels, LevelsBeyondThePage) {
  for (const uint32_t length : {3u, 100u, 0x7fff'ffffu, 0xffff'ffffu}) {
    Bytes body;
    body.append_value(length);
    body.push_back(4);
    body.push_back(1);
    PagesInMemory pages;
    pages.add(v1_header(2), body);
    EXPECT_THAT((Reading{.type = "int64", .rows = 2}.of(pages)), HasSubstr("where 2 are left"));
  }
  PagesInMemory short_page;
  short_page.add(v1_header(1), as_bytes("abc"));
  EXPECT_THAT((Reading{.type = "int64", .rows = 1}.of(short_page)), HasSubstr("where 3 are left"));
}

TEST(HostileLevels, EncodingsThatLevelsNeverHave) {
  PageHeader header = v1_header(1);
  header.data_page_header->definition_level_encoding = Encoding::plain;
  PagesInMemory pages;
  pages.add(header, joined({framed_levels({1}), plain({1})}));
  EXPECT_THAT((Reading{.type = "int64", .rows = 1}.of(pages)), HasSubstr("which they never have"));
  // Where there are no levels, what is said of them means nothing; our own files say rle.
  for (const bool is_ours : {false, true}) {
    PagesInMemory without;
    without.add(header, plain({1}));
    EXPECT_EQ((Reading{.rows = 1, .is_ours = is_ours}.of(without)) == "1", !is_ours);
  }
}

TEST(HostileLevels, OldPackedLevelsAreRead) {
  PageHeader header = v1_header(3);
  header.data_page_header->definition_level_encoding = Encoding::bit_packed;
  header.data_page_header->repetition_level_encoding = Encoding::bit_packed;
  PagesInMemory pages;  // repetition 0 1 0, definition 2 1 0, most significant bits first
  const std::array<uint8_t, 2> packed{0b0100'0000, 0b1001'0000};
  pages.add(header, joined({std::as_bytes(std::span(packed)), plain({7})}));
  EXPECT_EQ((Reading{.type = "list<int64> not null", .rows = 2}.of(pages)), "[7,null] []");
  PagesInMemory short_page;
  short_page.add(header, std::as_bytes(std::span(packed)).first(1));
  EXPECT_THAT((Reading{.type = "list<int64> not null", .rows = 2}.of(short_page)), HasSubstr("where 0 are left"));
}

TEST(HostileLevels, NullTypesHoldNothingWhateverThePageHas) {
  PagesInMemory pages;
  pages.add(v1_header(2), joined({framed_levels({0, 1}), plain({1})}));
  EXPECT_EQ((Reading{.type = "null", .rows = 2}.of(pages)), "null null");
}

// --- class 8: sizes of V2 pages

TEST(HostileV2Sizes, LevelsBeyondThePage) {
  const Bytes body = joined({levels({1, 1}), plain({1, 2})});
  for (const int32_t bytes : {19, 1'000, INT32_MAX}) {
    PagesInMemory pages;
    pages.add(v2_header({2, 0, 2, Encoding::plain, bytes, 0, false}), body);
    EXPECT_THAT((Reading{.type = "int64", .rows = 2}.of(pages)), HasSubstr("where 18 are left"));
    PagesInMemory both;
    both.add(v2_header({2, 0, 2, Encoding::plain, bytes, INT32_MAX, false}), body);
    EXPECT_THAT((Reading{.type = "int64", .rows = 2}.of(both)), HasSubstr("where 18 are left"));
  }
}

TEST(HostileV2Sizes, LevelsBeyondTheUnpackedPage) {
  const Bytes body = joined({levels({1, 1}), plain({1, 2})});
  PageHeader header = v2_header({2, 0, 2, Encoding::plain, 2, 0, true});
  header.uncompressed_page_size = 1;
  PagesInMemory pages;
  pages.add(header, body);
  EXPECT_THAT((Reading{.type = "int64", .rows = 2, .codec = CompressionCodec::snappy}.of(pages)),
              HasSubstr("levels of 2 bytes in a page of 1"));
}

TEST(HostileV2Sizes, NotCompressedMeansEqualSizesWhateverTheCodec) {
  const Bytes body = joined({levels({1, 1}), plain({1, 2})});
  for (const CompressionCodec codec :
       {CompressionCodec::uncompressed, CompressionCodec::snappy, CompressionCodec::zstd}) {
    for (const int32_t raw_bytes : {17, 18, 19, 1'000}) {
      PageHeader header = v2_header({2, 0, 2, Encoding::plain, 2, 0, false});
      header.uncompressed_page_size = raw_bytes;
      PagesInMemory pages;
      pages.add(header, body);
      EXPECT_EQ((Reading{.type = "int64", .rows = 2, .codec = codec, .raw_bytes = 100'000}.of(pages)) == "1 2",
                raw_bytes == 18);
    }
  }
}

TEST(HostileV2Sizes, NoBytesForValuesThatAreThere) {
  for (const Encoding encoding : {Encoding::plain, Encoding::delta_binary_packed, Encoding::byte_stream_split,
                                  Encoding::rle_dictionary, Encoding::plain_dictionary}) {
    PagesInMemory pages;
    pages.add(dictionary_header(1), plain({7}));
    pages.add(v2_header({2, 0, 2, encoding, 2, 0, false}), levels({1, 1}));
    EXPECT_THAT((Reading{.type = "int64", .rows = 2}.of(pages)), HasSubstr("page 0: ")) << to_string(encoding);
    // For nulls alone none are needed.
    PagesInMemory nulls;
    nulls.add(v2_header({2, 2, 2, encoding, 2, 0, false}), levels({0, 0}));
    EXPECT_EQ((Reading{.type = "int64", .rows = 2}.of(nulls)), "null null") << to_string(encoding);
  }
}

// --- class 9: bombs

TEST(HostileSizes, MoreThanTheCodecCanMakeOfSoFewBytes) {
  for (const CompressionCodec codec : {CompressionCodec::snappy, CompressionCodec::gzip, CompressionCodec::lz4_raw,
                                       CompressionCodec::lz4, CompressionCodec::zstd, CompressionCodec::brotli}) {
    PageHeader header = v1_header(1);
    header.uncompressed_page_size = 1 << 20;
    PagesInMemory pages;
    pages.add(header, as_bytes("ten bytes."));
    const std::string outcome = Reading{.rows = 1, .codec = codec}.of(pages);
    EXPECT_THAT(outcome, HasSubstr("page 0: ")) << to_string(codec);
    const bool has_ratio = codec != CompressionCodec::zstd && codec != CompressionCodec::brotli;
    EXPECT_EQ(outcome.find("cannot unpack to the 1048576") != std::string::npos, has_ratio) << outcome;
  }
}

TEST(HostileSizes, MoreThanTheChunkHasOrThanTheLimit) {
  PageHeader header = v1_header(1);
  Bytes body;
  compress({Codec::zstd}, plain({9}), body);
  header.uncompressed_page_size = 8;
  const auto outcome = [&](Reading reading) {
    PagesInMemory pages;
    pages.add(header, body);
    reading.codec = CompressionCodec::zstd;
    return reading.of(pages);
  };
  EXPECT_EQ(outcome({}), "9");
  EXPECT_THAT(outcome({.raw_bytes = 7}), HasSubstr("unpacks to 8 bytes, the chunk has 7 bytes left"));
  EXPECT_THAT(outcome({.page_bytes_max = 7, .code = ErrorCode::unsupported}), HasSubstr("the limit is 7"));
  for (const int32_t raw_bytes : {7, 9, 16}) {
    header.uncompressed_page_size = raw_bytes;
    EXPECT_THAT(outcome({}), HasSubstr("no zstd that unpacks to the"));
  }
}

TEST(HostileSizes, UncompressedPagesHaveOneSize) {
  PageHeader header = v1_header(1);
  header.uncompressed_page_size = 800;
  PagesInMemory pages;
  pages.add(header, plain({1}));
  EXPECT_THAT((Reading{.rows = 1}.of(pages)), HasSubstr("not compressed"));
}

TEST(HostileSizes, CodecsThatNobodyBuilt) {
  for (const int32_t codec : {3, 8, -1, 1'000'000}) {
    PagesInMemory pages;
    pages.add(v1_header(1), plain({1}));
    EXPECT_THAT((Reading{.codec = static_cast<CompressionCodec>(codec), .code = ErrorCode::unsupported}.of(pages)),
                HasSubstr("which Sluice does not read"));
  }
}

TEST(HostileSizes, ChecksumsAreHeldWhereTheyAre) {
  PageHeader header = v1_header(1);
  header.crc = 123;
  PagesInMemory pages;
  pages.add(header, plain({1}));
  EXPECT_THAT((Reading{.rows = 1}.of(pages)), HasSubstr("page 0: the page's checksum is wrong"));
}

// --- class 10: few bytes for many values

// 2^31 - 1 nulls in a page of eight bytes: a reader goes through them in steps, and takes what a step needs.
TEST(HostileRuns, BillionsOfNullsAreReadInSteps) {
  Bytes runs;
  rle_hybrid::encode_run(0, INT32_MAX, 1, runs);
  PagesInMemory pages;
  pages.add(v1_header(INT32_MAX), framed(runs));
  const Schema schema = parse_schema("a fixed(1000)");
  const std::vector<Leaf> leaves = leaves_of(schema);
  const LeafForm form =
      leaf_form(to_schema_elements(schema).back(), leaves[0].type, Int96Unit::microsecond, InvalidText::error);
  ChunkReader reader(leaves[0], form, {"a file", 0, INT32_MAX, INT32_MAX, 1'000, {}, false}, pages,
                     {std::make_shared<BufferPool>(1_MiB), 1_MiB, 1_MiB, true, true});
  const LeafPart part = reader.read(INT32_MAX, 256_KiB);
  EXPECT_GT(part.rows, 100);
  EXPECT_LT(part.rows, 300);
  EXPECT_EQ(part.values.null_count, part.rows);
  reader.skip(2'000'000'000);
  EXPECT_LE(reader.read(1'000'000, 256_KiB).rows, 300);
  reader.skip(INT32_MAX - reader.row());
  reader.finish();
}

TEST(HostileRuns, OneRowOfBillionsOfItemsIsRefused) {
  Bytes repetition;
  rle_hybrid::encode_run(0, 1, 1, repetition);
  rle_hybrid::encode_run(1, INT32_MAX - 1, 1, repetition);
  Bytes definition;
  rle_hybrid::encode_run(2, INT32_MAX, 2, definition);
  PagesInMemory pages;
  pages.add(v1_header(INT32_MAX), joined({framed(repetition), framed(definition)}));
  EXPECT_THAT((Reading{.type = "list<int64>", .rows = 1, .code = ErrorCode::unsupported}.of(pages)),
              HasSubstr("more than the 1048576 bytes that ReadLimits::row_bytes allows"));
}

TEST(HostileRuns, LongTextsAreRefused) {
  Bytes body;
  body.append_value(uint32_t{5'000});
  body.append(std::string(5'000, 'x'));
  PagesInMemory pages;
  pages.add(v1_header(1), body);
  EXPECT_THAT((Reading{.type = "string not null", .row_bytes_max = 4'999, .code = ErrorCode::unsupported}.of(pages)),
              HasSubstr("more than the 4999 bytes"));
}

TEST(HostileRuns, NullsOfWideValuesAreRefused) {
  PagesInMemory pages;
  pages.add(v1_header(1), framed_levels({0}));
  EXPECT_THAT((Reading{.type = "fixed(2000000000)", .code = ErrorCode::unsupported}.of(pages)),
              HasSubstr("ReadLimits::row_bytes"));
}

TEST(HostileRuns, NullsOfLongFixedListsAreRefused) {
  PagesInMemory pages;
  pages.add(v1_header(1), joined({framed_levels({0}), framed_levels({0}, 2)}));
  EXPECT_THAT((Reading{.type = "fixed_list<int64, 2000000000>", .code = ErrorCode::unsupported}.of(pages)),
              HasSubstr("ReadLimits::row_bytes"));
}

// --- class 11: dictionaries

TEST(HostileDictionaries, IndicesWithoutAnEntryOrADictionary) {
  Bytes indices;
  indices.push_back(2);
  rle_hybrid::encode(std::vector<uint32_t>{0, 1, 2, 1}, 2, indices);
  for (const int32_t entries : {0, 1, 2, 3}) {
    PagesInMemory pages;
    std::vector<int64_t> values{10, 20, 30};
    values.resize(static_cast<size_t>(entries));
    pages.add(dictionary_header(entries), plain(values));
    pages.add(v1_header(4, Encoding::rle_dictionary), indices);
    EXPECT_EQ((Reading{.rows = 4}.of(pages)) == "10 20 30 20", entries == 3);
  }
  PagesInMemory without;
  without.add(v1_header(4, Encoding::plain_dictionary), indices);
  EXPECT_THAT((Reading{.rows = 4}.of(without)), HasSubstr("a dictionary of 0 entries"));
}

TEST(HostileDictionaries, OtherSizesThanTheyClaim) {
  for (const int32_t entries : {1, 3, INT32_MAX}) {
    PagesInMemory pages;
    pages.add(dictionary_header(entries), plain({10, 20}));
    pages.add(v1_header(0), {});
    EXPECT_NE((Reading{.rows = 1}.of(pages)).find("dictionary"), std::string::npos) << entries;
  }
  PageHeader encoded = dictionary_header(1);
  encoded.dictionary_page_header->encoding = Encoding::delta_binary_packed;
  PagesInMemory pages;
  pages.add(encoded, plain({10}));
  EXPECT_THAT((Reading{.rows = 1}.of(pages)), HasSubstr("the dictionary is in the encoding delta_binary_packed"));
}

TEST(HostileDictionaries, IndexWidths) {
  for (const int width : {0, 1, 32, 33, 63, 254}) {
    Bytes indices;
    indices.push_back(static_cast<uint8_t>(width));
    indices.push_back(4);  // a run of two
    for (int byte = 0; byte < (width + 7) / 8; ++byte) indices.push_back(0);
    PagesInMemory pages;
    pages.add(dictionary_header(1), plain({42}));
    pages.add(v1_header(2, Encoding::rle_dictionary), indices);
    EXPECT_EQ((Reading{.rows = 2}.of(pages)) == "42 42", width <= 32) << width;
  }
}

// --- class 12: runs that end before their values do

TEST(HostileRuns, CutAtEachByte) {
  std::vector<uint8_t> definition(100);
  for (size_t i = 0; i < definition.size(); ++i) definition[i] = i % 3 != 0;
  std::vector<int64_t> values(66, 5);
  const Bytes body = joined({framed_levels(definition), plain(values)});
  for (size_t size = 0; size < body.size(); ++size) {
    PagesInMemory pages;
    pages.add(v1_header(100), ByteSpan(body).first(size));
    EXPECT_THAT((Reading{.type = "int64", .rows = 100}.of(pages)), HasSubstr("page 0: ")) << size;
  }
}

}  // namespace
}  // namespace sluice::hostile_pages_test
