#include "columns/like_pattern.h"

#include <gtest/gtest.h>

#include "columns/bound_predicate.h"
#include "sluice/error.h"

namespace sluice::like_pattern_test {
namespace {

bool is_like(std::string_view text, std::string_view pattern, std::string_view escape = "") {
  EXPECT_EQ(like_fault(pattern, escape), "");
  return sluice::is_like(make_like_test(pattern, escape, false), text);
}

TEST(LikeTest, WithoutWildcardsIsEquality) {
  EXPECT_TRUE(is_like("", ""));
  EXPECT_FALSE(is_like("a", ""));
  EXPECT_TRUE(is_like("abc", "abc"));
  EXPECT_FALSE(is_like("abcd", "abc"));
  EXPECT_FALSE(is_like("ab", "abc"));
  EXPECT_FALSE(is_like("Abc", "abc"));
  EXPECT_TRUE(is_literal(make_like_test("abc", "", false)));
  EXPECT_TRUE(is_literal(make_like_test("a!%", "!", false)));
  EXPECT_FALSE(is_literal(make_like_test("a_", "", false)));
}

TEST(LikeTest, PercentIsAnything) {
  for (const char* const pattern : {"%", "%%", "%%%"}) {
    EXPECT_TRUE(is_like("", pattern));
    EXPECT_TRUE(is_like("anything", pattern));
  }
  EXPECT_TRUE(is_like("abc", "a%"));
  EXPECT_TRUE(is_like("abc", "%c"));
  EXPECT_TRUE(is_like("abc", "a%c"));
  EXPECT_TRUE(is_like("ac", "a%c"));
  EXPECT_FALSE(is_like("a", "a%a"));
  EXPECT_TRUE(is_like("aa", "a%a"));
  EXPECT_TRUE(is_like("abcabd", "%ab%ab%"));
  EXPECT_FALSE(is_like("abc", "%ab%ab%"));
  EXPECT_FALSE(is_like("aba", "ab%ba")) << "pieces do not share letters";
  EXPECT_TRUE(is_like("mississippi", "m%iss%ppi"));
}

TEST(LikeTest, UnderscoreIsOneCodePoint) {
  EXPECT_TRUE(is_like("abc", "a_c"));
  EXPECT_FALSE(is_like("ac", "a_c"));
  EXPECT_TRUE(
      is_like("a\xc3\xa4"
              "c",
              "a_c"));
  EXPECT_TRUE(is_like("\xf0\x9f\x98\x80", "_"));
  EXPECT_FALSE(is_like("\xf0\x9f\x98\x80", "__"));
  EXPECT_TRUE(is_like("x\xf0\x9f\x98\x80y", "%_y"));
  EXPECT_TRUE(is_like("\xc3\xa4\xc3\xb6\xc3\xbc!", "%_\xc3\xbc_"));
  EXPECT_TRUE(is_like("abcbd", "%b_"));
  EXPECT_TRUE(is_like("abcbde", "%b_e%"));
  EXPECT_FALSE(is_like("", "_"));
  EXPECT_FALSE(is_like("", "%_"));
  EXPECT_TRUE(is_like("a", "%_%"));
}

TEST(LikeTest, EscapesStandBeforeWildcardsAndThemselves) {
  EXPECT_TRUE(is_like("100%", "100!%", "!"));
  EXPECT_FALSE(is_like("1000", "100!%", "!"));
  EXPECT_TRUE(is_like("a_b", "%!_%", "!"));
  EXPECT_FALSE(is_like("ab", "%!_%", "!"));
  EXPECT_TRUE(is_like("!x", "!!_", "!"));
  EXPECT_TRUE(is_like("%", "%%", "%")) << "then there is no wildcard of that name";
  EXPECT_TRUE(is_like("\xc3\xa4%", "\xc3\xa4\xc3\xa4\xc3\xa4%", "\xc3\xa4"));
  EXPECT_NE(like_fault("!", "!"), "");
  EXPECT_NE(like_fault("a!b", "!"), "");
  EXPECT_NE(like_fault("%", "%"), "");
  EXPECT_NE(like_fault("a", "ab"), "");
}

TEST(LikeTest, BytesThatAreNoUtf8AreReadInBounds) {
  EXPECT_TRUE(is_like("\x80\x80", "_"));
  EXPECT_TRUE(is_like("\xff", "_"));
  EXPECT_FALSE(is_like("\xc3", "__"));
  EXPECT_TRUE(is_like("a\x80", "%_"));
}

TEST(LikeTest, SaysWhatTextsBeginWith) {
  EXPECT_EQ(literal_prefix(make_like_test("ab_c%", "", false)), "ab");
  EXPECT_EQ(literal_prefix(make_like_test("%a", "", false)), "");
  EXPECT_TRUE(is_prefix_alone(make_like_test("ab%", "", false)));
  EXPECT_FALSE(is_prefix_alone(make_like_test("ab", "", false)));
  EXPECT_FALSE(is_prefix_alone(make_like_test("a_%", "", false)));
  EXPECT_FALSE(is_prefix_alone(make_like_test("ab%c", "", false)));
}

TEST(LikeTest, IsForTextAlone) {
  const auto bind = [](const Type& type) { BoundPredicate bound(parse_predicate("a like 'x%'"), Schema{{"a", type}}); };
  for (const Type& type : {string(), json(), enum_(), null()}) EXPECT_NO_THROW(bind(type)) << to_text(type);
  for (const Type& type : {binary(), bson(), int64(), fixed(2), uuid(), date(), list(string())})
    EXPECT_THROW(bind(type), Error) << to_text(type);
  try {
    bind(int64());
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "column \"a\" is int64, and \"like\" asks for text");
  }
}

}  // namespace
}  // namespace sluice::like_pattern_test
