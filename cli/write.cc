// `sluice write`: records in, Parquet out, and what was done in a few lines on standard error.
#include "sluice/write.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "arguments.h"
#include "column_option.h"
#include "failure.h"
#include "flatten_options.h"
#include "interruption.h"
#include "json_output.h"
#include "output.h"
#include "partition_options.h"
#include "progress_line.h"
#include "publish_options.h"
#include "sluice/units.h"
#include "source_options.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

enum class OnBadRecord { fail, skip, quarantine };
enum class OnSignal { fail, publish };

struct WriteCall {
  std::string destination;
  SourceCall source;
  OnBadRecord on_bad_record = OnBadRecord::fail;
  bool has_bad_max = false;
  OnSignal on_signal = OnSignal::fail;
  RuntimeOptions runtime;
  FlattenCall flattening;
  WriteOptions options;  ///< those of the source come from `source`, those of flattening from `flattening`
  When progress = When::automatic;
};

std::vector<Option> file_options(FileOptions& file) {
  return {
      {"File", "--compression", "CODEC[:LEVEL]",
       "zstd, snappy, gzip, brotli, lz4 or none; with :LEVEL where there are levels", "zstd:1",
       [&](const std::string& text) { file.compression = compression_value("--compression", text); }},
      {"File", "--profile", "modern|compat",
       "encodings of values: the smallest after compression, or those that readers of every age know", "modern",
       [&](const std::string& text) { file.profile = profile_value("--profile", text); }},
      {"File", "--row-group-rows", "N", "rows of a row group at the most", "1048576",
       [&](const std::string& text) { file.row_group_rows = count_value("--row-group-rows", text, 1); }},
      {"File", "--row-group-bytes", "SIZE", "bytes of a row group at the most, before compression",
       "128MiB, or a third of --memory",
       [&](const std::string& text) { file.row_group_bytes = size_value("--row-group-bytes", text); }},
      {"File", "--page-bytes", "SIZE", "bytes of a page at the most; one record may exceed it",
       "1MiB, or 512KiB with snappy, lz4 and none",
       [&](const std::string& text) { file.page_bytes = size_value("--page-bytes", text); }},
      {"File", "--sorted-by", "COLUMNS",
       "what the rows are sorted by, 'a, b desc nulls first': told to readers, and checked row by row", "",
       [&](const std::string& text) { file.sorted_by = sorted_by_value("--sorted-by", text); }},
      {"File", "--page-version", "1|2", "layout of data pages; every reader knows 1", "1",
       [&](const std::string& text) {
         file.page_version = static_cast<int>(count_value("--page-version", text, 1, 2));
       }},
      {"File", "--content-defined-pages", "", "end pages where their contents say so: near-equal files share pages", "",
       [&](const std::string&) { file.content_defined_pages.emplace(); }},
      {"File", "--row-groups-max", "N", "row groups of a file at the most; beyond 32767 they have no ordinal number",
       "32767", [&](const std::string& text) { file.row_groups_max = count_value("--row-groups-max", text, 1); }},
      {"File", "--column", "'NAME: SETTING, ...'",
       "what one column asks for, or all inside a struct or list; " + column_settings_words() + "; may be repeated", "",
       [&](const std::string& text) { file.columns.push_back(column_value("--column", text)); }, true},
      {"File", "--meta", "KEY=VALUE", "a note in the file's metadata; may be repeated", "",
       [&](const std::string& text) { file.metadata.push_back(pair_value("--meta", text)); }, true},
  };
}

