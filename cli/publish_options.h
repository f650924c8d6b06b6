// What the command line says about the destination: what becomes of what is there, and of a run that fails.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "sluice/dataset_writer.h"
#include "sluice/error.h"

namespace sluice::cli {

/// --mode, --run-id, --sync, --row-group-seconds, --on-failure, --allow-window.
std::vector<Option> publish_options(DatasetOptions& dataset);

/// Throws UsageError for options that do not go together, or with this destination.
void check_publishing(const DatasetOptions& dataset, const std::string& destination);

/// "wrote", "appended" or "replaced".
std::string publishing_verb(PublishMode mode);
/// "done      before by run nightly-7: ..."
std::string done_before_line(const WriteResult& result, const std::string& run_id, const std::string& destination);
/// A sentence on what became of the destination, after a failure; empty where the error has told it.
std::string consequence(const DatasetOptions& dataset, const std::string& destination, ErrorCode code);
/// Where work in progress stood inside of the destination.
std::string staged_inside_line(const WriteResult& result, const std::string& destination);
/// A line for each directory that an earlier run has left, and what can be done about it.
std::string dead_run_lines(const std::vector<std::string>& dead_runs, const std::string& destination);

}  // namespace sluice::cli
