// Slices of columns. (Arrow "Columnar Format", physical memory layout; offsets as column.h says.)
#include "sluice/column.h"

#include <cassert>

#include "base/bits.h"
#include "columns/widths.h"

namespace sluice {
inline namespace v0 {
namespace {

int64_t nulls_within(const Column& column, int64_t begin, int64_t count) {
  if (column.null_count == column.length) return count;
  if (column.null_count == 0 || column.validity.empty()) return 0;
  return count - count_set_bits(column.validity.as<uint8_t>(), column.offset + begin, count);
}

}  // namespace

Column Column::slice(int64_t begin, int64_t count) const {
  assert(begin >= 0 && count >= 0 && begin <= length - count);
  Column part;
  part.type = type;
  part.length = count;
  part.offset = offset + begin;
  part.null_count = nulls_within(*this, begin, count);
  part.validity = validity;
  part.offsets = offsets;
  part.values = values;
  part.dictionary = dictionary;
  if (!type.has_ranges()) {
    const int64_t each = child_values(type);
    part.children.reserve(children.size());
    for (const Column& child : children) part.children.push_back(child.slice(begin * each, count * each));
  } else {
    part.children = children;  // of a list: its offsets count from the child's first value, whatever is cut off
  }
  return part;
}

}  // namespace v0
}  // namespace sluice
