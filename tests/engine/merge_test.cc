#include "sluice/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sluice/dataset_reader.h"
#include "sluice/diff.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/verify.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::merge_test {
namespace {

using namespace test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Schema kSchema = parse_schema("n int64 not null, s string");

Batch rows_of(int64_t first, int64_t rows, const Schema& schema = kSchema) {
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  for (int64_t i = first; i < first + rows; ++i) {
    n.push_back(i);
    s.push_back(i % 5 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 7)));
  }
  return Batch(std::make_shared<const Schema>(schema), {make_int64(n), make_text(string(), s)}, rows);
}

void write_rows(const std::string& path, int64_t first, int64_t rows, FileOptions options = {}) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  options.sync = false;
  FileWriter writer(path, kSchema, options);
  writer.write(rows_of(first, rows));
  writer.close();
}

MergeOptions options_of(unsigned threads = 2) {
  MergeOptions options;
  options.output.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
  options.output.file.sync = false;
  return options;
}

/// Column n of all rows, in the order of reading.
std::vector<int64_t> numbers(const std::string& path) {
  std::vector<int64_t> found;
  const auto rows = DatasetReader(path, {.read = {.dictionaries = false}}).read({.columns = parse_columns("n")});
  while (const auto next = rows->next())
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      const Column& column = next->batch.column(0);
      found.push_back(column.values.as<int64_t>()[static_cast<size_t>(column.offset + row)]);
    }
  return found;
}

std::vector<int64_t> up_to(int64_t end) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < end; ++i) all.push_back(i);
  return all;
}

void expect_sound(const MergeResult& result) {
  int64_t rows = 0;
  uint64_t bytes = 0;
  for (const WrittenFile& file : result.files) {
    rows += file.rows;
    bytes += file.bytes;
    if (!std::filesystem::exists(file.path)) continue;
    EXPECT_EQ(std::filesystem::file_size(file.path), file.bytes);
    EXPECT_EQ(verify(file.path, {},
                     [](const Finding& finding) {
                       if (finding.kind != FindingKind::unwise) ADD_FAILURE() << finding.file << ": " << finding.words;
                     })
                  .errors,
              0);
  }
  EXPECT_EQ(rows, result.rows);
  EXPECT_EQ(bytes, result.bytes);
}

std::vector<std::string> names_below(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    if (entry.is_regular_file()) names.push_back(std::filesystem::relative(entry.path(), path));
  std::ranges::sort(names);
  return names;
}

std::string small_files(const TemporaryDirectory& directory, int files, int64_t rows) {
  for (int i = 0; i < files; ++i) write_rows(directory / ("in/part-" + std::to_string(i) + ".parquet"), i * rows, rows);
  return directory / "in";
}

