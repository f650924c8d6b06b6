// What runs that were cut off leave, and what comes back of it: whole row groups, in the way the run was to publish
// them.

#include "sluice/recover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset_files.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "storage/publication.h"
#include "storage/staging.h"

namespace sluice::recover_test {
namespace {

using test::numbers;
using test::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

DatasetOptions options_of(PublishMode mode, const std::string& run_id = "") {
  DatasetOptions options;
  options.file.sync = false;
  options.file.row_group_rows = 10;
  options.shard_rows = 30;
  options.target = {.mode = mode, .on_failure = OnFailure::keep, .run_id = run_id};
  return options;
}

/// Writes the numbers from `first` on and closes.
WriteResult write_numbers(const std::string& path, const DatasetOptions& options, int64_t first, int64_t rows) {
  DatasetWriter writer(path, test::kNumbers, options);
  writer.write(numbers(first, rows));
  return writer.close();
}

/// The same, but fails before it closes.
void fail_behind(const std::string& path, const DatasetOptions& options, int64_t first, int64_t rows) {
  DatasetWriter writer(path, test::kNumbers, options);
  writer.write(numbers(first, rows));
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), rows);
  writer.write(numbers(first + rows, 3));
}

/// How many rows there are, their sum, and the least of them.
std::vector<int64_t> rows_at(const std::string& path) {
  std::vector<int64_t> found{0, 0, INT64_MAX};
  const auto stream = DatasetReader(path).read();
  while (const std::optional<RelationBatch> next = stream->next()) {
    const int64_t* const values = next->batch.column(0).data<int64_t>();
    found[0] += next->batch.rows();
    for (int64_t row = 0; row < next->batch.rows(); ++row) {
      found[1] += values[row];
      found[2] = std::min(found[2], values[row]);
    }
  }
  return found;
}

std::vector<int64_t> rows_of_numbers(int64_t first, int64_t rows) {
  return {rows, rows * first + rows * (rows - 1) / 2, first};
}

std::string refusal(const std::string& path, const RecoverOptions& options = {}) {
  try {
    recover(path, options);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "went well";
}

TEST(Recover, WhatWasFinishedBecomesTheDataset) {
  TemporaryDirectory dir;
  fail_behind(dir / "out", options_of(PublishMode::create), 100, 47);  // a whole file, and two row groups of 10 and 7
  const std::vector<LeftRun> runs = left_runs(dir / "out/");
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].destination, dir / "out");
  EXPECT_FALSE(runs[0].is_alive);
  EXPECT_FALSE(runs[0].is_pending);
  EXPECT_EQ(runs[0].files, 2u);
  EXPECT_EQ(runs[0].row_groups, 5u);
  EXPECT_EQ(runs[0].rows, 47);
  EXPECT_GT(runs[0].bytes, 0u);
  const RecoverResult result = recover(dir / "out");
  EXPECT_EQ(result.written.rows, 47);
  ASSERT_EQ(result.written.files.size(), 2u);
  EXPECT_EQ(result.written.files[0].path, dir / "out/out-0.parquet");
  EXPECT_THAT(test::names_in(dir / "out"), ElementsAre("out-0.parquet", "out-1.parquet"));
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(100, 47));
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(recover(dir / "out").runs, IsEmpty());
}

TEST(Recover, ASingleFile) {
  TemporaryDirectory dir;
  const std::string path = dir / "out.parquet";
  FileOptions options;
  options.row_group_rows = 10;
  {
    FileWriter writer(create_file_sink(path, {.publish = {.on_failure = OnFailure::keep}}), test::kNumbers, options);
    writer.write(numbers(5, 20));
    writer.flush();
    writer.write(numbers(25, 5));
  }
  ASSERT_EQ(left_runs(path).size(), 1u);
  EXPECT_EQ(left_runs(path)[0].rows, 20);
  test::write_file(path, "theirs");
  EXPECT_THAT(refusal(path), HasSubstr("invalid: " + path + " exists"));
  EXPECT_EQ(left_runs(path)[0].rows, 20);
  EXPECT_EQ(recover(path, {.output = dir / "other.parquet"}).written.rows, 20);
  EXPECT_EQ(rows_at(dir / "other.parquet"), rows_of_numbers(5, 20));
  EXPECT_THAT(dir.names(), ElementsAre("other.parquet", "out.parquet"));
}

TEST(Recover, WhatWasToBeAppendedIsAppended) {
  TemporaryDirectory dir;
  write_numbers(dir / "out", options_of(PublishMode::create), 0, 50);
  fail_behind(dir / "out", options_of(PublishMode::append), 50, 47);
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 50));
  EXPECT_EQ(recover(dir / "out").written.rows, 47);
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 97));
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

