// Strings as JSON writes them (RFC 8259, section 7), in and out.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// Appends `text` as a JSON string with its quotes. UTF-8 passes as it is; quote, backslash and control characters are
/// escaped, the latter as \n, \t, \b, \f, \r or \u00XX.
void append_json_string(std::string_view text, std::string& out);

/// Appends what stands between the quotes of a JSON string, unescaped, as UTF-8. False, and `out` as it was, where an
/// escape is unknown or cut off, or a \u surrogate stands alone. Bytes outside escapes are not looked at: framing and
/// UTF-8 are the parser's to check.
bool append_json_unescaped(std::string_view content, Bytes& out);

}  // namespace sluice
