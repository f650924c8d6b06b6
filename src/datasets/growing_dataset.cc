#include "datasets/growing_dataset.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "datasets/file_names.h"
#include "files/column_settings.h"
#include "files/rewritten_file.h"
#include "files/stored_file.h"
#include "sluice/error.h"
#include "storage/descriptor.h"
#include "storage/directory_tree.h"
#include "storage/staging_name.h"

namespace sluice {
namespace {

/// By those who list the files of a dataset.
bool is_passed_over(const std::string& name) {
  const std::string path = "/" + name;
  return path.find("/.") != std::string::npos || path.find("/_") != std::string::npos;
}

}  // namespace

const Schema& GrowingDataset::take(const std::string& relation, const Schema& rows) {
  auto known = grown_.find(relation);
  if (known == grown_.end()) {
    const std::string path = staging_.path() + (relation.empty() ? "" : "/") + relation;
    known = grown_.try_emplace(relation, path, options_.partitions, options_.file.runtime).first;
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
  Names known;
  Names rewritten;
  for (const auto& [relation, grown] : grown_) {
    rewrite(grown, result, known, rewritten, on_progress);
    for (SchemaChange& change : grown.changes()) {
      if (!relation.empty()) change.field = relation + ": " + change.field;
      result.changes.push_back(std::move(change));
    }
  }
  take_others_along(known, rewritten);
  return result;
}

void GrowingDataset::rewrite(const GrownSchema& grown, RewrittenFiles& result, Names& known, Names& rewritten,
                             const std::function<void()>& on_progress) {
  for (const std::string& path : grown.files()) {
    const std::string name = name_in_dataset(path);
    known.insert(name);
    const Schema stored = *StoredFile::open(path, {})->schema();
    const Schema wider = grown.schema_of_file(stored);
    if (stored == wider) continue;
    FileOptions options = options_.file;
    options.columns = columns_within(std::move(options.columns), wider);
    const WrittenFile file =
        rewrite_file(path, wider, staging_.create(new_name(name)), std::move(options), on_progress);
    rewritten.insert(name);
    ++result.files;
    result.rows += file.rows;
    result.bytes += file.bytes;
  }
}

void GrowingDataset::take_others_along(const Names& known, const Names& rewritten) {
  const Names there = names_there();
  for (const std::string& name : known)
    if (!there.contains(name)) refuse_changed(name);
  for (const std::string& name : there) {
    if (rewritten.contains(name)) continue;
    const bool is_of_grown = std::ranges::any_of(
        grown_, [&](const auto& entry) { return entry.first.empty() || name.starts_with(entry.first + "/"); });
    if (is_of_grown && !known.contains(name) && !is_passed_over(name)) refuse_changed(name);
    staging_.take_along(name);
  }
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

/// All that is about to be replaced, also what readers pass over.
GrowingDataset::Names GrowingDataset::names_there() const {
  Names names;
  const Descriptor opened = open_directory(staging_.path());
  int error = opened.is_open() ? 0 : errno;
  if (opened.is_open())
    error = walk_tree(
        opened.get(),
        [&](const TreeEntry& entry) {
          if (entry.kind == TreeEntry::Kind::file && entry.name.ends_with(".parquet")) names.insert(entry.path);
          return 0;
        },
        [](const TreeEntry& entry) { return !is_staging_name(entry.name); });
  if (error != 0)
    throw Error(ErrorCode::io, "cannot list " + staging_.path() + ", which is to be replaced: " + system_reason(error),
                {.source = staging_.path()});
  return names;
}

void GrowingDataset::refuse_changed(const std::string& name) const {
  const std::string path = staging_.path() + "/" + name;
  throw Error(ErrorCode::conflict, path + " has come or gone while " + staging_.path() + " was to be written anew",
              {.source = path}, "run again: nothing was changed");
}

}  // namespace sluice
