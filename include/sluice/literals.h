// Sizes as people write them: `50_MiB`, `8_KiB`. All in bytes, powers of 1024.
#pragma once

#include <cstdint>

namespace sluice {
inline namespace v0 {
inline namespace literals {

constexpr uint64_t operator""_KiB(unsigned long long count) { return count << 10; }
constexpr uint64_t operator""_MiB(unsigned long long count) { return count << 20; }
constexpr uint64_t operator""_GiB(unsigned long long count) { return count << 30; }

}  // namespace literals
}  // namespace v0
}  // namespace sluice
