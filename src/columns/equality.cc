// Columns are compared range by range, as much at once as their form allows; single rows are looked at only where
// ranges differ.
#include "columns/equality.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "base/bits.h"
#include "base/float16.h"
#include "columns/widths.h"

namespace sluice {
namespace {

/// Values of a column from a place on.
struct Part {
  const Column* column;
  int64_t begin;

  Part behind(int64_t count) const { return {column, begin + count}; }
  bool has_nulls() const { return column->null_count > 0; }
  /// Plain values of fixed width, from the first one on.
  const std::byte* fixed(size_t width) const {
    return column->values.bytes().data() + static_cast<size_t>(column->offset + begin) * width;
  }
  const int32_t* offsets() const { return column->offsets_data() + begin; }
};

bool values_equal(const Part& a, const Part& b, int64_t count);

// --- nulls

/// 64 flags or fewer: which of the values are there.
uint64_t flags(const Part& part, int64_t at, size_t count) {
  if (!part.has_nulls()) return count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
  if (part.column->type.kind() == TypeKind::null) return 0;
  return bits_at(part.column->validity.as<uint8_t>(), part.column->offset + part.begin + at, count);
}

bool nulls_equal(const Part& a, const Part& b, int64_t count) {
  if (!a.has_nulls() && !b.has_nulls()) return true;
  for (int64_t at = 0; at < count; at += 64) {
    const auto step = static_cast<size_t>(std::min<int64_t>(count - at, 64));
    if (flags(a, at, step) != flags(b, at, step)) return false;
  }
  return true;
}

/// Calls `equal` with each run of values that are there until it says no.
template <typename Equal>
bool all_runs(const Part& a, const Part& b, int64_t count, Equal equal) {
  if (!a.has_nulls()) return equal(a, b, count);
  for (int64_t at = 0; at < count;) {
    while (at < count && !a.column->is_valid(a.begin + at)) ++at;
    const int64_t begin = at;
    while (at < count && a.column->is_valid(a.begin + at)) ++at;
    if (at > begin && !equal(a.behind(begin), b.behind(begin), at - begin)) return false;
  }
  return true;
}

// --- values that are all there

template <typename Float>
bool floats_equal(const std::byte* a, const std::byte* b, int64_t count) {
  for (int64_t i = 0; i < count; ++i, a += sizeof(Float), b += sizeof(Float)) {
    if (std::memcmp(a, b, sizeof(Float)) == 0) continue;
    if (!std::isnan(load<Float>(a)) || !std::isnan(load<Float>(b))) return false;
  }
  return true;
}

bool halves_equal(const std::byte* a, const std::byte* b, int64_t count) {
  const auto is_nan = [](const std::byte* at) { return std::isnan(from_float16(load<uint16_t>(at))); };
  for (int64_t i = 0; i < count; ++i, a += sizeof(uint16_t), b += sizeof(uint16_t))
    if (std::memcmp(a, b, sizeof(uint16_t)) != 0 && !(is_nan(a) && is_nan(b))) return false;
  return true;
}

bool fixed_equal(TypeKind kind, size_t width, const std::byte* a, const std::byte* b, int64_t count) {
  if (std::memcmp(a, b, static_cast<size_t>(count) * width) == 0) return true;
  switch (kind) {
    case TypeKind::float16: return halves_equal(a, b, count);
    case TypeKind::float32: return floats_equal<float>(a, b, count);
    case TypeKind::float64: return floats_equal<double>(a, b, count);
    default: return false;
  }
}

bool bits_equal(const Part& a, const Part& b, int64_t count) {
  const auto* const first = a.column->values.as<uint8_t>();
  const auto* const second = b.column->values.as<uint8_t>();
  for (int64_t at = 0; at < count; at += 64) {
    const auto step = static_cast<size_t>(std::min<int64_t>(count - at, 64));
    if (bits_at(first, a.column->offset + a.begin + at, step) != bits_at(second, b.column->offset + b.begin + at, step))
      return false;
  }
  return true;
}

/// Whether values have the same sizes: texts in bytes, lists in items.
bool sizes_equal(const Part& a, const Part& b, int64_t count) {
  const int32_t* const first = a.offsets();
  const int32_t* const second = b.offsets();
  for (int64_t i = 0; i < count; ++i)
    if (first[i + 1] - first[i] != second[i + 1] - second[i]) return false;
  return true;
}

bool texts_equal(const Part& a, const Part& b, int64_t count) {
  if (!sizes_equal(a, b, count)) return false;
  const auto size = static_cast<size_t>(a.offsets()[count] - a.offsets()[0]);
  return size == 0 || std::memcmp(a.column->values.bytes().data() + a.offsets()[0],
                                  b.column->values.bytes().data() + b.offsets()[0], size) == 0;
}

/// Where the value stands, in the dictionary if there is one.
Part place_of(const Part& part, int64_t at) {
  const int64_t row = part.begin + at;
  if (!part.column->dictionary) return {part.column, row};
  return {part.column->dictionary.get(), part.column->positions_data()[row]};
}

bool looked_up_equal(const Part& a, const Part& b, int64_t count) {
  const bool has_sizes = is_text(a.column->type.kind());
  if (has_sizes && !sizes_equal(a, b, count)) return false;
  const bool is_shared = a.column->dictionary == b.column->dictionary;
  for (int64_t i = 0; i < count; ++i) {
    const Part first = place_of(a, i);
    const Part second = place_of(b, i);
    if (is_shared && first.begin == second.begin) continue;
    if (!values_equal(first, second, 1)) return false;
  }
  return true;
}

bool children_equal(const Part& a, const Part& b, int64_t count) {
  if (a.column->type.has_ranges()) {
    if (!sizes_equal(a, b, count)) return false;
    const int64_t items = a.offsets()[count] - a.offsets()[0];
    return are_equal(a.column->children[0], a.offsets()[0], b.column->children[0], b.offsets()[0], items);
  }
  const int64_t each = child_values(a.column->type);
  for (size_t i = 0; i < a.column->children.size(); ++i)
    if (!are_equal(a.column->children[i], a.begin * each, b.column->children[i], b.begin * each, count * each))
      return false;
  return true;
}

bool values_equal(const Part& a, const Part& b, int64_t count) {
  const Type& type = a.column->type;
  if (a.column->dictionary || b.column->dictionary) return looked_up_equal(a, b, count);
  if (type.is_nested()) return children_equal(a, b, count);
  if (type.kind() == TypeKind::boolean) return bits_equal(a, b, count);
  if (is_text(type.kind())) return texts_equal(a, b, count);
  const size_t width = fixed_width(type);
  return width == 0 || fixed_equal(type.kind(), width, a.fixed(width), b.fixed(width), count);
}

/// Halves ranges that differ until single rows are left.
void find_differing(const Column& a, const Column& b, int64_t begin, int64_t count, std::vector<int64_t>& rows) {
  if (are_equal(a, begin, b, begin, count)) return;
  if (count == 1) {
    rows.push_back(begin);
    return;
  }
  find_differing(a, b, begin, count / 2, rows);
  find_differing(a, b, begin + count / 2, count - count / 2, rows);
}

}  // namespace

bool are_equal(const Column& a, int64_t a_begin, const Column& b, int64_t b_begin, int64_t count) {
  const Part first{&a, a_begin};
  const Part second{&b, b_begin};
  if (count == 0) return true;
  return nulls_equal(first, second, count) && all_runs(first, second, count, values_equal);
}

std::vector<int64_t> differing_rows(const Column& a, const Column& b) {
  std::vector<int64_t> rows;
  if (a.length > 0) find_differing(a, b, 0, a.length, rows);
  return rows;
}

}  // namespace sluice
