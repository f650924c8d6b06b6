// What is told of files that are finished takes memory until all are: with thousands of them it counts.
#pragma once

#include <cstdint>

#include "sluice/file_writer.h"

namespace sluice {

/// Bytes, about.
uint64_t memory_of(const WrittenFile& file);

}  // namespace sluice
