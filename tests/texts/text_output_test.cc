// Batches as NDJSON and CSV, and values for people: every type by hand, random tables for what holds for all of them.
#include "sluice/text_output.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/json_grammar.h"
#include "support/dictionary_columns.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::text_output_test {
namespace {

using test::Draw;
using test::make_fixed;
using test::make_text;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Batch batch_of(std::vector<Field> fields, std::vector<Column> columns) {
  const int64_t rows = columns.empty() ? 0 : columns[0].length;
  return Batch(std::make_shared<const Schema>(Schema(std::move(fields))), std::move(columns), rows);
}

std::string written(TextFormat format, const Batch& batch) {
  std::string text;
  const auto out = make_text_writer(format, batch.schema(), [&](std::string_view piece) { text += piece; });
  out->write(batch);
  out->close();
  return text;
}

/// The values of one column in each form.
std::string ndjson(const Column& column) {
  const std::string text = written(TextFormat::ndjson, batch_of({{"a", column.type}}, {column}));
  std::string values;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    values += text.substr(begin + 5, end - begin - 6) + "\n";
    begin = end + 1;
  }
  return values;
}

std::string csv(const Column& column) {
  const std::string text = written(TextFormat::csv, batch_of({{"a", column.type}}, {column}));
  return text.substr(text.find('\n') + 1);
}

std::string shown(const Column& column, int64_t row = 0, size_t bytes_max = 1000) {
  std::string text;
  append_value_text(column, row, bytes_max, text);
  return text;
}

Column decimals(int precision, int scale, const std::vector<int64_t>& values) {
  Column column;
  column.type = decimal(precision, scale);
  test::set_validity(column, std::vector<bool>(values.size(), true));
  std::vector<uint64_t> words;
  for (const int64_t value : values) {
    const Int256 wide = to_int256(value);
    words.insert(words.end(), wide.words.begin(), wide.words.begin() + (precision > 38 ? 4 : 2));
  }
  column.values = test::make_buffer(std::move(words));
  return column;
}

TEST(TextOutput, WritesNumbersSoThatTheyReadBack) {
  EXPECT_EQ(ndjson(make_fixed<int64_t>(int64(), {INT64_MIN, INT64_MAX, {}})),
            "-9223372036854775808\n9223372036854775807\nnull\n");
  EXPECT_EQ(ndjson(make_fixed<uint64_t>(uint64(), {UINT64_MAX})), "18446744073709551615\n");
  EXPECT_EQ(ndjson(make_fixed<int8_t>(int8(), {-128})), "-128\n");
  EXPECT_EQ(ndjson(make_fixed<uint8_t>(uint8(), {255})), "255\n");
  EXPECT_EQ(ndjson(make_fixed<double>(float64(), {0.1, -0.0, 1e23, 5e-324})), "0.1\n-0\n1e+23\n5e-324\n");
  EXPECT_EQ(ndjson(make_fixed<float>(float32(), {0.1f, 16777216.0f})), "0.1\n16777216\n");
  EXPECT_EQ(ndjson(make_fixed<uint16_t>(float16(), {0x3c00, 0x7c00})), "1\n\"Infinity\"\n");
  EXPECT_EQ(ndjson(decimals(12, 2, {1250, -5, 0})), "12.50\n-0.05\n0.00\n");
  EXPECT_EQ(ndjson(decimals(76, 1, {-123})), "-12.3\n");
  EXPECT_EQ(ndjson(test::make_bool({true, false, {}})), "true\nfalse\nnull\n");
}

TEST(TextOutput, TellsWhatJsonHasNoNumberFor) {
  const Column column = make_fixed<double>(float64(), {kNan, kInfinity, -kInfinity});
  EXPECT_EQ(ndjson(column), "\"NaN\"\n\"Infinity\"\n\"-Infinity\"\n");
  EXPECT_EQ(csv(column), "NaN\nInfinity\n-Infinity\n");
}

