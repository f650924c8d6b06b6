// The header before each page (parquet-format, parquet.thrift, PageHeader). Statistics in page headers are neither
// written nor kept: the page index has better ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "format/enums.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"
#include "sluice/literals.h"

namespace sluice {

/// What a reader takes of one page, as stored and unpacked, unless it is told otherwise; so no longer one is written.
inline constexpr uint64_t kPageBytesMax = 128_MiB;

struct DataPageHeader {
  int32_t num_values = 0;  ///< nulls and empty lists included
  Encoding encoding = Encoding::plain;
  Encoding definition_level_encoding = Encoding::rle;
  Encoding repetition_level_encoding = Encoding::rle;

  void write(ThriftWriter& out) const;
  static DataPageHeader read(ThriftReader& in);

  friend bool operator==(const DataPageHeader& a, const DataPageHeader& b) = default;
};

struct DictionaryPageHeader {
  int32_t num_values = 0;
  Encoding encoding = Encoding::plain;
  std::optional<bool> is_sorted{};

  void write(ThriftWriter& out) const;
  static DictionaryPageHeader read(ThriftReader& in);

  friend bool operator==(const DictionaryPageHeader& a, const DictionaryPageHeader& b) = default;
};

struct DataPageHeaderV2 {
  int32_t num_values = 0;  ///< nulls and empty lists included
  int32_t num_nulls = 0;
  int32_t num_rows = 0;
  Encoding encoding = Encoding::plain;
  int32_t definition_levels_byte_length = 0;
  int32_t repetition_levels_byte_length = 0;
  bool is_compressed = true;  ///< the values; levels never are

  void write(ThriftWriter& out) const;
  static DataPageHeaderV2 read(ThriftReader& in);

  friend bool operator==(const DataPageHeaderV2& a, const DataPageHeaderV2& b) = default;
};

/// Of the three special headers the one that `type` names is set. An index page, or a type of a later specification,
/// has none: the page is to be skipped by its size.
struct PageHeader {
  PageType type = PageType::data_page;
  int32_t uncompressed_page_size = 0;  ///< bytes without this header
  int32_t compressed_page_size = 0;    ///< bytes in the file, without this header
  std::optional<uint32_t> crc{};       ///< CRC-32 of the page's bytes in the file, without this header
  std::optional<DataPageHeader> data_page_header{};
  std::optional<DictionaryPageHeader> dictionary_page_header{};
  std::optional<DataPageHeaderV2> data_page_header_v2{};

  void write(ThriftWriter& out) const;
  /// Fails on a negative count or size and on a special header that is missing.
  static PageHeader read(ThriftReader& in);

  friend bool operator==(const PageHeader& a, const PageHeader& b) = default;
};

/// Appends `header` and returns how many bytes it took.
size_t write_page_header(const PageHeader& header, Bytes& out);

struct PlacedPageHeader {
  PageHeader header{};
  size_t header_bytes = 0;  ///< after them the page begins
};

/// Reads the header at the start of `bytes`, which may go on after it. Throws ThriftError; where that says ran_out(),
/// more bytes may help.
PlacedPageHeader read_page_header(ByteSpan bytes);

}  // namespace sluice
