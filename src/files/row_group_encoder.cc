#include "files/row_group_encoder.h"

#include <algorithm>
#include <utility>

#include "columns/counted_rows.h"
#include "runtime/freed_memory.h"

namespace sluice {

namespace {

// A slice of a narrow column is worth a task of its own; of thousands of columns, some together are.
constexpr size_t kQueuesMax = 64;
// Relief begins while a quarter of the budget is left: encoders grow between two looks, and the allocator has holes
// between thousands of buffers that grow and go, a quarter as much as they hold.
constexpr uint64_t kQuarters = 4;
// What the process may have beside the budget before freed memory goes back: program, libraries, rows that the caller
// makes. 64 MiB are promised.
constexpr uint64_t kResidentBesideBudget = 16_MiB;
// Of a column in memory beside its values: itself, and the owner of its buffers.
constexpr uint64_t kColumnBytes = sizeof(Column) + 100;

}  // namespace

struct RowGroupEncoder::Rows {
  Rows(const Batch& rows_of, int64_t first, int64_t count, uint64_t size, std::shared_ptr<SliceMark> at_end,
       size_t queues, Account held)
      : account(std::move(held)),
        batch(rows_of),
        begin(first),
        rows(count),
        bytes(size),
        mark(std::move(at_end)),
        queues_left(queues) {}
  const Account account;
  Batch batch;
  int64_t begin;
  int64_t rows;
  uint64_t bytes;
  std::shared_ptr<SliceMark> mark;
  std::atomic<size_t> queues_left;
};

struct RowGroupEncoder::Group {
  FinishedRowGroup chunks;
  std::vector<Account> accounts;  ///< of the chunks of each queue, until all are there
  std::function<void(FinishedRowGroup)> on_finished;
  std::atomic<size_t> queues_left;
};

/// A stretch of leaves that one task at a time works on.
struct RowGroupEncoder::Queue {
  Queue(Workers& workers, size_t first, size_t end) : first_leaf(first), end_leaf(end), tasks(workers) {}
  const size_t first_leaf;
  const size_t end_leaf;
  Striper striper;
  std::shared_ptr<PageScratch> scratch = std::make_shared<PageScratch>();
  uint64_t row_groups = 0;   ///< finished
  bool is_relieved = false;  ///< memory has been short since
  Account account;
  SerialQueue tasks;
};

RowGroupEncoder::RowGroupEncoder(const Schema& schema, const std::vector<Leaf>& leaves,
                                 const std::vector<ChunkOptions>& options, Workers& workers,
                                 std::shared_ptr<Budget> budget)
    : schema_(schema), leaves_(leaves), budget_(std::move(budget)) {
  const size_t queues = std::min(leaves.size(), kQueuesMax);
  for (size_t i = 0; i < queues; ++i)
    queues_.push_back(std::make_unique<Queue>(workers, i * leaves.size() / queues, (i + 1) * leaves.size() / queues));
  writers_.reserve(leaves.size());
  for (const auto& queue : queues_) {
    queue->account = Account(budget_, (queue->end_leaf - queue->first_leaf) * sizeof(ChunkWriter));
    for (size_t i = queue->first_leaf; i < queue->end_leaf; ++i)
      writers_.push_back(std::make_unique<ChunkWriter>(leaves[i], options[i], queue->scratch));
  }
}

RowGroupEncoder::~RowGroupEncoder() = default;

uint64_t RowGroupEncoder::memory_of(const Batch& batch, uint64_t bytes) {
  return bytes + batch.columns().size() * kColumnBytes;
}

void RowGroupEncoder::append(const Batch& batch, int64_t begin, int64_t rows, uint64_t bytes,
                             std::shared_ptr<SliceMark> mark) {
  if (mark) mark->queues_left = queues_.size();
  bytes = memory_of(batch, bytes);
  bytes_queued_ += bytes;
  Account held(budget_, are_counted(batch) ? 0 : bytes);
  const auto work = std::make_shared<Rows>(batch, begin, rows, bytes, std::move(mark), queues_.size(), std::move(held));
  for (const auto& queue : queues_) queue->tasks.post([this, &queue = *queue, work] { append_columns(queue, *work); });
}

void RowGroupEncoder::append_columns(Queue& queue, Rows& rows) {
  uint64_t encoded_bytes = 0;
  try {
    for (size_t i = queue.first_leaf; i < queue.end_leaf && !stopped_; ++i) {
      const Leaf& leaf = leaves_[i];
      const size_t root = leaf.steps[0];
      writers_[i]->append(queue.striper.stripe(rows.batch.column(root), schema_[root], leaf, rows.begin, rows.rows));
      if (rows.mark) encoded_bytes += writers_[i]->encoded_bytes();
      if (is_tight()) relieve(queue, *writers_[i]);
    }
    settle(queue);
  } catch (...) {
    fail(std::current_exception());
  }
  if (rows.mark) {
    rows.mark->encoded_bytes += encoded_bytes;
    --rows.mark->queues_left;
  }
  if (--rows.queues_left == 0) bytes_queued_ -= rows.bytes;
}

void RowGroupEncoder::restart() {
  for (const auto& writer : writers_) writer->restart();
}

ColumnsLearnt RowGroupEncoder::learnt() const {
  ColumnsLearnt learnt;
  for (const auto& writer : writers_) learnt.chunks.push_back(writer->learnt());
  return learnt;
}

void RowGroupEncoder::learn_from(const ColumnsLearnt& learnt) {
  for (size_t i = 0; i < writers_.size(); ++i) writers_[i]->learn_from(learnt.chunks[i]);
}

void RowGroupEncoder::finish(std::function<void(FinishedRowGroup)> on_finished) {
  const auto group = std::make_shared<Group>();
  group->chunks.resize(leaves_.size());
  group->on_finished = std::move(on_finished);
  group->accounts.resize(queues_.size());
  group->queues_left = queues_.size();
  for (size_t i = 0; i < queues_.size(); ++i)
    queues_[i]->tasks.post([this, i, group] { finish_columns(*queues_[i], *group, group->accounts[i]); });
}

void RowGroupEncoder::finish_columns(Queue& queue, Group& group, Account& account) {
  try {
    uint64_t bytes = 0;
    for (size_t i = queue.first_leaf; i < queue.end_leaf && !stopped_; ++i) {
      group.chunks[i] = writers_[i]->finish();
      if (queue.is_relieved || is_tight()) {
        writers_[i]->relieve();
        group.chunks[i].shrink_to_fit();
      }
      bytes += group.chunks[i].memory_bytes();
    }
    ++queue.row_groups;
    account = Account(budget_, bytes);
    count(queue);
    if (std::exchange(queue.is_relieved, false)) give_back();
  } catch (...) {
    fail(std::current_exception());
  }
  // The last column of this group calls before it goes on to the next group: so calls never overlap.
  if (--group.queues_left == 0 && !stopped_) group.on_finished(std::move(group.chunks));
}

void RowGroupEncoder::forecast(bool settled, const std::shared_ptr<GroupForecast>& group) {
  group->queues_left = queues_.size();
  for (const auto& queue : queues_)
    queue->tasks.post([this, &queue = *queue, settled, group] { forecast_columns(queue, settled, *group); });
}

void RowGroupEncoder::forecast_columns(Queue& queue, bool settled, GroupForecast& group) {
  ChunkForecast together;
  try {
    for (size_t i = queue.first_leaf; i < queue.end_leaf && !stopped_; ++i) {
      if (settled) writers_[i]->settle();
      const ChunkForecast chunk = writers_[i]->forecast();
      together.bytes += chunk.bytes;
      together.guessed += chunk.guessed;
    }
    settle(queue);
  } catch (...) {
    fail(std::current_exception());
  }
  group.bytes += together.bytes;
  group.guessed += together.guessed;
  --group.queues_left;
}

void RowGroupEncoder::count(Queue& queue) {
  if (!budget_) return;
  uint64_t bytes = queue.scratch->memory_bytes() + queue.striper.memory_bytes();
  for (size_t i = queue.first_leaf; i < queue.end_leaf; ++i) bytes += writers_[i]->memory_bytes();
  queue.account.set(bytes);
}

bool RowGroupEncoder::is_tight() const {
  return budget_ && budget_->used() > budget_->bytes() / kQuarters * (kQuarters - 1);
}

// Memory is short, whoever has it: pages that are finished need none until their row group is, and what is made anew
// for the next slice need not wait for it. Where that is not enough, all that the column holds waits for the next slice
// out of memory: then writers that are not at work hold next to nothing.
void RowGroupEncoder::relieve(Queue& queue, ChunkWriter& column) {
  queue.is_relieved = true;
  column.relieve();
  if (column.has_pages_to_shelve()) column.shelve(shelves_.of_row_group(queue.row_groups));
  if (budget_->is_spent()) column.park(shelves_.of_columns());
}

// Behind a task. Columns that were done before memory became short hold what they had.
void RowGroupEncoder::settle(Queue& queue) {
  count(queue);
  if (!is_tight()) return;
  for (size_t i = queue.first_leaf; i < queue.end_leaf; ++i) relieve(queue, *writers_[i]);
  *queue.scratch = PageScratch();
  queue.striper = Striper();
  count(queue);
  give_back();
}

void RowGroupEncoder::give_back() const { give_back_freed_memory(budget_->bytes() + kResidentBesideBudget); }

void RowGroupEncoder::fail(std::exception_ptr error) {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
  stopped_ = true;
}

std::exception_ptr RowGroupEncoder::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

}  // namespace sluice
