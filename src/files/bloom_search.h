// Whether a bloom filter may have one of some values: values in memory, and the filter knows them as they are stored
// (parquet-format, BloomFilter.md).
#pragma once

#include "pages/bloom_filter.h"
#include "pages/leaf_form.h"
#include "sluice/column.h"

namespace sluice {

/// False only where none of `values`, a plain column of form.type without nulls, is in the chunk that the filter was
/// made for. True for forms of which one value may be stored in several ways: INT96, decimals in byte arrays.
bool may_contain(const BloomFilter& filter, const LeafForm& form, const Column& values);

}  // namespace sluice
