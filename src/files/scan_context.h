// What all row groups of one scan have in common: what is wanted of them, and what they share of memory and threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "columns/bound_predicate.h"
#include "columns/projection.h"
#include "files/scan.h"
#include "pages/chunk_reader.h"
#include "pages/row_ranges.h"
#include "runtime/workers.h"

namespace sluice {

/// What all row groups of a scan share.
struct ScanContext {
  ScanContext(ScanPlan planned, const ReadOptions& chosen);

  const ScanPlan plan;
  const ReadOptions options;
  const std::shared_ptr<Runtime> runtime;
  Workers& workers;
  const uint64_t memory_bytes;  ///< that the scan may use
  ChunkContext chunks;
  const Projection result;                        ///< of what is read
  std::vector<bool> is_kept{};                    ///< of the columns that are read: the result has it, or a part
  std::vector<size_t> tested{};                   ///< of the columns that are read: the condition asks for it
  std::shared_ptr<const Schema> tested_schema{};  ///< of these
  std::optional<BoundPredicate> condition{};      ///< bound to `tested_schema`
  std::optional<BoundPredicate> pruning{};        ///< bound to `plan.read_schema`
  size_t groups_max = 2;                          ///< that are open at the same time
  std::atomic<uint64_t> page_bytes = 0;           ///< that lanes hold
  std::atomic<bool> is_stopped = false;           ///< nobody wants any more, or the scan has failed
  std::atomic<bool> has_failed = false;           ///< there was no memory to hand work on; next() throws that
  std::atomic<size_t> tasks = 0;                  ///< that were posted and have not ended

  bool has_threads() const { return workers.threads() > 1; }
  /// Whoever has it: nothing is decoded ahead then.
  bool is_short_of_memory() const { return runtime->budget()->is_spent(); }
  /// Whoever waits for the task has to look at has_failed, too: what the task throws, or that there was no memory to
  /// post it, fails the scan.
  void post(std::function<void()> task) noexcept;
  void rethrow_failure() const;

 private:
  void bind_condition();
  void fail(std::exception_ptr error) noexcept;

  mutable std::mutex failure_mutex_;
  std::exception_ptr failure_;  ///< the first one
};

/// Goes through wanted rows, cut where batches may end.
class Steps {
 public:
  /// `rows` must outlive the steps.
  Steps(const RowRanges& rows, int64_t step_rows) : ranges_(rows.ranges()), step_rows_(step_rows) { begin(); }

  bool at_end() const { return range_ == ranges_.size(); }
  /// Requires !at_end().
  RowRange step() const { return step_; }
  /// Passes over rows up to `row`, which lies in the step at hand or ends it.
  void pass(int64_t row);

 private:
  void begin();

  std::span<const RowRange> ranges_;
  int64_t step_rows_;
  size_t range_ = 0;
  RowRange step_;
};

}  // namespace sluice
