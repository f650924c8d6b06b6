// Two streams side by side: batches are cut where either one ends, columns are put together by name.
#include "sluice/diff.h"

#include <algorithm>
#include <utility>

#include "columns/equality.h"
#include "columns/widening.h"
#include "schema/merge.h"
#include "sluice/text_output.h"

namespace sluice {
namespace {

constexpr size_t kSampleBytesMax = 1'024;

/// A stream, and what is left of its batch at hand.
class Side {
 public:
  explicit Side(BatchStream& stream) : stream_(stream) { fetch(); }

  const Schema& schema() const { return stream_.schema(); }
  int64_t rows() const { return rows_; }
  /// Rows at hand; 0 at the end.
  int64_t left() const { return batch_ ? batch_->rows() - taken_ : 0; }
  Column part(size_t column, int64_t count) const { return batch_->column(column).slice(taken_, count); }
  void take(int64_t count) {
    taken_ += count;
    rows_ += count;
    if (left() == 0) fetch();
  }

 private:
  void fetch() {
    taken_ = 0;
    do {
      std::optional<RelationBatch> next = stream_.next();
      batch_ = next ? std::optional(std::move(next->batch)) : std::nullopt;
    } while (batch_ && batch_->rows() == 0);
  }

  BatchStream& stream_;
  std::optional<Batch> batch_{};
  int64_t taken_ = 0;
  int64_t rows_ = 0;  ///< taken so far
};

/// A column of both, or of one.
struct Pair {
  std::optional<size_t> a{};
  std::optional<size_t> b{};
  std::optional<Type> type{};  ///< in which values are compared; nothing: they are not
  ColumnDifference difference{};

  bool differs() const { return difference.a != difference.b || difference.rows > 0; }
};

std::vector<Pair> pairs_of(const Schema& a, const Schema& b) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < a.size(); ++i) {
    Pair& pair = pairs.emplace_back(Pair{.a = i, .b = b.find(a[i].name)});
    pair.difference = {.name = a[i].name, .a = a[i]};
    if (!pair.b) continue;
    pair.difference.b = b[*pair.b];
    pair.type = merged_type(a[i].type, b[*pair.b].type);
  }
  for (size_t i = 0; i < b.size(); ++i)
    if (!a.find(b[i].name)) pairs.push_back({.b = i, .difference = {.name = b[i].name, .b = b[i]}});
  return pairs;
}

bool is_same_order(const std::vector<Pair>& pairs) {
  std::vector<size_t> places;
  for (const Pair& pair : pairs)
    if (pair.a && pair.b) places.push_back(*pair.b);
  return std::ranges::is_sorted(places);
}

std::string text_of(const Column& column, int64_t row) {
  std::string text;
  append_value_text(column, row, kSampleBytesMax, text);
  return text;
}

void compare(Pair& pair, const Side& a, const Side& b, int64_t rows, int64_t samples) {
  const Column first = a.part(*pair.a, rows);
  const Column second = b.part(*pair.b, rows);
  const std::vector<int64_t> found = differing_rows(widened(first, *pair.type), widened(second, *pair.type));
  ColumnDifference& difference = pair.difference;
  difference.rows += static_cast<int64_t>(found.size());
  for (const int64_t row : found) {
    if (static_cast<int64_t>(difference.samples.size()) >= samples) break;
    difference.samples.push_back({a.rows() + row, text_of(first, row), text_of(second, row)});
  }
}

int64_t rows_to_end(Side& side) {
  while (side.left() > 0) side.take(side.left());
  return side.rows();
}

}  // namespace

inline namespace v0 {

Difference diff(BatchStream& a, BatchStream& b, const DiffOptions& options) {
  std::vector<Pair> pairs = pairs_of(a.schema(), b.schema());
  Side first(a);
  Side second(b);
  while (first.left() > 0 && second.left() > 0) {
    const int64_t rows = std::min(first.left(), second.left());
    for (Pair& pair : pairs)
      if (pair.type) compare(pair, first, second, rows, options.samples);
    first.take(rows);
    second.take(rows);
  }
  Difference result;
  result.rows_a = rows_to_end(first);
  result.rows_b = rows_to_end(second);
  result.same_order = is_same_order(pairs);
  for (Pair& pair : pairs)
    if (pair.differs()) result.columns.push_back(std::move(pair.difference));
  return result;
}

}  // namespace v0
}  // namespace sluice
