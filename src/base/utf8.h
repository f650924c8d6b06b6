// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Order of bytes is order of code
// points, which the bounds of strings rely on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What some writers put before text to say that it is UTF-8; no part of the text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// How many leading bytes are valid; the size of `text` when all are. Otherwise the position of the first byte of the
/// sequence that is broken.
size_t utf8_valid_bytes(std::string_view text);

inline bool is_utf8(std::string_view text) { return utf8_valid_bytes(text) == text.size(); }

/// Whether each byte is a character of its own: 64 of them at a time.
bool is_ascii(std::string_view text);

/// The longest prefix of at most `bytes_max` bytes that does not end inside a code point. Requires valid UTF-8 to be
/// useful; for any bytes, a prefix.
std::string_view utf8_prefix(std::string_view text, size_t bytes_max);

/// A text above every text that begins with `prefix`, for the upper bound of strings that were cut: the last code point
/// that has a successor is raised and the rest dropped. May be one byte longer than `prefix`. Nothing when every code
/// point is U+10FFFF, or there is none. Requires valid UTF-8.
std::optional<std::string> utf8_successor(std::string_view prefix);

/// Appends one code point. Requires a scalar value: at most U+10FFFF and no surrogate. At most four bytes; returns how
/// many.
size_t encode_utf8(char32_t code_point, char* out);

}  // namespace sluice
