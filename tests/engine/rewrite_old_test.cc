// DatasetOptions::rewrite_old: rows come to a dataset that has fewer columns, or narrower ones, and its files are
// written anew. The table of docs/evolution.md, "Rows that are published".
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <regex>

#include "columns/dictionary_form.h"
#include "datasets/growing_dataset.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/layout.h"
#include "sluice/recover.h"
#include "sluice/verify.h"
#include "sluice/write.h"
#include "sources/source_text.h"
#include "storage/directory_staging.h"
#include "storage/temporary_directory.h"

namespace sluice::rewrite_old_test {
namespace {

namespace fs = std::filesystem;
using namespace test;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

WriteOptions options_of(const std::string& schema, PublishMode mode) {
  static const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  WriteOptions options;
  options.output.file.runtime = kRuntime;
  options.output.file.sync = false;
  options.output.target.mode = mode;
  options.output.rewrite_old = mode == PublishMode::append;
  if (!schema.empty()) options.source.schema = parse_schema(schema);
  return options;
}

RecordsResult write_rows(const std::string& text, const std::string& path, const WriteOptions& options) {
  const std::string source = fs::path(path).parent_path() / "in";
  write_file(source, text);
  return write(Source{source, SourceFormat::ndjson}, path, options);
}

RecordsResult create(const std::string& text, const std::string& path, const std::string& schema = "") {
  return write_rows(text, path, options_of(schema, PublishMode::create));
}

RecordsResult append(const std::string& text, const std::string& path, const std::string& schema = "") {
  return write_rows(text, path, options_of(schema, PublishMode::append));
}

/// A row with a = 1, in k=1/x.parquet.
void create_in_directory(const std::string& path) {
  create("{\"a\":1}\n", path + "-made");
  fs::create_directories(path + "/k=1");
  fs::rename(path + "-made/out-made-0.parquet", path + "/k=1/x.parquet");
}

template <typename Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(error.what()) + " [" + error.hint() + "]";
  }
  return "nothing was thrown";
}

/// "1,null;2,x": all rows, in the order of the files.
std::string rows_of(const std::string& path) {
  std::string rows;
  const auto stream = DatasetReader(path).read();
  while (const auto next = stream->next())
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      if (!rows.empty()) rows += ';';
      for (size_t i = 0; i < next->batch.columns().size(); ++i)
        rows += (i == 0 ? "" : ",") + value_text(unfold(next->batch.column(i)), row);
    }
  return rows;
}

std::string schema_of(const std::string& path) { return to_text(DatasetReader(path).schema()); }

/// Every file has the schema of the whole, and nothing is left beside the dataset.
void expect_one_schema(const std::string& path) {
  const DatasetReader reader(path);
  for (const DatasetFile& file : reader.files()) {
    if (reader.partitions().empty()) {
      EXPECT_EQ(FileReader(file.path).schema(), reader.schema()) << file.path;
    }
    const auto show = [](const Finding& finding) { EXPECT_EQ(finding.kind, FindingKind::unwise) << finding.words; };
    EXPECT_EQ(verify(file.path, {}, show).errors, 0);
  }
  EXPECT_THAT(left_runs(path), IsEmpty());
}

std::vector<std::string> texts_of(const std::vector<SchemaChange>& changes) {
  std::vector<std::string> texts;
  for (const SchemaChange& change : changes)
    texts.push_back(change.field + ": " + (change.from ? to_text(*change.from) + " to " : "new ") + to_text(change.to));
  return texts;
}

// --- types

struct Meeting {
  const char* name;
  std::string old_type;
  std::string old_value;
  std::string new_type;
  std::string new_value;
  std::string type;  ///< of both; empty: refused
  std::string rows{};
};

class Meetings : public testing::TestWithParam<Meeting> {};

