// Everything that a finished chunk says, held against its pages as an independent reader sees them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/float16.h"
#include "columns/widths.h"
#include "pages/bloom_filter.h"
#include "pages/chunk_writer.h"
#include "support/page_reader.h"

namespace sluice::test {

/// The order of a type's stored values (parquet.thrift, ColumnOrder); NaN is not asked for.
inline bool stored_less(const Type& type, const std::string& a, const std::string& b) {
  const auto as = [&]<typename T>(T) { return load<T>(a.data()) < load<T>(b.data()); };
  const bool is_short = type.unit() <= TimeUnit::millisecond;
  switch (type.kind()) {
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::date: return as(int32_t{});
    case TypeKind::time: return is_short ? as(int32_t{}) : as(int64_t{});
    case TypeKind::float16: return from_float16(load<uint16_t>(a.data())) < from_float16(load<uint16_t>(b.data()));
    case TypeKind::decimal:
      if (type.precision() <= 9) return as(int32_t{});
      if (type.precision() <= 18) return as(int64_t{});
      if ((a[0] < 0) != (b[0] < 0)) return a[0] < 0;
      return a < b;
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32: return as(uint32_t{});
    case TypeKind::int64:
    case TypeKind::duration:
    case TypeKind::timestamp: return as(int64_t{});
    case TypeKind::uint64: return as(uint64_t{});
    case TypeKind::float32: return as(float{});
    case TypeKind::float64: return as(double{});
    default: return a < b;
  }
}

inline bool is_nan(const Type& type, const std::string& value) {
  if (type.kind() == TypeKind::float16) return (load<uint16_t>(value.data()) & 0x7fff) > 0x7c00;
  if (type.kind() == TypeKind::float32) return load<float>(value.data()) != load<float>(value.data());
  return type.kind() == TypeKind::float64 && load<double>(value.data()) != load<double>(value.data());
}

/// What can be counted in some slots.
struct SlotCounts {
  int64_t rows = 0;
  int64_t nulls = 0;
  int64_t nans = 0;
  int64_t text_bytes = 0;
  std::vector<int64_t> repetition;
  std::vector<int64_t> definition;

  SlotCounts(const Leaf& leaf, const std::vector<Slot>& slots)
      : repetition(leaf.repetition_level_max + size_t{1}), definition(leaf.definition_level_max + size_t{1}) {
    for (const Slot& slot : slots) {
      rows += slot.repetition == 0;
      nulls += !slot.value.has_value();
      nans += slot.value && is_nan(leaf.type, *slot.value);
      text_bytes += slot.value ? static_cast<int64_t>(slot.value->size()) : 0;
      ++repetition[static_cast<size_t>(slot.repetition)];
      ++definition[static_cast<size_t>(slot.definition)];
    }
  }
};

inline bool is_text_type(const Type& type) { return is_text(type.kind()); }

/// Bytes of a length at which bounds would have to be cut have none.
inline bool lacks_bounds(const Type& type) { return type.kind() == TypeKind::fixed && type.size() > 64; }

class ChunkCheck {
 public:
  /// `has_bounds`: the chunk was asked for statistics.
  ChunkCheck(const Leaf& leaf, const FinishedChunk& chunk, bool has_bounds = true)
      : leaf_(leaf), chunk_(chunk), has_bounds_(has_bounds) {}

  /// Reads the pages and compares. The chunk must not have been placed yet.
  ReadChunk check(const std::vector<Slot>& expected) {
    Bytes bytes;
    bytes.append(ByteSpan(chunk_.dictionary_page));
    bytes.append(chunk_.data_pages.joined());
    ReadChunk read = SlowChunkReader(leaf_, chunk_.metadata.codec).read(bytes);
    EXPECT_EQ(read.slots(), expected);
    check_sizes(read, expected);
    check_encodings(read);
    check_offset_index(read);
    check_column_index(read);
    check_statistics(expected);
    check_bloom_filter(expected);
    return read;
  }

