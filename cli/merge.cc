// `sluice merge`: many Parquet files become few.
#include "sluice/merge.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "arguments.h"
#include "failure.h"
#include "interruption.h"
#include "json_output.h"
#include "output.h"
#include "progress_line.h"
#include "publish_options.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

struct MergeCall {
  std::string destination;
  bool in_place = false;
  RuntimeOptions runtime;
  MergeOptions options;
  When progress = When::automatic;
};

std::vector<Option> destination_options(MergeCall& call) {
  DatasetOptions& output = call.options.output;
  return {
      {"Destination", "-o, --output", "DEST", "a file that ends in .parquet, a directory, or -; none of them may exist",
       "", [&](const std::string& text) { call.destination = text; }},
      {"Destination", "--in-place", "", "the result takes the place of PATH, a dataset or a file", "",
       [&](const std::string&) { call.in_place = true; }},
      {"Destination", "--allow-window", "",
       "with --in-place where directories cannot be exchanged: put up with a moment in which none is there", "",
       [&](const std::string&) { output.target.allow_window = true; }},
      {"Dataset", "--shard-rows", "N", "rows of a file, about: it ends with a row group", "",
       [&](const std::string& text) { output.shard_rows = count_value("--shard-rows", text, 1); }},
      {"Dataset", "--shard-bytes", "SIZE", "size of a file on disk, about: it ends with a row group", "",
       [&](const std::string& text) { output.shard_bytes = size_value("--shard-bytes", text, 1); }},
      {"Dataset", "--file-prefix", "NAME", "files are NAME-0.parquet, NAME-1.parquet, ...", "the name of DEST",
       [&](const std::string& text) { output.file_prefix = text; }},
  };
}

std::vector<Option> file_options(MergeCall& call) {
  FileOptions& file = call.options.output.file;
  return {
      {"File", "--copy-rows", "N", "row groups of so many rows on the average are copied as they are", "100000",
       [&](const std::string& text) { call.options.copy_rows_min = count_value("--copy-rows", text, 0); }},
      {"File", "--copy-bytes", "SIZE", "and so are those of so many bytes", "8MiB",
       [&](const std::string& text) { call.options.copy_bytes_min = size_value("--copy-bytes", text); }},
      {"File", "--compression", "CODEC[:LEVEL]", "of what is written anew", "zstd:1",
       [&](const std::string& text) { file.compression = compression_value("--compression", text); }},
      {"File", "--profile", "modern|compat", "encodings of what is written anew", "modern",
       [&](const std::string& text) { file.profile = profile_value("--profile", text); }},
      {"File", "--row-group-rows", "N", "rows of a row group that is written anew, at the most", "1048576",
       [&](const std::string& text) { file.row_group_rows = count_value("--row-group-rows", text, 1); }},
      {"File", "--row-group-bytes", "SIZE", "and its bytes, before compression", "128MiB, or a third of --memory",
       [&](const std::string& text) { file.row_group_bytes = size_value("--row-group-bytes", text); }},
      {"File", "--meta", "KEY=VALUE", "a note in the files' metadata; may be repeated", "",
       [&](const std::string& text) { file.metadata.push_back(pair_value("--meta", text)); }, true},
      {"File", "--sync", "on|off", "wait for the disk: what was written survives a power loss", "on",
       [&](const std::string& text) {
         file.sync = choice_value("--sync", text, {"on", "off"}) == 0;
       }},
  };
}

Command merge_command(MergeCall& call, Session& session) {
  std::vector<Option> options = destination_options(call);
  const auto append = [&](std::vector<Option> more) {
    for (Option& option : more) options.push_back(std::move(option));
  };
  append(file_options(call));
  append({{"Running", "--memory", "SIZE", "budget for batches, pages and buffers", "192MiB",
           [&](const std::string& text) { call.runtime.memory_bytes = size_value("--memory", text); }},
          {"Running", "--threads", "N", "threads that work at once; 0 is one for each core", "0",
           [&](const std::string& text) {
             call.runtime.threads = static_cast<unsigned>(count_value("--threads", text, 0, 1024));
           }},
          {"Output", "--progress", "WHEN", "auto (on a terminal), always or never", "auto",
           [&](const std::string& text) { call.progress = when_value("--progress", text); }}});
  append(common_options(session));
  return {
      .name = "merge",
      .summary =
          "Puts many Parquet files together in few. Large row groups are copied byte by byte, small ones are "
          "read and written anew; rows keep their order, and their partitions.",
      .examples = {{"sluice merge 'day/*.parquet' -o day.parquet", "one file"},
                   {"sluice merge out/ -o compact/ --shard-bytes 512MiB", "a dataset of files of that size"},
                   {"sluice merge --in-place events/", "each partition of the dataset becomes one file"}},
      .usage = "sluice merge PATH... -o DEST|--in-place [OPTIONS]",
      .options = std::move(options),
      .remarks =
          {"PATH is a file, a quoted pattern, or a directory: all that ends in .parquet below it. Columns are put "
           "together by name: one that a file lacks is null there, and types widen where no value changes.",
           "A file is copied if Sluice wrote it, its columns are those of the result, and its row groups are not "
           "small (--copy-rows, --copy-bytes); --copy-rows 0 copies whatever can be. Nothing is changed before all is "
           "written; with --in-place one exchange shows the new files and hides the old ones, which are then removed.",
           "Exit codes: 0 merged; 1 the data or the system failed; 2 the call was wrong; 130 or 143 interrupted. "
           "Whatever is not 0 has changed nothing."},
  };
}

