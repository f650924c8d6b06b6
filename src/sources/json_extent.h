// How far a JSON value reaches, found without a look at its grammar: brackets are counted outside of strings, 64 bytes
// at a time (RFC 8259). What stands between the brackets is checked by who reads the value (json_walk.h); text whose
// brackets do not match in kind is one value all the same, so that reading can go on behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sluice {

inline bool is_json_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
/// Whether a byte may be part of a number, true, false or null.
inline bool is_json_scalar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

/// Where an object or array ends, whose text arrives in parts.
class JsonExtent {
 public:
  /// Looks at `text`, which begins with the first bracket: the text of the last call and, perhaps, more. 64 bytes
  /// behind it must be readable. Returns the size of the value, or 0 when it goes on behind the text. Linear over all
  /// calls.
  size_t find_end(std::string_view text);
  /// How many of the bytes that were looked at need not be shown again: `text` of the next call begins behind them.
  size_t forget() { return std::exchange(scanned_, 0); }
  /// Before another value.
  void restart() { *this = JsonExtent(); }

 private:
  size_t scanned_ = 0;      ///< bytes that need not be looked at again
  uint64_t depth_ = 0;      ///< there
  uint64_t in_string_ = 0;  ///< all ones when a string is open there
  bool escaped_ = false;    ///< the byte before is a backslash that is not escaped itself
};

/// The size of the value that `text` begins with, or 0 when it goes on behind it; a number or word may end there.
/// 64 bytes behind the text must be readable.
size_t json_value_bytes(std::string_view text);

}  // namespace sluice