TEST_P(Meetings, BecomeOne) {
  const Meeting& meeting = GetParam();
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"k\":1,\"v\":" + meeting.old_value + "}\n", path, "k int8, v " + meeting.old_type);
  const std::string before = rows_of(path);
  const auto more = [&] {
    return append("{\"k\":2,\"v\":" + meeting.new_value + "}\n", path, "k int8, v " + meeting.new_type);
  };
  if (meeting.type.empty()) {
    EXPECT_THAT(refusal(more), HasSubstr("out"));
    EXPECT_EQ(rows_of(path), before);
  } else {
    EXPECT_EQ(more().rewritten.files, meeting.old_type == meeting.type ? 0u : 1u);
    EXPECT_EQ(schema_of(path), "k int8, v " + meeting.type);
    EXPECT_EQ(rows_of(path), meeting.rows);
  }
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
}

std::vector<Meeting> meetings() {
  return {
      // to wider types
      {"Integers", "int8", "1", "int64", "300", "int64", "1,1;2,300"},
      {"Signs", "uint32", "1", "int32", "-1", "int64", "1,1;2,-1"},
      {"SignsOf64Bits", "int64", "-1", "uint64", "18446744073709551615", "decimal(20, 0)",
       "1,-1;2,18446744073709551615"},
      {"IntegerToDecimal", "int32", "7", "decimal(12, 2)", "0.25", "decimal(12, 2)", "1,7.00;2,0.25"},
      {"SmallIntegerToDouble", "int32", "2147483647", "float64", "0.5", "float64", "1,2147483647;2,0.5"},
      {"ExactIntegerToDouble", "int64", "1152921504606846976", "float64", "0.5", "float64",
       "1,1152921504606846976;2,0.5"},
      {"IntegerToFloat", "int64", "3", "float32", "0.5", "float64", "1,3;2,0.5"},
      {"Floats", "float32", "0.5", "float64", "0.1", "float64", "1,0.5;2,0.1"},
      {"DecimalToMoreDigits", "decimal(4, 2)", "1.25", "decimal(9, 3)", "1.125", "decimal(9, 3)", "1,1.250;2,1.125"},
      {"DateToTimestamp", "date", "\"1970-01-02\"", "timestamp(ms)", "\"1970-01-01T00:00:01\"", "timestamp(ms)",
       "1,86400000;2,1000"},
      {"FinerUnit", "timestamp(s, UTC)", "\"1970-01-01T00:00:01Z\"", "timestamp(us, UTC)",
       "\"1970-01-01T00:00:00.000002Z\"", "timestamp(us, UTC)", "1,1000000;2,2"},
      {"JsonToText", "json", "{\"a\":1}", "string", "\"x\"", "string", "1,'{\"a\":1}';2,'x'"},
      {"NullToAnything", "null", "null", "list<int8>", "[1]", "list<int8>", "1,null;2,[1]"},
      {"Items", "list<int8>", "[1,null]", "list<float64>", "[0.5]", "list<float64>", "1,[1,null];2,[0.5]"},
      {"Fields", "struct<a int8, b date>", "{\"a\":1,\"b\":\"1970-01-02\"}", "struct<c string, a int16>",
       "{\"c\":\"x\",\"a\":300}", "struct<a int16, b date, c string>", "1,{a:1,b:1,c:null};2,{a:300,b:null,c:'x'}"},
      {"FieldsOfItems", "list<struct<a int8>>", "[{\"a\":1}]", "list<struct<a int8, b bool>>", "[{\"b\":true}]",
       "list<struct<a int8, b bool>>", "1,[{a:1,b:null}];2,[{a:null,b:true}]"},
      {"ValuesOfMaps", "map<string, int8>", "{\"x\":1}", "map<string, float64>", "{\"y\":0.5}", "map<string, float64>",
       "1,[{key:'x',value:1}];2,[{key:'y',value:0.5}]"},
      // narrower rows become what is there, and no file is written anew
      {"NarrowerInteger", "int64", "300", "int8", "1", "int64", "1,300;2,1"},
      {"IntegerIntoDoubles", "float64", "0.5", "int64", "9007199254740992", "float64", "1,0.5;2,9007199254740992"},
      {"DateIntoTimestamps", "timestamp(us)", "\"1970-01-01T00:00:01\"", "date", "\"1970-01-02\"", "timestamp(us)",
       "1,1000000;2,86400000000"},
      {"FewerFields", "struct<a int8, b int8>", "{\"a\":1,\"b\":2}", "struct<b int8>", "{\"b\":3}",
       "struct<a int8, b int8>", "1,{a:1,b:2};2,{a:null,b:3}"},
      // what would change, or has no type
      {"InexactInteger", "int64", "9007199254740993", "float64", "0.5", ""},
      {"InexactIntegerIntoDoubles", "float64", "0.5", "int64", "9007199254740993", ""},
      {"IntegerToText", "int64", "1", "string", "\"x\"", ""},
      {"TextToInteger", "string", "\"1\"", "int64", "1", ""},
      {"BooleanToInteger", "bool", "true", "int64", "1", ""},
      {"DateToInstant", "date", "\"1970-01-02\"", "timestamp(ms, UTC)", "\"1970-01-01T00:00:01Z\"", ""},
      {"DateBeyondNanoseconds", "date", "\"3000-01-01\"", "timestamp(ns)", "\"1970-01-01T00:00:01\"", ""},
      {"DecimalToDouble", "decimal(4, 2)", "1.25", "float64", "0.5", ""},
      {"StructToText", "struct<a int8>", "{\"a\":1}", "json", "1", ""},
      {"ListToItem", "list<int8>", "[1]", "int8", "1", ""},
  };
}

