// Which relation has a writer when, and that limits hold: with files that only count.
#include "datasets/relation_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::relation_files_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

const auto kNumbers = std::make_shared<const Schema>(Schema{{"n", int64()}});

/// What all files together have been asked for.
struct Log {
  std::map<std::string, int64_t> rows{};
  int open = 0;
  int open_most = 0;
  int flushes = 0;
  int rests = 0;
  uint64_t encoded_bytes_of_row = 8;
};

class CountingFiles final : public FilesUnderWay {
 public:
  CountingFiles(std::string name, Schema schema, Log& log)
      : name_(std::move(name)), schema_(std::move(schema)), log_(log) {}

  void write(const Batch& batch) override {
    if (!is_open_) log_.open_most = std::max(log_.open_most, ++log_.open);
    is_open_ = true;
    EXPECT_EQ(batch.schema(), schema_);
    log_.rows[name_] += batch.rows();
    rows_under_way_ += batch.rows();
  }
  void extend_schema(const Schema& wider) override { schema_ = wider; }
  void tick() override {}
  void flush() override {
    ++log_.flushes;
    rows_under_way_ = 0;
  }
  uint64_t bytes_under_way() const override {
    return log_.encoded_bytes_of_row * static_cast<uint64_t>(rows_under_way_);
  }
  void rest() override {
    rows_under_way_ = 0;
    ++log_.rests;
    --log_.open;
    is_open_ = false;
  }
  std::vector<WrittenFile> finish(const std::function<void()>&) override {
    if (is_open_) --log_.open;
    rows_under_way_ = 0;
    WrittenFile file;
    file.path = name_;
    file.rows = log_.rows[name_];
    return {file};
  }
  void abandon() noexcept override {}
  const Schema& schema() const override { return schema_; }
  int64_t rows() const override { return log_.rows[name_]; }
  int64_t durable_rows() const override { return 0; }
  size_t files_ended() const override { return 0; }
  uint64_t bytes_written() const override { return 0; }

 private:
  const std::string name_;
  Schema schema_;
  Log& log_;
  bool is_open_ = false;
  int64_t rows_under_way_ = 0;
};

RelationFiles files_with(RelationLimits limits, Log& log) {
  return RelationFiles(limits, {[](const std::string&, const Schema&) {},
                                [&log](const std::string& directory, const Schema& schema) {
                                  return std::make_unique<CountingFiles>(directory, schema, log);
                                }});
}

RelationBatch rows_of(const std::string& relation, int64_t rows) {
  return {relation,
          Batch(kNumbers, {make_int64(std::vector<std::optional<int64_t>>(static_cast<size_t>(rows), 1))}, rows)};
}

TEST(RelationFiles, LimitsHoldWhateverTheNumberOfRelations) {
  Log log;
  RelationFiles files = files_with(
      {.waiting_bytes = 10'000, .all_waiting_bytes = 100'000, .under_way_bytes = 50'000, .open_max = 8}, log);
  for (int round = 0; round < 100; ++round)
    for (int relation = 0; relation < 50; ++relation)
      files.write(rows_of("r" + std::to_string(relation), relation % 7 * 10));
  EXPECT_EQ(files.rows(), 100 * (7 * 210 + 0));
  const std::vector<WrittenFile> written = files.finish({});
  EXPECT_LE(log.open_most, 10);
  EXPECT_GT(log.rests, 0);
  ASSERT_EQ(written.size(), 50);
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(written[i].relation, "r" + std::to_string(i));
    EXPECT_EQ(written[i].rows, 100 * static_cast<int64_t>(i % 7 * 10)) << i;
  }
}

TEST(RelationFiles, RowsThatWaitAreCounted) {
  Log log;
  const auto budget = std::make_shared<Budget>(16_MiB);
  const uint64_t before = budget->used();
  RelationFiles files = files_with({.waiting_bytes = 1'000'000,
                                    .all_waiting_bytes = 10'000'000,
                                    .under_way_bytes = 50'000,
                                    .open_max = 8,
                                    .budget = budget},
                                   log);
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = 0; i < 10'000; ++i) values.emplace_back(i * 0x1234'5678'9abc);
  for (const char* const relation : {"a", "b"})
    files.write({relation, Batch(kNumbers, {make_int64(values)}, static_cast<int64_t>(values.size()))});
  EXPECT_GE(budget->used() - before, 100'000u);
  files.finish({});
  EXPECT_EQ(budget->used(), before);
}

TEST(RelationFiles, TheLargestRowGroupEndsFirst) {
  Log log;
  RelationFiles files =
      files_with({.waiting_bytes = 0, .all_waiting_bytes = 1'000'000, .under_way_bytes = 80'000, .open_max = 8}, log);
  files.write(rows_of("small", 10));
  for (int i = 0; i < 100; ++i) files.write(rows_of("large", 1'000));
  EXPECT_NEAR(log.flushes, 10, 1);
  EXPECT_EQ(log.rests, 0);
  files.finish({});
}

// Rows counted before they were encoded: row groups of eight megabytes, where a file alone got such of sixty-four.
TEST(RelationFiles, WhatEncodesWellIsKeptTogether) {
  Log log;
  log.encoded_bytes_of_row = 1;
  RelationFiles files =
      files_with({.waiting_bytes = 0, .all_waiting_bytes = 1'000'000, .under_way_bytes = 80'000, .open_max = 8}, log);
  for (int i = 0; i < 170; ++i) files.write(rows_of("a", 1'000));
  EXPECT_EQ(log.flushes, 2);
  EXPECT_EQ(files.bytes_under_way(), 8'000);
  files.finish({});
}

TEST(RelationFiles, SchemasGrowOneByOne) {
  Log log;
  RelationFiles files =
      files_with({.waiting_bytes = 0, .all_waiting_bytes = 0, .under_way_bytes = 1'000'000, .open_max = 8}, log);
  files.write(rows_of("a", 1));
  files.write(rows_of("b", 1));
  const auto wider = std::make_shared<const Schema>(Schema{{"n", int64()}, {"m", int64()}});
  files.write({"a", Batch(wider, {make_int64({1}), make_int64({2})}, 1)});
  files.write(rows_of("b", 1));
  EXPECT_EQ(files.finish({}).size(), 2);
}

TEST(RelationFiles, NamesOfDirectories) {
  EXPECT_EQ(relation_directory("events_a"), "events_a");
  EXPECT_EQ(relation_directory("a/b"), "a%2Fb");
  EXPECT_EQ(relation_directory("."), "%2E");
  EXPECT_EQ(relation_directory(".."), "%2E%2E");
  EXPECT_EQ(relation_directory("_a"), "%5Fa");
  EXPECT_EQ(relation_directory(".a"), "%2Ea");
  EXPECT_EQ(relation_directory("k=v"), "k%3Dv");
  const std::string one = relation_directory(std::string(300, 'x'));
  EXPECT_EQ(one.size(), 160);
  EXPECT_NE(one, relation_directory(std::string(301, 'x')));
}

TEST(RelationFiles, RowsOfNoRelationAreRefused) {
  Log log;
  RelationFiles files = files_with({}, log);
  EXPECT_THROW(files.write(rows_of("", 1).batch), Error);
}

}  // namespace
}  // namespace sluice::relation_files_test
