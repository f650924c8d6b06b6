// A dataset with partitions: rows wait, raw, until all are there; then one partition after the other is written, each
// by writers of its own. So its files depend on the rows of that partition alone: not on what else was in the run, nor
// on where rows waited, nor on which thread wrote them. (docs/partitions.md.)
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datasets/files_under_way.h"
#include "datasets/partition_router.h"
#include "datasets/raw_store.h"
#include "sluice/dataset_writer.h"

namespace sluice {

class PartitionedFiles final : public FilesUnderWay {
 public:
  /// The destination of file `number` in a partition's directory; called from several threads at once.
  using NextSink = std::function<std::unique_ptr<Sink>(const std::string& directory, size_t number)>;

  /// The options must have been checked, and have a runtime. Throws as PartitionRouter and FileWriter do.
  PartitionedFiles(const Schema& schema, const DatasetOptions& options, NextSink next_sink);
  ~PartitionedFiles() override;

  void write(const Batch& batch) override;
  void extend_schema(const Schema& wider) override;
  void tick() override {}
  void flush() override {}
  std::vector<WrittenFile> finish() override;
  void abandon() noexcept override { abandoned_ = true; }

  const Schema& schema() const override { return *schema_; }
  int64_t rows() const override { return store_.rows(); }
  int64_t durable_rows() const override { return 0; }
  size_t files_ended() const override { return files_ended_; }
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  using Files = std::vector<WrittenFile>;

  void check_schema(const Schema& of_batch) const;
  Files write_alone(uint32_t partition);
  Files write_small(uint32_t partition, const std::vector<Batch>& batches) const;
  std::unique_ptr<FilesUnderWay> files_of(uint32_t partition, const DatasetOptions& options) const;
  void finished(uint32_t partition, Files files);
  std::vector<WrittenFile> in_order();

  DatasetOptions options_;
  const NextSink next_sink_;
  std::shared_ptr<const Schema> schema_;
  PartitionRouter router_;
  std::shared_ptr<const Schema> file_schema_;
  RawStore store_;
  std::vector<Files> written_;  ///< of each partition
  size_t files_ended_ = 0;
  uint64_t bytes_written_ = 0;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace sluice