INSTANTIATE_TEST_SUITE_P(All, Meetings, testing::ValuesIn(meetings()),
                         [](const auto& test) { return std::string(test.param.name); });

// --- columns

TEST(RewriteOld, ColumnsOfBothStandInTheOrderOfTheOldOnes) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", path, "a int64 not null id 5, b string");
  const RecordsResult result = append("{\"c\":true,\"b\":\"z\"}\n", path);
  EXPECT_EQ(schema_of(path), "a int64 id 5, b string, c bool");
  EXPECT_EQ(rows_of(path), "1,'x',null;2,'y',null;null,'z',true");
  EXPECT_EQ(result.rows, 1);
  EXPECT_EQ(result.files.size(), 1u);
  EXPECT_EQ(result.rewritten.files, 1u);
  EXPECT_EQ(result.rewritten.rows, 2);
  EXPECT_THAT(texts_of(result.rewritten.changes), ElementsAre("a: int64 to int64", "c: new bool"));
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
  // Again: what is written anew carries one run in its name.
  append("{\"d\":0.5}\n", path);
  EXPECT_EQ(schema_of(path), "a int64 id 5, b string, c bool, d float64");
  EXPECT_EQ(rows_of(path).size(),
            std::string("1,'x',null,null;2,'y',null,null;null,'z',true,null;null,null,null,0.5").size());
  for (const auto& entry : fs::directory_iterator(path)) EXPECT_LE(entry.path().filename().native().size(), 48u);
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
}

// A column of the rows that comes up late, or widens late, does so in the old files, too.
TEST(RewriteOld, RowsGoOnEvolving) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1,\"late\":1}\n", path, "a int8, late int8");
  WriteOptions options = options_of("", PublishMode::append);
  options.source.sample_bytes = 1;
  options.source.evolution = Evolution::widen;
  options.output.shard_rows = 1;
  const RecordsResult result = [&] {
    write_file(folder / "x", "{\"a\":2}\n");
    write_file(folder / "y", "{\"a\":0.5,\"late\":70000,\"new\":\"n\"}\n");
    return write({{folder / "x", SourceFormat::ndjson}, {folder / "y", SourceFormat::ndjson}}, path, options);
  }();
  EXPECT_EQ(schema_of(path), "a float64, late int64, new string");
  EXPECT_EQ(rows_of(path), "1,1,null;2,null,null;0.5,70000,'n'");
  EXPECT_THAT(texts_of(result.rewritten.changes),
              ElementsAre("a: int8 to float64", "late: int8 to int64", "new: new string"));
  EXPECT_EQ(to_text(result.schema), "a float64, late int64, new string");
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
}

