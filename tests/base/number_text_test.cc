// JSON numbers: what they are, what they are worth, and whether a double keeps them. The oracle for "keeps" is printf
// and strtod at growing precision, which share nothing with the code under test.
#include "base/number_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <tuple>

#include "base/digits.h"

namespace sluice::number_text_test {
namespace {

/// Digits without zeros at either end, and the power of ten of the last one.
struct PlainDecimal {
  std::string digits;
  int64_t exponent = 0;
  bool operator==(const PlainDecimal&) const = default;
};

PlainDecimal plain_decimal(const std::string& text) {
  PlainDecimal decimal;
  const size_t mark = text.find_first_of("eE");
  if (mark != std::string::npos) decimal.exponent = std::atoi(text.substr(mark + 1, 8).c_str());
  bool fraction = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    decimal.digits += c;
    decimal.exponent -= fraction;
  }
  while (decimal.digits.ends_with('0')) decimal.digits.pop_back(), ++decimal.exponent;
  decimal.digits.erase(0, decimal.digits.find_first_not_of('0'));
  if (decimal.digits.empty()) decimal.exponent = 0;
  return decimal;
}

std::string shortest(double value) {
  char text[64];
  for (int precision = 0; precision < 17; ++precision) {
    std::snprintf(text, sizeof text, "%.*e", precision, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

bool is_kept(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) && plain_decimal(shortest(value)) == plain_decimal(text);
}

void expect_real(const std::string& text) {
  const NumberText number = parse_number(text);
  ASSERT_EQ(number.kind, NumberKind::real) << text;
  const double expected = std::strtod(text.c_str(), nullptr);
  EXPECT_EQ(std::bit_cast<uint64_t>(number.real), std::bit_cast<uint64_t>(expected)) << text;
  EXPECT_EQ(number.exact, is_kept(text)) << text;
}

TEST(NumberText, RefusesWhatJsonRefuses) {
  for (const char* text : {"",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "00",
                           "1.",
                           ".5",
                           "-.5",
                           "1.e5",
                           "1e",
                           "1e+",
                           "1e-",
                           "1.5e",
                           "0x10",
                           "1_000",
                           " 1",
                           "1 ",
                           "1,0",
                           "NaN",
                           "nan",
                           "inf",
                           "-inf",
                           "1e5.",
                           "1.2.3",
                           "--1",
                           "1-",
                           "1e5e5",
                           "-e5",
                           "\0"
                           "1",
                           "1\n",
                           "1f",
                           "e5"})
    EXPECT_EQ(parse_number(text).kind, NumberKind::invalid) << text;
  EXPECT_EQ(parse_number(std::string_view("1\0", 2)).kind, NumberKind::invalid);
}

TEST(NumberText, IntegersOf64Bits) {
  const std::pair<const char*, int64_t> cases[] = {
      {"0", 0},
      {"7", 7},
      {"-1", -1},
      {"10", 10},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775807", -INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"999999999999999999", 999'999'999'999'999'999},
      {"1000000000000000000", 1'000'000'000'000'000'000},
  };
  for (const auto& [text, value] : cases) {
    EXPECT_EQ(parse_number(text).kind, NumberKind::int64) << text;
    EXPECT_EQ(parse_number(text).int64, value) << text;
  }
  for (const uint64_t value : {uint64_t{1} << 63, UINT64_MAX - 1, UINT64_MAX, uint64_t{9'999'999'999'999'999'999u},
                               uint64_t{10'000'000'000'000'000'000u}}) {
    const NumberText number = parse_number(std::to_string(value));
    EXPECT_EQ(number.kind, NumberKind::uint64) << value;
    EXPECT_EQ(number.uint64, value);
  }
}

TEST(NumberText, IntegersBeyond64Bits) {
  const std::tuple<const char*, double, bool> cases[] = {
      {"18446744073709551616", 0x1p64, false},  // a double equals it, but prints as 18446744073709552000
      {"18446744073709551617", 0x1p64, false},
      {"-9223372036854775809", -0x1p63, false},
      {"19999999999999999999", 2e19, false},
      {"20000000000000000000", 2e19, true},
      {"99999999999999999999", 1e20, false},
      {"100000000000000000000", 1e20, true},
      {"-100000000000000000000", -1e20, true},
      {"10000000000000000000000", 1e22, true},
      {"100000000000000000000000", 1e23, false},  // prints as 1e+23, but no double equals it
      {"28446744073709551615", 28446744073709551615.0, false},
      {"36893488147419103232", 0x1p65, false},
  };
  for (const auto& [text, value, exact] : cases) {
    const NumberText number = parse_number(text);
    EXPECT_EQ(number.kind, NumberKind::big_integer) << text;
    EXPECT_EQ(number.real, value) << text;
    EXPECT_EQ(number.exact, exact) << text;
  }
  const NumberText huge = parse_number(std::string(400, '9'));
  EXPECT_EQ(huge.kind, NumberKind::big_integer);
  EXPECT_TRUE(std::isinf(huge.real));
  EXPECT_FALSE(huge.exact);
}

TEST(NumberText, RealsKeptOrNot) {
  for (const char* kept : {"0.1", "1.50", "1e3", "1E3", "1e+3", "1.0", "0.30000000000000004", "5e-324", "1e-323",
                           "1e22", "1e23", "123456789012345.6", "1.7976931348623157e308", "2.2250738585072014e-308",
                           "-1.5", "0.000001", "1.000000000000000000000000", "100000000000000000000000.0"})
    EXPECT_TRUE(parse_number(kept).exact) << kept;
  for (const char* lost : {"0.12345678901234567890", "9007199254740993e0", "1e400", "-1e400", "1e-400",
                           "0.1000000000000000055511151231257827", "1.7976931348623159e308", "4e-324", "1.23e-322",
                           "123456789012345678.5", "1e99999999999999999999", "0.1e-99999999999999999999"}) {
    EXPECT_EQ(parse_number(lost).kind, NumberKind::real) << lost;
    EXPECT_FALSE(parse_number(lost).exact) << lost;
  }
}

TEST(NumberText, RealsAgainstThePrintfOracle) {
  for (const char* text : {"0.1",
                           "1.50",
                           "1e3",
                           "0.0",
                           "0e0",
                           "0.000e-999",
                           "0e999999999999999999999",
                           "1e22",
                           "1e23",
                           "1e-22",
                           "1e-23",
                           "9007199254740991.0",
                           "9007199254740992.0",
                           "9007199254740993.0",
                           "9007199254740994.5",
                           "999999999999999.9",
                           "9999999999999999.0",
                           "99999999999999999.0",
                           "0.1234567890123456",
                           "0.12345678901234567",
                           "0.123456789012345678",
                           "12345678901234567890.5",
                           "1234567890123456789.0",
                           "0.00000000000000000000000000000001",
                           "5e-324",
                           "2.5e-324",
                           "2.4e-324",
                           "4.9e-324",
                           "4.940656458412465e-324",
                           "4.95e-322",
                           "1.7976931348623157e308",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "2.2250738585072014e-308",
                           "2.225073858507201e-308",
                           "2.2250738585072011e-308",
                           "-2.5",
                           "8.5e0",
                           "3.0517578125e-05",
                           "1000000000000000000000000000000.0",
                           "0.500000000000000000000000000000000000000000000000000000000001"})
    expect_real(text);
}

// Sixteen and seventeen digits decide between neighbours: the nearest text, and those a little beside it.
TEST(NumberText, DigitsBesideDoubles) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 4'000; ++i) {
    const int exponent = static_cast<int>(random() % 120) - 70;
    const double value = std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52, exponent);
    for (const int digits : {15, 16, 17}) {
      char text[64];
      std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
      const std::string scientific(text);
      expect_real(scientific);
      std::string beside = scientific;
      beside[static_cast<size_t>(digits)] = static_cast<char>('0' + random() % 10);
      expect_real(beside);
      if (exponent < -66 || exponent > 0) continue;
      std::snprintf(text, sizeof text, "%.*f", digits + static_cast<int>(random() % 3), value);
      expect_real(text);
    }
  }
}

