// Dates and timestamps: every day of ten thousand years by counting, and the edges of the two text forms.
#include "base/calendar.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>
#include <limits>

namespace sluice::calendar_test {
namespace {

constexpr TimeUnit kAllUnits[] = {TimeUnit::second, TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond};

std::string date_text(int64_t days) {
  std::string text;
  append_date(days, text);
  return text;
}

std::string timestamp_text(int64_t ticks, TimeUnit unit, ZoneMark zone = ZoneMark::none) {
  std::string text;
  append_timestamp(ticks, unit, zone, text);
  return text;
}

TEST(Calendar, EveryDayFromYear1To9999) {
  int64_t expected = days_from_civil({.year = 1, .month = 1, .day = 1});
  EXPECT_EQ(expected, -719'162);
  for (int year = 1; year <= 9999; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int days = month == 2                                                ? (leap ? 29 : 28)
                       : (month == 4 || month == 6 || month == 9 || month == 11) ? 30
                                                                                 : 31;
      for (int day = 1; day <= days; ++day, ++expected) {
        char text[40];
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        ASSERT_EQ(parse_date(text), expected) << text;
        if (day == 1 || day == days) {
          ASSERT_EQ(date_text(expected), text);
        }
      }
      char past_end[40];
      std::snprintf(past_end, sizeof past_end, "%04d-%02d-%02d", year, month, days + 1);
      ASSERT_EQ(parse_date(past_end), std::nullopt) << past_end;
    }
  }
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("2000-03-01"), 11'017);
}

TEST(Calendar, TextThatIsNoDate) {
  for (const char* text : {"",           "2024",        "2024-1-1",    "2024-02-30", "2023-02-29", "1900-02-29",
                           "2024-00-01", "2024-13-01",  "2024-01-00",  "2024-01-32", "0000-01-01", "20240101",
                           "2024/01/01", "2024-01-01 ", " 2024-01-01", "2024-01-0a", "2024-01-:0", "-024-01-01",
                           "+024-01-01", "12024-01-01", "2024-01-01T", "41_10_1",    "99999-1-1",  "2024-01 01",
                           "202a-01-01", "a024-01-01"})
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
}

TEST(Calendar, FarYearsRoundTrip) {
  EXPECT_EQ(date_text(days_from_civil({.year = 10'000, .month = 1, .day = 1})), "+10000-01-01");
  EXPECT_EQ(date_text(days_from_civil({.year = 0, .month = 2, .day = 29})), "0000-02-29");
  EXPECT_EQ(date_text(days_from_civil({.year = -44, .month = 3, .day = 15})), "-0044-03-15");
  for (const int64_t days :
       {int64_t{std::numeric_limits<int32_t>::min()}, int64_t{std::numeric_limits<int32_t>::max()},
        std::numeric_limits<int64_t>::min() / 86'400, std::numeric_limits<int64_t>::max() / 86'400})
    EXPECT_EQ(days_from_civil(civil_from_days(days)), days);
}

TEST(Calendar, Timestamps) {
  const std::optional<TimestampText> plain = parse_timestamp("1970-01-02T00:00:01");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->seconds, 86'401);
  EXPECT_EQ(plain->nanoseconds, 0u);
  EXPECT_EQ(plain->fraction_digits, 0);
  EXPECT_EQ(plain->zone, ZoneMark::none);
  const std::optional<TimestampText> full = parse_timestamp("1969-12-31 23:59:59.012345678Z");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->seconds, -1);
  EXPECT_EQ(full->nanoseconds, 12'345'678u);
  EXPECT_EQ(full->fraction_digits, 9);
  EXPECT_EQ(full->zone, ZoneMark::utc);
  EXPECT_EQ(parse_timestamp("2024-01-01T00:00:00.50")->nanoseconds, 500'000'000u);
  EXPECT_EQ(parse_timestamp("2024-01-01T00:00:00.50")->fraction_digits, 2);
  EXPECT_TRUE(parse_timestamp("0001-01-01T00:00:00Z"));
  EXPECT_TRUE(parse_timestamp("9999-12-31T23:59:59.999999999Z"));
}

TEST(Calendar, TextThatIsNoTimestamp) {
  for (const char* text : {"",
                           "2024-01-01",
                           "2024-01-01T",
                           "2024-01-01T00:00",
                           "2024-01-01T00:00Z",
                           "2024-01-01T24:00:00",
                           "2024-01-01T00:60:00",
                           "2024-01-01T23:59:60",
                           "2024-01-01T23:59:60Z",
                           "2024-02-30T00:00:00",
                           "2024-01-01T00:00:00.",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00.1234567890",
                           "2024-01-01T00:00:00.1234567890Z",
                           "2024-01-01T00:00:00+00:00",
                           "2024-01-01T00:00:00+01",
                           "2024-01-01T00:00:00-05:00",
                           "2024-01-01T00:00:00z",
                           "2024-01-01t00:00:00",
                           "2024-01-01T00:00:00 Z",
                           "2024-01-01T00:00:00ZZ",
                           "2024-01-01T0:00:00",
                           "2024-01-01  00:00:00",
                           "2024-01-01T00-00-00",
                           "2024-01-01T00:00:00,5",
                           "2024-01-01T00:00:00.1a",
                           "2024-01-01T00:00:00.-1",
                           "0000-01-01T00:00:00",
                           "2024-01-01T00:0a:00"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Calendar, TicksAreExactOrNothing) {
  const TimestampText micro = *parse_timestamp("2024-01-01T00:00:00.000001");
  EXPECT_TRUE(is_finer_than(micro, TimeUnit::second));
  EXPECT_TRUE(is_finer_than(micro, TimeUnit::millisecond));
  EXPECT_FALSE(is_finer_than(micro, TimeUnit::microsecond));
  EXPECT_EQ(to_ticks(micro, TimeUnit::millisecond), std::nullopt);
  EXPECT_EQ(to_ticks(micro, TimeUnit::microsecond), 1'704'067'200'000'001);
  EXPECT_EQ(to_ticks(micro, TimeUnit::nanosecond), 1'704'067'200'000'001'000);
  EXPECT_EQ(to_ticks(*parse_timestamp("2024-01-01T00:00:00.120000"), TimeUnit::millisecond), 1'704'067'200'120);
  EXPECT_EQ(to_ticks(*parse_timestamp("1969-12-31T23:59:59.999"), TimeUnit::millisecond), -1);
}

TEST(Calendar, NanosecondsEndWithInt64) {
  const auto nanoseconds = [](const char* text) { return to_ticks(*parse_timestamp(text), TimeUnit::nanosecond); };
  EXPECT_EQ(nanoseconds("2262-04-11T23:47:16.854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(nanoseconds("2262-04-11T23:47:16.854775808"), std::nullopt);
  EXPECT_EQ(nanoseconds("1677-09-21T00:12:43.145224192"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(nanoseconds("1677-09-21T00:12:43.145224191"), std::nullopt);
  EXPECT_EQ(nanoseconds("0001-01-01T00:00:00"), std::nullopt);
  EXPECT_EQ(nanoseconds("9999-12-31T23:59:59.999999999"), std::nullopt);
  EXPECT_TRUE(to_ticks(*parse_timestamp("9999-12-31T23:59:59.999999"), TimeUnit::microsecond));
}

TEST(Calendar, FormatsTimestamps) {
  EXPECT_EQ(timestamp_text(0, TimeUnit::second), "1970-01-01T00:00:00");
  EXPECT_EQ(timestamp_text(-1, TimeUnit::millisecond, ZoneMark::utc), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(timestamp_text(1, TimeUnit::microsecond), "1970-01-01T00:00:00.000001");
  EXPECT_EQ(timestamp_text(std::numeric_limits<int64_t>::min(), TimeUnit::nanosecond), "1677-09-21T00:12:43.145224192");
  EXPECT_EQ(timestamp_text(std::numeric_limits<int64_t>::max(), TimeUnit::nanosecond), "2262-04-11T23:47:16.854775807");
  for (const TimeUnit unit : kAllUnits)  // far years come out as something, without overflow
    for (const int64_t ticks : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
      EXPECT_FALSE(timestamp_text(ticks, unit).empty());
}

RC_GTEST_PROP(CalendarProperty, TimestampsComeBack, ()) {
  const TimeUnit unit = kAllUnits[*rc::gen::inRange(0, 4)];
  const int64_t seconds = *rc::gen::inRange<int64_t>(-62'135'596'800, 253'402'300'800);  // years 1 to 9999
  const int64_t fraction = *rc::gen::inRange<int64_t>(0, ticks_per_second(unit));
  int64_t ticks = 0;
  RC_PRE(!__builtin_mul_overflow(seconds, ticks_per_second(unit), &ticks));
  ticks += fraction;
  const ZoneMark zone = *rc::gen::element(ZoneMark::none, ZoneMark::utc);
  const std::optional<TimestampText> parsed = parse_timestamp(timestamp_text(ticks, unit, zone));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(to_ticks(*parsed, unit) == ticks);
  RC_ASSERT(parsed->zone == zone);
}

TEST(Calendar, TimesOfDay) {
  const auto shown = [](std::string_view text, TimeUnit unit) -> std::string {
    const auto moment = parse_time(text);
    if (!moment) return "none";
    const auto ticks = to_ticks(*moment, unit);
    if (!ticks) return "too fine";
    std::string out;
    append_time(*ticks, unit, out);
    return out;
  };
  EXPECT_EQ(shown("00:00:00", TimeUnit::second), "00:00:00");
  EXPECT_EQ(shown("23:59:59.999999999", TimeUnit::nanosecond), "23:59:59.999999999");
  EXPECT_EQ(shown("12:30:00.5", TimeUnit::millisecond), "12:30:00.500");
  EXPECT_EQ(shown("12:30:00.5000001", TimeUnit::microsecond), "too fine");
  EXPECT_EQ(shown("12:30:00.5000000", TimeUnit::microsecond), "12:30:00.500000");
  for (const char* text : {"", "24:00:00", "12:60:00", "12:30:60", "12:30", "12:30:00.", "12:30:00Z", "12:30:00.1Z",
                           "1:30:00", "12:30:00.1234567890", " 12:30:00", "12:30:00 ", "T12:30:00"})
    EXPECT_EQ(shown(text, TimeUnit::nanosecond), "none") << text;
  std::string midnight;
  append_time(86'400'000, TimeUnit::millisecond, midnight);
  EXPECT_EQ(midnight, "24:00:00.000");
}

}  // namespace
}  // namespace sluice::calendar_test