// It was said that "the schema cannot grow like that", of relations at the end of the run.
TEST(RewriteOld, AFieldThatIsNotNullThereMayNotComeLate) {
  for (const auto& [type, value, field] :
       {std::tuple("struct<x int64 not null>", "{\"x\":1,\"y\":2}", "s.x"),
        std::tuple("list<int64 not null>", "[1]", "s[]"),
        std::tuple("list<struct<x int64, t struct<u int64 not null>>>", "[{\"t\":{\"u\":1}}]", "s[].t.u")}) {
    const TemporaryDirectory folder;
    const std::string path = folder / "out";
    const std::string schema = std::string("a int64, s ") + type;
    create("{\"a\":1}\n", path, schema);
    write_file(folder / "x", "{\"a\":2}\n");
    write_file(folder / "y", std::string("{\"a\":3,\"s\":") + value + "}\n");
    const auto more = [&](WriteOptions options) {
      options.source.sample_bytes = 1;
      options.source.evolution = Evolution::add;
      write({{folder / "x", SourceFormat::ndjson}, {folder / "y", SourceFormat::ndjson}}, path, options);
    };
    const auto words = HasSubstr(std::string("field \"") + field + "\" is not null there");
    EXPECT_THAT(refusal([&] { more(options_of("", PublishMode::append)); }), AllOf(words, HasSubstr("--schema")));
    more(options_of(std::regex_replace(schema, std::regex(" not null"), ""), PublishMode::append));
    EXPECT_EQ(DatasetReader(path).rows(), 3);
  }
}

// The option alone costs nothing: where the schema stays, files stay.
TEST(RewriteOld, WhatFitsIsAppendedAsEver) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1,\"b\":2}\n", path);
  const auto inode_of = [](const std::string& name) {
    struct stat status {};
    EXPECT_EQ(::stat(name.c_str(), &status), 0);
    return status.st_ino;
  };
  const auto before = inode_of(path + "/out-0.parquet");
  const auto directory = inode_of(path);
  const RecordsResult result = append("{\"b\":3}\n", path);
  EXPECT_EQ(rows_of(path), "1,2;null,3");
  EXPECT_EQ(result.rewritten.files, 0u);
  EXPECT_EQ(inode_of(path + "/out-0.parquet"), before);
  EXPECT_EQ(inode_of(path), directory);
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
  append("{\"z\":1}\n", folder / "fresh");
  EXPECT_EQ(rows_of(folder / "fresh"), "1");
}

// What a file says of itself beside its rows stays: also of which run it is.
TEST(RewriteOld, MetadataOrderAndRunStay) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  WriteOptions first = options_of("", PublishMode::create);
  first.output.file.metadata = {{"who", "me"}, {"pandas", "{}"}, {"parquet.avro.schema", "{}"}};
  first.output.file.sorted_by = {{"a", true}};
  first.output.target.run_id = "first";
  write_rows("{\"a\":2}\n{\"a\":1}\n", path, first);
  append("{\"b\":1}\n", path);
  const auto done = finished_run(path, "first");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->rows, 2);
  const FileLayout layout = read_layout(done->files.at(0).path);
  EXPECT_EQ(to_text(layout.row_groups.at(0).sorted_by), "a desc");
  EXPECT_THAT(layout.metadata, testing::Contains(std::pair<std::string, std::string>("who", "me")));
  // Not what others keep of the columns: Spark and pandas would have gone on without the new ones.
  for (const char* const key : {"pandas", "parquet.avro.schema"})
    EXPECT_THAT(layout.metadata, testing::Not(testing::Contains(testing::Key(key))));
}

// --- directories

