// How all that reads Arrow IPC refuses what it finds.
#pragma once

#include <string>

#include "sluice/error.h"

namespace sluice {

[[noreturn]] inline void fail_ipc(const std::string& problem) { throw Error(ErrorCode::corrupt, problem); }

}  // namespace sluice
