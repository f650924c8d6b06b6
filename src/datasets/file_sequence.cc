// Cuts rows into files; see file_sequence.h.
#include "datasets/file_sequence.h"

#include <algorithm>

#include "datasets/arrow_bytes.h"
#include "files/amend_file.h"
#include "files/amend_origins.h"
#include "files/row_cutter.h"
#include "schema/leaves.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr uint64_t kPageBytesMin = 4_KiB;
/// No page is larger that nobody asked for (FileOptions::page_bytes).
constexpr uint64_t kUnaskedPageBytesMax = 1_MiB;

// A page before encoding is no longer than the share of a column in a file: so the part of a file that can only be
// guessed does not outgrow it. Shorter pages would not make files meet the size better, but make more of them.
FileOptions file_options_of(const DatasetOptions& options, const Schema& schema) {
  FileOptions file = options.file;
  if (options.shard_bytes > 0) {
    const uint64_t leaves = std::max<size_t>(leaves_of(schema).size(), 1);
    const uint64_t share = std::max(options.shard_bytes / leaves, kPageBytesMin);
    if (share < file.page_bytes.value_or(kUnaskedPageBytesMax)) file.page_bytes = share;
  }
  return file;
}

/// Some rows, and how long they are.
struct Run {
  int64_t rows = 0;
  uint64_t length = 0;
};

/// The most of `rows` rows from `begin` on that are together no longer than `limit`. `length_of` is additive.
template <typename LengthOf>
Run rows_within(const Batch& batch, int64_t begin, int64_t rows, uint64_t limit, LengthOf length_of) {
  Run fitting{rows, length_of(batch, begin, rows)};
  if (fitting.length <= limit) return fitting;
  int64_t too_many = rows;
  fitting = {};
  while (too_many - fitting.rows > 1) {
    const int64_t middle = fitting.rows + (too_many - fitting.rows) / 2;
    const uint64_t length = length_of(batch, begin, middle);
    if (length <= limit)
      fitting = {middle, length};
    else
      too_many = middle;
  }
  return fitting;
}

/// Files that are visible keep their schema; beside others that have more columns they can stand, but not beside types
/// that differ: readers take those of one file for those of all.
void refuse_other_types(const Schema& before, const Schema& wider) {
  const std::vector<Leaf> leaves = leaves_of(wider);
  const std::vector<LeafOrigin> origins = origins_of(before, wider);
  const auto changed = std::ranges::find_if(origins, &LeafOrigin::takes_values);
  if (changed == origins.end()) return;
  const std::string& column = leaves[static_cast<size_t>(changed - origins.begin())].name;
  throw Error(
      ErrorCode::data, "column " + column + " has got a wider type, and files with the narrower one are published",
      {.field = column}, "--schema names its type from the beginning; --publish end amends the files of a run.");
}

}  // namespace

FileSequence::FileSequence(const Schema& schema, const DatasetOptions& options, Places places)
    : options_(options), places_(std::move(places)), writer_(schema, file_options_of(options, schema)) {
  if (options_.shard_bytes > 0) size_.emplace(options_.shard_bytes);
}

uint64_t FileSequence::bytes_written() const { return bytes_ + (is_file_open_ ? writer_.bytes_written() : 0); }

// --- files

void FileSequence::start_file() {
  writer_.start_file(places_.next(files_.size()));
  is_file_open_ = true;
  rows_in_file_ = 0;
  raw_bits_in_file_ = 0;
  if (options_.shard_seconds > 0) begun_ = options_.clock();
  if (size_) size_->start_file();
}

void FileSequence::finish_file() {
  files_.push_back(writer_.finish_file());
  bytes_ += files_.back().bytes;
  is_file_open_ = false;
}

std::vector<WrittenFile> FileSequence::finish(const std::function<void()>& on_progress) {
  if (places_.wants_one && files_.empty() && !is_file_open_) start_file();
  if (is_file_open_) finish_file();
  if (places_.staged) amend_finished_files(on_progress);
  writer_.close();
  return std::move(files_);
}

