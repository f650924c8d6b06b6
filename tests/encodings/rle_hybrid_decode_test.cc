#include "encodings/rle_hybrid_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "encodings/rle_boolean.h"
#include "encodings/rle_hybrid.h"
#include "support/draw.h"

namespace sluice::rle_hybrid_decode_test {
namespace {

constexpr uint64_t kSeed = 88'301;
using ByteVector = std::vector<std::byte>;

ByteVector bytes_of(std::initializer_list<int> values) {
  ByteVector bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

template <typename T>
ByteVector encoded(const std::vector<T>& values, int width) {
  Bytes out;
  rle_hybrid::encode(std::span<const T>(values), width, out);
  return {out.data(), out.data() + out.size()};
}

template <typename T>
std::vector<T> decoded(const ByteVector& bytes, int width, size_t wanted) {
  std::vector<T> values(wanted, T{99});
  const size_t whole = rle_hybrid::decode(bytes, width, std::span(values));
  EXPECT_LE(whole, wanted);
  values.resize(std::min(whole, wanted));
  return values;
}

// Value by value and bit by bit, as the specification draws it.
template <typename T>
std::vector<T> decoded_slowly(const ByteVector& bytes, int width, size_t wanted) {
  if (width == 0) return std::vector<T>(wanted, 0);
  const auto bits = static_cast<size_t>(width);
  std::vector<T> values;
  size_t at = 0;
  while (values.size() < wanted) {
    uint64_t header = 0;
    for (int shift = 0;; shift += 7) {
      if (at == bytes.size() || shift == 70) return values;
      const auto byte = std::to_integer<uint64_t>(bytes[at++]);
      if (shift == 63 && byte > 1) return values;
      header |= byte % 128 << shift;
      if (byte < 128) break;
    }
    if (header % 2 == 0) {
      uint64_t value = 0;
      for (size_t i = 0; i < (bits + 7) / 8; ++i, ++at) {
        if (at == bytes.size()) return values;
        value |= std::to_integer<uint64_t>(bytes[at]) << (8 * i);
      }
      if (value >> bits != 0) return values;
      for (uint64_t i = 0; i < header / 2 && values.size() < wanted; ++i) values.push_back(static_cast<T>(value));
      continue;
    }
    for (uint64_t group = 0; group < header / 2 && values.size() < wanted; ++group, at += bits)
      for (size_t i = 0; i < 8 && values.size() < wanted; ++i) {
        uint64_t value = 0;
        for (size_t bit = 0; bit < bits; ++bit) {
          const size_t position = i * bits + bit;
          if (at + position / 8 >= bytes.size()) return values;
          value |= (std::to_integer<uint64_t>(bytes[at + position / 8]) >> (position % 8) & 1) << bit;
        }
        values.push_back(static_cast<T>(value));
      }
  }
  return values;
}

template <typename T>
std::vector<T> drawn_values(test::Draw& draw, size_t count, int width) {
  const uint64_t run = static_cast<uint64_t>(draw.magnitude(100));
  std::vector<T> values;
  T value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (draw.below(run) == 0) value = static_cast<T>(width == 0 ? 0 : draw.bits() >> (64 - width));
    values.push_back(value);
  }
  return values;
}

TEST(RleHybridDecode, ReadsRunsAndGroups) {
  // Seven times 4 (a run), then the specification's 0 to 7 in 3 bits.
  const ByteVector bytes = bytes_of({7 << 1, 4, 1 << 1 | 1, 0b10001000, 0b11000110, 0b11111010});
  EXPECT_EQ(decoded<uint32_t>(bytes, 3, 15), (std::vector<uint32_t>{4, 4, 4, 4, 4, 4, 4, 0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(decoded<uint8_t>(bytes, 3, 9), (std::vector<uint8_t>{4, 4, 4, 4, 4, 4, 4, 0, 1}));
  EXPECT_EQ(decoded<uint32_t>(bytes, 3, 100).size(), 15u);
}

TEST(RleHybridDecode, BringsBackWhatIsWritten) {
  for (int width = 0; width <= 32; ++width)
    for (const size_t count : {0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1'000})
      for (uint64_t index = 0; index < 10; ++index) {
        test::Draw draw(kSeed, index);
        const auto values = drawn_values<uint32_t>(draw, count, width);
        ASSERT_EQ(decoded<uint32_t>(encoded(values, width), width, count), values)
            << "width " << width << ", count " << count << ", case " << index;
        if (width > 8) continue;
        const auto levels = drawn_values<uint8_t>(draw, count, width);
        ASSERT_EQ(decoded<uint8_t>(encoded(levels, width), width, count), levels)
            << "width " << width << ", count " << count << ", case " << index;
      }
}

TEST(RleHybridDecode, RefusesWidthsThatTheTypeDoesNotHold) {
  const ByteVector bytes(100, std::byte{2});
  for (const int width : {-1, 33, 64, 255, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()})
    EXPECT_TRUE(decoded<uint32_t>(bytes, width, 10).empty()) << width;
  EXPECT_TRUE(decoded<uint8_t>(bytes, 9, 10).empty());
}

TEST(RleHybridDecode, NeedsNoBytesForWidthZero) {
  EXPECT_EQ(decoded<uint32_t>({}, 0, 10), std::vector<uint32_t>(10, 0));
}

TEST(RleHybridDecode, StopsAtARunWhoseValueIsTooWide) {
  EXPECT_EQ(decoded<uint32_t>(bytes_of({2, 3, 2, 4}), 2, 2), (std::vector<uint32_t>{3}));
  EXPECT_EQ(decoded<uint32_t>(bytes_of({2, 0xFF, 1, 2, 0, 2}), 9, 2), (std::vector<uint32_t>{511}));
}

TEST(RleHybridDecode, FillsNoMoreThanIsWanted) {
  // A run of 2^63 - 1 values, and 2^63 - 1 groups.
  const ByteVector run = bytes_of({0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 5});
  const ByteVector groups = bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 5, 5, 5});
  EXPECT_EQ(decoded<uint32_t>(run, 8, 20), std::vector<uint32_t>(20, 5));
  EXPECT_EQ(decoded<uint32_t>(groups, 8, 20), std::vector<uint32_t>(3, 5));
  EXPECT_EQ(decoded<uint32_t>(groups, 8, 2), std::vector<uint32_t>(2, 5));
}

TEST(RleHybridDecode, StopsCleanlyWhenBytesEndAnywhere) {
  for (const int width : {1, 2, 7, 8, 12, 17, 32})
    for (uint64_t index = 0; index < 10; ++index) {
      test::Draw draw(kSeed, index);
      const auto values = drawn_values<uint32_t>(draw, 200, width);
      const ByteVector bytes = encoded(values, width);
      for (size_t size = 0; size < bytes.size(); ++size) {
        const ByteVector cut(bytes.data(), bytes.data() + size);
        const auto found = decoded<uint32_t>(cut, width, values.size());
        ASSERT_EQ(found, decoded_slowly<uint32_t>(cut, width, values.size())) << "width " << width << ", " << size;
        ASSERT_TRUE(std::equal(found.begin(), found.end(), values.begin()));
      }
    }
}

TEST(RleHybridDecode, AgreesWithTheSlowReaderOnHostileBytes) {
  for (uint64_t index = 0; index < 100'000; ++index) {
    test::Draw draw(kSeed, index);
    const int width = static_cast<int>(draw.below(33));
    ByteVector bytes(draw.below(60));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(draw.chance(40) ? draw.below(8) : draw.bits());
    const size_t wanted = draw.below(300);
    ASSERT_EQ(decoded<uint32_t>(bytes, width, wanted), decoded_slowly<uint32_t>(bytes, width, wanted))
        << "seed " << kSeed << ", case " << index;
    if (width > 8) continue;
    ASSERT_EQ(decoded<uint8_t>(bytes, width, wanted), decoded_slowly<uint8_t>(bytes, width, wanted))
        << "seed " << kSeed << ", case " << index;
  }
}

TEST(RleBoolean, PutsTheLengthInFront) {
  Bytes out;
  out.push_back(9);
  rle_boolean::encode(std::vector<uint8_t>(100, 1), out);
  EXPECT_EQ(out.view(), std::string_view("\x09\x03\0\0\0\xC8\x01\x01", 8));
}

TEST(RleBoolean, BringsBackWhatIsWritten) {
  for (const size_t count : {0, 1, 2, 7, 8, 9, 63, 64, 65, 1'000}) {
    test::Draw draw(kSeed, count);
    const auto values = drawn_values<uint8_t>(draw, count, 1);
    Bytes out;
    rle_boolean::encode(values, out);
    std::vector<uint8_t> found(count);
    EXPECT_EQ(rle_boolean::decode(out, found), count);
    EXPECT_EQ(found, values);
    for (size_t size = 0; size < out.size(); ++size) {
      const ByteVector cut(out.data(), out.data() + size);
      const size_t whole = rle_boolean::decode(cut, found);
      EXPECT_TRUE(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(whole), values.begin()));
    }
  }
}

TEST(RleBoolean, KeepsToItsLength) {
  std::vector<uint8_t> found(20);
  EXPECT_EQ(rle_boolean::decode(bytes_of({2, 0, 0, 0, 10 << 1, 1, 10 << 1, 0}), found), 10u);
  EXPECT_EQ(rle_boolean::decode(bytes_of({4, 0, 0, 0, 10 << 1, 1, 10 << 1, 0}), found), 20u);
  EXPECT_EQ(rle_boolean::decode(bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 10 << 1, 1, 10 << 1, 0}), found), 20u);
  EXPECT_EQ(rle_boolean::decode(bytes_of({0, 0, 0, 0, 10 << 1, 1}), found), 0u);
  EXPECT_EQ(rle_boolean::decode(bytes_of({2, 0, 0, 0, 10 << 1, 2}), found), 0u) << "neither 0 nor 1";
}

}  // namespace
}  // namespace sluice::rle_hybrid_decode_test
