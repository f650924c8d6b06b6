#include "base/utf16.h"

#include <cassert>
#include <cstdint>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr uint32_t kHighFirst = 0xD800;
constexpr uint32_t kLowFirst = 0xDC00;
constexpr uint32_t kLowLast = 0xDFFF;
constexpr uint32_t kPairsFirst = 0x10000;

constexpr size_t kUnitBytes = 2;
constexpr size_t kWordUnits = sizeof(uint64_t) / kUnitBytes;

uint32_t unit_at(const std::byte* from, std::endian order) {
  const auto first = std::to_integer<uint32_t>(from[0]);
  const auto second = std::to_integer<uint32_t>(from[1]);
  return order == std::endian::little ? first | second << 8 : first << 8 | second;
}

// Text is ASCII for long runs: four units at a time. Returns how many units were written.
size_t copy_ascii(ByteSpan units, std::endian order, std::byte* to) {
  const size_t low = order == std::endian::little ? 0 : 1;
  const uint64_t others = order == std::endian::little ? 0xFF80'FF80'FF80'FF80u : 0x80FF'80FF'80FF'80FFu;
  size_t done = 0;
  for (; (done + kWordUnits) * kUnitBytes <= units.size(); done += kWordUnits) {
    const std::byte* const from = units.data() + done * kUnitBytes;
    if ((load<uint64_t>(from) & others) != 0) break;
    for (size_t i = 0; i < kWordUnits; ++i) to[done + i] = from[i * kUnitBytes + low];
  }
  return done;
}

}  // namespace

Utf16Step utf16_to_utf8(ByteSpan units, std::endian order, std::span<std::byte> into) {
  assert(into.size() >= units.size() / kUnitBytes * kUtf8BytesPerUnitMax);
  Utf16Step step;
  while (step.taken + kUnitBytes <= units.size()) {
    const size_t plain = copy_ascii(units.subspan(step.taken), order, into.data() + step.made);
    step.taken += plain * kUnitBytes;
    step.made += plain;
    // At most one word's units one by one, then the fast path gets another chance.
    for (size_t i = 0; i < kWordUnits && step.taken + kUnitBytes <= units.size(); ++i) {
      char32_t code_point = unit_at(units.data() + step.taken, order);
      size_t bytes = kUnitBytes;
      if (code_point >= kHighFirst && code_point <= kLowLast) {
        step.is_broken = code_point >= kLowFirst;
        if (step.is_broken || step.taken + 2 * kUnitBytes > units.size()) return step;
        const uint32_t second = unit_at(units.data() + step.taken + kUnitBytes, order);
        step.is_broken = second < kLowFirst || second > kLowLast;
        if (step.is_broken) return step;
        code_point = kPairsFirst + ((code_point - kHighFirst) << 10) + (second - kLowFirst);
        bytes = 2 * kUnitBytes;
      }
      step.made += encode_utf8(code_point, reinterpret_cast<char*>(into.data() + step.made));
      step.taken += bytes;
    }
  }
  return step;
}

}  // namespace sluice
