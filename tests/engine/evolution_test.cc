// Evolution::widen through the whole engine: what a column becomes when values come that it cannot hold, in rows that
// are written already as in those to come. The table of docs/evolution.md, and more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "columns/dictionary_form.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "sluice/layout.h"
#include "sluice/verify.h"
#include "sluice/write.h"
#include "sources/source_text.h"
#include "storage/temporary_directory.h"

namespace sluice::evolution_test {
namespace {

using namespace test;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

WriteOptions widening(const std::string& schema = "") {
  WriteOptions options;
  options.output.file.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  options.output.file.sync = false;
  options.output.file.row_group_rows = 2;
  options.source.sample_bytes = 1;
  options.source.evolution = Evolution::widen;
  if (!schema.empty()) options.source.schema = parse_schema(schema);
  return options;
}

/// One value of a column on each line; blocks never span sources, so those before are written when those after come.
struct Transition {
  const char* name;
  std::string before;
  std::string after;
  std::string type;      ///< of the column in the end
  std::string expected;  ///< all values
  std::string declared{};
  SourceFormat format = SourceFormat::ndjson;
};

std::string lines_of(const Transition& transition, const std::string& values, bool is_first_column) {
  const bool is_csv = transition.format == SourceFormat::csv;
  std::string text = !is_csv ? "" : is_first_column ? "v,k\n" : "k,v\n";
  for (size_t begin = 0; begin < values.size();) {
    const size_t end = values.find('\n', begin);
    const std::string value = values.substr(begin, end - begin);
    const std::string v = is_csv ? value : "\"v\":" + value;
    const std::string k = is_csv ? "7" : "\"k\":7";
    const std::string line = is_first_column ? v + "," + k : k + "," + v;
    text += is_csv ? line + "\n" : "{" + line + "}\n";
    begin = end + 1;
  }
  return text;
}

/// Values of column v in all files, and its type.
std::pair<std::string, std::string> read_column(const std::string& path) {
  const DatasetReader reader(path);
  std::string values;
  const auto stream = reader.read();
  const size_t column = *reader.schema().find("v");
  while (const auto next = stream->next())
    for (int64_t row = 0; row < next->batch.rows(); ++row)
      values += value_text(unfold(next->batch.column(column)), row) + "\n";
  return {to_text(reader.schema()[column].type), values};
}

void expect_sound(const std::string& path) {
  const auto show = [](const Finding& finding) {
    EXPECT_EQ(finding.kind, FindingKind::unwise) << finding.file << ": " << finding.words;
  };
  EXPECT_EQ(verify(path, {}, show).errors, 0);
}

std::string refusal(const std::vector<Source>& sources, const std::string& path, const WriteOptions& options) {
  try {
    write(sources, path, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class Transitions : public testing::TestWithParam<Transition> {};

/// As the first column of one file, where all that follows moves up, and as the last one of several.
TEST_P(Transitions, AsWritten) {
  const Transition& transition = GetParam();
  const TemporaryDirectory folder;
  for (const bool is_first : {true, false}) {
    SCOPED_TRACE(is_first ? "first column of a file" : "last column of a dataset");
    write_file(folder / "a", lines_of(transition, transition.before, is_first));
    write_file(folder / "b", lines_of(transition, transition.after, is_first));
    WriteOptions options = widening(transition.declared.empty() ? "" : "k int64, v " + transition.declared);
    if (!is_first) options.output.shard_rows = 3;
    const std::string path = folder / (is_first ? "out.parquet" : "out");
    const std::vector<Source> sources{{folder / "a", transition.format}, {folder / "b", transition.format}};
    const RecordsResult result = write(sources, path, options);
    const auto [type, values] = read_column(path);
    EXPECT_EQ(type, transition.type);
    EXPECT_EQ(values, transition.expected);
    EXPECT_EQ(to_text(result.schema[*result.schema.find("v")].type), transition.type);
    for (const WrittenFile& file : result.files) EXPECT_NO_FATAL_FAILURE(expect_sound(file.path));
  }
}

std::vector<Transition> transitions() {
  constexpr SourceFormat kCsv = SourceFormat::csv;
  return {
      // numbers
      {"IntegersThenReal", "1\nnull\n-3\n", "2.5\n4\n", "float64", "1\nnull\n-3\n2.5\n4\n"},
      {"IntegersThenExponent", "0\n", "1e300\n", "float64", "0\n1e+300\n"},
      {"LargestExactInteger", "9007199254740992\n-9007199254740992\n", "0.5\n", "float64",
       "9007199254740992\n-9007199254740992\n0.5\n"},
      {"ExactBeyondTwoTo53", "1152921504606846976\n", "0.5\n", "float64", "1152921504606846976\n0.5\n"},
      {"NotExactBeyondTwoTo53", "9007199254740993\n", "0.5\n", "json", "'9007199254740993'\n'0.5'\n"},
      {"IntegersThenAnInexactReal", "1\n", "0.12345678901234567890\n", "json", "'1'\n'0.12345678901234567890'\n"},
      {"IntegersThenUnsigned", "1\n2\n", "18446744073709551615\n", "uint64", "1\n2\n18446744073709551615\n"},
      {"NegativesThenUnsigned", "-1\n", "18446744073709551615\n", "decimal(20, 0)", "-1\n18446744073709551615\n"},
      {"UnsignedThenNegative", "18446744073709551615\n", "-1\n", "decimal(20, 0)", "18446744073709551615\n-1\n"},
      {"IntegersThenBig", "1\n", "-9223372036854775809\n", "decimal(20, 0)", "1\n-9223372036854775809\n"},
      {"DecimalsThenReal", "-9223372036854775809\n", "0.5\n", "json", "'-9223372036854775809'\n'0.5'\n"},
      {"UnsignedThenReal", "18446744073709549568\n", "0.5\n", "float64", "18446744073709549568\n0.5\n"},
      {"RealsThenAnInteger", "0.5\n", "7\n", "float64", "0.5\n7\n"},
      {"RealsThenAnInexactInteger", "0.5\n1\n", "9007199254740993\n", "json", "'0.5'\n'1'\n'9007199254740993'\n"},
      {"RealsThenOutOfRange", "-0.0\n", "1e400\n", "json", "'-0'\n'1e400'\n"},
      {"DeclaredInt8ToInt64", "1\n", "300\n", "int64", "1\n300\n", "int8"},
      {"DeclaredUint8ToNegative", "1\n", "-1\n", "int64", "1\n-1\n", "uint8"},
      {"DeclaredInt32ToReal", "2147483647\n", "0.5\n", "float64", "2147483647\n0.5\n", "int32"},
      {"DeclaredDecimalToMoreDigits", "1.25\n", "12345678901\n", "decimal(21, 2)", "1.25\n12345678901.00\n",
       "decimal(5, 2)"},
      {"DeclaredDecimalToFinerDigits", "1.25\n", "1.125\n", "json", "'1.25'\n'1.125'\n", "decimal(5, 2)"},
      // truth
      {"BooleansThenNumber", "true\nfalse\n", "1\n", "json", "'true'\n'false'\n'1'\n"},
      {"NumbersThenBoolean", "1\n", "true\n", "json", "'1'\n'true'\n"},
      // texts
      {"TextThenNumber", "\"a\\\"b\"\nnull\n", "1\n", "json", "'\"a\\\"b\"'\nnull\n'1'\n"},
      {"NumbersThenText", "1\n", "\"n/a\"\n", "json", "'1'\n'\"n/a\"'\n"},
      {"TextThenObject", "\"x\"\n", "{\"a\": 1}\n", "json", "'\"x\"'\n'{\"a\": 1}'\n"},
      {"DeclaredEnumToText", "\"red\"\n", "7\n", "json", "'\"red\"'\n'7'\n", "enum"},
      {"DeclaredUuidToText", "\"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"\n", "\"none\"\n", "string",
       "'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'\n'none'\n", "uuid"},
      {"DeclaredTimeToText", "\"12:30:00\"\n", "\"noon\"\n", "string", "'12:30:00'\n'noon'\n", "time(s)"},
      // moments
      {"DatesThenTimestamp", "\"1970-01-02\"\nnull\n", "\"1970-01-03T00:00:00.5\"\n\"1970-01-04 00:00:01\"\n",
       "timestamp(ms)", "86400000\nnull\n172800500\n259201000\n"},
      {"DatesBesideTimestamps", "\"1970-01-02\"\n", "\"1970-01-02T00:00:01\"\n\"1970-01-03\"\n", "string",
       "'1970-01-02'\n'1970-01-02T00:00:01'\n'1970-01-03'\n"},
      {"TimestampsThenDate", "\"1970-01-02T00:00:01\"\n", "\"1970-01-03\"\n", "timestamp(ms)", "86401000\n172800000\n"},
      {"DatesThenInstant", "\"1970-01-02\"\n", "\"1970-01-03T00:00:00Z\"\n", "string",
       "'1970-01-02'\n'1970-01-03T00:00:00Z'\n"},
      {"DatesThenText", "\"2024-02-29\"\n", "\"soon\"\n", "string", "'2024-02-29'\n'soon'\n"},
      {"DatesThenNumber", "\"2024-02-29\"\n", "1\n", "json", "'\"2024-02-29\"'\n'1'\n"},
      {"SecondsThenMicroseconds", "\"1970-01-01T00:00:01Z\"\n", "\"1970-01-01T00:00:01.000002Z\"\n",
       "timestamp(us, UTC)", "1000000\n1000002\n"},
      {"YearsBeyondNanoseconds", "\"3000-01-01T00:00:00\"\n", "\"2000-01-01T00:00:00.000000001\"\n", "string",
       "'3000-01-01T00:00:00.000'\n'2000-01-01T00:00:00.000000001'\n"},
      {"DatesBeyondNanoseconds", "\"3000-01-01\"\n", "\"2000-01-01T00:00:00.000000001\"\n", "string",
       "'3000-01-01'\n'2000-01-01T00:00:00.000000001'\n"},
      {"TimestampsThenText", "\"1970-01-01T00:00:01Z\"\n", "\"soon\"\n", "string",
       "'1970-01-01T00:00:01.000Z'\n'soon'\n"},
      // what is nested
      {"ListsOfIntegers", "[1,null]\n[]\nnull\n", "[2.5]\n", "list<float64>", "[1,null]\n[]\nnull\n[2.5]\n"},
      {"ListsOfLists", "[[1],[]]\n", "[[2.5,3]]\n", "list<list<float64>>", "[[1],[]]\n[[2.5,3]]\n"},
      {"ListsOfTwoKinds", "[1]\n", "[\"a\"]\n", "list<json>", "['1']\n['\"a\"']\n"},
      {"ListsThenNumber", "[1,2]\n[]\nnull\n", "3\n", "json", "'[1,2]'\n'[]'\nnull\n'3'\n"},
      {"NumbersThenList", "3\n", "[1, 2]\n", "json", "'3'\n'[1, 2]'\n"},
      {"StructsWiden", "{\"a\":1,\"b\":2}\nnull\n", "{\"b\":0.5,\"a\":3}\n", "struct<a int64, b float64>",
       "{a:1,b:2}\nnull\n{a:3,b:0.5}\n"},
      {"StructsGrowAndWiden", "{\"a\":1}\n", "{\"a\":0.5,\"c\":true}\n", "struct<a float64, c bool>",
       "{a:1,c:null}\n{a:0.5,c:true}\n"},
      {"StructsThenNumber", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\nnull\n", "3\n", "json",
       "'{\"a\":1,\"b\":\"x\"}'\n'{\"a\":2}'\nnull\n'3'\n"},
      {"StructsThenText", "{\"a\":{\"b\":[1,2]}}\n", "\"x\"\n", "json", "'{\"a\":{\"b\":[1,2]}}'\n'\"x\"'\n"},
      {"InnerStructThenText", "{\"a\":{\"b\":1},\"c\":2}\n", "{\"a\":\"x\",\"c\":3}\n", "struct<a json, c int64>",
       "{a:'{\"b\":1}',c:2}\n{a:'\"x\"',c:3}\n"},
      {"ListsOfStructs", "[{\"a\":1},{\"a\":2}]\n[]\n", "[{\"a\":0.5}]\n", "list<struct<a float64>>",
       "[{a:1},{a:2}]\n[]\n[{a:0.5}]\n"},
      {"ListsOfStructsThenText", "[{\"a\":1,\"b\":2}]\n", "[\"x\"]\n", "list<json>",
       "['{\"a\":1,\"b\":2}']\n['\"x\"']\n"},
      {"ListsThenStruct", "[1]\n", "{\"a\":1}\n", "json", "'[1]'\n'{\"a\":1}'\n"},
      {"DeclaredMapValues", "{\"x\":1,\"y\":2}\n", "{\"x\":0.5}\n", "map<string, float64>",
       "[{key:'x',value:1},{key:'y',value:2}]\n[{key:'x',value:0.5}]\n", "map<string, int64>"},
      {"DeclaredMapThenNumber", "{\"x\":1}\n", "2\n", "json", "'{\"x\":1}'\n'2'\n", "map<string, int64>"},
      // nothing before
      {"NullsThenNumber", "null\nnull\n", "1\n", "int64", "null\nnull\n1\n"},
      {"EmptyListsThenStructs", "[]\n", "[{\"a\":1}]\n", "list<struct<a int64>>", "[]\n[{a:1}]\n"},
      // CSV: values of any kind stand as their text
      {"CsvIntegersThenReal", "1\n\n", "2.5\n", "float64", "1\nnull\n2.5\n", "", kCsv},
      {"CsvIntegersThenText", "1\n", "n/a\n", "string", "'1'\n'n/a'\n", "", kCsv},
      {"CsvRealsThenText", "0.50\n", "x\n", "string", "'0.5'\n'x'\n", "", kCsv},
      {"CsvDatesThenTimestamp", "1970-01-02\n", "1970-01-02T00:00:01\n", "timestamp(ms)", "86400000\n86401000\n", "",
       kCsv},
      {"CsvTimestampsThenDate", "1970-01-02T00:00:01\n", "1970-01-03\n", "timestamp(ms)", "86401000\n172800000\n", "",
       kCsv},
      {"CsvBooleansThenText", "true\n", "maybe\n", "string", "'true'\n'maybe'\n", "", kCsv},
      {"CsvNotExact", "9007199254740993\n", "0.5\n", "string", "'9007199254740993'\n'0.5'\n", "", kCsv},
      // twice
      {"IntegersThenRealThenText", "1\n", "2.5\n\"x\"\n", "json", "'1'\n'2.5'\n'\"x\"'\n"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, Transitions, testing::ValuesIn(transitions()),
                         [](const auto& test) { return std::string(test.param.name); });

// --- what is told

std::string text_of(const SchemaChange& change) {
  return change.field + ": " + (change.from ? to_text(*change.from) + " to " : "new ") + to_text(change.to) + " at " +
         std::to_string(change.record);
}

std::vector<std::string> changes_of(const std::vector<std::string>& texts, WriteOptions options = widening()) {
  const TemporaryDirectory folder;
  std::vector<Source> sources;
  for (const std::string& text : texts) {
    sources.push_back({folder / std::to_string(sources.size()), SourceFormat::ndjson});
    write_file(sources.back().path, text);
  }
  const RecordsResult result = write(sources, folder / "out", std::move(options));
  std::vector<std::string> changes;
  for (const SchemaChange& change : result.changes) {
    changes.push_back(text_of(change));
    EXPECT_EQ(change.source, sources.back().path);
  }
  return changes;
}

TEST(Evolution, EachChangeIsToldWithItsRecord) {
  EXPECT_THAT(
      changes_of({"{\"a\":1}\n", "{\"a\":1}\n\n{\"a\":0.5}\n{\"b\":{\"c\":1}}\n{\"a\":\"x\",\"b\":{\"d\":[]}}\n"}),
      ElementsAre("a: int64 to json at 2", "b: new struct<c int64, d list<null>> at 3"));
  EXPECT_THAT(changes_of({"{\"a\":null}\n{\"a\":null}\n", "{\"a\":null}\n{\"a\":\"2024-02-29\"}\n"}),
              ElementsAre("a: null to date at 2"));
}

// The type that the second record asks for does not suit the first one, which is read again.
TEST(Evolution, AChangeThatDoesNotSufficeIsToldOnce) {
  EXPECT_THAT(changes_of({"{\"a\":1}\n", "{\"a\":9007199254740993}\n{\"a\":0.5}\n"}),
              ElementsAre("a: int64 to json at 2"));
  EXPECT_THAT(changes_of({"{\"a\":1}\n", "{\"a\":-1}\n{\"a\":18446744073709551615}\n"}),
              ElementsAre("a: int64 to decimal(20, 0) at 2"));
}

// What other sources have delivered counts, too: a type that does not hold it would be found wanting at the end.
TEST(Evolution, SourcesOfDifferentKindsEvolveTogether) {
  const TemporaryDirectory folder;
  write_file(folder / "a", "{\"v\":9007199254740993}\n{\"v\":9007199254740993}\n{\"v\":9007199254740993}\n");
  write_file(folder / "b", "v\n0.5\n");
  write_file(folder / "c", "{\"v\":0.5}\n");
  const Source text{folder / "a", SourceFormat::ndjson};
  write({text, {folder / "b", SourceFormat::csv}}, folder / "out", widening("v int64"));
  const std::string big = "'9007199254740993'\n";
  EXPECT_EQ(read_column(folder / "out"), std::pair(std::string("string"), big + big + big + "'0.5'\n"));
  write(text, folder / "a.parquet", widening());
  write({{folder / "a.parquet"}, {folder / "c", SourceFormat::ndjson}}, folder / "other", widening());
  EXPECT_EQ(read_column(folder / "other"), std::pair(std::string("json"), big + big + big + "'0.5'\n"));
}

// --- what is left of what was there

// The narrower column used to stay in the file, as bytes that nothing named.
TEST(Evolution, AWiderTypeLeavesNothingBehind) {
  const TemporaryDirectory folder;
  write_file(folder / "a",
             "{\"k\":1,\"v\":1,\"s\":\"x\"}\n{\"k\":2,\"v\":2,\"s\":\"y\"}\n{\"k\":3,\"v\":3,\"s\":\"z\"}\n");
  write_file(folder / "b", "{\"v\":2.5,\"late\":[1]}\n");
  WriteOptions options = widening();
  options.output.file.columns = {{.column = "s", .bloom_filter = 0.1}};
  const std::string path = folder / "out.parquet";
  write({{folder / "a", SourceFormat::ndjson}, {folder / "b", SourceFormat::ndjson}}, path, options);
  const FileLayout file = read_layout(path);
  ASSERT_EQ(file.row_groups.size(), 3u);
  uint64_t end = 4;
  for (const RowGroupLayout& group : file.row_groups)
    for (const ChunkLayout& chunk : group.chunks) {
      EXPECT_EQ(chunk.offset, end) << file.columns[chunk.column].name;
      end += chunk.bytes + chunk.bloom_filter_bytes.value_or(0);
    }
  EXPECT_NO_FATAL_FAILURE(expect_sound(path));
}

// --- what does not depend on anything else

TEST(Evolution, TheSameBytesWithAnyThreads) {
  const TemporaryDirectory folder;
  std::string text;
  for (int i = 0; i < 30'000; ++i) {
    const std::string n = std::to_string(i);
    text += "{\"n\":" + (i < 20'000 ? n : n + ".5") + ",\"s\":" + (i < 25'000 ? "{\"x\":" + n + "}" : "7") +
            ",\"pad\":\"" + std::string(90, 'x') + "\"}\n";
  }
  write_file(folder / "in.ndjson", text);
  std::string first;
  for (const unsigned threads : {1u, 3u}) {
    WriteOptions options = widening();
    options.output.file.row_group_rows = 7'000;
    options.output.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
    const std::string path = folder / (std::to_string(threads) + ".parquet");
    const RecordsResult result = write(Source{folder / "in.ndjson"}, path, options);
    EXPECT_EQ(to_text(result.schema), "n float64, s json, pad string");
    EXPECT_NO_FATAL_FAILURE(expect_sound(path));
    if (first.empty()) first = read_file(path);
    EXPECT_TRUE(read_file(path) == first) << threads << " threads";
  }
}

// --- where rows go

TEST(Evolution, RowsThatWaitForTheirPartitionEvolve) {
  const TemporaryDirectory folder;
  write_file(folder / "a", "{\"p\":1,\"v\":1}\n{\"p\":2,\"v\":2}\n");
  write_file(folder / "b", "{\"p\":1,\"v\":2.5}\n");
  const std::vector<Source> sources{{folder / "a", SourceFormat::ndjson}, {folder / "b", SourceFormat::ndjson}};
  WriteOptions options = widening();
  options.output.partitions.keys = {{.column = "p"}};
  write(sources, folder / "out", options);
  EXPECT_EQ(read_column(folder / "out").second, "1\n2.5\n2\n");
  write_file(folder / "b", "{\"p\":1.5,\"v\":2}\n");
  EXPECT_THAT(refusal(sources, folder / "no", options), HasSubstr("column p, by which the rows are partitioned"));
}

TEST(Evolution, EachRelationEvolvesByItself) {
  const TemporaryDirectory folder;
  write_file(folder / "a", "{\"v\":1,\"u\":{\"x\":1},\"l\":[{\"v\":\"2024-02-29\"}]}\n");
  write_file(folder / "b", "{\"v\":0.5,\"u\":2,\"l\":[{\"v\":\"soon\"}]}\n");
  WriteOptions options = widening();
  options.flatten.emplace();
  options.flatten->name = "r";
  write({{folder / "a", SourceFormat::ndjson}, {folder / "b", SourceFormat::ndjson}}, folder / "out", options);
  EXPECT_EQ(to_text(DatasetReader(folder / "out/r").schema()),
            "_id int64 not null, v float64, u_x int64, l_length int32, u json");
  EXPECT_EQ(read_column(folder / "out/r").second, "1\n0.5\n");
  EXPECT_EQ(read_column(folder / "out/r_l").second, "'2024-02-29'\n'soon'\n");
}

// --- what keeps its type

TEST(Evolution, WhatCannotBeWrittenAnewIsAnError) {
  const TemporaryDirectory folder;
  write_file(folder / "a", "{\"v\":1}\n{\"v\":2}\n");
  write_file(folder / "b", "{\"v\":2.5}\n");
  const std::vector<Source> sources{{folder / "a", SourceFormat::ndjson}, {folder / "b", SourceFormat::ndjson}};
  WriteOptions sorted = widening();
  sorted.output.file.sorted_by = {{"v"}};
  EXPECT_THAT(refusal(sources, folder / "no", sorted), HasSubstr("column v, by which the rows are sorted"));
  WriteOptions published = widening();
  published.output.shard_rows = 1;
  published.output.publish = Publish::each;
  EXPECT_THAT(refusal(sources, folder / "each", published), HasSubstr("files with the narrower one are published"));
  EXPECT_EQ(read_column(folder / "each").second, "1\n2\n");
  WriteOptions appended = widening();
  write(Source{folder / "a", SourceFormat::ndjson}, folder / "there", appended);
  appended.output.target.mode = PublishMode::append;
  EXPECT_THAT(refusal({sources[1]}, folder / "there", appended),
              AllOf(HasSubstr("\"v int64\" there"), HasSubstr("\"v float64\" in the new rows")));
}

// A value that no type could hold is bad; others are what the column becomes.
TEST(Evolution, BadRecordsAreThoseThatNoTypeHolds) {
  const TemporaryDirectory folder;
  write_file(folder / "a", "{\"v\":1,\"b\":\"x\"}\nno record\n{\"v\":\"y\",\"b\":7}\n{\"v\":\"y\",\"b\":\"z\"}\n");
  WriteOptions options = widening("v int64, b binary");
  options.source.bad_records = BadRecords::skip;
  const RecordsResult result = write(Source{folder / "a", SourceFormat::ndjson}, folder / "out", options);
  EXPECT_EQ(to_text(result.schema), "v json, b binary");
  EXPECT_EQ(result.bad_records.total, 2);
  EXPECT_EQ(read_column(folder / "out").second, "'1'\n'\"y\"'\n");
}

}  // namespace
}  // namespace sluice::evolution_test
