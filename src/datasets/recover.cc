// Dead runs: their files get footers, and then the names that their mode gives them.
#include "sluice/recover.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "datasets/append_check.h"
#include "datasets/file_listing.h"
#include "datasets/left_files.h"
#include "files/amend_file.h"
#include "files/amend_origins.h"
#include "files/recover_file.h"
#include "sluice/error.h"
#include "storage/adopted_file.h"
#include "storage/descriptor.h"
#include "storage/directory_staging.h"
#include "storage/directory_tree.h"
#include "storage/part_file.h"
#include "storage/staging_name.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

/// A file that was made whole.
struct WholeFile {
  std::string name;
  std::string part;
  RecoveredFile recovered;
};

void check_error(const std::error_code& error, const std::string& path) {
  if (error) throw Error(ErrorCode::io, "cannot recover " + path + ": " + error.message(), {.source = path});
}

void remove_if_there(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  check_error(error, path);
}

/// Directories of a file that has gone, below `root`: those that are empty now.
void remove_empty_around(const std::string& path, const std::string& root) {
  std::error_code is_in_use;
  for (fs::path folder = fs::path(path).parent_path(); folder != root; folder = folder.parent_path())
    if (!fs::remove(folder, is_in_use)) return;
}

// A run that was about to publish had given names already: the steps to come begin with files that have none.
void take_name(LeftFile& file) {
  if (!file.has_name) return;
  std::error_code error;
  fs::rename(file.part, file.part + ".part", error);
  check_error(error, file.part);
  file.part += ".part";
}

std::vector<WholeFile> make_whole(const std::string& staging, const RunRecord& record, bool sync) {
  std::vector<WholeFile> whole;
  for (LeftFile& file : left_files(staging, record)) {
    if (file.is_old) {
      remove_if_there(file.part);
      if (!file.journal.empty()) remove_if_there(file.journal);
      remove_empty_around(file.part, staging + "/data");
      continue;
    }
    take_name(file);
    std::optional<RecoveredFile> recovered = recover_file(file.part, file.journal, sync);
    if (recovered)
      whole.push_back({file.name, file.part, std::move(*recovered)});
    else
      remove_if_there(file.part);
    if (!file.journal.empty()) remove_if_there(file.journal);
    remove_if_there(file.part + kCopyEnding);  // the directory is about to be seen
  }
  return whole;
}