std::vector<Option> selection_options(WriteCall& call) {
  SourceOptions& source = call.source.options;
  return {
      {"Input", "--schema", "TEXT|@FILE", "the columns, instead of inferring them from the first 16 MiB", "",
       [&](const std::string& text) { call.source.schema = text; }},
      {"Input", "--extra", "error|ignore", "what a field outside --schema leads to", "error",
       [&](const std::string& text) {
         const bool ignore = choice_value("--extra", text, {"error", "ignore"}) == 1;
         source.extra_fields = ignore ? ExtraFields::ignore : ExtraFields::error;
       }},
      {"Input", "--evolve", "strict|add|widen",
       "what a field leads to that comes up later: an error, or one more column; with widen, a value that its column "
       "cannot hold gives the column a wider type, and told at the end is where",
       "add, or strict for a given schema",
       [&](const std::string& text) {
         source.evolution = static_cast<Evolution>(choice_value("--evolve", text, {"strict", "add", "widen"}));
       }},
      {"Input", "--columns", "A,B.C", "keep only these columns, or fields of structs", "all",
       [&](const std::string& text) { call.options.select.columns = columns_value("--columns", text); }},
      {"Input", "--where", "EXPR", "keep only the rows for which it holds: \"a > 3 AND b IN ('x', 'y')\"", "all",
       [&](const std::string& text) { call.options.select.where = predicate_value("--where", text); }},
      {"Bad records", "--on-bad-record", "fail|skip|quarantine",
       "end the run; leave them out and count them; or also write them to --rejects", "fail",
       [&](const std::string& text) {
         call.on_bad_record =
             static_cast<OnBadRecord>(choice_value("--on-bad-record", text, {"fail", "skip", "quarantine"}));
       }},
      {"Bad records", "--bad-max", "N|P%", "more bad records than this are an error", "no limit",
       [&](const std::string& text) {
         call.has_bad_max = true;
         if (text.ends_with('%'))
           source.bad_percent_max = percent_value("--bad-max", text);
         else
           source.bad_records_max = count_value("--bad-max", text, 0);
       }},
      {"Bad records", "--rejects", "FILE", "NDJSON of the bad records, with reason and place", "DEST.rejects.ndjson",
       [&](const std::string& text) { call.options.rejects = text; }},
  };
}

std::vector<Option> dataset_options(DatasetOptions& dataset) {
  return {
      {"Dataset", "--shard-rows", "N", "rows of a file at the most", "",
       [&](const std::string& text) { dataset.shard_rows = count_value("--shard-rows", text, 1); }},
      {"Dataset", "--shard-bytes", "SIZE", "size of a file on disk, within 0.95 to 1.02 times", "",
       [&](const std::string& text) { dataset.shard_bytes = size_value("--shard-bytes", text, 1); }},
      {"Dataset", "--shard-raw-bytes", "SIZE", "bytes of a file's rows in memory, before encoding, at the most", "",
       [&](const std::string& text) { dataset.shard_raw_bytes = size_value("--shard-raw-bytes", text, 1); }},
      {"Dataset", "--shard-seconds", "N", "seconds from a file's first row until it ends, for endless streams", "",
       [&](const std::string& text) {
         dataset.shard_seconds = static_cast<double>(count_value("--shard-seconds", text, 1));
       }},
      {"Dataset", "--file-prefix", "NAME", "files are NAME-0.parquet, NAME-1.parquet, ...", "the name of DEST",
       [&](const std::string& text) { dataset.file_prefix = text; }},
      {"Dataset", "--publish", "end|each", "make files visible all at once, or each as soon as it is whole", "end",
       [&](const std::string& text) {
         dataset.publish = choice_value("--publish", text, {"end", "each"}) == 1 ? Publish::each : Publish::end;
       }},
  };
}

std::vector<Option> running_options(WriteCall& call) {
  return {{"Running", "--memory", "SIZE", "budget for batches, pages and buffers", "192MiB",
           [&](const std::string& text) { call.runtime.memory_bytes = size_value("--memory", text); }},
          {"Running", "--threads", "N", "threads that work at once; 0 is one for each core", "0",
           [&](const std::string& text) {
             call.runtime.threads = static_cast<unsigned>(count_value("--threads", text, 0, 1024));
           }},
          {"Running", "--on-signal", "fail|publish",
           "what INT and TERM do: leave nothing, or end the input there and publish what was read", "fail",
           [&](const std::string& text) {
             call.on_signal = static_cast<OnSignal>(choice_value("--on-signal", text, {"fail", "publish"}));
           }},
          {"Output", "--progress", "WHEN", "auto (on a terminal), always or never", "auto",
           [&](const std::string& text) { call.progress = when_value("--progress", text); }}};
}

