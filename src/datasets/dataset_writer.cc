// Cuts rows into files: asks which limit comes next, writes rows up to it, and goes on with the next file.
#include "sluice/dataset_writer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/arrow_bytes.h"
#include "datasets/shard_size.h"
#include "files/amend_file.h"
#include "files/row_cutter.h"
#include "schema/leaves.h"
#include "sluice/error.h"
#include "storage/directory_staging.h"

namespace sluice {
inline namespace v0 {

namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr uint64_t kPageBytesMin = 4_KiB;
// With a number behind it and ".parquet.part", the name of a file stays below the 255 bytes that systems allow.
constexpr size_t kPrefixBytesMax = 200;

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::invalid, sentence); }

DatasetOptions checked(DatasetOptions options) {
  if (options.shard_rows < 0) refuse("shard_rows is " + std::to_string(options.shard_rows) + "; 0 is no limit");
  if (!(options.shard_seconds >= 0) || std::isinf(options.shard_seconds))
    refuse("shard_seconds is " + std::to_string(options.shard_seconds) + "; 0 is no limit");
  if (options.shard_raw_bytes > UINT64_MAX / 8)
    refuse("shard_raw_bytes is " + std::to_string(options.shard_raw_bytes) + "; that is beyond what can be counted");
  if (!options.clock) options.clock = std::chrono::steady_clock::now;
  return options;
}

// Engines pass over files that begin with a dot or an underscore.
std::string checked_prefix(const std::string& asked, std::string_view path) {
  const std::string_view directory = path.substr(0, path.find_last_not_of('/') + 1);
  const std::string prefix = asked.empty() ? std::string(directory.substr(directory.rfind('/') + 1)) : asked;
  const bool is_name = prefix.find('/') == std::string::npos && prefix.find('\0') == std::string::npos;
  if (!prefix.empty() && prefix.size() <= kPrefixBytesMax && is_name && prefix[0] != '.' && prefix[0] != '_')
    return prefix;
  throw Error(ErrorCode::invalid,
              "files cannot be named \"" + prefix + "-0.parquet\": a prefix has 1 to " +
                  std::to_string(kPrefixBytesMax) +
                  " bytes, no slash, and does not begin with a dot or an underscore, as readers pass over such files",
              {}, "give another one (file_prefix)");
}

