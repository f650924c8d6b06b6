// Decimals: text and bytes in and out, at every edge of digits and words.
#include "base/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace sluice::decimal_test {
namespace {

/// What comes back of `text`, or the fault.
std::string read(std::string_view text, int precision, int scale) {
  const DecimalText decimal = parse_decimal(text, precision, scale);
  switch (decimal.fault) {
    case DecimalFault::none: break;
    case DecimalFault::no_number: return "no number";
    case DecimalFault::too_fine: return "too fine";
    case DecimalFault::too_large: return "too large";
  }
  std::string out;
  append_decimal(decimal.value, scale, out);
  return out;
}

TEST(Decimal, ReadsJsonNumbersExactly) {
  EXPECT_EQ(read("0", 1, 0), "0");
  EXPECT_EQ(read("-0", 1, 1), "0.0");
  EXPECT_EQ(read("-12.50", 4, 2), "-12.50");
  EXPECT_EQ(read("1.5", 3, 2), "1.50");
  EXPECT_EQ(read("0.05", 2, 2), "0.05");
  EXPECT_EQ(read("-0.005", 3, 3), "-0.005");
  EXPECT_EQ(read("1e3", 6, 2), "1000.00");
  EXPECT_EQ(read("12E-1", 3, 1), "1.2");
  EXPECT_EQ(read("1000000000000000000000000000e-27", 1, 0), "1");
  EXPECT_EQ(read("0e99999999999999999999", 1, 0), "0");
}

TEST(Decimal, NeverRoundsOrCuts) {
  EXPECT_EQ(read("1.005", 9, 2), "too fine");
  EXPECT_EQ(read("1.050", 9, 2), "1.05");
  EXPECT_EQ(read("1e-3", 9, 2), "too fine");
  EXPECT_EQ(read("1e-99999999999999999999", 9, 2), "too fine");
  EXPECT_EQ(read("10", 1, 0), "too large");
  EXPECT_EQ(read("10", 2, 1), "too large");
  EXPECT_EQ(read("1e99999999999999999999", 76, 0), "too large");
  EXPECT_EQ(read(std::string(77, '9'), 76, 0), "too large");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "e1", "1 ", " 1", "NaN", "0x1", "1,5"})
    EXPECT_EQ(read(text, 76, 2), "no number") << text;
}

TEST(Decimal, LargestOfEveryPrecision) {
  for (int precision = 1; precision <= kDecimalDigitsMax; ++precision) {
    const std::string nines(static_cast<size_t>(precision), '9');
    EXPECT_EQ(read(nines, precision, 0), nines);
    EXPECT_EQ(read("-" + nines, precision, 0), "-" + nines);
    const Int256 largest = parse_decimal(nines, precision, 0).value;
    EXPECT_TRUE(has_digits(largest, precision));
    EXPECT_TRUE(precision == 1 || !has_digits(largest, precision - 1));
    // The shortest bytes hold the value, and one byte less does not.
    const size_t bytes = decimal_bytes(precision);
    EXPECT_EQ(from_little_endian(&largest, bytes), largest) << precision;
    EXPECT_TRUE(bytes == 1 || !(from_little_endian(&largest, bytes - 1) == largest)) << precision;
  }
  EXPECT_EQ(decimal_bytes(9), 4u);
  EXPECT_EQ(decimal_bytes(18), 8u);
  EXPECT_EQ(decimal_bytes(38), 16u);
  EXPECT_EQ(decimal_bytes(76), 32u);
}

TEST(Decimal, DigitsAreCountedWithoutSign) {
  EXPECT_TRUE(has_digits(to_int256(9), 1));
  EXPECT_TRUE(has_digits(to_int256(-9), 1));
  EXPECT_FALSE(has_digits(to_int256(10), 1));
  EXPECT_FALSE(has_digits(to_int256(-10), 1));
  Int256 lowest;
  lowest.words[3] = uint64_t{1} << 63;
  EXPECT_FALSE(has_digits(lowest, 76));
}

RC_GTEST_PROP(DecimalProperty, ComesBackFromBytesOfEitherOrder, (int64_t number)) {
  Int256 value = to_int256(number);
  RC_ASSERT(from_little_endian(&value, sizeof value) == value);
  std::string bytes(reinterpret_cast<const char*>(&value), 8);
  RC_ASSERT(from_little_endian(bytes.data(), 8) == value);
  std::reverse(bytes.begin(), bytes.end());
  RC_ASSERT(from_big_endian(bytes.data(), 8) == value);
  std::string text;
  append_decimal(value, 0, text);
  RC_ASSERT(text == std::to_string(number));
}

RC_GTEST_PROP(DecimalProperty, TextComesBack, ()) {
  const int scale = *rc::gen::inRange(0, 77);
  const auto digits = *rc::gen::container<std::string>(rc::gen::inRange<char>('0', '9' + 1));
  std::string unscaled = digits.substr(0, 76);
  unscaled.insert(
      0, unscaled.size() < 77 ? std::max<size_t>(static_cast<size_t>(scale) + 1, unscaled.size()) - unscaled.size() : 0,
      '0');
  std::string text = unscaled.substr(0, unscaled.size() - static_cast<size_t>(scale));
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  if (scale > 0) text += "." + unscaled.substr(unscaled.size() - static_cast<size_t>(scale));
  RC_ASSERT(read(text, 76, scale) == text);
}

}  // namespace
}  // namespace sluice::decimal_test
