// From a source to a destination in one call: opens, parses, encodes and publishes, on all cores, within the budget.
//
//   sluice::WriteResult done = sluice::write(sluice::Source{"events.ndjson"}, "events.parquet");
//   sluice::write(sluice::Source{"-"}, "events.parquet", {.schema = sluice::parse_schema("id int64, at
//   timestamp(us)")});
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/batch.h"
#include "sluice/file_writer.h"
#include "sluice/progress.h"

namespace sluice {
inline namespace v0 {

enum class SourceFormat {
  automatic,  ///< by the ending of the name, else by the first bytes
  ndjson,     ///< one JSON object a line
  arrow,      ///< Arrow IPC, the file format (Feather) or the streaming format
};

/// A place to read records from: a path, or "-" for standard input.
struct Source {
  std::string path;
  SourceFormat format = SourceFormat::automatic;
};

enum class ExtraFields { error, ignore };

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
};

/// Opens NDJSON. Infers the schema at once if none is given: reads up to `sample_bytes`.
/// Throws Error{io} for a source that cannot be read, Error{data} for a malformed sample.
std::unique_ptr<RecordStream> open_ndjson(const Source& source, SourceOptions options = {});

/// Opens Arrow IPC, file or stream; a file that nobody can seek in, such as standard input, is read like a stream.
/// Batches are those of the source, or parts of them; dictionaries are passed on (sluice/column.h). The schema is that
/// of the source: of the options only `runtime` counts, and a `schema` must be equal (else Error{unsupported}). What
/// one message may take is a share of the budget, beyond which next() throws Error{data}. Throws Error{io} for a source
/// that cannot be read, Error{corrupt} or Error{unsupported} for its schema.
std::unique_ptr<RecordStream> open_arrow(const Source& source, SourceOptions options = {});

/// Opens a source of any format. Of a pipe the first bytes are looked at, where the format is not told.
std::unique_ptr<RecordStream> open_source(const Source& source, SourceOptions options = {});

struct WriteOptions {
  FileOptions file{};
  SourceOptions source{};
  /// Called at most ten times a second, and once for each phase.
  ProgressCallback progress{};
};

/// What was written, and what was read for it.
struct RecordsResult : WriteResult {
  Schema schema{};        ///< of the file
  bool inferred = false;  ///< the schema was inferred; `notes` say what is worth telling about it
  std::vector<InferenceNote> notes{};
  uint64_t bytes_read = 0;
  int64_t extra_values = 0;  ///< dropped on request (ExtraFields::ignore)
};

/// Writes every record of `source` to `destination`: a path that ends in ".parquet", or "-" for standard output. The
/// destination is opened first: what it refuses is told before anything is read.
/// All or nothing: on an Error nothing is visible there (what a pipe has taken cannot be taken back).
RecordsResult write(const Source& source, const std::string& destination, WriteOptions options = {});
/// The same for any stream of batches, from where it stands.
WriteResult write(BatchStream& stream, const std::string& destination, FileOptions options = {},
                  ProgressCallback progress = {});

}  // namespace v0
}  // namespace sluice
