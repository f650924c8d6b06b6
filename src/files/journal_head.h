// What a journal says before the records of row groups, so that a file can be finished by others: the schema, the
// metadata, and by what the rows are sorted. A Parquet file without rows says most of that, and the reader of Parquet
// files reads it.
//
//   bytes 0..3     "SLFH"
//         4..7     CRC-32 of the bytes from 8 on
//         8..15    bytes of the whole record
//        16..19    the version of this form: 1
//        20..23    columns by which rows are sorted
//        24..      of each: number of the leaf, 32 bits; whether it descends, whether nulls come first: a byte each;
//                  two bytes of zeros
//        then      a Parquet file without row groups
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "files/stored_file.h"
#include "format/file_metadata.h"
#include "sluice/schema.h"

namespace sluice {

struct JournalHead {
  std::shared_ptr<const StoredFile> file;  ///< schema and metadata; without row groups
  std::vector<SortingColumn> sorting_columns;
};

/// A Parquet file without row groups, as FooterBuilder makes it.
Bytes empty_file(const Schema& schema, const std::vector<SortingColumn>& sorting_columns,
                 const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& name);

/// The record.
Bytes make_journal_head(const Schema& schema, const std::vector<SortingColumn>& sorting_columns,
                        const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& name);
/// Nothing for a record that is damaged, or of another version. `name`: of the journal.
std::optional<JournalHead> parse_journal_head(ByteSpan record, const std::string& name);

}  // namespace sluice
