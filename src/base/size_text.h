// Sizes, counts and times as people read and write them: public, because the program speaks in them too.
#pragma once

#include <cstdint>
#include <string>

#include "sluice/units.h"

namespace sluice {

/// "12MiB", rounded up: as --memory takes it.
std::string whole_mebibytes(uint64_t bytes);

}  // namespace sluice
