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
#include "target.h"

namespace sluice::predicate_fuzz {
namespace {

constexpr std::string_view kColumns =
    "a int8, b uint64, c float64, d decimal(40, 3), e string, f timestamp(ms, UTC), g date, h bool, i binary, j uuid, "
    "k float16, s struct<x time(us), y list<int8>>";

// Two rows: nulls, and zeros.
Batch table() {
  const auto schema = std::make_shared<const Schema>(parse_schema(kColumns));
  std::vector<Column> columns;
  for (const Field& field : schema->fields()) {
    ColumnBuilder builder(field.type);
    builder.append_nulls(2);
    Column column = builder.finish();
    if (!field.type.is_nested()) {
      static const std::vector<uint8_t> second_is_there(8, 2);
      column.validity = Buffer(std::as_bytes(std::span(second_is_there)), nullptr);
      column.null_count = 1;
    }
    columns.push_back(std::move(column));
  }
  return Batch(schema, std::move(columns), 2);
}

void run(ByteSpan input) {
  static const Batch batch = table();
  try {
    const Predicate predicate = parse_predicate(as_text(input));
    if (parse_predicate(to_text(predicate)) != predicate) std::abort();
    Predicate negation{.kind = Predicate::Kind::negation};
    negation.operands.push_back(predicate);
    const auto kept = BoundPredicate(predicate, batch.schema()).select(batch);
    const auto dropped = BoundPredicate(negation, batch.schema()).select(batch);
    if ((kept.words()[0] & dropped.words()[0]) != 0 || (kept.words()[0] | dropped.words()[0]) > 3) std::abort();
  } catch (const Error&) {
  }
}

const fuzz::Registered kTarget("predicate", run);

}  // namespace
}  // namespace sluice::predicate_fuzz
