#include "files/amend_origins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/error.h"

namespace sluice::amend_origins_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// "2" a leaf that was kept; "late 1-3 r1 d2" one that repeats levels of the leaves 1 and 2; "late" one that does not;
/// "from 1-3" one that is made of their values.
std::vector<std::string> origins(const std::string& before, const std::string& wider) {
  std::vector<std::string> texts;
  for (const LeafOrigin& origin : origins_of(parse_schema(before), parse_schema(wider))) {
    std::string text = origin.is_late() ? "late" : std::to_string(*origin.kept);
    if (origin.repeats_levels())
      text += " " + std::to_string(origin.models_begin) + "-" + std::to_string(origin.models_end) + " r" +
              std::to_string(origin.repetition_level) + " d" + std::to_string(origin.definition_level);
    if (origin.takes_values)
      text = "from " + std::to_string(origin.models_begin) + "-" + std::to_string(origin.models_end);
    if (origin.replaces_model) text += " in place of " + std::to_string(origin.models_begin);
    texts.push_back(text);
  }
  return texts;
}

TEST(AmendOrigins, NewColumnsOfTheTable) {
  EXPECT_THAT(origins("a int64", "a int64"), ElementsAre("0"));
  EXPECT_THAT(origins("a int64", "a int64, b string"), ElementsAre("0", "late"));
  EXPECT_THAT(origins("a int64", "a int64, b list<struct<c int8, d int8 not null>>"), ElementsAre("0", "late", "late"));
}

TEST(AmendOrigins, NewFieldsOfStructs) {
  EXPECT_THAT(origins("a struct<x int8>, b int8", "a struct<x int8, y int8>, b int8"),
              ElementsAre("0", "late 0-1 r0 d1", "1"));
  // One that is there in each row has nothing to tell.
  EXPECT_THAT(origins("a struct<x int8> not null", "a struct<x int8, y int8> not null"), ElementsAre("0", "late"));
  EXPECT_THAT(origins("i int8, a struct<x int8, l list<int8>>", "i int8, a struct<x int8, l list<int8>, y int8>"),
              ElementsAre("0", "1", "2", "late 1-3 r0 d1"));
  EXPECT_THAT(origins("a struct<b struct<x int8>, z int8>", "a struct<b struct<x int8, y int8>, z int8>"),
              ElementsAre("0", "late 0-1 r0 d2", "1"));
}

TEST(AmendOrigins, NewFieldsBelowListsAndMaps) {
  EXPECT_THAT(origins("a list<struct<x int8>>", "a list<struct<x int8, y int8>>"), ElementsAre("0", "late 0-1 r1 d3"));
  EXPECT_THAT(origins("a list<struct<x int8> not null> not null", "a list<struct<x int8, y int8> not null> not null"),
              ElementsAre("0", "late 0-1 r1 d1"));
  EXPECT_THAT(
      origins("a list<struct<b list<struct<x int8>>>>", "a list<struct<b list<struct<x int8, y int8>>, z int8>>"),
      ElementsAre("0", "late 0-1 r2 d6", "late 0-1 r1 d3"));
  EXPECT_THAT(origins("m map<string, struct<x int8>>", "m map<string, struct<x int8, y list<int8>>>"),
              ElementsAre("0", "1", "late 1-2 r1 d3"));
}

TEST(AmendOrigins, TheNullTypeBecomesAnother) {
  EXPECT_THAT(origins("a null, b int8", "a string, b int8"), ElementsAre("late in place of 0", "1"));
  EXPECT_THAT(origins("a null, b int8", "a struct<x int8, y list<int8>>, b int8"),
              ElementsAre("late in place of 0", "late", "1"));
  EXPECT_THAT(origins("a struct<x null>", "a struct<x int8>"), ElementsAre("late 0-1 r0 d1 in place of 0"));
  EXPECT_THAT(origins("a list<null>", "a list<list<int8>>"), ElementsAre("late 0-1 r1 d2 in place of 0"));
  EXPECT_THAT(origins("a null", "a null, b int8"), ElementsAre("0", "late"));
}

TEST(AmendOrigins, WiderTypes) {
  EXPECT_THAT(origins("a int8, b date", "a float64, b timestamp(s), c int8"),
              ElementsAre("from 0-1", "from 1-2", "late"));
  EXPECT_THAT(origins("a struct<x int8, y int8>, b int8", "a struct<x int8, y string>, b int8"),
              ElementsAre("0", "from 1-2", "2"));
  EXPECT_THAT(origins("i int8, a struct<x int8, l list<int8>>, b int8", "i int8, a json, b json"),
              ElementsAre("0", "from 1-3", "from 3-4"));
  EXPECT_THAT(origins("m map<string, struct<x int8>>", "m map<string, struct<x int16, y int8>>"),
              ElementsAre("0", "from 1-2", "late 1-2 r1 d3"));
}

std::string refusal(const Schema& before, const Schema& wider) {
  try {
    origins_of(before, wider);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return "";
}

std::string refusal(const std::string& before, const std::string& wider) {
  return refusal(parse_schema(before), parse_schema(wider));
}

TEST(AmendOrigins, AnythingElseIsRefusedByName) {
  EXPECT_THAT(refusal("a int8, b int8", "a int8"), HasSubstr("\"b\" is not in its place"));
  EXPECT_THAT(refusal("a int8, b int8", "b int8, a int8"), HasSubstr("\"a\" is not in its place"));
  EXPECT_THAT(refusal("a int8", "n int8, a int8"), HasSubstr("\"a\" is not in its place"));
  EXPECT_THAT(refusal("a int8", "a int8, b int8 not null"), HasSubstr("\"b\" is new and not nullable"));
  EXPECT_THAT(refusal("a int16", "a int8"), HasSubstr("\"a\" has the type int8, and had int16"));
  EXPECT_THAT(refusal("a int8", "a int8 not null"), HasSubstr("\"a\" is not as nullable"));
  EXPECT_THAT(refusal("a int8", "a null"), HasSubstr("\"a\" has the type null"));
  EXPECT_THAT(refusal("a list<int8>", "a map<string, int8>"), HasSubstr("\"a\" has the type map"));
  EXPECT_THAT(refusal(Schema{{"a", fixed_list(int8(), 2)}}, Schema{{"a", fixed_list(int8(), 3)}}), HasSubstr("\"a\""));
  EXPECT_THAT(refusal("s struct<x int8>", "s struct<x int8, y struct<z int8> not null>"),
              HasSubstr("\"s.y\" is new and not nullable"));
  EXPECT_THAT(refusal("l list<struct<x string>>", "l list<struct<x int8>>"), HasSubstr("\"l[].x\" has the type"));
  EXPECT_THAT(refusal("a binary", "a json"), HasSubstr("\"a\" has the type json, and had binary"));
  EXPECT_THAT(refusal("a int8 id 1", "a int8 id 2"), HasSubstr("\"a\" has another id"));
  EXPECT_THAT(refusal(Schema{{"a", null(), false}}, Schema{{"a", int8(), false}}), HasSubstr("\"a\" is of the null"));
}

}  // namespace
}  // namespace sluice::amend_origins_test
