#include "sluice/dataset_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::dataset_reader_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> rows_of(BatchStream& stream) {
  std::vector<std::string> rows;
  while (const std::optional<RelationBatch> next = stream.next()) {
    // Batch holds columns to their invariants.
    Batch(next->batch.shared_schema(), next->batch.columns(), next->batch.rows());
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      std::string& text = rows.emplace_back();
      for (const Column& column : next->batch.columns()) text += (text.empty() ? "" : " ") + test::show(column, row);
    }
  }
  return rows;
}

class DatasetReading : public ::testing::Test {
 protected:
  DatasetReading() {
    options_.read.runtime = std::make_shared<Runtime>(RuntimeOptions{2, 32_MiB});
    options_.read.batch_rows = 2;
  }

  void write(const std::string& name, const Schema& schema, std::vector<Column> columns,
             std::vector<std::pair<std::string, std::string>> metadata = {}) {
    std::filesystem::create_directories(std::filesystem::path(directory_ / name).parent_path());
    FileOptions options;
    options.sync = false;
    options.metadata = std::move(metadata);
    options.runtime = options_.read.runtime;
    FileWriter writer(directory_ / name, schema, options);
    const int64_t rows = columns[0].length;
    writer.write(Batch(std::make_shared<const Schema>(schema), std::move(columns), rows));
    writer.close();
  }
  /// Files with one column of int64.
  void write_numbers(const std::string& name, const std::vector<std::optional<int64_t>>& values) {
    write(name, Schema{{"n", int64()}}, {test::make_int64(values)});
  }

  DatasetReader open(const std::string& path = {}) {
    return DatasetReader(path.empty() ? directory_.path() : directory_ / path, options_);
  }
  std::vector<std::string> read(const std::string& where = {}, const std::string& columns = {}) {
    SelectOptions select;
    if (!where.empty()) select.where = parse_predicate(where);
    if (!columns.empty()) select.columns = parse_columns(columns);
    const auto stream = open().read(select);
    std::vector<std::string> rows = rows_of(*stream);
    counters_ = stream->counters();
    return rows;
  }
  std::string failure() {
    try {
      open();
    } catch (const Error& error) {
      return std::string(to_string(error.code())) + ": " + error.what();
    }
    return "none";
  }

  test::TemporaryDirectory directory_;
  DatasetReadOptions options_;
  ReadCounters counters_;
};

TEST_F(DatasetReading, PutsFilesOneBehindTheOther) {
  write_numbers("a-10.parquet", {5});
  write_numbers("a-9.parquet", {3, 4});
  write_numbers("a-1.parquet", {1, 2, std::nullopt});
  const DatasetReader reader = open();
  EXPECT_EQ(reader.rows(), 6);
  EXPECT_EQ(reader.files().size(), 3u);
  EXPECT_EQ(reader.files()[1].path, directory_ / "a-9.parquet");
  EXPECT_EQ(reader.files()[1].rows, 2);
  EXPECT_THAT(reader.partitions(), IsEmpty());
  EXPECT_EQ(to_text(reader.schema()), "n int64");
  EXPECT_THAT(read(), ElementsAre("1", "2", "null", "3", "4", "5"));
  EXPECT_THAT(read("n > 2"), ElementsAre("3", "4", "5"));
  EXPECT_EQ(reader.count({}), 6);
  EXPECT_EQ(reader.count(parse_predicate("n <> 4")), 4);
  EXPECT_THAT(rows_of(*open("a-9.parquet").read()), ElementsAre("3", "4"));
  EXPECT_THAT(rows_of(*open("a-?.parquet").read()), ElementsAre("1", "2", "null", "3", "4"));
  const auto both = DatasetReader::open({directory_ / "a-10.parquet", directory_ / "a-9.parquet"}, options_);
  EXPECT_THAT(rows_of(*both.read()), ElementsAre("5", "3", "4"));
  EXPECT_THROW(DatasetReader::open({}), Error);
}

TEST_F(DatasetReading, StreamsOutliveTheReader) {
  write_numbers("a.parquet", {1, 2, 3});
  auto stream = open().read();
  EXPECT_THAT(rows_of(*stream), ElementsAre("1", "2", "3"));
}

