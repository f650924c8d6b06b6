// Options of publishing; see publish_options.h.
#include "publish_options.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "left_runs.h"
#include "output.h"
#include "sluice/recover.h"
#include "terminal.h"
#include "values.h"

namespace sluice::cli {
namespace {

constexpr PublishMode kModes[] = {PublishMode::create, PublishMode::append, PublishMode::overwrite,
                                  PublishMode::overwrite_partitions};

void set_sync(FileOptions& file, const std::string& text) {
  const size_t choice = choice_value("--sync", text, {"on", "off", "row-group"});
  file.sync = choice != 1;
  file.sync_row_groups = choice == 2;
}

/// None where they cannot be looked at: a failure that is being told may be why, and what went well has gone well.
std::vector<LeftRun> runs_left_for(const std::string& destination) {
  try {
    return left_runs(destination);
  } catch (const Error&) {
    return {};
  }
}

/// What the run that failed has left, if it has.
std::optional<LeftRun> last_left_run(const std::string& destination) {
  std::vector<LeftRun> runs = runs_left_for(destination);
  if (runs.empty() || runs.back().is_alive) return std::nullopt;
  return std::move(runs.back());
}

}  // namespace

std::vector<Option> publish_options(DatasetOptions& dataset) {
  PublishOptions& target = dataset.target;
  return {
      {"Destination", "--mode", "MODE",
       "create; append, new files beside the others; overwrite, in place of all that is there; overwrite-partitions, "
       "in "
       "place of those that get rows",
       "create",
       [&](const std::string& text) {
         target.mode = kModes[choice_value("--mode", text, {"create", "append", "overwrite", "overwrite-partitions"})];
       }},
      {"Destination", "--rewrite-old", "",
       "with --mode append: old files are written anew where new rows have columns that they lack, or wider types", "",
       [&](const std::string&) { dataset.rewrite_old = true; }},
      {"Destination", "--run-id", "ID", "names the run: the same call again finds it done, or does it again", "",
       [&](const std::string& text) {
         if (text.empty()) throw UsageError("--run-id takes a name that is not empty", "--run-id nightly-2026-11-21");
         target.run_id = text;
       }},
      {"Destination", "--sync", "on|off|row-group",
       "wait for the disk: what was written survives a power loss; row-group: so does every finished row group for "
       "sluice recover",
       "on", [&](const std::string& text) { set_sync(dataset.file, text); }},
      {"Destination", "--on-failure", "discard|keep",
       "leave nothing behind, or keep what was finished for sluice recover", "discard",
       [&](const std::string& text) {
         const bool keeps = choice_value("--on-failure", text, {"discard", "keep"}) == 1;
         target.on_failure = keeps ? OnFailure::keep : OnFailure::discard;
       }},
      {"Destination", "--allow-window", "",
       "where the file system cannot exchange directories, put up with a moment in which neither is there", "",
       [&](const std::string&) { target.allow_window = true; }},
      {"File", "--row-group-seconds", "N", "seconds from a row group's first row until it ends, for slow streams", "",
       [&](const std::string& text) {
         dataset.file.row_group_seconds = static_cast<double>(count_value("--row-group-seconds", text, 1));
       }},
  };
}

void check_publishing(const DatasetOptions& dataset, const std::string& destination) {
  const PublishOptions& target = dataset.target;
  const bool replaces = target.mode == PublishMode::overwrite || target.mode == PublishMode::overwrite_partitions;
  const std::string mode = "--mode " + std::string(to_string(target.mode));
  const bool is_plain = target.mode == PublishMode::create && target.run_id.empty() && !dataset.file.sync_row_groups &&
                        target.on_failure == OnFailure::discard;
  if (destination == "-" && !is_plain)
    throw UsageError("--mode, --run-id, --sync row-group and --on-failure keep are nothing that standard output has",
                     "-o FILE.parquet");
  const bool is_file = destination == "-" || destination.ends_with(".parquet");
  if (is_file && (target.mode == PublishMode::append || target.mode == PublishMode::overwrite_partitions))
    throw UsageError(destination + " is one file, and " + mode + " is for datasets", "-o DIRECTORY");
  if (target.mode == PublishMode::overwrite_partitions && dataset.partitions.keys.empty())
    throw UsageError(mode + " has no partitions", "--partition-by COLUMNS, or --mode overwrite");
  if (dataset.publish == Publish::each && replaces)
    throw UsageError("--publish each shows files one by one, and " + mode + " replaces at the end", "--publish end");
  if (dataset.publish == Publish::each && !target.run_id.empty())
    throw UsageError("--run-id finds whole runs, and --publish each shows files before it is whole", "--publish end");
  if (target.allow_window && !replaces && !dataset.rewrite_old)
    throw UsageError("--allow-window is for what is replaced", "--mode overwrite");
  if (dataset.rewrite_old && target.mode != PublishMode::append)
    throw UsageError("--rewrite-old is for files that rows are appended to", "--mode append");
  if (dataset.rewrite_old && dataset.publish == Publish::each)
    throw UsageError("--rewrite-old replaces the old files at the end, and --publish each shows files before",
                     "--publish end");
}

std::string publishing_verb(PublishMode mode) {
  if (mode == PublishMode::append) return "appended";
  return mode == PublishMode::create ? "wrote" : "replaced";
}

std::string done_before_line(const WriteResult& result, const std::string& run_id, const std::string& destination) {
  return "done      before by run " + printable(run_id) + ": " + printable(destination) + " has its " +
         counted(result.files.size(), "file") + ", " + counted(static_cast<uint64_t>(result.rows), "row") + "\n";
}

std::string consequence(const DatasetOptions& dataset, const std::string& destination, ErrorCode code) {
  if (destination == "-") return "What standard output has taken so far is no whole Parquet file.";
  const bool is_create = dataset.target.mode == PublishMode::create;
  std::error_code ignored;
  const bool exists = std::filesystem::exists(std::filesystem::symlink_status(destination, ignored));
  if (exists && dataset.publish == Publish::each && code != ErrorCode::conflict)
    return destination + " keeps the files that were whole by then.";
  // A file that is there now and was not refused before is this run's own: the sentence tells what is wrong with it.
  if (is_create && exists && code != ErrorCode::conflict) return {};
  const std::optional<LeftRun> left = last_left_run(destination);
  if (left && left->is_pending) return {};  // the hint tells what completes it
  const std::string untouched = destination + " was not touched";
  if (!left || left->files == 0 || dataset.target.on_failure == OnFailure::discard) return untouched + ".";
  return untouched + "; " + counted(left->files, "file") + " with " +
         counted(static_cast<uint64_t>(left->rows), "row") + " are kept: sluice recover " + destination;
}

std::string staged_inside_line(const WriteResult& result, const std::string& destination) {
  if (!result.staged_inside) return {};
  return "note      work in progress stood inside of " + printable(destination) +
         ", as nothing can be made beside it: other readers may have met hidden files there\n";
}

std::string dead_run_lines(const std::vector<std::string>& dead_runs, const std::string& destination) {
  if (dead_runs.empty()) return {};
  std::vector<LeftRun> runs = runs_left_for(destination);
  std::erase_if(runs, [](const LeftRun& run) { return run.arrivals.empty(); });
  std::string text = arrival_lines(runs);
  for (const std::string& path : dead_runs)
    if (std::ranges::find(runs, path, &LeftRun::staging) == runs.end())
      text += "left over " + printable(path) + " by an earlier run: sluice recover " + printable(destination) +
              ", or sluice clean " + printable(destination) + "\n";
  return text;
}

}  // namespace sluice::cli
