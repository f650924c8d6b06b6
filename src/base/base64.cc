// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#include "base/base64.h"

#include <array>
#include <cstdint>

namespace sluice {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 0xFF;

constexpr std::array<uint8_t, 256> make_digits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  return digits;
}

constexpr std::array<uint8_t, 256> kDigitValues = make_digits();

/// Up to three bytes as 24 bits, the first one highest; zeros for those that are not there.
uint32_t group_of(const std::byte* bytes, size_t count) {
  uint32_t group = 0;
  for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? std::to_integer<uint32_t>(bytes[i]) : 0);
  return group;
}

}  // namespace

std::string encode_base64(ByteSpan bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* to = text.data();
  const auto put = [&to](uint32_t group, size_t digits) {
    for (size_t k = 0; k < digits; ++k) to[k] = kAlphabet[group >> (18 - 6 * k) & 63];
    to += 4;
  };
  const size_t whole = bytes.size() / 3 * 3;
  for (size_t i = 0; i < whole; i += 3) put(group_of(&bytes[i], 3), 4);
  const size_t left = bytes.size() - whole;
  if (left > 0) put(group_of(bytes.data() + whole, left), left + 1);
  return text;
}

std::optional<Bytes> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes(text.size() / 4 * 3);
  std::byte* to = bytes.data();
  for (size_t i = 0; i < text.size(); i += 4, to += 3) {
    const size_t digits = i + 4 == text.size() ? 4 - padding : 4;
    uint32_t group = 0;
    uint8_t seen = 0;
    for (size_t k = 0; k < 4; ++k) {
      const uint8_t digit = k < digits ? kDigitValues[static_cast<uint8_t>(text[i + k])] : uint8_t{0};
      seen |= digit;
      group = group << 6 | digit;
    }
    // Bits behind the last byte belong to nobody, and are zeros.
    const bool has_rest = digits < 4 && (group & (digits == 3 ? 0xFFu : 0xFFFFu)) != 0;
    if (seen > 63 || has_rest) return std::nullopt;
    for (size_t k = 0; k < 3; ++k) to[k] = static_cast<std::byte>(group >> (16 - 8 * k));
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace sluice
