// A dataset with partitions: rows wait, raw, until all are there, or flush() is called; then one partition after the
// other is written, large ones by all threads, small ones in groups by one thread each. A writer goes on from one
// partition to its neighbours with the encodings that it has found, and all groups begin with those that the first one
// has found: which ones these are depends on rows alone, neither on where these waited nor on which thread wrote them.
// (docs/partitions.md.)
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "datasets/begun_partitions.h"
#include "datasets/file_sequence.h"
#include "datasets/files_under_way.h"
#include "datasets/partition_router.h"
#include "datasets/raw_store.h"
#include "schema/leaves.h"
#include "sluice/dataset_writer.h"

namespace sluice {

class PartitionedFiles final : public FilesUnderWay {
 public:
  struct Places {
    /// The destination of file `number` in a partition's directory; called from several threads at once.
    std::function<std::unique_ptr<Sink>(const std::string& directory, size_t number)> next;
    /// Where a finished file can be changed once more, by its WrittenFile::path.
    std::function<std::string(const std::string& path)> staged;
  };

  /// The options must have been checked, and have a runtime. Throws as PartitionRouter and FileWriter do.
  PartitionedFiles(const Schema& schema, const DatasetOptions& options, Places places);
  ~PartitionedFiles() override;

  void write(const Batch& batch) override;
  void extend_schema(const Schema& wider) override;
  void tick() override;
  /// All that waits is written, a row group for each partition that has rows, and its files rest (begun_partitions.h).
  void flush() override;
  /// What waits has its share of the memory, and no handle.
  uint64_t bytes_under_way() const override { return 0; }
  void relieve() override {}
  std::vector<WrittenFile> finish(const std::function<void()>& on_progress) override;
  void abandon() noexcept override;

  const Schema& schema() const override { return *schema_; }
  int64_t rows() const override { return store_.rows(); }
  int64_t durable_rows() const override { return begun_.durable_rows(); }
  size_t files_ended() const override { return files_ended_ + begun_.files_ended(); }
  uint64_t bytes_written() const override { return bytes_written_ + begun_.bytes_written(); }

 private:
  using Files = std::vector<WrittenFile>;
  /// All rows of a partition that is to be written beside others.
  struct Waiting {
    uint32_t partition;
    std::vector<Batch> batches;
  };
  /// Writes one partition after the other, for a thread at a time. It is used again: its memory is not asked for anew.
  struct GroupWriter {
    uint32_t partition = 0;
    std::unique_ptr<FileSequence> files{};
  };
  struct WrittenGroup {
    std::vector<Files> files{};  ///< of each partition
    std::shared_ptr<const ColumnsLearnt> learnt{};
  };
  class GroupsUnderWay;

  void check_schema(const Schema& of_batch) const;
  void check_sizes(const Batch& batch, int64_t begin, int64_t rows, int64_t row_in_run) const;
  template <typename Write>
  auto in_words_of(uint32_t partition, Write write) const;
  bool is_late() const;
  bool write_begun(uint32_t partition, const std::function<void()>& on_progress);
  Files write_large(uint32_t partition, const std::function<void()>& on_progress);
  WrittenGroup write_group(const std::vector<Waiting>& group);
  std::unique_ptr<GroupWriter> take_writer();
  std::unique_ptr<FileSequence> files_of(const uint32_t& partition, const DatasetOptions& options) const;
  void finished(uint32_t partition, Files files);
  void count();
  std::vector<WrittenFile> in_order();

  DatasetOptions options_;
  const Places places_;
  const std::function<std::chrono::steady_clock::time_point()> clock_;
  const double flush_seconds_;  ///< from the first row that waits; 0: no limit
  std::shared_ptr<const Schema> schema_;
  std::vector<Leaf> leaves_;  ///< of `schema_`
  PartitionRouter router_;
  std::shared_ptr<const Schema> file_schema_;
  RawStore store_;
  BegunPartitions begun_;
  int64_t flushed_rows_ = 0;
  std::chrono::steady_clock::time_point waiting_since_{};  ///< where flushes go by time
  uint32_t large_partition_ = 0;
  std::unique_ptr<FileSequence> large_files_;    ///< of large partitions; null where none or a small one came last
  std::shared_ptr<const ColumnsLearnt> learnt_;  ///< by who wrote first; while it is written nobody else writes
  std::mutex writers_mutex_;
  std::vector<std::unique_ptr<GroupWriter>> writers_;  ///< that nobody uses at the moment
  std::vector<Files> written_;                         ///< of each partition
  size_t files_ended_ = 0;
  uint64_t bytes_written_ = 0;
  uint64_t written_memory_bytes_ = 0;  ///< of what is told of the files
  Account account_;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace sluice