void FileSequence::go_on_behind(std::vector<WrittenFile> files, const Schema& schema) {
  files_ = std::move(files);
  for (const WrittenFile& file : files_) {
    bytes_ += file.bytes;
    earlier_rows_ += file.rows;
  }
  if (!(schema == writer_.schema())) former_schemas_.emplace_back(files_.size(), schema);
}

std::vector<WrittenFile> FileSequence::start_anew() {
  if (is_file_open_) finish_file();
  FileWriterAccess::restart(writer_);
  bytes_ = 0;
  return std::exchange(files_, {});
}

// --- late columns

void FileSequence::extend_schema(const Schema& wider) {
  const Schema before = writer_.schema();
  if (!files_.empty() && !places_.staged) refuse_other_types(before, wider);
  writer_.extend_schema(wider);
  if (!files_.empty()) former_schemas_.emplace_back(files_.size(), before);
}

void FileSequence::amend_finished_files(const std::function<void()>& on_progress) {
  size_t file = 0;
  for (const auto& [end, schema] : former_schemas_)
    for (; file < end; ++file) {
      amend_file(places_.staged(files_[file].path), schema, writer_.schema(), file_options_of(options_, schema),
                 files_[file]);
      on_progress();
    }
}

// --- where they end

bool FileSequence::is_late() const {
  return options_.shard_seconds > 0 &&
         std::chrono::duration<double>(options_.clock() - begun_).count() >= options_.shard_seconds;
}

// Only where the next row would go beyond it is the size asked for: so it does not matter where batches end.
bool FileSequence::is_long_enough(const Batch& batch, int64_t begin) {
  if (!size_ || !size_->has_grown() || bytes_of_rows(batch, begin, 1) <= size_->bytes_left()) return false;
  return size_->is_enough(writer_.forecast()) && size_->is_enough(writer_.forecast(true));
}

/// Whether the file under way ends before this row.
bool FileSequence::is_over(const Batch& batch, int64_t begin) {
  if (options_.shard_raw_bytes > 0 &&
      raw_bits_in_file_ + arrow_bits_of_rows(batch, begin, 1) > options_.shard_raw_bytes * 8)
    return true;
  return is_late() || is_long_enough(batch, begin);
}

/// Writes rows up to where a limit has to be looked at, at least one; returns how many.
int64_t FileSequence::write_run(const Batch& batch, int64_t begin) {
  int64_t rows = batch.rows() - begin;
  if (options_.shard_rows > 0) rows = std::min(rows, options_.shard_rows - rows_in_file_);
  if (options_.shard_raw_bytes > 0) {
    const uint64_t limit = options_.shard_raw_bytes * 8;
    const uint64_t left = limit - std::min(limit, raw_bits_in_file_);
    rows = std::max<int64_t>(rows_within(batch, begin, rows, left, arrow_bits_of_rows).rows, 1);
  }
  if (size_) {
    Run run = rows_within(batch, begin, rows, size_->bytes_left(), bytes_of_rows);
    if (run.rows == 0) run = {1, bytes_of_rows(batch, begin, 1)};
    rows = run.rows;
    size_->add(run.length);
  }
  if (options_.shard_raw_bytes > 0) raw_bits_in_file_ += arrow_bits_of_rows(batch, begin, rows);
  writer_.write(batch.slice(begin, rows));
  rows_in_file_ += rows;
  return rows;
}

void FileSequence::write(const Batch& batch) {
  if (batch.rows() == 0 || !(batch.schema() == writer_.schema())) return writer_.write(batch);  // for its schema alone
  for (int64_t begin = 0; begin < batch.rows();) {
    if (is_file_open_ && is_over(batch, begin)) finish_file();
    if (!is_file_open_) start_file();
    begin += write_run(batch, begin);
    if (rows_in_file_ == options_.shard_rows) finish_file();
  }
}

void FileSequence::tick() {
  if (is_file_open_ && is_late())
    finish_file();
  else
    writer_.tick();
}

}  // namespace sluice
