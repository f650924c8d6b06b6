// One row group on its way through a scan: a lane for each column, which decodes ahead of who takes the batches, and,
// where there is a condition, the test in between.
//
//   tested columns --pieces--> test --stretches: rows that passed--> the other columns --pieces--> batches
//
// A lane does one thing at a time, in order; lanes know nothing of each other. What a lane has made and nobody has
// taken is bounded, so lanes stop and go by the bytes that wait. Pieces end where batches may end, or earlier where
// values are long: by rows and options alone, so the threads that there are change nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "files/group_reader.h"
#include "files/lane_sizes.h"
#include "files/scan_context.h"

namespace sluice {

class GroupScan {
 public:
  /// `rows`: those that may be wanted. `is_tested`: the condition decides; else all of them are wanted. `indexes`: of
  /// leaves of the file, where they were read. The context must outlive it, and no task may be left when it goes.
  GroupScan(ScanContext& context, ScanGroup group, RowRanges rows, bool is_tested,
            std::vector<std::optional<ChunkIndex>> indexes);
  ~GroupScan();

  /// Lanes begin to work, where there are threads.
  void start();
  /// A batch, the end or an error can be taken. Any thread may ask, and it is cheap.
  bool is_ready() const { return is_ready_; }
  /// Does one piece of what is missing for that. For scans of one thread.
  void work();
  /// The next rows that are wanted; perhaps none of those that were looked at. Nothing at the end. Throws what a lane
  /// has met there. Requires is_ready().
  std::optional<Batch> take();

  size_t lanes() const { return lanes_.size(); }
  ReadCounters counters() const;

 private:
  struct Piece;
  struct Lane;
  struct Task;
  struct Stretch;
  using Lock = std::unique_lock<std::mutex>;

  LaneSizes add_lanes();
  void open_lane(Lane& lane, const LaneSizes& sizes);
  std::optional<Task> next_task(const Lane& lane) const;
  bool may_run(const Lane& lane) const;
  void post_if_runnable(Lane& lane);
  void run(Lane& lane);
  Column shaped(size_t index, std::optional<Column> stored, int64_t rows) const;
  Piece decode(Lane& lane, const Task& task);
  void deliver(Lane& lane, std::optional<Piece> piece, std::exception_ptr error);
  void pass(Lane& lane, const Piece& piece);
  void pop_front(Lane& lane);
  bool may_test() const;
  void post_if_testable();
  void test(Lock& lock);
  void test_step(Lock& lock);
  RowRange testable_rows();
  std::vector<Column> tested_columns(RowRange rows);
  std::vector<std::shared_ptr<const Stretch>> stretches_of(const Batch& batch, const Selection& passed, RowRange rows);
  std::vector<Column> take_columns(RowRange rows, int64_t& kept);
  bool has_head() const;
  void update_ready();
  void count(Lane& lane);
  void count_pages(const Lane& lane, ReadCounters& counters) const;

  ScanContext& context_;
  const ScanGroup group_;
  const RowRanges rows_;
  const bool is_tested_;
  const std::vector<std::optional<ChunkIndex>> indexes_;  ///< of the file's leaves, or none at all
  int64_t step_rows_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Lane*> lane_of_;  ///< of each column that is read; null where the file has none, or nobody wants it
  size_t worked_ = 0;           ///< the lane that worked last, with one thread
  std::optional<BoundPredicate> condition_;
  RowFilter filter_;  ///< of who tests

  mutable std::mutex mutex_;
  std::atomic<bool> is_ready_ = false;
  size_t missing_ = 0;         ///< lanes behind the test without a piece or an error
  size_t missing_tested_ = 0;  ///< lanes in front of it
  std::optional<Steps> test_steps_;
  bool is_testing_ = false;
  bool is_test_posted_ = false;
  std::exception_ptr test_error_;
  std::deque<std::shared_ptr<const Stretch>> stretches_;  ///< that have passed the test and are not yet taken
  size_t first_stretch_ = 0;                              ///< number of the first of them
  int64_t stretch_weight_ = 0;                            ///< of all of them
  std::optional<Steps> taken_steps_;                      ///< where nothing is tested
  int64_t taken_row_ = 0;                                 ///< where the rows that were taken end
  int64_t taken_passed_ = 0;                              ///< rows of the stretch at hand that passed and were taken
  ReadCounters counters_;
};

}  // namespace sluice
