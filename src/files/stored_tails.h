// What a finished file of ours says of its row groups, as its writer had it: for who writes the metadata anew.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "files/chunk_tails.h"
#include "files/journal.h"
#include "files/stored_file.h"

namespace sluice {

/// Metadata, indexes and digests of the chunks of a row group, in the order of the schema. Nothing is held against what
/// it describes. Throws Error{io}; Error{corrupt} where something is not there that all files of ours have.
ChunkTails read_tails(const StoredFile& file, size_t group);
/// Likewise.
RowGroupTotals read_totals(const StoredFile& file, size_t group);
/// Where the indexes begin: what comes behind the last row group.
uint64_t end_of_row_groups(const StoredFile& file);
/// By what the rows are said to be sorted.
std::vector<SortingColumn> sorting_columns_of(const StoredFile& file);
/// The key-value metadata that the file's writer was given, without what every file of ours has.
std::vector<std::pair<std::string, std::string>> given_metadata(const StoredFile& file);

}  // namespace sluice