TEST(NumberText, DigitsEightAtATime) {
  for (const std::string digits : {"12345678", "00000001", "99999999", "1234567a", "/2345678", "1234567:", "123456789"})
    EXPECT_EQ(parse_number("0." + digits).kind,
              std::ranges::all_of(digits, is_digit) ? NumberKind::real : NumberKind::invalid);
  EXPECT_EQ(parse_number("0.12345678").real, 0.12345678);
  EXPECT_EQ(parse_number("7.0000000112345678").real, 7.0000000112345678);
  EXPECT_EQ(parse_number("1.87654321e4").real, 18765.4321);
}

TEST(NumberText, ShortReals) {
  for (const std::string text : {"0.5", "-12.50", "0.0", "-0.0", "123456789012.345", "9.99999999999999"}) {
    const std::string followed = text + ",";
    const ShortReal number = parse_short_real(followed.c_str());
    ASSERT_NE(number.end, nullptr) << text;
    EXPECT_EQ(*number.end, ',') << text;
    EXPECT_EQ(std::bit_cast<uint64_t>(number.value), std::bit_cast<uint64_t>(parse_number(text).real)) << text;
    EXPECT_TRUE(parse_number(text).exact) << text;
  }
  // Of another form, too long, or no number.
  for (const char* text : {"5,", "5.,", ".5,", "-.5,", "00.5,", "01.5,", "-,", ",", "\"0.5\"", "null", "+0.5,",
                           "0.1234567890123456,", "1234567890123456789012345678901234567890.5,"})
    EXPECT_EQ(parse_short_real(text).end, nullptr) << text;
  // What follows is the caller's affair.
  for (const std::string text : {"0.5e3", "0.5.5", "0.5x"}) {
    const ShortReal number = parse_short_real(text.c_str());
    ASSERT_NE(number.end, nullptr) << text;
    EXPECT_EQ(number.end - text.c_str(), 3) << text;
  }
}

