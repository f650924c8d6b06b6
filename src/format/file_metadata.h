// FileMetaData and its parts as structs in the order of the specification (parquet-format, parquet.thrift): what stands
// in a footer. For reading, and for writing what was read; a file writer streams instead
// (format/file_metadata_writer.h).
//
//   FileMetaData file = parse_file_metadata(footer_bytes, "visits.parquet");
//
// Numbers and enums are kept as they were found: counts may be negative and offsets outside the file. Who uses one
// checks it first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/enums.h"
#include "format/geospatial_statistics.h"
#include "format/logical_type.h"
#include "format/statistics_fields.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice {

/// A node of the schema's tree, which a file holds flat, depth first. A leaf has a type, a group has children.
struct SchemaElement {
  std::optional<PhysicalType> type{};
  std::optional<int32_t> type_length{};  ///< bytes of a FIXED_LEN_BYTE_ARRAY
  std::optional<FieldRepetitionType> repetition_type{};
  std::string name{};
  std::optional<int32_t> num_children{};
  std::optional<ConvertedType> converted_type{};
  std::optional<int32_t> scale{};
  std::optional<int32_t> precision{};
  std::optional<int32_t> field_id{};
  std::optional<LogicalType> logical_type{};
  std::optional<int32_t> vector_length{};

  void write(ThriftWriter& out) const;
  static SchemaElement read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 3;

  friend bool operator==(const SchemaElement& a, const SchemaElement& b) = default;
};

struct KeyValue {
  std::string key{};
  std::optional<std::string> value{};

  void write(ThriftWriter& out) const;
  static KeyValue read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 3;

  friend bool operator==(const KeyValue& a, const KeyValue& b) = default;
};

struct SortingColumn {
  int32_t column_idx = 0;
  bool descending = false;
  bool nulls_first = false;

  void write(ThriftWriter& out) const;
  static SortingColumn read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 5;

  friend bool operator==(const SortingColumn& a, const SortingColumn& b) = default;
};

/// How many pages of a chunk have this type and encoding.
struct PageEncodingStats {
  PageType page_type = PageType::data_page;
  Encoding encoding = Encoding::plain;
  int32_t count = 0;

  void write(ThriftWriter& out) const;
  static PageEncodingStats read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 7;

  friend bool operator==(const PageEncodingStats& a, const PageEncodingStats& b) = default;
};

/// Optional lists are written unless they are empty.
struct ColumnMetaData {
  PhysicalType type = PhysicalType::boolean;
  std::vector<Encoding> encodings{};
  std::vector<std::string> path_in_schema{};  ///< empty in files of writers that leave it out
  CompressionCodec codec = CompressionCodec::uncompressed;
  int64_t num_values = 0;               ///< nulls and empty lists included
  int64_t total_uncompressed_size = 0;  ///< page headers included
  int64_t total_compressed_size = 0;    ///< page headers included
  std::vector<KeyValue> key_value_metadata{};
  int64_t data_page_offset = 0;  ///< of the first data page, in the file
  std::optional<int64_t> index_page_offset{};
  std::optional<int64_t> dictionary_page_offset{};
  std::optional<Statistics> statistics{};
  std::vector<PageEncodingStats> encoding_stats{};
  std::optional<int64_t> bloom_filter_offset{};
  std::optional<int32_t> bloom_filter_length{};
  std::optional<SizeStatistics> size_statistics{};
  std::optional<GeospatialStatistics> geospatial_statistics{};  ///< of GEOMETRY and GEOGRAPHY

  void write(ThriftWriter& out) const;
  static ColumnMetaData read(ThriftReader& in);

  friend bool operator==(const ColumnMetaData& a, const ColumnMetaData& b) = default;
};

/// Where the page index of a chunk lies in the file; an index that does not exist has neither number.
struct ChunkIndexPlace {
  std::optional<int64_t> offset_index_offset{};
  std::optional<int32_t> offset_index_length{};
  std::optional<int64_t> column_index_offset{};
  std::optional<int32_t> column_index_length{};

  friend bool operator==(const ChunkIndexPlace& a, const ChunkIndexPlace& b) = default;
};

struct ColumnChunk {
  std::optional<std::string> file_path{};     ///< set where the data lie in another file
  int64_t file_offset = 0;                    ///< deprecated: 0
  std::optional<ColumnMetaData> meta_data{};  ///< absent where it is encrypted
  ChunkIndexPlace index{};
  bool is_encrypted = false;  ///< read only: crypto_metadata was there

  void write(ThriftWriter& out) const;
  static ColumnChunk read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 1;

  friend bool operator==(const ColumnChunk& a, const ColumnChunk& b) = default;
};

struct RowGroup {
  std::vector<ColumnChunk> columns{};
  int64_t total_byte_size = 0;  ///< uncompressed
  int64_t num_rows = 0;
  std::vector<SortingColumn> sorting_columns{};
  std::optional<int64_t> file_offset{};  ///< of the first page
  std::optional<int64_t> total_compressed_size{};
  std::optional<int16_t> ordinal{};

  void write(ThriftWriter& out) const;
  /// Fields 2 to 7, for those who write `columns` themselves.
  void write_after_columns(ThriftWriter& out) const;
  static RowGroup read(ThriftReader& in);
  static constexpr size_t kWireBytesMin = 7;

  friend bool operator==(const RowGroup& a, const RowGroup& b) = default;
};

struct FileMetaData {
  int32_t version = 1;
  std::vector<SchemaElement> schema{};  ///< the root first
  int64_t num_rows = 0;
  std::vector<RowGroup> row_groups{};
  std::vector<KeyValue> key_value_metadata{};
  std::optional<std::string> created_by{};
  std::vector<ColumnOrder> column_orders{};  ///< one for each leaf, or none
  bool is_encrypted = false;                 ///< read only: encryption_algorithm was there

  void write(ThriftWriter& out) const;
  static FileMetaData read(ThriftReader& in);

  friend bool operator==(const FileMetaData& a, const FileMetaData& b) = default;
};

/// Appends `meta` as one struct, its stop byte included: what write_column_chunk takes.
void write_column_metadata(const ColumnMetaData& meta, Bytes& out);
/// Writes a ColumnChunk around a ColumnMetaData that was serialised earlier, as only the end of the file knows `place`.
void write_column_chunk(ThriftWriter& out, ByteSpan column_metadata, const ChunkIndexPlace& place);
/// The list of column orders, as field `id` of the current struct. `unrecognised` is written as an empty union.
void write_column_orders(ThriftWriter& out, int16_t id, const std::vector<ColumnOrder>& orders);

/// Reads a footer, without its length and magic. Throws Error{corrupt} that names `file` and the byte in the footer.
FileMetaData parse_file_metadata(ByteSpan footer, const std::string& file);

}  // namespace sluice
