#include "files/field_totals.h"

#include <optional>
#include <string>
#include <utility>

#include "files/bound_order.h"
#include "files/bound_text.h"
#include "schema/kinds.h"

namespace sluice {

namespace {

/// Takes `bound` in place of `kept` where it lies further out; of two that are alike, an exact one.
void widen(const Type& type, const std::optional<std::string>& bound, bool exact, bool downwards,
           std::optional<std::string>& kept, bool& kept_exact) {
  if (!bound) return;
  if (kept) {
    const std::partial_ordering order = compare_bounds(type, *bound, *kept);
    if (order == 0) kept_exact |= exact;
    // Zeros of both signs are alike; the lower bound is stored as the negative one, the upper as the positive one.
    if (downwards ? !(order < 0) : !(order > 0)) return;
  }
  kept = bound;
  kept_exact = exact;
}

}  // namespace

FieldTotals::FieldTotals(const std::vector<Leaf>& leaves)
    : fields_(leaves.size()), unbounded_below_(leaves.size()), unbounded_above_(leaves.size()) {
  for (size_t i = 0; i < leaves.size(); ++i) {
    fields_[i].name = leaves[i].name;
    fields_[i].type = leaves[i].type;
    const TypeKind kind = leaves[i].type.kind();
    if (is_float(kind)) fields_[i].nans = 0;
  }
}

FieldTotals::FieldTotals(std::vector<FieldResult> taken)
    : fields_(std::move(taken)), unbounded_below_(fields_.size()), unbounded_above_(fields_.size()) {}

void FieldTotals::extend(const std::vector<Leaf>& leaves, const std::vector<LeafOrigin>& origins) {
  FieldTotals extended(leaves);
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (!origins[i].kept) continue;
    extended.fields_[i] = std::move(fields_[*origins[i].kept]);
    extended.unbounded_below_[i] = unbounded_below_[*origins[i].kept];
    extended.unbounded_above_[i] = unbounded_above_[*origins[i].kept];
  }
  *this = std::move(extended);
}

void FieldTotals::add(size_t index, const ColumnMetaData& chunk) {
  FieldResult& field = fields_[index];
  const Statistics none;
  const Statistics& statistics = chunk.statistics ? *chunk.statistics : none;
  field.values += chunk.num_values;
  field.nulls += statistics.null_count.value_or(0);
  if (field.nans) *field.nans += statistics.nan_count.value_or(0);
  field.bytes += static_cast<uint64_t>(chunk.total_compressed_size);
  field.raw_bytes += static_cast<uint64_t>(chunk.total_uncompressed_size);
  if (chunk.num_values == statistics.null_count) return;  // nothing that bounds would have to hold
  if (!statistics.min_value) unbounded_below_[index] = true;
  if (!statistics.max_value) unbounded_above_[index] = true;
  widen(field.type, statistics.min_value, statistics.is_min_value_exact.value_or(false), true, field.min,
        field.min_exact);
  widen(field.type, statistics.max_value, statistics.is_max_value_exact.value_or(false), false, field.max,
        field.max_exact);
}

std::vector<FieldResult> FieldTotals::take() {
  for (size_t i = 0; i < fields_.size(); ++i) {
    FieldResult& field = fields_[i];
    if (unbounded_below_[i]) field.min.reset();
    if (unbounded_above_[i]) field.max.reset();
    field.min_exact &= field.min.has_value();
    field.max_exact &= field.max.has_value();
  }
  return std::move(fields_);
}

namespace {

std::optional<std::string> text_of(const Type& type, const std::optional<std::string>& bound) {
  return bound ? bound_text(stored_type(type), *bound) : std::nullopt;
}

}  // namespace

inline namespace v0 {

std::optional<std::string> FieldResult::min_text() const { return text_of(type, min); }
std::optional<std::string> FieldResult::max_text() const { return text_of(type, max); }

}  // namespace v0

}  // namespace sluice
