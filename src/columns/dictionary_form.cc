// (Arrow "Columnar Format", dictionary-encoded layout.)
#include "columns/dictionary_form.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// With more entries for a row, most of them are not used here, and who keeps account of all of them does work in vain.
constexpr int64_t kEntriesPerRowMax = 16;

// What a column may take that is made plain: a few nulls of a wide type could take any memory there is.
constexpr uint64_t kPlainBytesMax = uint64_t{4} << 30;

// Indices as positions: what all widths become.
template <typename Index>
void take_positions(const Column& indices, int64_t entries, int32_t* positions) {
  const Index* from = indices.data<Index>();
  for (int64_t i = 0; i < indices.length; ++i) {
    positions[i] = 0;
    if (!indices.is_valid(i)) continue;
    if (std::cmp_less(from[i], 0) || std::cmp_greater_equal(from[i], entries))
      throw Error(ErrorCode::invalid,
                  "has the index " + std::to_string(from[i]) + " at its value " + std::to_string(i) +
                      ", but its dictionary has " + std::to_string(entries) + " values",
                  {.row = i});
    positions[i] = static_cast<int32_t>(from[i]);
  }
}

void take_positions(const Column& indices, int64_t entries, int32_t* positions) {
  switch (indices.type.kind()) {
    case TypeKind::int8: return take_positions<int8_t>(indices, entries, positions);
    case TypeKind::int16: return take_positions<int16_t>(indices, entries, positions);
    case TypeKind::int32: return take_positions<int32_t>(indices, entries, positions);
    case TypeKind::int64: return take_positions<int64_t>(indices, entries, positions);
    case TypeKind::uint8: return take_positions<uint8_t>(indices, entries, positions);
    case TypeKind::uint16: return take_positions<uint16_t>(indices, entries, positions);
    case TypeKind::uint32: return take_positions<uint32_t>(indices, entries, positions);
    case TypeKind::uint64: return take_positions<uint64_t>(indices, entries, positions);
    default: throw Error(ErrorCode::invalid, "has dictionary indices of type " + to_text(indices.type));
  }
}

// Nulls of both the indices and the entries.
void take_validity(const Column& indices, const Column& entries, const int32_t* positions, Column& out) {
  if (indices.null_count == 0 && entries.null_count == 0) return;
  Bytes bits(static_cast<size_t>(bytes_of_bits(out.length)));
  auto* const to = reinterpret_cast<uint8_t*>(bits.data());
  if (indices.validity.empty())
    std::fill_n(to, bits.size(), uint8_t{0xff});
  else
    copy_bits(indices.validity.as<uint8_t>(), indices.offset, out.length, to);
  if (entries.null_count > 0)
    for (int64_t i = 0; i < out.length; ++i)
      if (!entries.is_valid(positions[i])) to[i >> 3] &= static_cast<uint8_t>(~(1u << (i & 7)));
  out.null_count = out.length - count_set_bits(to, 0, out.length);
  out.validity = to_buffer(std::move(bits));
}

// False when the texts would be too long together.
bool take_offsets(const Column& entries, const int32_t* positions, Column& out) {
  const int32_t* ends = entries.offsets_data();
  Bytes offsets(static_cast<size_t>(out.length + 1) * sizeof(int32_t));
  auto* const to = reinterpret_cast<int32_t*>(offsets.data());
  int64_t end = 0;
  to[0] = 0;
  for (int64_t i = 0; i < out.length; ++i) {
    if (out.is_valid(i)) end += ends[positions[i] + 1] - ends[positions[i]];
    if (end > INT32_MAX) return false;
    to[i + 1] = static_cast<int32_t>(end);
  }
  out.offsets = to_buffer(std::move(offsets));
  return true;
}

// As a column in dictionary form wants them.
std::shared_ptr<const Column> without_nulls(const std::shared_ptr<const Column>& entries) {
  if (entries->validity.empty()) return entries;
  Column bare = *entries;
  bare.validity = {};
  bare.null_count = 0;
  return std::make_shared<const Column>(std::move(bare));
}

