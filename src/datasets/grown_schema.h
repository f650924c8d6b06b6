// What the rows that come to a dataset, and the files that it has, come to: one schema that holds all values of both
// (DESIGN, "Inference and JSON": one run, one schema; docs/evolution.md).
//
//   there   a int64, b date                   rows   b timestamp(us), c string
//   grown   a int64, b timestamp(us), c string
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sluice/batch.h"
#include "sluice/partition.h"
#include "sluice/predicate.h"
#include "sluice/runtime.h"
#include "sluice/schema.h"
#include "storage/file_stamp.h"

namespace sluice {

/// A file that is there, as it was before its footer was read.
struct OldFile {
  std::string path{};
  FileStamp stamp{};
};

class GrownSchema {
 public:
  /// Reads the footers of the files at `path`, a dataset or a relation of one, on the threads of `runtime`; there may
  /// be none, and then rows keep their schema. Throws Error{data} for other partition keys than those of the rows, and
  /// what DatasetReader does.
  GrownSchema(const std::string& path, const PartitionOptions& partitions, const std::shared_ptr<Runtime>& runtime,
              bool of_relation);

  /// From here on rows have this schema: the first one, or one that the last one has grown to. Throws Error{data} that
  /// names a column and both of its types where no type holds the values of both; a field inside of a column that is
  /// not null in the files and comes up late where it may be null; and, of outermost columns, a value of the files that
  /// would not stay what it is: of others, and of timestamps that get nanoseconds, that is found when the file is
  /// written anew.
  void take(const Schema& rows);
  /// Of the rows, as take() was given it.
  const Schema& rows_schema() const { return *rows_; }
  /// All columns of the files that are there, in their order, and behind them those that only the rows have. What one
  /// side lacks is nullable. Values of partition keys have the type that they have in the rows.
  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// The rows in that schema. Throws Error{data} that names the column where a value does not stay what it is.
  Batch grown(const Batch& rows) const;

  /// Whether the files that are there have not this schema.
  bool wants_rewriting() const;
  /// How it differs from theirs: columns that are new, that have a wider type, or, with the type that they had, that
  /// may be null by now. Without sources and records.
  std::vector<SchemaChange> changes() const;
  /// In their order.
  const std::vector<OldFile>& files() const { return files_; }
  /// The schema for a file that has the schema `stored`: it keeps the keys that it has in columns, those behind the
  /// others that the rows have in none ("year" of year(at)).
  Schema schema_of_file(const Schema& stored) const;

 private:
  std::vector<Field> without_keys(const Schema& schema) const;
  void check_values();
  void check_values(const Field& wider, const Predicate& suspects) const;

  const std::string path_;
  const std::shared_ptr<Runtime> runtime_;
  const bool of_relation_;
  std::vector<OldFile> files_;
  std::set<std::string, std::less<>> keys_;     ///< names of partition keys
  Schema there_;                                ///< of the files
  std::set<std::string, std::less<>> checked_;  ///< columns whose values are known to become those of another type
  std::shared_ptr<const Schema> rows_;
  std::shared_ptr<const Schema> schema_;
};

}  // namespace sluice
