// What durable_rows() has told outlives a kill: a child process writes and tells what it has been told, is killed at
// its first call that touches a file, at its second, ..., and recover() gives at least so many rows back, and only rows
// that were written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "faults/failing_calls.h"
#include "sluice/dataset_reader.h"
#include "sluice/dataset_writer.h"
#include "sluice/recover.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::durable_test {
namespace {

using namespace test;

constexpr int64_t kBatches = 6;
constexpr int64_t kBatchRows = 40;
constexpr int64_t kOldRows = 10;

/// What parent and child both see.
struct Shared {
  std::atomic<size_t> calls = 0;
  std::atomic<int64_t> durable = 0;
  std::atomic<bool> closed = false;
};

const Schema kIds{{"id", int64()}, {"name", string()}, {"part", int64()}};
/// The first column has no value at first, and turns out to be lists: row groups move up at the end.
const Schema kUnknownFirst{{"tags", null()}, {"id", int64()}};
const Schema kTagsFirst{{"tags", list({"element", int64()})}, {"id", int64()}};

std::vector<std::optional<int64_t>> ids_from(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> ids;
  for (int64_t i = first; i < first + rows; ++i) ids.push_back(i);
  return ids;
}

Batch some_rows(int64_t first, int64_t rows) {
  const std::vector<std::optional<std::string>> names(static_cast<size_t>(rows), "name");
  std::vector<std::optional<int64_t>> parts = ids_from(first, rows);
  for (std::optional<int64_t>& part : parts) *part %= 3;
  return Batch(std::make_shared<const Schema>(kIds),
               {make_int64(ids_from(first, rows)), make_text(string(), names), make_int64(parts)}, rows);
}

Batch rows_of_tags(int64_t first, int64_t rows, bool is_known) {
  const std::vector<std::optional<int32_t>> sizes(static_cast<size_t>(rows), 1);
  Column tags = is_known ? make_list({"element", int64()}, make_int64(ids_from(first, rows)), sizes) : make_null(rows);
  return Batch(std::make_shared<const Schema>(is_known ? kTagsFirst : kUnknownFirst),
               {std::move(tags), make_int64(ids_from(first, rows))}, rows);
}

FileOptions file_options() {
  FileOptions options;
  options.row_group_rows = 25;
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  return options;
}

template <typename Writer>
void write_all(Writer& writer, Shared& shared, bool has_tags) {
  for (int64_t batch = 0; batch < kBatches; ++batch) {
    const bool is_known = batch == kBatches - 1;
    if (has_tags && is_known) writer.extend_schema(kTagsFirst);
    const int64_t first = 100 + batch * kBatchRows;
    writer.write(has_tags ? rows_of_tags(first, kBatchRows, is_known) : some_rows(first, kBatchRows));
    if (batch % 2 == 1) writer.flush();
    shared.durable = writer.durable_rows();
  }
  writer.close();
  shared.durable = kBatches * kBatchRows;
}

struct Case {
  std::string name;
  std::string destination;
  int64_t rows_before = 0;
  bool has_tags = false;
  std::function<void(const std::string& path, Shared& shared)> write;
  bool has_partitions = false;
};

void write_file_at(const std::string& path, Shared& shared, bool has_tags) {
  FileWriter writer(path, has_tags ? kUnknownFirst : kIds, file_options());
  write_all(writer, shared, has_tags);
}

void write_dataset_at(const std::string& path, Shared& shared, bool has_tags, PublishMode mode,
                      PartitionOptions partitions = {}) {
  DatasetOptions options;
  options.file = file_options();
  options.shard_rows = 90;
  options.file_prefix = "rows";
  options.target.mode = mode;
  options.partitions = std::move(partitions);
  DatasetWriter writer(path, has_tags ? kUnknownFirst : kIds, options);
  write_all(writer, shared, has_tags);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const bool tags : {false, true}) {
    const std::string how = tags ? " whose first column comes late" : "";
    all.push_back({"a file" + how, "out.parquet", 0, tags,
                   [tags](const std::string& path, Shared& shared) { write_file_at(path, shared, tags); }});
    all.push_back({"a dataset" + how, "out", 0, tags, [tags](const std::string& path, Shared& shared) {
                     write_dataset_at(path, shared, tags, PublishMode::create);
                   }});
  }
  all.push_back({"an append", "out", kOldRows, false, [](const std::string& path, Shared& shared) {
                   write_dataset_at(path, shared, false, PublishMode::append);
                 }});
  const auto write_partitions = [](const std::string& path, Shared& shared) {
    const PartitionOptions by_part{.keys = parse_partition_keys("part"), .keep_columns = true};
    write_dataset_at(path, shared, false, PublishMode::create, by_part);
  };
  all.push_back({"partitions", "out", 0, false, write_partitions, true});
  return all;
}

