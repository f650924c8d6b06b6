// Columns in wider types: sliced, in dictionary form, nested, with nulls everywhere.
#include "columns/evolved.h"

#include <gtest/gtest.h>

#include "columns/builder.h"
#include "sluice/error.h"
#include "sluice/schema.h"
#include "sources/source_text.h"

namespace sluice::evolved_test {
namespace {

std::string texts(const Column& column) {
  std::string text;
  for (int64_t row = 0; row < column.length; ++row) text += (row == 0 ? "" : " ") + test::value_text(column, row);
  return text;
}

Column integers(std::initializer_list<int64_t> values) {
  ColumnBuilder builder(int64());
  builder.append_null();
  for (const int64_t value : values) builder.append(value);
  return builder.finish();
}

TEST(Evolved, NumbersAsSlices) {
  const Column column = integers({1, -2, INT64_C(9007199254740993)});
  EXPECT_EQ(texts(evolved(column.slice(0, 3), float64())), "null 1 -2");
  EXPECT_EQ(texts(evolved(column.slice(1, 1), uint64())), "1");
  EXPECT_EQ(texts(evolved(column.slice(1, 3), json())), "'1' '-2' '9007199254740993'");
  EXPECT_EQ(texts(evolved(column.slice(0, 2), string())), "null '1'");
  EXPECT_EQ(texts(evolved(column.slice(0, 0), json())), "");
  EXPECT_EQ(texts(evolved(column.slice(2, 2), decimal(20, 0))), "-2 9007199254740993");
}

TEST(Evolved, ValuesThatWouldChangeAreRefusedWithTheirRow) {
  const Column column = integers({1, -2, INT64_C(9007199254740993)});
  for (const auto& [to, row, what] : {std::tuple(float64(), 3, "9007199254740993"), std::tuple(uint64(), 2, "-2")}) {
    try {
      evolved(column, to);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_EQ(error.place().row, row);
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  }
}

TEST(Evolved, DictionariesAreLookedUp) {
  ColumnBuilder entries(string());
  (void)entries.append_text("a\"b");
  (void)entries.append_text("c");
  ColumnBuilder indices(int32());
  for (const int32_t index : {1, 0, 1}) indices.append(index);
  indices.append_null();
  const Column column = from_dictionary(indices.finish(), std::make_shared<const Column>(entries.finish()));
  ASSERT_TRUE(column.dictionary);
  EXPECT_EQ(texts(evolved(column, json())), "'\"c\"' '\"a\\\"b\"' '\"c\"' null");
  EXPECT_EQ(texts(evolved(column.slice(1, 3), json())), "'\"a\\\"b\"' '\"c\"' null");
}

TEST(Evolved, PartsOfWhatIsNested) {
  const Type type = parse_schema("a struct<x int64, y list<date>>")[0].type;
  ColumnBuilder builder(type);
  builder.child(0).append<int64_t>(7);
  builder.child(1).child(0).append<int32_t>(1);
  builder.child(1).child(0).append_null();
  builder.child(1).append_list();
  builder.append_struct();
  builder.append_null();
  builder.child(0).append_null();
  builder.child(1).append_null();
  builder.append_struct();
  const Column column = builder.finish();
  EXPECT_EQ(texts(evolved(column, parse_schema("a struct<x float64, y list<timestamp(s)>, z bool>")[0].type)),
            "{x:7,y:[86400,null],z:null} null {x:null,y:null,z:null}");
  EXPECT_EQ(texts(evolved(column, json())), "'{\"x\":7,\"y\":[\"1970-01-02\",null]}' null '{}'");
  EXPECT_EQ(texts(evolved(column.slice(1, 2), json())), "null '{}'");
}

}  // namespace
}  // namespace sluice::evolved_test
