// What the options of a file and of its columns come to for each leaf column.
#pragma once

#include <vector>

#include "pages/chunk_writer.h"
#include "schema/leaves.h"
#include "sluice/file_writer.h"

namespace sluice {

/// One for each leaf, in their order. Throws Error{invalid} for a column that does not exist and for a setting that
/// does not suit its type or is out of range.
std::vector<ChunkOptions> chunk_options_of(const FileOptions& options, const std::vector<Leaf>& leaves);

/// `schema` with the field ids that `options` ask for. Throws Error{invalid} for a field that does not exist and for an
/// id that two fields have.
Schema with_field_ids(const Schema& schema, const FileOptions& options);

/// Throws Error{invalid} for a level that the codec does not have.
void check_compression(Compression compression);

/// Of what is asked of single columns, that of columns that the schema has: the rest is for other relations.
std::vector<ColumnOptions> columns_within(std::vector<ColumnOptions> columns, const Schema& schema);

}  // namespace sluice
