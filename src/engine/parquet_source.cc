#include "engine/parquet_source.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "schema/origins.h"
#include "sluice/error.h"
#include "sources/typed_source.h"

namespace sluice {
namespace {

// Of the budget, for reading what is written at the same time.
constexpr uint64_t kReadingShare = 3;

class ParquetSource final : public TypedSource {
 public:
  ParquetSource(const DatasetReader& files, std::string name, const SourceOptions& options, SelectOptions select)
      : TypedSource(std::move(name)), end_of_input_(options.end_of_input) {
    // Of what is not wanted little is read: how much will be is not known before.
    if (select.columns.empty() && !select.where) bytes_total_ = bytes_of(files);
    rows_ = files.read(std::move(select));
    // Rows of a relation are records here, and its columns fields.
    schema_ = without_origins(rows_->schema());
    refuse_other_schema(options, "Parquet files bring");
  }

  const Schema& schema() const override { return schema_; }
  std::optional<RelationBatch> next() override {
    if (end_of_input_ && end_of_input_()) return std::nullopt;
    std::optional<RelationBatch> batch = rows_->next();
    if (!batch) bytes_total_ = bytes_read();  // indexes that nobody asked for stay unread
    return batch;
  }
  uint64_t bytes_read() const override { return rows_->counters().bytes_read; }
  std::optional<uint64_t> bytes_total() const override { return bytes_total_; }

 private:
  static std::optional<uint64_t> bytes_of(const DatasetReader& files) {
    uint64_t bytes = 0;
    for (const DatasetFile& file : files.files()) {
      std::error_code failure;
      bytes += std::filesystem::file_size(file.path, failure);
      if (failure) return std::nullopt;
    }
    return bytes;
  }

  std::function<bool()> end_of_input_;
  std::optional<uint64_t> bytes_total_;
  std::unique_ptr<ReadStream> rows_;
  Schema schema_;
};

}  // namespace

std::unique_ptr<RecordStream> open_parquet(const std::vector<std::string>& paths, const SourceOptions& options,
                                           SelectOptions select) {
  if (std::ranges::find(paths, "-") != paths.end())
    throw Error(ErrorCode::unsupported, "Parquet is read from its end, which standard input has not",
                {.source = "stdin", .field = {}, .record = {}, .byte = {}, .row = {}}, "Name a file instead of -.");
  ReadOptions read;
  read.runtime = options.runtime;
  if (read.runtime) read.limits.memory_bytes = read.runtime->memory_bytes() / kReadingShare;
  DatasetReadOptions dataset;
  dataset.read = std::move(read);
  const DatasetReader files = DatasetReader::open(paths, std::move(dataset));
  std::string name = paths.front() + (paths.size() > 1 ? " and others" : "");
  return std::make_unique<ParquetSource>(files, std::move(name), options, std::move(select));
}

bool begins_like_parquet(ByteSpan start) {
  const std::string_view magic = as_text(start).substr(0, 4);
  return magic == "PAR1" || magic == "PARE";
}

}  // namespace sluice
