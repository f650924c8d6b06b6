// Numbers of 16 bits: all of them, and what lies between two of them.
#include "base/float16.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace sluice::float16_test {
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

/// All digits of a number that is a multiple of 2^-25, as a JSON number, with `more` behind them.
std::string exactly(double value, const std::string& more = "") {
  char text[64];
  std::string all(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 25).ptr);
  return all + more;
}

/// A little less: the last digit, which is no zero, one lower, and nines behind it.
std::string below(double value) {
  std::string text = exactly(value);
  text.resize(text.find_last_not_of("0") + 1);
  if (text.back() == '.') text += "0";
  if (text.back() == '0') return exactly(value - 1).substr(0, text.size() - 1) + std::string(30, '9');
  --text.back();
  return text + std::string(30, '9');
}

// The middle between two numbers, written out, has up to 25 digits behind the point. A double or a float keeps it, and
// takes what is a little more or less for it, too: rounding that again would go to the even neighbour each time.
TEST(Float16, TextIsRoundedOnce) {
  for (uint16_t bits = 0; bits < 0x7bff; bits += bits < 0x100 ? 1 : 13) {
    const auto high = static_cast<uint16_t>(bits + 1);
    const double middle = (static_cast<double>(from_float16(bits)) + static_cast<double>(from_float16(high))) / 2;
    const uint16_t even = bits % 2 == 0 ? bits : high;
    ASSERT_EQ(nearest_float16(exactly(middle)), even) << exactly(middle);
    ASSERT_EQ(nearest_float16(exactly(middle, "0000000001")), high) << exactly(middle);
    ASSERT_EQ(nearest_float16("-" + exactly(middle, "0000000001")), 0x8000 | high);
    ASSERT_EQ(nearest_float16(below(middle)), bits) << below(middle);
    ASSERT_EQ(nearest_float16("-" + below(middle)), 0x8000 | bits);
  }
}

TEST(Float16, TextOfEveryForm) {
  for (const char* one : {"1", "1.0", "1e0", "10e-1", "0.1E+1", "0.0001e4", "1000000000000000000000000e-24"})
    EXPECT_EQ(nearest_float16(one), 0x3c00) << one;
  // 1 + 2^-11 is the middle between 1 and the next number.
  EXPECT_EQ(nearest_float16("1.00048828125"), 0x3c00);
  EXPECT_EQ(nearest_float16("1.000488281250000000000000000000000001"), 0x3c01);
  EXPECT_EQ(nearest_float16("0.1000488281250000000000000000000000001e1"), 0x3c01);
  EXPECT_EQ(nearest_float16("100048828124999999999999999999999999e-35"), 0x3c00);
  EXPECT_EQ(nearest_float16("65519.99999999999999999999999999999999"), 0x7bff);
  EXPECT_EQ(nearest_float16("65520"), 0x7c00);
  EXPECT_EQ(nearest_float16("1e400"), 0x7c00);
  EXPECT_EQ(nearest_float16("-18446744073709551616"), 0xfc00);
}

// As in other floats: what is nearer to zero than to the smallest number is zero.
TEST(Float16, TextTooSmallIsZero) {
  for (const char* small : {"0", "1e-8", "2.98023223876953125e-08", "1e-50", "1e-400", "0e99", "0.000e-99"}) {
    EXPECT_EQ(nearest_float16(small), 0) << small;
    EXPECT_EQ(nearest_float16("-" + std::string(small)), 0x8000) << small;
  }
  EXPECT_EQ(nearest_float16("2.980232238769531250000001e-08"), 1);
  EXPECT_EQ(nearest_float16("6e-8"), 1);
}

}  // namespace
}  // namespace sluice::float16_test
