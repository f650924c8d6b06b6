// The text form of schemas: what is accepted comes back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/error.h"
#include "sluice/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const sluice::Schema schema = sluice::parse_schema({reinterpret_cast<const char*>(data), size});
    if (sluice::parse_schema(sluice::to_text(schema)) != schema) std::abort();
  } catch (const sluice::Error&) {
  }
  return 0;
}
