// What a FileWriter leaves to those who find its file when it has died: flush, durable_rows, pauses, and when the
// journal is where they look.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/file_writer_access.h"
#include "files/left_journal.h"
#include "files/numbered_rows.h"
#include "files/part_sink.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/verify.h"
#include "support/make_columns.h"
#include "support/memory_sink.h"

namespace sluice::file_writer_journal_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Events = PartSink::Events;

std::shared_ptr<Runtime> runtime_of(unsigned threads) {
  return std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
}

/// Rows that the journal tells of.
int64_t rows_noted(const std::string& journal_path) {
  int64_t rows = 0;
  for (LeftJournal journal(RandomReader::open(journal_path)); journal.next();) {
    EXPECT_EQ(journal.take_tails().sizes.size(), kNumberedSchema.size());
    rows += journal.totals().rows;
  }
  return rows;
}

TEST(FileWriterJournal, HoldsWhatIsDurableAfterEachFlush) {
  for (const unsigned threads : {1u, 3u}) {
    const TemporaryDirectory directory;
    FileWriter writer(std::make_unique<PartSink>(directory, "a"), kNumberedSchema, {.runtime = runtime_of(threads)});
    writer.flush();
    EXPECT_EQ(writer.durable_rows(), 0);
    EXPECT_THAT(directory.names(), ElementsAre("a.part"));
    for (int64_t rows = 1; rows <= 10; ++rows) {
      writer.write(numbered_rows(0, rows));
      EXPECT_LT(writer.durable_rows(), writer.rows());
      writer.flush();
      EXPECT_EQ(writer.durable_rows(), writer.rows());
      EXPECT_EQ(rows_noted(directory / "a.journal"), writer.rows());
      writer.flush();  // there is nothing to end
    }
    const WriteResult result = writer.close();
    EXPECT_EQ(result.files[0].row_groups, 10);
    EXPECT_EQ(writer.durable_rows(), 55);
    EXPECT_THAT(directory.names(), ElementsAre("a.part"));
  }
}

// Thousands of files of one row group each should cost no second file. Their rows are told once they are finished, and
// so they are on the device by then.
TEST(FileWriterJournal, IsNotMadeForFilesOfOneRowGroup) {
  const TemporaryDirectory directory;
  const auto events = std::make_shared<Events>();
  FileWriter writer(kNumberedSchema, {.sync_row_groups = true});
  for (int file = 0; file < 3; ++file) {
    writer.start_file(std::make_unique<PartSink>(directory, std::to_string(file), events));
    writer.write(numbered_rows(0, 100));
    EXPECT_EQ(writer.durable_rows(), file * 100);
    writer.finish_file();
    EXPECT_EQ(writer.durable_rows(), (file + 1) * 100);
  }
  EXPECT_THAT(*events, ElementsAre("sync", "sync", "sync"));
}

TEST(FileWriterJournal, GrowsWithRowGroups) {
  const TemporaryDirectory directory;
  FileWriter writer(std::make_unique<PartSink>(directory, "a"), kNumberedSchema, {.row_group_rows = 100});
  int64_t durable = 0;
  for (int64_t i = 0; i < 50; ++i) {
    writer.write(numbered_rows(i * 30, 30));
    EXPECT_GE(writer.durable_rows(), durable);
    durable = writer.durable_rows();
    EXPECT_EQ(durable % 100, 0);
    EXPECT_LE(durable, writer.rows());
  }
  EXPECT_GT(durable, 0);
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), 1'500);
}

// Names before pages, pages before what is said of them: each row group asks for it, and the whole file when it ends:
// its journal may go before it is published, among others.
TEST(FileWriterJournal, EachRowGroupIsOnTheDeviceBeforeItIsNoted) {
  const TemporaryDirectory directory;
  const auto events = std::make_shared<Events>();
  FileWriter writer(std::make_unique<PartSink>(directory, "a", events), kNumberedSchema, {.sync_row_groups = true});
  for (int group = 0; group < 3; ++group) {
    writer.write(numbered_rows(0, 10));
    writer.flush();
  }
  writer.write(numbered_rows(0, 10));
  writer.close();
  EXPECT_THAT(*events, ElementsAre("journal", "sync", "sync", "sync", "sync"));
}

