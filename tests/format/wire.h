// Structs as bytes and bytes as hex, so that a golden test reads like the specification's pictures.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice::test {

/// "15 02 00"
inline std::string hex(ByteSpan bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[std::to_integer<size_t>(byte >> 4)];
    text += kDigits[std::to_integer<size_t>(byte & std::byte{15})];
  }
  return text;
}

/// The other way; spaces are ignored.
inline Bytes from_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Bytes bytes;
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(kDigits.find(digits[i]) * 16 + kDigits.find(digits[i + 1])));
  return bytes;
}

template <typename T>
Bytes bytes_of(const T& value) {
  Bytes bytes;
  ThriftWriter out(bytes);
  value.write(out);
  return bytes;
}

/// Reads a struct that must fill `bytes`.
template <typename T>
T read_back(ByteSpan bytes) {
  ThriftReader in(bytes);
  T value = T::read(in);
  EXPECT_EQ(in.offset(), bytes.size());
  return value;
}

template <typename T>
void expect_round_trip(const T& value) {
  const Bytes bytes = bytes_of(value);
  EXPECT_TRUE(read_back<T>(bytes) == value) << hex(bytes);
}

}  // namespace sluice::test
