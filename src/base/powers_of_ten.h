// Powers of ten that integers and doubles hold exactly.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice {

template <typename T, size_t kCount>
constexpr std::array<T, kCount> powers_of_ten() {
  std::array<T, kCount> powers{};
  T power = 1;
  for (size_t i = 0; i < kCount; ++i, power *= 10) powers[i] = power;
  return powers;
}

/// 10^0 to 10^19.
inline constexpr auto kIntegerPowersOfTen = powers_of_ten<uint64_t, 20>();
/// 10^0 to 10^22: doubles without rounding, because 5^22 < 2^53.
inline constexpr auto kExactPowersOfTen = powers_of_ten<double, 23>();

}  // namespace sluice
