// The entry that libFuzzer calls, for the one target of the program.
#include <cstddef>
#include <cstdint>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::fuzz::targets().front().run({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
