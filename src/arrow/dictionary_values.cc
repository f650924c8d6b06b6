// Dictionaries grow by pieces and are looked up by index. (Arrow "Columnar Format", dictionary-encoded layout.)
#include "arrow/dictionary_values.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columns/gather.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// The indices as places. Pieces are few: with more than one, each index is searched for among their starts.
template <typename T>
void find_places(const Column& indices, std::span<const int64_t> starts, int64_t size, ValuePlace* places) {
  const T* const values = indices.data<T>();
  for (int64_t i = 0; i < indices.length; ++i) {
    if (!indices.is_valid(i)) continue;
    // Indices beyond 2^63 turn negative.
    const auto index = static_cast<int64_t>(values[i]);
    if (index < 0 || index >= size)
      throw Error(ErrorCode::corrupt,
                  "has the index " + std::to_string(values[i]) + " in row " + std::to_string(i) +
                      ", but its dictionary has " + std::to_string(size) + " values",
                  {.row = i});
    const size_t piece =
        starts.size() == 1 ? 0 : static_cast<size_t>(std::ranges::upper_bound(starts, index) - starts.begin()) - 1;
    places[i] = {static_cast<uint32_t>(piece), static_cast<int32_t>(index - starts[piece])};
  }
}

void find_places(const Column& indices, std::span<const int64_t> starts, int64_t size, std::vector<ValuePlace>& out) {
  out.resize(static_cast<size_t>(indices.length));
  ValuePlace* const places = out.data();
  switch (indices.type.kind()) {
    case TypeKind::int8: return find_places<int8_t>(indices, starts, size, places);
    case TypeKind::int16: return find_places<int16_t>(indices, starts, size, places);
    case TypeKind::int32: return find_places<int32_t>(indices, starts, size, places);
    case TypeKind::int64: return find_places<int64_t>(indices, starts, size, places);
    case TypeKind::uint8: return find_places<uint8_t>(indices, starts, size, places);
    case TypeKind::uint16: return find_places<uint16_t>(indices, starts, size, places);
    case TypeKind::uint32: return find_places<uint32_t>(indices, starts, size, places);
    case TypeKind::uint64: return find_places<uint64_t>(indices, starts, size, places);
    default: throw Error(ErrorCode::bug, "dictionary indices of type " + to_text(indices.type));
  }
}

uint64_t bytes_of(const Column& column) {
  uint64_t bytes = column.validity.size() + column.offsets.size() + column.values.size();
  for (const Column& child : column.children) bytes += bytes_of(child);
  return bytes;
}

// The pieces one behind the other, in memory of their own.
std::optional<Column> join(std::span<const Column* const> pieces, uint64_t bytes_max) {
  int64_t rows = 0;
  for (const Column* piece : pieces) rows += piece->length;
  if (rows > kGatherRowsMax || static_cast<uint64_t>(rows) * sizeof(ValuePlace) > bytes_max) return std::nullopt;
  std::vector<ValuePlace> places;
  places.reserve(static_cast<size_t>(rows));
  for (uint32_t i = 0; i < pieces.size(); ++i)
    for (int32_t row = 0; row < pieces[i]->length; ++row) places.push_back({i, row});
  return gather(pieces, places, bytes_max);
}

}  // namespace

bool DictionaryValues::replace(const Column& values, uint64_t bytes_max) {
  const Column* const piece = &values;
  std::optional<Column> copy = join({&piece, 1}, bytes_max);
  if (!copy) return false;
  bytes_ = bytes_of(*copy);
  pieces_.clear();
  pieces_.push_back(std::move(*copy));
  starts_.assign(1, 0);
  return true;
}

bool DictionaryValues::extend(const Column& values, uint64_t bytes_max) {
  if (empty()) return replace(values, bytes_max);
  if (values.length == 0) return true;
  const Column* const piece = &values;
  std::optional<Column> copy = join({&piece, 1}, bytes_max - std::min(bytes_max, bytes_));
  if (!copy) return false;
  bytes_ += bytes_of(*copy);
  starts_.push_back(size());
  pieces_.push_back(std::move(*copy));
  while (pieces_.size() > 1 && pieces_[pieces_.size() - 2].length <= 2 * pieces_.back().length)
    if (!merge_last(bytes_max)) break;
  return true;
}

// False when the two together are too large for one column.
bool DictionaryValues::merge_last(uint64_t bytes_max) {
  const size_t last = pieces_.size() - 1;
  const Column* const two[] = {&pieces_[last - 1], &pieces_[last]};
  std::optional<Column> merged = join(two, bytes_max);
  if (!merged) return false;
  bytes_ += bytes_of(*merged) - bytes_of(*two[0]) - bytes_of(*two[1]);
  pieces_.pop_back();
  starts_.pop_back();
  pieces_.back() = std::move(*merged);
  return true;
}

std::optional<Column> DictionaryValues::look_up(const Column& indices, uint64_t& bytes_left) const {
  const uint64_t place_bytes = static_cast<uint64_t>(indices.length) * sizeof(ValuePlace);
  if (place_bytes > bytes_left) return std::nullopt;
  std::vector<ValuePlace> places;
  find_places(indices, starts_, size(), places);
  std::vector<const Column*> pieces;
  for (const Column& piece : pieces_) pieces.push_back(&piece);
  return gather(pieces, places, bytes_left);
}

}  // namespace sluice
