#include "files/scan.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "files/group_scan.h"
#include "files/prune.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Chunks with less between them are announced together.
constexpr uint64_t kAnnouncedGapBytes = uint64_t{64} << 10;

/// What stands for one file while its row groups come.
struct OpenFile {
  OpenFile(const ScanGroup& group, const ScanContext& context)
      : file(group.file), shape(group.shape), indexes(group.file) {
    if (context.pruning) pruner.emplace(*file, *shape, context.pruning->root(), indexes, context.chunks);
  }

  const std::shared_ptr<const StoredFile> file;
  const std::shared_ptr<const FileShape> shape;
  IndexReader indexes;
  std::optional<Pruner> pruner{};
  bool is_ruled_out = false;
  uint64_t index_bytes_counted = 0;
};

/// Opens row groups one after the other, and says which of them nobody has to open.
class GroupOpener {
 public:
  GroupOpener(ScanContext& context, std::unique_ptr<GroupSource> source, bool counts_only)
      : context_(context), source_(std::move(source)), counts_only_(counts_only) {}

  /// The next one that may have a row; null at the end.
  std::unique_ptr<GroupScan> next();
  /// What was counted since the last call.
  ReadCounters take_counters() { return std::exchange(counters_, {}); }
  /// Rows of row groups that were counted unread.
  int64_t counted() const { return counted_; }

 private:
  void open_file(const ScanGroup& group);
  bool is_ruled_out(const ScanGroup& group);
  std::unique_ptr<GroupScan> open(ScanGroup group);
  std::vector<std::optional<ChunkIndex>> read_indexes(const ScanGroup& group);
  void announce(const ScanGroup& group, bool is_tested) const;

  ScanContext& context_;
  const std::unique_ptr<GroupSource> source_;
  const bool counts_only_;
  std::unique_ptr<OpenFile> open_;
  ReadCounters counters_;
  int64_t counted_ = 0;
};

void GroupOpener::open_file(const ScanGroup& group) {
  open_ = std::make_unique<OpenFile>(group, context_);
  const StoredFile& file = *group.file;
  ++counters_.files;
  counters_.row_groups += static_cast<int64_t>(file.row_groups());
  counters_.rows += file.rows();
  counters_.bytes += file.file().size();
  counters_.bytes_read += file.footer().place.bytes + kTrailerBytes;
  open_->is_ruled_out = open_->pruner && open_->pruner->file() != RuledOut::no;
  if (open_->is_ruled_out) ++counters_.files_pruned;
}

bool GroupOpener::is_ruled_out(const ScanGroup& group) {
  if (open_->is_ruled_out) return true;
  if (!open_->pruner) return false;
  switch (open_->pruner->row_group(group.row_group)) {
    case RuledOut::no: return false;
    case RuledOut::by_constants:
    case RuledOut::by_bounds: ++counters_.row_groups_pruned_by_bounds; break;
    case RuledOut::by_bloom_filter: ++counters_.row_groups_pruned_by_bloom_filter; break;
    case RuledOut::by_dictionary: ++counters_.row_groups_pruned_by_dictionary; break;
  }
  return true;
}

std::unique_ptr<GroupScan> GroupOpener::next() {
  while (!context_.is_stopped) {
    std::optional<ScanGroup> group = source_->next();
    if (!group) break;
    if (!open_ || open_->file != group->file) open_file(*group);
    const int64_t rows = group->file->row_group_rows(group->row_group);
    const bool skipped = rows == 0 || is_ruled_out(*group);
    if (skipped && rows > 0) ++counters_.row_groups_pruned;
    const uint64_t index_bytes = open_->indexes.bytes_read();
    counters_.bytes_read += index_bytes - std::exchange(open_->index_bytes_counted, index_bytes);
    if (!skipped) {
      std::unique_ptr<GroupScan> opened = open(std::move(*group));
      if (opened) return opened;
    }
  }
  return nullptr;
}

