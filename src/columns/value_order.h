// The order of two values of one type in memory, decimals of 256 bits included.
#pragma once

#include <type_traits>

#include "base/decimal.h"

namespace sluice {

template <typename T>
bool is_below(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Int256>)
    return is_less(a, b);
  else
    return a < b;
}

}  // namespace sluice
