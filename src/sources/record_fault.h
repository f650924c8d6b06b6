// Why a record cannot be read (DESIGN, "Never silently wrong"), in two steps: where it is found only the place inside a
// block is known; the number of the record is added when the records before it have been counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/error.h"

namespace sluice {

struct RecordFault {
  bool malformed = false;  ///< not of the format at all
  std::string field{};     ///< dotted path of the column, "user.tags[]"; empty where none is to blame
  std::string sentence{};  ///< what was expected and what was found
  std::string hint{};
  uint64_t byte = 0;   ///< offset in the source
  int64_t record = 0;  ///< 0-based; counted from the beginning of the block, then of the source
  /// A field that the schema has not, or has as null: what a sample could not tell.
  bool late_field = false;
  uint64_t record_byte = 0;  ///< where the record begins, in the source; needed with late_field
};

/// A record that could not be read.
struct Reject {
  RecordFault fault;
  std::string text;  ///< the record as it stands in the source; of one that is too long to be held its first bytes
};

/// So much is kept of a record that is too long.
inline constexpr size_t kLongRecordBytesKept = 64 * 1024;

/// "events.ndjson: record 2918330 (byte 217884107): column amount: "n/a" is not a float64". `text_name` is what the
/// source should be: "JSON".
Error to_error(const RecordFault& fault, const std::string& source, std::string_view text_name);

/// An error that does not know its source: "events.csv: the header has ...".
Error of_source(const Error& error, const std::string& source);

/// What is wrong, without the place: "column amount: "n/a" is not a float64".
std::string to_sentence(const RecordFault& fault, std::string_view text_name);

/// At most about 60 bytes of `text` for a message, cut between code points, control characters escaped.
std::string excerpt(std::string_view text);

}  // namespace sluice
