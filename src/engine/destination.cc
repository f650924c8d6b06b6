#include "engine/destination.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "datasets/append_check.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/staging.h"

namespace sluice {
namespace {

class FileDestination final : public Destination {
 public:
  FileDestination(FileWriter writer, std::string path, std::vector<std::string> dead_runs)
      : writer_(std::move(writer)), path_(std::move(path)), dead_runs_(std::move(dead_runs)) {}

  void write(const RelationBatch& rows) override {
    if (!relation_) relation_ = rows.relation;
    if (rows.relation != *relation_) refuse_second(rows.relation);
    if (!rows.batch.shared_schema()) return;
    if (!(rows.batch.schema() == writer_.schema())) writer_.extend_schema(rows.batch.schema());
    writer_.write(rows.batch);
  }
  void tick() override { writer_.tick(); }
  WriteResult close(const std::function<void()>& /*on_progress*/) override {
    WriteResult result = writer_.close();
    result.dead_runs = std::move(dead_runs_);
    return result;
  }
  int64_t rows() const override { return writer_.rows(); }
  uint64_t bytes_written() const override { return writer_.bytes_written(); }

 private:
  [[noreturn]] void refuse_second(const std::string& relation) const {
    throw Error(ErrorCode::invalid,
                path_ + " is one file, and the records become several relations: " + *relation_ + ", " + relation,
                {.source = path_}, "Name a directory, or keep lists as text (--array-mode inline).");
  }

  FileWriter writer_;
  const std::string path_;
  std::optional<std::string> relation_;  ///< that the file is of
  std::vector<std::string> dead_runs_;
};

class OpenFile final : public OpenDestination {
 public:
  OpenFile(std::unique_ptr<Sink> sink, std::string path, FileOptions options, std::vector<std::string> dead_runs = {})
      : sink_(std::move(sink)),
        path_(std::move(path)),
        options_(std::move(options)),
        dead_runs_(std::move(dead_runs)) {}

  bool may_stay_empty() const override { return false; }
  std::unique_ptr<Destination> begin(const Schema& schema) override {
    return std::make_unique<FileDestination>(FileWriter(std::move(sink_), schema, std::move(options_)),
                                             std::move(path_), std::move(dead_runs_));
  }

 private:
  std::unique_ptr<Sink> sink_;
  std::string path_;
  FileOptions options_;
  std::vector<std::string> dead_runs_;
};

class DatasetDestination final : public Destination {
 public:
  DatasetDestination(DatasetWriter writer, Schema schema, bool has_one_schema)
      : writer_(std::move(writer)), schema_(std::move(schema)), has_one_schema_(has_one_schema) {}

  void write(const RelationBatch& rows) override {
    if (!rows.relation.empty()) {
      if (has_one_schema_) check_relation(rows);
      writer_.write(rows);
      has_begun_ = true;
      return;
    }
    begin();
    if (rows.batch.rows() == 0) return;
    if (!(rows.batch.schema() == writer_.schema())) extend_schema(rows.batch.schema());
    writer_.write(rows.batch);
  }
  void tick() override {
    if (has_begun_) writer_.tick();
  }
  WriteResult close(const std::function<void()>& on_progress) override {
    begin();
    return writer_.close(on_progress);
  }
  int64_t rows() const override { return has_begun_ ? writer_.rows() : 0; }
  uint64_t bytes_written() const override { return has_begun_ ? writer_.bytes_written() : 0; }

 private:
  /// Only the first rows tell whether there are relations.
  void begin() {
    if (!has_begun_) writer_.begin(schema_);
    has_begun_ = true;
  }
  void extend_schema(const Schema& wider) {
    if (has_one_schema_ && writer_.files_ended() > 0) refuse_new_field(writer_.schema(), wider);
    writer_.extend_schema(wider);
  }
  void check_relation(const RelationBatch& rows) {
    if (!rows.batch.shared_schema()) return;
    const auto [known, is_new] = relation_schemas_.emplace(rows.relation, rows.batch.shared_schema());
    if (is_new || *known->second == rows.batch.schema()) return;
    if (writer_.files_ended() > 0) refuse_new_field(*known->second, rows.batch.schema());
    known->second = rows.batch.shared_schema();
  }
  [[noreturn]] static void refuse_new_field(const Schema& known, const Schema& wider) {
    size_t i = 0;
    while (i < known.size() && known[i] == wider[i]) ++i;
    throw Error(ErrorCode::data,
                "column " + wider[i].name + " has a field that is new, and files without it are published",
                {.field = wider[i].name}, "--schema names all columns; --evolve add lets later files have more.");
  }

