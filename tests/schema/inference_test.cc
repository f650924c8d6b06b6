// Inference rules, case by case. Values are written as in JSON, one character of prefix less: numbers as they are, text
// after a ', the words null, true, {} and [] for the rest.
#include "schema/inference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sluice/error.h"

namespace sluice::inference_test {
namespace {

void observe(FieldGuess& guess, std::string_view value) {
  if (value == "null") {
    guess.observe_null();
  } else if (value == "true" || value == "false") {
    guess.observe_boolean();
  } else if (value == "{}") {
    (void)guess.observe_object();
  } else if (value == "[]") {
    (void)guess.observe_array();
  } else if (value.starts_with('\'')) {
    guess.observe_string(value.substr(1));
  } else {
    const NumberText number = parse_number(value);
    ASSERT_NE(number.kind, NumberKind::invalid) << value;
    guess.observe_number(number);
  }
}

/// A column "x" of these values, one a record: "type" or "type | remark".
std::string inferred(const std::vector<std::string>& values, Type mixed = json()) {
  SchemaInference inference(std::move(mixed));
  for (size_t i = 0; i < values.size(); ++i)
    observe(inference.begin_record(static_cast<int64_t>(i) + 1).child("x"), values[i]);
  const InferredSchema found = inference.result();
  if (found.schema.size() != 1) return "no column";
  EXPECT_TRUE(found.schema[0].nullable);
  EXPECT_EQ(found.schema[0].name, "x");
  std::string text = to_text(found.schema[0].type);
  for (const InferenceNote& note : found.notes)
    text += " | " + (note.field == "x" ? "" : note.field + ": ") + note.remark;
  return text;
}

struct Case {
  std::vector<std::string> values;
  std::string expected;
};

void expect_each(const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(inferred(one.values), one.expected) << testing::PrintToString(one.values);
}

TEST(Inference, Integers) {
  expect_each({
      {{"1"}, "int64"},
      {{"9223372036854775807", "-9223372036854775808", "0"}, "int64"},
      {{"1", "null"}, "int64"},
      {{"9223372036854775808", "0"}, "uint64"},
      {{"18446744073709551615"}, "uint64"},
      {{"-1", "9223372036854775808"}, "decimal(20, 0) | integers below 0 and beyond int64"},
      {{"18446744073709551615", "-1"}, "decimal(20, 0) | integers below 0 and beyond int64"},
      {{"1", "18446744073709551616"}, "decimal(20, 0) | integers beyond 64 bits (first in record 2)"},
      {{"1", "-9223372036854775809", "99999999999999999999"},
       "decimal(20, 0) | integers beyond 64 bits (first in record 2)"},
      {{"1", "100000000000000000000"}, "float64 | integers beyond 64 bits, each exact as float64 (first in record 2)"},
      {{"1", "100000000000000000001"}, "json | numbers that float64 does not keep exactly (first in record 2)"},
      {{"9007199254740993", "100000000000000000000"},
       "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"1.5", "100000000000000000000"},
       "float64 | integers beyond 64 bits, each exact as float64 (first in record 2)"},
  });
}

TEST(Inference, Reals) {
  expect_each({
      {{"0.1"}, "float64"},
      {{"1", "2.50", "1e3"}, "float64"},
      {{"-0"}, "float64"},
      {{"1", "-0"}, "float64"},
      {{"9007199254740992", "0.5"}, "float64"},
      {{"9007199254740993", "0.5"}, "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"0.5", "9007199254740993"}, "json | numbers that float64 does not keep exactly (first in record 2)"},
      {{"9007199254740994", "0.5"}, "float64"},
      {{"18446744073709551615", "0.5"}, "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"9223372036854775808", "0.5"}, "float64"},
      {{"0.1", "0.12345678901234567890"}, "json | numbers that float64 does not keep exactly (first in record 2)"},
      {{"1e400"}, "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"1e-400"}, "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"0.123456789012345678"}, "json | numbers that float64 does not keep exactly (first in record 1)"},
      {{"0.30000000000000004"}, "float64"},
  });
}

TEST(Inference, Text) {
  expect_each({
      {{"'"}, "string"},
      {{"'abc", "null"}, "string"},
      {{"'007"}, "string"},
      {{"'+1"}, "string"},
      {{"'12"}, "string"},
      {{"'true"}, "string"},
      {{"'null"}, "string"},
      {{"'41_10_1"}, "string"},
      {{"true", "false", "null"}, "bool"},
  });
}

TEST(Inference, Dates) {
  expect_each({
      {{"'2024-02-29", "null", "'0001-01-01"}, "date"},
      {{"'2024-02-30"}, "string"},
      {{"'2024-02-29", "'2024-02-30"}, "string | dates and other text mixed (first in record 2)"},
      {{"'2024-02-29", "'"}, "string | dates and other text mixed (first in record 2)"},
      {{"'n/a", "'2024-02-29"}, "string"},
      {{"'2024-02-29", "'2024-02-29", "'2024-02-29T00:00:00"},
       "string | dates and timestamps mixed (first in record 3)"},
  });
}

TEST(Inference, Timestamps) {
  expect_each({
      {{"'2024-01-01T00:00:00"}, "timestamp(ms)"},
      {{"'2024-01-01 00:00:00Z"}, "timestamp(ms, UTC)"},
      {{"'2024-01-01T00:00:00.1Z", "'2024-01-01T00:00:00.123Z"}, "timestamp(ms, UTC)"},
      {{"'2024-01-01T00:00:00.1234", "'2024-01-01T00:00:00"}, "timestamp(us)"},
      {{"'2024-01-01T00:00:00.123456"}, "timestamp(us)"},
      {{"'2024-01-01T00:00:00.1234567"}, "timestamp(ns)"},
      {{"'2024-01-01T00:00:00.123456789Z"}, "timestamp(ns, UTC)"},
      {{"'9999-01-01T00:00:00.123456"}, "timestamp(us)"},
      {{"'2024-01-01T00:00:00.123456789", "'9999-01-01T00:00:00"},
       "string | timestamps with nanoseconds, and some outside 1677 to 2262 (first in record 2)"},
      {{"'2024-01-01T00:00:00.1234567890"}, "string"},
      {{"'2024-01-01T23:59:60"}, "string"},
      {{"'2024-01-01T00:00:00+00:00"}, "string"},
      {{"'2024-01-01T00:00:00Z", "'2024-01-01T00:00:00"},
       "string | timestamps with and without zone mixed (first in record 2)"},
      {{"'2024-01-01T00:00:00Z", "'2024-01-01T00:00:00+01:00"},
       "string | timestamps and other text mixed (first in record 2)"},
  });
}

TEST(Inference, NothingButNulls) {
  expect_each({
      {{"null", "null"}, "null | never held a value"},
      {{"[]", "null"}, "list<null> | x[]: never held a value"},
      {{"{}", "null"}, "json | objects without any field"},
  });
  EXPECT_EQ(inferred({}), "no column");
}

TEST(Inference, MixedKindsBecomeJson) {
  expect_each({
      {{"1", "'a"}, "json | numbers and text mixed (first in record 2)"},
      {{"'a", "'b", "1"}, "json | text and numbers mixed (first in record 3)"},
      {{"{}", "'a"}, "json | objects and text mixed (first in record 2)"},
      {{"[]", "{}"}, "json | arrays and objects mixed (first in record 2)"},
      {{"null", "true", "1"}, "json | booleans and numbers mixed (first in record 3)"},
      {{"1", "'a", "true", "[]", "{}"}, "json | numbers, text, booleans, arrays and objects mixed (first in record 2)"},
  });
}

TEST(Inference, ObjectsAndArraysNest) {
  SchemaInference inference;
  FieldGuess& first = inference.begin_record(1);
  observe(first.child("id"), "1");
  FieldGuess& user = first.child("user");
  ASSERT_TRUE(user.observe_object());
  observe(user.child("name"), "'x");
  FieldGuess& posts = user.child("posts");
  ASSERT_TRUE(posts.observe_array());
  for (const char* at : {"'2024-01-01", "'2024-01-02"}) {
    ASSERT_TRUE(posts.element().observe_object());
    observe(posts.element().child("at"), at);
    observe(posts.element().child("note"), "null");
  }
  FieldGuess& second = inference.begin_record(2);
  observe(second.child("late"), "true");
  observe(second.child("id"), "2.5");
  observe(second.child("user"), "null");
  const InferredSchema found = inference.result();
  EXPECT_EQ(to_text(found.schema),
            "id float64, user struct<name string, posts list<struct<at date, note null>>>, late bool");
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_EQ(found.notes[0].field, "user.posts[].note");
  EXPECT_EQ(found.notes[0].remark, "never held a value");
}

TEST(Inference, WhatFitsNothingElseIsOfTheTypeThatKeepsText) {
  EXPECT_EQ(inferred({"1", "'a"}, string()), "string | numbers and text mixed (first in record 2)");
  EXPECT_EQ(inferred({"0.1", "9007199254740993"}, string()),
            "string | numbers that float64 does not keep exactly (first in record 2)");
  EXPECT_EQ(inferred({"1", "2"}, string()), "int64");
}

TEST(Inference, MixedFieldsAreNotLookedInto) {
  SchemaInference inference;
  FieldGuess& field = inference.begin_record(1).child("x");
  ASSERT_TRUE(field.observe_object());
  observe(field.child("a"), "1");
  observe(inference.begin_record(2).child("x"), "'text");
  EXPECT_FALSE(inference.begin_record(3).child("x").observe_object());
  EXPECT_FALSE(inference.begin_record(4).child("x").observe_array());
  EXPECT_EQ(to_text(inference.result().schema), "x json");
  EXPECT_EQ(field.value_count(), 4);
  EXPECT_EQ(field.null_count(), 0);
}

TEST(Inference, FieldsInAnyOrderAreFoundAgain) {
  SchemaInference inference;
  const std::vector<std::string> names = {"", "a", "b", "c", "d", "e", "f", "g", "h", "i", "a.b", "\""};
  FieldGuess* guesses[12] = {};
  for (size_t i = 0; i < names.size(); ++i) guesses[i] = &inference.begin_record(1).child(names[i]);
  for (int64_t record = 2; record < 200; ++record) {
    FieldGuess& root = inference.begin_record(record);
    for (size_t step = 0; step < names.size(); ++step) {
      const size_t i = (step * static_cast<size_t>(record)) % names.size();
      ASSERT_EQ(&root.child(names[i]), guesses[i]);
    }
  }
  const InferredSchema found = inference.result();
  ASSERT_EQ(found.schema.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(found.schema[i].name, names[i]);
}

TEST(Inference, ColumnsEndAtTheLimit) {
  SchemaInference inference;
  FieldGuess& root = inference.begin_record(17);
  // A list and a struct with one field are one leaf each.
  FieldGuess& keyed = root.child("keyed");
  ASSERT_TRUE(keyed.observe_object());
  FieldGuess& tags = root.child("tags");
  ASSERT_TRUE(tags.observe_array());
  tags.element().observe_null();
  for (size_t i = 0; i < kInferredLeavesMax - 1; ++i) keyed.child(std::to_string(i)).observe_null();
  EXPECT_EQ(leaves_of(inference.result().schema).size(), kInferredLeavesMax);
  try {
    keyed.child("one more");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(std::string(error.what()), "record 17: more than 10,000 columns; the latest are the keys of \"keyed\"");
    EXPECT_EQ(error.place().field, "keyed");
    EXPECT_EQ(error.place().record, 17);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(Inference, LongPathsToFewLeavesEndToo) {
  constexpr size_t kPathFields = 61;
  SchemaInference inference;
  size_t columns = 0;
  const auto grow = [&] {
    for (;; ++columns) {
      FieldGuess* guess = &inference.begin_record(1).child(std::to_string(columns));
      for (size_t depth = 1; depth < kPathFields; ++depth) {
        (void)guess->observe_object();
        guess = &guess->child("a");
      }
    }
  };
  EXPECT_THROW(grow(), Error);
  EXPECT_EQ(columns, kInferredFieldsMax / kPathFields);
}

TEST(Inference, DepthEndsAt64) {
  SchemaInference inference;
  FieldGuess* guess = &inference.begin_record(3).child("x");
  for (size_t depth = 0; depth < kSchemaDepthMax; ++depth) {
    ASSERT_TRUE(depth % 2 == 0 ? guess->observe_array() : guess->observe_object());
    guess = depth % 2 == 0 ? &guess->element() : &guess->child("y");
  }
  EXPECT_EQ(leaves_of(inference.result().schema).size(), 1u);
  try {
    (void)guess->observe_array();
    FAIL() << "65 levels accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().record, 3);
    EXPECT_TRUE(error.place().field.starts_with("x[].y[]"));
  }
}

RC_GTEST_PROP(InferenceProperty, TheTypeDoesNotDependOnOrder, ()) {
  static const std::vector<std::string> kValues = {"null",
                                                   "true",
                                                   "1",
                                                   "-1",
                                                   "0.5",
                                                   "-0",
                                                   "9007199254740993",
                                                   "9223372036854775808",
                                                   "18446744073709551616",
                                                   "100000000000000000000",
                                                   "1e400",
                                                   "'",
                                                   "'2024-02-29",
                                                   "'2024-01-01T00:00:00",
                                                   "'2024-01-01T00:00:00Z",
                                                   "'9999-01-01T00:00:00Z",
                                                   "'2024-01-01T00:00:00.1234567Z",
                                                   "'2024-01-01T00:00:00.12345",
                                                   "[]",
                                                   "{}"};
  std::vector<std::string> values = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kValues));
  const auto type = [&] {
    const std::string text = inferred(values);
    return text.substr(0, text.find(" |"));
  };
  const std::string forward = type();
  std::ranges::reverse(values);
  RC_ASSERT(type() == forward);
  std::ranges::sort(values);
  RC_ASSERT(type() == forward);
}

/// The promise itself: what the inferred number type holds is each number that was seen.
RC_GTEST_PROP(InferenceProperty, NumbersAreNeverChanged,
              (const std::vector<int64_t>& integers, const std::vector<double>& reals)) {
  std::vector<std::string> values;
  for (const int64_t value : integers) values.push_back(std::to_string(value));
  for (const double value : reals) append_number(value, values.emplace_back());
  RC_PRE(!values.empty());
  const std::string text = inferred(values);
  if (!text.starts_with("float64")) return;
  for (const int64_t value : integers) RC_ASSERT(static_cast<int64_t>(static_cast<double>(value)) == value);
}

}  // namespace
}  // namespace sluice::inference_test
