// Rows to their partitions, and partitions to their files; see partitioned_files.h.
#include "datasets/partitioned_files.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

#include "datasets/file_names.h"
#include "datasets/file_sequence.h"
#include "datasets/partition_values.h"
#include "datasets/written_memory.h"
#include "files/row_cutter.h"
#include "files/value_limit.h"
#include "runtime/workers.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Rows that are routed at a time: numbers of partitions are kept for as many.
constexpr int64_t kRoutedRows = 65'536;
/// Rows that wait in memory, and as many that are being written to the scratch file.
constexpr uint64_t kWaitingShare = 4;
/// Partitions that are being written, all together.
constexpr uint64_t kWritingShare = 3;
/// Files that rest between two flushes.
constexpr uint64_t kRestingShare = 8;
/// Of a partition that is read back, as it stands in the scratch file: more than a writer takes at a time, so that
/// batches cost nothing beside values.
constexpr uint64_t kBatchBytes = 2_MiB;
/// Partitions share a writer with their neighbours: to find out which encodings suit a column takes as long as to
/// encode some megabytes. These numbers say who with whom, so files depend on them; below 64 MiB of budget a group is
/// what may be under way.
constexpr uint64_t kGroupBytes = 64_MiB / 3;
constexpr size_t kGroupPartitions = 256;
/// All wait for the first group, for what it learns: some files, or one page and more of each column.
constexpr uint64_t kFirstGroupBytes = 4_MiB;

DatasetOptions with_partition_schema(DatasetOptions options, const Schema& keys) {
  options.file.dataset_metadata.emplace_back(kPartitionSchemaKey, to_text(keys));
  if (has_origins(keys)) options.file.dataset_metadata.emplace_back(kPartitionOriginsKey, origins_text(keys));
  return options;
}

/// Rows have been given directories by values of the type before.
void refuse_other_type(const PartitionKey& key, const Schema& before, const Schema& wider) {
  const std::optional<size_t> at = before.find(key.column);
  if (!at || *at >= wider.size() || wider[*at].type == before[*at].type) return;
  throw Error(ErrorCode::data,
              "column " + key.column + ", by which the rows are partitioned, has become " + to_text(wider[*at].type) +
                  ", and was " + to_text(before[*at].type),
              {.field = key.column}, "Declare its type from the beginning (--schema).");
}

}  // namespace

PartitionedFiles::PartitionedFiles(const Schema& schema, const DatasetOptions& options, Places places)
    : options_(options),
      places_(std::move(places)),
      clock_(options.file.clock ? options.file.clock : std::chrono::steady_clock::now),
      flush_seconds_(std::exchange(options_.file.row_group_seconds, 0)),
      schema_(std::make_shared<const Schema>(schema)),
      leaves_(leaves_of(schema)),
      router_(schema, options.partitions),
      file_schema_(std::make_shared<const Schema>(router_.file_schema())),
      store_({options.file.runtime->memory_bytes() / kWaitingShare, options.scratch, options.file.runtime->budget()},
             options.file.runtime->workers()),
      begun_([this](const uint32_t& partition) { return files_of(partition, options_); },
             options.file.runtime->memory_bytes() / kRestingShare, options.file.runtime->budget()),
      account_(options.file.runtime->budget()) {
  options_ = with_partition_schema(std::move(options_), router_.key_schema());
  const FileWriter checks_options(*file_schema_, options_.file);  // now, not when the first partition is written
}

PartitionedFiles::~PartitionedFiles() = default;

// --- in

void PartitionedFiles::check_schema(const Schema& of_batch) const {
  if (of_batch == *schema_) return;
  throw Error(ErrorCode::invalid, "a batch of another schema was written: expected \"" + to_text(*schema_) +
                                      "\", found \"" + to_text(of_batch) + "\"");
}

// Here, and not only where files are written: who has a row that is too large knows its number in the input.
void PartitionedFiles::check_sizes(const Batch& batch, int64_t begin, int64_t rows, int64_t row_in_run) const {
  const uint64_t budget = options_.file.runtime->memory_bytes();
  if (is_within_limit(bytes_of_rows(batch, begin, rows), budget)) return;
  if (rows == 1) return check_row(batch, leaves_, begin, row_in_run, budget);
  check_sizes(batch, begin, rows / 2, row_in_run);
  check_sizes(batch, begin + rows / 2, rows - rows / 2, row_in_run + rows / 2);
}

/// What refuses a row of a partition counts the rows of that: its numbers are none of the input.
template <typename Write>
auto PartitionedFiles::in_words_of(uint32_t partition, Write write) const {
  try {
    return write();
  } catch (const Error& error) {
    if (!error.place().row) throw;
    ErrorPlace place = error.place();
    place.row.reset();
    throw Error(error.code(),
                "among the rows of " + router_.directory(partition) + ", the first being row 0: " + error.what(),
                std::move(place), error.hint());
  }
}

