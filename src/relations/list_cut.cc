#include "relations/list_cut.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/builder.h"
#include "columns/gather.h"
#include "sluice/error.h"

namespace sluice {
namespace {

Column picked(const Column& child, const std::vector<ValuePlace>& places) {
  uint64_t bytes_left = UINT64_MAX;
  const Column* pieces[] = {&child};
  std::optional<Column> items = gather(pieces, places, bytes_left);
  if (!items) throw Error(ErrorCode::unsupported, "the items of lists take more than 2^31-1 bytes of text");
  return std::move(*items);
}

}  // namespace

ListCut::ListCut(const Column& lists, const RowMask& mask) {
  const Column there = masked(lists, mask);
  nulls_ = there.null_count;
  ends_.resize(static_cast<size_t>(there.length));
  if (there.type.kind() == TypeKind::fixed_list)
    cut_fixed(there);
  else
    cut_ranges(there);
  if (nulls_ == 0) return;
  Bytes bits(static_cast<size_t>(bytes_of_bits(there.length)));
  copy_bits(there.validity.as<uint8_t>(), there.offset, there.length, reinterpret_cast<uint8_t*>(bits.data()));
  validity_ = to_buffer(std::move(bits));
}

void ListCut::cut_ranges(const Column& lists) {
  if (lists.length == 0) {
    items_ = lists.children[0].slice(0, 0);
    return;
  }
  const int32_t* const offsets = lists.offsets_data();
  const int32_t first = offsets[0];
  bool is_hidden = false;  // items that a null list has
  if (lists.null_count > 0)
    for (int64_t i = 0; i < lists.length && !is_hidden; ++i)
      is_hidden = offsets[i] != offsets[i + 1] && !lists.is_valid(i);
  if (!is_hidden) {
    for (size_t i = 0; i < ends_.size(); ++i) ends_[i] = offsets[i + 1] - first;
    items_ = lists.children[0].slice(first, offsets[lists.length] - first);
    return;
  }
  std::vector<ValuePlace> places;
  for (int64_t i = 0; i < lists.length; ++i) {
    if (lists.is_valid(i))
      for (int32_t item = offsets[i]; item < offsets[i + 1]; ++item) places.push_back({0, item});
    ends_[static_cast<size_t>(i)] = static_cast<int32_t>(places.size());
  }
  items_ = picked(lists.children[0], places);
}

void ListCut::cut_fixed(const Column& lists) {
  const int64_t each = lists.type.size();
  if (lists.length > INT32_MAX / each)
    throw Error(ErrorCode::unsupported, "a batch has more than 2^31-1 items in lists of a fixed size", {},
                "Hand over smaller batches.");
  std::vector<ValuePlace> places;
  int64_t end = 0;
  for (int64_t i = 0; i < lists.length; ++i) {
    if (lists.is_valid(i)) {
      end += each;
      if (lists.null_count > 0)
        for (int64_t item = i * each; item < (i + 1) * each; ++item) places.push_back({0, static_cast<int32_t>(item)});
    }
    ends_[static_cast<size_t>(i)] = static_cast<int32_t>(end);
  }
  items_ = lists.null_count > 0 ? picked(lists.children[0], places) : lists.children[0].slice(0, lists.length * each);
}

Column ListCut::lengths() const {
  Bytes values(ends_.size() * sizeof(int32_t));
  auto* const out = reinterpret_cast<int32_t*>(values.data());
  int32_t begin = 0;
  for (size_t i = 0; i < ends_.size(); ++i) {
    out[i] = ends_[i] - begin;
    begin = ends_[i];
  }
  Column column;
  column.type = int32();
  column.length = static_cast<int64_t>(ends_.size());
  column.null_count = nulls_;
  column.validity = validity_;
  column.values = to_buffer(std::move(values));
  return column;
}

ListCut::Places ListCut::places(int64_t begin, int64_t count) const {
  Places places;
  places.rows.resize(static_cast<size_t>(count));
  places.indexes.resize(static_cast<size_t>(count));
  const auto first = std::upper_bound(ends_.begin(), ends_.end(), static_cast<int32_t>(begin));
  auto row = static_cast<size_t>(first - ends_.begin());
  int64_t item = begin;
  while (item < begin + count) {
    const int64_t row_begin = row == 0 ? 0 : ends_[row - 1];
    const int64_t row_end = std::min<int64_t>(ends_[row], begin + count);
    for (; item < row_end; ++item) {
      places.rows[static_cast<size_t>(item - begin)] = static_cast<int32_t>(row);
      places.indexes[static_cast<size_t>(item - begin)] = static_cast<int32_t>(item - row_begin);
    }
    ++row;
  }
  return places;
}

}  // namespace sluice