TEST(FileWriterJournal, RowGroupsEndByTheClock) {
  const TemporaryDirectory directory;
  std::chrono::steady_clock::time_point now{};
  FileOptions options{.row_group_seconds = 2};
  options.clock = [&] { return now; };
  FileWriter writer(std::make_unique<PartSink>(directory, "a"), kNumberedSchema, options);
  now += std::chrono::hours(1);
  writer.tick();  // no row, no row group
  writer.write(numbered_rows(0, 10));
  now += std::chrono::milliseconds(1'999);
  writer.tick();
  writer.write(numbered_rows(10, 10));
  now += std::chrono::milliseconds(1);
  writer.tick();
  now += std::chrono::hours(1);
  writer.write(numbered_rows(20, 10));
  now += std::chrono::seconds(2);
  writer.write(numbered_rows(30, 10));  // ends the one before
  const WriteResult result = writer.close();
  const FileReader file(result.files[0].path + ".part");
  EXPECT_EQ(result.files[0].row_groups, 3);
  EXPECT_EQ(result.rows, 40);
}

// The row group ends, handles and encoders go, and the next rows bring them back.
TEST(FileWriterJournal, ParkedWritersGoOn) {
  const TemporaryDirectory directory;
  const auto events = std::make_shared<Events>();
  FileWriter parked(std::make_unique<PartSink>(directory, "parked", events), kNumberedSchema);
  FileWriterAccess::park(parked);
  EXPECT_EQ(parked.forecast().guessed, 0u);
  for (int64_t i = 0; i < 4; ++i) {
    parked.write(numbered_rows(i * 1'000, 1'000));
    FileWriterAccess::park(parked);
    EXPECT_EQ(parked.durable_rows(), (i + 1) * 1'000);
    FileWriterAccess::park(parked);
    EXPECT_EQ(rows_noted(directory / "parked.journal"), (i + 1) * 1'000);
  }
  EXPECT_EQ(parked.close().files[0].row_groups, 4);
  EXPECT_EQ(std::ranges::count(*events, "release"), 9);

  const std::string path = directory / "parked.part";
  EXPECT_EQ(FileReader(path).rows(), 4'000);
  EXPECT_EQ(verify(path, {}, [](const Finding& finding) { EXPECT_EQ(finding.kind, FindingKind::unwise); }).errors, 0);
}

// What is in a pipe is somebody else's, and what is in memory goes with the process.
TEST(FileWriterJournal, OtherDestinationsCountWhenTheyAreFinished) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), kNumberedSchema);
  writer.write(numbered_rows(0, 10));
  writer.flush();
  EXPECT_EQ(writer.durable_rows(), 0);
  writer.close();
  EXPECT_EQ(writer.durable_rows(), 10);
}

TEST(FileWriterJournal, AnAbandonedFileCountsNoMore) {
  const TemporaryDirectory directory;
  FileWriter writer(std::make_unique<PartSink>(directory, "a"), kNumberedSchema);
  writer.write(numbered_rows(0, 10));
  writer.flush();
  writer.abandon();
  EXPECT_EQ(writer.durable_rows(), 0);
  EXPECT_THAT(directory.names(), IsEmpty());
}

TEST(FileWriterJournal, DatasetMetadataMayHaveKeysOfOurs) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  FileWriter writer(path, kNumberedSchema,
                    {.metadata = {{"who", "me"}}, .dataset_metadata = {{"sluice.run_id", "nightly-7"}}});
  writer.write(numbered_rows(0, 10));
  writer.close();
  const auto metadata = FileReader(path).metadata();
  EXPECT_THAT(metadata, testing::Contains(std::pair<std::string, std::string>("who", "me")));
  EXPECT_THAT(metadata, testing::Contains(std::pair<std::string, std::string>("sluice.run_id", "nightly-7")));
}

TEST(FileWriterJournal, RefusesOptionsThatContradict) {
  const auto sink = [] { return std::make_unique<MemorySink>(std::make_shared<MemoryFile>()); };
  EXPECT_THROW(FileWriter(sink(), kNumberedSchema, {.sync = false, .sync_row_groups = true}), Error);
  EXPECT_THROW(FileWriter(sink(), kNumberedSchema, {.row_group_seconds = -1}), Error);
  EXPECT_THROW(FileWriter(sink(), kNumberedSchema, {.row_group_seconds = std::numeric_limits<double>::infinity()}),
               Error);
}

}  // namespace
}  // namespace sluice::file_writer_journal_test
