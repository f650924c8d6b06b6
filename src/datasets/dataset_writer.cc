// Opens the destination, has rows become files (files_under_way.h), and publishes them.
#include "sluice/dataset_writer.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "datasets/append_check.h"
#include "datasets/file_names.h"
#include "datasets/file_sequence.h"
#include "datasets/partitioned_files.h"
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

DatasetOptions checked(DatasetOptions options) {
  if (options.shard_rows < 0) refuse("shard_rows is " + std::to_string(options.shard_rows) + "; 0 is no limit");
  if (!(options.shard_seconds >= 0) || std::isinf(options.shard_seconds))
    refuse("shard_seconds is " + std::to_string(options.shard_seconds) + "; 0 is no limit");
  if (options.shard_raw_bytes > UINT64_MAX / 8)
    refuse("shard_raw_bytes is " + std::to_string(options.shard_raw_bytes) + "; that is beyond what can be counted");
  check_partitions(options);
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
            path, DirectoryStagingOptions{options.file.sync, options.publish == Publish::each, options.target})) {}
  ~Impl() { abandon(); }

  void begin(const Schema& schema);
  std::string name_of(std::string_view directory, size_t number) const;
  WriteResult close();
  WriteResult publish(std::vector<WrittenFile> finished);
  void abandon() noexcept;

  FilesUnderWay& open_files() const;
  template <typename Call>
  void or_abandon(Call call);

  const DatasetOptions options;
  const std::string prefix;
  std::unique_ptr<DirectoryStaging> staging;  ///< null once closed
  std::unique_ptr<FilesUnderWay> files;       ///< none before the schema is known; its sinks go before the staging
};

void DatasetWriter::Impl::begin(const Schema& schema) {
  check_append(staging->path(), schema, options.partitions, options.target.mode);
  if (!options.partitions.keys.empty()) {
    files = std::make_unique<PartitionedFiles>(schema, options, [this](const std::string& directory, size_t number) {
      return staging->create(name_of(directory, number));
    });
    return;
  }
  FileSequence::Places places{[this](size_t number) { return staging->create(name_of("", number)); }};
  if (options.publish == Publish::end)
    places.staged = [this](const std::string& path) { return staging->staged_path(path.substr(path.rfind('/') + 1)); };
  files = std::make_unique<FileSequence>(schema, options, std::move(places));
}

/// Files that come beside others, or in their place, have names of their own.
std::string DatasetWriter::Impl::name_of(std::string_view directory, size_t number) const {
  const bool is_new = options.target.mode == PublishMode::create;
  return dataset_file_name(directory, prefix, is_new ? std::string_view() : staging->run(), number);
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

WriteResult DatasetWriter::Impl::close() {
  WriteResult result;
  or_abandon([&] { result = publish(open_files().finish()); });
  staging.reset();
  return result;
}

WriteResult DatasetWriter::Impl::publish(std::vector<WrittenFile> finished) {
  WriteResult result;
  result.dead_runs = staging->dead_runs();
  result.files = std::move(finished);
  for (const WrittenFile& file : result.files) {
    result.rows += file.rows;
    result.bytes += file.bytes;
  }
  if (!result.files.empty()) {
    staging->publish();
  } else if (options.target.mode == PublishMode::overwrite) {
    throw Error(ErrorCode::data, "there is no row: nothing would be left of " + staging->path(),
                {.source = staging->path()});
  }
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
  impl_->or_abandon([&] { impl_->files->write(batch); });
}
void DatasetWriter::extend_schema(const Schema& wider) {
  impl_->open_files();
  impl_->or_abandon([&] {
    check_append(impl_->staging->path(), wider, impl_->options.partitions, impl_->options.target.mode);
    impl_->files->extend_schema(wider);
  });
}
void DatasetWriter::tick() {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->tick(); });
}
void DatasetWriter::flush() {
  impl_->open_files();
  impl_->or_abandon([&] { impl_->files->flush(); });
}
WriteResult DatasetWriter::close() {
  impl_->open_files();
  return impl_->close();
}
void DatasetWriter::abandon() noexcept { impl_->abandon(); }
const Schema& DatasetWriter::schema() const { return impl_->files->schema(); }
int64_t DatasetWriter::rows() const { return impl_->files->rows(); }
int64_t DatasetWriter::durable_rows() const { return impl_->files->durable_rows(); }
size_t DatasetWriter::files_ended() const { return impl_->files->files_ended(); }
uint64_t DatasetWriter::bytes_written() const { return impl_->files->bytes_written(); }

}  // namespace v0
}  // namespace sluice
