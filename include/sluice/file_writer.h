// Writes one Parquet file: batches in, a finished file out.
//
//   sluice::Schema schema{{"id", sluice::int64(), false}, {"name", sluice::string()}};
//   sluice::FileWriter writer("people.parquet", schema, {.row_group_rows = 100'000});
//   writer.write(batch);                           // encodes on all cores, holds at most the budget
//   sluice::WriteResult result = writer.close();   // before this line nobody can see the file
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/batch.h"
#include "sluice/column_options.h"
#include "sluice/compression.h"
#include "sluice/runtime.h"
#include "sluice/sort_column.h"
#include "sluice/storage.h"

namespace sluice {
inline namespace v0 {

/// Which encodings of values a file may have.
enum class Profile : uint8_t {
  modern,  ///< what is smallest after compression: also DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, BYTE_STREAM_SPLIT
  compat,  ///< PLAIN and dictionary alone, which readers of every age know
};

/// Pages that end where their contents say so, and no longer at a number of rows: behind rows that were put in or taken
/// out, pages soon are the same again, so that stores which keep equal bytes once hold near-equal files cheaply.
struct ContentDefinedPages {
  uint64_t bytes_min = 256_KiB;  ///< before encoding; smaller ones only at the end of a row group
  uint64_t bytes_max = 1_MiB;    ///< up to 16 MiB
  /// -16 to 16: a step up makes pages smaller, and fewer that end for their size; a step down makes them larger.
  int level = 0;
};

struct FileOptions {
  Compression compression{};
  Profile profile = Profile::modern;
  /// Rows of a row group at the most. Readers hand out row groups to threads: fewer rows cost compression, more cost
  /// parallel reading.
  int64_t row_group_rows = 1'048'576;
  /// Bytes of a row group at the most, as encoded pages before compression; a third of the budget if that is less.
  uint64_t row_group_bytes = 128_MiB;
  /// Bytes of a page at the most, before encoding, up to 64 MiB; one record may exceed it. Nothing: 1 MiB, or 512 KiB
  /// where the codec sees no further than 64 KiB (snappy, lz4, none) and longer pages only take memory.
  std::optional<uint64_t> page_bytes{};
  /// Rows of a page at the most: the unit that readers skip by the page index. Compressors want at least 64 KiB of what
  /// belongs together, such as one of the byte streams of BYTE_STREAM_SPLIT (docs/decisions.md).
  int64_t page_rows = 131'072;
  /// Bytes of a column chunk's dictionary at the most, up to 64 MiB; beyond it the chunk goes on without. 0 = no
  /// dictionaries.
  uint64_t dictionary_bytes = 1_MiB;
  /// 1 or 2: how data pages are laid out. Every reader knows 1, and levels are small once they are compressed.
  int page_version = 1;
  /// What single columns ask for.
  std::vector<ColumnOptions> columns{};
  /// Instead of page_bytes and page_rows.
  std::optional<ContentDefinedPages> content_defined_pages{};
  /// Extra key-value metadata of the file. Keys that begin with "sluice." or "ARROW:" are ours.
  std::vector<std::pair<std::string, std::string>> metadata{};
  /// Wait for the device at close: the file survives a power loss.
  bool sync = true;
  /// Threads and budget; a fresh Runtime with its defaults when empty.
  std::shared_ptr<Runtime> runtime{};
  /// By what the rows are sorted, the first column first. Declared in the file and checked: a row that breaks it is an
  /// Error{data} that names it. Nothing is sorted by the writer.
  std::vector<SortColumn> sorted_by{};
  /// Row groups of a file at the most; one more is an Error{unsupported}. Beyond 32,767 row groups have no ordinal
  /// number, which some readers want, and footers grow so large that many readers refuse them.
  int64_t row_groups_max = 32'767;
  /// Each row group is on the device, and so is what recover() needs to find it, before durable_rows() counts it. Wants
  /// `sync`.
  bool sync_row_groups = false;
  /// Seconds from a row group's first row until it ends; looked at by write() and tick(). 0 = no limit. Rows that wait
  /// for their partition are flushed by it.
  double row_group_seconds = 0;
  /// The time that row_group_seconds goes by; a steady clock when empty.
  std::function<std::chrono::steady_clock::time_point()> clock{};
  /// Key-value metadata behind `metadata` whose keys may be ours: what a dataset tells of itself in each of its files.
  std::vector<std::pair<std::string, std::string>> dataset_metadata{};
};

/// One leaf column of a file, over all its row groups.
struct FieldResult {
  std::string name;             ///< "user.tags[]"
  Type type;                    ///< of the leaf
  int64_t values = 0;           ///< nulls and empty lists included
  int64_t nulls = 0;            ///< values that are null, nulls above them and empty lists included
  std::optional<int64_t> nans;  ///< for floats
  /// Bounds of the values as Parquet stores them: PLAIN, without a length in front of text. Texts may be cut, and are
  /// not exact then. Absent where there are no values, where one is a NaN, and for types without an order.
  std::optional<std::string> min;
  std::optional<std::string> max;
  bool min_exact = false;
  bool max_exact = false;
  uint64_t bytes = 0;      ///< in the file, page headers included
  uint64_t raw_bytes = 0;  ///< before compression, page headers included

  /// Bounds in the text form of the type: "-7", "2024-02-29"; see ChunkLayout.
  std::optional<std::string> min_text() const;
  std::optional<std::string> max_text() const;
};

/// What a writer made.
struct WrittenFile {
  std::string path;
  int64_t rows = 0;
  int64_t row_groups = 0;
  uint64_t bytes = 0;                       ///< size on disk
  std::vector<uint64_t> row_group_offsets;  ///< where row groups begin: good places to split the file for readers
  std::vector<FieldResult> fields;          ///< in the order of the schema
  std::string relation{};                   ///< that its rows are of; empty where there is but one
};

/// Old files of a dataset that were written anew, for new rows have columns that they lacked, or wider ones
/// (DatasetOptions::rewrite_old).
struct RewrittenFiles {
  size_t files = 0;
  int64_t rows = 0;
  uint64_t bytes = 0;  ///< of the new ones, on disk
  /// What has become of their columns, without sources and records. Where `from` is `to` the column was "not null", and
  /// is nullable now. In a dataset of relations names begin with that of the directory: "events_tags: value".
  std::vector<SchemaChange> changes{};
};

struct WriteResult {
  std::vector<WrittenFile> files;
  int64_t rows = 0;
  uint64_t bytes = 0;  ///< of all files together
  /// Directories in which earlier runs that died have left what they wrote for this destination.
  std::vector<std::string> dead_runs{};
  /// Work in progress stood inside of the destination, as nothing could be made beside it: other readers may have met
  /// hidden files there (docs/publishing.md).
  bool staged_inside = false;
  RewrittenFiles rewritten{};
  /// An earlier run of this run id had done it: nothing was written.
  bool was_done_before = false;
};

/// What a file would be if it were closed now.
struct FileForecast {
  uint64_t bytes = 0;    ///< size on disk, footer included
  uint64_t guessed = 0;  ///< of these: pages that are not finished, by what the pages before them came to
};

/// Not thread-safe; different writers are independent. Uses `runtime`'s threads inside.
///
/// One writer can write several files one after the other, which costs less than several writers: what it has learnt
/// of the columns is kept, and the rows of all files together must be sorted as options say.
///
///   sluice::FileWriter writer(schema, options);
///   writer.start_file(sluice::create_file_sink("a.parquet"));
///   writer.write(batch);
///   sluice::WrittenFile a = writer.finish_file();
///   writer.start_file(sluice::create_file_sink("b.parquet"));
class FileWriter {
 public:
  /// Opens the destination: see create_file_sink. Throws Error{invalid} for options out of range or an empty schema.
  FileWriter(const std::string& path, Schema schema, FileOptions options = {});
  FileWriter(std::unique_ptr<Sink> sink, Schema schema, FileOptions options = {});
  /// Without a file: start_file comes before the first row.
  explicit FileWriter(Schema schema, FileOptions options = {});
  /// Abandons, unless closed: nothing is left at the destination or beside it.
  ~FileWriter();
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept;

  /// Takes the rows of `batch`, whose schema must equal the writer's (else Error{invalid}). Returns as soon as the rows
  /// are queued; buffers are shared until they are encoded. Where batches begin and end changes nothing in the file.
  void write(const Batch& batch);
  /// From here on batches have the schema `wider`: all fields as they were, in their order, and behind them, or behind
  /// those of a struct at any depth, new nullable ones. A nullable field of the null type may have got another type,
  /// and any field one that holds its values so far (docs/evolution.md). Rows written before are null in what is new,
  /// as if the file had had the schema from the beginning. Ends the row group under way, and waits for it to be
  /// written; close() amends the row groups. Throws Error{invalid} for a schema that is not wider, and
  /// Error{unsupported} where what was written would have to be read back and cannot (Sink::readable): for a new field
  /// inside of another, a wider type, and a first field that had the null type.
  void extend_schema(const Schema& wider);
  /// Finishes and publishes the file.
  WriteResult close();
  /// Finishes and publishes the file, and stays open for another one. Requires a file under way.
  WrittenFile finish_file();
  /// Begins the next file. Requires that none is under way.
  void start_file(std::unique_ptr<Sink> sink);
  /// Waits until all rows are encoded, and tells what the file under way has come to. With `settled`, its pages end
  /// here, and next to nothing is guessed: a hundredth at the most. Depends on the rows alone, and on where it was
  /// asked for before.
  FileForecast forecast(bool settled = false);
  /// Ends the row group under way, and waits until it is written and recover() would find it. Nothing without a row.
  void flush();
  /// Ends the row group under way if its time is over.
  void tick();
  /// Rows that outlive this process if it ends now: those of finished files, and of the file under way those of its row
  /// groups that recover() would find (sluice/recover.h); with `sync_row_groups` they outlive the machine's power, too.
  /// Of files that go to a pipe or to memory only finished ones count.
  int64_t durable_rows() const;
  /// Gives up: nothing becomes visible. Later calls throw Error{closed}.
  void abandon() noexcept;

  const Schema& schema() const;
  /// Rows taken so far, into all files.
  int64_t rows() const;
  /// Bytes of the file under way written so far; grows as row groups finish.
  uint64_t bytes_written() const;

 private:
  friend struct FileWriterAccess;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
