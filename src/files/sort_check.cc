#include "files/sort_check.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/nearest_name.h"
#include "files/sort_order.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Rows that are compared column by column before anybody looks at the answer: they stay in the first cache.
constexpr int64_t kBlockRows = 1024;

[[noreturn]] void refuse_column(const std::string& column, const std::string& problem, std::string hint = {}) {
  throw Error(ErrorCode::invalid, "the rows cannot be sorted by \"" + column + "\": " + problem, {.field = column},
              std::move(hint));
}

[[noreturn]] void refuse_unknown(const std::string& column, std::span<const Leaf> leaves) {
  for (const Leaf& leaf : leaves)
    if (leaf.name.starts_with(column + ".") || leaf.name.starts_with(column + "[]"))
      refuse_column(column, "it has parts", "Name a part that has one value a row, such as user.name.");
  std::vector<std::string_view> names;
  for (const Leaf& leaf : leaves)
    if (leaf.repetition_level_max == 0) names.push_back(leaf.name);
  const std::string_view meant = nearest_name(column, names);
  refuse_column(column, "there is no such column",
                meant.empty() ? std::string() : "Did you mean \"" + std::string(meant) + "\"?");
}

/// The leaf that `column` names.
size_t find_leaf(const std::string& column, std::span<const Leaf> leaves) {
  const auto found = std::ranges::find(leaves, column, &Leaf::name);
  if (found == leaves.end()) refuse_unknown(column, leaves);
  if (std::find_if(found + 1, leaves.end(), [&](const Leaf& leaf) { return leaf.name == column; }) != leaves.end())
    refuse_column(column, "two columns are called so");
  if (found->repetition_level_max > 0) refuse_column(column, "it may have several values in a row");
  if (!has_sort_order(found->type)) refuse_column(column, to_text(found->type) + " has no order");
  return static_cast<size_t>(found - leaves.begin());
}

/// Both are null: equal, without a look at the values.
constexpr int8_t kBothNull = 2;

/// Decides rows where a null stands.
void decide_nulls(const SortCheck::Values& a, int64_t a_row, const SortCheck::Values& b, int64_t b_row,
                  bool nulls_first, std::span<int8_t> decided) {
  for (size_t i = 0; i < decided.size(); ++i) {
    const bool a_valid = a.is_valid(a_row + static_cast<int64_t>(i));
    const bool b_valid = b.is_valid(b_row + static_cast<int64_t>(i));
    if ((a_valid && b_valid) || decided[i] != 0) continue;
    decided[i] = a_valid == b_valid ? kBothNull : a_valid == nulls_first ? int8_t{1} : int8_t{-1};
  }
}

/// Decides rows that earlier columns left equal, as far as `column` tells.
void refine(const SortColumn& column, const SortCheck::Values& a, int64_t a_row, const SortCheck::Values& b,
            int64_t b_row, std::span<int8_t> decided) {
  if (a.has_nulls || b.has_nulls) decide_nulls(a, a_row, b, b_row, column.nulls_first, decided);
  std::array<int8_t, kBlockRows> memory;
  const std::span<int8_t> orders = std::span(memory).first(decided.size());
  compare_values(a.leaf(), a_row, b.leaf(), b_row, decided, orders);
  const int sign = column.descending ? -1 : 1;
  for (size_t i = 0; i < orders.size(); ++i) {
    const int before = decided[i];
    decided[i] = static_cast<int8_t>(before == 0 ? sign * orders[i] : before == kBothNull ? 0 : before);
  }
}

}  // namespace

bool SortCheck::Values::is_valid(int64_t row) const {
  return std::ranges::all_of(path, [row](const Column* column) { return column->is_valid(row); });
}

SortCheck::SortCheck(std::span<const Leaf> leaves, const std::vector<SortColumn>& columns) {
  for (const SortColumn& column : columns) {
    Key key;
    key.column = column;
    key.leaf_index = find_leaf(column.column, leaves);
    key.steps = leaves[key.leaf_index].steps;
    if (std::ranges::find(keys_, key.leaf_index, &Key::leaf_index) != keys_.end())
      refuse_column(column.column, "it is named twice");
    keys_.push_back(std::move(key));
  }
}

void SortCheck::add(const Batch& batch, int64_t first_row) {
  if (keys_.empty() || batch.rows() == 0) return;
  first_row_ = first_row;
  locate(batch);
  if (rows_ > 0) compare_with_last();
  std::array<int8_t, kBlockRows> orders;
  for (int64_t begin = 1; begin < batch.rows(); begin += kBlockRows)
    compare_rows(begin, std::span(orders).first(static_cast<size_t>(std::min(kBlockRows, batch.rows() - begin))));
  keep_last_row(batch.rows() - 1);
  rows_ += batch.rows();
}

