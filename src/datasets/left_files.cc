#include "datasets/left_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "datasets/file_names.h"
#include "files/recover_file.h"
#include "sluice/error.h"
#include "storage/directory_tree.h"
#include "storage/staging_name.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

/// Calls `visit` with the path of each below the directory, and from there; nothing where that is not there.
template <typename Visit>
void for_each_file(const std::string& directory, Visit visit) {
  const Descriptor opened = open_directory(directory);
  int error = opened.is_open() ? 0 : errno;
  if (opened.is_open())
    error = walk_tree(opened.get(), [&](const TreeEntry& entry) {
      if (entry.kind == TreeEntry::Kind::file) visit(directory + "/" + entry.path, entry.path);
      return 0;
    });
  if (error != 0 && error != ENOENT)
    throw Error(ErrorCode::io, "cannot look at " + directory + ": " + system_reason(error), {.source = directory});
}

/// All files that take the place of others carry the run that wrote their rows.
bool is_of_another_run(const std::string& name, const std::string& run) { return run_of_file_name(name) != run; }

}  // namespace

std::vector<LeftFile> left_files(const std::string& staging, const RunRecord& record) {
  constexpr std::string_view kPart = ".part";
  const bool is_file = record.kind == RunRecord::Kind::file;
  const std::string directory = is_file ? staging : staging + "/data";
  const std::string run = staging.substr(staging.size() - std::min(staging.size(), kRunDigits));
  std::vector<LeftFile> files;
  for_each_file(directory, [&](const std::string& path, const std::string& name) {
    LeftFile file{.name = name, .part = path};
    if (file.name.ends_with(kPart))
      file.name.resize(file.name.size() - kPart.size());
    else if (!is_file && file.name.ends_with(".parquet"))
      file.has_name = true;
    else
      return;
    if (is_file && file.name != record.destination) return;
    file.is_old = record.mode == PublishMode::overwrite && !is_file && is_of_another_run(name_part(file.name), run);
    const std::string journal = directory + "/" + file.name + ".journal";
    if (!file.has_name && status_at(journal)) file.journal = journal;
    files.push_back(std::move(file));
  });
  std::ranges::sort(files, {}, &LeftFile::name);
  return files;
}

uint64_t bytes_below(const std::string& directory) {
  uint64_t bytes = 0;
  for_each_file(directory, [&](const std::string& path, const std::string& /*name*/) {
    std::error_code gone;
    const uintmax_t size = fs::file_size(path, gone);
    if (!gone) bytes += size;
  });
  return bytes;
}

LeftRun look_at_left_run(const DestinationPlace& place, const LeftStaging& left) {
  LeftRun run{.staging = path_beside(place, left.name),
              .destination = place.path,
              .mode = left.record.mode,
              .run_id = left.record.run_id,
              .is_alive = left.is_alive,
              .is_pending = left.is_pending,
              .begun = left.begun};
  run.bytes = bytes_below(run.staging);
  if (run.is_alive) return run;
  for_each_file(run.staging + "/" + std::string(kArrivalsName),
                [&](const std::string& path, const std::string& /*name*/) { run.arrivals.push_back(path); });
  std::ranges::sort(run.arrivals);
  for (const LeftFile& file : left_files(run.staging, left.record)) {
    if (file.is_old) continue;
    const std::optional<RecoveredFile> found = look_at_left_file(file.part, file.journal);
    if (!found) continue;
    ++run.files;
    run.rows += found->written.rows;
    run.row_groups += static_cast<size_t>(found->written.row_groups);
  }
  return run;
}

inline namespace v0 {

std::vector<LeftRun> left_runs(const std::string& destination) {
  const DestinationPlace place = open_place(without_slashes_at_end(destination));
  std::vector<LeftRun> runs;
  for (const LeftStaging& left : left_stagings(place))
    if (left.is_ours) runs.push_back(look_at_left_run(place, left));
  return runs;
}

}  // namespace v0
}  // namespace sluice
