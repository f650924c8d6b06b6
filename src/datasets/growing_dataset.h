// Rows come to a dataset that has fewer columns than they, or narrower ones: its files are written anew, each in the
// schema that both come to, and take the place of the old ones together with those of the new rows, in one exchange
// (docs/evolution.md). Files that have that schema come along as they are. Relations grow each by itself.
//
//   GrowingDataset growing(staging, options);
//   const Schema& of_files = growing.take("", schema_of_rows);     // what the files of the new rows have
//   files->write(growing.grown("", batch));
//   RewrittenFiles old = growing.finish(on_progress);              // behind the last row, before the staging publishes
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "datasets/grown_schema.h"
#include "datasets/old_files.h"
#include "sluice/dataset_writer.h"
#include "storage/directory_staging.h"

namespace sluice {

class GrowingDataset {
 public:
  /// Both must outlive it; the options must have been checked, and have a runtime.
  GrowingDataset(DirectoryStaging& staging, const DatasetOptions& options) : staging_(staging), options_(options) {}

  /// The schema for the files of rows that have the schema `rows` from here on. `relation`: its directory, or "". Where
  /// old files have to be written anew for it, the staging becomes one that replaces all. Throws what GrownSchema and
  /// DirectoryStaging::replace_all do.
  const Schema& take(const std::string& relation, const Schema& rows);
  /// Whether that is what the last call for the relation was.
  bool has_taken(const std::string& relation, const Schema& rows) const;
  /// As take() was given it.
  const Schema& rows_schema(const std::string& relation) const { return grown_.at(relation).rows_schema(); }
  /// Rows of that schema in that of their files.
  Batch grown(const std::string& relation, const Batch& rows) const { return grown_.at(relation).grown(rows); }

  /// Puts into the staging what is to stay of the dataset: nothing where it only gets more files. `on_progress` is
  /// called now and then, and may throw. Throws what rewrite_file does; Error{conflict} where the dataset has changed
  /// since its footers were read, or has files of this run.
  RewrittenFiles finish(const std::function<void()>& on_progress);
  /// Behind finish(), as late as can be: throws Error{conflict} where a file that is about to be replaced has come,
  /// gone or changed since, for it would be lost.
  void check_unchanged() const;

 private:
  using Names = std::set<std::string, std::less<>>;

  std::string name_in_dataset(const std::string& path) const;
  std::string new_name(const std::string& name);
  void refuse_known_run() const;
  void rewrite(const GrownSchema& grown, RewrittenFiles& result, Names& rewritten,
               const std::function<void()>& on_progress);
  void take_others_along(const Names& rewritten);

  DirectoryStaging& staging_;
  const DatasetOptions& options_;
  std::map<std::string, GrownSchema, std::less<>> grown_;  ///< by the directory of the relation
  Names new_names_;
  KnownFiles old_;  ///< all that is about to be replaced, as it was when it was read
};

}  // namespace sluice