  DatasetWriter writer_;
  const Schema schema_;  ///< of rows that are of no relation
  std::map<std::string, std::shared_ptr<const Schema>> relation_schemas_;
  bool has_begun_ = false;
  const bool has_one_schema_;  ///< of the files that can be seen already, too
};

class OpenDataset final : public OpenDestination {
 public:
  OpenDataset(DatasetWriter writer, bool has_one_schema)
      : writer_(std::move(writer)), has_one_schema_(has_one_schema) {}

  bool may_stay_empty() const override { return true; }
  std::unique_ptr<Destination> begin(const Schema& schema) override {
    return std::make_unique<DatasetDestination>(std::move(writer_), schema, has_one_schema_);
  }

 private:
  DatasetWriter writer_;
  const bool has_one_schema_;
};

void refuse_shards(const std::string& path, const DatasetOptions& options) {
  const bool has_shards = options.shard_rows != 0 || options.shard_bytes != 0 || options.shard_raw_bytes != 0 ||
                          options.shard_seconds != 0 || options.publish == Publish::each ||
                          !options.partitions.keys.empty();
  if (!has_shards) return;
  throw Error(
      ErrorCode::invalid,
      path + " is one file, and " + (options.partitions.keys.empty() ? "shards" : "partitions") + " make several",
      {.source = path}, "Name a directory, such as " + (path == "-" ? "out" : path.substr(0, path.rfind('.'))) + ".");
}

// What a stream has taken cannot be replaced, found again or recovered.
void refuse_target_of_stream(const PublishOptions& target) {
  const bool is_plain =
      target.mode == PublishMode::create && target.on_failure == OnFailure::discard && target.run_id.empty();
  if (is_plain) return;
  throw Error(ErrorCode::invalid, "standard output has no mode, no run id, and nothing that could be kept", {},
              "Name a file or a directory.");
}

// One file says itself of which run it is; a dataset says it in all of its files.
FileOptions with_run_id(FileOptions file, const std::string& run_id) {
  check_run_id(run_id);
  if (!run_id.empty()) file.dataset_metadata.emplace_back(kRunIdKey, run_id);
  return file;
}

}  // namespace

// A name that promises another format is a slip: nobody looks for Parquet behind it.
void refuse_other_endings(const std::string& path) {
  for (const std::string_view ending :
       {".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".arrow", ".pq", ".PARQUET", ".gz", ".zst"})
    if (path.ends_with(ending))
      throw Error(ErrorCode::invalid, path + " ends in " + std::string(ending) + ", but Sluice writes Parquet",
                  {.source = path},
                  "Name a file such as " + path.substr(0, path.size() - ending.size()) + ".parquet, or a directory.");
}

std::unique_ptr<OpenDestination> open_destination(const std::string& path, const DatasetOptions& options,
                                                  bool may_differ) {
  if (path == "-") {
    refuse_shards(path, options);
    refuse_target_of_stream(options.target);
    return std::make_unique<OpenFile>(create_stream_sink(STDOUT_FILENO, "stdout"), "standard output", options.file);
  }
  if (path.ends_with(".parquet")) {
    refuse_shards(path, options);
    std::unique_ptr<Sink> sink = create_file_sink(path, {.sync = options.file.sync, .publish = options.target});
    return std::make_unique<OpenFile>(std::move(sink), path, with_run_id(options.file, options.target.run_id),
                                      dead_runs_of(path));
  }
  refuse_other_endings(path);
  return std::make_unique<OpenDataset>(DatasetWriter(path, options), options.publish == Publish::each && !may_differ);
}

}  // namespace sluice
