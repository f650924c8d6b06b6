#include "datasets/arrow_bytes.h"

#include "columns/widths.h"

namespace sluice {

namespace {

constexpr uint64_t kOffsetBits = 32;

/// Of one value, whether it is there or null: all but what lies behind the offsets of texts and lists.
uint64_t fixed_bits(const Field& field) {
  const Type& type = field.type;
  uint64_t bits = field.nullable && type.kind() != TypeKind::null ? 1 : 0;
  if (has_offsets(type.kind())) return bits + kOffsetBits;
  if (type.kind() == TypeKind::boolean) return bits + 1;
  if (!type.is_nested()) return bits + uint64_t{fixed_width(type)} * 8;
  for (const Field& child : type.children()) bits += fixed_bits(child) * static_cast<uint64_t>(child_values(type));
  return bits;
}

uint64_t bits_behind_offsets(const Column& column, int64_t begin, int64_t count);

/// The same where all values are there.
uint64_t bits_of_present(const Column& column, int64_t begin, int64_t count) {
  const Type& type = column.type;
  if (!has_offsets(type.kind())) {
    const int64_t each = child_values(type);
    uint64_t bits = 0;
    for (const Column& child : column.children) bits += bits_behind_offsets(child, begin * each, count * each);
    return bits;
  }
  const int32_t* offsets = column.offsets_data();
  const int64_t first = offsets[begin];
  const int64_t inside = offsets[begin + count] - first;
  if (is_text(type.kind())) return static_cast<uint64_t>(inside) * 8;
  return static_cast<uint64_t>(inside) * fixed_bits(type.children()[0]) +
         bits_behind_offsets(column.children[0], first, inside);
}

uint64_t bits_behind_offsets(const Column& column, int64_t begin, int64_t count) {
  if (!has_offsets(column.type.kind()) && !column.type.is_nested()) return 0;
  if (column.null_count == 0) return bits_of_present(column, begin, count);
  uint64_t bits = 0;
  const int64_t end = begin + count;
  for (int64_t at = begin; at < end;) {
    while (at < end && !column.is_valid(at)) ++at;
    const int64_t run = at;
    while (at < end && column.is_valid(at)) ++at;
    if (at > run) bits += bits_of_present(column, run, at - run);
  }
  return bits;
}

}  // namespace

uint64_t arrow_bits_of_rows(const Batch& batch, int64_t begin, int64_t rows) {
  uint64_t bits = 0;
  if (rows == 0) return bits;
  for (size_t i = 0; i < batch.columns().size(); ++i)
    bits +=
        static_cast<uint64_t>(rows) * fixed_bits(batch.schema()[i]) + bits_behind_offsets(batch.column(i), begin, rows);
  return bits;
}

}  // namespace sluice
