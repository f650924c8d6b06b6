// Whether rows may come to what a dataset has: the same columns, so that the dataset is one table behind it, too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/partition.h"
#include "sluice/publish_options.h"
#include "sluice/runtime.h"
#include "sluice/schema.h"

namespace sluice {

/// Throws Error{data} that names a column and what it is on both sides, where the files at `path` have other columns,
/// types or partition keys than the rows to come; what is not null there must not be null here. The order of columns
/// does not count. Reads the footers of all files; nothing is looked at for create and overwrite, which leave no file
/// beside theirs. Throws what DatasetReader does for files that cannot be read.
/// The footers are read on the threads of `runtime`; on a fresh one of its own where there is none. The hint says
/// whether DatasetOptions::rewrite_old would do, unless the run could not have it (`could_rewrite`). `of_relation`:
/// whether the rows are of one, as those of the files have to be, then.
void check_append(const std::string& path, const Schema& rows, const PartitionOptions& partitions, PublishMode mode,
                  const std::shared_ptr<Runtime>& runtime = nullptr, bool could_rewrite = true,
                  bool of_relation = false);

/// The same for a file that is finished, in a directory whose name has these keys.
void check_append(const std::string& path, const Schema& of_file, const std::vector<std::string>& keys,
                  bool of_relation = false);

/// Throws Error{data} where the partition keys of the files at `path` are not those of the rows to come.
void check_keys_of_append(const std::string& path, const std::vector<std::string>& there,
                          const std::vector<std::string>& keys);
/// Whether a column of the one type takes values of the other as they are. Values of directories, which are those of
/// keys, have no type of their own: numbers there are as wide as their reader takes them.
bool is_same_in_append(const Type& a, const Type& b, bool is_key);
/// Throws Error{data} where rows of a relation come to rows of none, of which `file` is one file, or the other way
/// round: together they could not be read.
void check_relation_of_append(const std::string& path, const std::string& file, bool of_relation);
/// Throws Error{data} where a column of a relation is of one field of the records there and of another one in the rows
/// to come, or where the files do not tell.
void check_origins_of_append(const std::string& path, const Schema& there, const Schema& rows);
/// Throws the Error{data} of a column that is another one in the rows to come.
[[noreturn]] void refuse_append(const std::string& path, const Field& there, const Field& found, bool is_relation);

/// The key of a file's metadata that names the run it is of.
inline constexpr const char* kRunIdKey = "sluice.run_id";

/// Throws Error{invalid} for a run id that is too long, or no UTF-8; an empty one is none.
void check_run_id(const std::string& run_id);

}  // namespace sluice
