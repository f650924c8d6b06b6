// Names as words of a text: bytes that might mean something there stand as "%" and two hexadecimal digits (RFC 3986,
// section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Letters, digits and the bytes of `plain` stand for themselves; digits are upper-case.
std::string percent_encoded(std::string_view text, std::string_view plain);
/// Nothing for a percent sign without two digits behind it, of either case.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace sluice
