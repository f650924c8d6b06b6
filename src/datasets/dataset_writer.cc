// Opens the destination, has rows become files (files_under_way.h), and publishes them.
#include "sluice/dataset_writer.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "datasets/append_check.h"
#include "datasets/file_names.h"
#include "datasets/file_sequence.h"
#include "datasets/growing_dataset.h"
#include "datasets/partitioned_files.h"
#include "datasets/relation_files.h"
#include "files/column_settings.h"
#include "sluice/error.h"
#include "storage/directory_staging.h"

namespace sluice {
inline namespace v0 {

namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::invalid, sentence); }

void check_partitions(const DatasetOptions& options) {
  if (options.partitions.keys.empty()) {
    if (options.target.mode == PublishMode::overwrite_partitions)
      refuse("partitions can be overwritten where the dataset has some, but there are no partition keys");
    if (options.partitions.keep_columns) refuse("there are no partition keys whose columns could be kept");
    return;
  }
  if (options.publish == Publish::each)
    refuse("files of partitions cannot be published each by itself: rows wait for their partition until the end");
  if (options.shard_seconds > 0)
    refuse("files of partitions cannot end by the clock: rows wait for their partition until the end");
}

// Of the budget: rows of all relations that wait, and encoded pages of row groups under way, which all relations
// together have as many of as one file alone.
constexpr uint64_t kRelationsWaitingShare = 4;
constexpr uint64_t kRelationsUnderWayShare = 3;
constexpr uint64_t kRelationWaitingBytes = 1_MiB;
constexpr size_t kRelationsOpenMax = 64;

DatasetOptions checked(DatasetOptions options) {
  if (options.shard_rows < 0) refuse("shard_rows is " + std::to_string(options.shard_rows) + "; 0 is no limit");
  if (!(options.shard_seconds >= 0) || std::isinf(options.shard_seconds))
    refuse("shard_seconds is " + std::to_string(options.shard_seconds) + "; 0 is no limit");
  if (options.shard_raw_bytes > UINT64_MAX / 8)
    refuse("shard_raw_bytes is " + std::to_string(options.shard_raw_bytes) + "; that is beyond what can be counted");
  check_partitions(options);
  if (options.rewrite_old && (options.target.mode != PublishMode::append || options.publish == Publish::each))
    refuse("old files are written anew (rewrite_old) where rows are appended to them, and published at the end");
  check_run_id(options.target.run_id);
  if (!options.target.run_id.empty()) {
    if (options.publish == Publish::each)
      refuse("a run that has an id is published as a whole, not each file by itself: it is done, or it is not");
    options.file.dataset_metadata.emplace_back(kRunIdKey, options.target.run_id);
  }
  if (!options.clock) options.clock = std::chrono::steady_clock::now;
  if (!options.file.runtime) options.file.runtime = std::make_shared<Runtime>();
  return options;
}

}  // namespace

struct DatasetWriter::Impl {
  Impl(const std::string& path, DatasetOptions dataset_options)
      : options(checked(std::move(dataset_options))),
        prefix(dataset_file_prefix(options.file_prefix, path)),
        staging(std::make_unique<DirectoryStaging>(
            path, DirectoryStagingOptions{options.file.sync, options.publish == Publish::each, options.target})) {
    if (options.rewrite_old) growing.emplace(*staging, options);
  }
  ~Impl() { abandon(); }

  void begin(const Schema& schema);
  void begin_relations();
  /// Rows without a relation, where there are some: refused by their files.
  bool is_of_none_of_them(const std::string& relation) const { return relations != nullptr && relation.empty(); }
  Schema fitting(const std::string& relation, const Schema& rows);
  Batch fitted(const std::string& relation, const Batch& batch);
  void write(const RelationBatch& rows);
  std::unique_ptr<FilesUnderWay> files_in(const std::string& relation, const Schema& schema,
                                          const DatasetOptions& of_files);
  std::string name_of(const std::string& relation, const std::string& partition, size_t number) const;
  DatasetOptions options_of(const std::string& relation, const Schema& schema) const;
  WriteResult close(const std::function<void()>& on_progress);
  WriteResult publish(std::vector<WrittenFile> finished, const std::function<void()>& on_progress);
  void abandon() noexcept;

