#include "sluice/batch.h"

#include <gtest/gtest.h>

#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::batch_test {
namespace {

using test::make_int64;
using test::make_list;
using test::make_struct;
using test::make_text;
using test::show_all;

Batch make_batch(Schema schema, std::vector<Column> columns, int64_t rows) {
  return Batch(std::make_shared<const Schema>(std::move(schema)), std::move(columns), rows);
}

Error refusal(Schema schema, std::vector<Column> columns, int64_t rows) {
  try {
    make_batch(std::move(schema), std::move(columns), rows);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::bug, "was accepted");
}

// Refuses one column "a" of the type that the column claims.
std::string refusal_of(const Column& column) {
  const Error error = refusal(Schema{{"a", column.type}}, {column}, column.length);
  EXPECT_EQ(error.code(), ErrorCode::invalid);
  return error.what();
}

TEST(Batch, TakesColumnsOfItsSchema) {
  const Batch batch = make_batch({{"id", int64(), false}, {"name", string()}},
                                 {make_int64({1, 2}), make_text(string(), {"x", std::nullopt})}, 2);
  EXPECT_EQ(batch.rows(), 2);
  EXPECT_EQ(show_all(batch.column(1)), (std::vector<std::string>{"'x'", "null"}));
}

TEST(Batch, MayHaveNoRowsOrNoColumns) {
  EXPECT_EQ(make_batch({{"a", int64(), false}}, {make_int64({})}, 0).rows(), 0);
  EXPECT_EQ(make_batch({}, {}, 5).rows(), 5);
  EXPECT_EQ(make_batch({{"a", null()}}, {test::make_null(3)}, 3).rows(), 3);
}

TEST(Batch, RefusesTheWrongColumns) {
  EXPECT_STREQ(refusal({{"a", int64()}}, {}, 0).what(), "the batch has 0 columns, its schema 1");
  EXPECT_STREQ(refusal({{"a", int64()}}, {make_int64({1})}, 2).what(),
               "column \"a\" has 1 values where 2 are expected");
  EXPECT_STREQ(refusal({}, {}, -1).what(), "a batch cannot have -1 rows");
  EXPECT_EQ(refusal({{"a", int32()}}, {make_int64({1})}, 1).place().field, "a");
  EXPECT_THROW(Batch(nullptr, {}, 0), Error);
}

TEST(Batch, RefusesNestedPartsOfAnotherType) {
  Column column = make_list({"element", int64()}, make_int64({1}), {1});
  column.type = list(string());
  EXPECT_EQ(refusal(Schema{{"a", list(string())}}, {column}, 1).place().field, "a[]");
}

TEST(Batch, RefusesBuffersThatAreTooShort) {
  Column numbers = make_int64({1, 2});
  numbers.offset = 1;
  EXPECT_EQ(refusal_of(numbers), "column \"a\" has 16 bytes of values where 24 are needed");
  Column bits = test::make_bool(std::vector<std::optional<bool>>(8, true));
  bits.offset = 1;
  EXPECT_EQ(refusal_of(bits), "column \"a\" has 1 bytes of values where 2 are needed");
  Column nulls = make_int64(std::vector<std::optional<int64_t>>(9));
  nulls.validity = test::make_bits(std::vector<bool>(8));
  EXPECT_EQ(refusal_of(nulls), "column \"a\" has a validity bitmap of 1 bytes for 9 values");
  Column text = make_text(string(), {"a"});
  text.offsets = test::make_buffer<int32_t>({0});
  EXPECT_EQ(refusal_of(text), "column \"a\" has 4 bytes of offsets where 8 are needed");
  Column empty = make_text(string(), {});
  empty.offsets = {};
  EXPECT_EQ(refusal_of(empty), "column \"a\" has 0 bytes of offsets where 4 are needed");
}

TEST(Batch, RefusesImpossibleLengthsAndOffsets) {
  Column column = make_int64({1});
  column.offset = -1;
  EXPECT_EQ(refusal_of(column), "column \"a\" has an impossible length or offset: 1, -1");
  column.offset = INT64_MAX;
  refusal_of(column);
  column.offset = INT64_MAX / 16;
  refusal_of(column);
}

TEST(Batch, RefusesOffsetsThatLead) {
  Column text = make_text(string(), {"abc", "d"});
  text.offsets = test::make_buffer<int32_t>({0, 3, 2});
  EXPECT_EQ(refusal_of(text), "column \"a\" has offsets that descend");
  text.offsets = test::make_buffer<int32_t>({0, 3, 5});
  EXPECT_EQ(refusal_of(text), "column \"a\" has an offset of 5 where only 4 bytes are");
  text.offsets = test::make_buffer<int32_t>({-1, 3, 4});
  EXPECT_EQ(refusal_of(text), "column \"a\" begins at the negative offset -1");
  const Column lists = make_list({"element", int64()}, make_int64({1}), {2});
  EXPECT_EQ(refusal_of(lists), "column \"a\" has an offset of 2 where only 1 values are");
}

TEST(Batch, RefusesAWrongNullCount) {
  Column column = make_int64({1, std::nullopt});
  column.null_count = 0;
  EXPECT_EQ(refusal_of(column), "column \"a\" says that it has 0 nulls, but has 1");
  column = make_int64({1});
  column.null_count = 1;
  EXPECT_EQ(refusal_of(column), "column \"a\" says that it has 1 nulls, but has 0");
}

TEST(Batch, RefusesStructsWhoseChildrenAreOfAnotherLength) {
  const Type type = struct_({{"n", int64()}});
  EXPECT_EQ(refusal_of(make_struct(type, {make_int64({1, 2})}, {true})),
            "column \"a.n\" has 2 values where 1 are expected");
  EXPECT_EQ(refusal_of(make_struct(type, {}, {true})), "column \"a\" has 0 parts where its type has 1");
}

TEST(Batch, RefusesNullsWhereNoneMayBe) {
  const Error error = refusal({{"a", int64(), false}}, {make_int64({1, 2, std::nullopt})}, 3);
  EXPECT_STREQ(error.what(), "column \"a\" is null in row 2, but the schema says not null");
  EXPECT_EQ(error.place().row, 2);
  EXPECT_EQ(refusal({{"a", null(), false}}, {test::make_null(1)}, 1).place().row, 0);
  EXPECT_NO_THROW(make_batch({{"a", null(), false}}, {test::make_null(0)}, 0));
}

TEST(Batch, RefusesNestedNullsByPathAndRow) {
  const Field element{"element", struct_({{"name", string(), false}}), true};
  const auto names = [&](std::vector<std::optional<std::string>> values, const std::vector<bool>& valid) {
    return make_struct(element.type, {make_text(string(), values)}, valid);
  };
  // Four rows: [x, null-struct], null, [], [null-name]
  const Column bad =
      make_list(element, names({"x", std::nullopt, std::nullopt}, {true, false, true}), {2, std::nullopt, 0, 1});
  const Error error = refusal({{"tags", list(element)}}, {bad}, 4);
  EXPECT_EQ(error.place().field, "tags[].name");
  EXPECT_EQ(error.place().row, 3);
  const Column good = make_list(element, names({"x", std::nullopt, "y"}, {true, false, true}), {2, std::nullopt, 0, 1});
  EXPECT_NO_THROW(make_batch({{"tags", list(element)}}, {good}, 4));
}

TEST(Batch, IgnoresRequiredPartsOfWhatIsNullItself) {
  const Type type = struct_({{"n", int64(), false}});
  const Column column = make_struct(type, {make_int64({1, std::nullopt, 3})}, {true, false, true});
  EXPECT_NO_THROW(make_batch({{"a", type}}, {column}, 3));
  const Column bad = make_struct(type, {make_int64({1, std::nullopt, std::nullopt})}, {true, false, true});
  EXPECT_EQ(refusal({{"a", type}}, {bad}, 3).place().row, 2);
}

TEST(Batch, IgnoresListElementsThatNoListHolds) {
  const Field element{"element", int64(), false};
  Column column = make_list(element, make_int64({std::nullopt, 1, std::nullopt, 2, std::nullopt}), {1, 1, 1, 1, 1});
  column.offset = 1;  // begins at the second element ...
  column.length = 3;
  column.validity = test::make_bits({true, true, false, true});  // ... and the third belongs to a null list
  column.null_count = 1;
  EXPECT_NO_THROW(make_batch({{"a", list(element)}}, {column}, 3));
  column.validity = test::make_bits({true, true, true, true});
  column.null_count = 0;
  EXPECT_EQ(refusal({{"a", list(element)}}, {column}, 3).place().row, 1);
}

TEST(Batch, SlicesWithoutCopying) {
  const Batch batch = make_batch(
      {{"id", int64()}, {"s", struct_({{"t", string()}})}},
      {make_int64({1, std::nullopt, 3}),
       make_struct(struct_({{"t", string()}}), {make_text(string(), {"a", "b", std::nullopt})}, {true, true, false})},
      3);
  const Batch part = batch.slice(1, 2);
  EXPECT_EQ(part.rows(), 2);
  EXPECT_EQ(part.shared_schema(), batch.shared_schema());
  EXPECT_EQ(part.column(0).values.bytes().data(), batch.column(0).values.bytes().data());
  EXPECT_EQ(show_all(part.column(0)), (std::vector<std::string>{"null", "3"}));
  EXPECT_EQ(show_all(part.column(1)), (std::vector<std::string>{"{'b'}", "null"}));
  EXPECT_NO_THROW(Batch(part.shared_schema(), part.columns(), 2));
  EXPECT_EQ(batch.slice(3, 0).rows(), 0);
}

}  // namespace
}  // namespace sluice::batch_test
