// Sort orders as text.
#include "sluice/sort_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::sort_column_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseSortedBy, ReadsEachForm) {
  EXPECT_THAT(parse_sorted_by("a"), ElementsAre(SortColumn{"a"}));
  EXPECT_THAT(parse_sorted_by(" a , b desc,c asc nulls first -- why\n, d desc nulls last "),
              ElementsAre(SortColumn{"a"}, SortColumn{"b", true}, SortColumn{"c", false, true}, SortColumn{"d", true}));
  EXPECT_THAT(parse_sorted_by("user.name, \"born in\".\"a \"\"b\"\"\" desc"),
              ElementsAre(SortColumn{"user.name"}, SortColumn{"born in.a \"b\"", true}));
  EXPECT_THAT(parse_sorted_by("\"a.b\""), ElementsAre(SortColumn{"a.b"}));
  EXPECT_THAT(parse_sorted_by("desc desc, nulls nulls first"),
              ElementsAre(SortColumn{"desc", true}, SortColumn{"nulls", false, true}));
}

/// What parse_sorted_by says of a wrong text.
std::string refusal(std::string_view text) {
  try {
    parse_sorted_by(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return "";
}

TEST(ParseSortedBy, NamesThePlaceOfAMistake) {
  EXPECT_EQ(refusal(""),
            "sort order, line 1, column 1: expected a column name (quoted where it is more than letters, digits and "
            "\"_\"), found the end");
  EXPECT_THAT(refusal("a,"), HasSubstr("column 3: expected a column name"));
  EXPECT_THAT(refusal("a b"), HasSubstr("column 3: expected \",\", \"asc\", \"desc\""));
  EXPECT_THAT(refusal("a desc asc"), HasSubstr("found \"asc\""));
  EXPECT_THAT(refusal("a nulls"), HasSubstr("expected \"first\" or \"last\" after \"nulls\", found the end"));
  EXPECT_THAT(refusal("a,\n \"b"), HasSubstr("line 2, column 2: this quote is never closed"));
  EXPECT_THAT(refusal("tags[]"), HasSubstr("found \"[\""));
  EXPECT_THAT(refusal("a, \xff"), HasSubstr("expected UTF-8"));
}

TEST(ParseSortedBy, IsToldAgain) {
  const std::string text = "a, b desc, c nulls first, d.e desc nulls first";
  EXPECT_EQ(to_text(parse_sorted_by(text)), text);
  EXPECT_EQ(to_text(std::vector<SortColumn>{}), "");
}

}  // namespace
}  // namespace sluice::sort_column_test
