// Writes a directory of Parquet files: batches in, files of a wanted length out.
//
//   using namespace sluice::literals;
//   sluice::DatasetWriter writer("output", schema, {.file_prefix = "events", .shard_bytes = 50_MiB});
//   writer.write(batch);                            // events-0.parquet, events-1.parquet ...
//   sluice::WriteResult result = writer.close();    // before this line nobody can see anything
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sluice/batch.h"
#include "sluice/file_writer.h"
#include "sluice/partition.h"
#include "sluice/publish_options.h"
#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {

/// When the files of a dataset can be seen.
enum class Publish : uint8_t {
  end,   ///< all at once, when the writer closes
  each,  ///< each one as soon as it is whole (and durable, where files are synced): for streams without an end
};

/// Where one file ends and the next one begins: at the limit that is reached first. 0 = no such limit; with none there
/// is one file, or one in each partition. The last file has what is left, and no file is without rows, unless there are
/// none at all.
struct DatasetOptions {
  FileOptions file{};
  /// Files are named `<file_prefix>-<number>.parquet`, from 0; the directory's name when empty.
  std::string file_prefix{};
  /// Rows of a file at the most.
  int64_t shard_rows = 0;
  /// Size of a file on disk: 0.95 to 1.02 times this much. That holds from 64 KiB for each leaf column on, while a row
  /// is at most a hundredth. Where data that take less than a sixteenth suddenly compress no more, a file may be
  /// longer. Pages become shorter where that is needed.
  uint64_t shard_bytes = 0;
  /// Bytes of the rows of a file in Arrow's layout at the most: values, offsets, and a bit for each value that may be
  /// null; a row that is longer has a file of its own.
  uint64_t shard_raw_bytes = 0;
  /// Seconds from the first row of a file until it ends; looked at by write() and tick().
  double shard_seconds = 0;
  Publish publish = Publish::end;
  /// What becomes of what stands at the destination, and of a run that fails.
  PublishOptions target{};
  /// With PublishMode::append: rows may have columns that the files there lack, lack some of theirs, and have other
  /// types, as long as one schema holds all values of both (docs/evolution.md). Rows become that before they are
  /// written, so batches go on having the schema of the rows. Files without that schema are written anew at close, with
  /// `file`, and then all of it takes the place of the old dataset at once, as with PublishMode::overwrite. Not with
  /// Publish::each.
  bool rewrite_old = false;
  /// Which directory a row goes to; shards are then those of each partition. Not with Publish::each or shard_seconds.
  PartitionOptions partitions{};
  /// Directory for rows that wait for their partition and do not fit in memory; TMPDIR or /tmp when empty.
  std::string scratch{};
  /// The time that shard_seconds goes by; a steady clock when empty.
  std::function<std::chrono::steady_clock::time_point()> clock{};
};

/// Not thread-safe; different writers are independent. Uses the runtime's threads inside. Which rows are in which file
/// depends on the rows alone, unless shard_seconds is asked for: not on threads, nor on where batches begin and end.
class DatasetWriter {
 public:
  /// Opens the directory `path`, which must not exist; with Publish::each it may be an empty one. Throws
  /// Error{conflict} when it does or another live writer is at work on it, Error{io} when its parent is missing or
  /// refuses, Error{invalid} for options out of range or an empty schema.
  DatasetWriter(const std::string& path, const Schema& schema, DatasetOptions options = {});
  /// Opens the directory while the schema is not known: begin() is to come before anything else.
  explicit DatasetWriter(const std::string& path, DatasetOptions options = {});
  /// The schema of the rows to come. Once, and only where the writer was opened without. Throws Error{invalid}.
  void begin(const Schema& schema);
  /// Abandons, unless closed.
  ~DatasetWriter();
  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;

  /// Takes the rows of `batch`, whose schema must equal the writer's (else Error{invalid}). Files are begun and ended
  /// as limits ask for it, in the middle of a batch too.
  void write(const Batch& batch);
  /// The same for rows of a relation (sluice/flatten.h), whose schema may have grown since its last ones. Those of a
  /// named relation go to a directory of its own in the dataset, `<relation>/<relation>-0.parquet`, the name
  /// percent-encoded; its first rows, which may be none, begin it. All relations are visible at once. Throws
  /// Error{invalid} where rows of no relation were written, or a schema was given.
  void write(const RelationBatch& rows);
  /// From here on batches have the schema `wider`; see FileWriter::extend_schema. Files that are finished and not yet
  /// visible are amended by close(): one run has one schema. What Publish::each has published stays as it is.
  void extend_schema(const Schema& wider);
  /// Ends the file under way if its time is over: to be called now and then where rows come seldom.
  void tick();
  /// Ends the row group under way and waits until it is written: see FileWriter::flush. Rows that wait for their
  /// partition are written, a row group for each partition (docs/partitions.md).
  void flush();
  /// Finishes the last file and publishes what is not visible yet. Without a row: one file that has none; with
  /// partitions nothing at all, which is an Error{data} where everything was to be overwritten. `on_progress` is called
  /// now and then while rows are still written, as those of partitions are; what it throws ends the run, and nothing is
  /// visible. Nothing is thrown once all is published and, with `sync`, durable.
  WriteResult close(const std::function<void()>& on_progress = {});
  /// Gives up: no file becomes visible that is not yet. What Publish::each has published stays. Later calls throw
  /// Error{closed}.
  void abandon() noexcept;

  const Schema& schema() const;
  /// Rows taken so far.
  int64_t rows() const;
  /// Rows that recover() would find if the process ended now (FileWriter::durable_rows); with partitions those of the
  /// last flush.
  int64_t durable_rows() const;
  /// Files that have ended; with Publish::each they are visible.
  size_t files_ended() const;
  /// Of all files so far, as far as they are written.
  uint64_t bytes_written() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
