// Dead runs: their files get footers, and then the names that their mode gives them.
#include "sluice/recover.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "datasets/append_check.h"
#include "datasets/file_listing.h"
#include "datasets/left_files.h"
#include "files/amend_file.h"
#include "files/recover_file.h"
#include "schema/leaves.h"
#include "sluice/error.h"
#include "storage/adopted_file.h"
#include "storage/directory_staging.h"
#include "storage/directory_tree.h"
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
    take_name(file);
    std::optional<RecoveredFile> recovered = recover_file(file.part, file.journal, sync);
    if (recovered)
      whole.push_back({file.name, file.part, std::move(*recovered)});
    else
      remove_if_there(file.part);
    if (!file.journal.empty()) remove_if_there(file.journal);
  }
  return whole;
}

// Files of a run that got a late column after some of them were finished; close() would have amended those.
void give_one_schema(std::vector<WholeFile>& files, bool sync) {
  if (files.empty()) return;
  const auto leaves = [](const WholeFile& file) { return leaves_of(file.recovered.schema).size(); };
  const Schema widest = std::ranges::max(files, {}, leaves).recovered.schema;
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

/// "year" and "month" of "year=2026/month=01/out-0.parquet".
std::vector<std::string> keys_of(std::string_view name) {
  std::vector<std::string> keys;
  for (std::string_view folder = directory_part(name); !folder.empty(); folder = directory_part(folder)) {
    const std::string key = name_part(folder);
    keys.insert(keys.begin(), key.substr(0, key.find('=')));
  }
  return keys;
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
  Staging staging = Staging::adopt(run.destination, fs::path(run.staging).filename());
  if (run.files == 0) {
    staging.clean();
    return;
  }
  const bool is_file = staging.record().kind == RunRecord::Kind::file;
  if (options.output.empty())
    check_destination_of(run, staging);
  else
    staging.publish_at(without_slashes_at_end(options.output));
  std::vector<WholeFile> files = make_whole(run.staging, staging.record(), options.sync);
  give_one_schema(files, options.sync);
  if (files.empty()) return;
  const std::string destination = staging.path();
  if (staging.record().mode == PublishMode::append)
    check_append(destination, files[0].recovered.schema, keys_of(files[0].name));
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

/// Names of the destinations inside a directory that runs have left something for.
std::vector<std::string> destinations_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entries(path, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    const std::string name = entries->path().filename();
    constexpr size_t kEndBytes = std::string_view(".sluice-").size() + kRunDigits;
    if (is_staging_name(name) && name.size() > kEndBytes + 1)
      names.push_back(name.substr(1, name.size() - kEndBytes - 1));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void clean_beside(const std::string& destination, bool dry_run, std::vector<LeftRun>& cleaned) {
  for (const LeftRun& run : left_runs(destination)) {
    if (run.is_alive || run.is_pending) continue;
    if (!dry_run) Staging::adopt(destination, fs::path(run.staging).filename()).clean();
    cleaned.push_back(run);
  }
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
    for (const LeftRun& run : result.runs) Staging::adopt(path, fs::path(run.staging).filename()).clean();
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
  std::vector<LeftRun> cleaned;
  const std::string name = fs::path(wanted).filename();
  if (!name.empty() && name != "." && name != "..") clean_beside(wanted, dry_run, cleaned);
  for (const std::string& inside : destinations_in(wanted)) clean_beside(wanted + "/" + inside, dry_run, cleaned);
  return cleaned;
}

}  // namespace v0
}  // namespace sluice