std::optional<Column> in_plain_form(const Column& indices, const Column& entries, uint64_t& bytes_left) {
  const std::vector<int32_t> positions = positions_of(indices, entries.length);
  std::vector<ValuePlace> places(positions.size());
  for (size_t i = 0; i < places.size(); ++i)
    if (indices.is_valid(static_cast<int64_t>(i))) places[i] = {0, positions[i]};
  const Column* const piece = &entries;
  return gather({&piece, 1}, places, bytes_left);
}

bool has_dictionary(const Column& column) {
  return column.dictionary || std::ranges::any_of(column.children, has_dictionary);
}

}  // namespace

std::vector<int32_t> positions_of(const Column& indices, int64_t entries) {
  std::vector<int32_t> positions(static_cast<size_t>(indices.length));
  take_positions(indices, entries, positions.data());
  return positions;
}

std::optional<Column> look_up(const Column& indices, const std::shared_ptr<const Column>& dictionary,
                              uint64_t& bytes_left) {
  const TypeKind kind = dictionary->type.kind();
  const auto rows = static_cast<uint64_t>(indices.length);
  const uint64_t bytes = (rows + 1) * (is_text(kind) ? 2 : 1) * sizeof(int32_t) + rows / 8;
  if (bytes > bytes_left) return std::nullopt;
  if (dictionary->length > kGatherRowsMax) return std::nullopt;
  if (dictionary->dictionary) return look_up(indices, std::make_shared<const Column>(unfold(*dictionary)), bytes_left);
  if (!has_dictionary_form(kind) || dictionary->length / kEntriesPerRowMax > indices.length || indices.length == 0)
    return in_plain_form(indices, *dictionary, bytes_left);
  Column out;
  out.type = dictionary->type;
  out.length = indices.length;
  Bytes positions(static_cast<size_t>(indices.length) * sizeof(int32_t));
  auto* const to = reinterpret_cast<int32_t*>(positions.data());
  take_positions(indices, dictionary->length, to);
  take_validity(indices, *dictionary, to, out);
  if (is_text(kind) && !take_offsets(*dictionary, to, out)) return std::nullopt;
  out.values = to_buffer(std::move(positions));
  out.dictionary = without_nulls(dictionary);
  bytes_left -= bytes;
  return out;
}

Column unfold(const Column& column) {
  if (!has_dictionary(column)) return column;
  if (column.dictionary) {
    std::vector<ValuePlace> places(static_cast<size_t>(column.length));
    for (int64_t i = 0; i < column.length; ++i)
      if (column.is_valid(i)) places[static_cast<size_t>(i)] = {0, column.positions_data()[i]};
    const Column* const piece = column.dictionary.get();
    uint64_t bytes_left = kPlainBytesMax;
    std::optional<Column> plain = gather({&piece, 1}, places, bytes_left);
    if (plain) return std::move(*plain);
    throw Error(ErrorCode::unsupported,
                std::to_string(column.length) + " values of type " + to_text(column.type) +
                    " would take more than 4 GiB in plain form",
                {}, "Ask for fewer rows at a time, or take them in dictionary form.");
  }
  Column plain = column;
  for (Column& child : plain.children) child = unfold(child);
  return plain;
}

bool is_same_dictionary(const Column& a, const Column& b) {
  if (&a == &b) return true;
  return a.length == b.length && a.offset == b.offset && a.values.bytes().data() == b.values.bytes().data() &&
         a.offsets.bytes().data() == b.offsets.bytes().data() && a.type == b.type;
}

inline namespace v0 {

Column from_dictionary(const Column& indices, std::shared_ptr<const Column> dictionary) {
  uint64_t bytes_left = UINT64_MAX;
  std::optional<Column> column = look_up(indices, dictionary, bytes_left);
  if (!column)
    throw Error(ErrorCode::unsupported,
                std::string("has more than 2^31-1 ") + (is_text(dictionary->type.kind()) ? "bytes" : "values") +
                    " in one batch",
                {}, "Hand over smaller batches.");
  return std::move(*column);
}

}  // namespace v0
}  // namespace sluice
