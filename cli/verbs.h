// The verbs of the program. Each stands in a file of its own.
#pragma once

#include <span>
#include <string>

#include "session.h"

namespace sluice::cli {

using Arguments = std::span<const std::string>;

/// Each does what its arguments say and gives the exit code. They throw UsageError and Error.
int run_write(Session& session, Arguments arguments);
int run_inspect(Session& session, Arguments arguments);
int run_schema(Session& session, Arguments arguments);
int run_show(Session& session, Arguments arguments);
int run_count(Session& session, Arguments arguments);
int run_verify(Session& session, Arguments arguments);
int run_diff(Session& session, Arguments arguments);
int run_recover(Session& session, Arguments arguments);
int run_clean(Session& session, Arguments arguments);
int run_merge(Session& session, Arguments arguments);

}  // namespace sluice::cli