TEST(NumberText, NegativeZeroIsADouble) {
  for (const char* text : {"-0", "-0.0", "-0e5", "-0.000"}) {
    const NumberText number = parse_number(text);
    EXPECT_EQ(number.kind, NumberKind::real) << text;
    EXPECT_TRUE(number.exact) << text;
    EXPECT_TRUE(number.real == 0 && std::signbit(number.real)) << text;
  }
  EXPECT_EQ(parse_number("0").kind, NumberKind::int64);
}

TEST(NumberText, LongDigitsWithFarExponents) {
  const std::string zeros(1000, '0');
  EXPECT_EQ(parse_number("0." + zeros + "1e1001").real, 1.0);
  EXPECT_TRUE(parse_number("0." + zeros + "1e1001").exact);
  EXPECT_EQ(parse_number("1" + zeros + ".0e-1000").real, 1.0);
  EXPECT_TRUE(parse_number("1" + zeros + ".0e-1000").exact);
  EXPECT_FALSE(parse_number("1" + zeros + ".5e-1000").exact);
}

RC_GTEST_PROP(NumberTextProperty, EveryDoubleSurvivesItsShortestText, (uint64_t bits)) {
  const double value = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(value));
  std::string text;
  append_number(value, text);
  const NumberText number = parse_number(text);
  RC_ASSERT(number.kind != NumberKind::invalid);
  if (number.kind != NumberKind::real) return;  // "12": a whole double prints without a point
  RC_ASSERT(number.exact);
  RC_ASSERT(std::bit_cast<uint64_t>(number.real) == bits);
}

RC_GTEST_PROP(NumberTextProperty, RandomDecimalsAgreeWithTheOracle, ()) {
  const auto digit = rc::gen::inRange('0', static_cast<char>('9' + 1));
  const int whole = *rc::gen::inRange(1, 22);
  const int fraction = *rc::gen::inRange(1, 22);
  std::string text = *rc::gen::inRange(0, 2) != 0 ? "-" : "";
  const std::string digits = *rc::gen::container<std::string>(static_cast<size_t>(whole), digit);
  const size_t first = digits.find_first_not_of('0');
  text += (first == std::string::npos ? "0" : digits.substr(first)) + ".";
  text += *rc::gen::container<std::string>(static_cast<size_t>(fraction), digit);
  if (*rc::gen::inRange(0, 2) != 0) text += "e" + std::to_string(*rc::gen::inRange(-340, 320));
  const NumberText number = parse_number(text);
  RC_LOG() << text;
  RC_ASSERT(number.kind == NumberKind::real);
  RC_ASSERT(std::bit_cast<uint64_t>(number.real) == std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)));
  RC_ASSERT(number.exact == is_kept(text));
}