std::vector<Option> all_options(WriteCall& call, Session& session) {
  std::vector<Option> options = source_options(call.source);
  const auto append = [&](std::vector<Option> more) {
    for (Option& option : more) options.push_back(std::move(option));
  };
  append(selection_options(call));
  append(flatten_options(call.flattening));
  options.push_back({"Destination", "-o, --output", "DEST",
                     "a file that ends in .parquet, a directory for a dataset, or -; see --mode where it exists", "",
                     [&](const std::string& text) { call.destination = text; }});
  append(dataset_options(call.options.output));
  append(partition_options(call.options.output));
  append(publish_options(call.options.output));
  append(file_options(call.options.output.file));
  append(running_options(call));
  append(common_options(session));
  return options;
}

Command write_command(WriteCall& call, Session& session) {
  return {
      .name = "write",
      .summary = "Writes records from files or standard input as Parquet: all of them, or nothing becomes visible.",
      .examples = {{"sluice write events.ndjson -o events.parquet",
                    "one file; types are inferred without loss and printed"},
                   {"sluice write events.ndjson -o fixed.parquet --schema 'id int64 not null, at timestamp(us, UTC)' "
                    "--extra ignore",
                    "these columns and no others; a value that does not fit is an error"},
                   {"sluice write 'data/*.csv.gz' -o out/ --shard-bytes 128MiB", "a dataset of files of that size"},
                   {"sluice write events.ndjson -o out/ --flatten --name events",
                    "flat relations that join back: out/events, out/events_commits"},
                   {"zcat log.gz | sluice write - --from ndjson -o out/ --on-bad-record quarantine",
                    "bad records go to out.rejects.ndjson"}},
      .usage = "sluice write SOURCE... -o DEST [OPTIONS]",
      .options = all_options(call, session),
      .remarks =
          {"SOURCE is a path, a quoted pattern such as 'data/*.csv.gz', or - for standard input; several are read "
           "in their order, and matched by the names of their fields. It may be packed (gzip, zstd, bzip2, xz), "
           "which its first bytes tell. With -o - the Parquet file goes to standard output. "
           "Sizes are 64KiB, 128MiB, 1GB, or bytes in digits. The text form of a schema is what sluice schema "
           "prints.",
           "Exit codes: 0 written; 1 the data or the system failed; 2 the call was wrong; 130 or 143 "
           "interrupted. Whatever is not 0 has left nothing at DEST, but files that --publish each had shown by then."},
  };
}

// --- the call

bool has_shards(const DatasetOptions& dataset) {
  return dataset.shard_rows != 0 || dataset.shard_bytes != 0 || dataset.shard_raw_bytes != 0 ||
         dataset.shard_seconds != 0 || dataset.publish == Publish::each || !dataset.partitions.keys.empty();
}

void check_destination(const WriteCall& call, const Session& session) {
  const std::string& path = call.destination;
  if (path.empty())
    throw UsageError("sluice write needs a destination", "-o FILE.parquet, or -o - for standard output");
  if (path == "-" && is_terminal(STDOUT_FILENO))
    throw UsageError("Parquet is not for a terminal", "-o FILE.parquet, or pipe standard output into a program");
  if (path == "-" && session.json) throw UsageError("--json and -o - both want standard output", "-o FILE.parquet");
  const bool is_file = path == "-" || path.ends_with(".parquet");
  if (is_file && has_shards(call.options.output))
    throw UsageError(path + " is one file, but --shard-*, --partition-by and --publish each make several",
                     "-o DIRECTORY");
  if (path == "-" && call.on_bad_record == OnBadRecord::quarantine && call.options.rejects.empty())
    throw UsageError("with -o - nothing tells where the bad records are to go", "--rejects FILE");
  if (path.starts_with("s3://")) throw UsageError(path + ": writing to S3 is not built yet", "-o DIRECTORY");
  check_partitions(call.options.output);
  check_publishing(call.options.output, path);
}