TEST(RewriteOld, PartitionsGrow) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  WriteOptions first = options_of("", PublishMode::create);
  first.output.partitions.keys = parse_partition_keys("p");
  write_rows("{\"p\":1,\"v\":1}\n{\"p\":2,\"v\":2}\n", path, first);
  WriteOptions more = options_of("", PublishMode::append);
  more.output.partitions = first.output.partitions;
  const RecordsResult result = write_rows("{\"p\":2,\"v\":0.5,\"w\":\"x\"}\n", path, more);
  EXPECT_EQ(result.rewritten.files, 2u);
  EXPECT_THAT(texts_of(result.rewritten.changes), ElementsAre("v: int64 to float64", "w: new string"));
  EXPECT_EQ(schema_of(path), "v float64, w string, p int64");
  EXPECT_EQ(rows_of(path), "1,null,1;2,null,2;0.5,'x',2");
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path));
  // Keys are names of directories: these keep their types.
  EXPECT_THAT(refusal([&] { write_rows("{\"p\":\"x\",\"v\":1,\"w\":\"x\"}\n", path, more); }),
              HasSubstr("column p is"));
  more.output.partitions.keys.clear();
  EXPECT_THAT(refusal([&] { write_rows("{\"v\":1,\"u\":1}\n", path, more); }), HasSubstr("partitioned by p"));
}

TEST(RewriteOld, EachRelationGrowsByItself) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  WriteOptions options = options_of("", PublishMode::create);
  options.flatten.emplace();
  options.flatten->name = "r";
  write_rows("{\"v\":1,\"l\":[{\"x\":1}],\"gone\":[{\"y\":1}]}\n", path, options);
  options.output.target.mode = PublishMode::append;
  options.output.rewrite_old = true;
  const RecordsResult result = write_rows("{\"v\":2,\"l\":[{\"x\":0.5}]}\n", path, options);
  EXPECT_EQ(result.rewritten.files, 1u);
  EXPECT_THAT(texts_of(result.rewritten.changes), ElementsAre("r_l: x: int64 to float64"));
  EXPECT_EQ(schema_of(path + "/r"), "_id int64 not null, v int64, l_length int32, gone_length int32");
  EXPECT_EQ(rows_of(path + "/r"), "0,1,1,1;1,2,1,null");
  EXPECT_EQ(rows_of(path + "/r_gone"), "0,0,0,1");
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path + "/r"));
  EXPECT_EQ(rows_of(path + "/r_l"), "0,0,0,1;1,1,0,0.5");  // keys go on
  EXPECT_NO_FATAL_FAILURE(expect_one_schema(path + "/r_l"));
}

// --- what stands against it

TEST(RewriteOld, WithoutTheOptionTheErrorNamesIt) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  WriteOptions plain = options_of("", PublishMode::append);
  plain.output.rewrite_old = false;
  EXPECT_THAT(refusal([&] { write_rows("{\"a\":0.5}\n", path, plain); }),
              AllOf(HasSubstr("\"a int64\" there, but \"a float64\" in the new rows"), HasSubstr("--rewrite-old")));
  EXPECT_THAT(refusal([&] { write_rows("{\"a\":\"x\"}\n", path, plain); }),
              AllOf(HasSubstr("\"a string\" in the new rows"), testing::Not(HasSubstr("--rewrite-old"))));
  WriteOptions each = plain;  // it would be refused together with that
  each.output.publish = Publish::each;
  EXPECT_THAT(refusal([&] { write_rows("{\"a\":0.5}\n", path, each); }),
              AllOf(HasSubstr("cannot append"), testing::Not(HasSubstr("--rewrite-old"))));
  plain.output.rewrite_old = true;
  plain.output.target.mode = PublishMode::overwrite;
  EXPECT_THAT(refusal([&] { write_rows("{\"a\":1}\n", path, plain); }), HasSubstr("rewrite_old"));
}

