// Values that their type does not hold are refused, with the row where they stand; what is not there is not looked at.
#include "pages/value_check.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "columns/checked_json.h"
#include "sluice/column.h"
#include "sluice/error.h"
#include "sluice/schema.h"
#include "support/make_columns.h"

namespace sluice::value_check_test {
namespace {

using test::make_fixed;
using test::make_list;
using test::make_text;
using Texts = std::vector<std::optional<std::string>>;

/// Checks the one leaf of a column in slices of `rows_each`; the message of the error, or nothing.
std::string wrong(const Field& field, const Column& column, int64_t rows_each = 1'000) {
  const Schema schema({field});
  const std::vector<Leaf> leaves = leaves_of(schema);
  ValueCheck check(leaves.back());
  Striper striper;
  try {
    for (int64_t row = 0; row < column.length; row += rows_each)
      check.check(striper.stripe(column, schema[0], leaves.back(), row, std::min(rows_each, column.length - row)));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().field, leaves.back().name);
    EXPECT_EQ(std::string(error.what()).substr(0, 4 + std::to_string(*error.place().row).size() + 1),
              "row " + std::to_string(*error.place().row) + ":");
    return error.what();
  }
  return {};
}

TEST(ValueCheck, TextMustBeUtf8) {
  EXPECT_EQ(wrong({"a", string()}, make_text(string(), {"", "\xc3\xa4", std::nullopt, "x"})), "");
  EXPECT_EQ(wrong({"a", string()}, make_text(string(), {"ok", std::nullopt, "ab\xff"})),
            "row 2: column a: text that is not UTF-8 from its byte 2 on, in a column of type string");
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {"\xed\xa0\x80"})),
            "row 0: column a: text that is not UTF-8 from its byte 0 on, in a column of type json");
  EXPECT_EQ(wrong({"a", enum_()}, make_text(enum_(), {"\xc0\x80"})),
            "row 0: column a: text that is not UTF-8 from its byte 0 on, in a column of type enum");
  EXPECT_EQ(wrong({"a", binary()}, make_text(binary(), {"\xff"})), "");
  EXPECT_EQ(wrong({"a", bson()}, make_text(bson(), {"\xff"})), "");
}

// Two halves of a letter are one letter only where they stand together.
TEST(ValueCheck, LettersMustNotBeCut) {
  EXPECT_EQ(wrong({"a", string()}, make_text(string(), {"a\xc3", "\xa4"})),
            "row 0: column a: text that is not UTF-8 from its byte 1 on, in a column of type string");
  EXPECT_EQ(wrong({"a", string(), false}, make_text(string(), {"\xc3\xa4", "", "\xc3\xa4"})), "");
}

// JSON comes from Arrow and from C++, too, where nobody has looked at it.
TEST(ValueCheck, JsonIsOneValue) {
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {"{\"a\": [1, null]}", std::nullopt, " 1e400 ", "\"\""})), "");
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {"1", "{a: 1}"})),
            "row 1: column a: text that is not JSON from its byte 1 on, in a column of type json");
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {"1", "2 3"})),
            "row 1: column a: text that is not JSON from its byte 2 on, in a column of type json");
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {"[1, 2"})),
            "row 0: column a: text of 5 bytes that ends before its JSON does, in a column of type json");
  EXPECT_EQ(wrong({"a", json()}, make_text(json(), {""})),
            "row 0: column a: text of 0 bytes that ends before its JSON does, in a column of type json");
  EXPECT_EQ(wrong({"a", enum_()}, make_text(enum_(), {"{a: 1}"})), "");
  Column hidden = make_text(json(), {"1", "{", "2"});
  test::set_validity(hidden, {true, false, true});
  EXPECT_EQ(wrong({"a", json()}, hidden), "");
  // What is known to be JSON is not looked at.
  const Column trusted = mark_checked_json(make_text(json(), {"{", "\xff"}));
  EXPECT_EQ(wrong({"a", json()}, trusted, 1), "");
  Column text = trusted;
  text.type = string();
  EXPECT_EQ(wrong({"a", string()}, text),
            "row 1: column a: text that is not UTF-8 from its byte 0 on, in a column of type string");
  const Column list = make_list({"element", json()}, make_text(json(), {"1", "]", "2"}), {1, 2});
  EXPECT_EQ(wrong({"a", list.type}, list),
            "row 1: column a[]: text that is not JSON from its byte 0 on, in a column of type json");
}

Column looked_up(const Column& entries, const std::vector<std::optional<int8_t>>& indices) {
  return from_dictionary(make_fixed<int8_t>(int8(), indices), std::make_shared<const Column>(entries));
}

