#include "base/uuid_text.h"

#include <utility>

namespace sluice {
namespace {

/// Where text has a hyphen.
constexpr bool is_hyphen(size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

/// 16 for what is no digit.
unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

}  // namespace

std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text) {
  constexpr size_t kTextBytes = 36;
  if (text.size() != kTextBytes) return std::nullopt;
  std::array<std::byte, 16> bytes{};
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const unsigned digit = hex_digit(text[i]);
    if (digit > 15) return std::nullopt;
    bytes[digits / 2] |= std::byte(digits % 2 == 0 ? digit << 4 : digit);
    ++digits;
  }
  return bytes;
}

void append_uuid(std::string_view bytes, std::string& out) {
  for (const auto& [begin, count] : {std::pair<size_t, size_t>{0, 4}, {4, 2}, {6, 2}, {8, 2}, {10, 6}}) {
    if (begin > 0) out += '-';
    append_hex(bytes.substr(begin, count), out);
  }
}

void append_hex(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace sluice
