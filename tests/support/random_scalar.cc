#include "support/random_scalar.h"

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "columns/widths.h"

namespace sluice::test {

namespace {

constexpr int64_t kLongText = 5'000;
constexpr size_t kBoundBytes = 64;  // statistics keep so many bytes of a text

const std::array<std::string, 12> kLetters{
    "a", "b", "Z", "0", " ", "\"", "\\", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};

std::string draw_text(Draw& draw, int64_t letters) {
  std::string text;
  for (int64_t i = 0; i < letters; ++i) text += draw.one_of(kLetters);
  return text;
}

std::string repeated(std::string_view part, int64_t count) {
  std::string text;
  for (int64_t i = 0; i < count; ++i) text += part;
  return text;
}

// Just what statistics have to cut: the cut falls before, behind or within a character.
std::string draw_text_to_cut(Draw& draw) {
  std::string text = repeated("p", static_cast<int64_t>(kBoundBytes) - draw.between(0, 4));
  text += draw.one_of(kLetters);
  return text += draw_text(draw, draw.between(0, 6));
}

std::string draw_extreme_text(Draw& draw) {
  switch (draw.below(8)) {
    case 0:
    case 1: return "";
    case 2: return repeated("\xf4\x8f\xbf\xbf", draw.between(1, 20));
    case 3: return std::string(static_cast<size_t>(draw.between(1, 3)), '\0');
    case 4: return "\x01\x1f\x7f\xe2\x80\xa8\xef\xbb\xbf\xef\xbf\xbf";
    case 5: return draw.chance(20) ? draw_text(draw, draw.magnitude(kLongText)) : draw_text(draw, 100);
    default: return draw_text_to_cut(draw);
  }
}

std::string draw_bytes(Draw& draw, int64_t count) {
  std::string bytes;
  for (int64_t i = 0; i < count; ++i) bytes += static_cast<char>(draw.below(256));
  return bytes;
}

std::string draw_extreme_bytes(Draw& draw) {
  switch (draw.below(5)) {
    case 0: return "";
    case 1: return std::string(static_cast<size_t>(draw.between(1, 80)), '\xff');
    case 2: return std::string(static_cast<size_t>(draw.between(1, 80)), '\0');
    case 3: return std::string(kBoundBytes, '\xff') + draw_bytes(draw, draw.between(0, 6));
    default: return draw_bytes(draw, draw.magnitude(draw.chance(20) ? kLongText : 100));
  }
}

std::string draw_json(Draw& draw, bool extreme) {
  static const std::array<std::string, 10> texts{
      "null", "true", "1.0", "-0", "\"\"", "[]", "{}", "\"\\u00e9 \\\"\"", "[1, 2.50, {\"a\": null}]", " 1e400 "};
  if (!extreme) return "{\"n\":" + std::to_string(draw.below(100'000)) + ", \"t\": [\"\xc3\xa9\"]}";
  return draw.chance(10) ? "\"" + repeated("x", draw.magnitude(kLongText)) + "\"" : draw.one_of(texts);
}

template <typename Float>
uint64_t draw_extreme_float(Draw& draw) {
  using Limits = std::numeric_limits<Float>;
  using Bits = std::conditional_t<sizeof(Float) == 4, uint32_t, uint64_t>;
  static const std::array<Float, 13> values{Limits::quiet_NaN(),
                                            -Limits::quiet_NaN(),
                                            Limits::infinity(),
                                            -Limits::infinity(),
                                            Float{0},
                                            -Float{0},
                                            Limits::denorm_min(),
                                            -Limits::denorm_min(),
                                            Limits::min(),
                                            Limits::max(),
                                            Limits::lowest(),
                                            Limits::epsilon(),
                                            Float{1}};
  return draw.chance(20) ? static_cast<Bits>(draw.bits()) : std::bit_cast<Bits>(draw.one_of(values));
}

uint64_t float_bits(const Type& type, double value) {
  return type.kind() == TypeKind::float32 ? std::bit_cast<uint32_t>(static_cast<float>(value))
                                          : std::bit_cast<uint64_t>(value);
}

int bit_width(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean: return 1;
    case TypeKind::int8:
    case TypeKind::uint8: return 8;
    case TypeKind::int16:
    case TypeKind::uint16: return 16;
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::date: return 32;
    default: return 64;
  }
}

bool is_signed(TypeKind kind) {
  return kind == TypeKind::int8 || kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64 ||
         kind == TypeKind::date || kind == TypeKind::timestamp || kind == TypeKind::duration;
}

// The low bits of a number as a value of the type: sign-extended where it has a sign.
uint64_t fitted(TypeKind kind, uint64_t bits) {
  const int unused = 64 - bit_width(kind);
  const uint64_t high = bits << unused;
  return is_signed(kind) ? static_cast<uint64_t>(static_cast<int64_t>(high) >> unused) : high >> unused;
}

// Timestamps in seconds are stored as milliseconds, which must fit; durations in seconds are not, but Polars makes
// milliseconds of them as it reads.
uint64_t storable(const Type& type, uint64_t bits) {
  if ((type.kind() != TypeKind::timestamp && type.kind() != TypeKind::duration) || type.unit() != TimeUnit::second)
    return bits;
  return static_cast<uint64_t>(static_cast<int64_t>(bits) / 1'000);
}

uint64_t draw_extreme_integer(Draw& draw, const Type& type) {
  static const std::array<uint64_t, 4> offsets{0, 1, ~uint64_t{0}, 2};
  const int width = bit_width(type.kind());
  // The smallest, the largest, zero, the powers of two between them, and their neighbours.
  const uint64_t edge = draw.chance(50) ? uint64_t{1} << draw.below(static_cast<uint64_t>(width))
                                        : uint64_t{draw.below(2)} << (width - 1);
  return storable(type, fitted(type.kind(), edge - draw.one_of(offsets)));
}

// A number of so many digits as the type has it in memory.
Value decimal_value(const Type& type, const std::string& digits) {
  const DecimalText decimal = parse_decimal(digits, type.precision(), 0);
  Value value;
  value.text.assign(reinterpret_cast<const char*>(decimal.value.words.data()), fixed_width(type));
  return value;
}

Value draw_ordinary_decimal(Draw& draw, const Type& type) {
  std::string digits = std::to_string(draw.between(1, 9));
  for (int64_t more = draw.between(1, type.precision()); more > 1; --more) digits += std::to_string(draw.below(10));
  return decimal_value(type, (draw.chance(50) ? "-" : "") + digits);
}

Value draw_extreme_decimal(Draw& draw, const Type& type) {
  const auto digits = static_cast<size_t>(draw.chance(50) ? type.precision() : draw.between(1, type.precision()));
  const std::string sign = draw.chance(50) ? "-" : "";
  switch (draw.below(4)) {
    case 0: return decimal_value(type, sign + std::string(digits, '9'));
    case 1: return decimal_value(type, sign + "1" + std::string(digits - 1, '0'));
    case 2: return decimal_value(type, sign + "1");
    default: return decimal_value(type, "0");
  }
}

uint64_t draw_extreme_float16(Draw& draw) {
  static const std::array<uint64_t, 12> values{0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400,
                                               0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe01};
  return draw.chance(20) ? draw.below(65'536) : draw.one_of(values);
}

uint64_t ticks_per_day(const Type& type) { return static_cast<uint64_t>(86'400 * ticks_per_second(type.unit())); }

// The count in the last bytes, so that bytes order as counts do.
std::string counted_bytes(size_t size, uint64_t count) {
  std::string bytes(size, '\0');
  for (size_t i = size; i > 0 && count > 0; count >>= 8) bytes[--i] = static_cast<char>(count & 0xff);
  return bytes;
}

// A moment between the years 1678 and 2262, which any unit can hold.
uint64_t draw_ordinary_moment(Draw& draw, TimeUnit unit) {
  static const std::array<int64_t, 4> nanoseconds{1'000'000'000, 1'000'000, 1'000, 1};
  const auto moment = static_cast<int64_t>(draw.bits());
  return static_cast<uint64_t>(moment / nanoseconds[static_cast<size_t>(unit)]);
}

}  // namespace

Value draw_ordinary(Draw& draw, const Type& type) {
  Value value;
  switch (type.kind()) {
    case TypeKind::decimal: return draw_ordinary_decimal(draw, type);
    case TypeKind::fixed:
    case TypeKind::uuid: value.text = draw_bytes(draw, type.size()); break;
    case TypeKind::float16: value.bits = to_float16(static_cast<float>(draw.between(-10'000, 10'000)) / 8); break;
    case TypeKind::time: value.bits = draw.below(ticks_per_day(type)); break;
    case TypeKind::enum_:
    case TypeKind::string: value.text = draw_text(draw, draw.between(0, 20)); break;
    case TypeKind::bson:
    case TypeKind::binary: value.text = draw_bytes(draw, draw.between(0, 20)); break;
    case TypeKind::json: value.text = draw_json(draw, false); break;
    case TypeKind::float32:
    case TypeKind::float64:
      value.bits = float_bits(type, static_cast<double>(draw.between(-1'000'000, 1'000'000)) / 100);
      break;
    case TypeKind::date: value.bits = static_cast<uint64_t>(draw.between(-100'000, 100'000)); break;
    case TypeKind::timestamp: value.bits = draw_ordinary_moment(draw, type.unit()); break;
    default: value.bits = storable(type, fitted(type.kind(), draw.bits()));
  }
  return value;
}

Value draw_extreme(Draw& draw, const Type& type) {
  Value value;
  switch (type.kind()) {
    case TypeKind::decimal: return draw_extreme_decimal(draw, type);
    case TypeKind::fixed:
    case TypeKind::uuid:
      value.text = draw.chance(50) ? std::string(static_cast<size_t>(type.size()), draw.chance(50) ? '\xff' : '\0')
                                   : draw_bytes(draw, type.size());
      break;
    case TypeKind::float16: value.bits = draw_extreme_float16(draw); break;
    case TypeKind::time: value.bits = draw.chance(50) ? 0 : ticks_per_day(type) - 1; break;
    case TypeKind::enum_:
    case TypeKind::string: value.text = draw_extreme_text(draw); break;
    case TypeKind::bson:
    case TypeKind::binary: value.text = draw_extreme_bytes(draw); break;
    case TypeKind::json: value.text = draw_json(draw, true); break;
    case TypeKind::float32: value.bits = draw_extreme_float<float>(draw); break;
    case TypeKind::float64: value.bits = draw_extreme_float<double>(draw); break;
    default: value.bits = draw_extreme_integer(draw, type);
  }
  return value;
}

Value counted_value(const Type& type, uint64_t count) {
  Value value;
  switch (type.kind()) {
    case TypeKind::decimal: {
      const std::string digits = std::to_string(count);
      return decimal_value(type, digits.substr(0, static_cast<size_t>(type.precision())));
    }
    case TypeKind::fixed:
    case TypeKind::uuid: value.text = counted_bytes(static_cast<size_t>(type.size()), count); break;
    case TypeKind::float16: value.bits = to_float16(static_cast<float>(count % 2'048)); break;
    case TypeKind::time: value.bits = count % ticks_per_day(type); break;
    case TypeKind::enum_:
    case TypeKind::bson:
    case TypeKind::string:
    case TypeKind::binary: {
      const std::string digits = std::to_string(count);
      value.text = "key-" + repeated("0", 8 - static_cast<int64_t>(digits.size())) + digits;
      break;
    }
    case TypeKind::json: value.text = std::to_string(count); break;
    case TypeKind::float32:
    case TypeKind::float64: value.bits = float_bits(type, static_cast<double>(count)); break;
    default: value.bits = fitted(type.kind(), count);
  }
  return value;
}

}  // namespace sluice::test
