// Rows of one schema in another that holds all of theirs: columns by name, each in the type that it has got since
// (columns/evolved.h).
#pragma once

#include <memory>

#include "sluice/batch.h"

namespace sluice {

/// The rows of `batch` under the schema `to`, sharing the buffers of columns that stay as they are; a column that they
/// lack is null. Requires columns that evolve to those of `to`, which has all of theirs. Throws Error{data} that names
/// the column for a value that would not stay what it is.
Batch evolved_batch(const Batch& batch, const std::shared_ptr<const Schema>& to);

}  // namespace sluice
