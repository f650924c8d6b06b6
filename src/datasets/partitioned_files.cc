// Rows to their partitions, and partitions to their files; see partitioned_files.h.
#include "datasets/partitioned_files.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

#include "datasets/file_names.h"
#include "datasets/file_sequence.h"
#include "datasets/partition_values.h"
#include "runtime/workers.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Rows that are routed at a time: numbers of partitions are kept for as many.
constexpr int64_t kRoutedRows = 65'536;
/// Rows that wait in memory, and as many that are being written to the scratch file.
constexpr uint64_t kWaitingShare = 8;
/// Partitions that are being written, all together.
constexpr uint64_t kWritingShare = 3;
/// Of a partition that is read back: more than a writer takes at a time, so that batches cost nothing beside values.
constexpr uint64_t kBatchBytes = 8_MiB;

DatasetOptions with_partition_schema(DatasetOptions options, const Schema& keys) {
  options.file.dataset_metadata.emplace_back(kPartitionSchemaKey, to_text(keys));
  return options;
}

}  // namespace

PartitionedFiles::PartitionedFiles(const Schema& schema, const DatasetOptions& options, NextSink next_sink)
    : options_(options),
      next_sink_(std::move(next_sink)),
      schema_(std::make_shared<const Schema>(schema)),
      router_(schema, options.partitions),
      file_schema_(std::make_shared<const Schema>(router_.file_schema())),
      store_({options.file.runtime->memory_bytes() / kWaitingShare, options.scratch}, options.file.runtime->workers()) {
  options_ = with_partition_schema(std::move(options_), router_.key_schema());
  const FileWriter checks_options(*file_schema_, options_.file);  // now, not when the first partition is written
}

PartitionedFiles::~PartitionedFiles() = default;

// --- in

void PartitionedFiles::check_schema(const Schema& of_batch) const {
  if (of_batch == *schema_) return;
  throw Error(ErrorCode::invalid, "a batch of another schema was written: expected \"" + to_text(*schema_) +
                                      "\", found \"" + to_text(of_batch) + "\"");
}

void PartitionedFiles::write(const Batch& batch) {
  if (!batch.shared_schema()) return;  // never given anything: no rows of no schema
  check_schema(batch.schema());
  for (int64_t begin = 0; begin < batch.rows(); begin += kRoutedRows) {
    const Batch piece = batch.slice(begin, std::min(kRoutedRows, batch.rows() - begin));
    std::vector<uint32_t> partitions(static_cast<size_t>(piece.rows()));
    router_.route(piece, rows(), partitions);
    store_.add(file_schema_, router_.file_columns(piece), std::move(partitions));
  }
}

void PartitionedFiles::extend_schema(const Schema& wider) {
  if (wider == *schema_) return;
  router_.extend_schema(wider);
  // The rule of what is wider is that of files.
  FileWriter checks_schema(*file_schema_, options_.file);
  checks_schema.extend_schema(router_.file_schema());
  schema_ = std::make_shared<const Schema>(wider);
  file_schema_ = std::make_shared<const Schema>(router_.file_schema());
}

// --- out

std::unique_ptr<FilesUnderWay> PartitionedFiles::files_of(uint32_t partition, const DatasetOptions& options) const {
  const std::string& directory = router_.directory(partition);
  const auto next = [this, &directory](size_t number) { return next_sink_(directory, number); };
  return std::make_unique<FileSequence>(*file_schema_, options, FileSequence::Places{next, {}, false});
}

/// With all threads, as it is read.
PartitionedFiles::Files PartitionedFiles::write_alone(uint32_t partition) {
  const std::unique_ptr<FilesUnderWay> files = files_of(partition, options_);
  store_.take(partition, kBatchBytes, [&](const Batch& batch) { files->write(batch); });
  return files->finish();
}

/// On one thread, beside others. The budget is the whole one: limits that are shares of it must not depend on how many
/// partitions are written at a time; what these take together is limited by who begins them.
PartitionedFiles::Files PartitionedFiles::write_small(uint32_t partition, const std::vector<Batch>& batches) const {
  DatasetOptions options = options_;
  options.file.runtime = std::make_shared<Runtime>(RuntimeOptions{1, options_.file.runtime->memory_bytes()});
  const std::unique_ptr<FilesUnderWay> files = files_of(partition, options);
  for (const Batch& batch : batches) {
    if (abandoned_) break;
    files->write(batch);
  }
  return files->finish();
}

void PartitionedFiles::finished(uint32_t partition, Files files) {
  files_ended_ += files.size();
  for (const WrittenFile& file : files) bytes_written_ += file.bytes;
  written_[partition] = std::move(files);
}

std::vector<WrittenFile> PartitionedFiles::finish() {
  struct UnderWay {
    uint32_t partition;
    uint64_t bytes;
    Job<Files> job;
  };
  Workers& workers = options_.file.runtime->workers();
  const uint64_t bytes_max = options_.file.runtime->memory_bytes() / kWritingShare;
  uint64_t bytes_under_way = 0;
  std::deque<UnderWay> under_way;
  const auto take_oldest = [&] {
    UnderWay oldest = std::move(under_way.front());
    under_way.pop_front();
    bytes_under_way -= oldest.bytes;
    finished(oldest.partition, oldest.job.take());
  };
  store_.finish(file_schema_);
  written_.resize(router_.partitions());
  try {
    for (uint32_t partition = 0; partition < router_.partitions(); ++partition) {
      const uint64_t bytes = store_.bytes(partition);
      if (bytes > bytes_max) {
        finished(partition, write_alone(partition));
        continue;
      }
      while (!under_way.empty() && (under_way.size() >= workers.threads() || bytes_under_way + bytes > bytes_max))
        take_oldest();
      auto batches = std::make_shared<std::vector<Batch>>();
      store_.take(partition, kBatchBytes, [&](Batch batch) { batches->push_back(std::move(batch)); });
      const auto write = [this, partition, batches] { return write_small(partition, *batches); };
      under_way.push_back({partition, bytes, workers.start(write)});
      bytes_under_way += bytes;
    }
    while (!under_way.empty()) take_oldest();
  } catch (...) {
    abandoned_ = true;  // what is under way need not be right any more
    throw;
  }
  return in_order();
}

std::vector<WrittenFile> PartitionedFiles::in_order() {
  std::vector<uint32_t> order(written_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return directory_comes_before(router_.directory(a), router_.directory(b));
  });
  std::vector<WrittenFile> files;
  files.reserve(files_ended_);
  for (const uint32_t partition : order)
    for (WrittenFile& file : written_[partition]) files.push_back(std::move(file));
  return files;
}

}  // namespace sluice
