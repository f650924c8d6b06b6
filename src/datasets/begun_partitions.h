// Partitions whose files are begun before all of their rows are there, as flush() asks for it. Between two flushes such
// a file rests: it has no handle and no encoder, and its row groups stand in its journal, where recover() finds them.
// As many rest as a part of the budget has room for; beyond that one is ended, and its partition goes on with another.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "datasets/file_sequence.h"
#include "sluice/budget.h"
#include "sluice/schema.h"

namespace sluice {

/// Not thread-safe.
class BegunPartitions {
 public:
  /// Makes files of a partition, whose number stays where it is as long as they do.
  using Open = std::function<std::unique_ptr<FileSequence>(const uint32_t& partition)>;

  /// `resting_bytes_max`: of files that rest. What they hold counts in `budget`.
  BegunPartitions(Open open, uint64_t resting_bytes_max, std::shared_ptr<Budget> budget);

  bool empty() const { return partitions_.empty(); }
  bool contains(uint32_t partition) const { return partitions_.contains(partition); }

  /// A flush begins: files that rest since an earlier one are the first to be ended.
  void begin_flush() { ++flush_; }
  /// The files of a partition, which is begun with the first rows for it.
  FileSequence& awake(uint32_t partition, const std::shared_ptr<const Schema>& schema);
  /// Its rows so far are in finished row groups afterwards.
  void rest(uint32_t partition);
  /// All files of a partition, in `schema`; it is none of these afterwards.
  std::vector<WrittenFile> finish(uint32_t partition, const std::shared_ptr<const Schema>& schema,
                                  const std::function<void()>& on_progress);
  void abandon() noexcept;

  /// Of all partitions here, as they were when they went to rest.
  int64_t durable_rows() const { return totals_.durable_rows; }
  size_t files_ended() const { return totals_.files_ended; }
  uint64_t bytes_written() const { return totals_.bytes_written; }

 private:
  struct Totals {
    int64_t durable_rows = 0;
    size_t files_ended = 0;
    uint64_t bytes_written = 0;
  };
  struct Partition {
    std::unique_ptr<FileSequence> files{};  ///< null once they are ended
    std::vector<WrittenFile> ended{};       ///< then these, of `ended_schema`
    std::shared_ptr<const Schema> ended_schema{};
    uint64_t ended_bytes = 0;  ///< of memory, told of them
    uint64_t last_flush = 0;
    Totals totals{};
  };
  void end_one(uint32_t newest);
  void end_files(Partition& partition, const std::function<void()>& on_progress);
  void count(Partition& partition, Totals now);
  void count_memory();

  const Open open_;
  const uint64_t resting_bytes_max_;
  std::map<uint32_t, Partition> partitions_;
  std::set<std::pair<uint64_t, uint32_t>> resting_;  ///< by the last flush that had rows for them
  std::shared_ptr<const Schema> schema_;             ///< of the last ones that were awake
  uint64_t flush_ = 0;
  uint64_t resting_bytes_ = 0;  ///< about what a file holds that rests
  uint64_t ended_bytes_ = 0;
  Totals totals_;
  Account account_;
};

}  // namespace sluice