  FilesUnderWay& open_files() const;
  template <typename Call>
  void or_abandon(Call call);

  const DatasetOptions options;
  const std::string prefix;
  std::unique_ptr<DirectoryStaging> staging;  ///< null once closed
  std::optional<GrowingDataset> growing;      ///< where old files may have to be written anew
  std::unique_ptr<FilesUnderWay> files;       ///< none before the schema is known; its sinks go before the staging
  RelationFiles* relations = nullptr;         ///< these files, where they are of relations
};

void DatasetWriter::Impl::begin(const Schema& schema) { files = files_in("", fitting("", schema), options); }

/// The schema for the files of rows that come to what is there; throws where there is none.
Schema DatasetWriter::Impl::fitting(const std::string& relation, const Schema& rows) {
  if (is_of_none_of_them(relation)) return rows;
  if (growing) return growing->take(relation, rows);
  check_append(staging->path() + (relation.empty() ? "" : "/" + relation), rows, options.partitions,
               options.target.mode, options.file.runtime, /*could_rewrite=*/options.publish == Publish::end,
               /*of_relation=*/!relation.empty());
  return rows;
}

Batch DatasetWriter::Impl::fitted(const std::string& relation, const Batch& batch) {
  const bool grows = growing && batch.shared_schema() && !is_of_none_of_them(relation);
  return grows ? growing->grown(relation, batch) : batch;
}

/// `relation`: its directory, or "" where there is but one.
std::unique_ptr<FilesUnderWay> DatasetWriter::Impl::files_in(const std::string& relation, const Schema& schema,
                                                             const DatasetOptions& of_files) {
  const auto staged = [this](const std::string& path) {
    return staging->staged_path(path.substr(staging->path().size() + 1));
  };
  if (!options.partitions.keys.empty())
    return std::make_unique<PartitionedFiles>(
        schema, of_files,
        PartitionedFiles::Places{[this, relation](const std::string& partition, size_t number) {
                                   return staging->create(name_of(relation, partition, number));
                                 },
                                 staged});
  FileSequence::Places places{
      [this, relation](size_t number) { return staging->create(name_of(relation, "", number)); }};
  if (options.publish == Publish::end) places.staged = staged;
  return std::make_unique<FileSequence>(schema, of_files, std::move(places));
}

/// Files that come beside others, or in their place, have names of their own.
std::string DatasetWriter::Impl::name_of(const std::string& relation, const std::string& partition,
                                         size_t number) const {
  const bool is_new = options.target.mode == PublishMode::create;
  const std::string directory = relation + (relation.empty() || partition.empty() ? "" : "/") + partition;
  const bool is_relation = !relation.empty() && options.file_prefix.empty();
  return dataset_file_name(directory, is_relation ? relation : prefix, is_new ? std::string_view() : staging->run(),
                           number);
}

// --- relations

void DatasetWriter::Impl::write(const RelationBatch& rows) {
  if (rows.relation.empty()) return open_files().write(fitted("", rows.batch));
  if (!staging) throw Error(ErrorCode::closed, "the writer of the dataset is closed");
  if (!files) begin_relations();
  if (relations == nullptr)
    refuse("rows of the relation " + rows.relation + " were written to a dataset that has rows of none");
  if (!growing || !rows.batch.shared_schema()) return relations->write(rows);
  const std::string directory = relation_directory(rows.relation);
  if (!growing->has_taken(directory, rows.batch.schema())) growing->take(directory, rows.batch.schema());
  relations->write({rows.relation, growing->grown(directory, rows.batch)});
}

void DatasetWriter::Impl::begin_relations() {
  if (!options.file.sorted_by.empty())
    refuse("the rows of several relations cannot all be sorted by the columns of one (sorted_by)");
  const uint64_t budget = options.file.runtime->memory_bytes();
  const RelationLimits limits{.waiting_bytes = kRelationWaitingBytes,
                              .all_waiting_bytes = budget / kRelationsWaitingShare,
                              .under_way_bytes = budget / kRelationsUnderWayShare,
                              .open_max = kRelationsOpenMax,
                              .budget = options.file.runtime->budget()};
  const auto check = [this](const std::string& relation, const Schema& schema) {
    if (!growing) fitting(relation_directory(relation), schema);
  };
  const auto open = [this](const std::string& relation, const Schema& schema) {
    return files_in(relation_directory(relation), schema, options_of(relation, schema));
  };
  auto made = std::make_unique<RelationFiles>(limits, RelationFiles::Places{check, open});
  relations = made.get();
  files = std::move(made);
}

