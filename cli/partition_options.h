// What the command line says about partitions of a dataset.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "sluice/dataset_writer.h"

namespace sluice::cli {

/// --partition-by, --keep-partition-columns, --scratch.
std::vector<Option> partition_options(DatasetOptions& dataset);

/// Throws UsageError for options that do not go together.
void check_partitions(const DatasetOptions& dataset);

}  // namespace sluice::cli
