// Memory that it takes to end a page, or to take in some values, and that nothing is left in behind it. Columns of
// which one at a time is worked on share it: of ten thousand of them each would have as much as a page.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace sluice {

struct PageScratch {
  Bytes levels;                    ///< of the page that ends
  Bytes encoded;                   ///< its values, or some of them, in the encoding at hand
  Bytes compressed;                ///< these, when they are only measured
  Bytes values;                    ///< some values, gathered
  std::vector<int32_t> positions;  ///< of values in the dictionary of a column

  uint64_t memory_bytes() const {
    return levels.capacity() + encoded.capacity() + compressed.capacity() + values.capacity() +
           positions.capacity() * sizeof(int32_t);
  }
};

}  // namespace sluice
