// The layout of a file that is open already; see sluice/layout.h.
#pragma once

#include "files/stored_file.h"
#include "sluice/layout.h"

namespace sluice {

/// Throws Error{corrupt} for statistics, sizes and places of indexes that contradict the chunk or the file.
FileLayout layout_of(const StoredFile& file);

}  // namespace sluice
