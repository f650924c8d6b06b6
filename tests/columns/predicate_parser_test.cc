// Texts of conditions: what they mean, what is written back, and what is said of those that are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sluice/error.h"
#include "sluice/predicate.h"
#include "support/draw.h"

namespace sluice::predicate_parser_test {
namespace {

/// As it is written back, which must mean the same.
std::string again(const std::string& text) {
  const Predicate predicate = parse_predicate(text);
  const std::string written = to_text(predicate);
  EXPECT_EQ(parse_predicate(written), predicate) << text;
  return written;
}

TEST(PredicateText, IsWrittenInOneForm) {
  EXPECT_EQ(again("a=1"), "a = 1");
  EXPECT_EQ(again(" a<>1\n"), "a != 1");
  EXPECT_EQ(again("a<=-1.50E+3"), "a <= -1.50E+3");
  EXPECT_EQ(again("a>=1 -- from here on\n and b<0.5 and c>2"), "a >= 1 and b < 0.5 and c > 2");
  EXPECT_EQ(again("((a = 1))"), "a = 1");
  EXPECT_EQ(again("not a = 1"), "not a = 1");
  EXPECT_EQ(again("not not (a = 1)"), "not not a = 1");
  EXPECT_EQ(again("not a is null"), "a is not null");
  EXPECT_EQ(again("not a is not null"), "not a is not null");
  EXPECT_EQ(again("not a in(1,2)"), "a not in (1, 2)");
  EXPECT_EQ(again("not (a = 1 and b = 2)"), "not (a = 1 and b = 2)");
  EXPECT_EQ(again("a = 'it''s' or a = ''"), "a = 'it''s' or a = ''");
  EXPECT_EQ(again("a = X'00fFa0' or a = x''"), "a = x'00ffa0' or a = x''");
  EXPECT_EQ(again("a = '-- no comment'"), "a = '-- no comment'");
}

TEST(PredicateText, KeywordsHaveAnyCase) {
  EXPECT_EQ(again("a IS NULL OR b Is Not Null AND NOT c iN (TRUE, False) And d NOT in (1)"),
            "a is null or b is not null and c not in (true, false) and d not in (1)");
}

TEST(PredicateText, AndBindsMoreCloselyThanOr) {
  const Predicate predicate = parse_predicate("a = 1 or b = 2 and c = 3");
  ASSERT_EQ(predicate.kind, Predicate::Kind::any);
  ASSERT_EQ(predicate.operands.size(), 2u);
  EXPECT_EQ(predicate.operands[1].kind, Predicate::Kind::all);
  EXPECT_EQ(again("(a = 1 or b = 2) and c = 3"), "(a = 1 or b = 2) and c = 3");
  EXPECT_EQ(again("(a = 1 and b = 2) or c = 3"), "a = 1 and b = 2 or c = 3");
  EXPECT_EQ(again("(a = 1 and b = 2) and c = 3"), "(a = 1 and b = 2) and c = 3") << "the tree stays as it was put";
  EXPECT_EQ(again("a = 1 or (b = 2 or c = 3)"), "a = 1 or (b = 2 or c = 3)");
}

TEST(PredicateText, NamesMayBeAnything) {
  EXPECT_EQ(parse_predicate("a.\"b.c\".\"d\"\"e\" = 1").column, (ColumnPath{"a", "b.c", "d\"e"}));
  EXPECT_EQ(again("\"and\" = 1"), "\"and\" = 1");
  EXPECT_EQ(again("\"Null\".\"\" = 1"), "\"Null\".\"\" = 1");
  EXPECT_EQ(again("\"a\".\"1\" = 1"), "a.\"1\" = 1");
  EXPECT_EQ(again("\xc3\xa9t\xc3\xa9 = 1"), "\"\xc3\xa9t\xc3\xa9\" = 1");
  EXPECT_EQ(parse_predicate("a . b = 1").column, (ColumnPath{"a", "b"}));
}

/// "line 1, column 3: ..." and the hint.
std::string refusal(const std::string& text, ErrorCode code = ErrorCode::invalid) {
  try {
    parse_predicate(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_TRUE(error.place().byte.has_value());
    const std::string prefix = "condition, ";
    const std::string words = error.what();
    EXPECT_TRUE(words.starts_with(prefix)) << words;
    return words.substr(prefix.size()) + (error.hint().empty() ? "" : " | " + error.hint());
  }
  return "was accepted";
}

TEST(PredicateText, SaysWhereAndWhatWasExpectedInsteadOfAColumn) {
  EXPECT_EQ(refusal(""), "line 1, column 1: expected a column name, \"not\" or \"(\", found the end");
  EXPECT_EQ(refusal("a = 1 and"), "line 1, column 10: expected a column name, \"not\" or \"(\", found the end");
  EXPECT_EQ(refusal("a = 1\nand )"), "line 2, column 5: expected a column name, \"not\" or \"(\", found \")\"");
  EXPECT_EQ(refusal("3 < a"),
            "line 1, column 1: expected a column name, \"not\" or \"(\", found \"3\" | The column "
            "stands first, as in a > 3.");
  EXPECT_EQ(refusal("IN = 1"),
            "line 1, column 1: expected a column name, found \"IN\" | A column of that name stands "
            "in double quotes: \"IN\".");
  EXPECT_EQ(refusal("a. = 1"),
            "line 1, column 4: expected a column name (quoted where it is more than letters, digits and \"_\"), found "
            "\"=\"");
  EXPECT_EQ(refusal("\"a = 1"), "line 1, column 1: this quote is never closed");
}

TEST(PredicateText, SaysWhereAndWhatWasExpectedInsteadOfAComparison) {
  const std::string expected =
      "expected a comparison (=, !=, <, <=, >, >=), \"in\", \"between\", \"like\" or \"is\", found ";
  EXPECT_EQ(refusal("a"), "line 1, column 2: " + expected + "the end");
  EXPECT_EQ(refusal("a ! 1"), "line 1, column 3: " + expected + "\"!\"");
  EXPECT_EQ(refusal("a == 1"), "line 1, column 4: expected a value, found \"=\" | Equality is written with one \"=\".");
  EXPECT_EQ(refusal("a is 1"), "line 1, column 6: expected \"null\" or \"not null\", found \"1\"");
  EXPECT_EQ(refusal("a is not 1"), "line 1, column 10: expected \"null\", found \"1\"");
  EXPECT_EQ(refusal("a not = 1"), "line 1, column 7: expected \"in\", \"between\" or \"like\", found \"=\"");
  EXPECT_EQ(refusal("a in 1"),
            "line 1, column 6: expected \"(\" and the values, found \"1\" | for instance a in (1, 2)");
  EXPECT_EQ(refusal("a in (1 2)"), "line 1, column 9: expected \",\" or \")\", found \"2\"");
  EXPECT_EQ(refusal("(a = 1"), "line 1, column 7: expected \"and\", \"or\" or \")\", found the end");
  EXPECT_EQ(refusal("a = 1 b = 2"), "line 1, column 7: expected \"and\", \"or\" or the end, found \"b\"");
  EXPECT_EQ(refusal("a = 1 && b = 2"),
            "line 1, column 7: expected \"and\", \"or\" or the end, found \"&\" | Conditions "
            "are joined by the words and, or.");
  EXPECT_EQ(refusal("a not ilike 'x%'", ErrorCode::unsupported),
            "line 1, column 7: \"ilike\" is not built yet | \"like\" tells capitals from small letters.");
}

TEST(PredicateText, BetweenIsTwoComparisons) {
  EXPECT_EQ(to_text(parse_predicate("a BETWEEN 1 AND 2 and b = 3")), "(a >= 1 and a <= 2) and b = 3");
  EXPECT_EQ(to_text(parse_predicate("a.b not between 'x' and 'y' or c is null")),
            "not (a.b >= 'x' and a.b <= 'y') or c is null");
  EXPECT_EQ(parse_predicate("a between 1 and 2"), parse_predicate("a >= 1 and a <= 2"));
  EXPECT_EQ(refusal("a between 1"),
            "line 1, column 12: expected \"and\" and the upper value, found the end | for instance a between 1 and 9");
  EXPECT_EQ(refusal("a between 1 or 2"),
            "line 1, column 13: expected \"and\" and the upper value, found \"or\" | for "
            "instance a between 1 and 9");
  EXPECT_THAT(refusal("a between and 2"), ::testing::HasSubstr("column 11: expected a value"));
}

TEST(PredicateText, BetweenIsAsDeepAsItsText) {
  for (const bool negated : {false, true}) {
    const std::string between = negated ? "a not between 1 and 2" : "a between 1 and 2";
    const size_t own = negated ? 2 : 1;
    const auto nested = [&](size_t depth) {
      std::string text;
      for (size_t i = 0; i < depth; ++i) text += "not ";
      return text + between;
    };
    const Predicate deepest = parse_predicate(nested(kPredicateDepthMax - own));
    EXPECT_EQ(parse_predicate(to_text(deepest)), deepest);
    EXPECT_THAT(refusal(nested(kPredicateDepthMax - own + 1)), ::testing::HasSubstr("more than 64 parentheses"));
  }
}

TEST(PredicateText, Like) {
  const Predicate like = parse_predicate("name LIKE 'it''s %'");
  EXPECT_EQ(like.kind, Predicate::Kind::like);
  EXPECT_EQ(like.literals, (std::vector<Literal>{{Literal::Kind::text, "it's %"}}));
  for (const std::string text : {"a like ''", "a not like '%_%'", "a like 'x!%' escape '!'",
                                 "a.b not like '\xc3\xa4_' "
                                 "escape '\xc3\xa4'"})
    EXPECT_EQ(to_text(parse_predicate(text)), text);
  EXPECT_EQ(to_text(parse_predicate("not a like 'x'")), "a not like 'x'");
  EXPECT_EQ(refusal("a like 1"), "line 1, column 8: expected a pattern in single quotes, such as 'ab%', found \"1\"");
  EXPECT_EQ(refusal("a like 'x' escape b"),
            "line 1, column 19: expected a character in single quotes, such as '!', found \"b\"");
  EXPECT_EQ(refusal("a like 'x' escape ''"), "line 1, column 11: the escape is empty");
  EXPECT_EQ(refusal("a like 'x' escape 'ab'"), "line 1, column 11: the escape is not one character");
  for (const std::string pattern : {"x!", "!x%", "!!!"})
    EXPECT_EQ(refusal("a like '" + pattern + "' escape '!'"),
              "line 1, column " + std::to_string(10 + pattern.size()) +
                  ": the escape stands before something else than %, _ or itself");
}

TEST(PredicateText, SaysWhereAndWhatWasExpectedInsteadOfAValue) {
  const std::string expected = "expected a value: a number, text in single quotes, true or false, found ";
  EXPECT_EQ(refusal("a = "), "line 1, column 5: " + expected + "the end");
  EXPECT_EQ(refusal("a in ()"), "line 1, column 7: " + expected + "\")\"");
  EXPECT_EQ(refusal("a = b"), "line 1, column 5: " + expected + "\"b\" | Text stands in single quotes: 'b'.");
  EXPECT_EQ(refusal("a = \"b\""),
            "line 1, column 5: " + expected + "\"\\\"\" | Double quotes are for names; text stands in single ones.");
  EXPECT_EQ(refusal("a = null"), "line 1, column 5: " + expected +
                                     "\"null\" | Nothing equals null: ask for it by \"is "
                                     "null\".");
  for (const std::string number : {"-", "01", "1.", "1e", "1_000", "0x10", "1and", "--1", "-a", "1.2.3"})
    EXPECT_THAT(refusal("a = " + number), number == "--1" ? ::testing::HasSubstr("found the end")
                                                          : ::testing::HasSubstr("column 5: this is not a number"));
  EXPECT_EQ(refusal("a = 'b"),
            "line 1, column 5: this quote is never closed | A quote inside of a text is doubled: 'it''s'.");
  for (const std::string bytes : {"x'0", "x'0'", "x'0g'", "x'00", "X'"})
    EXPECT_EQ(refusal("a = " + bytes), "line 1, column 5: these are not bytes in hexadecimal | for instance x'00ff'");
  EXPECT_EQ(refusal("a = '\xff'"), "line 1, column 6: expected UTF-8, found a byte that is none");
}

TEST(PredicateText, HasLimits) {
  const auto nested = [](size_t depth) { return std::string(depth, '(') + "a = 1" + std::string(depth, ')'); };
  EXPECT_EQ(again(nested(kPredicateDepthMax)), "a = 1");
  EXPECT_EQ(refusal(nested(kPredicateDepthMax + 1)),
            "line 1, column 65: more than 64 parentheses and \"not\" inside each other");
  EXPECT_EQ(refusal(nested(100'000)), "line 1, column 65: more than 64 parentheses and \"not\" inside each other");
  const std::string longest = "a = '" + std::string(kPredicateBytesMax - 6, 'x') + "'";
  EXPECT_EQ(again(longest), longest);
  EXPECT_THROW(parse_predicate(longest + " "), Error);
  Predicate too_long = parse_predicate(longest);
  too_long.literals[0].text += 'x';
  EXPECT_THROW(to_text(too_long), Error);
}

// Texts put together from pieces of the grammar: each is refused with words, or comes back as it was.
TEST(PredicateText, AnyPiecesComeBackOrAreRefused) {
  static const std::array<std::string, 28> kPieces{
      "a",  "b.c", "\"d e\"", "=", "!=",  "<",  ">=",  "1", "-2.5e3", "'x'",       "x'00'",       "true", "is", "null",
      "in", "(",   ")",       ",", "and", "or", "not", " ", "a = 1",  "b is null", "c in (1, 2)", "--",   "'",  "."};
  constexpr uint64_t kSeed = 43;
  int accepted = 0;
  for (uint64_t i = 0; i < 10'000; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    std::string text;
    for (int64_t count = draw.between(0, 8); count > 0; --count) text += draw.one_of(kPieces) + " ";
    try {
      const Predicate predicate = parse_predicate(text);
      ASSERT_EQ(parse_predicate(to_text(predicate)), predicate) << text;
      ++accepted;
    } catch (const Error& error) {
      ASSERT_TRUE(error.code() == ErrorCode::invalid) << text << ": " << error.what();
    }
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace sluice::predicate_parser_test