/// What is asked of single columns goes to the relations that have them.
DatasetOptions DatasetWriter::Impl::options_of(const std::string& relation, const Schema& schema) const {
  DatasetOptions of_relation = options;
  of_relation.file.dataset_metadata.emplace_back(kRelationKey, relation);
  of_relation.file.columns = columns_within(std::move(of_relation.file.columns), schema);
  return of_relation;
}

FilesUnderWay& DatasetWriter::Impl::open_files() const {
  if (!staging) throw Error(ErrorCode::closed, "the writer of the dataset is closed");
  if (!files) throw Error(ErrorCode::invalid, "the dataset has no schema yet");
  return *files;
}

template <typename Call>
void DatasetWriter::Impl::or_abandon(Call call) {
  try {
    call();
  } catch (...) {
    abandon();
    throw;
  }
}

WriteResult DatasetWriter::Impl::close(const std::function<void()>& on_progress) {
  WriteResult result;
  const std::function<void()> tell = on_progress ? on_progress : [] {};
  or_abandon([&] { result = publish(open_files().finish(tell), tell); });
  staging.reset();
  return result;
}

WriteResult DatasetWriter::Impl::publish(std::vector<WrittenFile> finished, const std::function<void()>& on_progress) {
  WriteResult result;
  result.files = std::move(finished);
  result.staged_inside = staging->is_inside();
  for (const WrittenFile& file : result.files) {
    result.rows += file.rows;
    result.bytes += file.bytes;
  }
  if (!result.files.empty()) {
    if (growing) result.rewritten = growing->finish(on_progress);
    staging->publish([this] {
      if (growing) growing->check_unchanged();
    });
  } else if (options.target.mode == PublishMode::overwrite) {
    throw Error(ErrorCode::data, "there is no row: nothing would be left of " + staging->path(),
                {.source = staging->path()});
  }
  result.dead_runs = staging->take_dead_runs();
  return result;
}

void DatasetWriter::Impl::abandon() noexcept {
  if (files) files->abandon();
  staging.reset();
}

// --- the public face

DatasetWriter::DatasetWriter(const std::string& path, const Schema& schema, DatasetOptions options)
    : DatasetWriter(path, std::move(options)) {
  impl_->begin(schema);
}

DatasetWriter::DatasetWriter(const std::string& path, DatasetOptions options)
    : impl_(std::make_unique<Impl>(path, std::move(options))) {}

void DatasetWriter::begin(const Schema& schema) {
  if (impl_->files) throw Error(ErrorCode::invalid, "the dataset has a schema already");
  impl_->begin(schema);
}

DatasetWriter::~DatasetWriter() = default;
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;

void DatasetWriter::write(const Batch& batch) {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->write(impl_->fitted("", batch)); });
}
void DatasetWriter::write(const RelationBatch& rows) {
  impl_->or_abandon([&] { impl_->write(rows); });
}
void DatasetWriter::extend_schema(const Schema& wider) {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->extend_schema(impl_->fitting("", wider)); });
}
void DatasetWriter::tick() {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->tick(); });
}
void DatasetWriter::flush() {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->flush(); });
}
WriteResult DatasetWriter::close(const std::function<void()>& on_progress) {
  impl_->open_files();
  return impl_->close(on_progress);
}
void DatasetWriter::abandon() noexcept { impl_->abandon(); }
const Schema& DatasetWriter::schema() const {
  const bool is_flat = impl_->growing && impl_->relations == nullptr;
  return is_flat ? impl_->growing->rows_schema("") : impl_->files->schema();
}
int64_t DatasetWriter::rows() const { return impl_->files->rows(); }
int64_t DatasetWriter::durable_rows() const { return impl_->files->durable_rows(); }
size_t DatasetWriter::files_ended() const { return impl_->files->files_ended(); }
uint64_t DatasetWriter::bytes_written() const { return impl_->files->bytes_written(); }

}  // namespace v0
}  // namespace sluice
