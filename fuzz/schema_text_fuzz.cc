// The text form of schemas: what is accepted comes back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/error.h"
#include "sluice/schema.h"
#include "target.h"

namespace sluice::schema_text_fuzz {
namespace {

void run(ByteSpan input) {
  try {
    const Schema schema = parse_schema(as_text(input));
    if (parse_schema(to_text(schema)) != schema) std::abort();
  } catch (const Error&) {
  }
}

const fuzz::Registered kTarget("schema_text", run);

}  // namespace
}  // namespace sluice::schema_text_fuzz