// The old is whole, and nobody was told otherwise.
TEST(Recover, APartOfTheNewNeverReplacesTheOld) {
  TemporaryDirectory dir;
  write_numbers(dir / "out", options_of(PublishMode::create), 0, 50);
  fail_behind(dir / "out", options_of(PublishMode::overwrite), 1000, 20);
  EXPECT_THAT(refusal(dir / "out"), HasSubstr("invalid: the run had not begun to replace"));
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 50));
  EXPECT_THAT(refusal(dir / "out", {.output = dir / "out"}), HasSubstr("conflict: "));
  EXPECT_EQ(recover(dir / "out", {.output = dir / "new/"}).written.rows, 20);
  EXPECT_EQ(rows_at(dir / "new"), rows_of_numbers(1000, 20));
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 50));
  EXPECT_THAT(dir.names(), ElementsAre("new", "out"));
}

TEST(Recover, OrIsDiscarded) {
  TemporaryDirectory dir;
  fail_behind(dir / "out", options_of(PublishMode::create), 0, 20);
  EXPECT_EQ(recover(dir / "out", {.discard = true}).runs.size(), 1u);
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(Recover, SeveralRunsWantAWord) {
  TemporaryDirectory dir;
  fail_behind(dir / "out", options_of(PublishMode::create), 0, 20);
  fail_behind(dir / "out", options_of(PublishMode::create), 100, 20);
  EXPECT_THAT(refusal(dir / "out"), HasSubstr("several runs"));
  EXPECT_EQ(left_runs(dir / "out").size(), 2u);
  EXPECT_EQ(recover(dir / "out", {.output = dir / "a"}).written.rows, 20);
  EXPECT_EQ(recover(dir / "out").written.rows, 20);
  EXPECT_THAT(dir.names(), ElementsAre("a", "out"));
}

TEST(Recover, CompletesWhatWasBeingPublished) {
  TemporaryDirectory dir;
  write_numbers(dir / "out", options_of(PublishMode::create), 0, 30);
  fail_behind(dir / "out", options_of(PublishMode::append), 30, 30);
  {
    const std::string left = fs::path(left_runs(dir / "out")[0].staging).filename();
    Staging staging = Staging::adopt(dir / "out", left);
    std::string name;
    for (const auto& entry : fs::directory_iterator(staging.directory_path() + "/data"))
      if (entry.path().string().ends_with("-0.parquet.part")) name = entry.path().stem();
    ASSERT_FALSE(name.empty());
    write_intent(staging.publication(false), {.mode = PublishMode::append, .moves = {{name}}});
  }
  EXPECT_TRUE(left_runs(dir / "out")[0].is_pending);
  EXPECT_THAT(clean(dir / "out"), IsEmpty());
  const RecoverResult result = recover(dir / "out");
  EXPECT_EQ(result.written.rows, 30);
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 60));
}

/// A dataset of the numbers below 30, and a run with two files of 30 more each that was killed when it was about to
/// append them: as many of these as `carried` have their names already.
std::vector<std::string> leave_half_of_an_append(const std::string& path, size_t carried) {
  write_numbers(path, options_of(PublishMode::create), 0, 30);
  fail_behind(path, options_of(PublishMode::append), 30, 60);
  const std::string left = fs::path(left_runs(path)[0].staging).filename();
  const Staging staging = Staging::adopt(path, left);
  const std::string data = staging.directory_path() + "/data/";
  Intent intent{.mode = PublishMode::append};
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(data))
    if (entry.path().extension() == ".part") names.push_back(entry.path().stem());
  std::ranges::sort(names);
  names.resize(2);
  for (const std::string& name : names) intent.moves.push_back({name});
  write_intent(staging.publication(false), intent);
  for (size_t i = 0; i < carried; ++i) fs::rename(data + names[i] + ".part", path + "/" + names[i]);
  return names;
}

// Killed between the two files of an append; `--discard` then took the second one away, and half of it stayed for good.
TEST(Recover, HalfOfAnAppendIsNotLeftStanding) {
  TemporaryDirectory dir;
  leave_half_of_an_append(dir / "out", 1);
  EXPECT_THAT(refusal(dir / "out", {.discard = true}), HasSubstr("conflict: " + dir / "out" + " has part of what"));
  EXPECT_EQ(rows_at(dir / "out")[0], 60);
  recover(dir / "out");
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 90));
}

