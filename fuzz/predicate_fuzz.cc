// Conditions: what is accepted comes back the same, and either fits a table of many types or is refused; if it fits,
// each row is kept by the condition, by its negation, or by neither.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "columns/bound_predicate.h"
#include "columns/builder.h"
#include "sluice/batch.h"
#include "sluice/error.h"
#include "sluice/predicate.h"

namespace {

constexpr std::string_view kColumns =
    "a int8, b uint64, c float64, d decimal(40, 3), e string, f timestamp(ms, UTC), g date, h bool, i binary, j uuid, "
    "k float16, s struct<x time(us), y list<int8>>";

// Two rows: nulls, and zeros.
sluice::Batch table() {
  const auto schema = std::make_shared<const sluice::Schema>(sluice::parse_schema(kColumns));
  std::vector<sluice::Column> columns;
  for (const sluice::Field& field : schema->fields()) {
    sluice::ColumnBuilder builder(field.type);
    builder.append_nulls(2);
    sluice::Column column = builder.finish();
    if (!field.type.is_nested()) {
      static const std::vector<uint8_t> second_is_there(8, 2);
      column.validity = sluice::Buffer(std::as_bytes(std::span(second_is_there)), nullptr);
      column.null_count = 1;
    }
    columns.push_back(std::move(column));
  }
  return sluice::Batch(schema, std::move(columns), 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sluice::Batch batch = table();
  try {
    const sluice::Predicate predicate = sluice::parse_predicate({reinterpret_cast<const char*>(data), size});
    if (sluice::parse_predicate(sluice::to_text(predicate)) != predicate) std::abort();
    sluice::Predicate negation{.kind = sluice::Predicate::Kind::negation};
    negation.operands.push_back(predicate);
    const auto kept = sluice::BoundPredicate(predicate, batch.schema()).select(batch);
    const auto dropped = sluice::BoundPredicate(negation, batch.schema()).select(batch);
    if ((kept.words()[0] & dropped.words()[0]) != 0 || (kept.words()[0] | dropped.words()[0]) > 3) std::abort();
  } catch (const sluice::Error&) {
  }
  return 0;
}
