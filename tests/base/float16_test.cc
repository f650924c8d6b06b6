// Numbers of 16 bits: all of them, and what lies between two of them.
#include "base/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice {
namespace {

TEST(Float16, AllComeBack) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = from_float16(static_cast<uint16_t>(bits));
    const bool nan = (bits & 0x7fff) > 0x7c00;
    ASSERT_EQ(std::isnan(value), nan) << bits;
    if (nan) {
      ASSERT_TRUE(std::isnan(from_float16(to_float16(value)))) << bits;
    } else {
      ASSERT_EQ(to_float16(value), bits);
      ASSERT_EQ(std::signbit(value), bits >> 15 != 0);
    }
  }
}

TEST(Float16, KnownValues) {
  EXPECT_EQ(from_float16(0x3c00), 1.0f);
  EXPECT_EQ(from_float16(0x0001), 0x1p-24f);
  EXPECT_EQ(from_float16(0x0400), 0x1p-14f);
  EXPECT_EQ(from_float16(0x7bff), 65504.0f);
  EXPECT_EQ(from_float16(0xfc00), -std::numeric_limits<float>::infinity());
}

// Between two neighbours the nearer one, in the middle the even one.
TEST(Float16, RoundsToTheNearest) {
  for (uint16_t bits = 0; bits < 0x7bff; ++bits) {
    const float low = from_float16(bits);
    const float high = from_float16(static_cast<uint16_t>(bits + 1));
    const float middle = (low + high) / 2;
    ASSERT_EQ(to_float16(middle), bits % 2 == 0 ? bits : bits + 1) << bits;
    ASSERT_EQ(to_float16(std::nextafter(middle, low)), bits) << bits;
    ASSERT_EQ(to_float16(std::nextafter(middle, high)), bits + 1) << bits;
    ASSERT_EQ(to_float16(-std::nextafter(middle, high)), 0x8000 | (bits + 1)) << bits;
  }
  EXPECT_EQ(to_float16(65519.0f), 0x7bff);
  EXPECT_EQ(to_float16(65520.0f), 0x7c00);
  EXPECT_EQ(to_float16(std::numeric_limits<float>::max()), 0x7c00);
  EXPECT_EQ(to_float16(std::numeric_limits<float>::denorm_min()), 0);
}

}  // namespace
}  // namespace sluice
