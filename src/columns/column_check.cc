// The invariants of column.h, checked. (Arrow "Columnar Format", physical memory layout.)
#include "columns/column_check.h"

#include "base/bits.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {

void ColumnCheck::check(const Column& column, const Field& field) { check_step(column, field, rows_); }

void ColumnCheck::check_step(const Column& column, const Field& field, int64_t length) {
  steps_.push_back({&column, &field});
  if (!(column.type == field.type))
    fail("is of type " + to_text(column.type) + ", but the schema says " + to_text(field.type));
  if (column.length != length)
    fail("has " + std::to_string(column.length) + " values where " + std::to_string(length) + " are expected");
  if (column.offset < 0 || column.length < 0 || column.length > kColumnValuesMax - column.offset)
    fail("has an impossible length or offset: " + std::to_string(column.length) + ", " + std::to_string(column.offset));
  check_null_count(column);
  check_values(column);
  if (!field.nullable && column.null_count > 0) refuse_nulls();
  check_children(column);
  steps_.pop_back();
}

void ColumnCheck::check_null_count(const Column& column) const {
  int64_t nulls = 0;
  if (column.type.kind() == TypeKind::null) {
    nulls = column.length;
  } else if (!column.validity.empty()) {
    const int64_t bits = column.offset + column.length;
    if (static_cast<int64_t>(column.validity.size()) < bytes_of_bits(bits))
      fail("has a validity bitmap of " + std::to_string(column.validity.size()) + " bytes for " + std::to_string(bits) +
           " values");
    nulls = column.length - count_set_bits(column.validity.as<uint8_t>(), column.offset, column.length);
  }
  if (nulls != column.null_count)
    fail("says that it has " + std::to_string(column.null_count) + " nulls, but has " + std::to_string(nulls));
}

void ColumnCheck::check_values(const Column& column) const {
  const TypeKind kind = column.type.kind();
  const int64_t slots = column.offset + column.length;
  const int64_t width = static_cast<int64_t>(fixed_width(column.type));
  const int64_t size = static_cast<int64_t>(column.values.size());
  if (column.dictionary) return check_dictionary(column);
  if (is_text(kind)) return check_offsets(column, size);
  int64_t needed = bytes_of_bits(slots);
  if (kind != TypeKind::boolean && __builtin_mul_overflow(width, slots, &needed)) needed = INT64_MAX;
  if (size < needed && column.length > 0)
    fail("has " + std::to_string(size) + " bytes of values where " + std::to_string(needed) + " are needed");
  const size_t alignment = fixed_alignment(column.type);
  if (width > 1 && size > 0 && reinterpret_cast<uintptr_t>(column.values.bytes().data()) % alignment != 0)
    fail("has values at an address that is no multiple of " + std::to_string(alignment));
}

// `limit`: bytes or values that the offsets may point at.
void ColumnCheck::check_offsets(const Column& column, int64_t limit) const {
  const int64_t needed = (column.offset + column.length + 1) * int64_t{sizeof(int32_t)};
  const int64_t size = static_cast<int64_t>(column.offsets.size());
  if (size < needed)
    fail("has " + std::to_string(size) + " bytes of offsets where " + std::to_string(needed) + " are needed");
  if (reinterpret_cast<uintptr_t>(column.offsets.bytes().data()) % alignof(int32_t) != 0)
    fail("has offsets at an address that is no multiple of 4");
  const int32_t* offsets = column.offsets_data();
  if (offsets[0] < 0) fail("begins at the negative offset " + std::to_string(offsets[0]));
  bool descends = false;
  for (int64_t i = 0; i < column.length; ++i) descends |= offsets[i + 1] < offsets[i];  // no branch: vectorised
  if (descends) fail("has offsets that descend");
  if (offsets[column.length] > limit)
    fail("has an offset of " + std::to_string(offsets[column.length]) + " where only " + std::to_string(limit) + " " +
         (column.type.has_ranges() ? "values" : "bytes") + " are");
}

void ColumnCheck::check_dictionary(const Column& column) const {
  const Column& entries = *column.dictionary;
  if (!has_dictionary_form(column.type.kind()))
    fail("has a dictionary, which columns of type " + to_text(column.type) + " cannot have");
  if (entries.dictionary) fail("has a dictionary that has a dictionary itself");
  if (entries.null_count != 0) fail("has nulls in its dictionary, where they cannot stand: they belong to the rows");
  ColumnCheck(entries.length).check(entries, {path(), column.type});
  const int64_t needed = (column.offset + column.length) * int64_t{sizeof(int32_t)};
  const int64_t size = static_cast<int64_t>(column.values.size());
  if (size < needed)
    fail("has " + std::to_string(size) + " bytes of positions where " + std::to_string(needed) + " are needed");
  if (reinterpret_cast<uintptr_t>(column.values.bytes().data()) % alignof(int32_t) != 0)
    fail("has positions at an address that is no multiple of 4");
  if (is_text(column.type.kind())) check_offsets(column, INT32_MAX);
  check_positions(column);
}

