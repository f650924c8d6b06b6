// One text for JSON values that differ in the order of keys, in blanks or in escapes alone.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Objects and arrays inside each other that are gone into.
inline constexpr int kCanonicalDepthMax = 1'000;

/// Appends the value with the members of each object in an order that their keys alone give, those of one key as they
/// stand, without blanks; numbers keep their text. What is no JSON, or deeper than kCanonicalDepthMax, is appended as
/// it is.
void append_canonical_json(std::string_view text, std::string& out);

}  // namespace sluice
