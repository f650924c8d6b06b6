#include "pages/spread.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/bits.h"

namespace sluice {
namespace {

constexpr size_t kWordBits = 64;

constexpr uint64_t low_ones(size_t count) { return count == kWordBits ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

/// The places of [0, to) that belong to the last word of 64: 1 to 64 of them.
constexpr size_t last_word(size_t to) { return (to - 1) % kWordBits + 1; }

/// The value, or zeros. Without a branch: where nulls are many, no machine guesses them right.
template <typename T>
T value_if(bool is_there, T value) {
  return static_cast<T>(value & static_cast<T>(T{0} - static_cast<T>(is_there)));
}
using Wide = std::array<uint64_t, 2>;
Wide value_if(bool is_there, const Wide& value) { return {value_if(is_there, value[0]), value_if(is_there, value[1])}; }

// Values without a place between them are reached once: then the rest is where it belongs.
template <typename T>
void spread_values(T* values, size_t present, const uint8_t* validity, int64_t begin, size_t count) {
  size_t from = present;
  for (size_t to = count; to > from;) {
    const size_t places = last_word(to);
    to -= places;
    const uint64_t word = bits_at(validity, begin + static_cast<int64_t>(to), places);
    if (word == 0) {
      std::fill_n(values + to, places, T{});
    } else if (word == low_ones(places)) {
      from -= places;
      std::memmove(values + to, values + from, places * sizeof(T));
    } else {
      // Where a bit is not set, the value that is read and not taken is the one behind.
      for (size_t i = places; i-- > 0;) {
        const bool is_there = (word >> i & 1) != 0;
        from -= is_there;
        values[to + i] = value_if(is_there, values[from]);
      }
    }
  }
}

void spread_wide(std::byte* values, size_t width, size_t present, const uint8_t* validity, int64_t begin,
                 size_t count) {
  size_t from = present;
  for (size_t to = count; to-- > 0 && to >= from;) {
    if (bit_at(validity, begin + static_cast<int64_t>(to)))
      std::memmove(values + to * width, values + --from * width, width);
    else
      std::memset(values + to * width, 0, width);
  }
}

/// The lowest bits of `bits`, one for each that is set in `word`, at their places.
uint64_t deposit(uint64_t bits, uint64_t word) {
  uint64_t placed = 0;
  for (; word != 0; word &= word - 1, bits >>= 1)
    if ((bits & 1) != 0) placed |= word & (~word + 1);
  return placed;
}

}  // namespace

void spread_fixed(std::byte* values, size_t width, size_t present, const uint8_t* validity, int64_t begin,
                  size_t count) {
  const auto spread = [&]<typename T>(T* typed) { spread_values(typed, present, validity, begin, count); };
  switch (width) {
    case 1: return spread(reinterpret_cast<uint8_t*>(values));
    case 2: return spread(reinterpret_cast<uint16_t*>(values));
    case 4: return spread(reinterpret_cast<uint32_t*>(values));
    case 8: return spread(reinterpret_cast<uint64_t*>(values));
    case 16: return spread(reinterpret_cast<Wide*>(values));
    default: return spread_wide(values, width, present, validity, begin, count);
  }
}

void spread_ends(int32_t* ends, size_t present, const uint8_t* validity, int64_t begin, size_t count) {
  size_t from = present;
  for (size_t to = count; to > from;) {
    const size_t places = last_word(to);
    to -= places;
    const uint64_t word = bits_at(validity, begin + static_cast<int64_t>(to), places);
    if (word == low_ones(places)) {
      from -= places;
      std::memmove(ends + to, ends + from, places * sizeof(int32_t));
      continue;
    }
    for (size_t i = places; i-- > 0;) {
      ends[to + i] = (ends + from)[-1];
      from -= word >> i & 1;
    }
  }
}

void spread_bits(uint8_t* bits, int64_t at, size_t present, const uint8_t* validity, int64_t begin, size_t count) {
  Bytes copied(static_cast<size_t>(bytes_of_bits(static_cast<int64_t>(present))));
  auto* const from = reinterpret_cast<uint8_t*>(copied.data());
  if (present > 0) write_bits(bits, at, static_cast<int64_t>(present), from, 0);
  int64_t taken = 0;
  for (size_t to = 0; to < count; to += kWordBits) {
    const size_t places = std::min(kWordBits, count - to);
    const uint64_t word = bits_at(validity, begin + static_cast<int64_t>(to), places);
    const int here = std::popcount(word);
    const uint64_t value = here == 0 ? 0 : deposit(bits_at(from, taken, static_cast<size_t>(here)), word);
    const uint64_t placed[] = {value, 0};  // the compiler does not see that nothing behind the first is read
    taken += here;
    write_bits(reinterpret_cast<const uint8_t*>(placed), 0, static_cast<int64_t>(places), bits,
               at + static_cast<int64_t>(to));
  }
}

}  // namespace sluice
