#include "datasets/merged_files.h"

#include <algorithm>
#include <deque>

#include "files/copied_row_group.h"
#include "files/file_writer_access.h"
#include "files/scan.h"
#include "files/stored_tails.h"
#include "runtime/workers.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// Row groups of the files one after the other; one file is open at a time.
class MergedGroups final : public GroupSource {
 public:
  MergedGroups(std::span<const MergedSource> files, std::shared_ptr<const Schema> schema)
      : files_(files), schema_(std::move(schema)) {}

  std::optional<ScanGroup> next() override {
    while (!file_ || group_ == file_->row_groups()) {
      if (next_ == files_.size()) return std::nullopt;
      file_ = StoredFile::open(files_[next_++].path, {});
      shape_ = std::make_shared<const FileShape>(*file_, schema_, std::vector<std::optional<Column>>{});
      group_ = 0;
    }
    return ScanGroup{file_, shape_, group_++};
  }

 private:
  std::span<const MergedSource> files_;
  std::shared_ptr<const Schema> schema_;
  size_t next_ = 0;
  std::shared_ptr<const StoredFile> file_;
  std::shared_ptr<const FileShape> shape_;
  size_t group_ = 0;
};

/// What one footer says.
struct SurveyedFile {
  MergedSource source;
  std::vector<std::pair<std::string, std::string>> metadata;
};

SurveyedFile survey_file(const std::string& path, const Schema& schema, const MergeOptions& options) {
  const std::shared_ptr<const StoredFile> file = StoredFile::open(path, {});
  if (const Field* const other = first_of_other_origin(*file->schema(), schema))
    throw Error(ErrorCode::data,
                path + ": column " + other->name + " is of " + *other->origin + ", and of " +
                    *schema[*schema.find(other->name)].origin + " in files before it",
                {.source = path, .field = other->name}, "Merge files of one relation of one dataset.");
  SurveyedFile found{{path}, given_metadata(*file)};
  found.source.fits = can_be_copied(*file, schema);
  found.source.row_groups = file->row_groups();
  const size_t groups = std::max<size_t>(file->row_groups(), 1);
  const bool is_large = file->rows() / static_cast<int64_t>(groups) >= options.copy_rows_min ||
                        end_of_row_groups(*file) / groups >= options.copy_bytes_min;
  found.source.copies = found.source.fits && is_large;
  return found;
}

}  // namespace

MergeSurvey survey_files(std::span<const std::string> paths, const Schema& schema, const MergeOptions& options) {
  Workers& workers = options.output.file.runtime->workers();
  const size_t ahead_max = 2 * size_t{workers.threads()};
  std::deque<Job<SurveyedFile>> ahead;
  MergeSurvey survey;
  for (size_t next = 0; survey.files.size() < paths.size();) {
    for (; next < paths.size() && ahead.size() < ahead_max; ++next)
      ahead.push_back(workers.start([&, path = &paths[next]] { return survey_file(*path, schema, options); }));
    SurveyedFile file = ahead.front().take();
    ahead.pop_front();
    if (survey.files.empty())
      survey.metadata = std::move(file.metadata);
    else
      std::erase_if(survey.metadata,
                    [&](const auto& entry) { return std::ranges::find(file.metadata, entry) == file.metadata.end(); });
    survey.files.push_back(std::move(file.source));
  }
  return survey;
}

MergedFiles::MergedFiles(const Schema& schema, const MergeOptions& options, FileOptions file_options,
                         std::function<void()> on_progress)
    : schema_(std::make_shared<const Schema>(schema)),
      options_(options),
      writer_(schema, std::move(file_options)),
      on_progress_(std::move(on_progress)) {}

void MergedFiles::write(std::span<const MergedSource> files, const NextSink& next_sink) {
  next_sink_ = &next_sink;
  next_number_ = 0;
  for (size_t i = 0; i < files.size();) {
    if (files[i].copies) {
      copy(files[i++].path);
      continue;
    }
    const size_t begin = i;
    while (i < files.size() && !files[i].copies) ++i;
    // Nothing is gained where there is nothing to put together.
    if (i - begin == 1 && files[begin].fits && files[begin].row_groups <= 1)
      copy(files[begin].path);
    else
      encode(files.subspan(begin, i - begin));
  }
  if (is_file_open_) finish_file();
}

void MergedFiles::write_empty(const NextSink& next_sink) {
  next_sink_ = &next_sink;
  next_number_ = 0;
  start_file();
  finish_file();
}

// --- rows

void MergedFiles::copy(const std::string& path) {
  const std::shared_ptr<const StoredFile> file = StoredFile::open(path, {});
  if (!can_be_copied(*file, *schema_))
    throw Error(ErrorCode::io, path + " has been changed while it was read", {.source = path});
  check_indexes(*file);
  for (size_t group = 0; group < file->row_groups(); ++group) {
    const int64_t rows = file->row_group_rows(group);
    if (is_file_open_ && is_full(rows, read_totals(*file, group).bytes)) finish_file();
    if (!is_file_open_) start_file();
    FileWriterAccess::copy_row_group(writer_, *file, group);
    rows_in_file_ += rows;
    ++result_.row_groups_copied;
    on_progress_();
  }
}

void MergedFiles::encode(std::span<const MergedSource> files) {
  ReadOptions reading;
  reading.runtime = options_.output.file.runtime;
  reading.prune = false;
  const std::unique_ptr<ReadStream> rows =
      scan(std::make_unique<MergedGroups>(files, schema_), plan_scan(*schema_, {}), reading);
  while (const std::optional<RelationBatch> next = rows->next()) {
    encode(next->batch);
    on_progress_();
  }
}

void MergedFiles::encode(const Batch& batch) {
  for (int64_t begin = 0; begin < batch.rows();) {
    if (is_file_open_ && is_full(1, 0)) finish_file();
    if (!is_file_open_) start_file();
    int64_t rows = batch.rows() - begin;
    if (options_.output.shard_rows > 0) rows = std::min(rows, options_.output.shard_rows - rows_in_file_);
    writer_.write(batch.slice(begin, rows));
    begin += rows;
    rows_in_file_ += rows;
    result_.rows_encoded += rows;
  }
}

// --- files

/// Whether the file under way ends before so much more.
bool MergedFiles::is_full(int64_t more_rows, uint64_t more_bytes) {
  const DatasetOptions& output = options_.output;
  if (output.shard_rows > 0 && rows_in_file_ > output.shard_rows - more_rows) return true;
  return output.shard_bytes > 0 && writer_.forecast().bytes + more_bytes > output.shard_bytes;
}

void MergedFiles::start_file() {
  writer_.start_file((*next_sink_)(next_number_++));
  is_file_open_ = true;
  rows_in_file_ = 0;
}

void MergedFiles::finish_file() {
  result_.files.push_back(writer_.finish_file());
  result_.rows += result_.files.back().rows;
  result_.bytes += result_.files.back().bytes;
  is_file_open_ = false;
}

}  // namespace sluice
