// From sources to a destination. Parsing and encoding overlap: the sources parse blocks ahead and the writer encodes
// rows behind on the same threads, while the loop here only hands batches on, and helps whenever it would have to wait.
#include "sluice/write.h"

#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "engine/destination.h"
#include "engine/open_sources.h"
#include "engine/progress_reporter.h"
#include "engine/reject_file.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/recover.h"
#include "storage/glob.h"

namespace sluice {
namespace {

// Files that end by the clock are looked at so often where no rows come.
constexpr std::chrono::milliseconds kPatience{100};

void refuse_no_columns(const std::string& source) {
  throw Error(ErrorCode::data, source + " has no records: nothing tells which columns the file should have",
              {source, {}, {}, {}, {}}, "Declare them with --schema.");
}

// `records` is the same stream, or what it is made from, where it counts its bytes. `before_close` is called when the
// stream has ended, and nothing is visible yet.
WriteResult pump(BatchStream& stream, const RecordStream* records, OpenDestination& open, ProgressReporter& reporter,
                 const std::function<void()>& before_close) {
  if (stream.schema().size() == 0) {
    reporter.report({.phase = ProgressPhase::finishing});
    before_close();
    if (open.may_stay_empty()) return {};
    refuse_no_columns(records ? records->name() : "the stream");
  }
  const std::unique_ptr<Destination> destination = open.begin(stream.schema());
  Progress progress;
  const auto report = [&](ProgressPhase phase) {
    progress.phase = phase;
    progress.rows = destination->rows();
    progress.bytes_written = destination->bytes_written();
    if (records) {
      progress.bytes_read = records->bytes_read();
      progress.bytes_total = records->bytes_total();
    }
    reporter.report(progress);
  };
  while (std::optional<RelationBatch> next = stream.next()) {
    if (next->batch.rows() > 0) destination->write(next->batch);
    destination->tick();
    report(ProgressPhase::writing);
  }
  report(ProgressPhase::finishing);
  before_close();
  return destination->close();
}

// The stream with what is not kept taken out of it.
std::unique_ptr<BatchStream> selected(std::unique_ptr<BatchStream> stream, SelectOptions options) {
  if (options.columns.empty() && !options.where) return stream;
  return select(std::move(stream), std::move(options));
}

// The file of bad records replaces what is there, which must not be what is read.
void refuse_rejects_in_place_of(const std::vector<Source>& sources, const std::string& rejects) {
  std::error_code ignored;
  if (!std::filesystem::exists(rejects, ignored)) return;
  for (const Source& source : sources)
    for (const std::string& path : expand_pattern(source.path))
      if (std::filesystem::equivalent(path, rejects, ignored))
        throw Error(ErrorCode::invalid, "the bad records would take the place of " + path + ", which is to be read",
                    {.source = path}, "Name another file for them.");
}

// Bad records are to be found whether the run succeeds or not: `run` is given what publishes them, for records must not
// be missing from what is visible and stand nowhere. A failure to write them down must not hide the other one.
template <typename Run>
RecordsResult with_rejects(const std::vector<Source>& sources, WriteOptions& options, Run run) {
  if (options.rejects.empty()) return run([] {});
  refuse_rejects_in_place_of(sources, options.rejects);
  RejectFile rejects(options.rejects, options.output.file.sync);
  options.source.on_bad_record = [&rejects, also = std::move(options.source.on_bad_record)](const BadRecord& record) {
    rejects.add(record);
    if (also) also(record);
  };
  RecordsResult result;
  try {
    result = run([&rejects] { rejects.publish(); });
  } catch (...) {
    try {
      rejects.publish();
    } catch (const Error&) {
    }
    throw;
  }
  if (rejects.has_records())
    result.rejects = rejects.path();
  else if (!result.was_done_before)
    rejects.remove_earlier();
  return result;
}

// What the run of this id has done: then nothing is read.
std::optional<RecordsResult> done_before(const std::string& destination, const std::string& run_id) {
  if (run_id.empty() || destination == "-") return std::nullopt;
  std::optional<WriteResult> done = finished_run(destination, run_id);
  if (!done) return std::nullopt;
  RecordsResult result{std::move(*done)};
  result.schema = FileReader(result.files.front().path).schema();
  return result;
}

RecordsResult write_records(const std::vector<Source>& sources, const std::string& path, const WriteOptions& options,
                            ProgressReporter& reporter, const std::function<void()>& before_close) {
  const std::unique_ptr<OpenDestination> destination =
      open_destination(path, options.output, /*may_differ=*/options.source.evolution.has_value());
  reporter.report({.phase = ProgressPhase::inferring});
  SelectOptions select = options.select;
  std::unique_ptr<RecordStream> opened = open_selected(sources, options.source, select);
  const RecordStream& records = *opened;
  const std::unique_ptr<BatchStream> stream = selected(std::move(opened), std::move(select));
  RecordsResult result{pump(*stream, &records, *destination, reporter, before_close)};
  result.schema = stream->schema();
  result.inferred = records.inferred();
  result.notes = records.notes();
  result.bytes_read = records.bytes_read();
  result.extra_values = records.extra_values();
  result.bad_records = records.bad_records();
  return result;
}

}  // namespace

inline namespace v0 {

RecordsResult write(const std::vector<Source>& sources, const std::string& destination, WriteOptions options) {
  // One set of threads and one budget for both arms.
  if (!options.output.file.runtime) options.output.file.runtime = std::make_shared<Runtime>();
  options.source.runtime = options.output.file.runtime;
  if (options.output.shard_seconds > 0 || options.output.file.row_group_seconds > 0)
    options.source.patience = kPatience;
  if (std::optional<RecordsResult> done = done_before(destination, options.output.target.run_id)) return *done;
  ProgressReporter reporter(std::move(options.progress));
  RecordsResult result = with_rejects(sources, options, [&](const std::function<void()>& publish_rejects) {
    return write_records(sources, destination, options, reporter, publish_rejects);
  });
  result.ended_early = options.source.end_of_input && options.source.end_of_input();
  return result;
}

RecordsResult write(const Source& source, const std::string& destination, WriteOptions options) {
  return write(std::vector<Source>{source}, destination, std::move(options));
}

WriteResult write(std::unique_ptr<BatchStream> stream, const std::string& destination, WriteOptions options) {
  if (std::optional<RecordsResult> done = done_before(destination, options.output.target.run_id)) return *done;
  ProgressReporter reporter(std::move(options.progress));
  const std::unique_ptr<OpenDestination> open = open_destination(destination, options.output, /*may_differ=*/true);
  const std::unique_ptr<BatchStream> kept = selected(std::move(stream), std::move(options.select));
  return pump(*kept, nullptr, *open, reporter, [] {});
}

}  // namespace v0
}  // namespace sluice