TEST(ValueCheck, DictionariesAreHeldToWhatRowsHave) {
  const Column words = make_text(string(), {"ok", "\xc3\xa4", "\xff"});
  for (const int64_t rows_each : {1, 2, 1'000}) {
    EXPECT_EQ(wrong({"a", string()}, looked_up(words, {0, std::nullopt, 1, 0}), rows_each), "");
    EXPECT_EQ(wrong({"a", string()}, looked_up(words, {0, std::nullopt, 1, 2, 2}), rows_each),
              "row 3: column a: text that is not UTF-8 from its byte 0 on, in a column of type string");
  }
  const Column documents = make_text(json(), {"{}", "{"});
  EXPECT_EQ(wrong({"a", json()}, looked_up(documents, {0, 0})), "");
  EXPECT_EQ(wrong({"a", json()}, looked_up(documents, {0, 1})),
            "row 1: column a: text of 1 bytes that ends before its JSON does, in a column of type json");
  const Type digits = decimal(2, 0);
  const Column numbers = make_fixed<std::array<int64_t, 2>>(digits, {{{99, 0}}, {{100, 0}}});
  EXPECT_EQ(wrong({"a", digits}, looked_up(numbers, {0, 0})), "");
  EXPECT_EQ(wrong({"a", digits}, looked_up(numbers, {0, 1})),
            "row 1: column a: 100 has more digits than decimal(2, 0)");
}

// What lies under a null, or between values that are apart, may be anything.
TEST(ValueCheck, HiddenBytesAreNotLookedAt) {
  Column column = make_text(string(), {"a", "\xff", "b"});
  test::set_validity(column, {true, false, true});
  EXPECT_EQ(wrong({"a", string()}, column), "");
  Column list = make_list({"element", string(), false}, make_text(string(), {"a", "\xff", "\xff", "b"}), {1, 2, 1});
  test::set_validity(list, {true, false, true});
  EXPECT_EQ(wrong({"a", list.type}, list), "");
}

TEST(ValueCheck, RowsAreCountedFromTheFirstSlice) {
  Texts texts(100, "fine");
  texts[73] = "\x80";
  for (const int64_t rows_each : {1, 7, 73, 74, 100})
    EXPECT_EQ(wrong({"a", string()}, make_text(string(), texts), rows_each),
              "row 73: column a: text that is not UTF-8 from its byte 0 on, in a column of type string")
        << rows_each;
  const Column list =
      make_list({"element", string()}, make_text(string(), {"a", "b", std::nullopt, "\xff"}), {2, 0, std::nullopt, 2});
  for (const int64_t rows_each : {1, 2, 4})
    EXPECT_EQ(wrong({"a", list.type}, list, rows_each),
              "row 3: column a[]: text that is not UTF-8 from its byte 0 on, in a column of type string");
}

template <typename Word, size_t words>
Column decimals(const Type& type, const std::vector<std::string>& texts) {
  std::vector<std::optional<std::array<Word, words>>> values;
  for (const std::string& text : texts) {
    const Int256 value = parse_decimal(text, 76, type.scale()).value;
    std::copy_n(value.words.begin(), words, values.emplace_back(std::in_place)->begin());
  }
  return make_fixed(type, values);
}

TEST(ValueCheck, DecimalsKeepToTheirDigits) {
  for (const int precision : {1, 5, 9, 10, 18, 19, 37, 38}) {
    const Type type = decimal(precision, 0);
    const std::string nines(static_cast<size_t>(precision), '9');
    EXPECT_EQ(wrong({"a", type}, decimals<uint64_t, 2>(type, {nines, "-" + nines, "0"})), "");
    if (precision == 38) continue;
    const std::string one_more = "1" + std::string(static_cast<size_t>(precision), '0');
    for (const std::string sign : {"", "-"})
      EXPECT_EQ(wrong({"a", type}, decimals<uint64_t, 2>(type, {nines, sign + one_more})),
                "row 1: column a: " + sign + one_more + " has more digits than " + to_text(type));
  }
  const Type widest = decimal(76, 2);
  const std::string nines(74, '9');
  EXPECT_EQ(wrong({"a", widest}, decimals<uint64_t, 4>(widest, {nines + ".99", "-" + nines + ".99"})), "");
  const Type price = decimal(5, 2);
  EXPECT_EQ(wrong({"a", price}, decimals<uint64_t, 2>(price, {"999.99", "-1000.00"})),
            "row 1: column a: -1000.00 has more digits than decimal(5, 2)");
}

TEST(ValueCheck, TimesKeepToTheDay) {
  const Type seconds = time(TimeUnit::second);
  EXPECT_EQ(wrong({"a", seconds}, make_fixed<int32_t>(seconds, {0, 86'399, std::nullopt})), "");
  EXPECT_EQ(wrong({"a", seconds}, make_fixed<int32_t>(seconds, {0, 86'400})),
            "row 1: column a: 86400 s is not a time of day, which ends before 24:00");
  const Type fine = time(TimeUnit::nanosecond);
  EXPECT_EQ(wrong({"a", fine}, make_fixed<int64_t>(fine, {-1})),
            "row 0: column a: -1 ns is not a time of day, which ends before 24:00");
}

}  // namespace
}  // namespace sluice::value_check_test
