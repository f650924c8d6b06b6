// Dictionaries grow by pieces and are looked up by index. (Arrow "Columnar Format", dictionary-encoded layout.)
#include "arrow/dictionary_values.h"

#include <algorithm>
#include <utility>

#include "columns/dictionary_form.h"
#include "columns/gather.h"
#include "columns/widths.h"

namespace sluice {
namespace {

uint64_t bytes_of(const Column& column) {
  uint64_t bytes = column.validity.size() + column.offsets.size() + column.values.size();
  for (const Column& child : column.children) bytes += bytes_of(child);
  return bytes;
}

// What the rows take when their values stand in them.
uint64_t plain_bytes(const Column& column) {
  const auto rows = static_cast<uint64_t>(column.length);
  if (!is_text(column.type.kind())) return rows * fixed_width(column.type);
  return rows * sizeof(int32_t) + static_cast<uint64_t>(column.offsets_data()[column.length]);
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
  has_changed_ = !empty();
  bytes_ = bytes_of(*copy);
  pieces_.clear();
  pieces_.push_back(std::make_shared<const Column>(std::move(*copy)));
  starts_.assign(1, 0);
  return true;
}

bool DictionaryValues::extend(const Column& values, uint64_t bytes_max) {
  if (empty()) return replace(values, bytes_max);
  if (values.length == 0) return true;
  if (values.length > kGatherRowsMax - size()) return false;
  const Column* const piece = &values;
  std::optional<Column> copy = join({&piece, 1}, bytes_max - std::min(bytes_max, bytes_));
  if (!copy) return false;
  has_changed_ = true;
  bytes_ += bytes_of(*copy);
  starts_.push_back(size());
  pieces_.push_back(std::make_shared<const Column>(std::move(*copy)));
  while (pieces_.size() > 1 && pieces_[pieces_.size() - 2]->length <= 2 * pieces_.back()->length)
    if (!merge_last(bytes_max)) break;
  return true;
}

// False when the two together are too large for one column.
bool DictionaryValues::merge_last(uint64_t bytes_max) {
  const size_t last = pieces_.size() - 1;
  const Column* const two[] = {pieces_[last - 1].get(), pieces_[last].get()};
  std::optional<Column> merged = join(two, bytes_max);
  if (!merged) return false;
  bytes_ += bytes_of(*merged) - bytes_of(*two[0]) - bytes_of(*two[1]);
  pieces_.pop_back();
  starts_.pop_back();
  pieces_.back() = std::make_shared<const Column>(std::move(*merged));
  return true;
}

std::optional<Column> DictionaryValues::look_up(const Column& indices, uint64_t& bytes_left) const {
  if (pieces_.size() > 1) return gather_values(indices, bytes_left);
  uint64_t left = bytes_left;
  std::optional<Column> found = sluice::look_up(indices, pieces_.front(), left);
  // Rows that wait to be written are counted as if they were plain. Were dictionaries that have been replaced kept
  // alive by a few rows each, nobody would have counted them.
  if (found && found->dictionary && has_changed_ && bytes_ > plain_bytes(*found))
    return gather_values(indices, bytes_left);
  bytes_left = left;
  return found;
}

// Pieces are few: with more than one, each index is searched for among their starts.
std::optional<Column> DictionaryValues::gather_values(const Column& indices, uint64_t& bytes_left) const {
  const uint64_t place_bytes = static_cast<uint64_t>(indices.length) * (sizeof(ValuePlace) + sizeof(int32_t));
  if (place_bytes > bytes_left) return std::nullopt;
  const std::vector<int32_t> positions = positions_of(indices, size());
  std::vector<ValuePlace> places(positions.size());
  for (size_t i = 0; i < places.size(); ++i) {
    if (!indices.is_valid(static_cast<int64_t>(i))) continue;
    const auto piece = static_cast<size_t>(std::ranges::upper_bound(starts_, positions[i]) - starts_.begin()) - 1;
    places[i] = {static_cast<uint32_t>(piece), static_cast<int32_t>(positions[i] - starts_[piece])};
  }
  std::vector<const Column*> pieces;
  for (const auto& piece : pieces_) pieces.push_back(piece.get());
  return gather(pieces, places, bytes_left);
}

}  // namespace sluice
