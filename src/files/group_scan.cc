#include "files/group_scan.h"

#include <algorithm>
#include <utility>

#include "columns/checked_batch.h"
#include "columns/dictionary_form.h"

namespace sluice {
namespace {

/// Gaps are worth to be skipped from here on, and from a sixteenth of a step on: each makes a batch of its own.
constexpr int64_t kSkippedRowsMin = 1'024;
/// So many rows that were ruled out take about the memory of one that was not.
constexpr int64_t kRuledOutRowsOfOne = 64;

uint64_t memory_of(const Column& column) {
  uint64_t bytes = column.validity.size() + column.offsets.size() + column.values.size();
  for (const Column& child : column.children) bytes += memory_of(child);
  return bytes;
}

Column slice_of(const Column& column, int64_t begin, int64_t count) {
  return begin == 0 && count == column.length ? column : column.slice(begin, count);
}

}  // namespace

/// Some rows of a column, without those that the condition rules out.
struct GroupScan::Piece {
  int64_t end = 0;  ///< of its rows, in the row group
  Column column;
  uint64_t bytes = 0;
  int64_t taken = 0;  ///< values that are
};

/// Rows that the other columns have to read, and which of them have passed.
struct GroupScan::Stretch {
  RowRange rows;
  std::optional<Selection> passed{};  ///< nothing: all
  std::vector<Column> tested{};       ///< columns that the condition asked for, of the rows that passed
  int64_t weight = 0;                 ///< of what it keeps: in rows, those ruled out take a bit each
};

/// What a lane does at one go: a piece that begins where the rows do.
struct GroupScan::Task {
  RowRange rows;
  std::shared_ptr<const Stretch> stretch{};
};

struct GroupScan::Lane {
  size_t column = 0;  ///< of those that are read
  bool is_tested = false;
  std::unique_ptr<ColumnLane> reader{};
  RowFilter filter{};
  uint64_t piece_bytes_max = 0;
  uint64_t waiting_bytes_max = 0;

  // Under the mutex of the group.
  std::optional<Steps> steps{};  ///< unless it follows the test:
  size_t stretch = 0;            ///< number of the stretch that is next
  int64_t row = 0;               ///< of it, from which on it is not read yet
  bool is_running = false;
  std::deque<Piece> pieces{};
  uint64_t waiting_bytes = 0;
  std::exception_ptr error{};  ///< behind the last piece
  ChunkTally tally{};
  uint64_t bytes_read = 0;
  uint64_t page_bytes = 0;
  Account account{};