void check_call(const MergeCall& call, const std::vector<std::string>& paths, const Session& session) {
  if (paths.empty()) throw UsageError("sluice merge needs files to merge", "sluice merge PATH... -o DEST");
  if (call.in_place == !call.destination.empty())
    throw UsageError("sluice merge needs a destination, or --in-place, and not both", "-o DEST");
  if (call.in_place && paths.size() != 1)
    throw UsageError("--in-place wants one dataset, or one file", "sluice merge --in-place PATH");
  if (call.options.output.target.allow_window && !call.in_place)
    throw UsageError("--allow-window is for --in-place: nothing else takes the place of anything", "--in-place");
  for (const std::string& path : paths)
    if (path == "-")
      throw UsageError("Parquet is read from its end, which standard input has not", "name a file instead of -");
  const std::string& path = call.destination;
  if (path == "-" && is_terminal(STDOUT_FILENO))
    throw UsageError("Parquet is not for a terminal", "-o FILE.parquet, or pipe standard output into a program");
  if (path == "-" && session.json) throw UsageError("--json and -o - both want standard output", "-o FILE.parquet");
  const bool is_file = path == "-" || path.ends_with(".parquet");
  if (is_file && (call.options.output.shard_rows != 0 || call.options.output.shard_bytes != 0))
    throw UsageError(path + " is one file, but --shard-rows and --shard-bytes make several", "-o DIRECTORY");
}

std::string summary(const MergeCall& call, const std::string& destination, const MergeResult& result, double seconds) {
  const double time = std::max(seconds, 1e-3);
  return fmt::format("merged    {} into {}  {}, {} in {}   ({} copied, {} written anew, {}/s)\n",
                     counted(result.files_read, "file"), printable(destination),
                     counted(static_cast<uint64_t>(result.files.size()), "file"), counted(result.rows, "row"),
                     format_duration(seconds), counted(result.row_groups_copied, "row group"),
                     counted(result.rows_encoded, "row"),
                     format_bytes(static_cast<uint64_t>(static_cast<double>(result.bytes) / time))) +
         (call.in_place ? "replaced  what was there\n" : "") + dead_run_lines(result.dead_runs, destination);
}

std::string result_json(const MergeResult& result, double seconds) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.merge/1").member("files_read", result.files_read);
  json.member("row_groups_copied", result.row_groups_copied).member("rows_encoded", result.rows_encoded);
  json.member("rows", result.rows).member("bytes", result.bytes).member("seconds", seconds);
  json.key("files").begin_array();
  for (const WrittenFile& file : result.files) {
    json.begin_object().member("path", file.path).member("rows", file.rows).member("row_groups", file.row_groups);
    json.member("bytes", file.bytes).end_object();
  }
  return json.end_array().end_object().line();
}

MergeResult run(const MergeCall& call, const std::vector<std::string>& paths) {
  return call.in_place ? merge_in_place(paths[0], call.options) : merge(paths, call.destination, call.options);
}

}  // namespace

int run_merge(Session& session, Arguments arguments) {
  MergeCall call;
  const Command command = merge_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  check_call(call, *operands, session);
  call.options.output.file.runtime = std::make_shared<Runtime>(call.runtime);
  const std::string destination = call.in_place ? (*operands)[0] : call.destination;
  const Interruption interruption;
  const auto begin = std::chrono::steady_clock::now();
  MergeResult result;
  try {
    ProgressLine line(destination, session.quiet && call.progress == When::automatic ? When::never : call.progress);
    call.options.progress = [&](const Progress& progress) {
      line.show(progress);
      return interruption.signal() == 0;
    };
    result = run(call, *operands);
    line.clear();
  } catch (const Error& error) {
    const std::string consequence = destination == "-"
                                        ? "What standard output has taken so far is no whole Parquet file."
                                        : destination + " was not touched.";
    if (interruption.signal() == 0) return report(session, error, consequence);
    write_words("sluice: interrupted (" + std::string(Interruption::name(interruption.signal())) + "). " +
                printable(consequence) + "\n");
    Interruption::end_by(interruption.signal());
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!session.quiet) write_words(summary(call, destination, result, seconds));
  if (session.json) write_out(result_json(result, seconds));
  return kDone;
}

}  // namespace sluice::cli