TEST_F(DatasetReading, ReadsPartitionsAsColumns) {
  write_numbers("year=2025/kind=a%2Fb/x.parquet", {1, 2, 3});
  write_numbers("year=2026/kind=__HIVE_DEFAULT_PARTITION__/x.parquet", {4});
  write_numbers("year=2026/kind=c/x.parquet", {5});
  const DatasetReader reader = open();
  EXPECT_EQ(to_text(reader.schema()), "n int64, year int64, kind string");
  EXPECT_THAT(reader.partitions(), ElementsAre("year", "kind"));
  EXPECT_EQ(reader.files()[1].partition, (std::vector<std::optional<std::string>>{"2026", std::nullopt}));
  EXPECT_THAT(read(), ElementsAre("1 2025 'a/b'", "2 2025 'a/b'", "3 2025 'a/b'", "4 2026 null", "5 2026 'c'"));
  EXPECT_THAT(read("", "kind, n"), ElementsAre("'a/b' 1", "'a/b' 2", "'a/b' 3", "null 4", "'c' 5"));
  EXPECT_THAT(read("", "year"), ElementsAre("2025", "2025", "2025", "2026", "2026"));
  options_.hive_partitions = false;
  EXPECT_THAT(read(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(DatasetReading, LeavesFilesClosedThatTheirPathsRuleOut) {
  write_numbers("year=2025/x.parquet", {1, 2, 3});
  write_numbers("year=2026/x.parquet", {4, 5});
  write_numbers("year=__HIVE_DEFAULT_PARTITION__/x.parquet", {6});
  EXPECT_THAT(read("year = 2026 and n > 4"), ElementsAre("5 2026"));
  EXPECT_EQ(counters_.files, 3);
  EXPECT_EQ(counters_.files_pruned, 2);
  EXPECT_EQ(counters_.row_groups, 3);
  EXPECT_EQ(counters_.rows, 6);
  EXPECT_EQ(counters_.rows_delivered, 1);
  EXPECT_THAT(read("year is null or n = 1"), ElementsAre("1 2025", "6 null"));
  EXPECT_EQ(counters_.files_pruned, 0);
  EXPECT_THAT(read("year is null"), ElementsAre("6 null"));
  EXPECT_EQ(counters_.files_pruned, 2);
  EXPECT_THAT(read("year not in (2025, 2026)"), IsEmpty());
  EXPECT_EQ(counters_.files_pruned, 3);
  EXPECT_THAT(read("not (year < 2026)"), ElementsAre("4 2026", "5 2026"));
  ReadCounters counters;
  EXPECT_EQ(open().count(parse_predicate("year = 2025"), &counters), 3);
  EXPECT_EQ(counters.files_pruned, 2);
  EXPECT_EQ(counters.rows_tested, 0);
  options_.read.prune = false;
  EXPECT_THAT(read("year = 2026 and n > 4"), ElementsAre("5 2026"));
  EXPECT_EQ(counters_.files_pruned, 0);
}

TEST_F(DatasetReading, TakesTypesOfPartitionsFromTheFiles) {
  write("k=1/x.parquet", Schema{{"n", int64()}}, {test::make_int64({1})},
        {{"xluice.partition_schema", "k string, other date"}});
  write_numbers("k=2/x.parquet", {2});
  EXPECT_EQ(to_text(open().schema()), "n int64, k int64");
  // The key is reserved to us: nobody else can write it.
  std::string bytes = test::read_file(directory_ / "k=1/x.parquet");
  bytes[bytes.find("xluice.partition_schema")] = 's';
  test::write_file(directory_ / "k=1/x.parquet", bytes);
  options_.read.checksums = false;
  EXPECT_EQ(to_text(open().schema()), "n int64, k string");
  EXPECT_THAT(read("k = '2'"), ElementsAre("2 '2'"));
}

// Files that hold the key themselves know better than their path.
TEST_F(DatasetReading, PrefersTheColumnOfAFileToItsPath) {
  write("n=7/x.parquet", Schema{{"n", int32()}}, {test::make_fixed<int32_t>(int32(), {1, 2})});
  write("n=8/y.parquet", Schema{{"m", int64()}}, {test::make_int64({3})});
  EXPECT_EQ(to_text(open().schema()), "n int32, m int64");
  EXPECT_THAT(read(), ElementsAre("1 null", "2 null", "8 3"));
  EXPECT_THAT(read("n = 1"), ElementsAre("1 null"));
  EXPECT_THAT(read("n = 8"), ElementsAre("8 3"));
  write("n=x/z.parquet", Schema{{"m", int64()}}, {test::make_int64({3})});
  EXPECT_THROW(read(), Error);
}

TEST_F(DatasetReading, MergesSchemasByName) {
  const Type user = struct_({{"name", enum_()}, {"age", int8()}});
  write("1.parquet", Schema{{"id", int32(), false}, {"user", user}},
        {test::make_fixed<int32_t>(int32(), {1, 2, 3}),
         test::make_struct(user,
                           {test::make_text(enum_(), {"a", "b", std::nullopt}),
                            test::make_fixed<int8_t>(int8(), {10, std::nullopt, 30})},
                           {true, true, false})});
  const Type wider = struct_({{"age", int16()}, {"mail", string()}, {"name", string()}});
  write("2.parquet", Schema{{"user", wider}, {"id", int64()}, {"at", date()}},
        {test::make_struct(wider,
                           {test::make_fixed<int16_t>(int16(), {1'000}), test::make_text(string(), {"m"}),
                            test::make_text(string(), {"c"})},
                           {true}),
         test::make_int64({std::nullopt}), test::make_fixed<int32_t>(date(), {7})});
  write("3.parquet", Schema{{"at", null()}}, {test::make_null(2)});
  EXPECT_EQ(to_text(open().schema()), "id int64, user struct<name string, age int16, mail string>, at date");
  EXPECT_THAT(read(), ElementsAre("1 {'a',10,null} null", "2 {'b',null,null} null", "3 null null",
                                  "null {'c',1000,'m'} 7", "null null null", "null null null"));
  EXPECT_THAT(read("user.age > 9", "user.mail, id"), ElementsAre("{null} 1", "{'m'} null"));
  EXPECT_THAT(read("at is null and id is null", "id"), ElementsAre("null", "null"));
  EXPECT_THAT(read("user.mail is null", "id"), ElementsAre("1", "2", "3", "null", "null"));
}

TEST_F(DatasetReading, NamesFilesThatDoNotGoTogether) {
  write_numbers("1.parquet", {1});
  write_numbers("2.parquet", {1});
  write("3.parquet", Schema{{"n", string()}}, {test::make_text(string(), {"x"})});
  EXPECT_THAT(failure(),
              AllOf(HasSubstr("data: " + (directory_ / "1.parquet") + " and "), HasSubstr(directory_ / "3.parquet"),
                    HasSubstr("column n is int64 in the first and string in the other")));
}

TEST_F(DatasetReading, RefusesOtherColumnsWhenStrict) {
  write_numbers("1.parquet", {1});
  write_numbers("2.parquet", {1});
  options_.schemas = SchemaMerge::strict;
  EXPECT_EQ(failure(), "none");
  write("3.parquet", Schema{{"n", int64()}, {"m", int64()}}, {test::make_int64({1}), test::make_int64({1})});
  EXPECT_THAT(failure(), AllOf(HasSubstr("data: " + (directory_ / "1.parquet")),
                               HasSubstr("no more column where the other has m int64")));
}

TEST_F(DatasetReading, SaysWhatCannotBeOpened) {
  write_numbers("1.parquet", {1});
  test::write_file(directory_ / "2.parquet", "no Parquet");
  EXPECT_THAT(failure(), AllOf(HasSubstr("corrupt: "), HasSubstr(directory_ / "2.parquet")));
}

// More files than stay open: they are opened again, and held to be what they were.
TEST_F(DatasetReading, ReadsMoreFilesThanStayOpen) {
  constexpr int kFiles = 140;
  for (int i = 0; i < kFiles; ++i) write_numbers("part=" + std::to_string(i) + "/x.parquet", {i, i});
  const std::vector<std::string> rows = read("n >= 130");
  ASSERT_EQ(rows.size(), 20u);
  EXPECT_EQ(rows.back(), "139 139");
  EXPECT_THAT(read("part = 135"), ElementsAre("135 135", "135 135"));
  EXPECT_EQ(counters_.files_pruned, kFiles - 1);
  const DatasetReader reader = open();
  std::filesystem::remove(directory_ / "part=139/x.parquet");
  write_numbers("part=139/x.parquet", {1, 2, 3});
  EXPECT_THROW(rows_of(*reader.read()), Error);
}

}  // namespace
}  // namespace sluice::dataset_reader_test
