// From a source to a destination in one call: opens, parses, encodes and publishes, on all cores, within the budget.
//
//   sluice::WriteResult done = sluice::write(sluice::Source{"events.ndjson"}, "events.parquet");
//   sluice::write(sluice::Source{"-"}, "events.parquet", {.schema = sluice::parse_schema("id int64, at
//   timestamp(us)")});
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/batch.h"
#include "sluice/csv_options.h"
#include "sluice/dataset_writer.h"
#include "sluice/flatten.h"
#include "sluice/progress.h"
#include "sluice/select.h"

namespace sluice {
inline namespace v0 {

enum class SourceFormat {
  automatic,  ///< by the ending of the name, else by the first bytes
  ndjson,     ///< one JSON object a line
  json,       ///< JSON in any other shape: one array, one object, documents one behind the other
  csv,        ///< text in columns, by default with a comma between them and a header
  tsv,        ///< the same with tabs
  arrow,      ///< Arrow IPC, the file format (Feather) or the streaming format
  parquet,    ///< Parquet: a file, or a directory with Hive partitions
};

/// A place to read records from: a path, or "-" for standard input. A directory is Parquet unless `format` says
/// otherwise.
struct Source {
  std::string path;
  SourceFormat format = SourceFormat::automatic;
};

enum class ExtraFields { error, ignore };

/// What a field, or a value, leads to that comes up after the schema is known.
enum class Evolution {
  strict,  ///< an error; or what ExtraFields says, where the schema was declared
  add,     ///< one more column, null in all rows before
  /// The same; and a value that its column cannot hold gives the column a wider type, in all rows: integers to larger
  /// ones and to float64, dates to timestamps, as long as no value changes; else the text of each value, JSON or a
  /// string (docs/evolution.md). Floats then take only numbers that they keep.
  widen,
};

enum class BadRecords {
  fail,  ///< the first bad record is an Error{data}
  skip,  ///< it is left out and counted, and handed to `on_bad_record`
};

/// A record that cannot be read, or does not fit the schema.
struct BadRecord {
  std::string_view source;  ///< path, or "stdin"
  int64_t record = 0;       ///< from 1, in its source
  uint64_t byte = 0;        ///< where the fault is, in the text of the source
  std::string_view field;   ///< column to blame, "user.tags[]", or empty
  std::string_view reason;  ///< "column amount: "n/a" is not a float64"
  std::string_view text;    ///< the record as it stands in the source
};

/// How many records were left out, and why.
struct BadRecordCounts {
  struct Reason {
    std::string words;    ///< "malformed JSON", "column amount"
    std::string example;  ///< of the first one: what BadRecord::reason says
    int64_t count = 0;
  };
  int64_t total = 0;
  std::vector<Reason> reasons{};  ///< in the order of their first record
};

struct SourceOptions {
  /// Columns to read; inferred from the first `sample_bytes` when absent.
  std::optional<Schema> schema{};
  /// What a field that the declared schema does not have leads to.
  ExtraFields extra_fields = ExtraFields::error;
  /// How much of the source inference looks at, in bytes: the records that begin there, but never more than a quarter
  /// of the budget. It is read again from memory, not from the source.
  uint64_t sample_bytes = 16_MiB;
  /// Levels of objects and arrays in one record, 1 to 1,000; deeper records are an error.
  int depth_max = 64;
  /// Where the records of JSON documents are: a pointer to an array in each (RFC 6901, "/features"). Empty: the
  /// document is the record, or an array of records.
  std::string records_pointer{};
  /// How CSV and TSV look.
  CsvOptions csv{};
  /// When empty: `add` for inferred schemas, `strict` for declared ones; with Publish::each a field that is new after
  /// the first file is then an error.
  std::optional<Evolution> evolution{};
  BadRecords bad_records = BadRecords::fail;
  /// Records that may be left out before that is an Error{data}.
  int64_t bad_records_max = INT64_MAX;
  /// The same in percent of all records, 0 to 100; known at the end.
  double bad_percent_max = 100;
  /// Called on the caller's thread, in the order of records. The views live until it returns.
  std::function<void(const BadRecord&)> on_bad_record{};
  /// How long to wait for text that does not come down a pipe: then next() gives an empty batch, so that the caller can
  /// look at its clock. Without it, as long as it takes.
  std::optional<std::chrono::milliseconds> patience{};
  /// Asked again and again; true ends the input there. A record that has not arrived whole is left out. Must be safe to
  /// call from any thread.
  std::function<bool()> end_of_input{};
  /// Threads and budget; a fresh Runtime with its defaults when empty.
  std::shared_ptr<Runtime> runtime{};
};

/// A stream of batches from a source of bytes. Beside the batches it tells how far it has read.
class RecordStream : public BatchStream {
 public:
  /// The source's name for messages: a path, or "stdin".
  virtual const std::string& name() const = 0;
  virtual uint64_t bytes_read() const = 0;
  virtual std::optional<uint64_t> bytes_total() const = 0;
  /// Fields of the source that were dropped on request (ExtraFields::ignore), counted by value.
  virtual int64_t extra_values() const = 0;
  /// True when the schema was inferred, and then what is worth telling about it.
  virtual bool inferred() const = 0;
  virtual const std::vector<InferenceNote>& notes() const = 0;
  /// Left out so far.
  virtual const BadRecordCounts& bad_records() const = 0;
  /// How the schema has changed so far, in the order in which that came about.
  virtual std::vector<SchemaChange> changes() const = 0;
};

/// Opens a source of any format. Text is unpacked (gzip, zstd, bzip2, xz). Where no schema is given it is inferred at
/// once from up to `sample_bytes`.
/// Arrow IPC, file or stream, brings its own schema: of the options only `runtime` counts, and a `schema` must be equal
/// (else Error{unsupported}). Batches are those of the source, or parts of them; dictionaries are passed on
/// (sluice/column.h). What one message may take is a share of the budget, beyond which next() throws Error{data}.
/// Parquet is read as DatasetReader reads it (sluice/dataset_reader.h), and brings its own schema likewise; of the
/// options `end_of_input` counts too. It cannot come from standard input: Error{unsupported}.
/// Throws Error{io} for a source that cannot be read, Error{data} for a malformed sample, Error{corrupt} or
/// Error{unsupported} for the schema of Arrow data.
std::unique_ptr<RecordStream> open_source(const Source& source, SourceOptions options = {});

/// Opens several, to be read in the order given: records are matched by the names of their fields, and the sample is
/// from the beginning of the row. Sources of different kinds (JSON, CSV, Arrow, Parquet) need a `schema`, or begin with
/// Arrow data or Parquet, whose schema then counts. Parquet sources that follow each other are merged (SchemaMerge).
/// Throws Error{invalid} for none, and as open_source does.
std::unique_ptr<RecordStream> open_sources(const std::vector<Source>& sources, SourceOptions options = {});

struct WriteOptions {
  /// What files look like, and where one ends and the next begins: shards are for datasets.
  DatasetOptions output{};
  SourceOptions source{};
  /// Columns and rows to keep. Where all sources are Parquet, only what is needed for these is read.
  SelectOptions select{};
  /// Records become flat relations, each in a directory of its own (DatasetWriter::write). Where rows stay
  /// that are there (PublishMode::append, overwrite_partitions), ordinal keys go on behind theirs, unless
  /// `first_ordinal` says otherwise; files whose statistics do not tell them are an Error{data}.
  std::optional<FlattenOptions> flatten{};
  /// NDJSON of the records that are left out (BadRecords::skip): source, record, byte, column, reason and text of each.
  /// It is published whether the run succeeds or not, once a record was bad, before the destination is; and takes the
  /// place of an earlier one, which a run without a bad record removes. None of the sources may be there. Empty: none.
  std::string rejects{};
  /// Called at most ten times a second, and once for each phase.
  ProgressCallback progress{};
};

/// What was written, and what was read for it.
struct RecordsResult : WriteResult {
  Schema schema{};        ///< of the files; of the records, where these became relations
  bool inferred = false;  ///< the schema was inferred; `notes` say what is worth telling about it
  std::vector<InferenceNote> notes{};
  std::vector<SchemaChange> changes{};  ///< what records have led to behind the sample, or a declared schema
  uint64_t bytes_read = 0;
  int64_t extra_values = 0;  ///< dropped on request (ExtraFields::ignore)
  BadRecordCounts bad_records{};
  std::string rejects{};              ///< path of the file with the records that were left out; empty without one
  std::vector<Relation> relations{};  ///< that the records became; none unless that was asked for
  std::vector<FlattenNote> flatten_notes{};
  bool ended_early = false;  ///< by SourceOptions::end_of_input: what was read by then is written
};

/// Writes every record of the sources, in their order, to `destination`: a path that ends in ".parquet" is one file,
/// "-" is standard output, and any other path a directory with a dataset. The destination is opened first: what it
/// refuses is told before anything is read. All or nothing: on an Error nothing is visible there (what a pipe has
/// taken, and what Publish::each has published, cannot be taken back). Sources without a record whose schema is not
/// known make no dataset: the result has no files; for one file that is an Error{data}. Where the run id of
/// `output.target` has been done already, nothing is read, and the result is that of then (finished_run).
RecordsResult write(const std::vector<Source>& sources, const std::string& destination, WriteOptions options = {});
RecordsResult write(const Source& source, const std::string& destination, WriteOptions options = {});
/// The same for any stream of batches, from where it stands; `options.source` does not count.
WriteResult write(std::unique_ptr<BatchStream> stream, const std::string& destination, WriteOptions options = {});

}  // namespace v0
}  // namespace sluice
