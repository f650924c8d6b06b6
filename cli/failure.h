// Failures as people and machines read them: "sluice: error: SENTENCE" on standard error, what became of the
// destination, one hint; with --json the object "sluice.error/1" on standard output as well.
#pragma once

#include <string>

#include "session.h"
#include "sluice/error.h"

namespace sluice::cli {

/// Both print and return the exit code. `consequence` is a sentence about the destination, or empty.
int report(const Session& session, const Error& error, const std::string& consequence = {});
int report(const Session& session, const UsageError& error);

}  // namespace sluice::cli
