// Parquet as a source: rewritten with other options, columns and rows, it holds the same values.
#include "engine/parquet_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sluice/diff.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/held_stream.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_predicate.h"
#include "support/random_table.h"

namespace sluice::parquet_source_test {
namespace {

using ::testing::HasSubstr;

using test::HeldStream;

constexpr uint64_t kSeed = 20'261'125;

std::string words_of(const Difference& difference) {
  std::string words = std::to_string(difference.rows_a) + " and " + std::to_string(difference.rows_b) + " rows";
  for (const ColumnDifference& column : difference.columns) {
    if (column.a) words += "\n" + to_text(Schema({*column.a}));
    if (column.b) words += " | " + to_text(Schema({*column.b}));
    for (const ColumnDifference::Sample& sample : column.samples)
      words += "\n  " + std::to_string(sample.row) + ": " + sample.a + " | " + sample.b;
  }
  return words;
}

/// Seconds of the day come back as the milliseconds that are stored: types may differ, values must not.
bool has_same_values(const Difference& difference) {
  return difference.rows_a == difference.rows_b && difference.same_order &&
         std::ranges::all_of(difference.columns, [](const ColumnDifference& column) {
           return column.rows == 0 && column.a && column.b &&
                  to_text(column.a->type).find("time(") != std::string::npos;
         });
}

class ParquetSources : public ::testing::Test {
 protected:
  WriteOptions options(unsigned threads = 2) const {
    WriteOptions options;
    options.output.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
    options.output.file.sync = false;
    return options;
  }
  void write_numbers(const std::string& name, const std::vector<std::optional<int64_t>>& values) {
    std::filesystem::create_directories(std::filesystem::path(directory_ / name).parent_path());
    const Schema schema{{"n", int64()}};
    const auto rows = static_cast<int64_t>(values.size());
    FileWriter writer(directory_ / name, schema, options().output.file);
    writer.write(Batch(std::make_shared<const Schema>(schema), {test::make_int64(values)}, rows));
    writer.close();
  }
  std::vector<std::string> rows_of(const std::string& path) const {
    std::vector<std::string> rows;
    const auto stream = FileReader(path).read();
    while (const auto next = stream->next())
      for (int64_t row = 0; row < next->batch.rows(); ++row) {
        std::string& text = rows.emplace_back();
        for (const Column& column : next->batch.columns()) text += (text.empty() ? "" : " ") + test::show(column, row);
      }
    return rows;
  }
  Error refusal(const std::vector<Source>& sources, WriteOptions write_options) {
    try {
      write(sources, directory_ / "refused.parquet", std::move(write_options));
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorCode::bug, "nothing was thrown");
  }

  test::TemporaryDirectory directory_;
};

// Whatever is written with whatever options, read and written anew with others: the same rows; and of what is selected
// what a selection from the rows themselves gives.
TEST_F(ParquetSources, RewritesAnyTable) {
  for (uint64_t i = 0; i < 25; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 600, .leaves_max = 1'500, .leaves_max_large = 1'500});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    const std::string first = directory_ / (std::to_string(i) + "a.parquet");
    const std::string second = directory_ / (std::to_string(i) + "b.parquet");
    WriteOptions there = options(draw.chance(50) ? 1 : 3);
    const auto runtime = there.output.file.runtime;
    there.output.file = test::draw_options(draw, table.schema, table.rows);
    there.output.file.runtime = runtime;
    there.output.file.sync = false;
    write(std::make_unique<HeldStream>(table.schema, batches), first, there);

    WriteOptions back = there;
    back.output.file = test::draw_options(draw, table.schema, table.rows);
    back.output.file.runtime = runtime;
    back.output.file.sync = false;
    const RecordsResult result = write(Source{first}, second, back);
    EXPECT_FALSE(result.inferred);
    EXPECT_EQ(result.rows, table.rows);
    HeldStream rows(table.schema, batches);
    const auto rewritten = FileReader(second).read();
    const Difference difference = diff(rows, *rewritten);
    ASSERT_TRUE(has_same_values(difference)) << words_of(difference);
    ASSERT_EQ(FileReader(second).schema(), FileReader(first).schema());

    const std::vector<test::Place> places = test::places_of(table.schema);
    if (places.empty()) continue;
    SelectOptions select;
    select.where = test::draw_predicate(draw, table, places, 2).predicate;
    if (draw.chance(70)) select.columns = {draw.chance(50) ? ColumnPath{table.schema[0].name} : places[0].path};
    WriteOptions selecting = options();
    selecting.select = select;
    const std::string third = directory_ / (std::to_string(i) + "c.parquet");
    write(Source{first}, third, selecting);
    const auto expected = sluice::select(std::make_unique<HeldStream>(table.schema, batches), select);
    const auto selected = FileReader(third).read();
    const Difference other = diff(*expected, *selected);
    ASSERT_TRUE(has_same_values(other)) << to_text(*select.where) << "\n" << words_of(other);
  }
}

