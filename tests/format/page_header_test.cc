// Page headers: golden bytes, all kinds, statistics of others skipped, truncation, nonsense.
#include "format/page_header.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "format/wire.h"

namespace sluice::page_header_test {
namespace {

using test::from_hex;
using test::hex;

PageHeader data_page() {
  return {.type = PageType::data_page,
          .uncompressed_page_size = 100,
          .compressed_page_size = 50,
          .crc = 0xFFFFFFFF,
          .data_page_header = DataPageHeader{.num_values = 10, .encoding = Encoding::rle_dictionary}};
}

void expect_round_trip(const PageHeader& header) {
  Bytes bytes;
  bytes.append(std::string_view("before"));
  const size_t size = write_page_header(header, bytes);
  EXPECT_EQ(size, bytes.size() - 6);
  bytes.append(std::string_view("after"));
  const PlacedPageHeader read = read_page_header(ByteSpan(bytes).subspan(6));
  EXPECT_TRUE(read.header == header);
  EXPECT_EQ(read.header_bytes, size);
}

std::string refusal(std::string_view text) {
  try {
    read_page_header(from_hex(text));
    return "";
  } catch (const ThriftError& error) {
    return error.what();
  }
}

TEST(PageHeader, GoldenBytes) {
  Bytes bytes;
  write_page_header(data_page(), bytes);
  EXPECT_EQ(hex(bytes),
            "15 00 "                          // DATA_PAGE
            "15 c8 01 "                       // 100 bytes
            "15 64 "                          // 50 in the file
            "15 01 "                          // crc, all ones: -1
            "1c 15 14 15 10 15 06 15 06 00 "  // 10 values, RLE_DICTIONARY, RLE, RLE
            "00");
}

TEST(PageHeader, AllKindsComeBack) {
  expect_round_trip(data_page());
  PageHeader without_crc = data_page();
  without_crc.crc.reset();
  expect_round_trip(without_crc);
  for (const std::optional<bool> sorted : {std::optional<bool>(), std::optional(true), std::optional(false)})
    expect_round_trip({.type = PageType::dictionary_page,
                       .uncompressed_page_size = INT32_MAX,
                       .compressed_page_size = 0,
                       .crc = 0,
                       .dictionary_page_header = DictionaryPageHeader{.num_values = INT32_MAX, .is_sorted = sorted}});
  for (const bool compressed : {true, false})
    expect_round_trip({.type = PageType::data_page_v2,
                       .crc = 0x80000000,
                       .data_page_header_v2 = DataPageHeaderV2{.num_values = 5,
                                                               .num_nulls = 1,
                                                               .num_rows = 3,
                                                               .encoding = Encoding::delta_binary_packed,
                                                               .definition_levels_byte_length = 2,
                                                               .repetition_levels_byte_length = 127,
                                                               .is_compressed = compressed}});
  expect_round_trip({.type = PageType::index_page, .uncompressed_page_size = 1, .compressed_page_size = 1});
  expect_round_trip({.type = static_cast<PageType>(77), .uncompressed_page_size = 1, .compressed_page_size = 1});
}

TEST(PageHeader, StatisticsOfOtherWritersAreSkipped) {
  const Bytes bytes = from_hex(
      "15 00 15 c8 01 15 64 2c 15 14 15 10 15 06 15 06"
      "1c 18 02 61 62 18 01 63 16 00 16 02 18 00 18 00 11 12 00"  // min, max, counts, bounds, flags
      "00 00");
  const PlacedPageHeader read = read_page_header(bytes);
  EXPECT_EQ(read.header_bytes, bytes.size());
  PageHeader expected = data_page();
  expected.crc.reset();
  EXPECT_TRUE(read.header == expected);
}

TEST(PageHeader, CompressionOfV2DefaultsToYes) {
  const Bytes bytes = from_hex("15 06 15 02 15 02 5c 15 00 15 00 15 00 15 00 15 00 15 00 00 00");
  EXPECT_TRUE(read_page_header(bytes).header.data_page_header_v2->is_compressed);
}

TEST(PageHeader, NonsenseIsNamed) {
  EXPECT_EQ(refusal("15 00 15 00 15 00 00"), "PageHeader of a data page lacks its field 5");
  EXPECT_EQ(refusal("15 04 15 00 15 00 00"), "PageHeader of a dictionary page lacks its field 7");
  EXPECT_EQ(refusal("15 06 15 00 15 00 00"), "PageHeader of a data page V2 lacks its field 8");
  EXPECT_EQ(refusal("15 02 15 00 00"), "PageHeader lacks its field 3");
  EXPECT_EQ(refusal("15 02 15 01 15 00 00"), "a page header's uncompressed_page_size is -1");
  EXPECT_EQ(refusal("15 02 15 00 15 03 00"), "a page header's compressed_page_size is -2");
  EXPECT_EQ(refusal("15 04 15 00 15 00 4c 15 01 15 00 00 00"), "a page header's num_values is -1");
}

TEST(PageHeader, TruncationAnywhereSaysThatMoreMayHelp) {
  Bytes bytes;
  write_page_header(data_page(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Bytes part(size);
    if (size > 0) std::memcpy(part.data(), bytes.data(), size);
    try {
      read_page_header(part);
      ADD_FAILURE() << "read " << size << " of " << bytes.size() << " bytes";
    } catch (const ThriftError& error) {
      EXPECT_TRUE(error.ran_out()) << size;
    }
  }
}

TEST(PageHeader, RandomBytesAreReadOrRefused) {
  constexpr uint64_t kSeed = 20260712;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  Bytes original;
  write_page_header(data_page(), original);
  for (int i = 0; i < 100'000; ++i) {
    Bytes bytes;
    bytes.append(ByteSpan(original));
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes)
      bytes.data()[random() % bytes.size()] = static_cast<std::byte>(random());
    bytes.resize(bytes.size() - random() % 3);
    try {
      const PlacedPageHeader read = read_page_header(bytes);
      ASSERT_LE(read.header_bytes, bytes.size());
      ASSERT_GE(read.header.compressed_page_size, 0);
    } catch (const ThriftError& error) {
      ASSERT_LE(error.offset(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace sluice::page_header_test
