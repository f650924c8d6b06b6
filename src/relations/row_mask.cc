#include "relations/row_mask.h"

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"
#include "columns/checked_json.h"
#include "columns/widths.h"

namespace sluice {
namespace {

Bytes zeroed_bits(int64_t count) {
  Bytes bits(static_cast<size_t>(bytes_of_bits(count)));
  if (!bits.empty()) std::memset(bits.data(), 0, bits.size());
  return bits;
}

uint8_t* bytes_of(Bytes& bits) { return reinterpret_cast<uint8_t*>(bits.data()); }

/// `out` &= bits [begin, begin + count) of `other`; bits of `out` from 0 on, or inverted ones of `other`.
void and_bits(const uint8_t* other, int64_t begin, int64_t count, bool inverted, uint8_t* out) {
  for (int64_t at = 0; at < count; at += 64) {
    const auto here = static_cast<size_t>(std::min<int64_t>(count - at, 64));
    uint64_t word = 0;
    const size_t bytes = (here + 7) / 8;
    std::memcpy(&word, out + at / 8, bytes);
    const uint64_t with = bits_at(other, begin + at, here);
    word &= inverted ? ~with : with;
    std::memcpy(out + at / 8, &word, bytes);
  }
}

/// The same values from an offset below 8 on: new bits then need no room for what was cut off.
Column without_lead(const Column& column) {
  Column near = column;
  near.offset = column.offset & 7;
  const auto skipped = static_cast<size_t>(column.offset - near.offset);
  const auto cut = [](const Buffer& buffer, size_t bytes) {
    return buffer.empty() ? buffer : Buffer(buffer.bytes().subspan(bytes), buffer.owner());
  };
  near.validity = cut(column.validity, skipped / 8);
  near.offsets = cut(column.offsets, skipped * sizeof(int32_t));
  if (column.dictionary)
    near.values = cut(column.values, skipped * sizeof(int32_t));
  else if (column.type.kind() == TypeKind::boolean)
    near.values = cut(column.values, skipped / 8);
  else
    near.values = cut(column.values, skipped * fixed_width(column.type));
  return near;
}

/// `bits` from 0 on are the values that are there.
Column with_validity(const Column& column, const Bytes& bits) {
  const auto* from = reinterpret_cast<const uint8_t*>(bits.data());
  const int64_t there = count_set_bits(from, 0, column.length);
  if (there == column.length - column.null_count) return column;
  Column out = column.offset < 8 ? column : without_lead(column);
  Bytes validity = zeroed_bits(out.offset + out.length);
  write_bits(from, 0, out.length, bytes_of(validity), out.offset);
  const bool is_checked = is_checked_json(column);
  out.null_count = out.length - there;
  out.validity = to_buffer(std::move(validity));
  return is_checked ? mark_checked_json(std::move(out)) : out;
}

Bytes validity_of(const Column& column) {
  Bytes bits = zeroed_bits(column.length);
  if (column.null_count == 0 || column.validity.empty())
    fill_bits(true, column.length, bytes_of(bits), 0);
  else
    copy_bits(column.validity.as<uint8_t>(), column.offset, column.length, bytes_of(bits));
  return bits;
}

}  // namespace

RowMask mask_within(const RowMask& outer, const Column& column) {
  if (column.null_count == 0) return outer;
  Bytes bits = validity_of(column);
  if (!outer.bits.empty()) and_bits(outer.bits.as<uint8_t>(), 0, column.length, false, bytes_of(bits));
  return {to_buffer(std::move(bits))};
}

Column masked(const Column& column, const RowMask& mask) {
  if (mask.bits.empty() || column.null_count == column.length) return column;
  Bytes bits = validity_of(column);
  and_bits(mask.bits.as<uint8_t>(), 0, column.length, false, bytes_of(bits));
  return with_validity(column, bits);
}

Column with_nulls(const Column& column, const uint8_t* is_null) {
  if (column.null_count == column.length) return column;
  Bytes bits = validity_of(column);
  and_bits(is_null, 0, column.length, true, bytes_of(bits));
  return with_validity(column, bits);
}

}  // namespace sluice
