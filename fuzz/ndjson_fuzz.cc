// NDJSON from anywhere: any bytes end in batches or in an Error, and the same bytes read under the schema that was
// inferred from them fit it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "nameless_file.h"
#include "sluice/error.h"
#include "sluice/write.h"
#include "target.h"

namespace sluice::ndjson_fuzz {
namespace {

int64_t rows_of(const std::string& path, SourceOptions options, Schema* schema) {
  const auto stream = open_source({path, SourceFormat::ndjson}, std::move(options));
  *schema = stream->schema();
  int64_t rows = 0;
  while (const auto next = stream->next()) rows += next->batch.rows();
  return rows;
}

void run(ByteSpan input) {
  static const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  static fuzz::NamelessFile file;
  file.write(input);
  SourceOptions options;
  options.runtime = runtime;
  Schema schema;
  int64_t rows = 0;
  try {
    rows = rows_of(file.path(), options, &schema);
  } catch (const Error&) {
    return;
  }
  if (schema.size() == 0) return;
  options.schema = schema;
  if (rows_of(file.path(), options, &schema) != rows) std::abort();
}

const fuzz::Registered kTarget("ndjson", run);

}  // namespace
}  // namespace sluice::ndjson_fuzz
