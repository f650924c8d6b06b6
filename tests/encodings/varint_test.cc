#include "encodings/varint.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <vector>

namespace sluice::varint_test {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(Varint, WritesSevenBitsAByte) {
  Bytes out;
  varint::encode(300, out);
  EXPECT_EQ(out.view(), "\xAC\x02");
}

TEST(Varint, ReadsBackEveryPowerOfTwoAndItsNeighbours) {
  for (int bit = 0; bit < 64; ++bit)
    for (const uint64_t value : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit, (uint64_t{1} << bit) + 1}) {
      Bytes out;
      varint::encode(value, out);
      EXPECT_EQ(out.size(), varint::encoded_bytes(value)) << value;
      for (size_t size = 0; size < out.size(); ++size) {
        const std::vector<std::byte> cut(out.data(), out.data() + size);
        ByteSpan rest = cut;
        uint64_t found = 0;
        EXPECT_FALSE(varint::decode(rest, found)) << value << " in " << size << " bytes";
      }
      ByteSpan rest = out;
      uint64_t found = 0;
      ASSERT_TRUE(varint::decode(rest, found));
      EXPECT_EQ(found, value);
      EXPECT_TRUE(rest.empty());
    }
}

TEST(Varint, LeavesWhatFollows) {
  const std::vector<std::byte> bytes = bytes_of({5, 6});
  ByteSpan rest = bytes;
  uint64_t value = 0;
  ASSERT_TRUE(varint::decode(rest, value));
  EXPECT_EQ(value, 5u);
  EXPECT_EQ(rest.size(), 1u);
}

TEST(Varint, RefusesMoreThan64Bits) {
  uint64_t value = 0;
  const std::vector<std::byte> bit_65 = bytes_of({255, 255, 255, 255, 255, 255, 255, 255, 255, 2});
  const std::vector<std::byte> byte_11 = bytes_of({128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0});
  for (ByteSpan bytes : {ByteSpan(bit_65), ByteSpan(byte_11)}) EXPECT_FALSE(varint::decode(bytes, value));
}

TEST(Varint, ZigzagsSmallNumbersToSmallNumbers) {
  EXPECT_EQ(varint::zigzag(0), 0u);
  EXPECT_EQ(varint::zigzag(-1), 1u);
  EXPECT_EQ(varint::zigzag(1), 2u);
  EXPECT_EQ(varint::zigzag(std::numeric_limits<int64_t>::max()), ~uint64_t{1});
  EXPECT_EQ(varint::zigzag(std::numeric_limits<int64_t>::min()), ~uint64_t{0});
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{-77'777},
                              std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    EXPECT_EQ(varint::unzigzag(varint::zigzag(value)), value);
}

}  // namespace
}  // namespace sluice::varint_test
