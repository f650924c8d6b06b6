// NDJSON from anywhere: any bytes end in batches or in an Error, and the same bytes read under the schema that was
// inferred from them fit it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "sluice/error.h"
#include "sluice/write.h"

namespace {

int64_t rows_of(const std::string& path, sluice::SourceOptions options, sluice::Schema* schema) {
  const auto stream = sluice::open_source({path, sluice::SourceFormat::ndjson}, std::move(options));
  *schema = stream->schema();
  int64_t rows = 0;
  while (const auto next = stream->next()) rows += next->batch.rows();
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto runtime = std::make_shared<sluice::Runtime>(sluice::RuntimeOptions{.threads = 1});
  static const int file = memfd_create("ndjson", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  sluice::SourceOptions options;
  options.runtime = runtime;
  sluice::Schema schema;
  int64_t rows = 0;
  try {
    rows = rows_of(path, options, &schema);
  } catch (const sluice::Error&) {
    return 0;
  }
  if (schema.size() == 0) return 0;
  options.schema = schema;
  if (rows_of(path, options, &schema) != rows) std::abort();
  return 0;
}
