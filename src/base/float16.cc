// From text to 16 bits with one rounding; see float16.h. A double on the way would round a first time, and what then
// lies in the middle between two neighbours would no longer know from which side it came.
#include "base/float16.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>
#include <string_view>

#include "base/number_text.h"

namespace sluice {
namespace {

/// The significant digits of a JSON number: d.ddd * 10^exponent.
class SignificantDigits {
 public:
  /// Requires a number that is not zero.
  explicit SignificantDigits(std::string_view number) {
    const size_t mark = std::min(number.find_first_of("eE"), number.size());
    rest_ = number.substr(0, mark);
    const size_t point = std::min(rest_.find('.'), rest_.size());
    const size_t first = rest_.find_first_of("123456789");
    exponent_ = static_cast<int64_t>(point) - static_cast<int64_t>(first) - (first < point ? 1 : 0);
    rest_.remove_prefix(first);
    std::string_view written = number.substr(std::min(mark + 1, number.size()));
    if (written.starts_with('+')) written.remove_prefix(1);
    int64_t more = 0;
    std::from_chars(written.data(), written.data() + written.size(), more);
    exponent_ += more;
  }

  int64_t exponent() const { return exponent_; }
  bool is_at_end() const { return rest_.empty(); }
  /// Zeros without end behind the last one.
  char next() {
    if (rest_.starts_with('.')) rest_.remove_prefix(1);
    if (rest_.empty()) return '0';
    const char digit = rest_[0];
    rest_.remove_prefix(1);
    return digit;
  }

 private:
  std::string_view rest_;
  int64_t exponent_ = 0;
};

std::strong_ordering compare_magnitudes(std::string_view a, std::string_view b) {
  SignificantDigits x(a);
  SignificantDigits y(b);
  if (x.exponent() != y.exponent()) return x.exponent() <=> y.exponent();
  while (!x.is_at_end() || !y.is_at_end())
    if (const auto order = x.next() <=> y.next(); order != 0) return order;
  return std::strong_ordering::equal;
}

/// Rounded to odd: of the two floats around a double that is none, the one whose last bit is set. It lies on the same
/// side of everything that has fewer bits, so rounding it again is as good as rounding the double itself.
float to_odd(double value) {
  const auto near = static_cast<float>(value);
  if (static_cast<double>(near) == value || (std::bit_cast<uint32_t>(near) & 1) != 0) return near;
  return std::nextafter(near, static_cast<double>(near) < value ? HUGE_VALF : -HUGE_VALF);
}

/// Whether so few bits are set that the value may be the middle between two numbers of 16 bits: eleven bits and one.
bool may_be_middle(double value) {
  constexpr uint64_t kBitsBehindTwelve = (uint64_t{1} << 41) - 1;
  return (std::bit_cast<uint64_t>(value) & kBitsBehindTwelve) == 0;
}

double nearest_double(const NumberText& number) {
  if (number.kind == NumberKind::int64) return static_cast<double>(number.int64);
  if (number.kind == NumberKind::uint64) return static_cast<double>(number.uint64);
  return number.real;
}

}  // namespace

uint16_t nearest_float16(std::string_view number) {
  // What is beyond the largest number, or nearer to zero than to the smallest one, has no neighbours to choose from.
  constexpr double kTooLarge = 0x1p16;
  constexpr double kTooSmall = 0x1p-26;
  double value = nearest_double(parse_number(number));
  const double magnitude = std::abs(value);
  if (may_be_middle(value) && magnitude < kTooLarge && magnitude > kTooSmall) {
    // A multiple of 2^-37, for its twelve bits begin at 2^-26 or before: so many digits behind the point say it all.
    constexpr int kDigits = 40;
    char exact[64];
    const char* const end =
        std::to_chars(exact, exact + sizeof exact, magnitude, std::chars_format::scientific, kDigits).ptr;
    const auto side = compare_magnitudes(number, {exact, end});
    if (side != 0) value = std::nextafter(value, std::copysign(side > 0 ? HUGE_VAL : 0.0, value));
  }
  return to_float16(to_odd(value));
}

}  // namespace sluice
