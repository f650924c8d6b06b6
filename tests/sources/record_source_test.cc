// The source from end to end: framing, inference, replay, order, and every kind of bad input with its exact place.
#include "sources/record_source.h"

#include <gtest/gtest.h>

#include "sources/source_text.h"

namespace sluice::record_source_test {
namespace {

using test::deliver;
using test::deliver_as;
using test::Delivered;
using test::Reading;
using Rows = std::vector<std::string>;

struct Bad {
  std::string name;
  std::string schema;  // empty = inferred
  std::string line;    // the third record
  int64_t byte;        // within that line
  std::string field;
  std::string says;
};

const std::vector<Bad> kBadRecords = {
    {"not json", "a int64", "nonsense", 0, "", "malformed JSON in record 3 (byte @): expected a value"},
    {"not an object", "a int64", "  [1, 2]", 2, "", "record 3 (byte @): expected a JSON object, found [1, 2]"},
    {"a scalar", "a int64", "12", 0, "", "expected a JSON object, found 12"},
    {"cut off", "a int64", "{\"a\":1", 6, "", "malformed JSON in record 3 (byte @): expected ',' or '}' after a value"},
    {"cut off in a key", "a int64", "{\"a", 1, "", "a string has no closing quote"},
    {"cut off behind a key", "a int64", "{\"a\"", 4, "", "expected ':' after a key"},
    {"cut off behind a colon", "a int64", "{\"a\":", 5, "", "the line ends where a value is expected"},
    {"only a brace", "a int64", "{", 1, "", "expected a key in double quotes"},
    {"comma at the end", "a int64", "{\"a\":1,}", 7, "", "expected a key in double quotes"},
    {"comma at the beginning", "a int64", "{,\"a\":1}", 1, "", "expected a key in double quotes"},
    {"no comma", "a int64", "{\"a\":1 \"b\":2}", 7, "", "expected ',' or '}' after a value"},
    {"wrong bracket", "a int64", "{\"a\":1]", 6, "", "expected ',' or '}' after a value"},
    {"number as key", "a int64", "{1:1}", 1, "", "expected a key in double quotes"},
    {"no colon", "a int64", "{\"a\" 1}", 5, "", "expected ':' after a key"},
    {"open array", "a list<int64>", "{\"a\":[1}", 7, "", "expected ',' or ']' after a value"},
    {"hole in an array", "a list<int64>", "{\"a\":[1,,2]}", 8, "", "expected a value"},
    {"comma at the end of an array", "a list<int64>", "{\"a\":[1,]}", 8, "", "expected a value"},
    {"two records in a line", "a int64", "{\"a\":1}{\"a\":2}", 7, "", "the line goes on behind the record"},
    {"junk behind", "a int64", "{\"a\":1} x", 8, "", "the line goes on behind the record"},
    {"unclosed string", "a string", "{\"a\":\"x}", 5, "", "a string has no closing quote"},
    {"escaped quote", "a string", "{\"a\":\"x\\\"}", 5, "", "a string has no closing quote"},
    {"control byte", "a string", "{\"a\":\"x\ty\"}", 7, "", "a control byte in a string must be escaped"},
    {"nul byte", "a string", std::string("{\"a\":\0}", 7), 5, "", "expected a value"},
    {"unknown escape", "a string", "{\"a\":\"\\x41\"}", 5, "", "a string has an escape that JSON does not know"},
    {"lone surrogate", "a string", "{\"a\":\"\\ud800\"}", 5, "", "half of a surrogate pair"},
    {"unknown escape in a key", "a string", "{\"\\q\":1}", 1, "", "a string has an escape that JSON does not know"},
    {"invalid UTF-8", "a string", "{\"a\":\"x\xFFy\"}", 7, "", "invalid UTF-8"},
    {"half a code point", "a string", "{\"a\":\"\xC3\"}", 6, "", "invalid UTF-8"},
    {"surrogate in UTF-8", "a string", "{\"a\":\"\xED\xA0\x80\"}", 6, "", "invalid UTF-8"},
    {"mark inside", "a int64", "\xEF\xBB\xBF{\"a\":1}", 0, "", "expected a value"},
    {"true cut", "a bool", "{\"a\":tru}", 5, "", "malformed JSON in record 3 (byte @): expected a value"},
    {"true with a tail", "a bool", "{\"a\":truex}", 5, "", "expected a value"},
    {"null with a tail", "a bool", "{\"a\":nullnull}", 5, "", "expected a value"},
    {"leading zero", "a int64", "{\"a\":01}", 5, "", "expected a value"},
    {"plus", "a int64", "{\"a\":+1}", 5, "", "expected a value"},
    {"minus alone", "a int64", "{\"a\":-}", 5, "", "expected a value"},
    {"point at the end", "a float64", "{\"a\":1.}", 5, "", "expected a value"},
    {"point at the beginning", "a float64", "{\"a\":.5}", 5, "", "expected a value"},
    {"NaN", "a float64", "{\"a\":NaN}", 5, "", "expected a value"},
    {"Infinity", "a float64", "{\"a\":-Infinity}", 5, "", "expected a value"},
    {"number with a tail", "a int64", "{\"a\":12abc}", 5, "", "expected a value"},
    {"number and string", "a int64", "{\"a\":12\"b\"}", 5, "", "expected a value"},
    {"form feed", "a int64", "{\"a\":12\f}", 5, "", "expected a value"},
    {"single quotes", "a string", "{'a':1}", 1, "", "expected a key in double quotes"},
    {"duplicate", "a int64, b int64", "{\"a\":1,\"b\":2,\"a\":3}", 13, "a", "the key stands twice in one object"},
    {"duplicate by escape", "a int64", "{\"a\":1,\"\\u0061\":3}", 7, "a", "the key stands twice in one object"},
    {"duplicate inside", "a struct<b int64>", "{\"a\":{\"b\":1,\"b\":null}}", 12, "a.b", "the key stands twice"},
    {"extra", "a int64", "{\"a\":1,\"b\":[2]}", 7, "b", "column b: not in the schema (value [2])"},
    {"extra null", "a int64", "{\"a\":1,\"b\":null}", 7, "b", "column b: not in the schema (value null)"},
    {"extra inside", "a list<struct<b int64>>", "{\"a\":[{\"c\":1}]}", 7, "a[].c", "not in the schema (value 1)"},
    {"extra by escape", "a int64", "{\"\\u0062\\n\":\"\\\\\"}", 1, "b\n", "column b\\u000a: not in the schema"},
    {"missing", "a int64, b int64 not null", "{\"a\":1}", 6, "b", "column b: required, but missing"},
    {"null", "a int64 not null", "{\"a\":null}", 5, "a", "column a: required, but null"},
    {"null element", "a list<int64 not null>", "{\"a\":[1,null]}", 8, "a[]", "column a[]: required, but null"},
    {"missing inside", "a struct<b int64 not null>", "{\"a\":{}}", 6, "a.b", "column a.b: required, but missing"},
    {"not a number", "amount float64", "{\"amount\":\"n/a\"}", 10, "amount", "column amount: \"n/a\" is not a float64"},
    {"out of range", "a struct<b list<uint8>>", "{\"a\":{\"b\":[1,256]}}", 13, "a.b[]",
     "256 is out of the range of uint8"},
    {"long value", "a int64", "{\"a\":\"" + std::string(100, 'x') + "\"}", 5, "a",
     "column a: \"" + std::string(59, 'x') + "... is not an int64"},
    {"escape codes", "a struct<b int64>", "{\"a\":\"\x7f\xC2\x9b\"}", 5, "a", "\"\\u007f\\u009b\" is not a struct"},
    {"malformed before unfitting", "a int64", "{\"a\":[tru]}", 6, "", "malformed JSON in record 3 (byte @): expected"},
    {"inferred malformed", "", "{\"a\":1", 6, "", "malformed JSON in record 3 (byte @): expected ',' or '}'"},
    {"inferred UTF-8", "", "{\"a\":\"\xFF\"}", 6, "", "malformed JSON in record 3 (byte @): invalid UTF-8"},
    {"inferred not an object", "", "3", 0, "", "record 3 (byte @): expected a JSON object, found 3"},
    {"inferred duplicate", "", "{\"a\":1,\"a\":1}", 7, "a", "the key stands twice in one object"},
};

// A good value for the schemas of the table.
std::string good_record(const Bad& bad) {
  return bad.name == "missing" ? "{\"b\":1}" : bad.schema.empty() ? "{\"a\":7}" : "{}";
}

std::string good_schema_record(const Bad& bad) {
  if (bad.name == "null") return "{\"a\":1}";
  return good_record(bad);
}

TEST(RecordSource, BadRecordsAreNamedExactly) {
  for (const Bad& bad : kBadRecords) {
    const std::string good = good_schema_record(bad);
    const std::string before = good + "\n\n " + good + "\r\n \n";
    const std::string text = before + bad.line + "\n" + good + "\nworse\n";
    const auto byte = static_cast<int64_t>(before.size()) + bad.byte;
    std::string says = bad.says;
    if (const size_t at = says.find('@'); at != std::string::npos) says.replace(at, 1, std::to_string(byte));
    for (const unsigned threads : {1u, 2u, 8u}) {
      for (const uint64_t block_bytes : {uint64_t{1}, uint64_t{16}, uint64_t{60}, kBlockBytes}) {
        SCOPED_TRACE(bad.name + ", " + std::to_string(threads) + " threads, blocks of " + std::to_string(block_bytes));
        const Reading reading{.options = {}, .block_bytes = block_bytes, .threads = threads};
        const Delivered all = bad.schema.empty() ? deliver(text, reading) : deliver_as(bad.schema, text, reading);
        ASSERT_TRUE(all.error);
        EXPECT_EQ(all.error->code(), ErrorCode::data);
        EXPECT_EQ(all.error->place().record, 3) << all.error->what();
        EXPECT_EQ(all.error->place().byte, byte) << all.error->what();
        EXPECT_EQ(all.error->place().field, bad.field);
        const std::string sentence = all.error->what();
        EXPECT_NE(sentence.find(says), std::string::npos) << sentence;
        EXPECT_EQ(sentence.find(all.error->place().source + ": "), 0u) << sentence;
      }
    }
  }
}

TEST(RecordSource, BadRecordFarBehindIsNumberedRight) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "{\"a\":" + std::to_string(i) + ",\"b\":\"some text\"}\n";
  const auto byte = static_cast<int64_t>(text.size()) + 5;
  text += "{\"a\":oops}\n{\"a\":\"later\"}\n";
  for (int i = 0; i < 5'000; ++i) text += "{\"a\":1}\n";
  for (const unsigned threads : {1u, 2u, 8u}) {
    for (const uint64_t block_bytes : {uint64_t{1'000}, uint64_t{70'000}, kBlockBytes}) {
      const Delivered all =
          deliver_as("a int64, b string", text, {.options = {}, .block_bytes = block_bytes, .threads = threads});
      ASSERT_TRUE(all.error);
      EXPECT_EQ(all.error->place().record, 20'001);
      EXPECT_EQ(all.error->place().byte, byte);
    }
  }
}

TEST(RecordSource, RecordInTwoLinesIsMalformedInTheFirst) {
  for (const std::string text : {"{\"a\":1}\n{\"a\":\n2}\n", "{\"a\":1}\n{\"a\":2\n}\n", "{\"a\":1}\n{\n\"a\":2}\n"}) {
    for (const uint64_t block_bytes : {uint64_t{1}, kBlockBytes}) {
      const Delivered all = deliver_as("a int64", text, {.options = {}, .block_bytes = block_bytes});
      ASSERT_TRUE(all.error);
      EXPECT_EQ(all.error->place().record, 2) << text;
      EXPECT_NE(std::string(all.error->what()).find("malformed JSON"), std::string::npos);
    }
  }
}

TEST(RecordSource, DepthIsLimited) {
  const auto nested = [](int depth) {  // `depth` levels, the record being one
    return "{\"a\":" + std::string(static_cast<size_t>(depth - 1), '[') +
           std::string(static_cast<size_t>(depth - 1), ']') + "}\n";
  };
  for (const bool declared : {true, false}) {
    for (const int depth_max : {2, 64, 1'000}) {
      Reading reading;
      reading.options.depth_max = depth_max;
      if (declared) reading.options.schema = parse_schema("a json");
      const Delivered good = deliver(nested(depth_max), reading);
      // Inference has its own limit of columns, which is about 64 too.
      if (declared || depth_max <= 64) {
        EXPECT_FALSE(good.error) << good.error->what();
      }
      const Delivered bad = deliver(nested(1) + nested(depth_max + 1), reading);
      ASSERT_TRUE(bad.error);
      EXPECT_EQ(bad.error->code(), ErrorCode::data);
    }
  }
  const Delivered bad = deliver_as("a json", nested(65));
  ASSERT_TRUE(bad.error);
  EXPECT_NE(std::string(bad.error->what()).find("record 1 (byte 68): more than 64 levels of objects and arrays"),
            std::string::npos)
      << bad.error->what();
  const Delivered deepest = deliver_as("a json", std::string(1'000'000, '[') + "\n");
  ASSERT_TRUE(deepest.error);
  EXPECT_EQ(deepest.error->place().byte, 64);
}

TEST(RecordSource, BlankLinesAndLineEndsAndMarks) {
  const Rows rows = {"{a:1}", "{a:2}", "{a:3}"};
  const std::vector<std::string> texts = {
      "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}", "{\"a\":1}\r\n{\"a\":2}\r\n{\"a\":3}\r\n",
      "\n\r\n \t\n{\"a\":1}\n\n\n  {\"a\":2}\t \n{\"a\":3}\n\n  ", "\xEF\xBB\xBF{\"a\":1}\n{\"a\":2}\n{\"a\":3}\r"};
  for (const std::string& text : texts) {
    for (uint64_t block_bytes = 1; block_bytes < text.size() + 2; ++block_bytes) {
      for (const bool declared : {true, false}) {
        Reading reading{.options = {}, .block_bytes = block_bytes, .threads = 2};
        if (declared) reading.options.schema = parse_schema("a int64");
        const Delivered all = deliver(text, reading);
        ASSERT_FALSE(all.error) << all.error->what();
        ASSERT_EQ(all.rows, rows) << text << block_bytes;
      }
    }
    EXPECT_EQ(deliver(text).bytes_read, text.size());
  }
}

TEST(RecordSource, NothingIn) {
  for (const std::string text : {"", "\n", "\xEF\xBB\xBF", " \r\n\n"}) {
    const Delivered inferred = deliver(text);
    ASSERT_FALSE(inferred.error) << inferred.error->what();
    EXPECT_EQ(inferred.schema.size(), 0u);
    EXPECT_TRUE(inferred.rows.empty());
    const Delivered declared = deliver_as("a int64", text);
    ASSERT_FALSE(declared.error);
    EXPECT_EQ(declared.schema.size(), 1u);
    EXPECT_TRUE(declared.rows.empty());
  }
}

TEST(RecordSource, RecordsWithoutAnyFieldAreAnError) {
  const Delivered all = deliver("{}\n{}\n");
  ASSERT_TRUE(all.error);
  EXPECT_EQ(all.error->code(), ErrorCode::data);
  EXPECT_NE(std::string(all.error->what()).find("none of the records in the sample has a field (2 seen)"),
            std::string::npos);
  EXPECT_EQ(deliver_as("a int64", "{}\n{}\n").rows, (Rows{"{a:null}", "{a:null}"}));
  EXPECT_EQ(deliver("{}\n{\"a\":1}\n").rows, (Rows{"{a:null}", "{a:1}"}));
}

TEST(RecordSource, TooManyColumnsNameTheSource) {
  std::string text = "{";
  for (size_t i = 0; i <= kInferredLeavesMax; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  const Delivered all = deliver(text + "}\n");
  ASSERT_TRUE(all.error);
  EXPECT_EQ(all.error->code(), ErrorCode::data);
  EXPECT_EQ(all.error->place().record, 1);
  EXPECT_EQ(std::string(all.error->what()).find(all.error->place().source + ": record 1: more than"), 0u);
}

TEST(RecordSource, OptionsAreChecked) {
  for (const int depth : {0, -1, 1'001}) {
    Reading reading;
    reading.options.depth_max = depth;
    EXPECT_EQ(deliver("{}", reading).error->code(), ErrorCode::invalid);
  }
  EXPECT_EQ(test::deliver_file("/nonexistent/x.ndjson").error->code(), ErrorCode::io);
}

TEST(RecordSource, InfersAndReplaysEveryRecordOnce) {
  std::string text;
  Rows rows;
  for (int i = 0; i < 3'000; ++i) {
    const std::string n = std::to_string(i);
    text += "{\"id\":" + n + ",\"user\":{\"name\":\"n" + n + "\",\"tags\":[\"a\",\"b" + n +
            "\"]},\"ok\":" + (i % 2 != 0 ? "true" : "null") + ",\"day\":\"1970-01-02\",\"x\":" + n + ".5}\n";
    rows.push_back("{id:" + n + ",user:{name:'n" + n + "',tags:['a','b" + n +
                   "']},ok:" + (i % 2 != 0 ? "true" : "null") + ",day:1,x:" + n + ".5}");
  }
  for (const uint64_t sample_bytes : {uint64_t{1'000}, uint64_t{5'000}, 16_MiB}) {
    for (const uint64_t block_bytes : {uint64_t{100}, uint64_t{4'096}, kBlockBytes}) {
      for (const unsigned threads : {1u, 3u}) {
        Reading reading{.options = {}, .block_bytes = block_bytes, .threads = threads};
        reading.options.sample_bytes = sample_bytes;
        const Delivered all = deliver(text, reading);
        ASSERT_FALSE(all.error) << all.error->what();
        EXPECT_EQ(to_text(all.schema),
                  "id int64, user struct<name string, tags list<string>>, ok bool, day date, x float64");
        EXPECT_EQ(all.rows, rows);
        EXPECT_EQ(all.bytes_read, text.size());
      }
    }
  }
}

TEST(RecordSource, InferredTypesKeepEveryValue) {
  const Delivered all = deliver(
      "{\"i\":1,\"u\":18446744073709551615,\"f\":1,\"m\":1,\"b\":9007199254740993,\"t\":\"2024-01-01T00:00:00Z\",\"n\":"
      "null}\n"
      "{\"i\":-1,\"u\":0,\"f\":0.5,\"m\":[\"x\"],\"b\":0.5,\"t\":\"2024-01-01T00:00:00.5Z\",\"z\":\"007\"}\n");
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema),
            "i int64, u uint64, f float64, m json, b json, t timestamp(ms, UTC), n null, z string");
  EXPECT_EQ(all.rows, (Rows{"{i:1,u:18446744073709551615,f:1,m:'1',b:'9007199254740993',t:1704067200000,n:null,z:null}",
                            "{i:-1,u:0,f:0.5,m:'[\"x\"]',b:'0.5',t:1704067200500,n:null,z:'007'}"}));
  EXPECT_FALSE(all.notes.empty());
}

// What comes behind the sample, and what the hint says.
struct Late {
  std::string sample;
  std::string record;
  std::string says;
  std::string schema;  // that the hint names
};

TEST(RecordSource, WhatDoesNotFitBehindTheSample) {
  const std::vector<Late> cases = {
      {"{\"a\":1}", "{\"a\":1.5}", "column a: 1.5 is not an int64", "a float64"},
      {"{\"a\":1}", "{\"a\":\"x\"}", "column a: \"x\" is not an int64", "a json"},
      {"{\"a\":\"x\"}", "{\"a\":1}", "column a: 1 is not a string", "a json"},
      {"{\"a\":\"2024-01-01\"}", "{\"a\":\"soon\"}", "column a: \"soon\" is not a date", "a string"},
      {"{\"a\":0.5}", "{\"a\":9007199254740993}", "column a: 9007199254740993 would be changed by a float64", "a json"},
      {"{\"a\":0.5}", "{\"a\":0.1234567890123456789}", "would be changed by a float64", "a json"},
      {"{\"a\":0.5}", "{\"a\":1e400}", "would be changed by a float64", "a json"},
      {"{\"a\":null,\"b\":1}", "{\"a\":\"x\"}", "column a: \"x\" in a column that held only nulls in the sample",
       "a string, b int64"},
      {"{\"a\":null,\"b\":1}", "{\"a\":[1]}", "[1] in a column that held only nulls", "a json, b int64"},
      {"{\"a\":1}", "{\"a\":1,\"b\":true}",
       "column b: new after the sample that the schema was inferred from (value true)", "a int64, b bool"},
      {"{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":1,\"d e\":\"x\"}]}}",
       "column a.b[].d e: new after the sample", "a struct<b list<struct<c int64, \"d e\" string>>>"},
      {"{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":\"x\"}]}}", "column a.b[].c: \"x\" is not an int64",
       "a struct<b list<struct<c json>>>"},
  };
  for (const Late& late : cases) {
    for (const uint64_t block_bytes : {uint64_t{1}, uint64_t{50}, kBlockBytes}) {
      Reading reading{.options = {}, .block_bytes = block_bytes, .threads = 2};
      reading.options.sample_bytes = late.sample.size() + 1;
      reading.options.evolution = Evolution::strict;
      const Delivered all = deliver(late.sample + "\n" + late.sample + "\n" + late.record + "\n", reading);
      ASSERT_TRUE(all.error) << late.record;
      EXPECT_EQ(all.error->place().record, 3);
      EXPECT_NE(std::string(all.error->what()).find(late.says), std::string::npos) << all.error->what();
      const std::string hint = all.error->hint();
      ASSERT_EQ(hint.find("--schema '"), 0u) << hint;
      const std::string schema = hint.substr(10, hint.rfind('\'') - 10);
      EXPECT_EQ(schema, late.schema);
      EXPECT_FALSE(deliver_as(schema, late.sample + "\n" + late.record + "\n").error) << "the hint must help";
    }
  }
}

TEST(RecordSource, NewFieldsWithoutAValueAreNotMissedBehindTheSample) {
  Reading reading;
  reading.options.sample_bytes = 1;
  const Delivered all = deliver("{\"a\":1}\n{\"b\":null,\"a\":2}\n", reading);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(all.rows, (Rows{"{a:1}", "{a:2}"}));
}

TEST(RecordSource, SampleEndsAtTheSameRecordForEveryBlockSize) {
  const std::string text = "{\"a\":1}\n{\"a\":2}\n{\"b\":3}\n";  // lines begin at 0, 8, 16
  for (uint64_t sample_bytes = 1; sample_bytes < 26; ++sample_bytes) {
    for (uint64_t block_bytes = 1; block_bytes < 30; ++block_bytes) {
      Reading reading{.options = {}, .block_bytes = block_bytes};
      reading.options.sample_bytes = sample_bytes;
      reading.options.evolution = Evolution::strict;
      EXPECT_EQ(deliver(text, reading).error.has_value(), sample_bytes <= 16) << sample_bytes << " " << block_bytes;
    }
  }
}

TEST(RecordSource, LongRecordsUpToTheLimit) {
  const uint64_t budget = 16_MiB;
  const size_t limit = budget / 8;
  const auto record = [](size_t bytes) { return "{\"a\":\"" + std::string(bytes - 8, 'x') + "\"}"; };
  const std::string small = "{\"a\":\"y\"}\n";
  const Delivered good = deliver(small + record(limit) + "\n" + small + record(limit),
                                 {.options = {}, .threads = 2, .memory_bytes = budget});
  ASSERT_FALSE(good.error) << good.error->what();
  ASSERT_EQ(good.rows.size(), 4u);
  EXPECT_EQ(good.rows[1].size(), limit - 8 + 6);
  for (const uint64_t block_bytes : {uint64_t{1'000}, kBlockBytes, 4_MiB}) {
    const Delivered bad = deliver(small + small + record(limit + 1) + "\n" + small,
                                  {.options = {}, .block_bytes = block_bytes, .threads = 2, .memory_bytes = budget});
    ASSERT_TRUE(bad.error);
    EXPECT_EQ(bad.error->code(), ErrorCode::data);
    EXPECT_EQ(bad.error->place().record, 3);
    EXPECT_EQ(bad.error->place().byte, static_cast<int64_t>(2 * small.size()));
    EXPECT_NE(std::string(bad.error->what()).find("longer than 2097152 bytes"), std::string::npos);
    EXPECT_NE(bad.error->hint().find("--memory 32MiB"), std::string::npos);
  }
}

// A record takes a quarter of the budget in the columns at most, whatever its text asks for.
TEST(RecordSource, RecordsUnfoldUpToTheLimit) {
  std::string items = "{\"f0\":1";
  for (int i = 1; i < 500; ++i) items += ",\"f" + std::to_string(i) + "\":1";
  const std::string wide = "{\"l\":[" + items + "}]}\n";
  const auto record = [](int count) {
    std::string text = "{\"l\":[{}";
    for (int i = 1; i < count; ++i) text += ",{}";
    return text + "]}\n";
  };
  const int fits = 4 * 1'048'576 / (1 + 500 * 9);
  const Delivered good = deliver(wide + record(fits), {.options = {}, .memory_bytes = 16_MiB});
  ASSERT_FALSE(good.error) << good.error->what();
  EXPECT_EQ(good.rows.size(), 2u);
  const Delivered bad = deliver(wide + record(fits + 1), {.options = {}, .memory_bytes = 16_MiB});
  ASSERT_TRUE(bad.error);
  EXPECT_EQ(bad.error->code(), ErrorCode::data);
  EXPECT_EQ(bad.error->place().record, 2);
  EXPECT_EQ(bad.error->place().field, "l");
  EXPECT_NE(std::string(bad.error->what())
                .find("the record unfolds to more than 4194304 bytes, which is all that a record may have of a memory "
                      "budget of 16MiB"),
            std::string::npos)
      << bad.error->what();
  EXPECT_EQ(bad.error->hint(), "--memory 32MiB allows twice as much.");
}

// More of them than one batch may have, in one block.
TEST(RecordSource, BadRecordsBeyondABatchAreNumberedRight) {
  const int count = static_cast<int>(kRejectsMax) + 100;
  std::string text = "{\"a\":1}\n";
  for (int i = 0; i < count; ++i) text += "x\n";
  text += "{\"a\":2}\nx\n";
  Reading reading{.options = {.bad_records = BadRecords::skip}};
  int64_t number = 1;
  int64_t last = 0;
  reading.options.on_bad_record = [&](const BadRecord& bad) {
    last = bad.record;
    if (number <= count) {
      EXPECT_EQ(bad.record, ++number);
    }
  };
  const Delivered all = deliver_as("a int64", text, reading);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(all.rows, (Rows{"{a:1}", "{a:2}"}));
  EXPECT_EQ(all.bad_records.total, count + 1);
  EXPECT_EQ(last, count + 3);
}

TEST(RecordSource, LongRecordsAreBadOnesWhereSuchAreLeftOut) {
  const std::string long_line = "{\"a\":\"" + std::string(3'000'000, 'x') + "\"}";
  const std::string text = long_line + "\n{\"a\":\"1\"}\n" + long_line + "\nbad\n{\"a\":\"2\"}\n" + long_line;
  for (const bool declared : {true, false})
    for (const uint64_t block_bytes : {uint64_t{1'000}, kBlockBytes}) {
      std::vector<std::string> seen;
      Reading reading{.options = {.bad_records = BadRecords::skip},
                      .block_bytes = block_bytes,
                      .threads = 2,
                      .memory_bytes = 16_MiB};
      if (declared) reading.options.schema = parse_schema("a string");
      reading.options.on_bad_record = [&](const BadRecord& bad) {
        seen.push_back(std::to_string(bad.record) + " " + std::to_string(bad.byte) + " " +
                       std::to_string(bad.text.size()));
      };
      const Delivered all = deliver(text, reading);
      ASSERT_FALSE(all.error) << all.error->what();
      EXPECT_EQ(all.rows, (Rows{"{a:'1'}", "{a:'2'}"}));
      const size_t size = long_line.size();
      EXPECT_EQ(seen,
                (Rows{"1 0 65536", "3 " + std::to_string(size + 11) + " 65536",
                      "4 " + std::to_string(2 * size + 12) + " 3", "6 " + std::to_string(2 * size + 26) + " 65536"}));
      EXPECT_EQ(all.bad_records.total, 4);
    }
}

TEST(RecordSource, RecordsAcrossBlockBorders) {
  std::string text;
  Rows rows;
  for (size_t i = 0; i < 60; ++i) {
    const std::string value(i * 7 % 50, 'v');
    text += "{\"a\":\"" + value + "\"}\n";
    rows.push_back("{a:'" + value + "'}");
  }
  for (uint64_t block_bytes = 1; block_bytes < 200; ++block_bytes)
    ASSERT_EQ(deliver(text, {.options = {}, .block_bytes = block_bytes, .threads = 2}).rows, rows) << block_bytes;
}

// A block of short records and wide nulls becomes several batches, the same ones for any number of threads.
TEST(RecordSource, BlocksThatUnfoldToMuchAreDeliveredInParts) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "{\"id\":" + std::to_string(i) + ",\"x\":0}\n";
  const test::TextFile file(text);
  for (const uint64_t block_bytes : {uint64_t{3'000}, kBlockBytes}) {
    std::vector<int64_t> of_one_thread;
    for (const unsigned threads : {1u, 2u, 5u}) {
      SourceOptions options{.schema = parse_schema("id int64, e fixed_list<float32, 16384>"),
                            .extra_fields = ExtraFields::ignore};
      options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .memory_bytes = 16_MiB});
      const auto source = test::open_blocks(file.path(), options, block_bytes);
      RecordStream& stream = *source;
      std::vector<int64_t> batches;
      int64_t id = 0;
      while (const auto next = stream.next()) {
        const Batch& batch = next->batch;
        batches.push_back(batch.rows());
        EXPECT_LE(batch.rows(), 32);  // of 64 KiB each
        for (int64_t row = 0; row < batch.rows(); ++row) ASSERT_EQ(batch.column(0).data<int64_t>()[row], id++);
        EXPECT_EQ(batch.column(1).null_count, batch.rows());
      }
      EXPECT_EQ(id, 400);
      EXPECT_EQ(stream.bytes_read(), text.size());
      EXPECT_EQ(stream.extra_values(), 400);
      if (threads == 1) of_one_thread = batches;
      EXPECT_EQ(batches, of_one_thread);
    }
  }
}

TEST(RecordSource, FaultsInALaterPartOfABlockHaveTheirPlace) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "{\"id\":1}\n";
  const size_t bad_at = text.size();
  text += "{\"id\":true}\n{\"id\":1}\n";
  for (const uint64_t block_bytes : {uint64_t{500}, kBlockBytes}) {
    for (const unsigned threads : {1u, 2u}) {
      const Delivered all =
          deliver_as("id int64, e fixed(65536)", text,
                     {.options = {}, .block_bytes = block_bytes, .threads = threads, .memory_bytes = 16_MiB});
      ASSERT_TRUE(all.error);
      EXPECT_EQ(all.error->place().record, 151);
      EXPECT_EQ(all.error->place().byte, static_cast<int64_t>(bad_at + 6));
    }
  }
}

TEST(RecordSource, SlicesOfABlockAreJoinedWithoutLoss) {
  std::string text;
  Rows rows;
  for (size_t i = 0; i < 2'000; ++i) {
    const std::string value(i * 37 % 300, 's');
    text += "{\"a\":\"" + value + "\\n\"}\n";
    rows.push_back("{a:'" + value + "\n'}");
  }
  ASSERT_GT(text.size(), 3 * kSliceBytes);
  EXPECT_EQ(deliver(text).rows, rows);
}

}  // namespace
}  // namespace sluice::record_source_test
