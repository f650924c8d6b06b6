#include "files/bloom_search.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "columns/widths.h"
#include "schema/kinds.h"

namespace sluice {
namespace {

/// The longest value that is stored in another form than in memory: a decimal.
constexpr size_t kStoredBytesMax = 64;

/// An integer of `width` bytes, little-endian, as the `to.size()` bytes that it is stored in; false where it has no
/// room there.
bool resize_integer(const char* value, size_t width, bool with_sign, std::span<char> to) {
  const bool negative = with_sign && (static_cast<unsigned char>(value[width - 1]) & 0x80) != 0;
  const char filler = negative ? '\xff' : '\0';
  for (size_t i = to.size(); i < width; ++i)
    if (value[i] != filler) return false;
  if (with_sign && to.size() < width && ((static_cast<unsigned char>(value[to.size() - 1]) & 0x80) != 0) != negative)
    return false;
  std::ranges::fill(to, filler);
  std::copy_n(value, std::min(width, to.size()), to.begin());
  return true;
}

/// Parquet has no seconds: they are stored as milliseconds.
bool is_in_seconds(const Type& type) {
  return (type.kind() == TypeKind::time || type.kind() == TypeKind::timestamp) && type.unit() == TimeUnit::second;
}

/// The value's PLAIN form in `to`; nothing where it has none.
std::optional<std::string_view> stored_form(const LeafForm& form, std::string_view value, std::span<char> to) {
  to = to.first(form.stored_width);
  if (is_in_seconds(form.type)) {
    int64_t ticks = value.size() == sizeof(int32_t) ? load<int32_t>(value.data()) : load<int64_t>(value.data());
    if (__builtin_mul_overflow(ticks, int64_t{1'000}, &ticks)) return std::nullopt;
    if (!resize_integer(reinterpret_cast<const char*>(&ticks), sizeof ticks, true, to)) return std::nullopt;
  } else if (!resize_integer(value.data(), value.size(), !is_unsigned_integer(form.type.kind()), to)) {
    return std::nullopt;
  }
  if (form.carrier == PhysicalType::fixed_len_byte_array) std::ranges::reverse(to);
  return std::string_view(to.data(), to.size());
}

std::string_view value_at(const Column& values, int64_t index) {
  const char* const bytes = values.values.as<char>();
  if (is_text(values.type.kind())) {
    const int32_t* const offsets = values.offsets_data();
    return {bytes + offsets[index], static_cast<size_t>(offsets[index + 1] - offsets[index])};
  }
  const size_t width = fixed_width(values.type);
  return {bytes + static_cast<size_t>(values.offset + index) * width, width};
}

}  // namespace

bool may_contain(const BloomFilter& filter, const LeafForm& form, const Column& values) {
  const bool is_unsure = form.carrier == PhysicalType::int96 || form.carrier == PhysicalType::boolean ||
                         form.stored_width > kStoredBytesMax ||
                         (form.carrier == PhysicalType::byte_array && form.layout != ValueLayout::text);
  if (is_unsure && !form.is_same()) return true;
  for (int64_t i = 0; i < values.length; ++i) {
    char room[kStoredBytesMax];
    std::optional<std::string_view> stored = value_at(values, i);
    if (!form.is_same()) stored = stored_form(form, *stored, room);
    if (stored && filter.contains(bloom_hash(as_bytes(*stored)))) return true;
  }
  return false;
}

}  // namespace sluice
