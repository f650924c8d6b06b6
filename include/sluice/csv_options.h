// How text in columns looks, where that is not to be guessed (docs/csv.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/literals.h"

namespace sluice {
inline namespace v0 {

enum class DuplicateNames {
  error,   ///< two columns of one name are an Error{data} that says where they are
  rename,  ///< the second becomes name_2, and so on; a note says so
};

struct CsvOptions {
  /// The first record holds the names of the columns; else they are column_1, column_2, ...
  bool header = true;
  /// Between fields, an ASCII character; 0 = guessed among , ; tab and |.
  char delimiter = 0;
  /// Around fields that hold delimiters, quotes or line ends, an ASCII character; 0 = there are no quotes. Empty: the
  /// double quote, or the single one where only that gives all records the same number of fields.
  std::optional<char> quote{};
  /// Fields without quotes that are null, beside the empty ones.
  std::vector<std::string> null_texts{};
  DuplicateNames duplicates = DuplicateNames::error;
  /// Longer records are an error. The memory budget may set a lower limit, an eighth of it.
  uint64_t record_bytes_max = 16_MiB;
};

}  // namespace v0
}  // namespace sluice
