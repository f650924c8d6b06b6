// Values of every type, by a declared schema.
#include "sources/record_reader.h"

#include <gtest/gtest.h>

#include "sources/source_text.h"

namespace sluice::record_reader_test {
namespace {

using test::deliver_as;
using test::Delivered;
using Rows = std::vector<std::string>;

// The one column `a` of the type, its values in order.
Rows values(const std::string& type, const std::vector<std::string>& json) {
  std::string text;
  for (const std::string& value : json) text += "{\"a\":" + value + "}\n";
  const Delivered all = deliver_as("a " + type, text);
  if (all.error) return {std::string("error ") + all.error->what()};
  Rows rows;
  for (const std::string& row : all.rows) rows.push_back(row.substr(3, row.size() - 4));
  return rows;
}

// What is wrong with one value, behind the place.
std::string wrong(const std::string& type, const std::string& json) {
  const Delivered all = deliver_as("a " + type, "{\"a\":" + json + "}\n");
  if (!all.error) return "no error";
  EXPECT_EQ(all.error->code(), ErrorCode::data);
  EXPECT_EQ(all.error->place().record, 1);
  EXPECT_EQ(all.error->place().byte, 5);
  EXPECT_EQ(all.error->place().field, "a");
  const std::string sentence = all.error->what();
  return sentence.substr(sentence.find("column a: ") + 10);
}

RecordBlock block_of(std::string_view text) {
  RecordBlock block;
  block.bytes.append(text);
  block.bytes.append(std::string(kBlockPadding, '\0'));
  block.end = text.size();
  return block;
}

// How many records each batch of the block has.
std::vector<int64_t> batches_of(const std::string& schema, std::string_view text, uint64_t batch_bytes_max) {
  RecordReader reader(std::make_shared<const Schema>(parse_schema(schema)), {.batch_bytes_max = batch_bytes_max});
  RecordBlock block = block_of(text);
  std::vector<int64_t> counts;
  while (block.begin < block.end) {
    const BlockRead read = reader.read(block);
    EXPECT_FALSE(read.fault) << read.fault->sentence;
    if (read.fault) break;
    EXPECT_EQ(read.batch.rows(), read.records);
    EXPECT_GT(read.end, block.begin);
    counts.push_back(read.records);
    block.begin = read.end;
  }
  return counts;
}

std::string times(size_t count, const std::string& line) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += line;
  return text;
}

using Counts = std::vector<int64_t>;

TEST(RecordReader, BatchesEndByTheBytesOfTheirColumns) {
  const std::string schema = "a int8 not null, wide fixed(1000)";  // 1,001 bytes and a bit for each record
  const std::string text = times(10, "{\"a\":1}\n");
  EXPECT_EQ(batches_of(schema, text, 1), Counts(10, 1));
  EXPECT_EQ(batches_of(schema, text, 1'002), Counts(10, 1));
  EXPECT_EQ(batches_of(schema, text, 1'003), (Counts{2, 2, 2, 2, 2}));
  EXPECT_EQ(batches_of(schema, text, 3'000), (Counts{3, 3, 3, 1}));
  EXPECT_EQ(batches_of(schema, text, 10'012), Counts{10});
  EXPECT_EQ(batches_of(schema, text, UINT64_MAX), Counts{10});
  EXPECT_EQ(batches_of(schema, text + "\n\n", 5'000), (Counts{5, 5, 0}));
  EXPECT_EQ(batches_of(schema, "", 1), Counts{});
}

TEST(RecordReader, BatchesEndByTheBytesOfWhatIsNested) {
  EXPECT_EQ(batches_of("e fixed_list<float32, 1000>", times(6, "{}\n"), 8'000), (Counts{2, 2, 2}));
  EXPECT_EQ(batches_of("s struct<e fixed_list<float32, 1000>>", times(6, "{\"s\":{}}\n"), 8'000), (Counts{2, 2, 2}));
  EXPECT_EQ(batches_of("l list<fixed(1000)>", times(4, "{\"l\":[null,null,null]}\n"), 6'000), (Counts{2, 2}));
  EXPECT_EQ(batches_of("l list<struct<a int8, w fixed(1000)>>", times(4, "{\"l\":[{},{},{}]}\n"), 6'000),
            (Counts{2, 2}));
  EXPECT_EQ(batches_of("m map<string, fixed(1000)>", times(4, "{\"m\":{\"a\":null,\"b\":null}}\n"), 4'000),
            (Counts{2, 2}));
}

// The limit is looked at now and then only: that must never be too late.
TEST(RecordReader, NoBatchIsLongerByMoreThanItsLastRecord) {
  for (const auto& [schema, line, bytes] :
       {std::tuple{"a int64 not null", std::string("{\"a\":1}\n"), 8},
        {"a string not null", "{\"a\":\"0123456789\"}\n", 14},
        {"a int8 not null, w uuid not null", "{\"a\":1,\"w\":\"00000000-0000-0000-0000-000000000001\"}\n", 17}}) {
    const int64_t limit = 100'000;
    const Counts counts = batches_of(schema, times(30'000, line), limit);
    EXPECT_GT(counts.size(), 2u);
    for (size_t i = 0; i + 1 < counts.size(); ++i) ASSERT_NEAR(counts[i], limit / bytes, 1) << schema;
  }
}

// Two bytes of text, "{}", ask for a null in each of a thousand columns, and of one record they can ask so often as it
// is long: 24 MiB took 65 GB, before the file could refuse the row.
TEST(RecordReader, ARecordUnfoldsToSoMuchAndNoMore) {
  // What a null of int64 takes at most is 9 bytes, and of the struct 1 + 100 * 9.
  std::string item = "struct<f0 int64";
  for (int i = 1; i < 100; ++i) item += ", f" + std::to_string(i) + " int64";
  item += ">";
  const auto items = [](size_t count, const std::string& one) { return one + times(count - 1, "," + one); };
  const auto sentence = [](const std::string& schema, const std::string& line) {
    RecordReader reader(std::make_shared<const Schema>(parse_schema(schema)),
                        {.unfolded_bytes_max = 9'010, .unfolded_reason = ", or so", .unfolded_hint = "Less."});
    const BlockRead read = reader.read(block_of("{}\n" + line + "\n"));
    if (!read.fault) return std::string("none");
    EXPECT_EQ(read.fault->record, 1);
    EXPECT_EQ(read.fault->hint, "Less.");
    return read.fault->field + ": " + read.fault->sentence;
  };
  const std::string words = ": the record unfolds to more than 9010 bytes, or so";
  for (const std::string one : {"{}", "null", "{\"f7\":1}"}) {
    EXPECT_EQ(sentence("l list<" + item + ">", "{\"l\":[" + items(10, one) + "]}"), "none") << one;
    EXPECT_EQ(sentence("l list<" + item + ">", "{\"l\":[" + items(11, one) + "]}"), "l" + words) << one;
  }
  // All lists of a record together.
  const std::string nested = "l list<struct<m list<" + item + ">>>";
  EXPECT_EQ(sentence(nested, "{\"l\":[" + items(9, "{\"m\":[{}]}") + "]}"), "none");
  EXPECT_EQ(sentence(nested, "{\"l\":[" + items(10, "{\"m\":[{}]}") + "]}"), "l[].m" + words);
  EXPECT_EQ(sentence("l fixed_list<" + item + ", 2>", "{\"l\":[" + items(11, "{}") + "]}"), "l" + words);
  EXPECT_EQ(sentence("l fixed_list<" + item + ", 10>", "{\"l\":[" + items(10, "{}") + "]}"), "none");
  const std::string map = "m map<int8, " + item + ">";  // and 1 + 2 bytes more
  EXPECT_EQ(sentence(map, R"({"m":{"1":{},"2":{},"3":{},"4":{},"5":{},"6":{},"7":{},"8":{},"9":{}}})"), "none");
  EXPECT_EQ(sentence(map, R"({"m":{"1":{},"2":{},"3":{},"4":{},"5":{},"6":{},"7":{},"8":{},"9":{},"10":{}}})"),
            "m" + words);
  // Each record anew.
  EXPECT_EQ(batches_of("l list<fixed(1000)>", times(50, "{\"l\":[null,null]}\n"), UINT64_MAX), Counts{50});
}

// A block of 1 MiB had half a million bad lines, each kept with a sentence until its turn had come; and for each every
// column was asked to forget it.
TEST(RecordReader, ABatchEndsWithSoManyBadRecords) {
  const std::string bad = times(kRejectsMax - 1, "x\n");
  RecordReader reader(std::make_shared<const Schema>(parse_schema("a int64")), {.keep_rejects = true});
  RecordBlock block = block_of("{\"a\":1}\n" + bad + "{\"a\":2}\nx\n{\"a\":3}\n" + bad + "{\"a\":4}\nx\n");
  const BlockRead first = reader.read(block);
  EXPECT_EQ(first.batch.rows(), 2);
  EXPECT_EQ(first.rejects.size(), kRejectsMax);
  EXPECT_EQ(first.records, static_cast<int64_t>(kRejectsMax) + 2);
  ASSERT_LT(first.end, block.end);
  block.begin = first.end;
  const BlockRead second = reader.read(block);
  EXPECT_EQ(second.batch.rows(), 2);
  EXPECT_EQ(second.batch.column(0).data<int64_t>()[0], 3);
  EXPECT_EQ(second.rejects.size(), kRejectsMax);
  EXPECT_EQ(second.rejects.at(0).fault.record, 1);
  EXPECT_EQ(second.end, block.end);
}

// What a record has too much was counted although the record was left out; twice even, where it was read again alone.
TEST(RecordReader, BadRecordsHaveNoExtraValues) {
  for (const std::string bad : {R"({"x":1,"a":"no"})", R"({"x":1,"a":1} {)", R"({"x":1)", "x", R"({"x":1,"a":[})"}) {
    RecordReader reader(std::make_shared<const Schema>(parse_schema("a int64")),
                        {.extra_fields = ExtraFields::ignore, .keep_rejects = true});
    const BlockRead read = reader.read(block_of("{\"y\":1,\"x\":2}\n" + bad + "\n{\"y\":1}\n" + bad + "\n"));
    EXPECT_EQ(read.batch.rows(), 2) << bad;
    EXPECT_EQ(read.rejects.size(), 2u) << bad;
    EXPECT_EQ(read.extra_values, 3) << bad;
  }
}

TEST(RecordReader, ALaterPartOfABlockHasItsOwnFaultsAndCounts) {
  const std::string line = "{\"a\":1,\"x\":0}\n";
  RecordReader reader(std::make_shared<const Schema>(parse_schema("a int64, wide fixed(1000)")),
                      {.extra_fields = ExtraFields::ignore, .batch_bytes_max = 3'000});
  RecordBlock block = block_of(times(4, line) + "{\"a\":true}\n" + line);
  BlockRead read = reader.read(block);
  EXPECT_EQ(read.records, 3);
  EXPECT_EQ(read.extra_values, 3);
  EXPECT_EQ(read.end, 3 * line.size());
  block.begin = read.end;
  read = reader.read(block);
  EXPECT_EQ(read.records, 1);
  EXPECT_EQ(read.extra_values, 1);
  ASSERT_TRUE(read.fault);
  EXPECT_EQ(read.fault->record, 1);
  EXPECT_EQ(read.fault->byte, 4 * line.size() + 5);
}

TEST(RecordReader, IntegersOfEveryWidthToTheirLimits) {
  EXPECT_EQ(values("int8", {"0", "-128", "127", "null"}), (Rows{"0", "-128", "127", "null"}));
  EXPECT_EQ(values("int16", {"-32768", "32767"}), (Rows{"-32768", "32767"}));
  EXPECT_EQ(values("int32", {"-2147483648", "2147483647"}), (Rows{"-2147483648", "2147483647"}));
  EXPECT_EQ(
      values("int64", {"-9223372036854775808", "9223372036854775807", "999999999999999999", "1000000000000000000"}),
      (Rows{"-9223372036854775808", "9223372036854775807", "999999999999999999", "1000000000000000000"}));
  EXPECT_EQ(values("uint8", {"0", "255"}), (Rows{"0", "255"}));
  EXPECT_EQ(values("uint16", {"65535"}), (Rows{"65535"}));
  EXPECT_EQ(values("uint32", {"4294967295"}), (Rows{"4294967295"}));
  EXPECT_EQ(values("uint64", {"18446744073709551615", "9223372036854775808"}),
            (Rows{"18446744073709551615", "9223372036854775808"}));
}

TEST(RecordReader, IntegersOutOfRange) {
  EXPECT_EQ(wrong("int8", "128"), "128 is out of the range of int8");
  EXPECT_EQ(wrong("int8", "-129"), "-129 is out of the range of int8");
  EXPECT_EQ(wrong("uint8", "-1"), "-1 is out of the range of uint8");
  EXPECT_EQ(wrong("uint64", "-1"), "-1 is out of the range of uint64");
  EXPECT_EQ(wrong("uint64", "18446744073709551616"), "18446744073709551616 is out of the range of uint64");
  EXPECT_EQ(wrong("int64", "9223372036854775808"), "9223372036854775808 is out of the range of int64");
  EXPECT_EQ(wrong("int64", "-9223372036854775809"), "-9223372036854775809 is out of the range of int64");
  EXPECT_EQ(wrong("int64", "99999999999999999999999999"), "99999999999999999999999999 is out of the range of int64");
}

TEST(RecordReader, WhatIsNoInteger) {
  for (const std::string json : {"1.0", "1e3", "-0", "\"1\"", "true", "[1]", "{\"b\":1}"})
    EXPECT_EQ(wrong("int64", json), json + " is not an int64");
  EXPECT_EQ(wrong("uint8", "1.5"), "1.5 is not a uint8");
}

TEST(RecordReader, DeclaredFloatsRoundToNearestAndStayFinite) {
  EXPECT_EQ(values("float64", {"0", "-0", "0.1", "1e3", "9007199254740993", "18446744073709551615",
                               "123456789012345678901234567890", "0.12345678901234567890123", "1e-400", "-1.5E+2"}),
            (Rows{"0", "-0", "0.1", "1000", "9007199254740992", "18446744073709551616", "1.2345678901234568e+29",
                  "0.12345678901234568", "0", "-150"}));
  EXPECT_EQ(values("float32", {"0.1", "16777217", "1e-50", "3.4028235e38"}),
            (Rows{test::double_text(0.1f), "16777216", "0", test::double_text(3.4028235e38f)}));
  // Nearest float of the text, not of the nearest double: that one lies exactly between two floats.
  EXPECT_EQ(values("float32", {"1.00000005960464477540"}), (Rows{test::double_text(1.00000011920928955078125)}));
  EXPECT_EQ(wrong("float64", "1e400"), "1e400 is out of the range of float64");
  EXPECT_EQ(wrong("float64", "-1e309"), "-1e309 is out of the range of float64");
  EXPECT_EQ(wrong("float32", "3.5e38"), "3.5e38 is out of the range of float32");
  EXPECT_EQ(wrong("float32", "-1e400"), "-1e400 is out of the range of float32");
  EXPECT_EQ(wrong("float64", "\"n/a\""), "\"n/a\" is not a float64");
  EXPECT_EQ(wrong("float64", "false"), "false is not a float64");
}

TEST(RecordReader, Booleans) {
  EXPECT_EQ(values("bool", {"true", "false", "null", "true"}), (Rows{"true", "false", "null", "true"}));
  EXPECT_EQ(wrong("bool", "1"), "1 is not a bool");
  EXPECT_EQ(wrong("bool", "\"true\""), "\"true\" is not a bool");
}

TEST(RecordReader, StringsOfEveryLengthAndEscape) {
  std::vector<std::string> json;
  Rows expected;
  for (size_t length = 0; length < 100; ++length) {
    const std::string text(length, static_cast<char>('a' + length % 26));
    json.push_back('"' + text + '"');
    expected.push_back("'" + text + "'");
    json.push_back('"' + text + "\\n\\u00e9\\ud83d\\ude00" + text + '"');
    expected.push_back("'" + text + "\n\xC3\xA9\xF0\x9F\x98\x80" + text + "'");
  }
  EXPECT_EQ(values("string", json), expected);
  EXPECT_EQ(values("binary", json), expected);
  EXPECT_EQ(values("string", {R"("\"\\\/\b\f\n\r\t")", R"("a\u0000b")", R"("\\")", R"("\\\"")"}),
            (Rows{"'\"\\/\b\f\n\r\t'", std::string("'a\0b'", 5), "'\\'", "'\\\"'"}));
  EXPECT_EQ(wrong("string", "12"), "12 is not a string");
  EXPECT_EQ(wrong("binary", "[\"a\"]"), "[\"a\"] is not a binary");
}

TEST(RecordReader, DatesAndTimestamps) {
  EXPECT_EQ(values("date", {"\"1970-01-01\"", "\"1969-12-31\"", "\"2024-02-29\"", "null"}),
            (Rows{"0", "-1", "19782", "null"}));
  EXPECT_EQ(values("timestamp(ms)", {"\"1970-01-01T00:00:01.5\"", "\"1970-01-01 00:00:00\""}), (Rows{"1500", "0"}));
  EXPECT_EQ(values("timestamp(us, UTC)", {"\"1970-01-01T00:00:00.000001Z\""}), (Rows{"1"}));
  EXPECT_EQ(values("timestamp(s)", {"\"1970-01-01T00:01:00.000\""}), (Rows{"60"}));
  EXPECT_EQ(values("date", {"\"1970\\u002d01-02\""}), (Rows{"1"})) << "escaped text is text";
  EXPECT_EQ(wrong("date", "\"2023-02-29\""), "\"2023-02-29\" is not a date");
  EXPECT_EQ(wrong("date", "0"), "0 is not a date");
  EXPECT_EQ(wrong("timestamp(ms)", "\"yesterday\""), "\"yesterday\" is not a timestamp(ms)");
  EXPECT_EQ(wrong("timestamp(ms)", "\"1970-01-01T00:00:00.0001\""),
            "\"1970-01-01T00:00:00.0001\" is finer than timestamp(ms)");
  EXPECT_EQ(wrong("timestamp(ns)", "\"2300-01-01T00:00:00\""),
            "\"2300-01-01T00:00:00\" is out of the range of timestamp(ns)");
  EXPECT_EQ(wrong("timestamp(ms)", "\"1970-01-01T00:00:00Z\""),
            "\"1970-01-01T00:00:00Z\" has a \"Z\" at its end, which timestamp(ms) does not keep");
  EXPECT_EQ(wrong("timestamp(ms, UTC)", "\"1970-01-01T00:00:00\""),
            "\"1970-01-01T00:00:00\" has no \"Z\" at its end, which timestamp(ms, UTC) needs");
}

TEST(RecordReader, JsonKeepsTheTextOfEachValue) {
  EXPECT_EQ(values("json", {"1.50", " \"a\\u0041\"  ", "[1, 2 ]", "{\"b\" :\t[ ]} ", "null", "true", "1e400"}),
            (Rows{"'1.50'", "'\"a\\u0041\"'", "'[1, 2 ]'", "'{\"b\" :\t[ ]}'", "null", "'true'", "'1e400'"}));
}

TEST(RecordReader, ListsAndStructs) {
  EXPECT_EQ(values("list<int64>", {"[]", "[1]", "null", "[1,null,3]", " [ 4 , 5 ] "}),
            (Rows{"[]", "[1]", "null", "[1,null,3]", "[4,5]"}));
  EXPECT_EQ(values("list<list<string>>", {"[[],null,[\"x\"]]"}), (Rows{"[[],null,['x']]"}));
  EXPECT_EQ(values("struct<b int64, c string>", {"{}", "null", "{\"c\":\"x\"}", "{\"c\":null,\"b\":2}"}),
            (Rows{"{b:null,c:null}", "null", "{b:null,c:'x'}", "{b:2,c:null}"}));
  EXPECT_EQ(values("list<struct<b int64>>", {"[{\"b\":1},{},null,{\"b\":2}]"}), (Rows{"[{b:1},{b:null},null,{b:2}]"}));
  EXPECT_EQ(wrong("list<int64>", "{\"b\":[1]}"), "{\"b\":[1]} is not a list");
  EXPECT_EQ(wrong("struct<b int64>", "[{}]"), "[{}] is not a struct");
}

TEST(RecordReader, NullColumnsTakeNullOnly) {
  EXPECT_EQ(values("null", {"null", "null"}), (Rows{"null", "null"}));
  EXPECT_EQ(wrong("null", "0"), "0 is not a null");
}

TEST(RecordReader, FieldsInAnyOrderAndMissing) {
  const Delivered all =
      deliver_as("a int64, b int64, \"long name of a column\" int64, \"quo\"\"te\\\" int64, \xC3\xA9 int64",
                 "{\"b\":2,\"a\":1}\n{}\n{\"long name of a column\":3}\n"
                 "{\"\\u0061\":4}\n{\"quo\\\"te\\\\\":5,\"\\u00e9\":6,\"a\":7}\n{\"\xC3\xA9\":8}\n");
  ASSERT_FALSE(all.error) << all.error->what();
  const std::string rest = ",long name of a column:";
  EXPECT_EQ(all.rows, (Rows{"{a:1,b:2" + rest + "null,quo\"te\\:null,\xC3\xA9:null}",
                            "{a:null,b:null" + rest + "null,quo\"te\\:null,\xC3\xA9:null}",
                            "{a:null,b:null" + rest + "3,quo\"te\\:null,\xC3\xA9:null}",
                            "{a:4,b:null" + rest + "null,quo\"te\\:null,\xC3\xA9:null}",
                            "{a:7,b:null" + rest + "null,quo\"te\\:5,\xC3\xA9:6}",
                            "{a:null,b:null" + rest + "null,quo\"te\\:null,\xC3\xA9:8}"}));
}

// Nulls of fields that objects lack come late and together: none may be missing, or stand behind a value.
TEST(RecordReader, FieldsThatComeAndGo) {
  const std::string schema =
      "n int64, s struct<t string, u struct<v bool, w list<int64>>>, l list<struct<x int64, y string>>";
  const std::string empty = "{n:null,s:null,l:null}";
  const std::vector<std::pair<std::string, std::string>> records{
      {R"({})", empty},
      {R"({"s":{}})", "{n:null,s:{t:null,u:null},l:null}"},
      {R"({"s":{"u":{"w":[1]}},"l":[{"y":"a"},{}]})",
       "{n:null,s:{t:null,u:{v:null,w:[1]}},l:[{x:null,y:'a'},{x:null,y:null}]}"},
      {R"({"s":null,"n":3})", "{n:3,s:null,l:null}"},
      {R"({"l":[null,{"x":4}]})", "{n:null,s:null,l:[null,{x:4,y:null}]}"},
      {R"({"s":{"t":"b","u":{"v":true}}})", "{n:null,s:{t:'b',u:{v:true,w:null}},l:null}"},
      {R"({"l":[]})", "{n:null,s:null,l:[]}"}};
  // Each behind each, with none to three empty ones between them.
  std::string text;
  Rows expected;
  for (const auto& [first, first_row] : records)
    for (const auto& [second, second_row] : records)
      for (int between = 0; between < 4; ++between) {
        text += first + "\n" + times(static_cast<size_t>(between), "{}\n") + second + "\n";
        expected.push_back(first_row);
        expected.insert(expected.end(), static_cast<size_t>(between), empty);
        expected.push_back(second_row);
      }
  const Delivered all = deliver_as(schema, text);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(all.rows, expected);
}

// What the columns have of a broken record goes, wherever it broke; and a line that is read again alone, because its
// record did not end there, has no key twice for that.
TEST(RecordReader, BrokenRecordsLeaveNothing) {
  const auto schema = std::make_shared<const Schema>(
      parse_schema("n int64, s struct<t int64, l list<struct<x int64>>>, m int64 not null"));
  const std::string good = "{\"s\":{\"l\":[{\"x\":1},{}]},\"m\":2}\n";
  for (const std::string bad :
       {R"({"n":1,"s":{"t":2,"l":[{"x":3},{"x":"no")", R"({"n":1,"s":{"t":2,"l":[{"x":3},{"x":"no"}]}})",
        R"({"n":1,"s":{"t":2,"l":[{"x":3}]})", R"({"n":1,"s":{"t":2},"n":1})", R"({"n":1,"m":2)",
        R"({"s":{"l":[{"x":3}]}})", R"({"n":1,"m":2}})", R"({"n":1,"m")"}) {
    for (const bool keep : {false, true}) {
      RecordReader reader(schema, {.keep_rejects = keep});
      const BlockRead read = reader.read(block_of(good + bad + "\n" + good + good));
      const RecordFault& fault = keep ? read.rejects.at(0).fault : *read.fault;
      EXPECT_EQ(fault.record, 1) << bad;
      EXPECT_EQ(fault.sentence.find("twice") != std::string::npos, bad.find("},\"n\"") != std::string::npos) << bad;
      if (!keep) continue;
      EXPECT_EQ(read.rejects.size(), 1u) << bad;
      ASSERT_EQ(read.batch.rows(), 3) << bad;
      for (const Column& column : read.batch.columns()) EXPECT_EQ(column.length, 3) << bad;
      EXPECT_EQ(read.batch.column(0).null_count, 3) << bad;
      EXPECT_EQ(read.batch.column(1).null_count, 0) << bad;
      EXPECT_EQ(read.batch.column(1).children[0].null_count, 3) << bad;
      const Column& items = read.batch.column(1).children[1].children[0];
      EXPECT_EQ(items.length, 6) << bad;
      EXPECT_EQ(items.children[0].length, 6) << bad;
      EXPECT_EQ(items.children[0].null_count, 3) << bad;
    }
  }
}

TEST(RecordReader, KeysOfEveryLengthAreToldApart) {
  std::vector<Field> fields;
  std::string record = "{";
  std::string expected = "{";
  for (size_t length = 0; length < 40; ++length) {
    for (const char last : {'a', 'b'}) {
      const std::string name = std::string(length, 'k') + last;
      fields.push_back({name, int64()});
      const std::string value = std::to_string(fields.size());
      record += (record.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
      expected += (expected.size() > 1 ? "," : "") + name + ":" + value;
    }
  }
  const Delivered all = deliver_as(to_text(Schema(fields)), record + "}");
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(all.rows, Rows{expected + "}"});
}

TEST(RecordReader, ExtraFieldsAreDroppedAndCountedOnRequest) {
  test::Reading reading;
  reading.options.extra_fields = ExtraFields::ignore;
  const std::string text = "{\"x\":[1,{\"y\":null}],\"a\":1,\"z\":null}\n{\"a\":2,\"s\":{\"a\":3,\"b\":4}}\n";
  const Delivered all = deliver_as("a int64, s struct<a int64>", text, reading);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(all.rows, (Rows{"{a:1,s:null}", "{a:2,s:{a:3}}"}));
  EXPECT_EQ(all.extra_values, 3);
  const Delivered bad = deliver_as("a int64", "{\"x\":[1,,2],\"a\":1}\n", reading);
  ASSERT_TRUE(bad.error);
  EXPECT_NE(std::string(bad.error->what()).find("malformed JSON in record 1 (byte 8): expected a value"),
            std::string::npos)
      << bad.error->what();
}

TEST(RecordReader, DecimalsFromNumbersAndText) {
  EXPECT_EQ(values("decimal(5, 2)", {"1.5", "-999.99", "\"12.50\"", "1e2", "0", "1.500", "null"}),
            (Rows{"1.50", "-999.99", "12.50", "100.00", "0.00", "1.50", "null"}));
  const std::string nines(76, '9');
  EXPECT_EQ(values("decimal(76, 0)", {nines, "\"-" + nines + "\""}), (Rows{nines, "-" + nines}));
  EXPECT_EQ(wrong("decimal(5, 2)", "1.005"), "1.005 has digits beyond the 2 behind the point of decimal(5, 2)");
  EXPECT_EQ(wrong("decimal(5, 2)", "1000"), "1000 is out of the range of decimal(5, 2)");
  EXPECT_EQ(wrong("decimal(5, 2)", "\"1,5\""), "\"1,5\" is not a decimal(5, 2)");
  EXPECT_EQ(wrong("decimal(5, 2)", "true"), "true is not a decimal(5, 2)");
  EXPECT_EQ(wrong("decimal(5, 2)", "[1]"), "[1] is not a decimal(5, 2)");
}

TEST(RecordReader, TimesOfDay) {
  EXPECT_EQ(values("time(ms)", {"\"12:30:00.5\"", "\"00:00:00\"", "null"}), (Rows{"45000500", "0", "null"}));
  EXPECT_EQ(values("time(ns)", {"\"23:59:59.999999999\""}), (Rows{"86399999999999"}));
  EXPECT_EQ(values("time(s)", {"\"23:59:59\""}), (Rows{"86399"}));
  EXPECT_EQ(wrong("time(s)", "\"12:30:00.5\""), "\"12:30:00.5\" is finer than time(s)");
  EXPECT_EQ(wrong("time(us)", "\"24:00:00\""), "\"24:00:00\" is not a time(us)");
  EXPECT_EQ(wrong("time(us)", "5"), "5 is not a time(us)");
}

TEST(RecordReader, DurationsAreIntegers) {
  EXPECT_EQ(values("duration(us)", {"-5", "9223372036854775807"}), (Rows{"-5", "9223372036854775807"}));
  EXPECT_EQ(wrong("duration(us)", "1.5"), "1.5 is not a duration(us)");
}

TEST(RecordReader, HalvesToTheNearest) {
  EXPECT_EQ(values("float16", {"1", "-0", "0.1", "65504"}), (Rows{"1", "-0", "0.0999755859375", "65504"}));
  EXPECT_EQ(values("float16", {"1e-50", "-1e-400", "6e-8", "1.000488281250000000000000000001"}),
            (Rows{"0", "-0", "5.960464477539063e-08", "1.0009765625"}));
  EXPECT_EQ(values("float32", {"1e-50", "-1e-400"}), (Rows{"0", "-0"}));
  EXPECT_EQ(wrong("float16", "65520"), "65520 is out of the range of float16");
  EXPECT_EQ(wrong("float16", "1e400"), "1e400 is out of the range of float16");
  EXPECT_EQ(wrong("float16", "\"1\""), "\"1\" is not a float16");
}

TEST(RecordReader, UuidsAndEnums) {
  EXPECT_EQ(values("uuid", {"\"550E8400-e29b-41d4-a716-446655440000\"", "null"}),
            (Rows{"550e8400e29b41d4a716446655440000", "null"}));
  EXPECT_EQ(wrong("uuid", "\"550e8400\""), "\"550e8400\" is not a uuid");
  EXPECT_EQ(values("enum", {"\"red\""}), (Rows{"'red'"}));
}

TEST(RecordReader, BytesHaveNoTextForm) {
  EXPECT_EQ(wrong("fixed(4)", "\"abcd\""), "\"abcd\" is text, from which no fixed(4) can be read");
  EXPECT_EQ(wrong("bson", "\"x\""), "\"x\" is text, from which no bson can be read");
  EXPECT_EQ(wrong("geometry", "{\"type\": \"Point\"}"), "{\"type\": \"Point\"} is not a geometry");
  EXPECT_EQ(values("fixed(4)", {"null"}), (Rows{"null"}));
}

TEST(RecordReader, FixedListsHaveTheirLength) {
  EXPECT_EQ(values("fixed_list<int8, 2>", {"[1, 2]", "null", "[null, 3]"}), (Rows{"[1,2]", "null", "[null,3]"}));
  EXPECT_EQ(wrong("fixed_list<int8, 2>", "[1]"), "[1] has 1 elements, expected 2");
  EXPECT_EQ(wrong("fixed_list<int8, 2>", "[1, 2, 3]"), "[1, 2, 3] has 3 elements, expected 2");
  EXPECT_EQ(wrong("fixed_list<int8, 2>", "[]"), "[] has 0 elements, expected 2");
}

TEST(RecordReader, MapsFromObjects) {
  EXPECT_EQ(values("map<string, int64>", {"{\"a\": 1, \"\\u00e9\": null}", "{}", "null"}),
            (Rows{"[{key:'a',value:1},{key:'\xc3\xa9',value:null}]", "[]", "null"}));
  EXPECT_EQ(values("map<int32, bool>", {"{\"7\": true, \"-1\": false}"}),
            (Rows{"[{key:7,value:true},{key:-1,value:false}]"}));
  EXPECT_EQ(values("map<date, map<bool, list<int8>>>", {R"({"1970-01-02": {"true": [1], "false": []}})"}),
            (Rows{"[{key:1,value:[{key:true,value:[1]},{key:false,value:[]}]}]"}));
  EXPECT_EQ(wrong("map<string, int64>", "[1]"), "[1] is not a map");
}

// What a key means counts, not how it is written: a reader of the file sees values alone.
TEST(RecordReader, KeysAreComparedByValue) {
  const auto twice = [](const std::string& type, const std::string& first, const std::string& second) {
    const std::string record = "{\"a\":{\"" + first + "\": 1, \"" + second + "\": 2}}\n";
    const Delivered all = deliver_as("a map<" + type + ", int8>", record);
    if (!all.error) return false;
    const std::string sentence = all.error->what();
    EXPECT_EQ(sentence.substr(sentence.find("column ")), "column a: the key " + second + " stands twice in one map");
    EXPECT_EQ(all.error->place().byte, record.find("\"" + second + "\": 2")) << "the second of them";
    return true;
  };
  EXPECT_TRUE(twice("decimal(5, 2)", "1", "1.0"));
  EXPECT_TRUE(twice("decimal(50, 2)", "-1", "-100e-2"));
  EXPECT_TRUE(twice("decimal(5, 2)", "0", "-0"));
  EXPECT_FALSE(twice("decimal(5, 2)", "1", "1.01"));
  EXPECT_TRUE(twice("timestamp(ms, UTC)", "2024-02-29T12:00:00Z", "2024-02-29 12:00:00.000Z"));
  EXPECT_FALSE(twice("timestamp(ms, UTC)", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.001Z"));
  EXPECT_TRUE(twice("time(us)", "12:00:00", "12:00:00.0"));
  EXPECT_TRUE(twice("uuid", "550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000"));
  EXPECT_TRUE(twice("date", "2024-02-29", "2024-02-29"));
  EXPECT_TRUE(twice("bool", "true", "true"));
  EXPECT_FALSE(twice("bool", "true", "false"));
  EXPECT_TRUE(twice("int64", "7", "7"));
  EXPECT_FALSE(twice("string", "1", "1.0"));
  EXPECT_TRUE(twice("string", "", ""));
}

// Many keys: the first one that stands before is told, not the least.
TEST(RecordReader, TheFirstKeyThatStandsTwiceIsTold) {
  std::string record = "{\"a\":{";
  for (int i = 999; i >= 0; --i) record += "\"" + std::to_string(i) + "\": 1, ";
  const Delivered all = deliver_as("a map<int32, int8>", record + "\"500\": 1, \"3\": 1}}\n");
  ASSERT_TRUE(all.error);
  EXPECT_NE(std::string(all.error->what()).find("the key 500 stands twice"), std::string::npos) << all.error->what();
  EXPECT_FALSE(deliver_as("a map<int32, int8>", record + "\"-1\": 1}}\n").error);
}

TEST(RecordReader, KeysThatDoNotFitOrStandTwice) {
  const auto fault = [](const std::string& type, const std::string& json) {
    const Delivered all = deliver_as("a " + type, "{\"a\":" + json + "}\n");
    if (!all.error) return std::string("no error");
    EXPECT_EQ(all.error->place().record, 1);
    const std::string sentence = all.error->what();
    return sentence.substr(sentence.find("column "));
  };
  EXPECT_EQ(fault("map<int8, int8>", "{\"128\": 1}"), "column a[].key: 128 is out of the range of int8");
  EXPECT_EQ(fault("map<int8, int8>", "{\"\": 1}"), "column a[].key:  is not an int8");
  EXPECT_EQ(fault("map<string, int8>", "{\"a\": 300}"), "column a[].value: 300 is out of the range of int8");
  EXPECT_EQ(fault("map<string, int8 not null>", "{\"a\": null}"), "column a[].value: required, but null");
  EXPECT_EQ(fault("map<string, int8>", "{\"a\": 1, \"b\": 2, \"\\u0061\": 3}"),
            "column a: the key a stands twice in one map");
  EXPECT_EQ(fault("map<string, map<string, int8>>", R"({"x": {"a": 1}, "y": {"b": {}, "b": 2}})"),
            "column a[].value[].value: {} is not an int8");
  EXPECT_EQ(fault("map<string, map<string, int8>>", R"({"x": {"a": 1}, "y": {"b": 1, "c": 2, "b": 3}})"),
            "column a[].value: the key b stands twice in one map");
  EXPECT_EQ(fault("map<string, map<string, int8>>", "{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}"), "no error");
}

}  // namespace
}  // namespace sluice::record_reader_test
