// A number that nobody outside of the process can foresee, for hashes of what comes from outside: were the hash known,
// thousands of values for one slot could be computed, and each look-up would walk past them all. Nothing that is
// written may depend on it. (Linux getrandom.)
#pragma once

#include <cstdint>

namespace sluice {

/// Another one with each call. Early in a system's life there is none yet; then a known one, which is good for all
/// values but those that were made for it.
uint64_t random_number();

}  // namespace sluice
