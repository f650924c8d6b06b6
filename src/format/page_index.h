// The page index of a column chunk: where its data pages lie and what bounds their values (parquet-format, PageIndex.md
// and parquet.thrift, ColumnIndex and OffsetIndex).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/enums.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice {

/// One entry in each list for each data page, except for the histograms: those have one for each level of each page,
/// page after page. Optional lists are empty where they are absent.
struct ColumnIndex {
  std::vector<bool> null_pages{};         ///< true: only nulls, and both bounds are empty
  std::vector<std::string> min_values{};  ///< in PLAIN encoding, byte arrays without their length
  std::vector<std::string> max_values{};
  BoundaryOrder boundary_order = BoundaryOrder::unordered;
  std::vector<int64_t> null_counts{};
  std::vector<int64_t> repetition_level_histograms{};
  std::vector<int64_t> definition_level_histograms{};
  std::vector<int64_t> nan_counts{};

  void write(ThriftWriter& out) const;
  /// Fails where two lists speak of different numbers of pages.
  static ColumnIndex read(ThriftReader& in);

  friend bool operator==(const ColumnIndex& a, const ColumnIndex& b) = default;
};

struct PageLocation {
  int64_t offset = 0;                ///< of the page's header, in the file
  int32_t compressed_page_size = 0;  ///< bytes in the file, with the header
  int64_t first_row_index = 0;       ///< in the row group

  void write(ThriftWriter& out) const;
  static PageLocation read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 7;

  friend bool operator==(const PageLocation& a, const PageLocation& b) = default;
};

struct OffsetIndex {
  std::vector<PageLocation> page_locations{};
  std::vector<int64_t> unencoded_byte_array_data_bytes{};  ///< one for each page, or none

  void write(ThriftWriter& out) const;
  /// Fails on a negative number and where the lists differ in length; whether pages lie in the file is not checked.
  static OffsetIndex read(ThriftReader& in);

  friend bool operator==(const OffsetIndex& a, const OffsetIndex& b) = default;
};

/// Append one index and return how many bytes it took.
size_t write_column_index(const ColumnIndex& index, Bytes& out);
size_t write_offset_index(const OffsetIndex& index, Bytes& out);
/// Read the index at the start of `bytes`. Throw ThriftError.
ColumnIndex read_column_index(ByteSpan bytes);
OffsetIndex read_offset_index(ByteSpan bytes);

}  // namespace sluice