/// Null where all there was to do is to count its rows.
std::unique_ptr<GroupScan> GroupOpener::open(ScanGroup group) {
  const int64_t rows = group.file->row_group_rows(group.row_group);
  const bool is_tested = context_.condition && !(open_->pruner && open_->pruner->matches_all(group.row_group));
  if (counts_only_ && !is_tested) {
    counted_ += rows;
    return nullptr;
  }
  RowRanges wanted(rows);
  if (is_tested && open_->pruner) wanted = open_->pruner->rows(group.row_group);
  if (wanted.empty()) {
    ++counters_.row_groups_pruned;
    ++counters_.row_groups_pruned_by_bounds;
    return nullptr;
  }
  std::vector<std::optional<ChunkIndex>> indexes;
  if (is_tested && open_->pruner)
    indexes = read_indexes(group);
  else
    announce(group, is_tested);
  return std::make_unique<GroupScan>(context_, std::move(group), std::move(wanted), is_tested, std::move(indexes));
}

std::vector<std::optional<ChunkIndex>> GroupOpener::read_indexes(const ScanGroup& group) {
  std::vector<std::optional<ChunkIndex>> indexes(group.file->leaves().size());
  for (const ShapedColumn& column : group.shape->columns())
    for (const size_t leaf : column.leaves) {
      indexes[leaf] = open_->indexes.read_index(group.row_group, leaf);
      if (indexes[leaf]) indexes[leaf]->bounds.reset();  // the pruner has had its look at them
    }
  return indexes;
}

/// Chunks that are read from their beginning to their end: lanes read them by and by, the disk should not wait for
/// that.
void GroupOpener::announce(const ScanGroup& group, bool is_tested) const {
  std::vector<ChunkPlace> places;
  for (size_t column = 0; column < group.shape->columns().size(); ++column)
    if (context_.is_kept[column] || is_tested)
      for (const size_t leaf : group.shape->columns()[column].leaves)
        places.push_back(group.file->chunk_place(group.row_group, leaf));
  std::ranges::sort(places, {}, &ChunkPlace::begin);
  for (size_t i = 0; i < places.size();) {
    ChunkPlace joined = places[i++];
    for (; i < places.size() && places[i].begin <= joined.end() + kAnnouncedGapBytes; ++i)
      joined.bytes = std::max(joined.end(), places[i].end()) - joined.begin;
    group.file->file().announce(joined.begin, joined.bytes);
  }
}

/// Hands the batches of row groups on, in order, while the next ones are under way.
class ScanStream final : public ReadStream {
 public:
  ScanStream(std::unique_ptr<GroupSource> groups, ScanPlan plan, const ReadOptions& options, bool counts_only = false)
      : context_(std::move(plan), options), opener_(context_, std::move(groups), counts_only) {}

  ~ScanStream() override {
    context_.is_stopped = true;
    context_.workers.help_until([this] { return context_.tasks == 0; });
  }

  const Schema& schema() const override { return *context_.plan.result_schema; }

  /// What it throws once it throws for ever: columns may have gone on by different numbers of rows.
  std::optional<RelationBatch> next() override {
    if (error_) std::rethrow_exception(error_);
    try {
      return next_batch();
    } catch (...) {
      error_ = std::current_exception();
      context_.is_stopped = true;
      throw;
    }
  }

  ReadCounters counters() const override {
    const std::lock_guard lock(mutex_);
    ReadCounters sum = counters_;
    for (const std::unique_ptr<GroupScan>& group : groups_) add(sum, group->counters());
    return sum;
  }

  /// Of row groups whose rows nobody had to look at. Complete after the last batch.
  int64_t counted() const { return opener_.counted(); }

 private:
  std::optional<RelationBatch> next_batch() {
    for (;;) {
      GroupScan* const group = front();
      if (group == nullptr) return std::nullopt;
      if (context_.has_threads())
        help_until([group] { return group->is_ready(); });
      else
        while (!group->is_ready()) group->work();
      std::optional<Batch> batch = group->take();
      if (!batch)
        pop_front();
      else if (batch->rows() > 0)
        return RelationBatch{"", std::move(*batch)};
    }
  }

