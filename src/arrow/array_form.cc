#include "arrow/array_form.h"

#include <string>
#include <utility>

#include "base/bits.h"
#include "base/decimal.h"
#include "columns/builder.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr int64_t kOffsetMax = INT32_MAX;
constexpr size_t kViewBytes = 16;
constexpr int32_t kInlineBytesMax = 12;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid, what); }

[[noreturn]] void fail_too_large(const Type& type) {
  throw Error(ErrorCode::unsupported,
              std::string("has more than 2^31-1 ") + (is_text(type.kind()) ? "bytes" : "values") + " in one batch", {},
              "Hand over smaller batches.");
}

// The validity as it is from the first value on: the other buffers are made anew, and begin there.
void rebase(Column& column) {
  if (column.offset != 0 && !column.validity.empty()) {
    Bytes bits(static_cast<size_t>(bytes_of_bits(column.length)));
    copy_bits(column.validity.as<uint8_t>(), column.offset, column.length, reinterpret_cast<uint8_t*>(bits.data()));
    column.validity = to_buffer(std::move(bits));
  }
  column.offset = 0;
}

// What a view of more bytes than stand in itself points at.
const std::byte* seen_by(const std::byte* view, size_t bytes, std::span<const ByteSpan> buffers) {
  const auto buffer = load<int32_t>(view + 8);
  const auto begin = load<int32_t>(view + 12);
  if (buffer < 0 || static_cast<size_t>(buffer) >= buffers.size())
    fail("has a view into buffer " + std::to_string(buffer) + " of " + std::to_string(buffers.size()));
  const ByteSpan whole = buffers[static_cast<size_t>(buffer)];
  if (begin < 0 || static_cast<size_t>(begin) > whole.size() || bytes > whole.size() - static_cast<size_t>(begin))
    fail("has a view beyond its buffer of " + std::to_string(whole.size()) + " bytes");
  return whole.data() + begin;
}

Column gathered(const Column& values, std::span<const ValuePlace> places) {
  const Column* const piece = &values;
  uint64_t bytes_left = UINT64_MAX;
  std::optional<Column> picked = gather({&piece, 1}, places, bytes_left);
  if (!picked) fail_too_large(values.type);
  return std::move(*picked);
}

}  // namespace

template <typename Offset>
OffsetRange narrow_offsets(Column& column, const Offset* offsets) {
  bool descends = offsets[0] < 0;
  for (int64_t i = 0; i < column.length; ++i) descends |= offsets[i + 1] < offsets[i];
  if (descends) fail("has offsets that descend, or are negative");
  const OffsetRange range{offsets[0], offsets[column.length]};
  if (range.end - range.begin > kOffsetMax) fail_too_large(column.type);
  Bytes narrow(static_cast<size_t>(column.length + 1) * sizeof(int32_t));
  auto* const to = reinterpret_cast<int32_t*>(narrow.data());
  for (int64_t i = 0; i <= column.length; ++i) to[i] = static_cast<int32_t>(offsets[i] - range.begin);
  column.offsets = to_buffer(std::move(narrow));
  rebase(column);
  return range;
}

template OffsetRange narrow_offsets(Column&, const int32_t*);
template OffsetRange narrow_offsets(Column&, const int64_t*);

uint64_t bytes_of_views(const Column& column, const std::byte* views) {
  uint64_t bytes = 0;
  for (int64_t i = 0; i < column.length; ++i, views += kViewBytes) {
    const auto size = load<int32_t>(views);
    if (!column.is_valid(i)) continue;
    if (size < 0) fail("has a view of " + std::to_string(size) + " bytes");
    bytes += static_cast<uint64_t>(size);
  }
  return bytes;
}

