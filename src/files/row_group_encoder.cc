#include "files/row_group_encoder.h"

#include <algorithm>

namespace sluice {

namespace {

// A slice of a narrow column is worth a task of its own; of thousands of columns, some together are.
constexpr size_t kQueuesMax = 64;

}  // namespace

struct RowGroupEncoder::Rows {
  Rows(const Batch& rows_of, int64_t first, int64_t count, uint64_t size, std::shared_ptr<SliceMark> at_end,
       size_t queues)
      : batch(rows_of), begin(first), rows(count), bytes(size), mark(std::move(at_end)), queues_left(queues) {}
  Batch batch;
  int64_t begin;
  int64_t rows;
  uint64_t bytes;
  std::shared_ptr<SliceMark> mark;
  std::atomic<size_t> queues_left;
};

struct RowGroupEncoder::Group {
  FinishedRowGroup chunks;
  std::function<void(FinishedRowGroup)> on_finished;
  std::atomic<size_t> queues_left;
};

/// A stretch of leaves that one task at a time works on.
struct RowGroupEncoder::Queue {
  Queue(Workers& workers, size_t first, size_t end) : first_leaf(first), end_leaf(end), tasks(workers) {}
  const size_t first_leaf;
  const size_t end_leaf;
  Striper striper;
  SerialQueue tasks;
};

RowGroupEncoder::RowGroupEncoder(const Schema& schema, const std::vector<Leaf>& leaves,
                                 const std::vector<ChunkOptions>& options, Workers& workers)
    : schema_(schema), leaves_(leaves) {
  const size_t queues = std::min(leaves.size(), kQueuesMax);
  for (size_t i = 0; i < queues; ++i)
    queues_.push_back(std::make_unique<Queue>(workers, i * leaves.size() / queues, (i + 1) * leaves.size() / queues));
  writers_.reserve(leaves.size());
  for (const auto& queue : queues_) {
    const auto scratch = std::make_shared<PageScratch>();
    for (size_t i = queue->first_leaf; i < queue->end_leaf; ++i)
      writers_.push_back(std::make_unique<ChunkWriter>(leaves[i], options[i], scratch));
  }
}

RowGroupEncoder::~RowGroupEncoder() = default;

void RowGroupEncoder::append(const Batch& batch, int64_t begin, int64_t rows, uint64_t bytes,
                             std::shared_ptr<SliceMark> mark) {
  if (mark) mark->queues_left = queues_.size();
  bytes_queued_ += bytes;
  const auto work = std::make_shared<Rows>(batch, begin, rows, bytes, std::move(mark), queues_.size());
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
    }
  } catch (...) {
    fail(std::current_exception());
  }
  if (rows.mark) {
    rows.mark->encoded_bytes += encoded_bytes;
    --rows.mark->queues_left;
  }
  if (--rows.queues_left == 0) bytes_queued_ -= rows.bytes;
}

void RowGroupEncoder::finish(std::function<void(FinishedRowGroup)> on_finished) {
  const auto group = std::make_shared<Group>();
  group->chunks.resize(leaves_.size());
  group->on_finished = std::move(on_finished);
  group->queues_left = queues_.size();
  for (const auto& queue : queues_)
    queue->tasks.post([this, &queue = *queue, group] { finish_columns(queue, *group); });
}

void RowGroupEncoder::finish_columns(Queue& queue, Group& group) {
  try {
    for (size_t i = queue.first_leaf; i < queue.end_leaf && !stopped_; ++i) group.chunks[i] = writers_[i]->finish();
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

void RowGroupEncoder::forecast_columns(const Queue& queue, bool settled, GroupForecast& group) {
  ChunkForecast together;
  try {
    for (size_t i = queue.first_leaf; i < queue.end_leaf && !stopped_; ++i) {
      if (settled) writers_[i]->settle();
      const ChunkForecast chunk = writers_[i]->forecast();
      together.bytes += chunk.bytes;
      together.guessed += chunk.guessed;
    }
  } catch (...) {
    fail(std::current_exception());
  }
  group.bytes += together.bytes;
  group.guessed += together.guessed;
  --group.queues_left;
}

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
