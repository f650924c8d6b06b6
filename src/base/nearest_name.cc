// Edit distance between short names; see nearest_name.h.
#include "base/nearest_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice {
inline namespace v0 {
namespace {

/// Longer names get no suggestion: the cost grows with the square.
constexpr size_t kNameBytesMax = 64;

/// Two neighbours in the wrong order are the likeliest slip of a typing hand: "int46" is int64 rather than int16.
constexpr unsigned kSwapCost = 1;
constexpr unsigned kEditCost = 2;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Cost of turning `a` into `b`, row by row over the letters of `a`. Requires both within kNameBytesMax.
unsigned distance(std::string_view a, std::string_view b) {
  using Row = std::array<unsigned, kNameBytesMax + 1>;
  Row before_previous{};
  Row previous{};
  Row current{};
  for (size_t j = 0; j <= b.size(); ++j) current[j] = static_cast<unsigned>(j) * kEditCost;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_previous = previous;
    previous = current;
    current[0] = static_cast<unsigned>(i) * kEditCost;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] =
          std::min({previous[j] + kEditCost, current[j - 1] + kEditCost, previous[j - 1] + (same ? 0 : kEditCost)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before_previous[j - 2] + kSwapCost);
    }
  }
  return current[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view found, std::span<const std::string_view> names) {
  std::string_view nearest;
  if (found.size() > kNameBytesMax) return nearest;
  unsigned cost_max = kEditCost * std::max(1u, static_cast<unsigned>((found.size() + 1) / 3));
  for (const std::string_view name : names) {
    if (name.size() > kNameBytesMax) continue;
    const unsigned cost = distance(found, name);
    if (cost > cost_max || (cost == cost_max && !nearest.empty())) continue;
    nearest = name;
    cost_max = cost;
  }
  return nearest;
}

}  // namespace v0
}  // namespace sluice