TEST(TextOutput, WritesDatesAndTimes) {
  EXPECT_EQ(ndjson(make_fixed<int32_t>(date(), {19782, -1})), "\"2024-02-29\"\n\"1969-12-31\"\n");
  EXPECT_EQ(csv(make_fixed<int64_t>(timestamp(TimeUnit::millisecond, "UTC"), {500, {}})),
            "1970-01-01T00:00:00.500Z\n\n");
  EXPECT_EQ(csv(make_fixed<int64_t>(timestamp(TimeUnit::microsecond), {1})), "1970-01-01T00:00:00.000001\n");
  EXPECT_EQ(csv(make_fixed<int32_t>(time(TimeUnit::millisecond), {45'000'500})), "12:30:00.500\n");
  EXPECT_EQ(csv(make_fixed<int64_t>(time(TimeUnit::nanosecond), {-1, INT64_MAX})), "-1\n9223372036854775807\n");
  EXPECT_EQ(ndjson(make_fixed<int64_t>(duration(TimeUnit::second), {-7})), "-7\n");
  EXPECT_EQ(shown(make_fixed<int64_t>(timestamp(TimeUnit::nanosecond, "UTC"), {500'000'000})),
            "1970-01-01T00:00:00.5Z");
  EXPECT_EQ(shown(make_fixed<int64_t>(timestamp(TimeUnit::millisecond), {1000})), "1970-01-01T00:00:01");
}

TEST(TextOutput, WritesTexts) {
  const Column column = make_text(string(), {"a\"b\\\n\x01", "", "null", {}, "\xc3\xa4"});
  EXPECT_EQ(ndjson(column), "\"a\\\"b\\\\\\n\\u0001\"\n\"\"\n\"null\"\nnull\n\"\xc3\xa4\"\n");
  EXPECT_EQ(csv(column), "\"a\"\"b\\\n\x01\"\n\"\"\nnull\n\n\xc3\xa4\n");
  EXPECT_EQ(csv(make_text(string(), {"a,b", "a;b", "a\tb", "it's", " a", "a b"})),
            "\"a,b\"\n\"a;b\"\n\"a\tb\"\n\"it's\"\n\" a\"\na b\n");
  EXPECT_EQ(ndjson(make_text(enum_(), {"red"})), "\"red\"\n");
}

TEST(TextOutput, WritesBytesInHex) {
  EXPECT_EQ(ndjson(make_text(binary(), {std::string("\0\xff", 2), ""})), "\"00ff\"\n\"\"\n");
  EXPECT_EQ(csv(make_text(bson(), {std::string("\0\xff", 2), "", {}})), "00ff\n\"\"\n\n");
  Column id = make_text(binary(), {});
  id.type = uuid();
  id.length = 1;
  id.values = test::make_buffer(std::vector<char>(16, '\x11'));
  EXPECT_EQ(ndjson(id), "\"11111111-1111-1111-1111-111111111111\"\n");
  id.type = fixed(16);
  EXPECT_EQ(csv(id), std::string(32, '1') + "\n");
}

TEST(TextOutput, PutsJsonIntoJsonOnOneLine) {
  const Column column = make_text(json(), {"{\"a\":\n 1}", "[1,2", {}, "12.50"});
  EXPECT_EQ(ndjson(column), "{\"a\":  1}\n\"[1,2\"\nnull\n12.50\n");
  EXPECT_EQ(csv(column), "\"{\"\"a\"\":\n 1}\"\n\"[1,2\"\n\n12.50\n");
}

TEST(TextOutput, WritesWhatIsNested) {
  const Column items = test::make_int64({1, {}, 3});
  const Column lists = test::make_list({"element", int64()}, items, {{2}, {}, {0}, {1}});
  EXPECT_EQ(ndjson(lists), "[1,null]\nnull\n[]\n[3]\n");
  EXPECT_EQ(csv(lists), "\"[1,null]\"\n\n\"[]\"\n\"[3]\"\n");
  EXPECT_EQ(ndjson(lists.slice(2, 2)), "[]\n[3]\n");
  const Column names = make_text(string(), {"Ada", "x", {}, ""});
  const Column users = test::make_struct(struct_({{"name", string()}, {"my tags", lists.type}}), {names, lists},
                                         {true, false, true, true});
  EXPECT_EQ(ndjson(users),
            "{\"name\":\"Ada\",\"my tags\":[1,null]}\nnull\n{\"name\":null,\"my tags\":[]}\n"
            "{\"name\":\"\",\"my tags\":[3]}\n");
  EXPECT_EQ(ndjson(users.slice(3, 1)), "{\"name\":\"\",\"my tags\":[3]}\n");
  EXPECT_EQ(shown(users), "{name: \"Ada\", \"my tags\": [1, null]}");
}

