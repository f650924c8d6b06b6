// From a source to a destination. Parsing and encoding overlap: the source parses blocks ahead and the writer encodes
// rows behind on the same threads, while the loop here only hands batches on, and helps whenever it would have to wait.
#include "sluice/write.h"

#include <unistd.h>

#include "engine/progress_reporter.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

std::unique_ptr<Sink> open_destination(const std::string& destination, const FileOptions& options) {
  if (destination == "-") return create_stream_sink(STDOUT_FILENO, "stdout");
  if (!destination.ends_with(".parquet"))
    throw Error(
        ErrorCode::invalid,
        "the destination \"" + destination + "\" does not end in .parquet: datasets of several files are not built yet",
        {}, "Name a file such as " + destination + ".parquet, or - for standard output.");
  return create_file_sink(destination, {.sync = options.sync});
}

void refuse_no_columns(const std::string& source) {
  throw Error(ErrorCode::data, source + " has no records: nothing tells which columns " + "the file should have",
              {source, {}, {}, {}, {}}, "Declare them with --schema.");
}

// `records` is the same stream, where it counts its bytes.
WriteResult pump(BatchStream& stream, const RecordStream* records, std::unique_ptr<Sink> sink, FileOptions options,
                 ProgressReporter& reporter) {
  if (stream.schema().size() == 0) refuse_no_columns(records ? records->name() : "the stream");
  FileWriter writer(std::move(sink), stream.schema(), std::move(options));
  Progress progress;
  const auto report = [&](ProgressPhase phase) {
    progress.phase = phase;
    progress.rows = writer.rows();
    progress.bytes_written = writer.bytes_written();
    if (records) {
      progress.bytes_read = records->bytes_read();
      progress.bytes_total = records->bytes_total();
    }
    reporter.report(progress);
  };
  while (std::optional<RelationBatch> next = stream.next()) {
    writer.write(next->batch);
    report(ProgressPhase::writing);
  }
  report(ProgressPhase::finishing);
  return writer.close();
}

}  // namespace

RecordsResult write(const Source& source, const std::string& destination, WriteOptions options) {
  // One set of threads and one budget for both arms.
  if (!options.file.runtime) options.file.runtime = std::make_shared<Runtime>();
  options.source.runtime = options.file.runtime;
  ProgressReporter reporter(std::move(options.progress));
  std::unique_ptr<Sink> sink = open_destination(destination, options.file);
  reporter.report({.phase = ProgressPhase::inferring});
  const std::unique_ptr<RecordStream> records = open_source(source, options.source);
  RecordsResult result{pump(*records, records.get(), std::move(sink), std::move(options.file), reporter)};
  result.schema = records->schema();
  result.inferred = records->inferred();
  result.notes = records->notes();
  result.bytes_read = records->bytes_read();
  result.extra_values = records->extra_values();
  return result;
}

WriteResult write(BatchStream& stream, const std::string& destination, FileOptions options, ProgressCallback progress) {
  ProgressReporter reporter(std::move(progress));
  std::unique_ptr<Sink> sink = open_destination(destination, options);
  return pump(stream, nullptr, std::move(sink), std::move(options), reporter);
}

}  // namespace v0
}  // namespace sluice
