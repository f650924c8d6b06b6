// Numbers as JSON writes them, exactly (RFC 8259, section 6): what a token is, its value, and whether a double keeps
// it. "Keeps" means: text -> double -> shortest text is the same decimal number. 0.1, 1.50 and 1e3 are kept;
// 0.12345678901234567890, 1e400 and 1e-400 are not.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

enum class NumberKind : uint8_t {
  invalid,      ///< not a JSON number: empty, "+1", "01", "1.", ".5", "NaN", blanks around it
  int64,        ///< an integer of int64
  uint64,       ///< an integer above int64 and within uint64
  big_integer,  ///< an integer beyond both
  real,         ///< has a fraction or an exponent, or is "-0"
};

/// A parsed token; the value is in the member that `kind` names.
struct NumberText {
  NumberKind kind = NumberKind::invalid;
  /// Of a real: the double is kept in the sense above. Of a big integer: that, and the double equals it.
  bool exact = false;
  int64_t int64 = 0;
  uint64_t uint64 = 0;
  /// Of a big integer: how many digits it has.
  size_t digits = 0;
  /// Of real and big_integer: the nearest double; infinite past the range of doubles, zero below it (`exact` is then
  /// false).
  double real = 0;
};

/// `token` is the number and nothing else. Never throws; linear in the token's length.
NumberText parse_number(std::string_view token);

/// A number with few digits, read where it stands: a look at each byte and no more.
struct ShortReal {
  double value = 0;
  const char* end = nullptr;  ///< behind it; null where it is none
};
/// "-12.50": digits, a point, digits, at most 15 together; a double keeps all of these. Something must follow that is
/// no digit. What is none may be a number all the same, of another form.
ShortReal parse_short_real(const char* text);

/// The shortest text that reads back as `value`: "0.1", "1e+23", "-0". Not for infinities and NaN, which JSON lacks.
void append_number(double value, std::string& out);

/// Whether a T, float or double, equals the integer.
template <std::floating_point T>
constexpr bool is_exact_in(std::integral auto value) {
  uint64_t magnitude = static_cast<uint64_t>(value);
  if (std::cmp_less(value, 0)) magnitude = 0 - magnitude;
  if (magnitude == 0) return true;
  return magnitude >> std::countr_zero(magnitude) <= (uint64_t{1} << std::numeric_limits<T>::digits);
}

/// `value` as a T, or nothing where T cannot hold it: integers to integers by range, integers to float and double only
/// when they equal it.
template <typename T>
constexpr std::optional<T> narrow(std::integral auto value) {
  if constexpr (std::floating_point<T>) {
    if (!is_exact_in<T>(value)) return std::nullopt;
  } else {
    if (!std::in_range<T>(value)) return std::nullopt;
  }
  return static_cast<T>(value);
}

/// A double as a float or double: the nearest, or nothing where a finite value would become infinite.
template <std::floating_point T>
std::optional<T> narrow(double value) {
  // The conversion is defined for every double: IEC 559 rounds what is too large to infinity.
  static_assert(std::numeric_limits<T>::is_iec559);
  const T result = static_cast<T>(value);
  if (std::isinf(result) && !std::isinf(value)) return std::nullopt;
  return result;
}

}  // namespace sluice
