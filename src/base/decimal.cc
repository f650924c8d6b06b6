// Decimals; see decimal.h. Long arithmetic is schoolbook in words of 64 bits, at most 19 digits at a time.
#include "base/decimal.h"

#include <algorithm>
#include <cstring>

#include "base/digits.h"

namespace sluice {
namespace {

__extension__ typedef unsigned __int128 uint128;

constexpr int kWordDigits = 19;

constexpr uint64_t word_power_of_ten(int exponent) {
  uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// value = value * factor + addend, unsigned.
constexpr void multiply_add(Int256& value, uint64_t factor, uint64_t addend) {
  uint64_t carry = addend;
  for (uint64_t& word : value.words) {
    const uint128 product = static_cast<uint128>(word) * factor + carry;
    word = static_cast<uint64_t>(product);
    carry = static_cast<uint64_t>(product >> 64);
  }
}

/// Divides an unsigned value and returns the remainder.
uint64_t divide(Int256& value, uint64_t divisor) {
  uint64_t remainder = 0;
  for (size_t i = value.words.size(); i-- > 0;) {
    const uint128 part = static_cast<uint128>(remainder) << 64 | value.words[i];
    value.words[i] = static_cast<uint64_t>(part / divisor);
    remainder = static_cast<uint64_t>(part % divisor);
  }
  return remainder;
}

constexpr auto kPowersOfTen = [] {
  std::array<Int256, kDecimalDigitsMax + 1> powers{};
  powers[0].words[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1];
    multiply_add(powers[i], 10, 0);
  }
  return powers;
}();

void negate(Int256& value) {
  uint64_t carry = 1;
  for (uint64_t& word : value.words) {
    word = ~word + carry;
    carry = carry != 0 && word == 0;
  }
}

bool is_less_unsigned(const Int256& a, const Int256& b) {
  return std::lexicographical_compare(a.words.rbegin(), a.words.rend(), b.words.rbegin(), b.words.rend());
}

/// A number's parts: sign, digits before and behind the point, exponent.
struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;

  size_t digits() const { return whole.size() + fraction.size(); }
  char digit(size_t index) const { return index < whole.size() ? whole[index] : fraction[index - whole.size()]; }
};

std::string_view take_digits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_exponent(std::string_view& text, int64_t& exponent) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view digits = take_digits(text);
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kDecimalExponentMax);
  if (negative) exponent = -exponent;
  return !digits.empty();
}

/// False where the text is no JSON number.
bool split(std::string_view text, NumberParts& parts) {
  parts.negative = take(text, '-');
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return false;
  if (take(text, '.')) {
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) return false;
  }
  if ((take(text, 'e') || take(text, 'E')) && !take_exponent(text, parts.exponent)) return false;
  return text.empty();
}

}  // namespace

Int256 to_int256(int64_t value) {
  const uint64_t sign = value < 0 ? ~uint64_t{0} : 0;
  return {{static_cast<uint64_t>(value), sign, sign, sign}};
}

Int256 from_little_endian(const void* bytes, size_t count) {
  Int256 value = to_int256(static_cast<const signed char*>(bytes)[count - 1] < 0 ? -1 : 0);
  std::memcpy(value.words.data(), bytes, count);
  return value;
}

Int256 from_big_endian(const void* bytes, size_t count) {
  unsigned char reversed[sizeof(Int256)];
  std::reverse_copy(static_cast<const unsigned char*>(bytes), static_cast<const unsigned char*>(bytes) + count,
                    reversed);
  return from_little_endian(reversed, count);
}

bool has_digits(const Int256& value, int precision) {
  Int256 magnitude = value;
  if (value.is_negative()) negate(magnitude);
  return is_less_unsigned(magnitude, kPowersOfTen[static_cast<size_t>(precision)]);
}

size_t decimal_bytes(int precision) {
  const Int256& bound = kPowersOfTen[static_cast<size_t>(precision)];
  // The largest value is one below the bound, and no power of ten but 1 is a power of two: so is its highest bit.
  size_t bits = 256;
  while ((bound.words[(bits - 1) / 64] >> ((bits - 1) % 64) & 1) == 0) --bits;
  return bits / 8 + 1;
}

DecimalText parse_decimal(std::string_view text, int precision, int scale) {
  NumberParts parts;
  if (!split(text, parts)) return {DecimalFault::no_number, {}};
  size_t begin = 0;
  size_t end = parts.digits();
  while (begin < end && parts.digit(begin) == '0') ++begin;
  if (begin == end) return {};
  // The value is digits [begin, end) and `zeros` zeros behind them, in units of 10^-scale.
  int64_t zeros = parts.exponent - static_cast<int64_t>(parts.fraction.size()) + scale;
  for (; zeros < 0; ++zeros)
    if (end == begin || parts.digit(--end) != '0') return {DecimalFault::too_fine, {}};
  if (static_cast<int64_t>(end - begin) + zeros > precision) return {DecimalFault::too_large, {}};
  DecimalText result;
  for (size_t i = begin; i < end + static_cast<size_t>(zeros);) {
    uint64_t word = 0;
    int digits = 0;
    for (; digits < kWordDigits && i < end + static_cast<size_t>(zeros); ++digits, ++i)
      word = word * 10 + (i < end ? static_cast<uint64_t>(parts.digit(i) - '0') : 0);
    multiply_add(result.value, word_power_of_ten(digits), word);
  }
  if (parts.negative) negate(result.value);
  return result;
}

void append_decimal(const Int256& value, int scale, std::string& out) {
  Int256 rest = value;
  if (value.is_negative()) {
    out += '-';
    negate(rest);
  }
  char digits[96];
  char* const end = digits + sizeof digits;
  char* begin = end;
  while (!(rest == Int256{})) {
    uint64_t word = divide(rest, word_power_of_ten(kWordDigits));
    for (int i = 0; i < kWordDigits; ++i, word /= 10) *--begin = static_cast<char>('0' + word % 10);
  }
  begin = std::find_if(begin, end, [](char c) { return c != '0'; });
  while (end - begin <= scale) *--begin = '0';
  out.append(begin, end - scale);
  if (scale > 0) out.append(".").append(end - scale, end);
}

}  // namespace sluice
