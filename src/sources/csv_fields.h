// Single fields of CSV text: where they lie between the ends that csv_scan.h found, and what stands in their quotes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sources/csv_shape.h"

namespace sluice {

/// Records that all have as many fields as there are columns. Field c of record r lies behind ends[r * columns + c] and
/// before the end that follows it; the first of `ends` is the place before the first record.
struct CsvRun {
  const char* text = nullptr;
  const uint32_t* ends = nullptr;
  size_t columns = 0;
  size_t records = 0;

  /// As it stands there, with its quotes, without the '\r' of the line's end.
  std::string_view field(size_t record, size_t column) const {
    const uint32_t* const at = ends + record * columns + column;
    std::string_view found(text + uint32_t{at[0] + 1}, at[1] - uint32_t{at[0] + 1});
    if (column + 1 == columns && found.ends_with('\r')) found.remove_suffix(1);
    return found;
  }
  /// A whole record, without its line's end.
  std::string_view record(size_t index) const {
    const uint32_t* const at = ends + index * columns;
    std::string_view found(text + uint32_t{at[0] + 1}, at[columns] - uint32_t{at[0] + 1});
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
  }
  /// Position in the text behind the line's end of the record.
  size_t behind(size_t index) const { return size_t{ends[(index + 1) * columns]} + 1; }
  CsvRun part(size_t begin, size_t count) const { return {text, ends + begin * columns, columns, count}; }
};

/// What a dialect makes of single fields.
class CsvFields {
 public:
  CsvFields(const CsvDialect& dialect, std::span<const std::string> null_texts)
      : quote_(dialect.has_quotes ? static_cast<unsigned char>(dialect.quote) : kNoQuote), null_texts_(null_texts) {}

  bool is_quoted(std::string_view field) const {
    return !field.empty() && static_cast<unsigned char>(field[0]) == quote_;
  }
  /// Of a quoted field: whether nothing follows the closing quote.
  bool is_closed(std::string_view field) const {
    return field.size() >= 2 && static_cast<unsigned char>(field.back()) == quote_;
  }
  /// Of a field without quotes.
  bool is_null(std::string_view field) const { return field.empty() || (!null_texts_.empty() && is_null_text(field)); }
  /// What stands in the quotes of a quoted field, doubled ones made single; nothing where more text follows the closing
  /// quote. `scratch` may become the place of it. Behind it 64 bytes are readable if they are behind the field.
  std::optional<std::string_view> unquoted(std::string_view field, Bytes& scratch) const;

 private:
  static constexpr int kNoQuote = 256;
  bool is_null_text(std::string_view field) const;

  int quote_;
  std::span<const std::string> null_texts_;
};

}  // namespace sluice