// Where values are, they must be in the dictionary, and texts must be as long as the offsets say.
void ColumnCheck::check_positions(const Column& column) const {
  const Column& entries = *column.dictionary;
  const int32_t* positions = column.positions_data();
  const int32_t* ends = is_text(column.type.kind()) ? entries.offsets_data() : nullptr;
  const int32_t* offsets = ends != nullptr ? column.offsets_data() : nullptr;
  for (int64_t i = 0; i < column.length; ++i) {
    const int32_t at = positions[i];
    if (!column.is_valid(i)) continue;
    if (at < 0 || at >= entries.length)
      fail("stands at position " + std::to_string(at) + " of its dictionary in row " + std::to_string(i) +
           ", but that has " + std::to_string(entries.length) + " values");
    if (ends != nullptr && offsets[i + 1] - offsets[i] != ends[at + 1] - ends[at])
      fail("has offsets that contradict its dictionary in row " + std::to_string(i));
  }
}

// Positions in nested columns are of 32 bits; a fixed list has no offsets to hold it to that.
void ColumnCheck::check_fixed_list(const Column& column) const {
  const int64_t each = column.type.size();
  if (column.length > INT32_MAX / each)
    fail("has " + std::to_string(column.length) + " lists of " + std::to_string(each) +
         " elements, more than 2^31-1 together: hand over smaller batches");
}

void ColumnCheck::check_children(const Column& column) {
  const std::span<const Field> fields = column.type.children();
  if (column.children.size() != fields.size())
    fail("has " + std::to_string(column.children.size()) + " parts where its type has " +
         std::to_string(fields.size()));
  if (column.type.has_ranges()) {
    const Column& child = column.children.front();
    check_offsets(column, child.length);
    check_step(child, fields.front(), child.length);
    return;
  }
  if (column.type.kind() == TypeKind::fixed_list) check_fixed_list(column);
  const int64_t length = column.length * child_values(column.type);
  for (size_t i = 0; i < fields.size(); ++i) check_step(column.children[i], fields[i], length);
}

// The part at hand holds nulls, and its field allows none. They do not count where a part above is null itself: there
// is nothing there.
void ColumnCheck::refuse_nulls() const {
  if (!holds_null(0, 0, rows_)) return;
  int64_t row = 0;
  while (!holds_null(0, row, row + 1)) ++row;
  const std::string field = path();
  throw Error(ErrorCode::invalid,
              "column \"" + field + "\" is null in row " + std::to_string(row) + ", but the schema says not null",
              {.field = field, .row = row});
}

bool ColumnCheck::holds_null(size_t level, int64_t begin, int64_t end) const {
  const Column& column = *steps_[level].column;
  if (level + 1 == steps_.size()) {
    if (column.null_count == column.length) return begin < end;
    return count_set_bits(column.validity.as<uint8_t>(), column.offset + begin, end - begin) != end - begin;
  }
  if (column.null_count == 0) return holds_null_below(level, begin, end);
  while (begin < end) {  // run by run of values that are there
    while (begin < end && !column.is_valid(begin)) ++begin;
    int64_t run_end = begin;
    while (run_end < end && column.is_valid(run_end)) ++run_end;
    if (begin < run_end && holds_null_below(level, begin, run_end)) return true;
    begin = run_end;
  }
  return false;
}

bool ColumnCheck::holds_null_below(size_t level, int64_t begin, int64_t end) const {
  const Column& column = *steps_[level].column;
  const int64_t each = child_values(column.type);
  if (!column.type.has_ranges()) return holds_null(level + 1, begin * each, end * each);
  return holds_null(level + 1, column.offsets_data()[begin], column.offsets_data()[end]);
}

std::string ColumnCheck::path() const {
  std::string path = steps_.front().field->name;
  for (size_t i = 1; i < steps_.size(); ++i)
    path += steps_[i - 1].field->type.kind() == TypeKind::struct_ ? "." + steps_[i].field->name : "[]";
  return path;
}

void ColumnCheck::fail(const std::string& problem) const {
  const std::string field = path();
  throw Error(ErrorCode::invalid, "column \"" + field + "\" " + problem, {.field = field});
}

}  // namespace sluice
