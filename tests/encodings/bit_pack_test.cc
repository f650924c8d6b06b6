#include "encodings/bit_pack.h"

#include <gtest/gtest.h>

#include "support/draw.h"
#include "support/slow_decoders.h"

namespace sluice::bit_pack_test {
namespace {

using test::Draw;
using test::slow_unpack;

constexpr size_t kLengths[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 1000};

uint32_t widest(int width) { return width == 0 ? 0 : ~uint32_t{0} >> (32 - width); }

std::vector<uint8_t> as_numbers(const Bytes& bytes) {
  std::vector<uint8_t> numbers;
  for (const std::byte byte : ByteSpan(bytes)) numbers.push_back(std::to_integer<uint8_t>(byte));
  return numbers;
}

template <typename T>
void expect_round_trip(const std::vector<T>& values, int width) {
  Bytes out;
  out.append(std::string_view("before"));
  bit_pack::encode(std::span<const T>(values), width, out);
  ASSERT_EQ(out.size(), 6 + bit_pack::encoded_bytes(values.size(), width)) << values.size() << " of width " << width;
  ASSERT_EQ(out.view().substr(0, 6), "before");
  std::vector<uint32_t> padded(values.begin(), values.end());
  padded.resize((values.size() + 7) / 8 * 8);
  ASSERT_EQ(slow_unpack(ByteSpan(out).subspan(6), padded.size(), width), padded)
      << values.size() << " of width " << width;
}

// Encodings.md: "For example, the numbers 1 through 7 using bit width 3" (and the 0 before them).
TEST(BitPack, WritesTheExampleOfTheSpecification) {
  const std::vector<uint32_t> values{0, 1, 2, 3, 4, 5, 6, 7};
  Bytes out;
  bit_pack::encode(std::span<const uint32_t>(values), 3, out);
  EXPECT_EQ(as_numbers(out), (std::vector<uint8_t>{0b1000'1000, 0b1100'0110, 0b1111'1010}));
}

TEST(BitPack, WholeBytesAreLittleEndian) {
  const std::vector<uint32_t> values{0x04030201, 0x08070605, 0, 0, 0, 0, 0, 0xffff'ffff};
  Bytes out;
  bit_pack::encode(std::span<const uint32_t>(values), 32, out);
  const std::vector<uint8_t> bytes = as_numbers(out);
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.begin() + 8), (std::vector<uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin() + 28, bytes.end()), (std::vector<uint8_t>{255, 255, 255, 255}));
}

TEST(BitPack, WidthZeroTakesNoBytes) {
  const std::vector<uint32_t> values(1000, 0);
  Bytes out;
  bit_pack::encode(std::span<const uint32_t>(values), 0, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(bit_pack::encoded_bytes(1000, 0), 0u);
}

TEST(BitPack, EveryWidthAndLengthComesBack) {
  Draw draw(1);
  for (int width = 0; width <= 32; ++width) {
    for (const size_t length : kLengths) {
      std::vector<uint32_t> values(length);
      for (uint32_t& value : values) value = static_cast<uint32_t>(draw.bits()) & widest(width);
      expect_round_trip(values, width);
      expect_round_trip(std::vector<uint32_t>(length, widest(width)), width);
    }
  }
}

TEST(BitPack, EveryWidthAndLengthOfBytesComesBack) {
  Draw draw(2);
  for (int width = 0; width <= 8; ++width) {
    for (const size_t length : kLengths) {
      std::vector<uint8_t> values(length);
      for (uint8_t& value : values) value = static_cast<uint8_t>(draw.bits() & widest(width));
      expect_round_trip(values, width);
    }
  }
}

// One value that is not 0, at every place: no bit of it may land in a neighbour.
TEST(BitPack, ValuesDoNotTouchTheirNeighbours) {
  for (int width = 1; width <= 32; ++width) {
    for (size_t place = 0; place < 40; ++place) {
      std::vector<uint32_t> values(40, 0);
      values[place] = widest(width);
      expect_round_trip(values, width);
    }
  }
}

}  // namespace
}  // namespace sluice::bit_pack_test