/// "out" of "out/": the rejects stand beside it.
std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// What the options come to, taken together.
void settle(WriteCall& call) {
  if (call.source.schema) call.source.options.schema = declared_schema(*call.source.schema);
  call.options.output.file.runtime = std::make_shared<Runtime>(call.runtime);
  if (call.on_bad_record == OnBadRecord::quarantine && call.options.rejects.empty())
    call.options.rejects = without_slashes(call.destination) + ".rejects.ndjson";
  if (call.on_bad_record != OnBadRecord::quarantine && !call.options.rejects.empty())
    throw UsageError("--rejects has nothing to hold unless bad records are put aside", "--on-bad-record quarantine");
  if (!call.options.rejects.empty() && call.options.rejects == without_slashes(call.destination))
    throw UsageError("--rejects and -o both name " + call.options.rejects, "--rejects FILE");
  if (call.on_bad_record == OnBadRecord::fail && call.has_bad_max)
    throw UsageError("--bad-max has nothing to count unless bad records are left out", "--on-bad-record skip");
  if (call.on_bad_record != OnBadRecord::fail) call.source.options.bad_records = BadRecords::skip;
  call.options.source = call.source.options;
  call.options.flatten = settled_flattening(call.flattening, call.destination);
}

// --- what was done

// The kernel's account of this program alone: getrusage also counts the process that it was started from.
uint64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  return 0;
}

std::string rows_per_second(double rows) {
  if (rows >= 1e6) return fmt::format("{:.2f} M rows/s", rows / 1e6);
  return format_count(static_cast<int64_t>(rows)) + " rows/s";
}

/// The columns and what is worth telling about them.
std::string inferred_lines(const RecordsResult& result, size_t width) {
  constexpr size_t kIndent = 10;
  const std::string separator = " " + std::string(signs().separator) + " ";
  std::vector<std::string> columns;
  for (const Field& field : result.schema.fields()) columns.push_back(printable(to_text(Schema({field}))));
  std::string text = "inferred  " + wrapped(columns, separator, kIndent, width) + "\n";
  std::vector<std::string> notes;
  for (const InferenceNote& note : result.notes)
    if (std::ranges::find(result.changes, note.field, &SchemaChange::field) == result.changes.end())
      notes.push_back(printable(note.field + ": " + note.remark));
  if (!notes.empty()) text += std::string(kIndent, ' ') + wrapped(notes, separator, kIndent, width) + "\n";
  return text;
}

/// What came up while records were read, and where.
std::string change_lines(const RecordsResult& result, size_t width) {
  if (result.changes.empty()) return {};
  std::vector<std::string> changes;
  for (const SchemaChange& change : result.changes) {
    const std::string from = change.from ? to_text(*change.from) + " " + std::string(signs().arrow) + " " : "new, ";
    changes.push_back(printable(change.field + ": " + from + to_text(change.to) + " at record " +
                                format_count(change.record) + " of " + change.source));
  }
  return "changed   " + wrapped(changes, " " + std::string(signs().separator) + " ", 10, width) + "\n";
}

/// What has become of the files that were there.
std::string rewritten_lines(const RewrittenFiles& rewritten, size_t width) {
  if (rewritten.files == 0) return {};
  std::vector<std::string> changes;
  for (const SchemaChange& change : rewritten.changes) {
    const std::string arrow = " " + std::string(signs().arrow) + " ";
    if (change.from == change.to)
      changes.push_back(printable(change.field + ": not null" + arrow + "nullable"));
    else
      changes.push_back(printable(change.field + ": " + (change.from ? to_text(*change.from) + arrow : "new, ") +
                                  to_text(change.to)));
  }
  return "rewrote   " + counted(static_cast<uint64_t>(rewritten.files), "old file") + ", " +
         counted(rewritten.rows, "row") + ", for " +
         wrapped(changes, " " + std::string(signs().separator) + " ", 10, width) + "\n";
}

/// What was left out: why, how often, and where it is now.
std::string bad_record_lines(const RecordsResult& result) {
  if (result.bad_records.total == 0) return {};
  std::string text = "left out  " + counted(result.bad_records.total, "bad record");
  if (!result.rejects.empty()) text += ", now in " + printable(result.rejects);
  text += "\n";
  for (const BadRecordCounts::Reason& reason : result.bad_records.reasons)
    text += fmt::format("{:>18}  {}, such as: {}\n", format_count(reason.count), printable(reason.words),
                        printable(reason.example));
  return text;
}