void gather_views(Column& column, const std::byte* views, std::span<const ByteSpan> buffers) {
  const uint64_t bytes = bytes_of_views(column, views);
  if (bytes > static_cast<uint64_t>(kOffsetMax)) fail_too_large(column.type);
  Bytes values;
  Bytes offsets;
  std::byte* to = values.prepare(static_cast<size_t>(bytes));
  offsets.reserve(static_cast<size_t>(column.length + 1) * sizeof(int32_t));
  offsets.append_value(int32_t{0});
  for (int64_t i = 0; i < column.length; ++i, views += kViewBytes) {
    const auto size = column.is_valid(i) ? static_cast<size_t>(load<int32_t>(views)) : 0;
    if (size > 0) {
      const bool is_inline = size <= static_cast<size_t>(kInlineBytesMax);
      std::memcpy(to, is_inline ? views + sizeof(int32_t) : seen_by(views, size, buffers), size);
      to += size;
      values.advance(size);
    }
    offsets.append_value(static_cast<int32_t>(values.size()));
  }
  column.offsets = to_buffer(std::move(offsets));
  column.values = to_buffer(std::move(values));
  rebase(column);
}

template <typename Offset>
void gather_list_views(Column& column, const Offset* offsets, const Offset* sizes, const Column& items) {
  if (items.length > kGatherRowsMax) fail_too_large(column.type);
  std::vector<ValuePlace> places;
  Bytes ends;
  ends.reserve(static_cast<size_t>(column.length + 1) * sizeof(int32_t));
  ends.append_value(int32_t{0});
  for (int64_t i = 0; i < column.length; ++i) {
    const int64_t begin = offsets[i];
    const int64_t size = column.is_valid(i) ? int64_t{sizes[i]} : 0;
    if (size < 0 || (size > 0 && (begin < 0 || begin > items.length || size > items.length - begin)))
      fail("has a view of " + std::to_string(size) + " values at " + std::to_string(begin) + " where only " +
           std::to_string(items.length) + " values are");
    if (size > kOffsetMax - static_cast<int64_t>(places.size())) fail_too_large(column.type);
    for (int64_t item = begin; item < begin + size; ++item) places.push_back({0, static_cast<int32_t>(item)});
    ends.append_value(static_cast<int32_t>(places.size()));
  }
  column.offsets = to_buffer(std::move(ends));
  column.children.push_back(gathered(items, places));
  rebase(column);
}

template void gather_list_views(Column&, const int32_t*, const int32_t*, const Column&);
template void gather_list_views(Column&, const int64_t*, const int64_t*, const Column&);

void resize_decimals(Column& column, const std::byte* values, size_t width) {
  Bytes resized;
  const size_t memory_width = fixed_width(column.type);
  resized.reserve(static_cast<size_t>(column.length) * memory_width);
  for (int64_t i = 0; i < column.length; ++i, values += width) {
    const Int256 value = from_little_endian(values, width);
    // What is cut off would go unseen.
    if (width > memory_width && column.is_valid(i) && !has_digits(value, column.type.precision()))
      throw Error(ErrorCode::data,
                  "has more digits than " + to_text(column.type) + " at its value " + std::to_string(i), {.row = i});
    resized.append(value.words.data(), memory_width);
  }
  column.values = to_buffer(std::move(resized));
  rebase(column);
}

void count_days(Column& column, const std::byte* values) {
  constexpr int64_t kMillisecondsPerDay = 86'400'000;
  Bytes days;
  days.reserve(static_cast<size_t>(column.length) * sizeof(int32_t));
  for (int64_t i = 0; i < column.length; ++i, values += sizeof(int64_t)) {
    const int64_t midnight = column.is_valid(i) ? load<int64_t>(values) : 0;
    const int64_t day = midnight / kMillisecondsPerDay;
    if (day * kMillisecondsPerDay != midnight)
      throw Error(ErrorCode::data,
                  "has dates in milliseconds, and at its value " + std::to_string(i) + " there are " +
                      std::to_string(midnight) + ", which is no midnight",
                  {.row = i}, "Moments are timestamps: hand the column over as timestamp(ms).");
    if (!std::in_range<int32_t>(day))
      throw Error(ErrorCode::data, "has a date beyond those of 32 bits at its value " + std::to_string(i), {.row = i});
    days.append_value(static_cast<int32_t>(day));
  }
  column.values = to_buffer(std::move(days));
  rebase(column);
}

}  // namespace sluice
