#include "columns/widening.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "schema/merge.h"
#include "sluice/batch.h"
#include "sluice/error.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_scalar.h"
#include "support/random_schema.h"
#include "support/value_tree.h"

namespace sluice::widening_test {
namespace {

constexpr uint64_t kSeed = 20'261'122;

using test::show_all;

std::vector<Type> scalar_types() {
  std::vector<Type> types{boolean(), int8(),   int16(),   int32(),   int64(),   uint8(),  uint16(),
                          uint32(),  uint64(), float16(), float32(), float64(), string(), binary(),
                          json(),    bson(),   enum_(),   fixed(4),  uuid(),    date(),   null()};
  for (const auto& [precision, scale] :
       {std::pair(3, 0), {5, 2}, {10, 0}, {18, 18}, {20, 0}, {38, 0}, {38, 3}, {39, 0}, {60, 30}, {76, 10}, {76, 76}})
    types.push_back(decimal(precision, scale));
  for (const TimeUnit unit : {TimeUnit::second, TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond}) {
    types.push_back(time(unit));
    types.push_back(timestamp(unit));
    types.push_back(timestamp(unit, "UTC"));
    types.push_back(duration(unit));
  }
  return types;
}

std::string float_text(double value) {
  char text[400];
  const bool is_whole = std::isfinite(value) && value == std::trunc(value);
  std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%a", value);
  return std::isnan(value) ? "nan" : text;
}

/// What a value means, the same for equal values of whatever type.
std::string meaning(const Column& column, int64_t row) {
  if (!column.is_valid(row)) return "null";
  if (column.dictionary) return meaning(*column.dictionary, column.positions_data()[row]);
  std::string text = test::show(column, row);
  switch (column.type.kind()) {
    case TypeKind::float16: return float_text(from_float16(column.data<uint16_t>()[row]));
    case TypeKind::float32: return float_text(column.data<float>()[row]);
    case TypeKind::float64: return float_text(column.data<double>()[row]);
    case TypeKind::decimal:
      if (text.find('.') == std::string::npos) return text;
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
      return text;
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::duration: {
      if (text == "0") return text;
      return text + std::string(9 - 3 * static_cast<size_t>(column.type.unit()), '0');
    }
    default: return text;
  }
}

std::vector<std::string> meanings(const Column& column) {
  std::vector<std::string> all;
  for (int64_t row = 0; row < column.length; ++row) all.push_back(meaning(column, row));
  return all;
}

Column draw_column(test::Draw& draw, const Type& type, int64_t rows) {
  const bool is_timed = type.kind() >= TypeKind::time && type.kind() <= TypeKind::duration;
  test::ColumnMaker maker(type, true);
  for (int64_t i = 0; i < rows; ++i) {
    test::Value value;
    if (type.kind() == TypeKind::null || draw.chance(20))
      value.is_null = true;
    else if (is_timed)
      value.bits = static_cast<uint64_t>(draw.between(-50'000, 50'000));
    else
      value = draw.chance(50) ? test::draw_extreme(draw, type) : test::draw_ordinary(draw, type);
    maker.append(value);
  }
  return maker.finish();
}

void check_invariants(const Column& column) {
  Batch(std::make_shared<const Schema>(Schema({{"c", column.type}})), {column}, column.length);
}

// All pairs of types of which one widens to the other: plain columns, slices, and dictionaries.
TEST(Widening, KeepsEveryValueOfAllPairs) {
  size_t pairs = 0;
  for (const Type& from : scalar_types())
    for (const Type& to : scalar_types()) {
      if (!widens(from, to)) continue;
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ": " + to_text(from) + " to " + to_text(to));
      test::Draw draw(kSeed, pairs++);
      Column column = draw_column(draw, from, 40);
      column = column.slice(draw.between(0, 10), draw.between(0, 30));
      const Column wide = widened(column, to);
      EXPECT_EQ(wide.type, to);
      EXPECT_EQ(wide.null_count, column.null_count);
      ASSERT_EQ(meanings(wide), meanings(column));
      check_invariants(wide);
      const Column folded = widened(test::in_dictionary_form(draw, column), to);
      ASSERT_EQ(meanings(folded), meanings(column));
      check_invariants(folded);
    }
  EXPECT_GT(pairs, 150u);
}

TEST(Widening, SharesWhatNeedsNoChange) {
  const Column text = test::make_text(json(), {"1", std::nullopt});
  EXPECT_EQ(widened(text, string()).values.bytes().data(), text.values.bytes().data());
  const Column same = test::make_int64({1, 2});
  EXPECT_EQ(widened(same, int64()).values.bytes().data(), same.values.bytes().data());
}

TEST(Widening, RefusesTicksThatOverflow) {
  const int64_t most = std::numeric_limits<int64_t>::max() / 1'000;
  const Type fine = timestamp(TimeUnit::nanosecond);
  const auto at = [&](int64_t value) {
    return test::make_fixed<int64_t>(timestamp(TimeUnit::microsecond), {0, std::nullopt, value});
  };
  EXPECT_EQ(widened(at(most), fine).data<int64_t>()[2], most * 1'000);
  EXPECT_EQ(widened(at(-most), fine).data<int64_t>()[2], -most * 1'000);
  try {
    widened(at(most + 1), fine);
    FAIL() << "took it";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().row, 2);
  }
  // What stands under a null, or in an entry that no row has, is nobody's business.
  Column hidden = at(most + 1);
  hidden.validity = test::make_bits({true, true, false});
  hidden.null_count = 1;
  EXPECT_EQ(show_all(widened(hidden, fine)), (std::vector<std::string>{"0", "0", "null"}));
  const auto entries = std::make_shared<const Column>(at(most + 1).slice(2, 1));
  const Column none = from_dictionary(test::make_int64({std::nullopt, std::nullopt}), entries);
  EXPECT_EQ(show_all(widened(none, fine)), (std::vector<std::string>{"null", "null"}));
}

// Files may hold decimals of more digits than they promise.
TEST(Widening, RefusesDecimalsWithoutRoom) {
  __extension__ typedef __int128 int128;
  const Column column = test::make_fixed<int128>(decimal(2, 0), {99, 100});
  EXPECT_EQ(show_all(widened(column.slice(0, 1), decimal(38, 36))),
            (std::vector<std::string>{"99." + std::string(36, '0')}));
  EXPECT_THROW(widened(column, decimal(38, 36)), Error);
  EXPECT_THROW(widened(column, decimal(76, 74)), Error);
}

TEST(Widening, FitsStructsByName) {
  const Type from = struct_({{"a", int8()}, {"b", list(int32())}});
  const Type to = struct_({{"c", date()}, {"b", list(int64())}, {"a", int16()}});
  const Column a = test::make_fixed<int8_t>(int8(), {1, std::nullopt, 3});
  const Column b = test::make_list({"element", int32()}, test::make_fixed<int32_t>(int32(), {7, 8}), {1, 0, 1});
  const Column column = test::make_struct(from, {a, b}, {true, false, true});
  const Column wide = widened(column, to);
  EXPECT_EQ(show_all(wide), (std::vector<std::string>{"{null,[7],1}", "null", "{null,[8],3}"}));
  check_invariants(wide);
  EXPECT_EQ(show_all(widened(column.slice(2, 1), to)), (std::vector<std::string>{"{null,[8],3}"}));
}

TEST(Widening, MakesNullsOfEveryType) {
  for (uint64_t i = 0; i < 100; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const Schema schema = test::draw_schema(draw, 4);
    for (const Field& field : schema.fields())
      for (const int64_t rows : {0, 1, 9, 64}) {
        const Column column = null_column(field.type, rows);
        EXPECT_EQ(show_all(column), std::vector<std::string>(static_cast<size_t>(rows), "null"));
        check_invariants(column);
      }
  }
  const Column wide = null_column(fixed(1 << 20), 1'000);  // a gigabyte, were it plain
  EXPECT_EQ(wide.values.size(), 4'000u);
  check_invariants(wide);
}

TEST(Widening, SharesTheMemoryOfNulls) {
  const Column first = null_column(int64(), 1'000);
  const Column second = null_column(int64(), 500);
  EXPECT_EQ(first.values.bytes().data(), second.values.bytes().data());
}

TEST(Widening, RepeatsAValue) {
  size_t index = 0;
  for (const Type& type : scalar_types()) {
    SCOPED_TRACE(to_text(type));
    test::Draw draw(kSeed, index++);
    const Column column = draw_column(draw, type, 5);
    for (int64_t row = 0; row < 5; ++row)
      for (const int64_t rows : {0, 1, 13}) {
        const Column repeated = repeated_value(column.slice(row, 1), rows);
        EXPECT_EQ(meanings(repeated), std::vector<std::string>(static_cast<size_t>(rows), meaning(column, row)));
        check_invariants(repeated);
      }
  }
  const Column text = test::make_text(string(), {std::string(1 << 20, 'x')});
  EXPECT_THROW(repeated_value(text, 1 << 12), Error);
}

}  // namespace
}  // namespace sluice::widening_test
