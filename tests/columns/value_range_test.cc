// Ranges of values against tests: what rules out unread must never rule out a value that passes.
#include "columns/value_range.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <string>

#include "base/float16.h"
#include "columns/bound_predicate.h"
#include "columns/selection.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_predicate.h"
#include "support/random_table.h"

namespace sluice::value_range_test {
namespace {

using test::Draw;
using test::Value;

// ---- by hand -------------------------------------------------------------------------------------------------------

ValueTest test_of(const std::string& condition, const Type& type) {
  return BoundPredicate(parse_predicate(condition), Schema{{"a", type}}).root().test;
}

ValueRange numbers(const Type& type, std::optional<double> low, std::optional<double> high, bool may_be_nan = false) {
  ValueRange range{.may_be_nan = may_be_nan, .has_null = false};
  const auto column = [&](double value) {
    if (type.kind() == TypeKind::float64) return test::make_fixed<double>(type, {value});
    return test::make_fixed<int64_t>(type, {static_cast<int64_t>(value)});
  };
  if (low) range.low = column(*low);
  if (high) range.high = column(*high);
  return range;
}

ValueRange texts(std::optional<std::string> low, std::optional<std::string> high) {
  ValueRange range{.has_null = false};
  if (low) range.low = test::make_text(string(), {low});
  if (high) range.high = test::make_text(string(), {high});
  return range;
}

/// "-" where nothing passes, "+" where everything does, "?" else.
std::string told(const std::string& condition, const Type& type, const ValueRange& range) {
  const ValueTest test = test_of(condition, type);
  const bool may = may_pass(test, range);
  const bool must = must_pass(test, range);
  EXPECT_TRUE(may || !must) << condition;
  return !may ? "-" : must ? "+" : "?";
}

TEST(BoundsTest, Integers) {
  const ValueRange range = numbers(int64(), 3, 7);
  const std::map<std::string, std::string> expected{
      {"a < 3", "-"},           {"a <= 3", "?"},   {"a < 8", "+"},       {"a > 7", "-"},       {"a >= 7", "?"},
      {"a > 2", "+"},           {"a = 2", "-"},    {"a = 3", "?"},       {"a = 7", "?"},       {"a = 8", "-"},
      {"a != 5", "?"},          {"a != 8", "+"},   {"a in (1, 2)", "-"}, {"a in (1, 9)", "-"}, {"a in (1, 5, 9)", "?"},
      {"a not in (1, 9)", "+"}, {"a = 3.5", "-"},  {"a != 3.5", "+"},    {"a > 6.5", "?"},     {"a > -1e30", "+"},
      {"a not in (3)", "?"},    {"a < -1e30", "-"}};
  for (const auto& [condition, answer] : expected) EXPECT_EQ(told(condition, int64(), range), answer) << condition;
  EXPECT_EQ(told("a = 4", int64(), numbers(int64(), 4, 4)), "+");
  EXPECT_EQ(told("a != 4", int64(), numbers(int64(), 4, 4)), "-");
  EXPECT_EQ(told("a in (1, 4)", int64(), numbers(int64(), 4, 4)), "+");
  EXPECT_EQ(told("a not in (1, 4)", int64(), numbers(int64(), 4, 4)), "-");
}

TEST(BoundsTest, OneBoundIsBetterThanNone) {
  EXPECT_EQ(told("a < 3", int64(), numbers(int64(), 3, std::nullopt)), "-");
  EXPECT_EQ(told("a >= 3", int64(), numbers(int64(), 3, std::nullopt)), "?") << "nobody knows where it ends";
  EXPECT_EQ(told("a > 7", int64(), numbers(int64(), std::nullopt, 7)), "-");
  EXPECT_EQ(told("a in (8, 9)", int64(), numbers(int64(), std::nullopt, 7)), "-");
  EXPECT_EQ(told("a = 3", int64(), {}), "?");
  EXPECT_EQ(told("a = 3.5", int64(), {}), "-");
}

TEST(BoundsTest, WhatContradictsItselfSaysNothing) {
  EXPECT_EQ(told("a = 9", int64(), numbers(int64(), 7, 3)), "?");
  EXPECT_EQ(told("a = 9", float64(), numbers(float64(), std::nan(""), 3)), "-") << "the other bound is one";
  EXPECT_EQ(told("a = 9", float64(), numbers(float64(), std::nan(""), std::nan(""))), "?");
}

TEST(BoundsTest, NanIsAboveAllNumbersAndOutsideOfBounds) {
  EXPECT_EQ(told("a > 7", float64(), numbers(float64(), 3, 7)), "-");
  EXPECT_EQ(told("a > 7", float64(), numbers(float64(), 3, 7, true)), "?");
  EXPECT_EQ(told("a < 3", float64(), numbers(float64(), 3, 7, true)), "-");
  EXPECT_EQ(told("a < 8", float64(), numbers(float64(), 3, 7, true)), "?");
  EXPECT_EQ(told("a > 2", float64(), numbers(float64(), 3, 7, true)), "+");
  EXPECT_EQ(told("a = 'NaN'", float64(), numbers(float64(), 3, 7)), "-");
  EXPECT_EQ(told("a != 'NaN'", float64(), numbers(float64(), 3, 7)), "+");
  EXPECT_EQ(told("a != 'NaN'", float64(), numbers(float64(), 3, 7, true)), "?");
  EXPECT_EQ(told("a != 5", float64(), numbers(float64(), 5, 5, true)), "?");
}

TEST(BoundsTest, ZerosAreOne) {
  for (const double low : {0.0, -0.0})
    for (const double high : {0.0, -0.0}) {
      EXPECT_EQ(told("a = 0", float64(), numbers(float64(), low, high)), "+");
      EXPECT_EQ(told("a = -0.0", float64(), numbers(float64(), low, high)), "+");
      EXPECT_EQ(told("a < 0", float64(), numbers(float64(), low, high)), "-");
      EXPECT_EQ(told("a > 0", float64(), numbers(float64(), low, high)), "-");
    }
}

TEST(BoundsTest, Texts) {
  const ValueRange range = texts("berlin", "paris");
  const std::map<std::string, std::string> expected{
      {"a = 'athens'", "-"},        {"a = 'london'", "?"},    {"a = 'rome'", "-"},      {"a != 'rome'", "+"},
      {"a < 'berlin'", "-"},        {"a <= 'berlin'", "?"},   {"a < 'q'", "+"},         {"a > 'paris'", "-"},
      {"a >= 'paris'", "?"},        {"a > 'a'", "+"},         {"a in ('a', 'z')", "-"}, {"a in ('a', 'm')", "?"},
      {"a not in ('a', 'z')", "+"}, {"a like 'a%'", "-"},     {"a like 'b%'", "?"},     {"a like 'berlin%'", "?"},
      {"a like 'p_'", "?"},         {"a like 'q%'", "-"},     {"a like '%z'", "?"},     {"a not like 'q%'", "+"},
      {"a not like 'b%'", "?"},     {"a like 'q'", "-"},      {"a like '%'", "+"},      {"a not like '%'", "-"},
      {"a like 'p%z%'", "?"},       {"a like 'parisz%'", "-"}};
  for (const auto& [condition, answer] : expected) EXPECT_EQ(told(condition, string(), range), answer) << condition;
  EXPECT_EQ(told("a like 'ab%'", string(), texts("aba", "abz")), "+");
  EXPECT_EQ(told("a not like 'ab%'", string(), texts("aba", "abz")), "-");
  EXPECT_EQ(told("a like 'ab%c'", string(), texts("aba", "abz")), "?");
  EXPECT_EQ(told("a like 'b%'", string(), texts("c", std::nullopt)), "-");
  EXPECT_EQ(told("a like 'b%'", string(), texts(std::nullopt, "az")), "-");
}

TEST(BoundsTest, Booleans) {
  const auto range = [](bool low, bool high) {
    return ValueRange{.low = test::make_bool({low}), .high = test::make_bool({high})};
  };
  EXPECT_EQ(told("a = true", boolean(), range(false, false)), "-");
  EXPECT_EQ(told("a = true", boolean(), range(true, true)), "+");
  EXPECT_EQ(told("a = true", boolean(), range(false, true)), "?");
  EXPECT_EQ(told("a <= true", boolean(), range(false, true)), "+");
  EXPECT_EQ(told("a < false", boolean(), {}), "-");
}

TEST(BoundsTest, NullsNeverPass) {
  EXPECT_FALSE(may_pass(test_of("a > 1", int64()), {.all_null = true}));
  EXPECT_FALSE(may_pass(test_of("a != 1.5", int64()), {.all_null = true}));
}

TEST(BoundsTest, SoughtValues) {
  const auto sought = [](const std::string& condition, const Type& type) -> std::string {
    const std::optional<Column> values = sought_values(test_of(condition, type), type);
    if (!values) return "none";
    std::string text;
    for (int64_t i = 0; i < values->length; ++i) text += (i > 0 ? "," : "") + test::show(*values, i);
    return text;
  };
  EXPECT_EQ(sought("a = 3", int64()), "3");
  EXPECT_EQ(sought("a in (9, 3, 1e40, 3)", int8()), "3,9");
  EXPECT_EQ(sought("a = 1.25", decimal(5, 2)), "1.25");
  EXPECT_EQ(sought("a = 0", float64()), "0.000000,-0.000000");
  EXPECT_EQ(sought("a = -0.0", float64()), "-0.000000,0.000000");
  EXPECT_EQ(sought_values(test_of("a = 0", float32()), float32())->length, 2);
  EXPECT_EQ(sought_values(test_of("a = 0", float16()), float16())->length, 2);
  EXPECT_EQ(sought_values(test_of("a = 1", float16()), float16())->length, 1);
  EXPECT_EQ(sought("a in (1, 'NaN')", float64()), "none");
  EXPECT_EQ(sought("a != 3", int64()), "none");
  EXPECT_EQ(sought("a > 3", int64()), "none");
  EXPECT_EQ(sought("a in ('x', 'y')", string()), "'x','y'");
  EXPECT_EQ(sought("a like 'x'", string()), "'x'");
  EXPECT_EQ(sought("a like 'x%'", string()), "none");
  EXPECT_EQ(sought("a in (x'00', x'0102')", fixed(2)), "0102");
  EXPECT_EQ(sought("a = true", boolean()), "none");
}

// ---- drawn at random -----------------------------------------------------------------------------------------------

double number_of_float(const Type& type, const Value& value) {
  if (type.kind() == TypeKind::float16) return from_float16(static_cast<uint16_t>(value.bits));
  if (type.kind() == TypeKind::float32) return std::bit_cast<float>(static_cast<uint32_t>(value.bits));
  return std::bit_cast<double>(value.bits);
}

bool is_nan(const Type& type, const Value& value) {
  return test::is_float(type.kind()) && std::isnan(number_of_float(type, value));
}

/// As an order by values would have it; NaN aside.
bool is_below(const Type& type, const Value& a, const Value& b) {
  if (test::is_float(type.kind())) return number_of_float(type, a) < number_of_float(type, b);
  if (test::is_bytes(type)) return a.text < b.text;
  if (type.kind() == TypeKind::boolean) return a.bits < b.bits;
  const test::PlainDecimal x = test::plain_decimal(test::number_of(type, a));
  const test::PlainDecimal y = test::plain_decimal(test::number_of(type, b));
  if (x.negative != y.negative) return x.negative;
  return x.negative ? y.digits < x.digits : x.digits < y.digits;
}

Column column_of(const Type& type, const Value& value) {
  test::ColumnMaker maker(type, false);
  maker.append(value);
  return maker.finish();
}

/// Text below which nothing is, cut short as writers do.
Value cut_low(Draw& draw, const Type& type, const Value& low) {
  Value cut = low;
  if (is_text(type.kind()) && draw.chance(50)) cut.text.resize(draw.below(low.text.size() + 1));
  return cut;
}

struct Drawn {
  std::vector<Value> values;  ///< within the range
  ValueRange range;
};

/// The values of a column between two of them, and what statistics could say of them.
Drawn draw_range(Draw& draw, const Type& type, const std::vector<Value>& column) {
  std::vector<Value> ends;
  for (int tries = 0; tries < 20 && ends.size() < 2; ++tries) {
    const Value& value = column[draw.below(column.size())];
    if (!value.is_null && !is_nan(type, value)) ends.push_back(value);
  }
  Drawn drawn;
  if (ends.size() < 2) return drawn;
  if (draw.chance(20)) ends[1] = ends[0];
  if (is_below(type, ends[1], ends[0])) std::swap(ends[0], ends[1]);
  drawn.range.may_be_nan = draw.chance(50);
  for (const Value& value : column) {
    if (value.is_null) continue;
    const bool within = is_nan(type, value) ? drawn.range.may_be_nan
                                            : !is_below(type, value, ends[0]) && !is_below(type, ends[1], value);
    if (within) drawn.values.push_back(value);
  }
  if (draw.chance(90))
    drawn.range.low = column_of(type, is_utf8_text(type.kind()) ? ends[0] : cut_low(draw, type, ends[0]));
  if (draw.chance(90)) drawn.range.high = column_of(type, ends[1]);
  return drawn;
}

struct Told {
  std::map<TypeKind, int> none;
  std::map<TypeKind, int> all;
};

void expect_truth(const BoundPart& part, const Type& type, const Drawn& drawn, Told& told_so) {
  test::ColumnMaker maker(type, false);
  for (const Value& value : drawn.values) maker.append(value);
  const Column column = maker.finish();
  Selection passing(column.length);
  keep_passing(part.test, column, passing.words());
  const bool may = may_pass(part.test, drawn.range);
  const bool must = must_pass(part.test, drawn.range);
  if (!may) {
    EXPECT_EQ(passing.count(), 0);
    ++told_so.none[type.kind()];
  }
  if (must) {
    EXPECT_EQ(passing.count(), column.length);
    ++told_so.all[type.kind()];
  }
}

TEST(BoundsTest, NeverRuleOutAValueThatPasses) {
  constexpr uint64_t kSeed = 57;
  Told told_so;
  for (uint64_t i = 0; i < 150; ++i) {
    Draw draw(kSeed, i);
    test::RandomTable table =
        test::draw_table(draw, {.depth_max = 1, .rows_max = 60, .leaves_max = 300, .leaves_max_large = 300});
    if (table.rows == 0) continue;
    for (const test::Place& place : test::places_of(table.schema)) {
      if (place.steps.size() > 1 || !is_comparable(place.type) || place.type.kind() == TypeKind::null) continue;
      for (int k = 0; k < 6; ++k) {
        const Drawn drawn = draw_range(draw, place.type, table.columns[place.steps[0]]);
        const Predicate predicate = test::draw_predicate(draw, table, {place}, 0).predicate;
        const BoundPredicate bound(predicate, table.schema);
        if (bound.root().kind != BoundPart::Kind::test) continue;
        SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i) + ", " + to_text(place.type) +
                     ": " + to_text(predicate));
        expect_truth(bound.root(), place.type, drawn, told_so);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
  for (int kind = 1; kind < static_cast<int>(TypeKind::geometry); ++kind) {
    EXPECT_GT(told_so.none[static_cast<TypeKind>(kind)], 0) << to_string(static_cast<TypeKind>(kind));
    EXPECT_GT(told_so.all[static_cast<TypeKind>(kind)], 0) << to_string(static_cast<TypeKind>(kind));
  }
}

}  // namespace
}  // namespace sluice::value_range_test
