#include "sources/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/csv_text.h"

namespace sluice::csv_reader_test {
namespace {

using test::CsvReading;
using test::deliver_csv;
using test::deliver_csv_as;
using test::deliver_csv_files;
using test::DeliveredCsv;
using test::skipping;
using test::TextFile;

// What column a of the type holds after one record with this field, or why it holds nothing.
std::string value_of(const std::string& type, const std::string& field, CsvReading how = {}) {
  const DeliveredCsv all = deliver_csv_as("a " + type + ", b int64", "a,b\n" + field + ",1\n", how);
  if (all.error) {
    const std::string words = all.error->what();
    return words.substr(words.find("column a: ") + 10);
  }
  const std::string& row = all.rows.at(0);
  return row.substr(3, row.rfind(",b:") - 3);
}

TEST(CsvReader, Integers) {
  EXPECT_EQ(value_of("int64", "0"), "0");
  EXPECT_EQ(value_of("int64", "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(value_of("int64", "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(value_of("int64", "9223372036854775808"), "9223372036854775808 is out of the range of int64");
  EXPECT_EQ(value_of("int64", "1234567890123456"), "1234567890123456");
  EXPECT_EQ(value_of("int64", "12345678901234567"), "12345678901234567");
  EXPECT_EQ(value_of("int8", "-128"), "-128");
  EXPECT_EQ(value_of("int8", "128"), "128 is out of the range of int8");
  EXPECT_EQ(value_of("uint8", "255"), "255");
  EXPECT_EQ(value_of("uint8", "-1"), "-1 is out of the range of uint8");
  EXPECT_EQ(value_of("uint64", "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(value_of("int32", "1.0"), "1.0 is not an int32");
  EXPECT_EQ(value_of("int64", "007"), "007 is not an int64");
  EXPECT_EQ(value_of("int64", "-0"), "-0 is not an int64");
  EXPECT_EQ(value_of("int64", " 1"), " 1 is not an int64");
  EXPECT_EQ(value_of("int64", "\"12\""), "12");
  EXPECT_EQ(value_of("int64", "\"\""), " is not an int64");
  EXPECT_EQ(value_of("int64", ""), "null");
}

TEST(CsvReader, Floats) {
  EXPECT_EQ(value_of("float64", "0.1"), "0.1");
  EXPECT_EQ(value_of("float64", "-105901.50"), "-105901.5");
  EXPECT_EQ(value_of("float64", "-0"), "-0");
  EXPECT_EQ(value_of("float64", "17"), "17");
  EXPECT_EQ(value_of("float64", "1.7976931348623157e308"), "1.7976931348623157e+308");
  EXPECT_EQ(value_of("float64", "1e400"), "1e400 is out of the range of float64");
  EXPECT_EQ(value_of("float64", "9007199254740993"), "9007199254740992") << "declared: the nearest";
  EXPECT_EQ(value_of("float64", "NaN"), "nan");
  EXPECT_EQ(value_of("float64", "-inf"), "-inf");
  EXPECT_EQ(value_of("float64", "Infinity"), "inf");
  EXPECT_EQ(value_of("float64", "nan(1)"), "nan(1) is not a float64");
  EXPECT_EQ(value_of("float64", ".5"), ".5 is not a float64");
  EXPECT_EQ(value_of("float32", "0.1"), test::double_text(static_cast<double>(0.1F)));
  EXPECT_EQ(value_of("float32", "1e39"), "1e39 is out of the range of float32");
  EXPECT_EQ(value_of("float32", "1.00000017881393432617187499"), test::double_text(1.00000011920928955078125))
      << "rounded once";
  EXPECT_EQ(value_of("float16", "1.5"), "1.5");
  EXPECT_EQ(value_of("float16", "1e-50"), "0");
  EXPECT_EQ(value_of("float16", "1.000488281250000000000000000001"), "1.0009765625");
  EXPECT_EQ(value_of("float16", "70000"), "70000 is out of the range of float16");
}

TEST(CsvReader, Decimals) {
  EXPECT_EQ(value_of("decimal(9,2)", "12.5"), "12.50");
  EXPECT_EQ(value_of("decimal(9,2)", "-0.01"), "-0.01");
  EXPECT_EQ(value_of("decimal(9,2)", "9999999.99"), "9999999.99");
  EXPECT_EQ(value_of("decimal(9,2)", "10000000"), "10000000 is out of the range of decimal(9, 2)");
  EXPECT_EQ(value_of("decimal(9,2)", "1.005"), "1.005 has digits beyond the 2 behind the point of decimal(9, 2)");
  EXPECT_EQ(value_of("decimal(38,20)", "1.5"), "1.50000000000000000000");
  EXPECT_EQ(value_of("decimal(76,0)", "-7"), "-7");
  EXPECT_EQ(value_of("decimal(30,2)", "123456789012345678901234567.89"), "123456789012345678901234567.89");
}

TEST(CsvReader, TextsAndMoments) {
  EXPECT_EQ(value_of("string", "\"\""), "''");
  EXPECT_EQ(value_of("string", "\"a \"\"b\"\"\r\nc,\""), "'a \"b\"\r\nc,'");
  EXPECT_EQ(value_of("string", std::string(100, 'x')), "'" + std::string(100, 'x') + "'");
  EXPECT_EQ(value_of("string", "\xC3\xA9"), "'\xC3\xA9'");
  EXPECT_EQ(value_of("enum", "red"), "'red'");
  EXPECT_EQ(value_of("bool", "true"), "true");
  EXPECT_EQ(value_of("bool", "True"), "True is not a bool");
  EXPECT_EQ(value_of("date", "1970-01-02"), "1");
  EXPECT_EQ(value_of("date", "1970-1-2"), "1970-1-2 is not a date");
  EXPECT_EQ(value_of("timestamp(ms)", "1970-01-01 00:00:01.5"), "1500");
  EXPECT_EQ(value_of("timestamp(s)", "1970-01-01T00:00:01.5"), "1970-01-01T00:00:01.5 is finer than timestamp(s)");
  EXPECT_EQ(value_of("timestamp(us, UTC)", "1970-01-01T00:00:01"),
            "1970-01-01T00:00:01 has no \"Z\" at its end, which timestamp(us, UTC) needs");
  EXPECT_EQ(value_of("time(ms)", "00:00:02"), "2000");
  EXPECT_EQ(value_of("uuid", "00112233-4455-6677-8899-aabbccddeeff"), "00112233445566778899aabbccddeeff");
}

TEST(CsvReader, BytesThatAreNoText) {
  EXPECT_EQ(value_of("binary", "\xFF\xFE"), "'\xFF\xFE'");
  const DeliveredCsv all = deliver_csv_as("a string, b int64", "a,b\nx\xFF,1\n");
  ASSERT_TRUE(all.error);
  EXPECT_THAT(all.error->what(), testing::EndsWith("malformed CSV in record 1 (byte 5): column a: invalid UTF-8"));
}

TEST(CsvReader, JsonColumnsTakeJson) {
  EXPECT_EQ(value_of("json", "\"{\"\"k\"\": [1, 1e400]}\""), "'{\"k\": [1, 1e400]}'");
  EXPECT_EQ(value_of("json", "7"), "'7'");
  EXPECT_EQ(value_of("json", "\"[1,\n2]\""), "'[1,\n2]'");
  EXPECT_EQ(value_of("json", "null"), "null");
  for (const std::string bad : {"\"1,\"\"x\"\":2\"", "\"1}\"", "{", "x", "\"\"", "01", "\"\"\"a\nb\"\"\""})
    EXPECT_THAT(value_of("json", bad), testing::HasSubstr("is not JSON: ")) << bad;
}

TEST(CsvReader, TypesThatCsvHasNot) {
  for (const std::string type : {"list<int64>", "struct<x int64>", "map<string, int64>", "fixed(3)"}) {
    const DeliveredCsv all = deliver_csv_as("a " + type, "a\n1\n");
    ASSERT_TRUE(all.error) << type;
    EXPECT_EQ(all.error->code(), ErrorCode::invalid);
    EXPECT_THAT(all.error->what(), testing::HasSubstr("cannot be read from CSV"));
  }
}

TEST(CsvReader, ColumnsAreFoundByName) {
  const DeliveredCsv all = deliver_csv_as("b int64, c string, a string", "a,b\nx,1\n,\n");
  EXPECT_THAT(all.rows, testing::ElementsAre("{b:1,c:null,a:'x'}", "{b:null,c:null,a:null}"));
  const DeliveredCsv missing = deliver_csv_as("a string, c int64 not null", "a\nx\n");
  ASSERT_TRUE(missing.error);
  EXPECT_THAT(missing.error->what(), testing::EndsWith("record 1 (byte 2): column c: required, but not in the source"));
  const DeliveredCsv null = deliver_csv_as("a string, b int64 not null", "a,b\nx,1\ny,\n");
  EXPECT_THAT(null.error->what(), testing::EndsWith("record 2 (byte 10): column b: required, but null"));
}

TEST(CsvReader, WithoutAHeaderColumnsAreFoundByPlace) {
  CsvReading how;
  how.csv.header = false;
  EXPECT_THAT(deliver_csv_as("id int64, name string", "1,x\n2,y\n", how).rows,
              testing::ElementsAre("{id:1,name:'x'}", "{id:2,name:'y'}"));
  EXPECT_THAT(deliver_csv_as("column_2 string, column_1 int64", "1,x\n", how).rows,
              testing::ElementsAre("{column_2:'x',column_1:1}"));
  EXPECT_THAT(deliver_csv("1,x\n", how).rows, testing::ElementsAre("{column_1:1,column_2:'x'}"));
  EXPECT_THAT(deliver_csv_as("id int64, column_2 string", "1,x\n", how).rows,
              testing::ElementsAre("{id:1,column_2:'x'}"));
  EXPECT_THAT(deliver_csv_as("id int64", "x\n", how).error->what(), testing::HasSubstr("column id: x is not an int64"));
  EXPECT_THAT(deliver_csv_as("a int64", "1,\xFF\n", how).error->what(), testing::HasSubstr("column column_2: invalid"));
}

// A column that came late, "column_2", had all columns found by such names from there on: a held no more values.
TEST(CsvReader, WithoutAHeaderLateColumnsLeaveTheOthersWhereTheyAre) {
  CsvReading how;
  how.csv.header = false;
  how.reading.options.evolution = Evolution::add;
  const DeliveredCsv all = deliver_csv_as("a int64, b int64", "1,2,,\n3,4,,5\n6,7,x,8\n", how);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema), "a int64, b int64, column_3 string, column_4 int64");
  EXPECT_THAT(all.rows,
              testing::ElementsAre("{a:1,b:2,column_3:null,column_4:null}", "{a:3,b:4,column_3:null,column_4:5}",
                                   "{a:6,b:7,column_3:'x',column_4:8}"));
}

TEST(CsvReader, ExtraColumns) {
  const std::string text = "a,b,c\n1,2,\n3,,x\n";
  const DeliveredCsv strict = deliver_csv_as("a int64", text);
  ASSERT_TRUE(strict.error);
  EXPECT_THAT(strict.error->what(), testing::EndsWith("record 1 (byte 8): column b: not in the schema (value 2)"));
  CsvReading ignoring;
  ignoring.reading.options.extra_fields = ExtraFields::ignore;
  const DeliveredCsv all = deliver_csv_as("a int64", text, ignoring);
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:1}", "{a:3}"));
  EXPECT_EQ(all.extra_values, 2);
}

TEST(CsvReader, BlankLinesAreNoRecordsButInOneColumn) {
  EXPECT_THAT(deliver_csv("a,b\n\n1,2\r\n\r\n3,4\n\n").rows, testing::ElementsAre("{a:1,b:2}", "{a:3,b:4}"));
  EXPECT_THAT(deliver_csv("\na\n1\n\n\r\n3\n\n").rows,
              testing::ElementsAre("{a:1}", "{a:null}", "{a:null}", "{a:3}", "{a:null}"));
}

TEST(CsvReader, BadRecordsAreToldAndLeftOut) {
  const std::string text = "a,b\n1,x\n2\n3,x,y\n4,x\"y\n5,\"x\"y\n6,\rx\nno,x\n8,\"q\"\"\n\"\n9,z\n";
  const DeliveredCsv all = deliver_csv_as("a int64, b string", text, skipping());
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:1,b:'x'}", "{a:8,b:'q\"\n'}", "{a:9,b:'z'}"));
  EXPECT_THAT(all.bad_texts, testing::ElementsAre("2", "3,x,y", "4,x\"y", "5,\"x\"y", "6,\rx", "no,x"));
  EXPECT_THAT(all.bad_numbers, testing::ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_THAT(
      all.bad_reasons,
      testing::ElementsAre("malformed CSV: 1 field, expected 2 as in the header",
                           "malformed CSV: 3 fields, expected 2 as in the header",
                           "malformed CSV: a quote inside a field that does not begin with one",
                           "malformed CSV: column b: text follows the closing quote in \"x\"y",
                           "malformed CSV: a carriage return that neither ends a line, together with a line feed, "
                           "nor stands in quotes",
                           "column a: no is not an int64"));
}

TEST(CsvReader, LateColumnsOfLaterSources) {
  const TextFile first("a,n\n1,\n2,\n");
  const TextFile second("n,b,a\nx,2.5,3\n");
  const TextFile third("b,a\n,4\n");
  CsvReading how;
  how.reading.options.sample_bytes = 1;
  const DeliveredCsv all = deliver_csv_files({first.path(), second.path(), third.path()}, how);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema), "a int64, n string, b float64");
  EXPECT_THAT(all.rows,
              testing::ElementsAre("{a:1,n:null}", "{a:2,n:null}", "{a:3,n:'x',b:2.5}", "{a:4,n:null,b:null}"));
}

// The value of column a would make it a column of text; but the record is broken further on.
TEST(CsvReader, BrokenRecordsAddNoColumns) {
  test::CsvReading how = skipping();
  how.reading.options.sample_bytes = 1;
  const DeliveredCsv all = deliver_csv("a,b\n,1\nx,\"2\"y\n,3\n", how);
  ASSERT_FALSE(all.error) << all.error->what();
  EXPECT_EQ(to_text(all.schema), "a null, b int64");
  EXPECT_THAT(all.bad_texts, testing::ElementsAre("x,\"2\"y"));
}

TEST(CsvReader, DialectsAreGuessedOfEachSource) {
  const TextFile first("a,b\n1,2\n");
  const TextFile second(
      "\xEF\xBB\xBF"
      "b;a\r\n3;4\r\n");
  const DeliveredCsv all = deliver_csv_files({first.path(), second.path()});
  EXPECT_THAT(all.rows, testing::ElementsAre("{a:1,b:2}", "{a:4,b:3}"));
}

// A batch ends with so many bad records, malformed ones or others: each is kept until its turn has come.
TEST(CsvReader, ABatchEndsWithSoManyBadRecords) {
  for (const std::string bad : {"1,2\n", "x\n"}) {
    CsvReader reader(std::make_shared<const Schema>(parse_schema("a int64")), {.keep_rejects = true}, {});
    RecordBlock block;
    for (size_t i = 0; i < kRejectsMax + 10; ++i) block.bytes.append(i == 5 ? "7\n" + bad : bad);
    block.bytes.append(std::string_view("8\n"));
    block.end = block.bytes.size();
    std::memset(block.bytes.prepare(kBlockPadding), ' ', kBlockPadding);
    block.csv = std::make_shared<const CsvShape>(CsvShape{{}, {"a"}, true, {}});
    const BlockRead first = reader.read(block);
    EXPECT_EQ(first.batch.rows(), 1);
    EXPECT_EQ(first.rejects.size(), kRejectsMax);
    EXPECT_EQ(first.end, kRejectsMax * bad.size() + 2);
    block.begin = first.end;
    const BlockRead second = reader.read(block);
    EXPECT_EQ(second.batch.rows(), 1);
    EXPECT_EQ(second.rejects.size(), 10u);
    EXPECT_EQ(second.rejects.at(0).fault.record, 0);
    EXPECT_EQ(second.end, block.end);
  }
}

// Batches are cut by what they hold: a short record fills a thousand columns with nulls.
TEST(CsvReader, BatchesStaySmallWhateverRecordsUnfoldTo) {
  std::vector<Field> fields = {{"a", int64()}};
  for (int i = 0; i < 1'000; ++i) fields.push_back({"n" + std::to_string(i), decimal(76, 0)});
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  CsvReader reader(schema, {.batch_bytes_max = 1'000'000}, {});
  RecordBlock block;
  for (int i = 0; i < 300; ++i) block.bytes.append(std::string_view("7\n"));
  block.end = block.bytes.size();
  std::memset(block.bytes.prepare(kBlockPadding), ' ', kBlockPadding);
  block.csv = std::make_shared<const CsvShape>(CsvShape{{}, {"a"}, true, {}});
  int64_t rows = 0;
  int batches = 0;
  while (block.begin < block.end) {
    const BlockRead read = reader.read(block);
    ASSERT_FALSE(read.fault);
    ASSERT_GT(read.end, block.begin);
    EXPECT_LE(read.batch.rows(), 40);
    rows += read.batch.rows();
    block.begin = read.end;
    ++batches;
  }
  EXPECT_EQ(rows, 300);
  EXPECT_GE(batches, 8);
}

}  // namespace
}  // namespace sluice::csv_reader_test