TEST_F(ParquetSources, ReadsOnlyWhatIsKept) {
  std::vector<std::optional<int64_t>> values(100'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(i * i * 0x9e37'79b9'7f4a'7c15);
  for (const char* name : {"year=2025/x.parquet", "year=2026/x.parquet"}) write_numbers(name, values);
  WriteOptions few = options();
  few.select.where = parse_predicate("year = 2026 and n = 0");
  const RecordsResult result = write(Source{directory_.path()}, directory_ / "out.parquet", few);
  EXPECT_THAT(rows_of(directory_ / "out.parquet"), ::testing::ElementsAre("0 2026"));
  const RecordsResult all = write(Source{directory_ / "year=*"}, directory_ / "all.parquet", options());
  EXPECT_EQ(all.rows, 200'000);
  EXPECT_EQ(to_text(all.schema), "n int64, year int64");
  EXPECT_LE(result.bytes_read, all.bytes_read / 2);
}

TEST_F(ParquetSources, IsKnownByNameAndByContent) {
  write_numbers("a.parquet", {1, 2});
  std::filesystem::copy(directory_ / "a.parquet", directory_ / "nameless");
  write(Source{directory_ / "nameless"}, directory_ / "out.parquet", options());
  EXPECT_THAT(rows_of(directory_ / "out.parquet"), ::testing::ElementsAre("1", "2"));
  EXPECT_EQ(open_source({directory_ / "a.parquet"})->schema(), parse_schema("n int64"));
  EXPECT_TRUE(begins_like_parquet(as_bytes("PAR1...")));
  EXPECT_TRUE(begins_like_parquet(as_bytes("PARE")));
  EXPECT_FALSE(begins_like_parquet(as_bytes("PAR")));
  EXPECT_FALSE(begins_like_parquet({}));
}

TEST_F(ParquetSources, StandsBesideOthers) {
  write_numbers("a.parquet", {1});
  write_numbers("b.parquet", {2});
  test::write_file(directory_ / "c.ndjson", "{\"n\": 3}\n");
  const auto write_all = [&](const std::vector<std::string>& names, WriteOptions write_options) {
    std::vector<Source> sources;
    for (const std::string& name : names) sources.push_back({directory_ / name});
    std::filesystem::remove(directory_ / "out.parquet");
    write(sources, directory_ / "out.parquet", std::move(write_options));
    return rows_of(directory_ / "out.parquet");
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(write_all({"b.parquet", "a.parquet"}, options()), ElementsAre("2", "1"));
  EXPECT_THAT(write_all({"a.parquet", "c.ndjson", "b.parquet"}, options()), ElementsAre("1", "3", "2"));
  WriteOptions declared = options();
  declared.source.schema = parse_schema("n int64");
  EXPECT_THAT(write_all({"c.ndjson", "a.parquet"}, declared), ElementsAre("3", "1"));
  declared.select.where = parse_predicate("n <> 3");
  EXPECT_THAT(write_all({"c.ndjson", "a.parquet"}, declared), ElementsAre("1"));
  EXPECT_EQ(refusal({{directory_ / "c.ndjson"}, {directory_ / "a.parquet"}}, options()).code(), ErrorCode::invalid);
  declared.source.schema = parse_schema("n int32");
  EXPECT_EQ(refusal({{directory_ / "a.parquet"}}, declared).code(), ErrorCode::unsupported);
}

TEST_F(ParquetSources, SaysWhatCannotBeRead) {
  const Error pipe = refusal({{"-", SourceFormat::parquet}}, options());
  EXPECT_EQ(pipe.code(), ErrorCode::unsupported);
  EXPECT_THAT(pipe.hint(), HasSubstr("file"));
  EXPECT_EQ(refusal({{directory_ / "missing.parquet"}}, options()).code(), ErrorCode::io);
  EXPECT_EQ(refusal({{directory_.path()}}, options()).code(), ErrorCode::io);
  test::write_file(directory_ / "bad.parquet", "PAR1 but no more");
  EXPECT_EQ(refusal({{directory_ / "bad.parquet"}}, options()).code(), ErrorCode::corrupt);
  WriteOptions unknown = options();
  unknown.select.columns = parse_columns("nope");
  write_numbers("a.parquet", {1});
  EXPECT_EQ(refusal({{directory_ / "a.parquet"}}, unknown).code(), ErrorCode::invalid);
}

}  // namespace
}  // namespace sluice::parquet_source_test