void PartitionedFiles::write(const Batch& batch) {
  if (!batch.shared_schema()) return;  // never given anything: no rows of no schema
  check_schema(batch.schema());
  for (int64_t begin = 0; begin < batch.rows(); begin += kRoutedRows) {
    const Batch piece = batch.slice(begin, std::min(kRoutedRows, batch.rows() - begin));
    if (piece.rows() > 0) check_sizes(piece, 0, piece.rows(), rows());
    std::vector<uint32_t> partitions(static_cast<size_t>(piece.rows()));
    router_.route(piece, rows(), partitions);
    if (flush_seconds_ > 0 && rows() == flushed_rows_) waiting_since_ = clock_();
    store_.add(file_schema_, router_.file_columns(piece), std::move(partitions));
    count();
  }
  tick();
}

void PartitionedFiles::count() { account_.set(router_.memory_bytes() + written_memory_bytes_); }

void PartitionedFiles::extend_schema(const Schema& wider) {
  if (wider == *schema_) return;
  for (const PartitionKey& key : options_.partitions.keys) refuse_other_type(key, *schema_, wider);
  router_.extend_schema(wider);
  // The rule of what is wider is that of files.
  FileWriter checks_schema(*file_schema_, options_.file);
  checks_schema.extend_schema(router_.file_schema());
  schema_ = std::make_shared<const Schema>(wider);
  leaves_ = leaves_of(wider);
  file_schema_ = std::make_shared<const Schema>(router_.file_schema());
}

bool PartitionedFiles::is_late() const {
  return flush_seconds_ > 0 && rows() > flushed_rows_ &&
         std::chrono::duration<double>(clock_() - waiting_since_).count() >= flush_seconds_;
}

void PartitionedFiles::tick() {
  if (is_late()) flush();
}

// --- out

/// Rows of a partition that wait, to its files, which are begun with them; false where there are none.
bool PartitionedFiles::write_begun(uint32_t partition, const std::function<void()>& on_progress) {
  bool has_rows = false;
  store_.take(partition, kBatchBytes, [&](const Batch& batch) {
    begun_.awake(partition, file_schema_).write(batch);
    has_rows = true;
    on_progress();
  });
  return has_rows;
}

void PartitionedFiles::flush() {
  if (rows() == flushed_rows_) return;
  store_.finish(file_schema_);
  begun_.begin_flush();
  for (uint32_t partition = 0; partition < router_.partitions(); ++partition)
    in_words_of(partition, [&] {
      if (write_begun(partition, [] {})) begun_.rest(partition);
    });
  store_.restart();
  flushed_rows_ = rows();
}

/// Files of one partition after the other, by one writer: `partition` says which one is under way.
std::unique_ptr<FileSequence> PartitionedFiles::files_of(const uint32_t& partition,
                                                         const DatasetOptions& options) const {
  const auto next = [this, &partition](size_t number) { return places_.next(router_.directory(partition), number); };
  return std::make_unique<FileSequence>(*file_schema_, options, FileSequence::Places{next, places_.staged, false});
}

/// With all threads, as it is read; by the writer of the one before, where there is that.
PartitionedFiles::Files PartitionedFiles::write_large(uint32_t partition, const std::function<void()>& on_progress) {
  large_partition_ = partition;
  if (!large_files_) {
    large_files_ = files_of(large_partition_, options_);
    if (learnt_) large_files_->learn_from(*learnt_);
  }
  Files written = in_words_of(partition, [&] {
    store_.take(partition, kBatchBytes, [&](const Batch& batch) {
      large_files_->write(batch);
      on_progress();
    });
    return large_files_->start_anew();
  });
  if (!learnt_) learnt_ = large_files_->learnt();
  return written;
}

/// On one thread, beside others, by one writer. The budget is the whole one: limits that are shares of it must not
/// depend on how many groups are written at a time; what these take together is limited by who begins them.
PartitionedFiles::WrittenGroup PartitionedFiles::write_group(const std::vector<Waiting>& group) {
  std::unique_ptr<GroupWriter> writer = take_writer();
  FileSequence& files = *writer->files;
  if (learnt_) files.learn_from(*learnt_);
  WrittenGroup written;
  for (const Waiting& waiting : group) {
    writer->partition = waiting.partition;
    written.files.push_back(in_words_of(waiting.partition, [&] {
      for (const Batch& batch : waiting.batches)
        if (!abandoned_) files.write(batch);
      return files.start_anew();
    }));
  }
  if (!learnt_) written.learnt = files.learnt();
  const std::lock_guard lock(writers_mutex_);
  writers_.push_back(std::move(writer));
  return written;
}

std::unique_ptr<PartitionedFiles::GroupWriter> PartitionedFiles::take_writer() {
  {
    const std::lock_guard lock(writers_mutex_);
    if (!writers_.empty()) {
      std::unique_ptr<GroupWriter> writer = std::move(writers_.back());
      writers_.pop_back();
      return writer;
    }
  }
  DatasetOptions options = options_;
  options.file.runtime =
      std::make_shared<Runtime>(RuntimeOptions{.threads = 1, .budget = options_.file.runtime->budget()});
  auto writer = std::make_unique<GroupWriter>();
  writer->files = files_of(writer->partition, options);
  return writer;
}