TEST(Merge, SmallFilesAreWrittenAnew) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 12, 100);
  for (const unsigned threads : {1u, 3u}) {
    const std::string out = directory / ("out" + std::to_string(threads));
    const MergeResult result = merge({in}, out, options_of(threads));
    EXPECT_EQ(result.files_read, 12u);
    EXPECT_EQ(result.rows_encoded, 1'200);
    EXPECT_EQ(result.row_groups_copied, 0);
    EXPECT_THAT(names_below(out), ElementsAre("out" + std::to_string(threads) + "-0.parquet"));
    EXPECT_EQ(result.files.at(0).row_groups, 1);
    EXPECT_EQ(numbers(out), up_to(1'200));
    expect_sound(result);
  }
  EXPECT_EQ(read_file(directory / "out1/out1-0.parquet"), read_file(directory / "out3/out3-0.parquet"));
  EXPECT_EQ(names_below(in).size(), 12u);
}

TEST(Merge, LargeRowGroupsAreCopied) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 4, 300);
  MergeOptions options = options_of();
  options.copy_rows_min = 300;
  const MergeResult result = merge({in}, directory / "out", options);
  EXPECT_EQ(result.row_groups_copied, 4);
  EXPECT_EQ(result.rows_encoded, 0);
  EXPECT_EQ(result.files.at(0).row_groups, 4);
  EXPECT_EQ(numbers(directory / "out"), up_to(1'200));
  expect_sound(result);
}

// Large and small files in turn: the order of rows stays.
TEST(Merge, CopiesAndRowsInTurn) {
  const TemporaryDirectory directory;
  int64_t rows = 0;
  int number = 0;
  for (const int64_t more : {10, 500, 500, 20, 30, 0, 500, 40}) {
    write_rows(directory / ("in/part-" + std::to_string(number++) + ".parquet"), rows, more);
    rows += more;
  }
  MergeOptions options = options_of();
  options.copy_rows_min = 500;
  const MergeResult result = merge({directory / "in"}, directory / "one.parquet", options);
  EXPECT_EQ(result.files_read, 8u);
  EXPECT_EQ(numbers(directory / "one.parquet"), up_to(rows));
  // One file between others has nothing to be put together with.
  EXPECT_EQ(result.row_groups_copied, 3 + 2);
  EXPECT_EQ(result.rows_encoded, 50);
  expect_sound(result);
}

TEST(Merge, FilesEndAtRowGroups) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 10, 100);
  for (const int64_t copy_rows_min : {0, 1'000'000}) {
    const std::string out = directory / ("out" + std::to_string(copy_rows_min));
    MergeOptions options = options_of();
    options.copy_rows_min = copy_rows_min;
    options.copy_bytes_min = UINT64_MAX;
    options.output.shard_rows = 350;
    const MergeResult result = merge({in}, out, options);
    std::vector<int64_t> rows;
    for (const WrittenFile& file : result.files) rows.push_back(file.rows);
    if (copy_rows_min == 0)
      EXPECT_THAT(rows, ElementsAre(300, 300, 300, 100));
    else
      EXPECT_THAT(rows, ElementsAre(350, 350, 300));
    EXPECT_EQ(numbers(out), up_to(1'000));
    expect_sound(result);
  }
  MergeOptions options = options_of();
  options.copy_rows_min = 0;
  options.output.shard_bytes = std::filesystem::file_size(directory / "in/part-0.parquet") * 3 / 2;
  const MergeResult result = merge({in}, directory / "by-bytes", options);
  EXPECT_GT(result.files.size(), 2u);
  EXPECT_LT(result.files.size(), 10u);
  EXPECT_EQ(numbers(directory / "by-bytes"), up_to(1'000));
}

TEST(Merge, PartitionsStay) {
  const TemporaryDirectory directory;
  int64_t row = 0;
  for (const char* const key : {"k=a%2Fb", "k=c", "k=__HIVE_DEFAULT_PARTITION__"})
    for (int i = 0; i < 3; ++i, row += 10)
      write_rows(directory / ("in/" + std::string(key) + "/part-" + std::to_string(i) + ".parquet"), row, 10);
  write_rows(directory / "in/k=empty/part-0.parquet", 0, 0);
  const MergeResult result = merge({directory / "in"}, directory / "out", options_of());
  EXPECT_THAT(names_below(directory / "out"),
              ElementsAre("k=__HIVE_DEFAULT_PARTITION__/out-0.parquet", "k=a%2Fb/out-0.parquet", "k=c/out-0.parquet"));
  EXPECT_EQ(result.files_read, 10u);
  expect_sound(result);
  const Difference same = diff(*DatasetReader(directory / "in").read(), *DatasetReader(directory / "out").read(), {});
  EXPECT_TRUE(same.equal());
  // In one file there are no directories to say it.
  const MergeResult one = merge({directory / "in"}, directory / "one.parquet", options_of());
  EXPECT_TRUE(
      diff(*DatasetReader(directory / "in").read(), *DatasetReader(directory / "one.parquet").read(), {}).equal());
  EXPECT_EQ(one.rows, 90);
  // Two datasets with the same partitions: one directory each.
  const MergeResult both = merge({directory / "in", directory / "out"}, directory / "both", options_of());
  EXPECT_EQ(both.files.size(), 3u);
  EXPECT_EQ(both.rows, 180);
}

TEST(Merge, SchemasAreMerged) {
  const TemporaryDirectory directory;
  write_rows(directory / "a.parquet", 0, 1'000);
  const Schema narrow = parse_schema("n int32, other bool");
  FileWriter writer(directory / "b.parquet", narrow, {.sync = false});
  writer.write(Batch(std::make_shared<const Schema>(narrow),
                     {make_fixed<int32_t>(int32(), {1'000, 1'001}), make_bool({true, std::nullopt})}, 2));
  writer.close();
  MergeOptions options = options_of();
  options.copy_rows_min = 0;
  const MergeResult result =
      merge({directory / "a.parquet", directory / "b.parquet"}, directory / "c.parquet", options);
  EXPECT_EQ(result.row_groups_copied, 0);
  EXPECT_EQ(to_text(FileReader(directory / "c.parquet").schema()), "n int64, s string, other bool");
  EXPECT_EQ(numbers(directory / "c.parquet"), up_to(1'002));
  expect_sound(result);

  FileWriter other(directory / "d.parquet", parse_schema("n string"), {.sync = false});
  other.close();
  EXPECT_THROW(merge({directory / "a.parquet", directory / "d.parquet"}, directory / "e", options), Error);
  EXPECT_FALSE(std::filesystem::exists(directory / "e"));
}

TEST(Merge, KeepsMetadataThatAllFilesHave) {
  const TemporaryDirectory directory;
  write_rows(directory / "a.parquet", 0, 10,
             {.metadata = {{"who", "me"}, {"part", "1"}}, .dataset_metadata = {{"sluice.run_id", "x"}}});
  write_rows(directory / "b.parquet", 10, 10,
             {.metadata = {{"who", "me"}, {"part", "2"}}, .dataset_metadata = {{"sluice.run_id", "x"}}});
  MergeOptions options = options_of();
  options.output.file.metadata = {{"why", "tidy"}};
  merge({directory / "a.parquet", directory / "b.parquet"}, directory / "c.parquet", options);
  const auto metadata = FileReader(directory / "c.parquet").metadata();
  EXPECT_THAT(metadata, Contains(std::pair<std::string, std::string>("who", "me")));
  EXPECT_THAT(metadata, Contains(std::pair<std::string, std::string>("why", "tidy")));
  EXPECT_THAT(metadata, Not(Contains(testing::Field(&std::pair<std::string, std::string>::first, "part"))));
  // That run has not written this file.
  EXPECT_THAT(metadata, Not(Contains(testing::Field(&std::pair<std::string, std::string>::first, "sluice.run_id"))));
}

TEST(Merge, FilesWithoutRowsBecomeOne) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 3, 0);
  const MergeResult result = merge({in}, directory / "out", options_of());
  EXPECT_EQ(result.files.size(), 1u);
  EXPECT_EQ(FileReader(result.files[0].path).schema(), kSchema);
}

TEST(Merge, InPlace) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 6, 100);
  const MergeResult result = merge_in_place(in, options_of());
  EXPECT_EQ(result.files_read, 6u);
  EXPECT_EQ(names_below(in).size(), 1u);
  EXPECT_EQ(numbers(in), up_to(600));
  expect_sound(result);
  EXPECT_THAT(directory.names(), ElementsAre("in"));
  // A file of many row groups, too.
  write_rows(directory / "a.parquet", 0, 1'000, {.row_group_rows = 10});
  const MergeResult file = merge_in_place(directory / "a.parquet", options_of());
  EXPECT_EQ(file.files.at(0).row_groups, 1);
  EXPECT_EQ(numbers(directory / "a.parquet"), up_to(1'000));
  EXPECT_THAT(directory.names(), ElementsAre("a.parquet", "in"));
}

// A file that came while the others were merged went with them.
TEST(Merge, InPlaceRefusesWhatHasComeOrChangedMeanwhile) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 3, 100);
  const std::vector<std::string> before = names_below(in);
  for (const std::string name : {"late.parquet", "part-1.parquet"}) {
    MergeOptions options = options_of();
    options.progress = [&](const Progress& progress) {
      if (progress.phase != ProgressPhase::finishing) return true;
      std::filesystem::remove(in + "/" + name);
      write_rows(in + "/" + name, 300, 100, {.row_group_rows = 7});
      return true;
    };
    try {
      merge_in_place(in, options);
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::conflict);
      EXPECT_THAT(error.what(), HasSubstr(name + " has come, gone or changed"));
    }
    EXPECT_TRUE(std::filesystem::exists(in + "/" + name));
    EXPECT_THAT(names_below(in), ::testing::IsSupersetOf(before));
    std::filesystem::remove(in + "/late.parquet");
  }
  EXPECT_THAT(directory.names(), ElementsAre("in"));
}

// Somebody else's work in progress is not merged, and was removed.
TEST(Merge, InPlaceLeavesWhatReadersPassOver) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 3, 100);
  write_rows(in + "/_temporary/0.parquet", 1'000, 5);
  merge_in_place(in, options_of());
  EXPECT_EQ(numbers(in), up_to(300));
  EXPECT_EQ(numbers(in + "/_temporary/0.parquet").size(), 5u);
}

// What fails leaves everything as it was.
TEST(Merge, AFailureChangesNothing) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 3, 100);
  write_file(directory / "in/part-9.parquet", "PAR1 this is no Parquet file");
  const std::vector<std::string> before = names_below(in);
  EXPECT_THROW(merge_in_place(in, options_of()), Error);
  EXPECT_THROW(merge({in}, directory / "out", options_of()), Error);
  EXPECT_THROW(merge({in}, directory / "out.parquet", options_of()), Error);
  EXPECT_EQ(names_below(in), before);
  EXPECT_THAT(directory.names(), ElementsAre("in"));
  MergeOptions options = options_of();
  options.progress = [](const Progress&) { return false; };
  std::filesystem::remove(directory / "in/part-9.parquet");
  EXPECT_THROW(merge({in}, directory / "out", options), Error);
  EXPECT_THAT(directory.names(), ElementsAre("in"));
}

TEST(Merge, RefusesWhatItCannotDo) {
  const TemporaryDirectory directory;
  const std::string in = small_files(directory, 2, 10);
  const auto refused = [&](auto change) {
    MergeOptions options = options_of();
    change(options.output);
    EXPECT_THROW(merge({in}, directory / "out", options), Error);
  };
  refused([](DatasetOptions& output) { output.file.sorted_by = {{"n"}}; });
  refused([](DatasetOptions& output) { output.shard_seconds = 1; });
  refused([](DatasetOptions& output) { output.publish = Publish::each; });
  refused([](DatasetOptions& output) { output.target.mode = PublishMode::append; });
  refused([](DatasetOptions& output) { output.partitions.keys = {{.column = "n"}}; });
  EXPECT_THROW(merge({}, directory / "out", options_of()), Error);
  EXPECT_THROW(merge({directory / "none"}, directory / "out", options_of()), Error);
  EXPECT_THROW(merge({in}, in, options_of()), Error);
  EXPECT_THROW(merge_in_place(directory / "none", options_of()), Error);
  EXPECT_THAT(directory.names(), ElementsAre("in"));
}

}  // namespace
}  // namespace sluice::merge_test
