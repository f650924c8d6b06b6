#include "base/bits.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace sluice::bits_test {
namespace {

std::vector<uint8_t> random_bytes(size_t count) {
  std::mt19937 random(7);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

int64_t count_one_by_one(const std::vector<uint8_t>& bits, int64_t begin, int64_t count) {
  int64_t set = 0;
  for (int64_t i = begin; i < begin + count; ++i) set += bit_at(bits.data(), i);
  return set;
}

TEST(Bits, NumbersFromTheLeastSignificantBit) {
  const uint8_t bits[] = {0b00000010, 0b10000000};
  EXPECT_FALSE(bit_at(bits, 0));
  EXPECT_TRUE(bit_at(bits, 1));
  EXPECT_TRUE(bit_at(bits, 15));
  EXPECT_EQ(bytes_of_bits(0), 0);
  EXPECT_EQ(bytes_of_bits(1), 1);
  EXPECT_EQ(bytes_of_bits(8), 1);
  EXPECT_EQ(bytes_of_bits(9), 2);
}

// Each range has a buffer that ends where it ends, so that AddressSanitizer sees a byte too many.
TEST(Bits, CountsEveryRange) {
  for (int64_t begin = 0; begin < 20; ++begin)
    for (int64_t count = 0; count < 220; ++count) {
      const std::vector<uint8_t> bits = random_bytes(static_cast<size_t>(bytes_of_bits(begin + count)));
      ASSERT_EQ(count_set_bits(bits.data(), begin, count), count_one_by_one(bits, begin, count))
          << begin << " + " << count;
    }
}

TEST(Bits, CountsNothingInAnEmptyRange) { EXPECT_EQ(count_set_bits(nullptr, 0, 0), 0); }

TEST(Bits, CopiesEveryRangeAndClearsTheRest) {
  for (int64_t begin = 0; begin < 17; ++begin)
    for (int64_t count = 0; count < 40; ++count) {
      const std::vector<uint8_t> bits = random_bytes(static_cast<size_t>(bytes_of_bits(begin + count)));
      std::vector<uint8_t> copy(static_cast<size_t>(bytes_of_bits(count)), 0xAA);
      copy_bits(bits.data(), begin, count, copy.data());
      for (int64_t i = 0; i < static_cast<int64_t>(copy.size()) * 8; ++i)
        ASSERT_EQ(bit_at(copy.data(), i), i < count && bit_at(bits.data(), begin + i)) << begin << " + " << count;
    }
}

TEST(Bits, WritesEveryRangeAndKeepsWhatIsBefore) {
  for (int64_t begin = 0; begin < 11; ++begin)
    for (int64_t at = 0; at < 10; ++at)
      for (int64_t count = 0; count < 150; count += 1 + count / 40) {
        const std::vector<uint8_t> bits = random_bytes(static_cast<size_t>(bytes_of_bits(begin + count)));
        const std::vector<uint8_t> before = random_bytes(static_cast<size_t>(bytes_of_bits(at + count)));
        std::vector<uint8_t> copy = before;
        write_bits(bits.data(), begin, count, copy.data(), at);
        for (int64_t i = 0; count > 0 && i < static_cast<int64_t>(copy.size()) * 8; ++i)
          ASSERT_EQ(bit_at(copy.data(), i),
                    i < at ? bit_at(before.data(), i) : i < at + count && bit_at(bits.data(), begin + i - at))
              << begin << " to " << at << ", " << count;
        for (const bool value : {false, true}) {
          copy = before;
          fill_bits(value, count, copy.data(), at);
          for (int64_t i = 0; count > 0 && i < static_cast<int64_t>(copy.size()) * 8; ++i)
            ASSERT_EQ(bit_at(copy.data(), i), i < at ? bit_at(before.data(), i) : i < at + count && value)
                << at << ", " << count;
        }
      }
}

}  // namespace
}  // namespace sluice::bits_test