bool grows_into(const Schema& before, const Schema& wider) {
  try {
    origins_of(before, wider);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Files of a run that got a late column after some of them were finished; close() would have amended those. One of them
// has the schema that all others grow into.
void give_one_schema(std::span<WholeFile> files, bool sync) {
  Schema widest = files.front().recovered.schema;
  for (const WholeFile& file : files)
    if (grows_into(widest, file.recovered.schema)) widest = file.recovered.schema;
  FileOptions options;
  options.sync = sync;
  for (WholeFile& file : files) {
    if (file.recovered.schema == widest) continue;
    amend_file(file.part, file.recovered.schema, widest, options, file.recovered.written);
    file.recovered.schema = widest;
    fs::path journal = file.part;
    remove_if_there(journal.replace_extension(".journal"));
  }
}

/// "year" and "month" of "events/year=2026/month=01/out-0.parquet".
std::vector<std::string> keys_of(std::string_view name) {
  std::vector<std::string> keys;
  for (std::string_view folder = directory_part(name); !folder.empty(); folder = directory_part(folder)) {
    const std::string key = name_part(folder);
    if (const size_t sign = key.find('='); sign != std::string::npos) keys.insert(keys.begin(), key.substr(0, sign));
  }
  return keys;
}

/// "events" of the same: the directory of a relation, whose name has no sign in it; empty where there is but one.
std::string_view relation_of(std::string_view name) {
  std::string_view folder = directory_part(name);
  while (name_part(folder).find('=') != std::string::npos) folder = directory_part(folder);
  return folder;
}

/// Those of one relation stand one behind the other.
std::vector<std::span<WholeFile>> by_relation(std::vector<WholeFile>& files) {
  std::ranges::stable_sort(files, {}, [](const WholeFile& file) { return relation_of(file.name); });
  std::vector<std::span<WholeFile>> relations;
  for (size_t begin = 0, end = 0; begin < files.size(); begin = end) {
    while (end < files.size() && relation_of(files[end].name) == relation_of(files[begin].name)) ++end;
    relations.emplace_back(&files[begin], end - begin);
  }
  return relations;
}

/// What Staging::adopt takes: the path of the staging directory from where the destination stands.
std::string staging_name_of(const LeftRun& run) { return run.staging.substr(run.destination.rfind('/') + 1); }

/// Names in the directory `path`; none where nothing stands there, or no directory. Throws Error{io} for another
/// reason: nothing found would be told as nothing left.
std::vector<std::string> names_inside(const std::string& path, bool may_be_closed) {
  std::vector<std::string> names;
  const int error = list_names(path, names);
  const bool is_none = error == ENOENT || error == ENOTDIR || error == ELOOP || (may_be_closed && error == EACCES);
  if (error != 0 && !is_none)
    throw Error(ErrorCode::io, "cannot list " + path + ": " + system_reason(error), {.source = path});
  return names;
}

/// Whether it has what a window left of the old dataset, which nobody else may have any more.
bool holds_old(const std::string& staging) {
  const std::vector<std::string> names = names_inside(staging, /*may_be_closed=*/false);
  return std::ranges::any_of(names, [&](const std::string& name) {
    return name.starts_with(kOldPrefix) && !names_inside(staging + "/" + name, /*may_be_closed=*/false).empty();
  });
}

/// Takes over each of them, and removes it. Nothing is removed where one of them can only be completed, or has what it
/// was replacing.
void discard_runs(const std::vector<LeftRun>& runs) {
  for (const LeftRun& run : runs) {
    const Staging staging = Staging::adopt(run.destination, staging_name_of(run));
    const std::optional<Intent> intent = read_intent(staging.directory(), run.destination);
    if (run.is_pending && intent && must_be_completed(staging.publication(true), *intent))
      throw Error(
          ErrorCode::conflict,
          run.destination + " has part of what a run was publishing when it was cut off: that can only be completed",
          {.source = run.destination}, "sluice recover " + run.destination + " completes it");
    if (holds_old(run.staging))
      throw Error(ErrorCode::conflict,
                  run.staging + "/" + std::string(kOldPrefix) + "* has what a run had moved away from " +
                      run.destination + ", which may be the only copy of it",
                  {.source = run.staging}, "move that to where it is to be, and discard the rest then");
  }
  for (const LeftRun& run : runs) Staging::adopt(run.destination, staging_name_of(run)).clean();
}

[[noreturn]] void refuse_to_publish(const LeftRun& run, const std::string& why) {
  throw Error(ErrorCode::invalid, why, {.source = run.destination},
              "sluice recover " + run.destination + " -o OTHER publishes it there; --discard removes it");
}

/// Whether it may be published at its destination as that stands.
void check_destination_of(const LeftRun& run, const Staging& staging) {
  if (run.mode == PublishMode::append || !staging.is_destination_there()) return;
  if (run.mode == PublishMode::create)
    refuse_to_publish(run, run.destination + " exists, and the run was to create it");
  refuse_to_publish(run, "the run had not begun to replace " + run.destination +
                             ", and a part of the new never takes the place of the whole old");
}

void add_to(RecoverResult& result, const std::vector<WholeFile>& files, const std::string& destination, bool is_file) {
  for (const WholeFile& file : files) {
    WrittenFile written = file.recovered.written;
    written.path = is_file ? destination : destination + "/" + file.name;
    result.written.rows += written.rows;
    result.written.bytes += written.bytes;
    result.written.files.push_back(std::move(written));
    result.bytes_lost += file.recovered.bytes_lost;
  }
}

void recover_run(const LeftRun& run, const RecoverOptions& options, RecoverResult& result) {
  Staging staging = Staging::adopt(run.destination, staging_name_of(run));
  if (run.files == 0) {
    staging.clean();
    return;
  }
  const RunRecord record = staging.record();  // as the run left it: at another place it is one that creates
  const bool is_file = record.kind == RunRecord::Kind::file;
  if (options.output.empty())
    check_destination_of(run, staging);
  else
    staging.publish_at(without_slashes_at_end(options.output));
  std::vector<WholeFile> files = make_whole(run.staging, record, options.sync);
  if (files.empty()) return;
  const std::string destination = staging.path();
  for (const std::span<WholeFile> relation : by_relation(files)) {
    give_one_schema(relation, options.sync);
    const std::string& name = relation.front().name;
    const std::string place =
        is_file ? destination : without_slashes_at_end(destination + "/" + std::string(relation_of(name)));
    if (staging.record().mode == PublishMode::append)
      check_append(place, relation.front().recovered.schema, keys_of(name), !relation_of(name).empty());
  }
  if (is_file) {
    publish_adopted_file(staging, options.sync);
  } else {
    std::vector<std::string> names;
    for (const WholeFile& file : files) names.push_back(file.name);
    DirectoryStaging(std::move(staging), std::move(names), options.sync).publish();
  }
  add_to(result, files, destination, is_file);
}

// What was published by an intent that somebody else had put in force: files, and directories of them.
void add_completed(const std::vector<std::string>& paths, RecoverResult& result) {
  for (const std::string& path : paths) {
    std::error_code gone;
    if (!fs::exists(path, gone)) continue;
    for (const ListedFile& file : list_files(path, /*hive_partitions=*/false)) {
      std::optional<RecoveredFile> found = look_at_left_file(file.path, {});
      if (!found) continue;
      result.written.rows += found->written.rows;
      result.written.bytes += found->written.bytes;
      result.written.files.push_back(std::move(found->written));
    }
  }
}

void refuse_several(std::span<const LeftRun> runs) {
  const auto creates = [](const LeftRun& run) { return run.mode == PublishMode::create && run.files > 0; };
  if (std::ranges::count_if(runs, creates) < 2) return;
  refuse_to_publish(runs[0], "several runs that were to create " + runs[0].destination + " have left something");
}

bool has_staging_inside(const std::string& path) {
  const std::vector<std::string> names = names_inside(path, /*may_be_closed=*/true);
  return std::ranges::any_of(names, [](const std::string& name) { return is_staging_of(name, kInnerPrefix); });
}

/// Names of the destinations inside a directory that runs have left something for.
std::vector<std::string> destinations_in(const std::string& path) {
  constexpr size_t kEndBytes = kInnerPrefix.size() + kRunDigits;
  std::vector<std::string> names;
  for (const std::string& name : names_inside(path, /*may_be_closed=*/false)) {
    if (is_staging_name(name) && name.size() > kEndBytes + 1)
      names.push_back(name.substr(1, name.size() - kEndBytes - 1));
    else if (!name.starts_with('.') && has_staging_inside(path + "/" + name))
      names.push_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void add_cleanable(const std::string& destination, std::vector<LeftRun>& runs) {
  for (LeftRun& run : left_runs(destination))
    if (!run.is_alive && !run.is_pending && run.arrivals.empty() && !holds_old(run.staging))
      runs.push_back(std::move(run));
}

}  // namespace

inline namespace v0 {

RecoverResult recover(const std::string& destination, const RecoverOptions& options) {
  const std::string path = without_slashes_at_end(destination);
  RecoverResult result{.runs = left_runs(path)};
  for (const LeftRun& run : result.runs)
    if (run.is_alive)
      throw Error(ErrorCode::conflict, "another writer is at work on " + path, {.source = path}, "wait for it");
  if (options.discard) {
    discard_runs(result.runs);
    return result;
  }
  add_completed(complete_pending_runs(path), result);
  std::vector<LeftRun> dead;
  for (const LeftRun& run : result.runs)
    if (!run.is_pending) dead.push_back(run);
  if (options.output.empty()) refuse_several(dead);
  for (const LeftRun& run : dead) {
    recover_run(run, options, result);
    if (!options.output.empty() && run.files > 0) break;
  }
  return result;
}

std::vector<LeftRun> clean(const std::string& path, bool dry_run) {
  const std::string wanted = without_slashes_at_end(path);
  std::vector<LeftRun> runs;  // all of them, before the first one goes: what cannot be listed stops it in time
  const std::string name = fs::path(wanted).filename();
  if (!name.empty() && name != "." && name != "..") add_cleanable(wanted, runs);
  for (const std::string& inside : destinations_in(wanted)) add_cleanable(wanted + "/" + inside, runs);
  if (dry_run) return runs;
  for (const LeftRun& run : runs) Staging::adopt(run.destination, staging_name_of(run)).clean();
  return runs;
}

}  // namespace v0
}  // namespace sluice
