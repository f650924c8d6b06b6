// UTF-8: every code point, every sequence of two bytes, broken bytes at every position, cuts and upper bounds.
#include "base/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sluice::utf8_test {
namespace {

std::string encoded(char32_t code_point) {
  char bytes[4];
  return {bytes, encode_utf8(code_point, bytes)};
}

bool is_surrogate(char32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

rc::Gen<std::string> texts() {
  const auto code_point =
      rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x80), rc::gen::inRange<char32_t>(0x80, 0x800),
                     rc::gen::inRange<char32_t>(0x800, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x10000),
                     rc::gen::inRange<char32_t>(0x10000, 0x110000), rc::gen::just(char32_t{0x10FFFF}),
                     rc::gen::just(char32_t{0xD7FF}));
  return rc::gen::map(rc::gen::container<std::vector<char32_t>>(code_point), [](const std::vector<char32_t>& points) {
    std::string text;
    for (const char32_t point : points) text += encoded(point);
    return text;
  });
}

TEST(Utf8, EveryCodePointIsValidAndOrdered) {
  std::string before;
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (is_surrogate(point)) continue;
    const std::string text = encoded(point);
    ASSERT_TRUE(is_utf8(text)) << std::hex << static_cast<uint32_t>(point);
    ASSERT_LT(before, text);
    if (point != 0) {
      ASSERT_EQ(utf8_successor(before), text);
    }
    for (size_t cut = 1; cut < text.size(); ++cut) ASSERT_EQ(utf8_valid_bytes(text.substr(0, cut)), 0u);
    before = text;
  }
}

TEST(Utf8, RefusesWhatTheStandardRefuses) {
  for (const char* text : {"\x80",
                           "\xBF",
                           "\xC0\x80",
                           "\xC1\xBF",
                           "\xE0\x80\x80",
                           "\xE0\x9F\xBF",
                           "\xED\xA0\x80",
                           "\xED\xBF\xBF",
                           "\xF0\x80\x80\x80",
                           "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFF",
                           "\xFE",
                           "\xC2",
                           "\xC2\x41",
                           "\xE2\x82",
                           "\xE2\x82\x41",
                           "\xF0\x9F\x98",
                           "\xF0\x9F\x98\x41",
                           "\xC2\xC2"})
    EXPECT_EQ(utf8_valid_bytes(text), 0u) << testing::PrintToString(text);
}

TEST(Utf8, NamesTheFirstBadByteAtAnyPosition) {
  for (size_t size = 1; size <= 40; ++size)
    for (size_t bad = 0; bad < size; ++bad) {
      std::string text(size, 'a');
      text[bad] = '\xFF';
      ASSERT_EQ(utf8_valid_bytes(text), bad);
      if (bad + 1 < size) {
        text[bad] = '\xC3';
        text[bad + 1] = '\xBC';
        ASSERT_TRUE(is_utf8(text));
      }
    }
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, CutsBetweenCodePoints) {
  const std::string text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1, 2, 3, 4 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t bytes_max = 0; bytes_max < std::size(expected); ++bytes_max)
    EXPECT_EQ(utf8_prefix(text, bytes_max).size(), expected[bytes_max]) << bytes_max;
  EXPECT_EQ(utf8_prefix("\x80\x80\x80", 2), "");  // invalid, but no harm
}

TEST(Utf8, Successors) {
  EXPECT_EQ(utf8_successor("abc"), "abd");
  EXPECT_EQ(utf8_successor("a\x7F"), "a\xC2\x80");
  EXPECT_EQ(utf8_successor("\xED\x9F\xBF"), "\xEE\x80\x80");  // over the surrogates
  EXPECT_EQ(utf8_successor("a\xF4\x8F\xBF\xBF"), "b");
  EXPECT_EQ(utf8_successor("\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF"), std::nullopt);
  EXPECT_EQ(utf8_successor(""), std::nullopt);
  EXPECT_EQ(utf8_successor(std::string_view("\0", 1)), "\x01");
}

TEST(Utf8, AsciiIsWithoutAByteBeyond) {
  for (const size_t size : {0, 1, 7, 8, 63, 64, 65, 200}) {
    std::string text(size, '\x7f');
    EXPECT_TRUE(is_ascii(text));
    for (size_t i = 0; i < size; ++i) {
      text[i] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << "byte " << i << " of " << size;
      text[i] = '\0';
    }
    EXPECT_TRUE(is_ascii(text));
  }
}

RC_GTEST_PROP(Utf8Property, CutAndSuccessorBoundTheText, ()) {
  const std::string text = *texts();
  const size_t bytes_max = *rc::gen::inRange<size_t>(0, text.size() + 2);
  RC_ASSERT(is_utf8(text));
  const std::string_view prefix = utf8_prefix(text, bytes_max);
  RC_ASSERT(prefix.size() <= bytes_max);
  RC_ASSERT(prefix.size() + 4 > std::min(bytes_max, text.size()));
  RC_ASSERT(is_utf8(prefix) && text.starts_with(prefix));
  const std::optional<std::string> above = utf8_successor(prefix);
  if (!above) return;
  RC_ASSERT(is_utf8(*above));
  RC_ASSERT(above->size() <= prefix.size() + 1);
  RC_ASSERT(*above > text);
  RC_ASSERT(*above > std::string(prefix) + "\xF4\x8F\xBF\xBF");
}

}  // namespace
}  // namespace sluice::utf8_test