 private:
  void check_sizes(const ReadChunk& read, const std::vector<Slot>& expected) {
    const ColumnMetaData& meta = chunk_.metadata;
    EXPECT_EQ(meta.type, physical_type_of(leaf_.type));
    EXPECT_EQ(meta.path_in_schema, leaf_.path);
    EXPECT_EQ(meta.num_values, static_cast<int64_t>(expected.size()));
    EXPECT_EQ(meta.total_compressed_size, static_cast<int64_t>(chunk_.bytes()));
    uint64_t raw_bytes = read.dictionary_raw_bytes;
    for (const ReadPage& page : read.pages) raw_bytes += page.raw_bytes;
    EXPECT_EQ(meta.total_uncompressed_size, static_cast<int64_t>(raw_bytes));
    EXPECT_EQ(meta.data_page_offset, static_cast<int64_t>(read.dictionary_file_bytes));
    EXPECT_EQ(meta.dictionary_page_offset.has_value(), read.dictionary_file_bytes > 0);
    EXPECT_EQ(meta.dictionary_page_offset.value_or(0), 0);
  }

  void check_encodings(const ReadChunk& read) {
    std::map<std::pair<PageType, Encoding>, int32_t> counts;
    if (read.dictionary_file_bytes > 0) ++counts[{PageType::dictionary_page, Encoding::plain}];
    for (const ReadPage& page : read.pages) ++counts[{page.header.type, page.encoding()}];
    std::map<std::pair<PageType, Encoding>, int32_t> told;
    for (const PageEncodingStats& stats : chunk_.metadata.encoding_stats)
      EXPECT_TRUE(told.emplace(std::pair(stats.page_type, stats.encoding), stats.count).second);
    EXPECT_EQ(told, counts);
    const std::vector<Encoding>& encodings = chunk_.metadata.encodings;
    for (const auto& [page, count] : counts)
      EXPECT_EQ(std::count(encodings.begin(), encodings.end(), page.second), 1) << to_string(page.second);
    EXPECT_EQ(std::count(encodings.begin(), encodings.end(), Encoding::rle), 1);
  }

  void check_offset_index(const ReadChunk& read) {
    const OffsetIndex& index = chunk_.offset_index;
    ASSERT_EQ(index.page_locations.size(), read.pages.size());
    ASSERT_EQ(index.unencoded_byte_array_data_bytes.size(), is_text_type(leaf_.type) ? read.pages.size() : 0);
    int64_t rows = 0;
    for (size_t i = 0; i < read.pages.size(); ++i) {
      const SlotCounts counts(leaf_, read.pages[i].slots);
      const PageLocation& place = index.page_locations[i];
      EXPECT_EQ(place.offset, static_cast<int64_t>(read.pages[i].offset - read.dictionary_file_bytes));
      EXPECT_EQ(place.compressed_page_size, static_cast<int64_t>(read.pages[i].file_bytes));
      EXPECT_EQ(place.first_row_index, rows);
      if (is_text_type(leaf_.type)) {
        EXPECT_EQ(index.unencoded_byte_array_data_bytes[i], counts.text_bytes);
      }
      rows += counts.rows;
    }
  }

  void check_column_index(const ReadChunk& read) {
    EXPECT_TRUE(has_bounds_ || !chunk_.column_index);
    if (!chunk_.column_index) return;
    const ColumnIndex& index = *chunk_.column_index;
    std::vector<int64_t> repetition;
    std::vector<int64_t> definition;
    ASSERT_EQ(index.null_pages.size(), read.pages.size());
    ASSERT_EQ(index.null_counts.size(), read.pages.size());
    for (size_t i = 0; i < read.pages.size(); ++i) {
      const SlotCounts counts(leaf_, read.pages[i].slots);
      EXPECT_EQ(index.null_counts[i], counts.nulls);
      EXPECT_EQ(index.null_pages[i], counts.nulls == static_cast<int64_t>(read.pages[i].slots.size()));
      EXPECT_EQ(counts.nans, 0);
      repetition.insert(repetition.end(), counts.repetition.begin(), counts.repetition.end());
      definition.insert(definition.end(), counts.definition.begin(), counts.definition.end());
      check_bounds(read.pages[i].slots, index.min_values[i], index.max_values[i]);
    }
    EXPECT_EQ(index.repetition_level_histograms, leaf_.repetition_level_max > 0 ? repetition : std::vector<int64_t>());
    EXPECT_EQ(index.definition_level_histograms, leaf_.definition_level_max > 1 ? definition : std::vector<int64_t>());
    check_order(index);
  }

