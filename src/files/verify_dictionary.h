// What a chunk's dictionary is good for: entries that no value has, or that are there twice, are bytes that every
// reader reads, unpacks and looks up in for nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "files/stored_file.h"

namespace sluice {

struct EntryUse {
  int64_t entries = 0;
  int64_t unused = 0;    ///< that no value has
  int64_t repeated = 0;  ///< that are the same as another one
};

/// Reads the chunk's positions once more. Requires a chunk whose every value could be read; nothing where it has no
/// dictionary, or one of more than four million entries. Throws Error{io}.
std::optional<EntryUse> entry_use(const StoredFile& file, size_t row_group, size_t leaf, const ChunkContext& context);

}  // namespace sluice
