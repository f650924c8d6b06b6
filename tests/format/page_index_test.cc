// Column and offset indexes: golden bytes, round trips, lists that disagree, truncation.
#include "format/page_index.h"

#include <gtest/gtest.h>

#include <string>

#include "format/wire.h"

namespace sluice::page_index_test {
namespace {

using test::from_hex;
using test::hex;

ColumnIndex some_column_index(size_t pages, unsigned mask) {
  ColumnIndex out;
  for (size_t page = 0; page < pages; ++page) {
    out.null_pages.push_back(page % 3 == 2);
    out.min_values.push_back(page % 3 == 2 ? "" : std::string(page % 70, 'a'));
    out.max_values.push_back(page % 3 == 2 ? "" : std::string(page % 70, 'z'));
    if (mask & 1) out.null_counts.push_back(static_cast<int64_t>(page));
    if (mask & 2) out.repetition_level_histograms.insert(out.repetition_level_histograms.end(), {1, 2});
    if (mask & 4) out.definition_level_histograms.insert(out.definition_level_histograms.end(), {3, 0, INT64_MAX});
    if (mask & 8) out.nan_counts.push_back(0);
  }
  out.boundary_order = static_cast<BoundaryOrder>(mask % 3);
  return out;
}

OffsetIndex some_offset_index(size_t pages, bool with_sizes) {
  OffsetIndex out;
  for (size_t page = 0; page < pages; ++page) {
    const auto number = static_cast<int64_t>(page);
    out.page_locations.push_back({4 + number * 5'000'000'000, INT32_MAX, number * 20'000});
    if (with_sizes) out.unencoded_byte_array_data_bytes.push_back(number);
  }
  return out;
}

template <typename Read>
std::string refusal(Read&& read, std::string_view text) {
  try {
    read(from_hex(text));
    return "";
  } catch (const ThriftError& error) {
    return error.what();
  }
}

TEST(PageIndex, GoldenBytes) {
  Bytes bytes;
  ColumnIndex column{.null_pages = {false, true},
                     .min_values = {"a", ""},
                     .max_values = {"b", ""},
                     .boundary_order = BoundaryOrder::ascending,
                     .null_counts = {0, 5}};
  EXPECT_EQ(write_column_index(column, bytes), 21u);
  EXPECT_EQ(hex(bytes), "19 21 02 01 19 28 01 61 00 19 28 01 62 00 15 02 19 26 00 0a 00");
  bytes.clear();
  EXPECT_EQ(write_offset_index({.page_locations = {{4, 50, 0}}}, bytes), 10u);
  EXPECT_EQ(hex(bytes), "19 1c 16 08 15 64 16 00 00 00");
}

TEST(PageIndex, EveryCombinationComesBack) {
  for (const size_t pages : {0, 1, 2, 14, 15, 16, 300}) {
    for (unsigned mask = 0; mask < 16; ++mask) {
      Bytes bytes;
      const ColumnIndex index = some_column_index(pages, mask);
      write_column_index(index, bytes);
      EXPECT_TRUE(read_column_index(bytes) == index) << pages << " " << mask;
    }
    for (const bool with_sizes : {false, true}) {
      Bytes bytes;
      const OffsetIndex index = some_offset_index(pages, with_sizes);
      write_offset_index(index, bytes);
      EXPECT_TRUE(read_offset_index(bytes) == index) << pages;
    }
  }
}

TEST(PageIndex, ListsOfDifferentLengthsAreRefused) {
  const auto column = [](ByteSpan bytes) { read_column_index(bytes); };
  EXPECT_EQ(refusal(column, "19 21 02 01 19 18 00 19 28 00 00 15 00 00"), "a page index has 1 min_values for 2 pages");
  EXPECT_EQ(refusal(column, "19 21 02 01 19 28 00 00 19 18 00 15 00 00"), "a page index has 1 max_values for 2 pages");
  EXPECT_EQ(refusal(column, "19 21 02 01 19 28 00 00 19 28 00 00 15 00 19 16 00 00"),
            "a page index has 1 null_counts for 2 pages");
  EXPECT_EQ(refusal(column, "19 21 02 01 19 28 00 00 19 28 00 00 15 00 29 36 00 00 00 00"),
            "a page index has 3 repetition_level_histograms for 2 pages");
  EXPECT_EQ(refusal(column, "19 01 19 08 19 08 15 00 39 16 00 00"),
            "a page index has 1 definition_level_histograms for 0 pages");
  EXPECT_EQ(refusal(column, "19 21 02 01 19 28 00 00 00"), "ColumnIndex lacks its field 3");
  const auto offset = [](ByteSpan bytes) { read_offset_index(bytes); };
  EXPECT_EQ(refusal(offset, "19 1c 16 08 15 64 16 00 00 19 26 00 00 00"),
            "a page index has 2 unencoded_byte_array_data_bytes for 1 pages");
  EXPECT_EQ(refusal(offset, "19 1c 16 01 15 64 16 00 00 00"), "a PageLocation has a negative number");
  EXPECT_EQ(refusal(offset, "19 fc ff ff ff ff 07 16 01 15 64 16 00 00 00"),
            "field 1 is a list of 2147483647 elements, but only 8 bytes are left");
  EXPECT_EQ(refusal(offset, "00"), "OffsetIndex lacks its field 1");
}

TEST(PageIndex, TruncationAnywhereIsACleanError) {
  Bytes column;
  write_column_index(some_column_index(20, 15), column);
  Bytes offset;
  write_offset_index(some_offset_index(20, true), offset);
  for (size_t size = 0; size < column.size(); ++size)
    EXPECT_THROW(read_column_index(ByteSpan(column).first(size)), ThriftError) << size;
  for (size_t size = 0; size < offset.size(); ++size)
    EXPECT_THROW(read_offset_index(ByteSpan(offset).first(size)), ThriftError) << size;
}

}  // namespace
}  // namespace sluice::page_index_test