TEST(Recover, AnAppendOfWhichNothingCanBeSeenIsDiscarded) {
  TemporaryDirectory dir;
  leave_half_of_an_append(dir / "out", 0);
  EXPECT_TRUE(left_runs(dir / "out")[0].is_pending);
  recover(dir / "out", {.discard = true});
  EXPECT_EQ(rows_at(dir / "out"), rows_of_numbers(0, 30));
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

// Killed in the window of --allow-window, and then somebody made the destination. What the run had moved away was the
// only copy of the old rows, and each of these removed it.
TEST(Recover, TheOldDatasetIsKeptWhereAWindowLeftIt) {
  TemporaryDirectory dir;
  const std::string out = dir / "out";
  write_numbers(out, options_of(PublishMode::create), 0, 30);
  fail_behind(out, options_of(PublishMode::overwrite), 100, 30);
  const std::string left = left_runs(out)[0].staging;
  {
    const Staging staging = Staging::adopt(out, fs::path(left).filename());
    Intent intent{.mode = PublishMode::overwrite, .allow_window = true};
    intent.swaps = {swap_of(staging.publication(false), ".")};
    write_intent(staging.publication(false), intent);
  }
  fs::rename(out, left + "/old-0");
  write_numbers(dir / "theirs", options_of(PublishMode::create), 1000, 10);
  fs::rename(dir / "theirs", out);
  EXPECT_THAT(refusal(out, {.discard = true}), HasSubstr("conflict: " + left + "/old-* has what a run had moved away"));
  EXPECT_THAT(clean(out), IsEmpty());
  EXPECT_EQ(recover(out, {.output = dir / "other"}).written.rows, 30);
  EXPECT_EQ(rows_at(dir / "other"), rows_of_numbers(100, 30));
  EXPECT_THAT(refusal(out, {.discard = true}), HasSubstr("has what a run had moved away"));
  fs::rename(left + "/old-0", dir / "saved");
  EXPECT_EQ(rows_at(dir / "saved"), rows_of_numbers(0, 30));
  EXPECT_EQ(rows_at(out), rows_of_numbers(1000, 10));
  recover(out, {.discard = true});
  EXPECT_THAT(dir.names(), ElementsAre("other", "out", "saved"));
}

// There has to be a way out where somebody has put another file in the way.
TEST(Recover, AnAppendThatCannotBeCompletedIsDiscarded) {
  TemporaryDirectory dir;
  const std::vector<std::string> names = leave_half_of_an_append(dir / "out", 1);
  fs::copy_file(dir / "out/out-0.parquet", dir / "out/" + names[1]);
  EXPECT_THAT(refusal(dir / "out"), HasSubstr("conflict: "));
  recover(dir / "out", {.discard = true});
  EXPECT_EQ(rows_at(dir / "out")[0], 90);
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

// A run was killed behind its publishing, before it had taken its notes away: the same run again said "done before",
// and the notes stayed until somebody called clean.
TEST(Recover, AFinishedRunClearsWhatItHadLeft) {
  TemporaryDirectory dir;
  write_numbers(dir / "out", options_of(PublishMode::create, "nightly"), 0, 30);
  const std::string left = dir / (".out.sluice-" + run_of_id("nightly"));
  fs::create_directories(left + "/data/k=1");
  fs::create_directory(left + "/old-0");
  test::write_file(left + "/run", to_text(RunRecord{.destination = "out", .run_id = "nightly"}));
  test::write_file(left + "/data/out-0.parquet.journal", "notes");
  EXPECT_EQ(finished_run(dir / "out", "another"), std::nullopt);
  EXPECT_EQ(dir.names().size(), 2u);
  EXPECT_EQ(finished_run(dir / "out", "nightly").value().rows, 30);
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

// Where nothing could be made beside the dataset, the run stands inside of it: see end_to_end/publishing_test.py.
TEST(Recover, FindsWhatStandsInsideOfTheDataset) {
  TemporaryDirectory dir;
  fs::create_directory(dir / "around");
  const std::string out = dir / "around/out";
  for (const bool discards : {false, true}) {
    write_numbers(out, options_of(PublishMode::create), 0, 30);
    fail_behind(out, options_of(PublishMode::append), 30, 30);
    const std::string beside = fs::path(left_runs(out)[0].staging).filename();
    fs::rename(dir / "around/" + beside, out + "/" + beside.substr(beside.find(".sluice-")));
    EXPECT_EQ(rows_at(out), rows_of_numbers(0, 30));
    EXPECT_EQ(clean(dir / "around", /*dry_run=*/true).size(), 1u);
    ASSERT_EQ(left_runs(out).size(), 1u);
    EXPECT_EQ(left_runs(out)[0].rows, 30);
    recover(out, {.discard = discards});
    EXPECT_EQ(rows_at(out), rows_of_numbers(0, discards ? 30 : 60));
    EXPECT_EQ(test::names_in(out).size(), discards ? 1u : 2u);
    fs::remove_all(out);
  }
}

// The schema with the most columns was taken for the widest. A column that was null at first and had lists later adds
// none: the first file's schema won, and the run could not be recovered.
TEST(Recover, AColumnThatGotItsTypeInALaterFile) {
  TemporaryDirectory dir;
  const Schema before{{"tags", null()}, {"n", int64()}};
  const Schema after{{"tags", list({"element", int64()})}, {"n", int64()}};
  const auto rows = [](const Schema& schema, Column tags) {
    return Batch(std::make_shared<const Schema>(schema), {std::move(tags), test::make_int64({1, 2})}, 2);
  };
  {
    DatasetOptions options = options_of(PublishMode::create);
    options.shard_rows = 2;
    DatasetWriter writer(dir / "out", before, options);
    writer.write(rows(before, test::make_null(2)));
    writer.extend_schema(after);
    writer.write(rows(after, test::make_list({"element", int64()}, test::make_int64({7, 8}), {1, 1})));
  }
  EXPECT_EQ(recover(dir / "out").written.rows, 4);
  EXPECT_EQ(DatasetReader(dir / "out").schema(), after);
}

TEST(Recover, LiveRunsAreLeftAlone) {
  TemporaryDirectory dir;
  DatasetWriter writer(dir / "out", test::kNumbers, options_of(PublishMode::create));
  EXPECT_THAT(refusal(dir / "out"), HasSubstr("conflict: another writer"));
  EXPECT_THAT(refusal(dir / "out", {.discard = true}), HasSubstr("conflict: another writer"));
  EXPECT_THAT(clean(dir / "out"), IsEmpty());
  ASSERT_EQ(left_runs(dir / "out").size(), 1u);
  EXPECT_TRUE(left_runs(dir / "out")[0].is_alive);
}

TEST(Clean, RemovesDeadRunsHereAndInside) {
  TemporaryDirectory dir;
  fs::create_directory(dir / "folder");
  fail_behind(dir / "folder/a", options_of(PublishMode::create), 0, 20);
  fail_behind(dir / "folder", options_of(PublishMode::append), 0, 20);
  fail_behind(dir / "other", options_of(PublishMode::create), 0, 20);
  EXPECT_EQ(clean(dir / "folder", /*dry_run=*/true).size(), 2u);
  EXPECT_EQ(dir.names().size(), 3u);
  EXPECT_EQ(clean(dir / "folder").size(), 2u);
  EXPECT_EQ(dir.names().size(), 2u);
  EXPECT_THAT(test::names_in(dir / "folder"), IsEmpty());
  EXPECT_EQ(clean(dir.path() + "/.").size(), 1u);
  EXPECT_THAT(dir.names(), ElementsAre("folder"));
}

TEST(FinishedRun, IsFoundByItsId) {
  TemporaryDirectory dir;
  const std::string path = dir / "out";
  EXPECT_FALSE(finished_run(path, "a"));
  write_numbers(path, options_of(PublishMode::create, "a"), 0, 50);
  ASSERT_TRUE(finished_run(path, "a"));
  EXPECT_EQ(finished_run(path, "a")->rows, 50);
  EXPECT_TRUE(finished_run(path, "a")->was_done_before);
  EXPECT_FALSE(finished_run(path, "b"));
  write_numbers(path, options_of(PublishMode::append, "b"), 50, 20);
  EXPECT_EQ(finished_run(path, "a")->rows, 50);
  EXPECT_EQ(finished_run(path, "b")->rows, 20);
  EXPECT_EQ(finished_run(path, "b")->files.size(), 1u);
  // Without asking first: names are taken, and nothing is doubled.
  EXPECT_THROW(write_numbers(path, options_of(PublishMode::append, "b"), 50, 20), Error);
  EXPECT_EQ(rows_at(path), rows_of_numbers(0, 70));
  write_numbers(path, options_of(PublishMode::overwrite, "c"), 0, 10);
  EXPECT_FALSE(finished_run(path, "a"));
  EXPECT_EQ(finished_run(path, "c")->rows, 10);
  EXPECT_THROW(finished_run(path, ""), Error);
}

TEST(FinishedRun, OneThatDiedIsDoneAgain) {
  TemporaryDirectory dir;
  fail_behind(dir / "out", options_of(PublishMode::create, "a"), 0, 20);
  EXPECT_FALSE(finished_run(dir / "out", "a"));
  const WriteResult again = write_numbers(dir / "out", options_of(PublishMode::create, "a"), 0, 50);
  EXPECT_THAT(again.dead_runs, IsEmpty());
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_EQ(finished_run(dir / "out", "a")->rows, 50);
}

}  // namespace
}  // namespace sluice::recover_test
