#include "columns/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sluice/error.h"
#include "sluice/select.h"
#include "support/make_columns.h"

namespace sluice::projection_test {
namespace {

using ::testing::ElementsAre;

constexpr const char* kColumns =
    "id int64 not null id 1, user struct<name string not null, at struct<x int8, y int8>, tags list<string>> not null, "
    "\"born in\" int16";

std::string projected(const std::string& columns) {
  return to_text(*Projection(parse_schema(kColumns), parse_columns(columns)).schema());
}

std::string refusal(const std::string& columns) {
  try {
    return projected(columns);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.hint().empty() ? error.what() : error.what() + std::string(" | ") + error.hint();
  }
}

TEST(Projection, KeepsTheOrderThatIsAskedFor) {
  EXPECT_EQ(projected("\"born in\", id"), "\"born in\" int16, id int64 not null id 1");
  EXPECT_EQ(projected("id,user,\"born in\""), to_text(parse_schema(kColumns)));
}

TEST(Projection, KeepsTheStructAroundAField) {
  EXPECT_EQ(projected("user.name"), "user struct<name string not null> not null");
  EXPECT_EQ(projected("user.at.y, id, user.tags, user.at.x"),
            "user struct<at struct<y int8, x int8>, tags list<string>> not null, id int64 not null id 1");
}

TEST(Projection, RefusesWhatIsNotThereOrTwice) {
  EXPECT_EQ(refusal("ids"), "there is no column \"ids\" | Did you mean \"id\"?");
  EXPECT_EQ(
      refusal("user.tags.x"),
      "column \"user.tags\" is list<string>, which has no field \"x\" of which there is one a row | What is inside "
      "of lists and maps cannot be named here.");
  const std::string twice = ", or one inside of or around it, is named before | Name every column to keep once.";
  EXPECT_EQ(refusal("id, id"), "column \"id\"" + twice);
  EXPECT_EQ(refusal("user, user.name"), "column \"user.name\"" + twice);
  EXPECT_EQ(refusal("user.at.x, user.at"), "column \"user.at\"" + twice);
  EXPECT_EQ(refusal("user.at.x, user.at.x"), "column \"user.at.x\"" + twice);
  const std::vector<ColumnPath> nameless{{}};
  EXPECT_THROW(Projection(parse_schema(kColumns), nameless), Error);
}

TEST(Projection, SharesTheBuffers) {
  const auto schema = std::make_shared<const Schema>(parse_schema("a int64, s struct<b int64, c int64>"));
  const Column inner = test::make_struct((*schema)[1].type, {test::make_int64({1, 2, 3}), test::make_int64({4, 5, 6})},
                                         {true, false, true});
  const Batch batch = Batch(schema, {test::make_int64({7, 8, 9}), inner}, 3).slice(1, 2);
  const Batch found = Projection(*schema, parse_columns("s.c,a")).project(batch);
  EXPECT_THAT(test::show_all(found.column(0)), ElementsAre("null", "{6}"));
  EXPECT_THAT(test::show_all(found.column(1)), ElementsAre("8", "9"));
  EXPECT_EQ(found.column(0).children[0].values.bytes().data(), inner.children[1].values.bytes().data());
}

TEST(ColumnList, NamesWhatIsWrong) {
  EXPECT_EQ(parse_columns(" a , \"x y\".b . c"), (std::vector<ColumnPath>{{"a"}, {"x y", "b", "c"}}));
  EXPECT_EQ(parse_columns("and,null"), (std::vector<ColumnPath>{{"and"}, {"null"}})) << "no words of conditions here";
  const auto why = [](const std::string& text) {
    try {
      parse_columns(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("was accepted");
  };
  const std::string name = "expected a column name (quoted where it is more than letters, digits and \"_\"), found ";
  EXPECT_EQ(why(""), "list of columns, line 1, column 1: " + name + "the end");
  EXPECT_EQ(why("a,,b"), "list of columns, line 1, column 3: " + name + "\",\"");
  EXPECT_EQ(why("a b"), "list of columns, line 1, column 3: expected \",\", \".\" or the end, found \"b\"");
}

}  // namespace
}  // namespace sluice::projection_test