  /// Throws what a task has met that only the scan can tell.
  template <typename Done>
  void help_until(Done done) {
    context_.workers.help_until([this, done] { return done() || context_.has_failed; });
    context_.rethrow_failure();
  }

  /// The row group whose rows come next; null at the end. Throws what opening has met behind the last one.
  GroupScan* front() {
    if (context_.has_threads()) {
      post_opener();
      help_until([this] { return has_front_ || is_at_end_; });
    } else {
      while (!is_at_end_ && groups_.size() < groups_max()) open_one();
    }
    const std::lock_guard lock(mutex_);
    if (!groups_.empty()) return groups_.front().get();
    if (open_error_) std::rethrow_exception(open_error_);
    return nullptr;
  }

  /// One task at a time opens row groups, one after the other.
  void post_opener() {
    {
      const std::lock_guard lock(mutex_);
      if (is_opening_ || is_at_end_ || groups_.size() >= groups_max()) return;
      is_opening_ = true;
    }
    context_.post([this] {
      open_one();
      {
        const std::lock_guard lock(mutex_);
        is_opening_ = false;
      }
      post_opener();
    });
  }

  size_t groups_max() const { return context_.is_short_of_memory() ? 1 : context_.groups_max; }

  void open_one() {
    std::unique_ptr<GroupScan> opened;
    std::exception_ptr error;
    try {
      opened = opener_.next();
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    open_error_ = error;
    is_at_end_ = opened == nullptr;
    if (opened) {
      groups_.push_back(std::move(opened));
      groups_.back()->start();  // its tasks need it: it must not go for want of memory from here on
    }
    add(counters_, opener_.take_counters());
    has_front_ = !groups_.empty();
  }

  void pop_front() {
    const std::lock_guard lock(mutex_);
    add(counters_, groups_.front()->counters());
    groups_.pop_front();
    has_front_ = !groups_.empty();
  }

  static void add(ReadCounters& sum, const ReadCounters& more);

  ScanContext context_;
  GroupOpener opener_;  ///< used by one task at a time
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<GroupScan>> groups_;
  ReadCounters counters_;
  std::exception_ptr open_error_;
  std::exception_ptr error_;  ///< that next() has thrown
  bool is_opening_ = false;
  std::atomic<bool> has_front_ = false;
  std::atomic<bool> is_at_end_ = false;
};

void ScanStream::add(ReadCounters& sum, const ReadCounters& more) {
  sum.files += more.files;
  sum.files_pruned += more.files_pruned;
  sum.row_groups += more.row_groups;
  sum.row_groups_pruned += more.row_groups_pruned;
  sum.row_groups_pruned_by_bounds += more.row_groups_pruned_by_bounds;
  sum.row_groups_pruned_by_bloom_filter += more.row_groups_pruned_by_bloom_filter;
  sum.row_groups_pruned_by_dictionary += more.row_groups_pruned_by_dictionary;
  sum.pages += more.pages;
  sum.pages_pruned += more.pages_pruned;
  sum.pages_skipped += more.pages_skipped;
  sum.pages_decoded += more.pages_decoded;
  sum.bytes += more.bytes;
  sum.bytes_read += more.bytes_read;
  sum.bytes_unpacked += more.bytes_unpacked;
  sum.rows += more.rows;
  sum.rows_tested += more.rows_tested;
  sum.rows_delivered += more.rows_delivered;
}

}  // namespace

std::unique_ptr<ReadStream> scan(std::unique_ptr<GroupSource> groups, ScanPlan plan, const ReadOptions& options) {
  return std::make_unique<ScanStream>(std::move(groups), std::move(plan), options);
}

int64_t count_rows(std::unique_ptr<GroupSource> groups, ScanPlan plan, const ReadOptions& options,
                   ReadCounters* counters) {
  ScanStream stream(std::move(groups), std::move(plan), options, true);
  int64_t rows = 0;
  while (const std::optional<RelationBatch> next = stream.next()) rows += next->batch.rows();
  if (counters != nullptr) *counters = stream.counters();
  return rows + stream.counted();
}

}  // namespace sluice