TEST(RewriteOld, WhatIsNoParquetFileIsNotReplaced) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  write_file(path + "/notes.txt", "mine");
  EXPECT_THAT(refusal([&] { append("{\"b\":1}\n", path); }), HasSubstr("notes.txt is no Parquet file"));
  EXPECT_EQ(rows_of(path), "1");
  EXPECT_EQ(append("{\"a\":2}\n", path).rows, 1);  // nothing is replaced
}

// Files that nobody reads are in the directory that goes: they come along.
TEST(RewriteOld, HiddenFilesComeAlong) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  write_file(path + "/_draft.parquet", "draft");
  append("{\"b\":1}\n", path);
  EXPECT_EQ(read_file(path + "/_draft.parquet"), "draft");
  EXPECT_EQ(schema_of(path), "a int64, b int64");
}

// What stands against it is found before the new rows are read.
TEST(RewriteOld, OldValuesAreLookedAtFirst) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1,\"d\":\"3000-01-01\"}\n{\"a\":9007199254740993,\"d\":\"2000-01-01\"}\n", path);
  const auto refusal_of = [&](const std::string& schema) {
    const DatasetOptions options = options_of("", PublishMode::append).output;
    return refusal([&] { const DatasetWriter writer(path, parse_schema(schema), options); });
  };
  EXPECT_THAT(
      refusal_of("a float64"),
      HasSubstr("cannot append to " + path + ": column a: float64 cannot hold 9007199254740993, which stands there"));
  EXPECT_THAT(refusal_of("d timestamp(ns)"), HasSubstr("column d: timestamp(ns) cannot hold \"3000-01-01\""));
  EXPECT_EQ(refusal_of("d timestamp(us), a decimal(19, 0)"), "nothing was thrown");
  EXPECT_THAT(left_runs(path), IsEmpty());
}

// What somebody adds meanwhile would go with the old directory, or stand there in another schema.
TEST(RewriteOld, AFileThatComesMeanwhileIsNotLost) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  DatasetOptions options = options_of("", PublishMode::append).output;
  const auto schema = std::make_shared<const Schema>(parse_schema("b int64"));
  DatasetWriter writer(path, *schema, options);
  EXPECT_EQ(writer.schema(), *schema);
  fs::copy_file(path + "/out-0.parquet", path + "/other.parquet");
  EXPECT_THAT(refusal([&] { writer.close(); }), HasSubstr("other.parquet has come, gone or changed"));
  EXPECT_EQ(schema_of(path), "a int64");
  EXPECT_THAT(left_runs(path), IsEmpty());
}

// A run that is kept has new rows alone: the old ones are where they were.
TEST(RewriteOld, RecoverElsewhereGivesTheNewRows) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":[9007199254740993]}\n", path);
  WriteOptions options = options_of("", PublishMode::append);
  options.output.target.on_failure = OnFailure::keep;
  EXPECT_THAT(refusal([&] { write_rows("{\"a\":[0.5]}\n{\"a\":[1.5]}\n", path, options); }),
              AllOf(HasSubstr("out-0.parquet: column a: float64 cannot hold 9007199254740993"), HasSubstr("int64")));
  EXPECT_EQ(rows_of(path), "[9007199254740993]");
  EXPECT_THAT(refusal([&] { recover(path); }), HasSubstr("a part of the new never takes the place"));
  const RecoverResult recovered = recover(path, {.output = folder / "other"});
  EXPECT_EQ(recovered.written.rows, 2);
  EXPECT_EQ(rows_of(folder / "other"), "[0.5];[1.5]");
  EXPECT_THAT(left_runs(path), IsEmpty());
}

