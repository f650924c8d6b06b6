#include "columns/bound_predicate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/float16.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::bound_predicate_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The rows of one column "a" for which the condition holds.
std::vector<int64_t> rows_of(const Column& column, const std::string& condition) {
  const auto schema = std::make_shared<const Schema>(Schema{{"a", column.type}});
  const Batch batch(schema, {column}, column.length);
  const Selection selection = BoundPredicate(parse_predicate(condition), *schema).select(batch);
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < static_cast<int64_t>(selection.words().size()) * 64; ++row)
    if ((selection.words()[static_cast<size_t>(row / 64)] >> (row % 64) & 1) != 0) rows.push_back(row);
  return rows;
}

TEST(BoundPredicate, NullsAreNeitherEqualNorDifferent) {
  const Column column = test::make_int64({1, std::nullopt, 2});
  EXPECT_THAT(rows_of(column, "a = 1"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "a != 1"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "not a = 1"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a not in (1, 3)"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a = 1 or not a = 1"), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(column, "a is null"), ElementsAre(1));
  EXPECT_THAT(rows_of(column, "a is not null"), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(test::make_null(2), "a = 'x'"), IsEmpty());
  EXPECT_THAT(rows_of(test::make_null(2), "not a = 3"), IsEmpty());
  EXPECT_THAT(rows_of(test::make_null(2), "a is null"), ElementsAre(0, 1));
}

