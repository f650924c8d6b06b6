// The digests over the indexes of a file of ours, and over its bloom filters (docs/digests.md).
#pragma once

#include <cstdint>

#include "files/stored_file.h"

namespace sluice {

/// Whence the digests of filters come, which the one over all indexes begins with.
enum class FilterDigests : uint8_t {
  told,   ///< by the footer, where it says them: the filters need not be read
  found,  ///< in the filters themselves
};

/// `bytes_read` grows by what was read. Throws Error{io}; Error{corrupt} where a filter lies outside of the file.
uint64_t index_digest(const StoredFile& file, FilterDigests filters, uint64_t& bytes_read);

}  // namespace sluice
