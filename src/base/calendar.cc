// Calendar arithmetic and ISO 8601 text; see calendar.h.
#include "base/calendar.h"

#include <charconv>

namespace sluice {
namespace {

constexpr int64_t kYearsPerEra = 400;  ///< after so many years the calendar repeats
constexpr int64_t kDaysPerEra = 146'097;
constexpr int64_t kDaysToEpoch = 719'468;  ///< from 0000-03-01 to 1970-01-01

constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// What floor_divide leaves: 0 to b - 1.
constexpr int64_t floor_rest(int64_t a, int64_t b) { return a % b + (a % b < 0 ? b : 0); }

constexpr bool is_leap(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr unsigned days_in_month(unsigned year, unsigned month) {
  constexpr uint8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/// What two_digits gives for text that is not two digits: above every bound it is compared with.
constexpr unsigned kNotDigits = 100;

unsigned two_digits(const char* text) {
  const unsigned tens = static_cast<unsigned char>(text[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(text[1]) - unsigned{'0'};
  return tens > 9 || ones > 9 ? kNotDigits : tens * 10 + ones;
}

/// Zero-padded to `width`, which the value does not exceed.
void append_padded(uint64_t value, size_t width, std::string& out) {
  out.append(width, '0');
  for (size_t i = out.size(); value != 0; value /= 10) out[--i] = static_cast<char>('0' + value % 10);
}

}  // namespace

// Years are counted from March here, so that the leap day is the last of its year: then the day of the year is a linear
// function of the month, (153 m + 2) / 5, which counts 31, 30, 31, 30, 31 days over and over.
int64_t days_from_civil(const CivilDate& date) {
  const bool before_march = date.month < 3;
  const int64_t year = date.year - before_march;
  const int64_t era = floor_divide(year, kYearsPerEra);
  const int64_t year_of_era = year - era * kYearsPerEra;
  const int64_t month = date.month + (before_march ? 9 : -3);
  const int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysToEpoch;
}

CivilDate civil_from_days(int64_t days) {
  const int64_t shifted = days + kDaysToEpoch;
  const int64_t era = floor_divide(shifted, kDaysPerEra);
  const int64_t day_of_era = shifted - era * kDaysPerEra;
  // Take the leap days out: one each 4 years (1,460 days + 1), not each 100 (36,524 + 1), but each 400.
  const int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
  const bool before_march = month >= 10;
  return {.year = era * kYearsPerEra + year_of_era + before_march,
          .month = static_cast<uint8_t>(before_march ? month - 9 : month + 3),
          .day = static_cast<uint8_t>(day)};
}

std::optional<int32_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const unsigned century = two_digits(text.data());
  const unsigned of_century = two_digits(text.data() + 2);
  const unsigned month = two_digits(text.data() + 5);
  const unsigned day = two_digits(text.data() + 8);
  if (century == kNotDigits || of_century == kNotDigits || month < 1 || month > 12) return std::nullopt;
  const unsigned year = century * 100 + of_century;
  if (year == 0 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return static_cast<int32_t>(
      days_from_civil({.year = year, .month = static_cast<uint8_t>(month), .day = static_cast<uint8_t>(day)}));
}

std::optional<TimestampText> parse_timestamp(std::string_view text) {
  constexpr size_t kShortest = 19;  // "YYYY-MM-DDThh:mm:ss"
  if (text.size() < kShortest || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const std::optional<int32_t> days = parse_date(text.substr(0, 10));
  const unsigned hour = two_digits(text.data() + 11);
  const unsigned minute = two_digits(text.data() + 14);
  const unsigned second = two_digits(text.data() + 17);
  if (!days || hour > 23 || minute > 59 || second > 59) return std::nullopt;

  TimestampText timestamp{.seconds = *days * kSecondsPerDay + hour * 3600 + minute * 60 + second};
  text.remove_prefix(kShortest);
  if (text.ends_with('Z')) {
    timestamp.zone = ZoneMark::utc;
    text.remove_suffix(1);
  }
  if (text.empty()) return timestamp;
  if (text[0] != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
  uint32_t fraction = 0;
  for (size_t i = 1; i <= 9; ++i) {
    const unsigned digit = i < text.size() ? static_cast<unsigned char>(text[i]) - unsigned{'0'} : 0;
    if (digit > 9) return std::nullopt;
    fraction = fraction * 10 + digit;
  }
  timestamp.nanoseconds = fraction;
  timestamp.fraction_digits = static_cast<uint8_t>(text.size() - 1);
  return timestamp;
}

std::optional<TimestampText> parse_time(std::string_view text) {
  constexpr std::string_view kFirstDay = "1970-01-01T";
  constexpr size_t kLongest = 18;  // "hh:mm:ss.fffffffff"
  if (text.size() > kLongest || text.ends_with('Z')) return std::nullopt;
  char moment[kFirstDay.size() + kLongest];
  kFirstDay.copy(moment, kFirstDay.size());
  text.copy(moment + kFirstDay.size(), text.size());
  return parse_timestamp({moment, kFirstDay.size() + text.size()});
}

std::optional<int64_t> to_ticks(const TimestampText& timestamp, TimeUnit unit) {
  if (is_finer_than(timestamp, unit)) return std::nullopt;
  const int64_t per_second = ticks_per_second(unit);
  int64_t seconds = timestamp.seconds;
  int64_t rest = timestamp.nanoseconds / (1'000'000'000 / per_second);
  if (seconds < 0 && rest != 0) {  // meet zero from below: the smallest int64 has more ticks than its whole seconds
    ++seconds;
    rest -= per_second;
  }
  int64_t ticks = 0;
  if (__builtin_mul_overflow(seconds, per_second, &ticks) || __builtin_add_overflow(ticks, rest, &ticks))
    return std::nullopt;
  return ticks;
}

void append_date(int64_t days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  if (date.year >= 0 && date.year <= 9999) {
    append_padded(static_cast<uint64_t>(date.year), 4, out);
  } else {
    const std::string digits = std::to_string(date.year < 0 ? -date.year : date.year);
    out += date.year < 0 ? '-' : '+';
    out.append(digits.size() < 4 ? 4 - digits.size() : 0, '0');
    out += digits;
  }
  out += '-';
  append_padded(date.month, 2, out);
  out += '-';
  append_padded(date.day, 2, out);
}

void append_time(int64_t ticks, TimeUnit unit, std::string& out) {
  const int64_t per_second = ticks_per_second(unit);
  const auto second_of_day = static_cast<uint64_t>(ticks / per_second);
  append_padded(second_of_day / 3600, 2, out);
  out += ':';
  append_padded(second_of_day / 60 % 60, 2, out);
  out += ':';
  append_padded(second_of_day % 60, 2, out);
  if (unit == TimeUnit::second) return;
  out += '.';
  append_padded(static_cast<uint64_t>(ticks % per_second),
                unit == TimeUnit::millisecond   ? 3
                : unit == TimeUnit::microsecond ? 6
                                                : 9,
                out);
}

void append_timestamp(int64_t ticks, TimeUnit unit, ZoneMark zone, std::string& out) {
  const int64_t per_day = kSecondsPerDay * ticks_per_second(unit);
  append_date(floor_divide(ticks, per_day), out);
  out += 'T';
  append_time(floor_rest(ticks, per_day), unit, out);
  if (zone == ZoneMark::utc) out += 'Z';
}

}  // namespace sluice
