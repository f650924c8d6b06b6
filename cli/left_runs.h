// Runs that were cut off, as a table and as JSON.
#pragma once

#include <string>
#include <vector>

#include "json_output.h"
#include "session.h"
#include "sluice/recover.h"

namespace sluice::cli {

/// A line for each; `width_max` as in Table::text.
std::string left_runs_table(const std::vector<LeftRun>& runs, const Session& session);
/// "runs": [{"staging": ...}].
void add_left_runs(const std::vector<LeftRun>& runs, JsonWriter& json);

/// A line for each file that others have put into what was replaced, and that stands neither in the old nor in the new.
std::string arrival_lines(const std::vector<LeftRun>& runs);

}  // namespace sluice::cli
