#include "columns/selection.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "base/bits.h"
#include "columns/checked_batch.h"
#include "columns/dictionary_form.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// What a column may take: lists of nulls say much with few bytes. Honest batches stay far below.
constexpr uint64_t kColumnBytesMax = uint64_t{4} << 30;

/// The positions of a column in dictionary form, as a column of their own.
Column positions_column(const Column& column) {
  Column positions;
  positions.type = int32();
  positions.length = column.length;
  positions.offset = column.offset;
  positions.null_count = column.null_count;
  positions.validity = column.validity;
  positions.values = column.values;
  return positions;
}

std::optional<Column> pick(const Column& column, std::span<const ValuePlace> places) {
  uint64_t bytes_left = kColumnBytesMax;
  const Column* piece = &column;
  if (!column.dictionary) return gather({&piece, 1}, places, bytes_left);
  const Column positions = positions_column(column);
  piece = &positions;
  const std::optional<Column> picked = gather({&piece, 1}, places, bytes_left);
  return picked ? look_up(*picked, column.dictionary, bytes_left) : std::nullopt;
}

int64_t first_row(std::span<const uint64_t> words) {
  const auto word = std::ranges::find_if(words, [](uint64_t bits) { return bits != 0; });
  return (word - words.begin()) * 64 + std::countr_zero(*word);
}

int64_t last_row(std::span<const uint64_t> words) {
  size_t i = words.size();
  while (words[i - 1] == 0) --i;
  return static_cast<int64_t>(i) * 64 - 1 - std::countl_zero(words[i - 1]);
}

struct RowSpan {
  int64_t begin = 0;
  int64_t count = 0;
};

/// The rows that are in, where they stand in a row.
std::optional<RowSpan> row_span(const Selection& selection) {
  const int64_t count = selection.count();
  if (count == 0) return RowSpan{};
  const int64_t first = first_row(selection.words());
  if (last_row(selection.words()) - first == count - 1) return RowSpan{first, count};
  return std::nullopt;
}

}  // namespace

Selection::Selection(int64_t rows)
    : rows_(rows), words_(static_cast<size_t>((rows >> 6) + ((rows & 63) != 0)), ~uint64_t{0}) {
  if ((rows & 63) != 0) words_.back() = (uint64_t{1} << (rows & 63)) - 1;
}

int64_t Selection::count() const {
  int64_t count = 0;
  for (const uint64_t word : words_) count += std::popcount(word);
  return count;
}

Selection Selection::part(int64_t begin, int64_t count) const {
  Selection part(count);
  for (int64_t row = 0; row < count; row += 64)
    part.words_[static_cast<size_t>(row >> 6)] =
        bits_at(bits(), begin + row, static_cast<size_t>(std::min<int64_t>(count - row, 64)));
  return part;
}

Batch RowFilter::filter(const Batch& batch, const Selection& selection) {
  const std::optional<RowSpan> span = row_span(selection);
  if (span) return span->count == batch.rows() ? batch : batch.slice(span->begin, span->count);
  find_places(selection);
  std::vector<Column> columns;
  for (size_t i = 0; i < batch.columns().size(); ++i)
    columns.push_back(picked(batch.column(i), batch.schema()[i].name));
  return CheckedBatch::make(batch.shared_schema(), std::move(columns), static_cast<int64_t>(places_.size()));
}

Column RowFilter::filter(const Column& column, const std::string& name, const Selection& selection) {
  const std::optional<RowSpan> span = row_span(selection);
  if (span) return span->count == column.length ? column : column.slice(span->begin, span->count);
  find_places(selection);
  return picked(column, name);
}

void RowFilter::find_places(const Selection& selection) {
  places_.clear();
  for (size_t i = 0; i < selection.words().size(); ++i)
    for (uint64_t todo = selection.words()[i]; todo != 0; todo &= todo - 1)
      places_.push_back({0, static_cast<int32_t>(i * 64 + static_cast<size_t>(std::countr_zero(todo)))});
}

Column RowFilter::picked(const Column& column, const std::string& name) const {
  std::optional<Column> found = pick(column, places_);
  if (!found)
    throw Error(ErrorCode::unsupported,
                "column \"" + name + "\" would take more than 4 GiB for the " + std::to_string(places_.size()) +
                    " rows that are kept of a batch",
                {.field = name}, "Hand over smaller batches.");
  return std::move(*found);
}

}  // namespace sluice
