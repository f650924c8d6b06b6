// From sources to a destination. Parsing and encoding overlap: the sources parse blocks ahead and the writer encodes
// rows behind on the same threads, while the loop here only hands batches on, and helps whenever it would have to wait.
#include "sluice/write.h"

#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "engine/destination.h"
#include "engine/first_ordinal.h"
#include "engine/open_sources.h"
#include "engine/progress_reporter.h"
#include "engine/reject_file.h"
#include "engine/relations_there.h"
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
    destination->write(*next);
    destination->tick();
    report(ProgressPhase::writing);
  }
  report(ProgressPhase::finishing);
  before_close();
  return destination->close([&] { report(ProgressPhase::finishing); });
}

// The stream with what is not kept taken out of it.
std::unique_ptr<BatchStream> selected(std::unique_ptr<BatchStream> stream, SelectOptions options) {
  if (options.columns.empty() && !options.where) return stream;
  return select(std::move(stream), std::move(options));
}

// Whether there may be rows of other runs beside the new ones.
bool others_stay(const WriteOptions& options) {
  const PublishMode mode = options.output.target.mode;
  return mode == PublishMode::append || mode == PublishMode::overwrite_partitions;
}

// Puts the relations of the stream in its place, where they are asked for. Null where they are not.
const FlattenedStream* flatten_as_asked(std::unique_ptr<BatchStream>& stream, const WriteOptions& options,
                                        const std::string& destination) {
  if (!options.flatten) return nullptr;
  FlattenOptions flattening = *options.flatten;
  if (!flattening.runtime) flattening.runtime = options.output.file.runtime;
  if (others_stay(options) && !flattening.first_ordinal)
    flattening.first_ordinal = [destination, id = flattening.id_column](const std::string& relation) {
      return first_ordinal_behind(destination, relation, id);
    };
  if (others_stay(options) && flattening.relations_there.empty())
    flattening.relations_there = relations_there(destination, flattening.name, flattening.runtime);
  std::unique_ptr<FlattenedStream> flat = flatten(std::move(stream), std::move(flattening));
  const FlattenedStream* const flattened = flat.get();
  stream = std::move(flat);
  return flattened;
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
    result = run([&rejects] {
      rejects.publish();
      if (!rejects.has_records()) rejects.remove_earlier();
    });
  } catch (...) {
    try {
      rejects.publish();
    } catch (const Error&) {
    }
    throw;
  }
  if (rejects.has_records()) result.rejects = rejects.take_path();
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
  std::unique_ptr<BatchStream> stream = selected(std::move(opened), std::move(select));
  const FlattenedStream* const flat = flatten_as_asked(stream, options, path);
  RecordsResult result;
  // All that is to be told stands there before anything is visible: what is published must not end in a failure.
  const auto gather = [&] {
    result.schema = flat != nullptr ? flat->record_schema() : stream->schema();
    if (flat != nullptr) {
      result.relations = flat->relations();
      result.flatten_notes = flat->notes();
    }
    result.inferred = records.inferred();
    result.notes = records.notes();
    result.changes = records.changes();
    result.bytes_read = records.bytes_read();
    result.extra_values = records.extra_values();
    result.bad_records = records.bad_records();
    before_close();
  };
  static_cast<WriteResult&>(result) = pump(*stream, &records, *destination, reporter, gather);
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
  std::unique_ptr<BatchStream> kept = selected(std::move(stream), std::move(options.select));
  flatten_as_asked(kept, options, destination);
  return pump(*kept, nullptr, *open, reporter, [] {});
}

}  // namespace v0
}  // namespace sluice
