// Why a record cannot be read (DESIGN, "Never silently wrong"), in two steps: where it is found only the place inside a
// block is known; the number of the record is added when the records before it have been counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/error.h"

namespace sluice {

struct RecordFault {
  bool malformed = false;  ///< not JSON at all
  std::string field{};     ///< dotted path of the column, "user.tags[]"; empty where none is to blame
  std::string sentence{};  ///< what was expected and what was found
  std::string hint{};
  uint64_t byte = 0;   ///< offset in the source
  int64_t record = 0;  ///< 0-based; counted from the beginning of the block, then of the source
};

/// "events.ndjson: record 2918330 (byte 217884107): column amount: "n/a" is not a float64".
Error to_error(const RecordFault& fault, const std::string& source);

/// At most about 60 bytes of `text` for a message, cut between code points, control characters escaped.
std::string excerpt(std::string_view text);

}  // namespace sluice