TEST(BoundPredicate, IntegersBeyondTheTypeCompareExactly) {
  const Column column = test::make_int64({INT64_MIN, -1, 0, INT64_MAX});
  EXPECT_THAT(rows_of(column, "a < 9223372036854775808"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rows_of(column, "a >= 9223372036854775807.5"), IsEmpty());
  EXPECT_THAT(rows_of(column, "a >= 9223372036854775807"), ElementsAre(3));
  EXPECT_THAT(rows_of(column, "a >= 9223372036854775806.5"), ElementsAre(3));
  EXPECT_THAT(rows_of(column, "a > -9223372036854775809"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rows_of(column, "a != 1e999999999999999999"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rows_of(column, "a > -1e999999999999999999"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rows_of(column, "a < 1e-999999999999999999"), ElementsAre(0, 1, 2));
  EXPECT_THAT(rows_of(column, "a = 0e5"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a in (-0.5, -1.0, 1e30)"), ElementsAre(1));
  const Column bytes = test::make_fixed<uint8_t>(uint8(), {0, 255});
  EXPECT_THAT(rows_of(bytes, "a > -1"), ElementsAre(0, 1));
  EXPECT_THAT(rows_of(bytes, "a < 256"), ElementsAre(0, 1));
  EXPECT_THAT(rows_of(bytes, "a > 255"), IsEmpty());
  EXPECT_THAT(rows_of(bytes, "a < 0"), IsEmpty());
  EXPECT_THAT(rows_of(bytes, "a != 256"), ElementsAre(0, 1));
  EXPECT_THAT(rows_of(bytes, "not a < 1e80"), IsEmpty());
}

TEST(BoundPredicate, FloatsTakeTheNearestNumberAndNanIsTheHighest) {
  const double nan = std::nan("");
  const Column column = test::make_fixed<double>(float64(), {0.1, -0.0, nan, INFINITY, -INFINITY});
  EXPECT_THAT(rows_of(column, "a = 0.1"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "a = 0.1000000000000000000001"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "a = 0"), ElementsAre(1));
  EXPECT_THAT(rows_of(column, "a < 0"), ElementsAre(4));
  EXPECT_THAT(rows_of(column, "a > 1e308"), ElementsAre(2, 3));
  EXPECT_THAT(rows_of(column, "a > 'Infinity'"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a <= 'Infinity'"), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(rows_of(column, "a < '-Infinity'"), IsEmpty());
  EXPECT_THAT(rows_of(column, "a = 'NaN'"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a != 'NaN'"), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(rows_of(column, "a < 'NaN'"), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(rows_of(column, "a >= 'NaN'"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a <= 'NaN'"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(rows_of(column, "a > 'NaN'"), IsEmpty());
  EXPECT_THAT(rows_of(column, "a in ('NaN', 0.1, 7)"), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(column, "a not in ('NaN', 0.1, 7)"), ElementsAre(1, 3, 4));
  EXPECT_THAT(rows_of(test::make_fixed<float>(float32(), {0.1f}), "a = 0.1"), ElementsAre(0));
  EXPECT_THAT(rows_of(test::make_fixed<float>(float32(), {0.0f}), "a = 1e-400"), ElementsAre(0));
  EXPECT_THAT(rows_of(test::make_fixed<uint16_t>(float16(), {to_float16(0.1f)}), "a = 0.1"), ElementsAre(0));
}

TEST(BoundPredicate, PointsInTimeLieBetweenTicks) {
  const Column column = test::make_fixed<int64_t>(timestamp(TimeUnit::second), {-1, 0, 1});
  EXPECT_THAT(rows_of(column, "a = '1970-01-01'"), ElementsAre(1));
  EXPECT_THAT(rows_of(column, "a >= '1970-01-01 00:00:00.5'"), ElementsAre(2));
  EXPECT_THAT(rows_of(column, "a = '1970-01-01T00:00:00.5'"), IsEmpty());
  EXPECT_THAT(rows_of(column, "a < '1969-12-31T23:59:59.5'"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "a > '1969-12-31T23:59:59.000000001'"), ElementsAre(1, 2));
  const Column narrow = test::make_fixed<int64_t>(timestamp(TimeUnit::nanosecond), {INT64_MIN, 0, INT64_MAX});
  EXPECT_THAT(rows_of(narrow, "a > '0001-01-01'"), ElementsAre(0, 1, 2)) << "beyond what nanoseconds reach";
  EXPECT_THAT(rows_of(narrow, "a > '9999-12-31'"), IsEmpty());
}

TEST(BoundPredicate, OtherTypes) {
  EXPECT_THAT(rows_of(test::make_bool({true, false, std::nullopt}), "a > false"), ElementsAre(0));
  EXPECT_THAT(rows_of(test::make_bool({true, false, std::nullopt}), "a in (true, false)"), ElementsAre(0, 1));
  EXPECT_THAT(rows_of(test::make_bool({true, false, std::nullopt}), "a <= false"), ElementsAre(1));
  EXPECT_THAT(rows_of(test::make_text(string(), {"", "b", "\xc3\xa9"}), "a >= 'b'"), ElementsAre(1, 2));
  EXPECT_THAT(rows_of(test::make_text(binary(), {"\x01", "a"}), "a in (x'01', x'', 'b')"), ElementsAre(0));
  EXPECT_THAT(rows_of(test::make_fixed<int32_t>(time(TimeUnit::millisecond), {0, 1}), "a > '00:00:00.0005'"),
              ElementsAre(1));
  EXPECT_THAT(rows_of(test::make_fixed<int64_t>(duration(TimeUnit::second), {-5, 5}), "a = 5"), ElementsAre(1));
}

TEST(BoundPredicate, AStructAroundMayBeNull) {
  const Column column =
      test::make_struct(struct_({{"b", int64()}}), {test::make_int64({7, 7, std::nullopt})}, {true, false, true});
  EXPECT_THAT(rows_of(column, "a.b = 7"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "not a.b = 8"), ElementsAre(0));
  EXPECT_THAT(rows_of(column, "a.b is null"), ElementsAre(1, 2));
  EXPECT_THAT(rows_of(column, "a is null"), ElementsAre(1));
}

TEST(BoundPredicate, BatchesOfDifferentDictionaries) {
  const auto schema = std::make_shared<const Schema>(Schema{{"a", string()}});
  BoundPredicate bound(parse_predicate("a = 'x'"), *schema);
  for (const bool first : {true, false, true}) {
    const auto words = std::make_shared<const Column>(
        test::make_text(string(), first ? std::vector<std::optional<std::string>>{"x", "y"}
                                        : std::vector<std::optional<std::string>>{"y", "x"}));
    const Column indices = test::make_fixed<int8_t>(int8(), std::vector<std::optional<int8_t>>(130, int8_t{0}));
    EXPECT_EQ(bound.select(Batch(schema, {from_dictionary(indices, words)}, 130)).count(), first ? 130 : 0);
  }
}

// ---- what is refused -----------------------------------------------------------------------------------------------

std::string refusal(const Schema& schema, const Predicate& predicate) {
  try {
    BoundPredicate(predicate, schema);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.hint().empty() ? error.what() : error.what() + std::string(" | ") + error.hint();
  }
  return "was accepted";
}

std::string refusal(const std::string& columns, const std::string& condition) {
  return refusal(parse_schema(columns), parse_predicate(condition));
}

TEST(BoundPredicate, NamesColumnAndTypeOfWhatCannotBe) {
  EXPECT_EQ(refusal("country string", "county = 'DE'"), "there is no column \"county\" | Did you mean \"country\"?");
  EXPECT_EQ(refusal("a int64, b int64", "zzzzz = 1"), "there is no column \"zzzzz\" | There are: a, b.");
  EXPECT_EQ(refusal("user struct<name string>", "user.nam = 'x'"),
            "there is no column \"user.nam\" | Did you mean \"user.name\"?");
  EXPECT_EQ(refusal("", "a = 1"), "there is no column \"a\"");
  EXPECT_EQ(refusal("\"\" struct<a int64>", "\"\".zzz = 1"), "there is no column \".zzz\" | There are: .a.");
  EXPECT_EQ(refusal("a int64", "a.b = 1"),
            "column \"a\" is int64, which has no field \"b\" of which there is one a row");
  EXPECT_EQ(refusal("a list<struct<b int64>>", "a.b = 1"),
            "column \"a\" is list<struct<b int64>>, which has no field \"b\" of which there is one a row | What is "
            "inside of lists and maps cannot be named here.");
  EXPECT_EQ(refusal("a list<int64>", "a = 1"),
            "column \"a\" is list<int64>, which cannot be compared | Only \"is null\" and \"is not null\" can be asked "
            "of it.");
  EXPECT_EQ(refusal("a geometry", "a = x'00'"),
            "column \"a\" is geometry, which cannot be compared | Only \"is null\" and \"is not null\" can be asked of "
            "it.");
  EXPECT_EQ(refusal("a list<int64>, g geometry, m map<int8, int8>", "a is null and g is null and m is null"),
            "was accepted");
}

TEST(BoundPredicate, SaysWhatAColumnIsComparedWith) {
  const auto wanted = [](const std::string& type, const std::string& literal) {
    const std::string words = refusal("a " + type, "a = " + literal);
    const std::string prefix =
        "column \"a\" is " + to_text(parse_schema("a " + type)[0].type) + ": it is compared with ";
    EXPECT_TRUE(words.starts_with(prefix)) << words;
    return words.substr(std::min(prefix.size(), words.size()));
  };
  EXPECT_EQ(wanted("int64", "'7'"), "a number, not with '7'");
  EXPECT_EQ(wanted("decimal(5, 2)", "true"), "a number, not with true");
  EXPECT_EQ(wanted("bool", "1"), "true or false, not with 1");
  EXPECT_EQ(wanted("string", "7"), "text in single quotes, not with 7");
  EXPECT_EQ(wanted("string", "x'00'"), "text in single quotes, not with x'00'");
  EXPECT_EQ(wanted("json", "7"), "text in single quotes, not with 7");
  EXPECT_EQ(wanted("binary", "7"), "bytes such as x'00ff' or text in single quotes, not with 7");
  EXPECT_EQ(wanted("uuid", "'x'"), "a UUID such as '550e8400-e29b-41d4-a716-446655440000', not with 'x'");
  EXPECT_EQ(wanted("date", "'2023-02-29'"), "a date such as '2024-02-29', not with '2023-02-29'");
  EXPECT_EQ(wanted("date", "7"), "a date such as '2024-02-29', not with 7");
  EXPECT_EQ(wanted("time(us)", "'24:00:00'"), "a time such as '12:30:00', not with '24:00:00'");
  EXPECT_EQ(wanted("duration(us)", "'1s'"), "a whole number of its units, not with '1s'");
  EXPECT_EQ(wanted("timestamp(us)", "'2024-02-29T12:30:00Z'"),
            "a local timestamp such as '2024-02-29' or '2024-02-29T12:30:00', not with '2024-02-29T12:30:00Z'");
  EXPECT_EQ(wanted("timestamp(us, UTC)", "'2024-02-29'"),
            "an instant such as '2024-02-29T12:30:00Z', not with '2024-02-29'");
  const std::string floats = "a number within its range, 'NaN', 'Infinity' or '-Infinity', not with ";
  EXPECT_EQ(wanted("float64", "1e309"), floats + "1e309");
  EXPECT_EQ(wanted("float32", "-1e39"), floats + "-1e39");
  EXPECT_EQ(wanted("float16", "65520"), floats + "65520");
  EXPECT_EQ(wanted("float64", "'nan'"), floats + "'nan'");
  EXPECT_EQ(wanted("int8", "'" + std::string(50, 'y') + "'"), "a number, not with '" + std::string(40, 'y') + "'...");
}

TEST(BoundPredicate, RefusesWhatIsPutTogetherWrongly) {
  const Schema schema{{"a", int64()}};
  const auto why = [&](const Predicate& predicate) {
    const std::string words = refusal(schema, predicate);
    const std::string prefix = "the condition was put together wrongly: ";
    EXPECT_TRUE(words.starts_with(prefix)) << words;
    EXPECT_THROW(to_text(predicate), Error);
    return words.substr(std::min(prefix.size(), words.size()));
  };
  const Predicate good = parse_predicate("a = 1");
  EXPECT_EQ(why({}), "it compares no column");
  EXPECT_EQ(why({.column = {"a"}}), "a comparison has 0 literals instead of one");
  EXPECT_EQ(why({.kind = Predicate::Kind::in, .column = {"a"}}), "\"in\" has no literals");
  EXPECT_EQ(why({.kind = Predicate::Kind::all, .operands = {good}}), "\"and\" or \"or\" has fewer than two operands");
  EXPECT_EQ(why({.kind = Predicate::Kind::negation}), "\"not\" has 0 operands instead of one");
  EXPECT_EQ(why({.column = {"a"}, .literals = {{Literal::Kind::number, "+1"}}}), "a number is none as JSON writes it");
  EXPECT_EQ(why({.column = {"a"}, .literals = {{Literal::Kind::boolean, "yes"}}}),
            "a boolean is neither true nor false");
  EXPECT_EQ(why({.column = {"a"}, .literals = {{Literal::Kind::text, "\xff"}}}), "a text is not UTF-8");
  EXPECT_EQ(why({.column = {"\xff"}, .literals = {{}}}), "the name of a column is not UTF-8");
  const std::string pattern = "\"like\" has no text as its pattern, or more than one as its escape";
  const Literal text{Literal::Kind::text, "a!"};
  EXPECT_EQ(why({.kind = Predicate::Kind::like, .column = {"a"}}), pattern);
  EXPECT_EQ(why({.kind = Predicate::Kind::like, .column = {"a"}, .literals = {{}}}), pattern);
  EXPECT_EQ(why({.kind = Predicate::Kind::like, .column = {"a"}, .literals = {text, text, text}}), pattern);
  EXPECT_EQ(why({.kind = Predicate::Kind::like, .column = {"a"}, .literals = {text, {Literal::Kind::text, ""}}}),
            "the escape of \"like\" is empty");
  EXPECT_EQ(why({.kind = Predicate::Kind::like, .column = {"a"}, .literals = {text, {Literal::Kind::text, "!"}}}),
            "in a pattern of \"like\", the escape stands before something else than %, _ or itself");
  const std::string strange = "a part of it has parts that do not belong to its kind";
  EXPECT_EQ(why({.kind = Predicate::Kind::is_null, .column = {"a"}, .literals = {{}}}), strange);
  EXPECT_EQ(why({.kind = Predicate::Kind::negation, .column = {"a"}, .operands = {good}}), strange);
  EXPECT_EQ(why({.column = {"a"}, .literals = {{}}, .operands = {good}}), strange);
  Predicate deep = good;
  for (size_t i = 0; i < kPredicateDepthMax; ++i) deep = {.kind = Predicate::Kind::negation, .operands = {deep}};
  EXPECT_EQ(refusal(schema, deep), "was accepted");
  EXPECT_EQ(parse_predicate(to_text(deep)), deep);
  deep = {.kind = Predicate::Kind::negation, .operands = {deep}};
  EXPECT_EQ(why(deep), "it has more than 64 parentheses and \"not\" inside each other");
}

}  // namespace
}  // namespace sluice::bound_predicate_test
