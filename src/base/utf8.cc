// UTF-8; see utf8.h. The table of well-formed sequences is RFC 3629, section 4.
#include "base/utf8.h"

#include <cstdint>

#include "base/bytes.h"

namespace sluice {
namespace {

constexpr char32_t kCodePointMax = 0x10FFFF;
constexpr char32_t kSurrogateFirst = 0xD800;
constexpr char32_t kSurrogateLast = 0xDFFF;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Bytes of the well-formed sequence at the start of `text`, whose first byte is not ASCII; 0 where it is broken.
size_t sequence_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  size_t bytes = 0;
  // The second byte is narrower where the lead alone would allow overlong forms, surrogates or more than U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    bytes = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    bytes = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    bytes = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (bytes == 0 || text.size() < bytes || byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < bytes; ++i)
    if (!is_continuation(text[i])) return 0;
  return bytes;
}

/// The code point of a well-formed sequence.
char32_t decode(std::string_view sequence) {
  const unsigned char lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t code_point = lead & (0x7Fu >> sequence.size());
  for (const char byte : sequence.substr(1)) code_point = code_point << 6 | (static_cast<unsigned char>(byte) & 0x3Fu);
  return code_point;
}

}  // namespace

size_t utf8_valid_bytes(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  size_t i = 0;
  while (i < text.size()) {
    while (text.size() - i >= 8 && (load<uint64_t>(text.data() + i) & kHighBits) == 0) i += 8;
    // At most eight bytes one by one, then the fast path gets another chance.
    for (size_t stop = i + 8; i < stop && i < text.size();) {
      if (static_cast<unsigned char>(text[i]) < 0x80) {
        ++i;
        continue;
      }
      const size_t bytes = sequence_bytes(text.substr(i));
      if (bytes == 0) return i;
      i += bytes;
    }
  }
  return i;
}

bool is_ascii(std::string_view text) {
  constexpr size_t kBlock = 64;
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; static_cast<size_t>(end - at) >= kBlock; at += kBlock) {
    uint64_t seen = 0;
    for (size_t i = 0; i < kBlock; i += 8) seen |= load<uint64_t>(at + i);
    if ((seen & kHighBits) != 0) return false;
  }
  char seen = 0;
  for (; at != end; ++at) seen = static_cast<char>(seen | *at);
  return (seen & 0x80) == 0;
}

std::string_view utf8_prefix(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

std::optional<std::string> utf8_successor(std::string_view prefix) {
  while (!prefix.empty()) {
    size_t begin = prefix.size() - 1;
    while (begin > 0 && is_continuation(prefix[begin])) --begin;
    char32_t code_point = decode(prefix.substr(begin));
    prefix = prefix.substr(0, begin);
    if (code_point >= kCodePointMax) continue;
    ++code_point;
    if (code_point >= kSurrogateFirst && code_point <= kSurrogateLast) code_point = kSurrogateLast + 1;
    char encoded[4];
    const size_t bytes = encode_utf8(code_point, encoded);
    return std::string(prefix).append(encoded, bytes);
  }
  return std::nullopt;
}

size_t encode_utf8(char32_t code_point, char* out) {
  const auto continuation = [&](int shift) { return static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    out[0] = static_cast<char>(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = static_cast<char>(0xC0 | code_point >> 6);
    out[1] = continuation(0);
    return 2;
  }
  if (code_point < 0x10000) {
    out[0] = static_cast<char>(0xE0 | code_point >> 12);
    out[1] = continuation(6);
    out[2] = continuation(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | code_point >> 18);
  out[1] = continuation(12);
  out[2] = continuation(6);
  out[3] = continuation(0);
  return 4;
}

}  // namespace sluice
