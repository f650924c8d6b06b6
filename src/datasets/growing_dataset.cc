#include "datasets/growing_dataset.h"

#include <algorithm>
#include <utility>

#include "datasets/file_names.h"
#include "files/column_settings.h"
#include "files/rewritten_file.h"
#include "files/stored_file.h"
#include "sluice/error.h"
#include "storage/directory_tree.h"

namespace sluice {

const Schema& GrowingDataset::take(const std::string& relation, const Schema& rows) {
  auto known = grown_.find(relation);
  if (known == grown_.end()) {
    const std::string path = staging_.path() + (relation.empty() ? "" : "/") + relation;
    known = grown_.try_emplace(relation, path, options_.partitions, options_.file.runtime, !relation.empty()).first;
  }
  GrownSchema& grown = known->second;
  grown.take(rows);
  if (grown.wants_rewriting()) staging_.replace_all();
  return *grown.schema();
}

bool GrowingDataset::has_taken(const std::string& relation, const Schema& rows) const {
  const auto known = grown_.find(relation);
  return known != grown_.end() && known->second.rows_schema() == rows;
}

RewrittenFiles GrowingDataset::finish(const std::function<void()>& on_progress) {
  RewrittenFiles result;
  if (!staging_.replaces_all()) return result;
  refuse_known_run();
  Names rewritten;
  for (const auto& [relation, grown] : grown_) {
    rewrite(grown, result, rewritten, on_progress);
    for (SchemaChange& change : grown.changes()) {
      if (!relation.empty()) change.field = relation + ": " + change.field;
      result.changes.push_back(std::move(change));
    }
  }
  take_others_along(rewritten);
  return result;
}

// Of a run that appends, names would meet (Carrier::check); here its rows would come a second time under other names.
void GrowingDataset::refuse_known_run() const {
  for (const auto& [relation, grown] : grown_)
    for (const OldFile& file : grown.files())
      if (run_of_file_name(name_part(file.path)) == staging_.run())
        throw Error(ErrorCode::conflict, file.path + " exists already, and is of this run", {.source = file.path},
                    "a run id names one run: give this one another, or ask finished_run first");
}

void GrowingDataset::rewrite(const GrownSchema& grown, RewrittenFiles& result, Names& rewritten,
                             const std::function<void()>& on_progress) {
  for (const OldFile& old : grown.files()) {
    const std::string name = name_in_dataset(old.path);
    const auto status = status_at(old.path);
    if (!status || stamp_of(*status) != old.stamp) refuse_changed(staging_.path(), name);
    old_.emplace(name, old.stamp);
    const Schema stored = *StoredFile::open(old.path, {})->schema();
    const Schema wider = grown.schema_of_file(stored);
    if (stored == wider) continue;
    FileOptions options = options_.file;
    options.columns = columns_within(std::move(options.columns), wider);
    const std::string wanted = new_name(name);
    const WrittenFile file = rewrite_file(old.path, wider, staging_.create(wanted), std::move(options), on_progress);
    staging_.take_permissions(wanted, name);
    rewritten.insert(name);
    ++result.files;
    result.rows += file.rows;
    result.bytes += file.bytes;
  }
}

void GrowingDataset::take_others_along(const Names& rewritten) {
  for (const auto& [name, stamp] : old_files_of(staging_.path())) {
    const bool is_of_grown = std::ranges::any_of(
        grown_, [&](const auto& entry) { return entry.first.empty() || name.starts_with(entry.first + "/"); });
    const auto known = old_.find(name);
    if (known == old_.end() && is_of_grown && !is_passed_over(name)) refuse_changed(staging_.path(), name);
    if (known == old_.end()) old_.emplace(name, stamp);
    if (!rewritten.contains(name)) staging_.take_along(name);
  }
  check_unchanged();
}

void GrowingDataset::check_unchanged() const {
  if (staging_.replaces_all()) sluice::check_unchanged(staging_.path(), old_);
}

std::string GrowingDataset::name_in_dataset(const std::string& path) const {
  return path.substr(staging_.path().size() + 1);
}

// Two files may differ by the run alone that wrote one of them anew.
std::string GrowingDataset::new_name(const std::string& name) {
  std::string wanted = rewritten_file_name(name, staging_.run());
  for (size_t number = 1; !new_names_.insert(wanted).second; ++number)
    wanted = rewritten_file_name(name + "-" + std::to_string(number), staging_.run());
  return wanted;
}

}  // namespace sluice
