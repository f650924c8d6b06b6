// Whether a run of an id has been done: its files say so, by their names and in their metadata.
#include <algorithm>
#include <utility>

#include "datasets/append_check.h"
#include "datasets/file_listing.h"
#include "datasets/file_names.h"
#include "files/recover_file.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/recover.h"
#include "storage/directory_tree.h"
#include "storage/staging.h"

namespace sluice {
namespace {

bool is_of_run(const std::string& path, const std::string& run_id) {
  const FileReader file(path);
  return std::ranges::find(file.metadata(), std::pair<std::string, std::string>(kRunIdKey, run_id)) !=
         file.metadata().end();
}

/// Those that the run has written: with its digits in their names, or, where a run has made the dataset, without any.
std::vector<std::string> files_of_run(const std::string& path, const std::string& run_id) {
  const std::string digits = run_of_id(run_id);
  std::vector<std::string> named;
  std::vector<std::string> unnamed;
  for (std::string& file : is_directory(path) ? files_below(path) : std::vector{path}) {
    const std::optional<std::string> run = run_of_file_name(name_part(file));
    if (run == digits)
      named.push_back(std::move(file));
    else if (!run)
      unnamed.push_back(std::move(file));
  }
  if (!named.empty()) {
    if (!is_of_run(named[0], run_id))
      throw Error(ErrorCode::conflict, named[0] + " is of another run than " + run_id + ", whose digits are the same",
                  {.source = named[0]}, "give this run another id");
    return named;
  }
  if (unnamed.empty() || !is_of_run(unnamed[0], run_id)) return {};
  std::erase_if(unnamed, [&](const std::string& file) { return !is_of_run(file, run_id); });
  return unnamed;
}

}  // namespace

inline namespace v0 {

std::optional<WriteResult> finished_run(const std::string& path, const std::string& run_id) {
  check_run_id(run_id);
  if (run_id.empty()) throw Error(ErrorCode::invalid, "a run id that is empty names no run");
  const std::string destination = without_slashes_at_end(path);
  complete_pending_runs(destination);
  if (!status_at(destination)) return std::nullopt;
  WriteResult result;
  for (const std::string& file : files_of_run(destination, run_id)) {
    std::optional<RecoveredFile> found = look_at_left_file(file, {});
    if (!found) {  // without a row
      found.emplace();
      found->written.path = file;
      if (const auto status = status_at(file)) found->written.bytes = static_cast<uint64_t>(status->st_size);
    }
    result.rows += found->written.rows;
    result.bytes += found->written.bytes;
    result.files.push_back(std::move(found->written));
  }
  if (result.files.empty()) return std::nullopt;
  result.was_done_before = true;
  remove_remains(destination, run_id);  // of a run that was cut off while it tidied up
  return result;
}

}  // namespace v0
}  // namespace sluice
