// What is left of a dataset when something goes wrong: nothing, or what had been published.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "datasets/dataset_files.h"
#include "sluice/error.h"

namespace sluice::dataset_failure_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DatasetOptions by_rows(int64_t rows, Publish publish = Publish::end) {
  DatasetOptions options{.shard_rows = rows, .publish = publish};
  options.file.sync = false;
  options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  return options;
}

Error refusal(const std::string& path, const DatasetOptions& options) {
  try {
    DatasetWriter writer(path, kNumbers, options);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::bug, "was accepted");
}

TEST(DatasetFailure, ADestinationThatExistsIsRefused) {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir / "out");
  EXPECT_EQ(refusal(dir / "out", by_rows(1)).code(), ErrorCode::conflict);
  write_file(dir / "out/file", "theirs");
  EXPECT_EQ(refusal(dir / "out", by_rows(1, Publish::each)).code(), ErrorCode::conflict);
  EXPECT_EQ(refusal(dir / "missing/out", by_rows(1)).code(), ErrorCode::io);
  EXPECT_THAT(names_in(dir / "out"), ElementsAre("file"));
}

TEST(DatasetFailure, ASecondWriterIsRefused) {
  TemporaryDirectory dir;
  const DatasetWriter first(dir / "out", kNumbers, by_rows(1));
  const Error error = refusal(dir / "out", by_rows(1));
  EXPECT_EQ(error.code(), ErrorCode::conflict);
  EXPECT_THAT(error.what(), HasSubstr("another writer is at work"));
}

TEST(DatasetFailure, OptionsOutOfRangeLeaveNothing) {
  TemporaryDirectory dir;
  EXPECT_EQ(refusal(dir / "out", by_rows(-1)).code(), ErrorCode::invalid);
  for (const double seconds : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    DatasetOptions options = by_rows(0);
    options.shard_seconds = seconds;
    EXPECT_EQ(refusal(dir / "out", options).code(), ErrorCode::invalid);
  }
  DatasetOptions options = by_rows(0);
  options.shard_raw_bytes = UINT64_MAX;
  EXPECT_EQ(refusal(dir / "out", options).code(), ErrorCode::invalid);
  options = by_rows(0);
  options.file.page_rows = 0;
  EXPECT_EQ(refusal(dir / "out", options).code(), ErrorCode::invalid);
  options = by_rows(0);
  options.file.columns = {{.column = "missing"}};
  EXPECT_EQ(refusal(dir / "out", options).code(), ErrorCode::invalid);
  EXPECT_THROW(DatasetWriter(dir / "out", Schema(), by_rows(0)), Error);
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(DatasetFailure, ABatchOfAnotherSchemaEndsItAll) {
  const Schema other{{"m", int64(), false}};
  for (const int64_t rows : {0, 1}) {
    TemporaryDirectory dir;
    DatasetWriter writer(dir / "out", kNumbers, by_rows(2));
    writer.write(numbers(0, 5));
    const Batch wrong(std::make_shared<const Schema>(other), {numbers(0, rows).column(0)}, rows);
    EXPECT_THROW(writer.write(wrong), Error);
    EXPECT_THAT(dir.names(), IsEmpty());
    EXPECT_THROW(writer.write(numbers(0, 1)), Error);
    EXPECT_THROW(writer.close(), Error);
  }
}

TEST(DatasetFailure, AbandonLeavesWhatWasPublished) {
  TemporaryDirectory dir;
  {
    DatasetWriter all(dir / "all", kNumbers, by_rows(2));
    all.write(numbers(0, 5));
    DatasetWriter each(dir / "each", kNumbers, by_rows(2, Publish::each));
    each.write(numbers(0, 5));
    EXPECT_THAT(names_in(dir / "each"), ElementsAre("each-0.parquet", "each-1.parquet"));
    each.abandon();
    EXPECT_THROW(each.close(), Error);
  }
  EXPECT_THAT(dir.names(), ElementsAre("each"));
  EXPECT_EQ(read_layout(dir / "each/each-1.parquet").rows, 2);
}

TEST(DatasetFailure, AFullDiskLeavesNothing) {
  for (const Publish publish : {Publish::end, Publish::each}) {
    TemporaryDirectory dir;
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::string words;
    {
      DatasetOptions options = by_rows(1'000, publish);
      options.file.columns = {
          {.column = "n", .compression = Compression{Codec::none}, .encoding = ValueEncoding::plain}};
      DatasetWriter writer(dir / "out", kNumbers, options);
      writer.write(numbers(0, 2'500));
      const rlimit tiny{.rlim_cur = 5'000, .rlim_max = before.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &tiny);
      try {
        writer.write(numbers(2'500, 1'000));
        writer.close();
      } catch (const Error& error) {
        words = error.what();
      }
      ::setrlimit(RLIMIT_FSIZE, &before);
    }
    EXPECT_EQ(words, "cannot write " + (dir / "out/out-2.parquet") + ": File too large");
    if (publish == Publish::end)
      EXPECT_THAT(dir.names(), IsEmpty());
    else
      EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet", "out-1.parquet"));
    EXPECT_THAT(dir.names().size(), publish == Publish::end ? 0u : 1u);
  }
}

TEST(DatasetFailure, AKilledWriterLeavesNothingVisible) {
  for (const Publish publish : {Publish::end, Publish::each}) {
    TemporaryDirectory dir;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      DatasetWriter writer(dir / "out", kNumbers, by_rows(10, publish));
      writer.write(numbers(0, 25));
      if (::write(ready[1], "!", 1) != 1) ::_exit(1);
      ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    if (publish == Publish::end) {
      EXPECT_FALSE(std::filesystem::exists(dir / "out"));
      DatasetWriter again(dir / "out", kNumbers, by_rows(10));
      again.close();
      EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet"));
    } else {
      EXPECT_THAT(names_in(dir / "out"), ElementsAre("out-0.parquet", "out-1.parquet"));
    }
  }
}

}  // namespace
}  // namespace sluice::dataset_failure_test