// A page before encoding is no longer than the share of a column in a file: so the part of a file that can only be
// guessed does not outgrow it. Shorter pages would not make files meet the size better, but make more of them.
FileOptions file_options_of(const DatasetOptions& options, const Schema& schema) {
  FileOptions file = options.file;
  if (options.shard_bytes > 0) {
    const uint64_t leaves = std::max<size_t>(leaves_of(schema).size(), 1);
    file.page_bytes = std::min(file.page_bytes, std::max(options.shard_bytes / leaves, kPageBytesMin));
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

}  // namespace

struct DatasetWriter::Impl {
  Impl(const std::string& path, DatasetOptions dataset_options)
      : options(checked(std::move(dataset_options))),
        prefix(checked_prefix(options.file_prefix, path)),
        staging(std::make_unique<DirectoryStaging>(
            path, DirectoryStagingOptions{options.file.sync, options.publish == Publish::each})) {
    if (options.shard_bytes > 0) size.emplace(options.shard_bytes);
  }
  ~Impl() { abandon(); }

  void write(const Batch& batch);
  void begin(const Schema& schema) { writer.emplace(schema, file_options_of(options, schema)); }
  void extend_schema(const Schema& wider);
  void tick();
  WriteResult close();
  void abandon() noexcept;

  void amend_finished_files();
  void check_open() const;
  template <typename Call>
  void or_abandon(Call call);
  void start_file();
  void finish_file();
  int64_t write_run(const Batch& batch, int64_t begin);
  bool is_over(const Batch& batch, int64_t begin);
  bool is_long_enough(const Batch& batch, int64_t begin);
  bool is_late() const;

  const DatasetOptions options;
  const std::string prefix;
  std::optional<FileWriter> writer;           ///< none before the schema is known
  std::unique_ptr<DirectoryStaging> staging;  ///< null once closed; behind the writer, whose sink goes first
  std::optional<ShardSize> size;
  WriteResult result;  ///< of finished files
  /// What the schema was when a file was finished: each with the number of files that are older than its successor.
  std::vector<std::pair<size_t, Schema>> former_schemas;

  // Of the file under way.
  bool is_file_open = false;
  int64_t rows_in_file = 0;
  uint64_t raw_bits_in_file = 0;
  Time begun{};
};

void DatasetWriter::Impl::check_open() const {
  if (!staging) throw Error(ErrorCode::closed, "the writer of the dataset is closed");
  if (!writer) throw Error(ErrorCode::invalid, "the dataset has no schema yet");
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

// --- files

void DatasetWriter::Impl::start_file() {
  const std::string name = prefix + "-" + std::to_string(result.files.size()) + ".parquet";
  writer->start_file(staging->create(name));
  is_file_open = true;
  rows_in_file = 0;
  raw_bits_in_file = 0;
  if (options.shard_seconds > 0) begun = options.clock();
  if (size) size->start_file();
}

void DatasetWriter::Impl::finish_file() {
  result.files.push_back(writer->finish_file());
  result.rows += result.files.back().rows;
  result.bytes += result.files.back().bytes;
  is_file_open = false;
}

// --- late columns

void DatasetWriter::Impl::extend_schema(const Schema& wider) {
  check_open();
  or_abandon([&] {
    const Schema before = writer->schema();
    writer->extend_schema(wider);
    if (!result.files.empty()) former_schemas.emplace_back(result.files.size(), before);
  });
}

void DatasetWriter::Impl::amend_finished_files() {
  size_t file = 0;
  for (const auto& [end, schema] : former_schemas)
    for (; file < end; ++file) {
      WrittenFile& written = result.files[file];
      result.bytes -= written.bytes;
      const std::string name = std::filesystem::path(written.path).filename();
      amend_file(staging->staged_path(name), schema, writer->schema(), file_options_of(options, schema), written);
      result.bytes += written.bytes;
    }
}

// --- where they end

bool DatasetWriter::Impl::is_late() const {
  return options.shard_seconds > 0 &&
         std::chrono::duration<double>(options.clock() - begun).count() >= options.shard_seconds;
}

// Only where the next row would go beyond it is the size asked for: so it does not matter where batches end.
bool DatasetWriter::Impl::is_long_enough(const Batch& batch, int64_t begin) {
  if (!size || !size->has_grown() || bytes_of_rows(batch, begin, 1) <= size->bytes_left()) return false;
  return size->is_enough(writer->forecast()) && size->is_enough(writer->forecast(true));
}

/// Whether the file under way ends before this row.
bool DatasetWriter::Impl::is_over(const Batch& batch, int64_t begin) {
  if (options.shard_raw_bytes > 0 &&
      raw_bits_in_file + arrow_bits_of_rows(batch, begin, 1) > options.shard_raw_bytes * 8)
    return true;
  return is_late() || is_long_enough(batch, begin);
}

/// Writes rows up to where a limit has to be looked at, at least one; returns how many.
int64_t DatasetWriter::Impl::write_run(const Batch& batch, int64_t begin) {
  int64_t rows = batch.rows() - begin;
  if (options.shard_rows > 0) rows = std::min(rows, options.shard_rows - rows_in_file);
  if (options.shard_raw_bytes > 0) {
    const uint64_t limit = options.shard_raw_bytes * 8;
    const uint64_t left = limit - std::min(limit, raw_bits_in_file);
    rows = std::max<int64_t>(rows_within(batch, begin, rows, left, arrow_bits_of_rows).rows, 1);
  }
  if (size) {
    Run run = rows_within(batch, begin, rows, size->bytes_left(), bytes_of_rows);
    if (run.rows == 0) run = {1, bytes_of_rows(batch, begin, 1)};
    rows = run.rows;
    size->add(run.length);
  }
  if (options.shard_raw_bytes > 0) raw_bits_in_file += arrow_bits_of_rows(batch, begin, rows);
  writer->write(batch.slice(begin, rows));
  rows_in_file += rows;
  return rows;
}

void DatasetWriter::Impl::write(const Batch& batch) {
  check_open();
  or_abandon([&] {
    if (batch.rows() == 0 || !(batch.schema() == writer->schema()))
      return writer->write(batch);  // for its schema alone
    for (int64_t begin = 0; begin < batch.rows();) {
      if (is_file_open && is_over(batch, begin)) finish_file();
      if (!is_file_open) start_file();
      begin += write_run(batch, begin);
      if (rows_in_file == options.shard_rows) finish_file();
    }
  });
}

void DatasetWriter::Impl::tick() {
  check_open();
  if (is_file_open && is_late()) or_abandon([&] { finish_file(); });
}

WriteResult DatasetWriter::Impl::close() {
  check_open();
  or_abandon([&] {
    if (result.files.empty() && !is_file_open) start_file();
    if (is_file_open) finish_file();
    if (options.publish == Publish::end) amend_finished_files();
    staging->publish();
  });
  staging.reset();
  if (writer) writer->abandon();
  return std::move(result);
}

void DatasetWriter::Impl::abandon() noexcept {
  if (writer) writer->abandon();
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
  if (impl_->writer) throw Error(ErrorCode::invalid, "the dataset has a schema already");
  impl_->begin(schema);
}

DatasetWriter::~DatasetWriter() = default;
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;

void DatasetWriter::write(const Batch& batch) { impl_->write(batch); }
void DatasetWriter::extend_schema(const Schema& wider) { impl_->extend_schema(wider); }
void DatasetWriter::tick() { impl_->tick(); }
WriteResult DatasetWriter::close() { return impl_->close(); }
void DatasetWriter::abandon() noexcept { impl_->abandon(); }
const Schema& DatasetWriter::schema() const { return impl_->writer->schema(); }
int64_t DatasetWriter::rows() const { return impl_->writer->rows(); }
size_t DatasetWriter::files_ended() const { return impl_->result.files.size(); }
uint64_t DatasetWriter::bytes_written() const {
  return impl_->result.bytes + (impl_->is_file_open ? impl_->writer->bytes_written() : 0);
}

}  // namespace v0
}  // namespace sluice
