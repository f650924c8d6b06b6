// What is known of columns and chunks takes in memory: a footer is several times as long there as in the file, and with
// thousands of columns what a writer knows of each is more than their rows.
#pragma once

#include <cstdint>
#include <vector>

#include "format/file_metadata.h"
#include "schema/leaves.h"

namespace sluice {

/// About; goes through all chunks.
uint64_t memory_of_footer(const FileMetaData& metadata);
/// About what a writer keeps for each leaf from its first row to the end of the file: schemas, levels, totals.
uint64_t memory_of_leaves(const std::vector<Leaf>& leaves);

}  // namespace sluice