std::string summary(const WriteCall& call, const Session& session, const RecordsResult& result, double seconds) {
  const size_t width = terminal_width(STDERR_FILENO).value_or(120);
  if (result.was_done_before) return done_before_line(result, call.options.output.target.run_id, call.destination);
  std::string text = dead_run_lines(result.dead_runs, call.destination);
  text += staged_inside_line(result, call.destination);
  if (result.inferred && result.schema.size() > 0) text += inferred_lines(result, width);
  text += change_lines(result, width);
  text += rewritten_lines(result.rewritten, width);
  if (result.extra_values > 0)
    text += "dropped   " + counted(result.extra_values, "value") + " of fields that --schema does not name\n";
  text += bad_record_lines(result);
  text += relation_lines(result, width);
  if (result.ended_early) text += "ended     by a signal: what had been read by then is written\n";
  if (result.files.empty())
    return text + "wrote     nothing: there is no record, and " +
           (result.schema.size() == 0 ? "nothing tells which columns to write\n" : "so no partition\n");
  int64_t row_groups = 0;
  for (const WrittenFile& file : result.files) row_groups += file.row_groups;
  const double time = std::max(seconds, 1e-3);
  const std::string name = result.files.size() == 1 ? result.files.front().path : call.destination;
  text += fmt::format(
      "{:<8}  {}  {}, {}, {} in {}   ({}, {}/s, peak memory {})\n", publishing_verb(call.options.output.target.mode),
      printable(name), counted(static_cast<uint64_t>(result.files.size()), "file"), counted(row_groups, "row group"),
      counted(result.rows, "row"), format_duration(seconds), rows_per_second(static_cast<double>(result.rows) / time),
      format_bytes(static_cast<uint64_t>(static_cast<double>(result.bytes_read) / time)),
      format_bytes(peak_memory_bytes()));
  text +=
      fmt::format("size      {} read {} {} written, {:.1f} : 1\n", format_bytes(result.bytes_read), signs().arrow,
                  format_bytes(result.bytes),
                  static_cast<double>(result.bytes_read) / static_cast<double>(std::max<uint64_t>(result.bytes, 1)));
  if (!session.verbose) return text;
  const Compression& compression = call.options.output.file.compression;
  std::string codec(to_string(compression.codec));
  if (const CompressionLevels levels = levels_of(compression.codec); levels.max != 0)
    codec += ":" + std::to_string(compression.level == 0 ? levels.fallback : compression.level);
  return text + fmt::format("options   {}, memory {}, compression {}, sync {}\n",
                            counted(call.options.output.file.runtime->threads(), "thread"),
                            format_bytes(call.options.output.file.runtime->memory_bytes()), codec,
                            call.options.output.file.sync ? "on" : "off");
}

void add_fields(const std::vector<FieldResult>& fields, JsonWriter& json) {
  json.key("fields").begin_array();
  for (const FieldResult& field : fields) {
    json.begin_object().member("name", field.name).member("type", to_text(field.type)).member("values", field.values);
    json.member("nulls", field.nulls).member("nans", field.nans);
    json.member("min", field.min_text()).member("max", field.max_text());
    json.member("min_exact", field.min_exact).member("max_exact", field.max_exact);
    json.member("bytes", field.bytes).member("raw_bytes", field.raw_bytes).end_object();
  }
  json.end_array();
}

void add_changes(const RecordsResult& result, JsonWriter& json) {
  const auto begin_change = [&](const SchemaChange& change) {
    json.begin_object().member("field", change.field);
    json.member("from", change.from ? std::optional(to_text(*change.from)) : std::nullopt);
    json.member("to", to_text(change.to));
  };
  json.key("changes").begin_array();
  for (const SchemaChange& change : result.changes) {
    begin_change(change);
    json.member("source", change.source).member("record", change.record).end_object();
  }
  json.end_array().key("rewritten").begin_object();
  json.member("files", result.rewritten.files).member("rows", result.rewritten.rows);
  json.member("bytes", result.rewritten.bytes).key("changes").begin_array();
  for (const SchemaChange& change : result.rewritten.changes) {
    begin_change(change);
    json.end_object();
  }
  json.end_array().end_object();
}

void add_bad_records(const RecordsResult& result, JsonWriter& json) {
  json.member("bad_records", result.bad_records.total).key("bad_reasons").begin_array();
  for (const BadRecordCounts::Reason& reason : result.bad_records.reasons) {
    json.begin_object().member("reason", reason.words).member("example", reason.example);
    json.member("count", reason.count).end_object();
  }
  json.end_array();
  json.member("rejects", result.rejects.empty() ? std::nullopt : std::optional(result.rejects));
}

