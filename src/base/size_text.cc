// Sizes, counts and times for people; see size_text.h.
#include "base/size_text.h"

#include <algorithm>
#include <cstdio>

#include "base/digits.h"

namespace sluice {
inline namespace v0 {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bytes;
};

constexpr Unit kUnits[] = {
    {"", 1},
    {"B", 1},
    {"KiB", uint64_t{1} << 10},
    {"MiB", uint64_t{1} << 20},
    {"GiB", uint64_t{1} << 30},
    {"TiB", uint64_t{1} << 40},
    {"PiB", uint64_t{1} << 50},
    {"EiB", uint64_t{1} << 60},
    {"kB", 1'000},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"PB", 1'000'000'000'000'000},
    {"EB", 1'000'000'000'000'000'000},
};

/// Takes the digits at the front.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits(text.begin(), std::find_if_not(text.begin(), text.end(), is_digit));
  text.remove_prefix(digits.size());
  return digits;
}

/// 0.digits of a unit, where that is a whole number of bytes.
std::optional<uint64_t> fraction_of(std::string_view digits, uint64_t unit) {
  constexpr size_t kDigitsMax = 18;  // below 10^18, so that times any unit fits into 128 bits
  __extension__ using Wide = unsigned __int128;
  while (digits.ends_with('0')) digits.remove_suffix(1);
  if (digits.size() > kDigitsMax) return std::nullopt;
  uint64_t numerator = 0;
  uint64_t denominator = 1;
  for (const char c : digits) {
    numerator = numerator * 10 + static_cast<uint64_t>(c - '0');
    denominator *= 10;
  }
  const Wide product = static_cast<Wide>(numerator) * unit;
  if (product % denominator != 0) return std::nullopt;
  return static_cast<uint64_t>(product / denominator);
}

std::string print(const char* format, double value) {
  char text[32];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, format, value))};
}

}  // namespace

std::optional<uint64_t> parse_size(std::string_view text) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  const Unit* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.name == text; });
  if (whole.empty() || unit == std::end(kUnits)) return std::nullopt;

  uint64_t count = 0;
  for (const char c : whole)
    if (__builtin_mul_overflow(count, 10u, &count) ||
        __builtin_add_overflow(count, static_cast<uint64_t>(c - '0'), &count))
      return std::nullopt;
  const std::optional<uint64_t> rest = fraction_of(fraction, unit->bytes);
  uint64_t bytes = 0;
  if (!rest || __builtin_mul_overflow(count, unit->bytes, &bytes) || __builtin_add_overflow(bytes, *rest, &bytes))
    return std::nullopt;
  return bytes;
}

std::string format_bytes(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr const char* kNames[] = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  size_t step = 0;
  double value = static_cast<double>(bytes) / 1024;
  // 1023.5 would be printed as "1024 KiB".
  for (; value >= 1023.5 && step + 1 < std::size(kNames); ++step) value /= 1024;
  // 99.95 would be printed as "100.0".
  return print(value < 99.95 ? "%.1f" : "%.0f", value) + kNames[step];
}

std::string format_count(int64_t count) {
  std::string text = std::to_string(count);
  const size_t first = text.starts_with('-') ? 1 : 0;
  if (text.size() - first < 5) return text;
  for (size_t i = text.size() - 3; i > first; i -= std::min<size_t>(i, 3)) text.insert(i, 1, ',');
  return text;
}

std::string format_duration(double seconds) {
  if (!(seconds > 0)) seconds = 0;  // also for NaN
  // 99.95 would be printed as "100.0 s".
  return seconds < 99.95 ? print("%.1f s", seconds) : format_clock(seconds);
}

std::string format_clock(double seconds) {
  // A guess of the time left can be anything; beyond a million hours it is no clock any more.
  const uint64_t total = seconds > 0 ? static_cast<uint64_t>(std::min(seconds, 3.6e9)) : 0;  // also for NaN
  char text[32];
  const unsigned hours = static_cast<unsigned>(total / 3600);
  const unsigned minutes = static_cast<unsigned>(total / 60 % 60);
  const unsigned rest = static_cast<unsigned>(total % 60);
  const int size = hours != 0 ? std::snprintf(text, sizeof text, "%u:%02u:%02u", hours, minutes, rest)
                              : std::snprintf(text, sizeof text, "%u:%02u", minutes, rest);
  return {text, static_cast<size_t>(size)};
}

}  // namespace v0
std::string whole_mebibytes(uint64_t bytes) {
  constexpr uint64_t kMebibyte = uint64_t{1} << 20;
  return std::to_string(bytes / kMebibyte + (bytes % kMebibyte != 0)) + "MiB";
}

}  // namespace sluice
