#include "files/scan_context.h"

#include <algorithm>
#include <utility>

#include "columns/column_path.h"

namespace sluice {
namespace {

/// Columns of the root that the condition asks for.
void find_tested(const Predicate& where, const Schema& schema, std::vector<bool>& is_tested) {
  for (const Predicate& operand : where.operands) find_tested(operand, schema, is_tested);
  if (where.operands.empty()) is_tested[find_column(schema, where.column).steps[0]] = true;
}

uint64_t memory_of(const ReadLimits& limits, const Runtime& runtime) {
  const uint64_t budget = runtime.memory_bytes();
  return limits.memory_bytes == 0 ? budget : std::min(limits.memory_bytes, budget);
}

}  // namespace

ScanContext::ScanContext(ScanPlan planned, const ReadOptions& chosen)
    : plan(std::move(planned)),
      options(chosen),
      runtime(options.runtime ? options.runtime : std::make_shared<Runtime>()),
      workers(runtime->workers()),
      memory_bytes(memory_of(options.limits, *runtime)),
      result(*plan.read_schema, plan.kept),
      is_kept(plan.read_schema->size()) {
  chunks.pool = std::make_shared<BufferPool>(memory_bytes / 8, runtime->budget());
  chunks.page_bytes_max = options.limits.page_bytes;
  chunks.row_bytes_max = options.limits.row_bytes == 0 ? runtime->memory_bytes() / 8 : options.limits.row_bytes;
  chunks.checksums = options.checksums;
  chunks.dictionaries = options.dictionaries;
  for (const KeptColumn& column : plan.kept) is_kept[column.index] = true;
  if (plan.where) bind_condition();
  // Columns side by side, and where there are few, row groups too.
  groups_max = std::clamp<size_t>(2 * workers.threads() / std::max<size_t>(plan.read_schema->size(), 1), 2, 16);
}

void ScanContext::bind_condition() {
  const Schema& schema = *plan.read_schema;
  std::vector<bool> is_tested(schema.size());
  find_tested(*plan.where, schema, is_tested);
  std::vector<Field> fields;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (!is_tested[i]) continue;
    tested.push_back(i);
    fields.push_back(schema[i]);
  }
  tested_schema = std::make_shared<const Schema>(std::move(fields));
  condition.emplace(*plan.where, *tested_schema);
  if (options.prune) pruning.emplace(*plan.where, schema);
}

void ScanContext::post(std::function<void()> task) noexcept {
  ++tasks;
  try {
    workers.post([this, task = std::move(task)] {
      try {
        task();
      } catch (...) {
        fail(std::current_exception());
      }
      --tasks;
    });
  } catch (...) {
    fail(std::current_exception());
    --tasks;
  }
}

void ScanContext::fail(std::exception_ptr error) noexcept {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
  has_failed = true;  // first: who stops for it must not take that for the end
  is_stopped = true;
}

void ScanContext::rethrow_failure() const {
  if (!has_failed) return;
  const std::lock_guard lock(failure_mutex_);
  std::rethrow_exception(failure_);
}

void Steps::begin() {
  if (at_end()) return;
  const RowRange& range = ranges_[range_];
  const int64_t row = std::max(step_.end, range.begin);
  // The next multiple of the step, unless that lies beyond all rows there can be.
  const int64_t left = step_rows_ - row % step_rows_;
  step_ = {row, left < range.end - row ? row + left : range.end};
}

void Steps::pass(int64_t row) {
  if (row < step_.end) {
    step_.begin = row;
    return;
  }
  if (row == ranges_[range_].end) ++range_;
  begin();
}

}  // namespace sluice
