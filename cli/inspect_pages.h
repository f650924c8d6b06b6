// `sluice inspect --pages`: every page of the chunks that were asked for.
#pragma once

#include <cstddef>
#include <vector>

#include "json_output.h"
#include "session.h"
#include "sluice/layout.h"

namespace sluice::cli {

/// A table for each chunk, in the order of the file, written as it is read: a damaged page is told after those before.
void print_pages(const FilePages& pages, const std::vector<size_t>& columns, const Session& session);

/// Reads all page headers of these columns, so that what is wrong with them is told before anything is printed.
void check_pages(const FilePages& pages, const std::vector<size_t>& columns);

/// "page_list": [...] of one chunk.
void add_pages(JsonWriter& json, const FilePages& pages, size_t row_group, size_t column);

}  // namespace sluice::cli