void PartitionedFiles::finished(uint32_t partition, Files files) {
  files_ended_ += files.size();
  for (const WrittenFile& file : files) {
    bytes_written_ += file.bytes;
    written_memory_bytes_ += memory_of(file);
  }
  count();
  written_[partition] = std::move(files);
}

/// Groups of partitions that are being written, each by one thread.
class PartitionedFiles::GroupsUnderWay {
 public:
  GroupsUnderWay(PartitionedFiles& files, uint64_t bytes_max) : files_(files), bytes_max_(bytes_max) {}

  /// Takes partitions as they come; whatever makes a group is written.
  void add(Waiting partition, uint64_t bytes) {
    group_.push_back(std::move(partition));
    group_bytes_ += bytes;
    const bool is_first = !files_.learnt_ && under_way_.empty();
    const uint64_t wanted = is_first ? std::min(kFirstGroupBytes, group_bytes_max_) : group_bytes_max_;
    if (group_bytes_ >= wanted || group_.size() >= kGroupPartitions) start();
  }
  uint64_t group_bytes_max() const { return group_bytes_max_; }
  /// Makes room for so many bytes more.
  void make_room(uint64_t bytes) {
    const size_t groups_max = files_.options_.file.runtime->workers().threads();
    while (!under_way_.empty() && (under_way_.size() >= groups_max || bytes_ + group_bytes_ + bytes > bytes_max_))
      take_oldest();
  }
  void finish() {
    start();
    while (!under_way_.empty()) take_oldest();
  }

 private:
  struct Group {
    std::shared_ptr<const std::vector<Waiting>> partitions;
    uint64_t bytes;
    Job<WrittenGroup> job;
  };
  void start() {
    if (group_.empty()) return;
    while (!files_.learnt_ && !under_way_.empty()) take_oldest();
    const auto group = std::make_shared<const std::vector<Waiting>>(std::exchange(group_, {}));
    bytes_ += group_bytes_;
    const auto write = [&files = files_, group] { return files.write_group(*group); };
    under_way_.push_back({group, std::exchange(group_bytes_, 0), files_.options_.file.runtime->workers().start(write)});
  }
  void take_oldest() {
    Group oldest = std::move(under_way_.front());
    under_way_.pop_front();
    bytes_ -= oldest.bytes;
    WrittenGroup written = oldest.job.take();
    if (!files_.learnt_) files_.learnt_ = std::move(written.learnt);
    for (size_t i = 0; i < written.files.size(); ++i)
      files_.finished((*oldest.partitions)[i].partition, std::move(written.files[i]));
  }

  PartitionedFiles& files_;
  const uint64_t bytes_max_;
  const uint64_t group_bytes_max_ = std::min(kGroupBytes, bytes_max_);
  std::vector<Waiting> group_;  ///< that is being put together
  uint64_t group_bytes_ = 0;
  uint64_t bytes_ = 0;  ///< under way
  std::deque<Group> under_way_;
};

std::vector<WrittenFile> PartitionedFiles::finish(const std::function<void()>& on_progress) {
  const uint64_t bytes_max = options_.file.runtime->memory_bytes() / kWritingShare;
  store_.finish(file_schema_);
  written_.resize(router_.partitions());
  GroupsUnderWay groups(*this, bytes_max);
  try {
    for (uint32_t partition = 0; partition < router_.partitions(); ++partition) {
      on_progress();
      if (begun_.contains(partition)) {
        groups.finish();
        writers_.clear();  // their memory is for others now
        large_files_.reset();
        finished(partition, in_words_of(partition, [&] {
                   write_begun(partition, on_progress);
                   return begun_.finish(partition, file_schema_, on_progress);
                 }));
        continue;
      }
      const uint64_t bytes = store_.bytes(partition);
      if (bytes >= groups.group_bytes_max()) {
        groups.finish();
        writers_.clear();  // their memory is for others now
        finished(partition, write_large(partition, on_progress));
        continue;
      }
      large_files_.reset();
      groups.make_room(bytes);
      Waiting waiting{partition, {}};
      store_.take(partition, kBatchBytes, [&](Batch batch) { waiting.batches.push_back(std::move(batch)); });
      groups.add(std::move(waiting), bytes);
    }
    groups.finish();
    large_files_.reset();
  } catch (...) {
    abandoned_ = true;  // what is under way need not be right any more
    large_files_.reset();
    throw;
  }
  return in_order();
}

void PartitionedFiles::abandon() noexcept {
  abandoned_ = true;
  begun_.abandon();
}

std::vector<WrittenFile> PartitionedFiles::in_order() {
  std::vector<uint32_t> order(written_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return directory_comes_before(router_.directory(a), router_.directory(b));
  });
  std::vector<WrittenFile> files;
  files.reserve(files_ended_);
  for (const uint32_t partition : order)
    for (WrittenFile& file : written_[partition]) files.push_back(std::move(file));
  return files;
}

}  // namespace sluice