RC_GTEST_PROP(NumberTextProperty, IntegersComeBack, (int64_t value, uint64_t large)) {
  RC_ASSERT(parse_number(std::to_string(value)).int64 == value);
  const NumberText number = parse_number(std::to_string(large));
  RC_ASSERT((number.kind == NumberKind::int64 ? static_cast<uint64_t>(number.int64) : number.uint64) == large);
}

TEST(NumberText, AppendsTheShortestForm) {
  std::string text = "x";
  append_number(0.1, text);
  append_number(-0.0, text);
  append_number(1e23, text);
  append_number(5e-324, text);
  EXPECT_EQ(text, "x0.1-01e+235e-324");
}

TEST(NumberText, ExactInDouble) {
  constexpr int64_t kLast = int64_t{1} << 53;
  for (const int64_t value : {int64_t{0}, int64_t{1}, int64_t{-1}, kLast - 1, kLast, kLast + 2, -kLast, INT64_MIN})
    EXPECT_TRUE(is_exact_in<double>(value)) << value;
  for (const int64_t value : {kLast + 1, -kLast - 1, INT64_MAX}) EXPECT_FALSE(is_exact_in<double>(value)) << value;
  EXPECT_TRUE(is_exact_in<double>(uint64_t{1} << 63));
  EXPECT_FALSE(is_exact_in<double>(UINT64_MAX));
  EXPECT_TRUE(is_exact_in<float>(int64_t{1} << 24));
  EXPECT_FALSE(is_exact_in<float>((int64_t{1} << 24) + 1));
}

template <typename T>
void expect_bounds() {
  constexpr T kMin = std::numeric_limits<T>::min();
  constexpr T kMax = std::numeric_limits<T>::max();
  EXPECT_EQ(narrow<T>(static_cast<int64_t>(kMin)), kMin);
  EXPECT_EQ(narrow<T>(static_cast<int64_t>(kMax)), kMax);
  EXPECT_EQ(narrow<T>(static_cast<int64_t>(kMin) - 1), std::nullopt);
  EXPECT_EQ(narrow<T>(static_cast<int64_t>(kMax) + 1), std::nullopt);
  EXPECT_EQ(narrow<T>(UINT64_MAX), std::nullopt);
}

TEST(NumberText, NarrowsIntegersByRange) {
  expect_bounds<int8_t>();
  expect_bounds<int16_t>();
  expect_bounds<int32_t>();
  expect_bounds<uint8_t>();
  expect_bounds<uint16_t>();
  expect_bounds<uint32_t>();
  EXPECT_EQ(narrow<int64_t>(static_cast<uint64_t>(INT64_MAX)), INT64_MAX);
  EXPECT_EQ(narrow<int64_t>(static_cast<uint64_t>(INT64_MAX) + 1), std::nullopt);
  EXPECT_EQ(narrow<uint64_t>(int64_t{-1}), std::nullopt);
  EXPECT_EQ(narrow<uint64_t>(UINT64_MAX), UINT64_MAX);
}

TEST(NumberText, NarrowsToReals) {
  EXPECT_EQ(narrow<double>(int64_t{1} << 53), 0x1p53);
  EXPECT_EQ(narrow<double>((int64_t{1} << 53) + 1), std::nullopt);
  EXPECT_EQ(narrow<float>(int64_t{16'777'217}), std::nullopt);
  EXPECT_EQ(narrow<float>(0.1), 0.1f);
  EXPECT_EQ(narrow<float>(static_cast<double>(FLT_MAX)), FLT_MAX);
  EXPECT_EQ(narrow<float>(3.5e38), std::nullopt);
  EXPECT_EQ(narrow<float>(-1e300), std::nullopt);
  EXPECT_TRUE(std::isinf(*narrow<float>(std::numeric_limits<double>::infinity())));
  EXPECT_TRUE(std::isnan(*narrow<float>(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_EQ(narrow<double>(1e300), 1e300);
}

}  // namespace
}  // namespace sluice::number_text_test
