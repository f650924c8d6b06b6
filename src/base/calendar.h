// Days and seconds since 1970-01-01 in the proleptic Gregorian calendar, and ISO 8601 text of the two forms that Sluice
// reads: "2024-02-29" and "2024-02-29T12:30:00.5Z". No locale, no time zone data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/types.h"

namespace sluice {

struct CivilDate {
  int64_t year = 1970;
  uint8_t month = 1;  ///< 1 to 12
  uint8_t day = 1;    ///< 1 to 31
};

/// Days since 1970-01-01. Requires a real date with |year| < 10^15.
int64_t days_from_civil(const CivilDate& date);
/// The inverse, for |days| < 10^17.
CivilDate civil_from_days(int64_t days);

/// Exactly "YYYY-MM-DD", years 0001 to 9999, as days since 1970-01-01. Nothing for any other text or an impossible
/// date.
std::optional<int32_t> parse_date(std::string_view text);

enum class ZoneMark : uint8_t {
  none,  ///< local time of nobody knows where
  utc,   ///< a trailing "Z"
};

struct TimestampText {
  int64_t seconds = 0;          ///< since 1970-01-01 00:00:00, as if UTC
  uint32_t nanoseconds = 0;     ///< 0 to 999,999,999, always forward in time
  uint8_t fraction_digits = 0;  ///< as written, 0 to 9
  ZoneMark zone = ZoneMark::none;
};

/// "YYYY-MM-DD", "T" or one blank, "hh:mm:ss", then "." and 1 to 9 digits or not, then "Z" or not. Nothing for any
/// other text: other offsets, :60, no seconds, more than nine digits.
std::optional<TimestampText> parse_timestamp(std::string_view text);

/// "hh:mm:ss", then "." and 1 to 9 digits or not, as seconds and nanoseconds since midnight, without a zone. Nothing
/// for any other text.
std::optional<TimestampText> parse_time(std::string_view text);

constexpr int64_t kSecondsPerDay = 86'400;

/// How many of a unit make a second.
constexpr int64_t ticks_per_second(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::second: return 1;
    case TimeUnit::millisecond: return 1'000;
    case TimeUnit::microsecond: return 1'000'000;
    case TimeUnit::nanosecond: break;
  }
  return 1'000'000'000;
}

/// Whether the moment lies between two ticks of `unit`: microseconds in a column of milliseconds.
constexpr bool is_finer_than(const TimestampText& timestamp, TimeUnit unit) {
  return timestamp.nanoseconds % (1'000'000'000 / ticks_per_second(unit)) != 0;
}

/// Ticks of `unit` since 1970; nothing where the moment is finer than the unit, or (nanoseconds only: 1677 to 2262) out
/// of int64's range.
std::optional<int64_t> to_ticks(const TimestampText& timestamp, TimeUnit unit);

/// "2024-02-29". Years outside 0 to 9999 get a sign and as many digits as they need.
void append_date(int64_t days, std::string& out);
/// "12:30:00.500", for ticks since midnight, 0 to a whole day ("24:00:00.000"): digits as below.
void append_time(int64_t ticks, TimeUnit unit, std::string& out);
/// "2024-02-29T12:30:00.500Z": the fraction has the digits of the unit (none for seconds), "Z" if `zone` says so.
void append_timestamp(int64_t ticks, TimeUnit unit, ZoneMark zone, std::string& out);

}  // namespace sluice