void SortCheck::locate(const Batch& batch) {
  for (Key& key : keys_) {
    Values& values = key.values;
    values.path.assign(1, &batch.column(key.steps.front()));
    for (const size_t step : key.steps | std::views::drop(1)) values.path.push_back(&values.leaf().children[step]);
    values.has_nulls = std::ranges::any_of(values.path, [](const Column* column) { return column->null_count > 0; });
  }
}

/// orders[i]: row `begin + i` against the one before it.
void SortCheck::compare_rows(int64_t begin, std::span<int8_t> orders) {
  std::ranges::fill(orders, int8_t{0});
  for (const Key& key : keys_) {
    refine(key.column, key.values, begin - 1, key.values, begin, orders);
    if (std::ranges::find(orders, int8_t{0}) == orders.end()) break;
  }
  const auto broken = std::ranges::find(orders, int8_t{1});
  if (broken == orders.end()) return;
  std::vector<const Values*> before;
  for (const Key& key : keys_) before.push_back(&key.values);
  const int64_t row = begin + (broken - orders.begin());
  refuse(before, row - 1, row);
}

void SortCheck::compare_with_last() {
  std::array<int8_t, 1> order{};
  for (const Key& key : keys_) refine(key.column, key.last, 0, key.values, 0, order);
  if (order[0] <= 0) return;
  std::vector<const Values*> before;
  for (const Key& key : keys_) before.push_back(&key.last);
  refuse(before, 0, 0);
}

void SortCheck::keep_last_row(int64_t row) {
  for (Key& key : keys_) {
    key.last_leaf = copy_value(key.values.leaf(), row, key.values.is_valid(row));
    key.last.path.assign(1, &key.last_leaf);
    key.last.has_nulls = key.last_leaf.null_count > 0;
  }
}

/// `row` of the batch belongs before `row_before` of `before`; the columns up to the one that says so are named.
void SortCheck::refuse(const std::vector<const Values*>& before, int64_t row_before, int64_t row) const {
  std::vector<SortColumn> all;
  for (const Key& key : keys_) all.push_back(key.column);
  std::string values_before;
  std::string values_here;
  std::string names;
  const auto shown = [](const Values& values, int64_t at) {
    return values.is_valid(at) ? value_text(values.leaf(), at) : std::string("null");
  };
  size_t last = 0;
  for (std::array<int8_t, 1> order{}; order[0] == 0; ++last) {
    const Key& key = keys_[last];
    const std::string_view comma = last == 0 ? "" : ", ";
    names.append(comma).append(key.column.column);
    values_before.append(comma).append(shown(*before[last], row_before));
    values_here.append(comma).append(shown(key.values, row));
    refine(key.column, *before[last], row_before, key.values, row, order);
  }
  const int64_t number = first_row_ + row;
  throw Error(ErrorCode::data,
              std::string(last == 1 ? "column " : "columns ") + names + ": row " + std::to_string(number) + " (" +
                  values_here + ") belongs before row " + std::to_string(number - 1) + " (" + values_before +
                  "), but the rows are declared as sorted by " + to_text(all),
              {.field = keys_[last - 1].column.column, .row = number},
              "Sort the rows, or do not declare an order (sorted_by, --sorted-by).");
}

// New fields come behind the others, so steps to a leaf stay; its number among all leaves does not.
void SortCheck::extend(std::span<const LeafOrigin> origins) {
  for (Key& key : keys_) {
    const auto found = std::ranges::find(origins, std::optional(key.leaf_index), &LeafOrigin::kept);
    if (found == origins.end())
      throw Error(ErrorCode::data,
                  "column " + key.column.column +
                      ", by which the rows are sorted, has got another type: the order of " +
                      "the rows before it need not be that of the type",
                  {.field = key.column.column}, "Declare its type from the beginning (--schema).");
    key.leaf_index = static_cast<size_t>(found - origins.begin());
  }
}

std::vector<SortingColumn> SortCheck::sorting_columns() const {
  std::vector<SortingColumn> columns;
  for (const Key& key : keys_)
    columns.push_back({static_cast<int32_t>(key.leaf_index), key.column.descending, key.column.nulls_first});
  return columns;
}

}  // namespace sluice