// A run that has old files beside its new ones by then, written anew and by a second name: these are not its rows. They
// came to OTHER once, for recover had forgotten that the run was to replace.
TEST(RewriteOld, RecoverElsewhereLeavesOldFilesOut) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", folder / "old");
  create("{\"a\":2.5}\n", folder / "new");
  const std::string old = folder / "old/old-0.parquet";
  DatasetWriter there(path, options_of("", PublishMode::create).output);
  for (const char* const relation : {"also", "grown"}) there.write({relation, FileReader(old).read()->next()->batch});
  there.close();
  const std::array names{path + "/also/also-0.parquet", path + "/grown/grown-0.parquet"};
  const std::array before{read_file(names[0]), read_file(names[1])};
  {
    DatasetOptions options = options_of("", PublishMode::append).output;
    options.target.on_failure = OnFailure::keep;
    DatasetWriter writer(path, options);
    writer.write({"grown", FileReader(folder / "new/new-0.parquet").read()->next()->batch});
    const auto add = [&] { fs::copy_file(old, path + "/grown/zz.parquet", fs::copy_options::overwrite_existing); };
    EXPECT_THAT(refusal([&] { writer.close(add); }), HasSubstr("grown/zz.parquet has come"));
  }
  EXPECT_EQ(fs::hard_link_count(names[0]), 2u);
  EXPECT_EQ(left_runs(path).at(0).rows, 1);
  const RecoverResult recovered = recover(path, {.output = folder / "other"});
  EXPECT_EQ(recovered.written.rows, 1);
  EXPECT_EQ(rows_of(folder / "other"), "2.5");
  EXPECT_FALSE(fs::exists(folder / "other/also"));
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(read_file(names[i]), before[i]) << names[i];
  EXPECT_THAT(left_runs(path), IsEmpty());
}

// A file that took the place of another under its name was thought to be that, and went with the old directory.
TEST(RewriteOld, AFileThatIsReplacedMeanwhileIsNotLost) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  create("{\"a\":2,\"mine\":3}\n", folder / "mine");
  DatasetWriter writer(path, parse_schema("b int64"), options_of("", PublishMode::append).output);
  fs::rename(folder / "mine/mine-0.parquet", path + "/out-0.parquet");
  EXPECT_THAT(refusal([&] { writer.close(); }), HasSubstr("out-0.parquet has come, gone or changed"));
  EXPECT_EQ(rows_of(path), "2,3");
  EXPECT_THAT(left_runs(path), IsEmpty());
}

/// A dataset with partitions that has got a column, and is about to be published.
struct Grown {
  explicit Grown(const std::string& path) : staging(path, {.sync = false, .publish = options.target}) {
    options.partitions.keys = parse_partition_keys("k");
    dataset.take("", parse_schema("k int64, a int64, b int64"));
    EXPECT_EQ(dataset.finish([] {}).files, 1u);
  }
  DatasetOptions options = options_of("", PublishMode::append).output;
  DirectoryStaging staging;
  GrowingDataset dataset{staging, options};
};

// They were looked at once, before all was synced; what came into a directory of the dataset then was deleted.
TEST(RewriteOld, FilesAreLookedAtOnceMoreBeforeTheExchange) {
  for (const bool adds : {false, true}) {
    const TemporaryDirectory folder;
    const std::string path = folder / "out";
    create_in_directory(path);
    Grown grown(path);
    EXPECT_NO_THROW(grown.dataset.check_unchanged());
    const std::string name = adds ? "y.parquet" : "x.parquet";
    write_file(path + "/k=1/" + name, "theirs");
    EXPECT_THAT(refusal([&] { grown.staging.publish([&] { grown.dataset.check_unchanged(); }); }),
                HasSubstr(name + " has come"));
    EXPECT_EQ(read_file(path + "/k=1/" + name), "theirs");
  }
}

// Nobody looks any more: it went with the old directory.
TEST(RewriteOld, AFileThatComesBehindTheLastLookIsNotLost) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create_in_directory(path);
  Grown grown(path);
  grown.staging.publish([&] {
    grown.dataset.check_unchanged();
    write_file(path + "/k=1/y.parquet", "theirs");
    write_file(path + "/k=1/x.parquet", "written to");
  });
  EXPECT_EQ(read_file(path + "/k=1/y.parquet"), "theirs");
  EXPECT_FALSE(fs::exists(path + "/k=1/x.parquet"));  // its rows stand under another name
  const LeftRun left = left_runs(path).at(0);
  EXPECT_THAT(left.arrivals, ElementsAre(left.staging + "/arrivals/k=1/x.parquet"));
  EXPECT_FALSE(left.is_pending);
  // Nothing takes it for the run's own.
  EXPECT_THAT(clean(path), IsEmpty());
  EXPECT_EQ(recover(path).written.rows, 0);
  recover(path, {.discard = true});
  EXPECT_EQ(read_file(left.arrivals[0]), "written to");
}

