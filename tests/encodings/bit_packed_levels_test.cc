#include "encodings/bit_packed_levels.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/draw.h"

namespace sluice::bit_packed_levels_test {
namespace {

constexpr std::byte kExample[] = {std::byte{0b00000101}, std::byte{0b00111001}, std::byte{0b01110111}};

// The specification's own: 0 to 7 in three bits.
TEST(BitPackedLevels, ReadsTheExample) {
  std::vector<uint8_t> levels(8);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 3, 0, levels), 8u);
  EXPECT_EQ(levels, (std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  levels.resize(3);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 3, 4, levels), 3u);
  EXPECT_EQ(levels, (std::vector<uint8_t>{4, 5, 6}));
}

TEST(BitPackedLevels, EndsWithTheBytes) {
  std::vector<uint8_t> levels(10);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 3, 5, levels), 3u);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 3, 8, levels), 0u);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 3, UINT64_MAX, levels), 0u);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 7, 0, levels), 3u) << "of the fourth only three bits are there";
  EXPECT_EQ(bit_packed_levels::decode({}, 1, 0, levels), 0u);
  EXPECT_EQ(bit_packed_levels::decode({}, 0, 0, levels), 10u);
  EXPECT_EQ(bit_packed_levels::decode(kExample, 9, 0, levels), 0u);
  EXPECT_EQ(bit_packed_levels::decode(kExample, -1, 0, levels), 0u);
}

TEST(BitPackedLevels, EveryWidthAndPlace) {
  test::Draw draw(5);
  for (int width = 1; width <= 8; ++width) {
    std::vector<uint8_t> levels(100);
    std::vector<std::byte> bytes(bit_packed_levels::encoded_bytes(levels.size(), width));
    size_t at = 0;
    for (uint8_t& level : levels) {
      level = static_cast<uint8_t>(draw.below(uint64_t{1} << width));
      for (int bit = width; bit-- > 0; ++at)
        bytes[at / 8] |= static_cast<std::byte>((level >> bit & 1) << (7 - at % 8));
    }
    for (size_t first = 0; first < levels.size(); ++first) {
      std::vector<uint8_t> found(levels.size() - first);
      ASSERT_EQ(bit_packed_levels::decode(bytes, width, first, found), found.size());
      ASSERT_EQ(found, std::vector<uint8_t>(levels.begin() + static_cast<std::ptrdiff_t>(first), levels.end()));
    }
  }
}

}  // namespace
}  // namespace sluice::bit_packed_levels_test