  bool is_settled() const { return !pieces.empty() || error; }
};

// --- opening

GroupScan::GroupScan(ScanContext& context, ScanGroup group, RowRanges rows, bool is_tested,
                     std::vector<std::optional<ChunkIndex>> indexes)
    : context_(context),
      group_(std::move(group)),
      rows_(std::move(rows)),
      is_tested_(is_tested),
      indexes_(std::move(indexes)),
      lane_of_(context.is_kept.size()) {
  if (is_tested_) condition_ = context_.condition;
  const LaneSizes sizes = add_lanes();
  step_rows_ = sizes.step_rows;
  if (is_tested_)
    test_steps_.emplace(rows_, step_rows_);
  else
    taken_steps_.emplace(rows_, step_rows_);
  for (size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = *lanes_[i];
    lane.piece_bytes_max = sizes.piece_bytes_max[i];
    lane.waiting_bytes_max = sizes.waiting_bytes_max[i];
    open_lane(lane, sizes);
    if (!is_tested_ || lane.is_tested) lane.steps.emplace(rows_, step_rows_);
    ++(lane.is_tested ? missing_tested_ : missing_);
  }
  update_ready();
}

GroupScan::~GroupScan() {
  for (const std::unique_ptr<Lane>& lane : lanes_) context_.page_bytes -= lane->page_bytes;
}

LaneSizes GroupScan::add_lanes() {
  const std::vector<ShapedColumn>& columns = group_.shape->columns();
  std::vector<const ShapedColumn*> added;
  const auto add = [&](size_t column, bool is_tested) {
    if (!columns[column].stored || lane_of_[column] != nullptr) return;
    lanes_.push_back(std::make_unique<Lane>(Lane{.column = column, .is_tested = is_tested}));
    lanes_.back()->account = Account(context_.runtime->budget());
    lane_of_[column] = lanes_.back().get();
    added.push_back(&columns[column]);
  };
  if (is_tested_)
    for (const size_t column : context_.tested) add(column, true);
  for (size_t column = 0; column < columns.size(); ++column)
    if (context_.is_kept[column]) add(column, false);
  return size_lanes(*group_.file, group_.row_group, added,
                    {.batch_rows = context_.options.batch_rows,
                     .batch_bytes = context_.options.batch_bytes,
                     .memory_bytes = context_.memory_bytes,
                     .groups = context_.groups_max,
                     .threads = context_.workers.threads()});
}

void GroupScan::open_lane(Lane& lane, const LaneSizes& sizes) {
  const ShapedColumn& column = group_.shape->columns()[lane.column];
  std::vector<const ChunkIndex*> indexes;
  for (const size_t leaf : column.leaves)
    indexes.push_back(indexes_.empty() || !indexes_[leaf] ? nullptr : &*indexes_[leaf]);
  const LaneOptions options{
      .read_bytes = sizes.read_bytes,
      .ahead_bytes_min = sizes.ahead_bytes_min,
      .ahead = {.bytes_max = sizes.ahead_bytes_max,
                .has_idle_thread = [&context = context_] { return context.tasks <= context.workers.threads(); },
                .post = [&context = context_](std::function<void()> task) { context.post(std::move(task)); }}};
  lane.reader = std::make_unique<ColumnLane>(*group_.file, group_.row_group, column, indexes, context_.chunks, options);
}

void GroupScan::start() {
  const Lock lock(mutex_);
  for (const std::unique_ptr<Lane>& lane : lanes_) post_if_runnable(*lane);
  post_if_testable();
}

// --- lanes

/// What the lane has to do next; nothing where it is at its end, or waits for the test.
std::optional<GroupScan::Task> GroupScan::next_task(const Lane& lane) const {
  if (lane.steps) {
    if (lane.steps->at_end()) return std::nullopt;
    return Task{lane.steps->step()};
  }
  const size_t index = lane.stretch - first_stretch_;
  if (index >= stretches_.size()) return std::nullopt;
  const std::shared_ptr<const Stretch>& stretch = stretches_[index];
  return Task{{std::max(lane.row, stretch->rows.begin), stretch->rows.end}, stretch};
}

bool GroupScan::may_run(const Lane& lane) const {
  const bool is_ahead = !lane.pieces.empty();
  const bool has_room = !is_ahead || (lane.waiting_bytes < lane.waiting_bytes_max && !context_.is_short_of_memory());
  return !lane.is_running && !lane.error && has_room && next_task(lane);
}

void GroupScan::post_if_runnable(Lane& lane) {
  if (!context_.has_threads() || !may_run(lane)) return;
  lane.is_running = true;
  context_.post([this, &lane] { run(lane); });
}

/// Requires that the lane may run; with threads, that it was marked as running.
void GroupScan::run(Lane& lane) {
  std::optional<Task> task;
  {
    const Lock lock(mutex_);
    lane.is_running = true;
    task = next_task(lane);
  }
  std::optional<Piece> piece;
  std::exception_ptr error;
  try {
    if (!context_.is_stopped) piece = decode(lane, *task);
  } catch (...) {
    error = std::current_exception();
  }
  deliver(lane, std::move(piece), error);
}

/// Column `index` of what is read: of what was decoded, or what all rows of the file have.
Column GroupScan::shaped(size_t index, std::optional<Column> stored, int64_t rows) const {
  Column column = group_.shape->shaped(index, std::move(stored), rows);
  return context_.options.dictionaries ? column : unfold(column);
}

GroupScan::Piece GroupScan::decode(Lane& lane, const Task& task) {
  lane.reader->skip_to(task.rows.begin);
  const Selection* const passed = task.stretch && task.stretch->passed ? &*task.stretch->passed : nullptr;
  const int64_t begin = passed ? task.rows.begin - task.stretch->rows.begin : 0;
  const bool is_selected = passed && lane.reader->can_select();
  Column column = is_selected ? lane.reader->read_selected(passed->bits(), begin, task.rows.end, lane.piece_bytes_max)
                              : lane.reader->read(task.rows.end, lane.piece_bytes_max);
  const int64_t rows = lane.reader->row() - task.rows.begin;
  if (lane.reader->row() == group_.file->row_group_rows(group_.row_group)) lane.reader->finish();
  if (context_.page_bytes > context_.memory_bytes / 8 || context_.is_short_of_memory()) lane.reader->park();
  const int64_t values = column.length;
  Piece piece{.end = task.rows.begin + rows, .column = shaped(lane.column, std::move(column), values)};
  if (passed && !is_selected) {
    const std::string& name = (*context_.plan.read_schema)[lane.column].name;
    piece.column = lane.filter.filter(piece.column, name, passed->part(begin, rows));
  }
  // So that rows without bytes do not run ahead without end.
  piece.bytes = std::max<uint64_t>(memory_of(piece.column), 4'096);
  return piece;
}

// Another thread takes what the lane has as soon as the mutex is free: a piece that finds no memory to wait in is an
// error of the lane, and not of whoever happens to run it.
void GroupScan::deliver(Lane& lane, std::optional<Piece> piece, std::exception_ptr error) {
  Lock lock(mutex_);
  lane.is_running = false;
  count(lane);
  if (!piece && !error) return;  // stopped
  const bool was_settled = lane.is_settled();
  try {
    if (piece) lane.pieces.push_back(std::move(*piece));
  } catch (...) {
    error = std::current_exception();
  }
  if (!was_settled) --(lane.is_tested ? missing_tested_ : missing_);
  if (error)
    lane.error = std::move(error);
  else
    pass(lane, lane.pieces.back());
  post_if_runnable(lane);
  if (lane.is_tested) test(lock);
  update_ready();
}

/// Behind a piece that it has made.
void GroupScan::pass(Lane& lane, const Piece& piece) {
  lane.row = piece.end;
  lane.waiting_bytes += piece.bytes;
  if (lane.steps)
    lane.steps->pass(piece.end);
  else if (piece.end == stretches_[lane.stretch - first_stretch_]->rows.end)
    ++lane.stretch;
}

void GroupScan::pop_front(Lane& lane) {
  lane.waiting_bytes -= lane.pieces.front().bytes;
  lane.pieces.pop_front();
  if (!lane.is_settled()) ++(lane.is_tested ? missing_tested_ : missing_);
}

// --- the test

bool GroupScan::may_test() const {
  return is_tested_ && !is_testing_ && !test_error_ && missing_tested_ == 0 && !test_steps_->at_end() &&
         (stretches_.empty() || stretch_weight_ < step_rows_ * (int64_t{context_.workers.threads()} + 1));
}

void GroupScan::post_if_testable() {
  if (!context_.has_threads() || is_test_posted_ || !may_test()) return;
  is_test_posted_ = true;
  context_.post([this] {
    Lock lock(mutex_);
    is_test_posted_ = false;
    test(lock);
    update_ready();
  });
}

/// The rows that all tested columns have; empty, and an error is set, where one of them has met one.
RowRange GroupScan::testable_rows() {
  RowRange rows = test_steps_->step();
  for (const size_t column : context_.tested) {
    const Lane* const lane = lane_of_[column];
    if (lane == nullptr) continue;
    if (lane->pieces.empty()) {
      test_error_ = lane->error;
      return {};
    }
    rows.end = std::min(rows.end, lane->pieces.front().end);
  }
  return rows;
}

/// Tests as long as there is something to be tested. Who comes while another does goes away: the other one goes on.
/// What is thrown, for want of memory or in a value, stands behind the rows that have passed.
void GroupScan::test(Lock& lock) {
  while (may_test() && !context_.is_stopped) {
    try {
      test_step(lock);
    } catch (...) {
      if (!lock) lock.lock();
      test_error_ = std::current_exception();
    }
    is_testing_ = false;
    for (const std::unique_ptr<Lane>& lane : lanes_) post_if_runnable(*lane);
  }
}

/// Tests rows that all tested columns have. Holds the mutex before and after, unless it throws, and not while it works.
void GroupScan::test_step(Lock& lock) {
  const RowRange rows = testable_rows();
  if (test_error_) return;
  std::vector<Column> columns = tested_columns(rows);
  test_steps_->pass(rows.end);
  is_testing_ = true;
  lock.unlock();
  const Batch batch = CheckedBatch::make(context_.tested_schema, std::move(columns), rows.rows());
  const std::vector<std::shared_ptr<const Stretch>> stretches = stretches_of(batch, condition_->select(batch), rows);
  lock.lock();
  counters_.rows_tested += rows.rows();
  for (const std::shared_ptr<const Stretch>& stretch : stretches) {
    stretches_.push_back(stretch);
    stretch_weight_ += stretch->weight;
  }
}

/// Takes these rows from the lanes.
std::vector<Column> GroupScan::tested_columns(RowRange rows) {
  std::vector<Column> columns;
  for (const size_t column : context_.tested) {
    Lane* const lane = lane_of_[column];
    if (lane == nullptr) {
      columns.push_back(shaped(column, std::nullopt, rows.rows()));
      continue;
    }
    Piece& piece = lane->pieces.front();
    columns.push_back(slice_of(piece.column, piece.taken, rows.rows()));
    piece.taken += rows.rows();
    if (piece.end == rows.end) pop_front(*lane);
  }
  return columns;
}

/// What the other columns have to read for the rows that passed: all rows from the first to the last, but for gaps that
/// are worth it.
std::vector<std::shared_ptr<const GroupScan::Stretch>> GroupScan::stretches_of(const Batch& batch,
                                                                               const Selection& passed, RowRange rows) {
  std::vector<std::shared_ptr<const Stretch>> stretches;
  const RowRanges ranges =
      ranges_of_bits(passed.words(), 0).without_gaps_below(std::max(kSkippedRowsMin, step_rows_ / 16));
  for (const RowRange& range : ranges.ranges()) {
    auto stretch = std::make_shared<Stretch>();
    stretch->rows = {rows.begin + range.begin, rows.begin + range.end};
    Selection part = passed.part(range.begin, range.rows());
    stretch->tested = filter_.filter(batch.slice(range.begin, range.rows()), part).columns();
    stretch->weight = part.count() + range.rows() / kRuledOutRowsOfOne;
    if (part.count() < range.rows()) stretch->passed = std::move(part);
    stretches.push_back(std::move(stretch));
  }
  return stretches;
}

// --- batches

bool GroupScan::has_head() const { return is_tested_ ? !stretches_.empty() : !taken_steps_->at_end(); }

void GroupScan::update_ready() {
  // Behind its end nobody may come back to a group.
  const bool is_at_end = !is_tested_ || (!is_testing_ && !is_test_posted_ && (test_error_ || test_steps_->at_end()));
  is_ready_ = has_head() ? missing_ == 0 : is_at_end;
}

void GroupScan::work() {
  Lock lock(mutex_);
  const bool in_front = !has_head();
  for (size_t i = 0; i < lanes_.size(); ++i) {
    worked_ = worked_ + 1 < lanes_.size() ? worked_ + 1 : 0;
    Lane& lane = *lanes_[worked_];
    if (lane.is_tested != in_front || lane.is_settled()) continue;
    lock.unlock();
    return run(lane);
  }
  test(lock);
  update_ready();
}

std::optional<Batch> GroupScan::take() {
  Lock lock(mutex_);
  if (!has_head()) {
    if (test_error_) std::rethrow_exception(test_error_);
    return std::nullopt;
  }
  RowRange rows = is_tested_ ? stretches_.front()->rows : taken_steps_->step();
  if (is_tested_) rows.begin = std::max(rows.begin, taken_row_);
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (is_tested_ && lane->is_tested) continue;
    if (lane->pieces.empty()) std::rethrow_exception(lane->error);
    rows.end = std::min(rows.end, lane->pieces.front().end);
  }
  int64_t kept = rows.rows();
  std::vector<Column> columns = take_columns(rows, kept);
  if (!is_tested_) {
    taken_steps_->pass(rows.end);
  } else if (rows.end == stretches_.front()->rows.end) {
    stretch_weight_ -= stretches_.front()->weight;
    stretches_.pop_front();
    ++first_stretch_;
    taken_passed_ = 0;
  } else {
    taken_passed_ += kept;
  }
  taken_row_ = rows.end;
  counters_.rows_delivered += kept;
  update_ready();
  post_if_testable();
  lock.unlock();
  return CheckedBatch::make(context_.plan.result_schema, std::move(columns), kept);
}

/// Columns of the result, of those of the rows that passed; `kept` becomes their number.
std::vector<Column> GroupScan::take_columns(RowRange rows, int64_t& kept) {
  const Stretch* const head = is_tested_ ? stretches_.front().get() : nullptr;
  if (head != nullptr && head->passed) kept = head->passed->part(rows.begin - head->rows.begin, rows.rows()).count();
  std::vector<Column> columns(lane_of_.size());
  if (head != nullptr)
    for (size_t i = 0; i < context_.tested.size(); ++i)
      if (context_.is_kept[context_.tested[i]])
        columns[context_.tested[i]] = slice_of(head->tested[i], taken_passed_, kept);
  for (size_t i = 0; i < columns.size(); ++i) {
    Lane* const lane = lane_of_[i];
    if (!context_.is_kept[i] || (lane != nullptr && lane->is_tested)) continue;
    if (lane == nullptr) {
      columns[i] = shaped(i, std::nullopt, kept);
      continue;
    }
    Piece& piece = lane->pieces.front();
    columns[i] = slice_of(piece.column, piece.taken, kept);
    piece.taken += kept;
    if (piece.end != rows.end) continue;
    pop_front(*lane);
    post_if_runnable(*lane);
  }
  return context_.result.project(columns);
}

// --- counters

void GroupScan::count(Lane& lane) {
  lane.tally = lane.reader->tally();
  lane.bytes_read = lane.reader->bytes_read();
  const uint64_t page_bytes = lane.reader->memory_bytes();
  context_.page_bytes += page_bytes - lane.page_bytes;
  lane.page_bytes = page_bytes;
  lane.account.set(lane.reader->page_memory_bytes());
}

/// Pages of the lane that could not hold a wanted row, by the indexes, and all there are.
void GroupScan::count_pages(const Lane& lane, ReadCounters& counters) const {
  int64_t pages = 0;
  int64_t pruned = 0;
  for (const size_t leaf : group_.shape->columns()[lane.column].leaves) {
    if (indexes_.empty() || !indexes_[leaf]) {
      counters.pages += lane.tally.pages_decoded + lane.tally.pages_skipped;
      counters.pages_skipped += lane.tally.pages_skipped;
      return;
    }
    const std::vector<PageLocation>& places = indexes_[leaf]->offsets.page_locations;
    for (size_t page = 0; page < places.size(); ++page) {
      const bool is_last = page + 1 == places.size();
      const int64_t end = is_last ? group_.file->row_group_rows(group_.row_group) : places[page + 1].first_row_index;
      pruned += !rows_.overlaps(places[page].first_row_index, end);
    }
    pages += static_cast<int64_t>(places.size());
  }
  counters.pages += pages;
  counters.pages_pruned += pruned;
  counters.pages_skipped += std::max<int64_t>(pages - pruned - lane.tally.pages_decoded, 0);
}

ReadCounters GroupScan::counters() const {
  const Lock lock(mutex_);
  ReadCounters counters = counters_;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    counters.pages_decoded += lane->tally.pages_decoded;
    counters.bytes_unpacked += lane->tally.bytes_unpacked;
    counters.bytes_read += lane->bytes_read;
    count_pages(*lane, counters);
  }
  return counters;
}

}  // namespace sluice