// Of somebody else's files: "year" is no column of the rows, but a part of one, and its values were dropped.
TEST(RewriteOld, AColumnThatIsAPartKeyStays) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  fs::create_directories(path + "/year=2020");
  create("{\"at\":\"2020-05-01\",\"year\":2020}\n", folder / "old", "at date, year int32");
  fs::rename(folder / "old/old-0.parquet", path + "/year=2020/x.parquet");
  WriteOptions more = options_of("at date, v int64", PublishMode::append);
  more.output.partitions.keys = parse_partition_keys("year(at)");
  EXPECT_EQ(write_rows("{\"at\":\"2021-05-01\",\"v\":1}\n", path, more).rewritten.files, 1u);
  for (const auto& entry : fs::directory_iterator(path + "/year=2020"))
    EXPECT_EQ(to_text(FileReader(entry.path()).schema()), "at date, v int64, year int32");
}

// std::out_of_range came out of the writer.
TEST(RewriteOld, RowsOfNoRelationBehindSomeAreRefused) {
  for (const bool rewrites : {false, true}) {
    const TemporaryDirectory folder;
    create("{\"a\":1}\n", folder / "new");
    const Batch rows = FileReader(folder / "new/new-0.parquet").read()->next()->batch;
    DatasetOptions options = options_of("", PublishMode::append).output;
    options.rewrite_old = rewrites;
    DatasetWriter writer(folder / "out", options);
    writer.write({"r", rows});
    EXPECT_THAT(refusal([&] { writer.write(rows); }), HasSubstr("rows of no relation"));
    DatasetWriter again(folder / "out", options);
    again.write({"r", rows});
    EXPECT_THAT(refusal([&] { again.extend_schema(rows.schema()); }), HasSubstr("each relation of the dataset"));
  }
}

// Its rows stood there twice: files that are written anew meet no name.
TEST(RewriteOld, ARunIdNamesOneRun) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create("{\"a\":1}\n", path);
  DatasetOptions options = options_of("", PublishMode::append).output;
  options.target.run_id = "nightly";
  DatasetWriter(path, parse_schema("b int64"), options).close();
  DatasetWriter again(path, parse_schema("c int64"), options);
  EXPECT_THAT(refusal([&] { again.close(); }), AllOf(HasSubstr("exists already"), HasSubstr("a run id names one run")));
  EXPECT_EQ(schema_of(path), "a int64, b int64");
}

// All got those of new files.
TEST(RewriteOld, PermissionsStay) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  create_in_directory(path);
  const auto mode_of = [](const fs::path& of) { return static_cast<unsigned>(fs::status(of).permissions()); };
  fs::permissions(path + "/k=1/x.parquet", fs::perms(0440));
  fs::permissions(path + "/k=1", fs::perms(0750));
  fs::permissions(path, fs::perms(0710));
  WriteOptions more = options_of("", PublishMode::append);
  more.output.partitions.keys = parse_partition_keys("k");
  EXPECT_EQ(write_rows("{\"k\":2,\"b\":1}\n", path, more).rewritten.files, 1u);
  EXPECT_EQ(mode_of(path), 0710u);
  EXPECT_EQ(mode_of(path + "/k=1"), 0750u);
  for (const auto& entry : fs::directory_iterator(path + "/k=1")) EXPECT_EQ(mode_of(entry.path()), 0440u);
}

}  // namespace
}  // namespace sluice::rewrite_old_test
