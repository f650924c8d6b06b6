#include "engine/destination.h"

#include <unistd.h>

#include <string_view>
#include <utility>

#include "sluice/error.h"
#include "sluice/file_writer.h"

namespace sluice {
namespace {

class FileDestination final : public Destination {
 public:
  explicit FileDestination(FileWriter writer) : writer_(std::move(writer)) {}

  void write(const Batch& batch) override {
    if (!(batch.schema() == writer_.schema())) writer_.extend_schema(batch.schema());
    writer_.write(batch);
  }
  void tick() override {}
  WriteResult close() override { return writer_.close(); }
  int64_t rows() const override { return writer_.rows(); }
  uint64_t bytes_written() const override { return writer_.bytes_written(); }

 private:
  FileWriter writer_;
};

class OpenFile final : public OpenDestination {
 public:
  OpenFile(std::unique_ptr<Sink> sink, FileOptions options) : sink_(std::move(sink)), options_(std::move(options)) {}

  bool may_stay_empty() const override { return false; }
  std::unique_ptr<Destination> begin(const Schema& schema) override {
    return std::make_unique<FileDestination>(FileWriter(std::move(sink_), schema, std::move(options_)));
  }

 private:
  std::unique_ptr<Sink> sink_;
  FileOptions options_;
};

class DatasetDestination final : public Destination {
 public:
  DatasetDestination(DatasetWriter writer, bool has_one_schema)
      : writer_(std::move(writer)), has_one_schema_(has_one_schema) {}

  void write(const Batch& batch) override {
    if (!(batch.schema() == writer_.schema())) extend_schema(batch.schema());
    writer_.write(batch);
  }
  void tick() override { writer_.tick(); }
  WriteResult close() override { return writer_.close(); }
  int64_t rows() const override { return writer_.rows(); }
  uint64_t bytes_written() const override { return writer_.bytes_written(); }

 private:
  void extend_schema(const Schema& wider) {
    if (has_one_schema_ && writer_.files_ended() > 0) {
      const Schema& known = writer_.schema();
      size_t i = 0;
      while (i < known.size() && known[i] == wider[i]) ++i;
      throw Error(ErrorCode::data,
                  "column " + wider[i].name + " has a field that is new, and files without it are published",
                  {.field = wider[i].name}, "--schema names all columns; --evolve add lets later files have more.");
    }
    writer_.extend_schema(wider);
  }

  DatasetWriter writer_;
  const bool has_one_schema_;  ///< of the files that can be seen already, too
};

class OpenDataset final : public OpenDestination {
 public:
  OpenDataset(DatasetWriter writer, bool has_one_schema)
      : writer_(std::move(writer)), has_one_schema_(has_one_schema) {}

  bool may_stay_empty() const override { return true; }
  std::unique_ptr<Destination> begin(const Schema& schema) override {
    writer_.begin(schema);
    return std::make_unique<DatasetDestination>(std::move(writer_), has_one_schema_);
  }

 private:
  DatasetWriter writer_;
  const bool has_one_schema_;
};

void refuse_shards(const std::string& path, const DatasetOptions& options) {
  const bool has_shards = options.shard_rows != 0 || options.shard_bytes != 0 || options.shard_raw_bytes != 0 ||
                          options.shard_seconds != 0 || options.publish == Publish::each;
  if (!has_shards) return;
  throw Error(ErrorCode::invalid, path + " is one file, and shards make several", {.source = path},
              "Name a directory, such as " + (path == "-" ? "out" : path.substr(0, path.rfind('.'))) + ".");
}

// A name that promises another format is a slip: nobody looks for Parquet behind it.
void refuse_other_endings(const std::string& path) {
  for (const std::string_view ending :
       {".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".arrow", ".pq", ".PARQUET", ".gz", ".zst"})
    if (path.ends_with(ending))
      throw Error(ErrorCode::invalid, path + " ends in " + std::string(ending) + ", but Sluice writes Parquet",
                  {.source = path},
                  "Name a file such as " + path.substr(0, path.size() - ending.size()) + ".parquet, or a directory.");
}

}  // namespace

std::unique_ptr<OpenDestination> open_destination(const std::string& path, const DatasetOptions& options,
                                                  bool may_differ) {
  if (path == "-") {
    refuse_shards(path, options);
    return std::make_unique<OpenFile>(create_stream_sink(STDOUT_FILENO, "stdout"), options.file);
  }
  if (path.ends_with(".parquet")) {
    refuse_shards(path, options);
    return std::make_unique<OpenFile>(create_file_sink(path, {.sync = options.file.sync}), options.file);
  }
  refuse_other_endings(path);
  return std::make_unique<OpenDataset>(DatasetWriter(path, options), options.publish == Publish::each && !may_differ);
}

}  // namespace sluice
