#include "base/utf16.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"
#include "support/draw.h"

namespace sluice::utf16_test {
namespace {

constexpr std::endian kOrders[] = {std::endian::little, std::endian::big};

void append_unit(uint32_t unit, std::endian order, std::string& out) {
  const char low = static_cast<char>(unit & 0xFF);
  const char high = static_cast<char>(unit >> 8);
  out += order == std::endian::little ? low : high;
  out += order == std::endian::little ? high : low;
}

void append_utf16(char32_t code_point, std::endian order, std::string& out) {
  if (code_point < 0x10000) return append_unit(code_point, order, out);
  append_unit(0xD800 + ((code_point - 0x10000) >> 10), order, out);
  append_unit(0xDC00 + ((code_point - 0x10000) & 0x3FF), order, out);
}

void append_utf8(char32_t code_point, std::string& out) {
  char bytes[4];
  out.append(bytes, encode_utf8(code_point, bytes));
}

struct Turned {
  Utf16Step step;
  std::string text;
};

Turned turned(const std::string& units, std::endian order) {
  Turned all;
  all.text.resize(units.size() / 2 * kUtf8BytesPerUnitMax);
  all.step = utf16_to_utf8(as_bytes(units), order, std::as_writable_bytes(std::span(all.text)));
  all.text.resize(all.step.made);
  return all;
}

TEST(Utf16, EveryCodePointBecomesItsUtf8) {
  for (const std::endian order : kOrders) {
    std::string units;
    std::string text;
    for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
      if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
      append_utf16(code_point, order, units);
      append_utf8(code_point, text);
    }
    const Turned all = turned(units, order);
    EXPECT_FALSE(all.step.is_broken);
    EXPECT_EQ(all.step.taken, units.size());
    EXPECT_TRUE(all.text == text);
  }
}

TEST(Utf16, MixturesOfAnyLength) {
  constexpr std::array<char32_t, 8> kCodePoints = {0, 'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10FFFF};
  for (uint64_t seed = 0; seed < 200; ++seed) {
    test::Draw draw(1, seed);
    std::string units;
    std::string text;
    const std::endian order = kOrders[seed % 2];
    for (uint64_t left = draw.below(40); left > 0; --left) {
      const char32_t code_point = draw.chance(80) ? U'x' : draw.one_of(kCodePoints);
      append_utf16(code_point, order, units);
      append_utf8(code_point, text);
    }
    EXPECT_EQ(turned(units, order).text, text) << "case " << seed;
  }
}

TEST(Utf16, StopsBeforeACharacterThatIsNotComplete) {
  for (const std::endian order : kOrders) {
    std::string units;
    append_utf16('a', order, units);
    append_utf16(0x1F600, order, units);
    for (size_t size = 0; size <= units.size(); ++size) {
      const Turned all = turned(units.substr(0, size), order);
      EXPECT_FALSE(all.step.is_broken) << size;
      EXPECT_EQ(all.step.taken, size < 2 ? 0u : size < 6 ? 2u : 6u);
      EXPECT_EQ(all.text, size < 2 ? "" : size < 6 ? "a" : "a\xF0\x9F\x98\x80");
    }
  }
}

TEST(Utf16, TellsWhereHalfAPairStands) {
  const std::vector<std::vector<uint32_t>> broken = {
      {0xDC00, 'a'}, {0xDFFF}, {0xD800, 'a'}, {0xDBFF, 0xD800, 0xDC00}, {0xD800, 0xE000}, {0xD800, 0xDBFF},
  };
  for (const std::endian order : kOrders)
    for (const std::vector<uint32_t>& units : broken)
      for (size_t before = 0; before < 9; ++before) {
        std::string text;
        for (size_t i = 0; i < before; ++i) append_unit('x', order, text);
        for (const uint32_t unit : units) append_unit(unit, order, text);
        const Turned all = turned(text, order);
        EXPECT_TRUE(all.step.is_broken) << before;
        EXPECT_EQ(all.step.taken, before * 2);
        EXPECT_EQ(all.text, std::string(before, 'x'));
      }
}

}  // namespace
}  // namespace sluice::utf16_test
