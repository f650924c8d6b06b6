// The enumerations of Parquet's metadata with the specification's numbers (parquet-format, parquet.thrift). A file may
// hold any number in their place: a `switch` over one read from a file needs a way out for the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

enum class PhysicalType : int32_t {
  boolean = 0,
  int32 = 1,
  int64 = 2,
  int96 = 3,
  float_ = 4,
  double_ = 5,
  byte_array = 6,
  fixed_len_byte_array = 7,
};

enum class ConvertedType : int32_t {
  utf8 = 0,
  map = 1,
  map_key_value = 2,
  list = 3,
  enum_ = 4,
  decimal = 5,
  date = 6,
  time_millis = 7,
  time_micros = 8,
  timestamp_millis = 9,
  timestamp_micros = 10,
  uint_8 = 11,
  uint_16 = 12,
  uint_32 = 13,
  uint_64 = 14,
  int_8 = 15,
  int_16 = 16,
  int_32 = 17,
  int_64 = 18,
  json = 19,
  bson = 20,
  interval = 21,
};

enum class FieldRepetitionType : int32_t { required = 0, optional = 1, repeated = 2, vector = 3 };

enum class Encoding : int32_t {
  plain = 0,
  plain_dictionary = 2,
  rle = 3,
  bit_packed = 4,
  delta_binary_packed = 5,
  delta_length_byte_array = 6,
  delta_byte_array = 7,
  rle_dictionary = 8,
  byte_stream_split = 9,
};
/// Encodings that we know are numbers below it.
inline constexpr size_t kEncodings = 10;

enum class CompressionCodec : int32_t {
  uncompressed = 0,
  snappy = 1,
  gzip = 2,
  lzo = 3,
  brotli = 4,
  lz4 = 5,  ///< with Hadoop's undocumented framing
  zstd = 6,
  lz4_raw = 7,
};

enum class PageType : int32_t { data_page = 0, index_page = 1, dictionary_page = 2, data_page_v2 = 3 };

enum class BoundaryOrder : int32_t { unordered = 0, ascending = 1, descending = 2 };

/// The union ColumnOrder: the number is the id of the member that is set; 0 stands for one that we do not know.
enum class ColumnOrder : uint8_t { unrecognised = 0, type_defined = 1, ieee_754_total = 2, int96_timestamp = 3 };

/// The specification's name: "INT64"; "unknown" for a number that it does not have.
constexpr std::string_view to_string(PhysicalType type) {
  switch (type) {
    case PhysicalType::boolean: return "BOOLEAN";
    case PhysicalType::int32: return "INT32";
    case PhysicalType::int64: return "INT64";
    case PhysicalType::int96: return "INT96";
    case PhysicalType::float_: return "FLOAT";
    case PhysicalType::double_: return "DOUBLE";
    case PhysicalType::byte_array: return "BYTE_ARRAY";
    case PhysicalType::fixed_len_byte_array: return "FIXED_LEN_BYTE_ARRAY";
  }
  return "unknown";
}

/// The word that people use for it: "dictionary" for both of its numbers.
constexpr std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::plain: return "plain";
    case Encoding::plain_dictionary:
    case Encoding::rle_dictionary: return "dictionary";
    case Encoding::rle: return "rle";
    case Encoding::bit_packed: return "bit_packed";
    case Encoding::delta_binary_packed: return "delta_binary_packed";
    case Encoding::delta_length_byte_array: return "delta_length_byte_array";
    case Encoding::delta_byte_array: return "delta_byte_array";
    case Encoding::byte_stream_split: return "byte_stream_split";
  }
  return "unknown";
}

/// The word that `--compression` takes: "none" for UNCOMPRESSED, "lz4" for LZ4_RAW.
constexpr std::string_view to_string(CompressionCodec codec) {
  switch (codec) {
    case CompressionCodec::uncompressed: return "none";
    case CompressionCodec::snappy: return "snappy";
    case CompressionCodec::gzip: return "gzip";
    case CompressionCodec::lzo: return "lzo";
    case CompressionCodec::brotli: return "brotli";
    case CompressionCodec::lz4: return "lz4_hadoop";
    case CompressionCodec::zstd: return "zstd";
    case CompressionCodec::lz4_raw: return "lz4";
  }
  return "unknown";
}

/// "data", "index", "dictionary", "data_v2".
constexpr std::string_view to_string(PageType type) {
  switch (type) {
    case PageType::data_page: return "data";
    case PageType::index_page: return "index";
    case PageType::dictionary_page: return "dictionary";
    case PageType::data_page_v2: return "data_v2";
  }
  return "unknown";
}

}  // namespace sluice
