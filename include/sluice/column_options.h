// What one column of a file asks for, where it differs from the rest of the file.
//
//   sluice::FileOptions options{.columns = {{.column = "payload", .compression = sluice::Compression{.level = 9}},
//                                           {.column = "user.id", .bloom_filter = 0.01, .field_id = 7}}};
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/compression.h"

namespace sluice {
inline namespace v0 {

/// How values become bytes (parquet-format, Encodings.md). A page without values is always PLAIN.
enum class ValueEncoding : uint8_t {
  measured,                 ///< what is smallest after compression, within the file's profile
  plain,                    ///< all types
  dictionary,               ///< all but booleans; PLAIN once the dictionary is full
  delta,                    ///< delta_binary_packed for integers, delta_byte_array for text and bytes of fixed length
  delta_binary_packed,      ///< integers, and what is stored as such: dates, times, decimals of few digits
  delta_length_byte_array,  ///< text and bytes of any length
  delta_byte_array,         ///< text and bytes, of fixed length too
  byte_stream_split,        ///< numbers and bytes of fixed length
  rle,                      ///< booleans
};

/// The name that options take: "delta_binary_packed".
std::string_view to_string(ValueEncoding encoding);

/// What is not set is as the file has it. Of several entries for one column the later ones count.
struct ColumnOptions {
  /// A leaf column by its name, "user.tags[]", or a field, "user": then all leaf columns inside it.
  std::string column;
  std::optional<Compression> compression{};
  std::optional<ValueEncoding> encoding{};
  /// 0 = no dictionary.
  std::optional<uint64_t> dictionary_bytes{};
  /// Bounds of chunks and pages; null counts are always written.
  std::optional<bool> statistics{};
  /// A bloom filter that takes an absent value for a present one with this probability, at most 0.5: 0.01 takes
  /// some 10 bits for each distinct value. 0 = none.
  std::optional<double> bloom_filter{};
  /// The id of the field itself, not of what is inside it; as `id` in the text form of the schema.
  std::optional<int32_t> field_id{};
};

}  // namespace v0
}  // namespace sluice