std::string result_json(const PublishOptions& target, const RecordsResult& result, double seconds) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.write/1").key("files").begin_array();
  for (const WrittenFile& file : result.files) {
    json.begin_object()
        .member("path", file.path)
        .member("relation", file.relation)
        .member("rows", file.rows)
        .member("row_groups", file.row_groups);
    json.member("bytes", file.bytes).key("row_group_offsets").begin_array();
    for (const uint64_t offset : file.row_group_offsets) json.value(offset);
    json.end_array();
    add_fields(file.fields, json);
    json.end_object();
  }
  json.end_array().member("rows", result.rows).member("bytes", result.bytes).member("bytes_read", result.bytes_read);
  json.member("seconds", seconds).member("schema", to_text(result.schema)).member("inferred", result.inferred);
  json.notes(result.notes);
  add_changes(result, json);
  json.member("extra_values", result.extra_values);
  add_bad_records(result, json);
  add_relations(result, json);
  json.member("ended_early", result.ended_early);
  json.member("mode", to_string(target.mode));
  json.member("run_id", target.run_id.empty() ? std::nullopt : std::optional(target.run_id));
  json.member("was_done_before", result.was_done_before).member("dead_runs", result.dead_runs);
  return json.member("memory_peak_bytes", peak_memory_bytes()).end_object().line();
}

[[noreturn]] void end_interrupted(const Session& session, const WriteCall& call, int signal, int64_t rows) {
  const std::string sentence =
      "interrupted (" + std::string(Interruption::name(signal)) + ") at record " + format_count(rows) + ".";
  write_words("sluice: " + sentence + " " +
              printable(consequence(call.options.output, call.destination, ErrorCode::cancelled)) + "\n");
  if (session.json) {
    JsonWriter json;
    json.begin_object().member("format", "sluice.error/1").member("code", "cancelled").member("message", sentence);
    for (const char* unknown : {"source", "field"}) json.member(unknown, std::optional<std::string>());
    json.member("record", rows);
    for (const char* unknown : {"byte", "row", "hint"}) json.member(unknown, std::optional<std::string>());
    write_out(json.end_object().line());
  }
  Interruption::end_by(signal);
}

/// For the progress line: "events.ndjson", "events.ndjson and 3 more".
std::string source_words(const std::vector<std::string>& operands) {
  std::string words = operands[0] == "-" ? "stdin" : std::filesystem::path(operands[0]).filename().string();
  if (operands.size() > 1) words += " and " + std::to_string(operands.size() - 1) + " more";
  return words;
}

}  // namespace

int run_write(Session& session, Arguments arguments) {
  WriteCall call;
  const Command command = write_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const std::vector<Source> sources = sources_of("write", *operands, call.source);
  check_destination(call, session);
  settle(call);

  const Interruption interruption;
  const auto begin = std::chrono::steady_clock::now();
  int64_t rows = 0;
  const bool publishes = call.on_signal == OnSignal::publish;
  // What was read so far is not taken for a whole source: the run asks whether to go on before it publishes.
  call.options.source.end_of_input = [&] { return interruption.signal() != 0; };
  RecordsResult result;
  try {
    ProgressLine line(source_words(*operands),
                      session.quiet && call.progress == When::automatic ? When::never : call.progress);
    call.options.progress = [&](const Progress& progress) {
      rows = progress.rows;
      line.show(progress);
      return publishes || interruption.signal() == 0;
    };
    result = write(sources, call.destination, call.options);
    result.ended_early = result.ended_early && publishes;  // one that came while files were published changed nothing
    line.clear();
  } catch (const Error& error) {
    // A source that was cut off by the signal may look malformed: the signal is the reason.
    if (interruption.signal() != 0 && !publishes) end_interrupted(session, call, interruption.signal(), rows);
    return report(session, error, consequence(call.options.output, call.destination, error.code()));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!session.quiet) write_words(summary(call, session, result, seconds));
  if (session.json) write_out(result_json(call.options.output.target, result, seconds));
  return kDone;
}

}  // namespace sluice::cli
