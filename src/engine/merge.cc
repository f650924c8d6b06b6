// Files of one dataset, or of many, become few: what belongs together is put together here, and written by
// datasets/merged_files.h.
#include "sluice/merge.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "datasets/file_listing.h"
#include "datasets/file_names.h"
#include "datasets/merged_files.h"
#include "datasets/old_files.h"
#include "engine/destination.h"
#include "engine/progress_reporter.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "storage/directory_staging.h"
#include "storage/directory_tree.h"

namespace sluice {
namespace {

constexpr std::string_view kRunIdKey = "sluice.run_id";

void refuse(const std::string& what) { throw Error(ErrorCode::invalid, "a merge has no use for " + what); }

void check_options(const DatasetOptions& output) {
  if (!output.file.sorted_by.empty()) refuse("sorted_by: what is copied is not held against it");
  if (output.shard_rows < 0) refuse("shard_rows " + std::to_string(output.shard_rows) + "; 0 is no limit");
  if (output.shard_raw_bytes != 0 || output.shard_seconds != 0) refuse("shard_raw_bytes and shard_seconds");
  if (output.publish == Publish::each) refuse("files that appear one by one");
  if (!output.partitions.keys.empty()) refuse("partition keys: rows stay in the partitions that they have");
  if (!output.target.run_id.empty()) refuse("run ids");
  if (output.target.mode != PublishMode::create && output.target.mode != PublishMode::overwrite)
    refuse("the mode " + std::string(to_string(output.target.mode)) + ": it creates or overwrites");
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// The files of one directory, and of others that mean the same partition.
struct PartitionFiles {
  std::string directory;  ///< "year=2026/month=01"; empty without partitions
  std::vector<MergedSource> files{};
};

/// The last directories of the path that name a key, as they are spelt there.
std::string directory_of(const ListedFile& file) {
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  std::vector<std::string> names;
  for (const std::filesystem::path& name : folder)
    if (name.native().find('=') != std::string::npos) names.push_back(name.native());
  std::string directory;
  for (size_t i = names.size() - std::min(names.size(), file.partition.size()); i < names.size(); ++i)
    directory += (directory.empty() ? "" : "/") + names[i];
  return directory;
}

class Merge {
 public:
  Merge(const std::vector<std::string>& paths, MergeOptions options, bool in_place)
      : paths_(paths), options_(std::move(options)), in_place_(in_place), reporter_(std::move(options_.progress)) {
    check_options(options_.output);
    if (!options_.output.file.runtime) options_.output.file.runtime = std::make_shared<Runtime>();
  }

  MergeResult to_file(const std::string& destination);
  MergeResult to_dataset(const std::string& destination);

 private:
  void list();
  DatasetReadOptions reading(bool hive_partitions) const;
  void begin(const Schema& schema);
  FileOptions file_options() const;
  std::vector<PartitionFiles> by_partition() const;
  void report(ProgressPhase phase, int64_t rows, uint64_t bytes) {
    reporter_.report({.phase = phase, .rows = rows, .bytes_written = bytes});
  }
  MergeResult write_as_columns(std::unique_ptr<Sink> sink, const DatasetReader& reader);

  const std::vector<std::string>& paths_;
  MergeOptions options_;
  const bool in_place_;
  ProgressReporter reporter_;
  std::vector<ListedFile> listed_;
  MergeSurvey survey_;
  std::optional<MergedFiles> merged_;
};

void Merge::list() {
  if (paths_.empty()) throw Error(ErrorCode::invalid, "there is no file to merge");
  for (const std::string& path : paths_)
    for (ListedFile& file : list_files(path, true)) listed_.push_back(std::move(file));
  check_partition_keys(listed_);
}

DatasetReadOptions Merge::reading(bool hive_partitions) const {
  DatasetReadOptions reading;
  reading.read.runtime = options_.output.file.runtime;
  reading.hive_partitions = hive_partitions;
  return reading;
}

/// What the user gives counts, then what all files have.
FileOptions Merge::file_options() const {
  FileOptions file = options_.output.file;
  for (const auto& [key, value] : survey_.metadata) {
    const bool is_ours = key.starts_with("sluice.");
    if (key.starts_with("ARROW:") || (key == kRunIdKey && !in_place_)) continue;
    if (std::ranges::any_of(file.metadata, [&](const auto& given) { return given.first == key; })) continue;
    (is_ours ? file.dataset_metadata : file.metadata).emplace_back(key, value);
  }
  return file;
}

void Merge::begin(const Schema& schema) {
  std::vector<std::string> paths;
  for (const ListedFile& file : listed_) paths.push_back(file.path);
  survey_ = survey_files(paths, schema, options_);
  merged_.emplace(schema, options_, file_options(),
                  [this] { report(ProgressPhase::writing, merged_->rows(), merged_->bytes()); });
}

// --- one file

/// Directories that name keys have no place in one file: what they say becomes columns.
MergeResult Merge::write_as_columns(std::unique_ptr<Sink> sink, const DatasetReader& reader) {
  FileWriter writer(std::move(sink), reader.schema(), options_.output.file);
  const std::unique_ptr<ReadStream> rows = reader.read();
  while (const std::optional<RelationBatch> next = rows->next()) {
    writer.write(next->batch);
    report(ProgressPhase::writing, writer.rows(), writer.bytes_written());
  }
  report(ProgressPhase::finishing, writer.rows(), writer.bytes_written());
  MergeResult result{writer.close()};
  result.rows_encoded = result.rows;
  return result;
}

MergeResult Merge::to_file(const std::string& destination) {
  const DatasetOptions& output = options_.output;
  if (output.shard_rows != 0 || output.shard_bytes != 0)
    throw Error(ErrorCode::invalid, destination + " is one file, and shards make several", {.source = destination});
  std::unique_ptr<Sink> sink =
      destination == "-" ? create_stream_sink(STDOUT_FILENO, "stdout")
                         : create_file_sink(destination, {.sync = output.file.sync, .publish = output.target});
  list();
  std::optional<DatasetReader> reader(DatasetReader::open(paths_, reading(true)));
  MergeResult result;
  if (reader->partitions().empty()) {
    const Schema schema = reader->schema();
    reader.reset();
    begin(schema);
    const MergedFiles::NextSink next_sink = [&](size_t) { return std::move(sink); };
    merged_->write(survey_.files, next_sink);
    if (merged_->result().files.empty()) merged_->write_empty(next_sink);
    result = std::move(merged_->result());
  } else {
    result = write_as_columns(std::move(sink), *reader);
  }
  result.files_read = listed_.size();
  return result;
}

// --- a dataset

/// In the order in which the first file of each comes.
std::vector<PartitionFiles> Merge::by_partition() const {
  std::vector<PartitionFiles> groups;
  std::vector<std::pair<const ListedFile*, size_t>> known;
  const auto less = [](const std::pair<const ListedFile*, size_t>& a, const ListedFile& b) {
    return a.first->partition < b.partition;
  };
  for (size_t i = 0; i < listed_.size(); ++i) {
    auto place = std::lower_bound(known.begin(), known.end(), listed_[i], less);
    if (place == known.end() || place->first->partition != listed_[i].partition) {
      place = known.insert(place, {&listed_[i], groups.size()});
      groups.push_back({directory_of(listed_[i])});
    }
    groups[place->second].files.push_back(survey_.files[i]);
  }
  return groups;
}

// The staging would say the same, but name modes that a merge has not.
void refuse_existing(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return;
  throw Error(ErrorCode::conflict, path + " exists", {.source = path},
              "write to another path; --in-place merges the files of a dataset where they are");
}

MergeResult Merge::to_dataset(const std::string& destination) {
  const DatasetOptions& output = options_.output;
  const std::string path = without_slashes(destination);
  if (!in_place_) {
    refuse_other_endings(path);
    refuse_existing(path);
  }
  const std::string prefix = dataset_file_prefix(output.file_prefix, path);
  // Before anything is listed: whoever writes there from now on is refused.
  DirectoryStaging staging(path, {.sync = output.file.sync, .publish = output.target});
  const KnownFiles old = in_place_ ? old_files_of(path) : KnownFiles();
  list();
  begin(DatasetReader::open(paths_, reading(false)).schema());
  const std::string run = output.target.mode == PublishMode::create ? "" : staging.run();
  try {
    for (const PartitionFiles& partition : by_partition())
      merged_->write(partition.files, [&](size_t number) {
        return staging.create(dataset_file_name(partition.directory, prefix, run, number));
      });
    if (merged_->result().files.empty()) {
      if (!listed_.front().partition.empty())
        throw Error(ErrorCode::data, "the files to be merged have no rows, and so no partition", {.source = path});
      merged_->write_empty([&](size_t number) { return staging.create(dataset_file_name("", prefix, run, number)); });
    }
    for (const auto& [name, stamp] : old)
      if (is_passed_over(name)) staging.take_along(name);
    report(ProgressPhase::finishing, merged_->rows(), merged_->bytes());
    staging.publish([&] {
      if (in_place_) check_unchanged(path, old);
    });
  } catch (...) {
    merged_.reset();  // its sink goes before the staging
    throw;
  }
  MergeResult result = std::move(merged_->result());
  result.files_read = listed_.size();
  result.dead_runs = staging.take_dead_runs();
  return result;
}

}  // namespace

inline namespace v0 {

MergeResult merge(const std::vector<std::string>& paths, const std::string& destination, MergeOptions options) {
  Merge merge(paths, std::move(options), false);
  const bool is_file = destination == "-" || destination.ends_with(".parquet");
  return is_file ? merge.to_file(destination) : merge.to_dataset(destination);
}

MergeResult merge_in_place(const std::string& path, MergeOptions options) {
  options.output.target.mode = PublishMode::overwrite;
  const std::optional<struct stat> status = status_at(path);
  const bool is_file = status && S_ISREG(status->st_mode);
  if (!is_file && !(status && S_ISDIR(status->st_mode)))
    throw Error(ErrorCode::io, path + " is neither a file nor a directory", {.source = path});
  const std::vector<std::string> paths{path};
  Merge merge(paths, std::move(options), true);
  return is_file ? merge.to_file(path) : merge.to_dataset(path);
}

}  // namespace v0
}  // namespace sluice
