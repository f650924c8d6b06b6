// Encodes all leaf columns side by side. Each column sees the rows in order; different columns are at different rows.
//
//   encoder.append(batch, begin, rows, slice);      // returns at once; the batch's buffers are shared until encoded
//   encoder.finish(on_finished);                    // ends the row group behind the rows appended so far
//
// Columns are grouped into queues (runtime/serial_queue.h): with few columns one each, with thousands some in each.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "files/scratch_shelves.h"
#include "pages/chunk_writer.h"
#include "runtime/serial_queue.h"
#include "sluice/batch.h"
#include "sluice/budget.h"

namespace sluice {

/// What the columns together have encoded of the row group when they have come to the end of a slice.
struct SliceMark {
  std::atomic<uint64_t> encoded_bytes = 0;
  std::atomic<size_t> queues_left = 0;

  bool is_reached() const { return queues_left == 0; }
};

/// What the columns together would take in the file if the row group ended here (ChunkForecast).
struct GroupForecast {
  std::atomic<uint64_t> bytes = 0;
  std::atomic<uint64_t> guessed = 0;
  std::atomic<size_t> queues_left = 0;

  bool is_reached() const { return queues_left == 0; }
};

/// What the writers of all columns have found out about them.
struct ColumnsLearnt {
  std::vector<ChunkLearnt> chunks;
};

/// Chunks of one row group, in schema order.
using FinishedRowGroup = std::vector<FinishedChunk>;

class RowGroupEncoder {
 public:
  /// `options`: one for each leaf. All other references must outlive the encoder. What is held counts in `budget`,
  /// where there is one; while that is spent, finished pages wait in a scratch file.
  RowGroupEncoder(const Schema& schema, const std::vector<Leaf>& leaves, const std::vector<ChunkOptions>& options,
                  Workers& workers, std::shared_ptr<Budget> budget = nullptr);
  /// Waits for what was begun; drops it if `stop` was called.
  ~RowGroupEncoder();

  /// What rows of `batch` hold in memory whose values take `bytes`: of thousands of columns each counts, too.
  static uint64_t memory_of(const Batch& batch, uint64_t bytes);
  /// Queues rows [begin, begin + rows) of `batch`, whose values take `bytes` in memory. `mark`, where there is one, is
  /// filled when they are encoded.
  void append(const Batch& batch, int64_t begin, int64_t rows, uint64_t bytes, std::shared_ptr<SliceMark> mark);
  /// Ends the row group. `on_finished` is called once, on some thread, when the last column is done; groups finish in
  /// order, one at a time. It must not throw.
  void finish(std::function<void(FinishedRowGroup)> on_finished);
  /// Fills the forecast behind the rows appended so far; when it is reached, groups that were finished before have had
  /// their call. `settled`: pages end there (ChunkWriter::settle).
  void forecast(bool settled, const std::shared_ptr<GroupForecast>& group);

  /// Rows to come are numbered from 0 on in messages. Requires that nothing is queued.
  void restart();
  /// Requires the same; learn_from() an encoder of the same leaves and options, too.
  ColumnsLearnt learnt() const;
  void learn_from(const ColumnsLearnt& learnt);

  /// Bytes in memory of rows that are queued and not yet encoded by every column.
  uint64_t bytes_queued() const { return bytes_queued_; }
  /// The first failure of any column; null while there is none. From then on nothing more is encoded.
  std::exception_ptr failure() const;
  bool has_failed() const { return stopped_; }
  /// Makes what is queued end quickly.
  void stop() { stopped_ = true; }

 private:
  struct Rows;
  struct Group;
  struct Queue;
  void append_columns(Queue& queue, Rows& rows);
  void finish_columns(Queue& queue, Group& group, Account& account);
  void forecast_columns(Queue& queue, bool settled, GroupForecast& group);
  void count(Queue& queue);
  void relieve(Queue& queue, ChunkWriter& column);
  void settle(Queue& queue);
  bool is_tight() const;
  void give_back() const;
  void fail(std::exception_ptr error);

  const Schema& schema_;
  const std::vector<Leaf>& leaves_;
  const std::shared_ptr<Budget> budget_;
  ScratchShelves shelves_;
  std::vector<std::unique_ptr<ChunkWriter>> writers_;
  std::atomic<uint64_t> bytes_queued_ = 0;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<Queue>> queues_;  ///< last: they wait for their tasks when they go
};

}  // namespace sluice