void put_old_rows(const Case& one, const std::string& path) {
  if (one.rows_before == 0) return;
  DatasetWriter writer(path, kIds, {.file = {.sync = false}});
  writer.write(some_rows(0, one.rows_before));
  writer.close();
}

/// In a child that ends at its call number `at`; 0: at its end.
void run_child(const Case& one, const std::string& path, size_t at, Shared& shared) {
  shared.durable = 0;
  shared.closed = false;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    {
      const FailingCalls calls({.at = at, .kills = true});
      one.write(path, shared);
      shared.calls = calls.calls();
    }
    shared.closed = true;
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WIFSIGNALED(status), at != 0) << "status " << status;
}

/// The id of row `row`, old ones first.
int64_t id_at(const Case& one, int64_t row) { return row < one.rows_before ? row : 100 + row - one.rows_before; }

/// How many of the rows, counted from the first, are all there. What is there was written, and is there once; but for
/// partitions, of which each has come as far as it has, it is these rows alone.
int64_t rows_at(const Case& one, const std::string& path) {
  if (!std::filesystem::exists(path)) return 0;
  const auto stream = DatasetReader(path).read();
  std::vector<int64_t> ids;
  while (const std::optional<RelationBatch> next = stream->next()) {
    const Column& column = next->batch.column(one.has_tags ? 1 : 0);
    for (int64_t row = 0; row < next->batch.rows(); ++row) ids.push_back(column.data<int64_t>()[row]);
  }
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end()) << "a row is there twice";
  int64_t rows = 0;
  while (rows < static_cast<int64_t>(ids.size()) && ids[static_cast<size_t>(rows)] == id_at(one, rows)) ++rows;
  EXPECT_TRUE(one.has_partitions || rows == static_cast<int64_t>(ids.size()));
  EXPECT_TRUE(ids.empty() || ids.back() <= id_at(one, one.rows_before + kBatches * kBatchRows - 1));
  return rows;
}

TEST(Durable, WhatWasToldOutlivesAKillAtEachCall) {
  const char* const wanted = std::getenv("SLUICE_FAULTS");
  const size_t stride = wanted != nullptr && std::string_view(wanted) == "long" ? 1 : 7;
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  Shared& shared = *new (memory) Shared;
  size_t turn = 0;
  for (const Case& one : cases()) {
    {
      const TemporaryDirectory whole;
      put_old_rows(one, whole / one.destination);
      ASSERT_NO_FATAL_FAILURE(run_child(one, whole / one.destination, 0, shared));
      ASSERT_TRUE(shared.closed);
    }
    const size_t calls = shared.calls;
    ASSERT_GT(calls, 20u);
    size_t kills = 0, told = 0;
    for (size_t at = 1 + turn++ % stride; at <= calls && !HasFailure(); at += stride, ++kills) {
      SCOPED_TRACE(one.name + ", killed at call " + std::to_string(at));
      const TemporaryDirectory dir;
      const std::string path = dir / one.destination;
      put_old_rows(one, path);
      ASSERT_NO_FATAL_FAILURE(run_child(one, path, at, shared));
      const int64_t durable = shared.durable;
      recover(path);
      EXPECT_GE(rows_at(one, path), one.rows_before + durable);
      told += durable > 0 ? 1 : 0;
      EXPECT_THAT(dir.names().size(), ::testing::Le(1u)) << "something is left beside it";
    }
    std::printf("%s: killed at %zu of %zu calls, %zu behind rows that were told\n", one.name.c_str(), kills, calls,
                told);
  }
  ::munmap(memory, sizeof(Shared));
}

}  // namespace
}  // namespace sluice::durable_test