  void check_bounds(const std::vector<Slot>& slots, const std::string& min, const std::string& max) {
    bool any = false;
    for (const Slot& slot : slots) {
      if (!slot.value) continue;
      any = true;
      EXPECT_FALSE(stored_less(leaf_.type, *slot.value, min));
      EXPECT_FALSE(stored_less(leaf_.type, max, *slot.value));
    }
    EXPECT_TRUE(any || (min.empty() && max.empty()));
  }

  void check_order(const ColumnIndex& index) {
    for (size_t i = 1, last = 0; i < index.null_pages.size(); ++i) {
      if (index.null_pages[i]) continue;
      if (!index.null_pages[last]) {
        const bool falls = stored_less(leaf_.type, index.min_values[i], index.min_values[last]) ||
                           stored_less(leaf_.type, index.max_values[i], index.max_values[last]);
        const bool rises = stored_less(leaf_.type, index.min_values[last], index.min_values[i]) ||
                           stored_less(leaf_.type, index.max_values[last], index.max_values[i]);
        EXPECT_FALSE(falls && index.boundary_order == BoundaryOrder::ascending);
        EXPECT_FALSE(rises && index.boundary_order == BoundaryOrder::descending);
      }
      last = i;
    }
  }

  void check_statistics(const std::vector<Slot>& expected) {
    const SlotCounts counts(leaf_, expected);
    ASSERT_TRUE(chunk_.metadata.statistics && chunk_.metadata.size_statistics);
    const Statistics& statistics = *chunk_.metadata.statistics;
    const bool is_real = leaf_.type.kind() >= TypeKind::float16 && leaf_.type.kind() <= TypeKind::float64;
    EXPECT_EQ(statistics.null_count, counts.nulls);
    EXPECT_EQ(statistics.nan_count.has_value(), is_real);
    EXPECT_EQ(statistics.nan_count.value_or(0), counts.nans);
    EXPECT_EQ(statistics.min_value.has_value(), statistics.max_value.has_value());
    if (!has_bounds_) {
      EXPECT_FALSE(statistics.min_value);
    } else if (statistics.min_value) {
      EXPECT_EQ(counts.nans, 0);
      check_bounds(expected, *statistics.min_value, *statistics.max_value);
    } else if (!is_text_type(leaf_.type) && !lacks_bounds(leaf_.type)) {
      EXPECT_TRUE(counts.nans > 0 || counts.nulls == static_cast<int64_t>(expected.size()));
    }
    // Only text may lack an upper bound: 64 bytes of the last code point, or of 0xff.
    const bool may_have_index = !expected.empty() && counts.nans == 0;
    EXPECT_TRUE(may_have_index || !chunk_.column_index);
    EXPECT_TRUE(!may_have_index || !has_bounds_ || chunk_.column_index || is_text_type(leaf_.type) ||
                lacks_bounds(leaf_.type));
    EXPECT_FALSE(lacks_bounds(leaf_.type) && (statistics.min_value || chunk_.column_index));
    const SizeStatistics& sizes = *chunk_.metadata.size_statistics;
    EXPECT_EQ(sizes.unencoded_byte_array_data_bytes.has_value(), is_text_type(leaf_.type));
    EXPECT_EQ(sizes.unencoded_byte_array_data_bytes.value_or(0), is_text_type(leaf_.type) ? counts.text_bytes : 0);
    const std::vector<int64_t> none;
    EXPECT_EQ(sizes.repetition_level_histogram, leaf_.repetition_level_max > 0 ? counts.repetition : none);
    EXPECT_EQ(sizes.definition_level_histogram, leaf_.definition_level_max > 1 ? counts.definition : none);
  }

  // A value that is there is never missed.
  void check_bloom_filter(const std::vector<Slot>& expected) {
    if (chunk_.bloom_filter.empty()) return;
    const BloomFilter filter = BloomFilter::parse(chunk_.bloom_filter);
    for (const Slot& slot : expected) {
      if (!slot.value) continue;
      ASSERT_TRUE(filter.contains(bloom_hash(as_bytes(*slot.value))));
    }
  }

  const Leaf& leaf_;
  const FinishedChunk& chunk_;
  const bool has_bounds_;
};

}  // namespace sluice::test
