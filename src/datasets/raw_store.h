// Rows that wait for their partition's writer. They stay in memory as they came until there are enough of them; then
// they are grouped by partition, all at once, so that what belongs together stands together, and are appended to a
// scratch file without a name. In the end partition by partition is read, in the order of their numbers: as in the file
// after each grouping. So reading goes through each of these parts from front to back, and a partition costs sixteen
// bytes of memory however many pieces it has.
//
//   RawStore store({.memory_bytes_max = 24_MiB}, workers);
//   store.add(schema, columns, partitions);          // again and again
//   store.finish(schema);
//   for (uint32_t p = 0; p < n; ++p) store.take(p, 8_MiB, [&](Batch batch) { writer.write(batch); });
//   store.restart();                                 // where more are to come
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "columns/buffer_pool.h"
#include "columns/raw_rows.h"
#include "columns/text_folder.h"
#include "runtime/workers.h"
#include "sluice/batch.h"
#include "sluice/budget.h"
#include "storage/scratch_file.h"

namespace sluice {

struct RawStoreOptions {
  /// Rows in memory, as logical bytes (files/row_cutter.h), after which they are written out. While these are, as many
  /// may come anew.
  uint64_t memory_bytes_max = 0;
  /// Directory for the scratch file; empty: ScratchFile's own.
  std::string scratch_directory{};
  /// What is held counts there, where there is one.
  std::shared_ptr<Budget> budget{};
};

/// Not thread-safe; groups and writes on the threads of `workers`.
class RawStore {
 public:
  RawStore(RawStoreOptions options, Workers& workers);
  ~RawStore();

  /// Keeps rows of `columns`, sharing their buffers: row i belongs to partitions[i]. At most 2^31-1 rows. Throws
  /// Error{io} where the scratch file cannot be made or written.
  void add(const std::shared_ptr<const Schema>& schema, std::vector<Column> columns, std::vector<uint32_t> partitions);
  /// No rows come any more. Rows are handed out in `schema`, which all others evolve to by name (columns/evolved.h).
  void finish(std::shared_ptr<const Schema> schema);

  /// Behind finish(), and all rows taken: others may come.
  void restart();

  /// All that came so far.
  int64_t rows() const { return rows_; }
  /// As logical bytes, of the schema that rows came with. Known after finish(), 0 again after restart().
  uint64_t bytes(uint32_t partition) const { return partition < bytes_.size() ? bytes_[partition] : 0; }
  /// Hands out the rows of a partition in the order they came, in batches of about `batch_bytes`. After finish(), each
  /// partition once, in ascending order.
  void take(uint32_t partition, uint64_t batch_bytes, const std::function<void(Batch)>& use);
  uint64_t scratch_bytes() const { return scratch_ ? scratch_->size() : 0; }

 private:
  struct Held {
    std::vector<Column> columns;
    std::vector<uint32_t> partitions;  ///< while they are grouped: the place of each row
  };
  struct Run {
    uint32_t partition;
    int64_t begin;
    int64_t rows;
  };
  /// What was in memory at one time, grouped.
  struct Part {
    std::shared_ptr<const Schema> schema;
    std::vector<Column> columns{};  ///< plain or folded; empty once they are in the scratch file
    /// Of each column: where its positions are told from texts; null where it is plain.
    std::vector<std::shared_ptr<TextFolder>> folders{};
    std::vector<Run> runs{};  ///< ascending by partition; of those in memory
    int64_t rows = 0;
    uint64_t begin = 0;  ///< in the scratch file
    uint64_t end = 0;
    Account account{};  ///< of what is in memory, but for what is of the pool
  };
  class PartReader;

  void start_schema(const std::shared_ptr<const Schema>& schema);
  Part group();
  Column group_column(size_t column);
  std::vector<Run> runs_of(const std::vector<uint32_t>& ends) const;
  void count_bytes(const Part& part);
  void spill();
  void write_out(Part& part);
  void wait_for_writing();
  static bool is_alike(const Part& a, const Part& b);
  void hand_out(const Part& from, std::vector<RawPiece>& pieces, const std::function<void(Batch)>& use) const;
  Batch in_final_schema(Batch batch) const;

  const RawStoreOptions options_;
  Workers& workers_;
  std::shared_ptr<const Schema> schema_;              ///< of the rows that are held; in the end of those handed out
  std::vector<std::shared_ptr<TextFolder>> folders_;  ///< of each column of text, in that schema
  std::shared_ptr<BufferPool> pool_;                  ///< for what is grouped
  std::vector<Held> held_;
  uint64_t held_bytes_ = 0;
  Account held_account_;
  Account readers_account_;
  uint32_t partitions_ = 0;  ///< one more than the largest number so far
  int64_t rows_ = 0;
  std::vector<uint64_t> bytes_;  ///< of each partition, as far as it is grouped
  std::unique_ptr<ScratchFile> scratch_;
  std::vector<Part> parts_;  ///< in the scratch file, oldest first
  Part last_;                ///< in memory, from finish() on
  size_t last_run_ = 0;      ///< the next one of `last_` to be handed out
  std::vector<std::unique_ptr<PartReader>> readers_;
  Job<bool> writing_;  ///< behind what it uses
};

}  // namespace sluice
