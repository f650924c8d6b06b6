// Rows held against the order that a row group's sorting_columns claim (parquet-format, parquet.thrift, SortingColumn):
// readers that merge, or search by halves, rely on it.
#pragma once

#include <memory>
#include <optional>

#include "files/stored_file.h"
#include "sluice/read_options.h"
#include "sluice/verify.h"

namespace sluice {

/// The first row that stands where it must not, or a claim that cannot be; nothing where the order holds, or nobody
/// claims one. Columns below lists and those whose order is not known to us end what is looked at: rows are held
/// against the columns in front of them. Reads these columns once more, within the budget of `options`; requires chunks
/// whose every value could be read. Throws Error as scan does.
std::optional<Finding> check_sorting(const std::shared_ptr<const StoredFile>& file, size_t row_group,
                                     const ReadOptions& options);

}  // namespace sluice
