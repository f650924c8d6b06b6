// Schemas that grow: where new fields go, what keeps its type, and the limit.
#include "schema/late_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/inference.h"
#include "sluice/error.h"

namespace sluice::late_fields_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

LateFields grown(std::string_view schema, std::string_view seen) {
  return with_late_fields(parse_schema(schema), parse_schema(seen));
}

std::vector<std::string> changed(const LateFields& result) {
  std::vector<std::string> fields;
  for (const SchemaChange& change : result.changes) fields.push_back(change.field);
  return fields;
}

TEST(LateFields, GoBehindWhatIsThere) {
  const LateFields result = grown("b int64, a string", "c bool, a string, d float64, b int64");
  EXPECT_EQ(to_text(result.schema), "b int64, a string, c bool, d float64");
  EXPECT_THAT(changed(result), ElementsAre("c", "d"));
}

TEST(LateFields, GoBehindTheFieldsOfTheirStruct) {
  const LateFields result = grown("u struct<id int64>, t list<struct<x int64 not null>>, z int64",
                                  "u struct<name string, id int64>, t list<struct<y list<bool>, x int64>>");
  EXPECT_EQ(to_text(result.schema),
            "u struct<id int64, name string>, t list<struct<x int64 not null, y list<bool>>>, z int64");
  EXPECT_THAT(changed(result), ElementsAre("u.name", "t[].y"));
}

TEST(LateFields, OfAColumnWithoutANameAreNotOfTheRoot) {
  EXPECT_THAT(changed(grown("\"\" struct<a int64>", "\"\" struct<a int64, b int64>")), ElementsAre(".b"));
}

TEST(LateFields, NullsGetTheTypeOfTheirFirstValues) {
  const LateFields result =
      grown("a null, b list<null>, c struct<d null>", "a struct<x int64>, b list<string>, c struct<d date>");
  EXPECT_EQ(to_text(result.schema), "a struct<x int64>, b list<string>, c struct<d date>");
  EXPECT_THAT(changed(result), ElementsAre("a", "b[]", "c.d"));
}

TEST(LateFields, ValuesOfAMapAreFieldsToInference) {
  const LateFields result =
      grown("m map<string, struct<x int64>>", "m struct<k1 struct<x int64>, k2 struct<y string>>");
  EXPECT_EQ(to_text(result.schema), "m map<string, struct<x int64, y string>>");
}

TEST(LateFields, TypesThatAreThereStay) {
  const LateFields result =
      grown("a int64, b json, c string, d list<int64>", "a float64, b struct<x int64>, c null, d int64");
  EXPECT_EQ(to_text(result.schema), "a int64, b json, c string, d list<int64>");
  EXPECT_THAT(changed(result), IsEmpty());
}

TEST(LateFields, NullsAddNothing) { EXPECT_THAT(changed(grown("a int64", "a int64, b null")), IsEmpty()); }

TEST(LateFields, HaveALimit) {
  std::vector<Field> fields;
  for (size_t i = 0; i < kInferredLeavesMax; ++i) fields.push_back({"f" + std::to_string(i), int64()});
  const Schema full(fields);
  EXPECT_THROW(with_late_fields(full, Schema{{"one more", int64()}}), Error);
  EXPECT_NO_THROW(with_late_fields(full, Schema{{"f0", int64()}}));
}

TEST(LateFields, NotesSayOneThingOfAField) {
  std::vector<InferenceNote> notes{{"a", "only nulls"}};
  note_late_field(notes, "a", "new at record 7");
  note_late_field(notes, "b", "new at record 8");
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].remark, "new at record 7");
  EXPECT_EQ(notes[1].field, "b");
}

// --- a field that is to widen

/// "amount: int64 to float64"; "" where nothing changes.
std::string widened(std::string_view schema, std::string_view seen, const std::string& field, bool kept = true) {
  const Widening widening{field, json(), [&](const std::string& asked, const Type&) {
                            EXPECT_EQ(asked, field);
                            return kept;
                          }};
  const LateFields result = with_late_fields(parse_schema(schema), parse_schema(seen), &widening);
  if (result.changes.empty()) return "";
  const SchemaChange& change = result.changes.at(0);
  return change.field + ": " + to_text(*change.from) + " to " + to_text(change.to);
}

TEST(LateFields, OneFieldWidensAtAnyDepth) {
  EXPECT_EQ(widened("a int64, b int64", "a float64, b float64", "b"), "b: int64 to float64");
  EXPECT_EQ(widened("a int64, b int64", "a float64, b float64", "b", false), "b: int64 to json");
  EXPECT_EQ(widened("u struct<x list<int64>>", "u struct<x list<float64>>", "u.x[]"), "u.x[]: int64 to float64");
  EXPECT_EQ(widened("m map<string, int64>", "m struct<k float64>", "m[].value"), "m[].value: int64 to float64");
  EXPECT_EQ(widened("u struct<x int64>", "u int64", "u"), "u: struct<x int64> to json");
  EXPECT_EQ(widened("a int64", "a null", "a"), "");
  EXPECT_EQ(widened("a binary", "a int64", "a"), "") << "bytes have no text in JSON";
}

}  // namespace
}  // namespace sluice::late_fields_test