Column make_map(const Column& keys, const Column& values, const std::vector<std::optional<int32_t>>& sizes) {
  Column column = test::make_list({"entry", int64()}, {}, sizes);
  column.type = map(keys.type, values.type);
  Column entries;
  entries.type = column.type.element().type;
  entries.length = keys.length;
  entries.children = {keys, values};
  column.children = {entries};
  return column;
}

TEST(TextOutput, WritesMapsAsObjects) {
  const Column values = test::make_int64({1, {}, 3});
  const Column by_name = make_map(make_text(string(), {"a", "b\"", ""}), values, {{2}, {}, {1}});
  EXPECT_EQ(ndjson(by_name), "{\"a\":1,\"b\\\"\":null}\nnull\n{\"\":3}\n");
  EXPECT_EQ(shown(by_name), "{\"a\": 1, \"b\\\"\": null}");
  const Column by_number = make_map(test::make_int64({7, 8, 9}), values, {{3}});
  EXPECT_EQ(ndjson(by_number), "{\"7\":1,\"8\":null,\"9\":3}\n");
  const Column key_lists = test::make_list({"element", int64()}, test::make_int64({5}), {{1}, {0}});
  EXPECT_EQ(ndjson(make_map(key_lists, test::make_int64({1, 2}), {{2}})),
            "[{\"key\":[5],\"value\":1},{\"key\":[],\"value\":2}]\n");
}

TEST(TextOutput, CutsValuesForPeople) {
  EXPECT_EQ(shown(make_text(string(), {"abcdef"}), 0, 4), "abcd...");
  EXPECT_EQ(shown(make_text(string(), {"\xc3\xa4\xc3\xa4"}), 0, 3), "\xc3\xa4...");
  EXPECT_EQ(shown(make_text(binary(), {"abcdef"}), 0, 4), "6162...");
  const Column items = test::make_int64(std::vector<std::optional<int64_t>>(100'000, 1234567));
  const std::string text = shown(test::make_list({"element", int64()}, items, {{100'000}}), 0, 100);
  EXPECT_LT(text.size(), 130);
  EXPECT_TRUE(text.ends_with(", ...]")) << text;
}

TEST(TextOutput, QuotesNamesInTheHeader) {
  const Batch batch = batch_of({{"a,b", int64()}, {"", int64()}, {"c", null()}},
                               {test::make_int64({1}), test::make_int64({{}}), test::make_null(1)});
  EXPECT_EQ(written(TextFormat::csv, batch), "\"a,b\",\"\",c\n1,,\n");
  EXPECT_EQ(written(TextFormat::ndjson, batch), "{\"a,b\":1,\"\":null,\"c\":null}\n");
}

TEST(TextOutput, HandsOverPiecesAndAllOfIt) {
  const Batch batch = batch_of(
      {{"a", string()}}, {make_text(string(), std::vector<std::optional<std::string>>(100, std::string(10'000, 'x')))});
  std::vector<size_t> pieces;
  const auto out = make_text_writer(TextFormat::ndjson, batch.schema(),
                                    [&](std::string_view piece) { pieces.push_back(piece.size()); });
  out->write(batch);
  out->write(batch);
  out->close();
  size_t total = 0;
  for (const size_t piece : pieces) {
    EXPECT_LE(piece, 80'000);
    total += piece;
  }
  EXPECT_EQ(total, 200 * (10'000 + std::string("{\"a\":\"\"}\n").size()));
}

// Each line is JSON, there are as many as rows, and how the values lie in memory changes nothing.
TEST(TextOutput, WritesAnyTable) {
  constexpr uint64_t kSeed = 20'261'121;
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.depth_max = 4, .rows_max = 60, .leaves_max = 400, .leaves_max_large = 400});
    std::string first;
    for (int pass = 0; pass < 2; ++pass) {
      std::string text;
      const auto out =
          make_text_writer(TextFormat::ndjson, table.schema, [&](std::string_view piece) { text += piece; });
      for (const Batch& batch : test::draw_batches(draw, table, true)) out->write(batch);
      out->close();
      if (pass == 0)
        first = text;
      else
        ASSERT_EQ(text, first);
    }
    int64_t lines = 0;
    JsonGrammar grammar;
    for (size_t begin = 0; begin < first.size(); ++lines) {
      const size_t end = first.find('\n', begin);
      const std::string line = first.substr(begin, end - begin);
      ASSERT_EQ(grammar.find_fault(line), std::nullopt) << line;
      begin = end + 1;
    }
    ASSERT_EQ(lines, table.rows);
  }
}

}  // namespace
}  // namespace sluice::text_output_test
