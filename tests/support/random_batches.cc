#include "support/random_batches.h"

#include <algorithm>
#include <utility>

#include "sluice/arrow.h"
#include "support/dictionary_columns.h"

namespace sluice::test {

namespace {

Batch make_batch(const RandomTable& table, const std::shared_ptr<const Schema>& schema, int64_t begin, int64_t rows,
                 bool dirty) {
  std::vector<Column> columns;
  for (size_t i = 0; i < schema->size(); ++i) {
    ColumnMaker maker((*schema)[i].type, dirty);
    for (int64_t row = begin; row < begin + rows; ++row) maker.append(table.columns[i][static_cast<size_t>(row)]);
    columns.push_back(maker.finish());
  }
  return Batch(schema, std::move(columns), rows);
}

// Whoever exports an array need not have counted its nulls.
void forget_null_counts(ArrowArray& array) {
  if (array.n_buffers > 0) array.null_count = -1;
  for (int64_t i = 0; i < array.n_children; ++i) forget_null_counts(*array.children[i]);
}

Batch through_arrow(Draw& draw, const Batch& batch) {
  ArrowArray array;
  ArrowSchema schema;
  const bool takes_schema = draw.chance(50);
  export_arrow(batch, &array, takes_schema ? &schema : nullptr);
  if (draw.chance(50)) forget_null_counts(array);
  return takes_schema ? import_arrow(&array, &schema) : import_arrow(&array, batch.shared_schema());
}

Batch with_dictionaries(Draw& draw, const Batch& batch) {
  std::vector<Column> columns;
  for (const Column& column : batch.columns()) columns.push_back(in_dictionary_form(draw, column, 50));
  return Batch(batch.shared_schema(), std::move(columns), batch.rows());
}

// Rows of each batch, all together `rows`.
std::vector<int64_t> draw_cuts(Draw& draw, int64_t rows) {
  if (draw.chance(20)) return {rows};
  const int64_t rows_max = draw.chance(15) ? 1 : draw.magnitude(std::max<int64_t>(rows, 1));
  const int empty_percent = draw.chance(30) ? 20 : 0;
  std::vector<int64_t> cuts;
  for (int64_t left = rows; left > 0; left -= cuts.back()) {
    if (draw.chance(empty_percent)) cuts.push_back(0);
    cuts.push_back(std::min(left, draw.between(1, rows_max)));
  }
  if (draw.chance(empty_percent)) cuts.push_back(0);
  return cuts;
}

}  // namespace

std::vector<Batch> draw_batches(Draw& draw, const RandomTable& table, bool dirty) {
  const auto schema = std::make_shared<const Schema>(table.schema);
  const Batch whole = make_batch(table, schema, 0, table.rows, dirty);
  const Batch imported = through_arrow(draw, whole);
  const Batch looked_up = with_dictionaries(draw, whole);
  std::vector<Batch> batches;
  int64_t begin = 0;
  for (const int64_t rows : draw_cuts(draw, table.rows)) {
    // Dictionaries have nothing under nulls: where that is something, and counts, they are not the same rows.
    switch (draw.below(dirty ? 5 : 7)) {
      case 0:
      case 1: batches.push_back(make_batch(table, schema, begin, rows, dirty)); break;
      case 2: batches.push_back(whole.slice(begin, rows)); break;
      case 3: batches.push_back(imported.slice(begin, rows)); break;
      case 4: batches.push_back(through_arrow(draw, whole.slice(begin, rows))); break;
      case 5: batches.push_back(looked_up.slice(begin, rows)); break;
      default: batches.push_back(with_dictionaries(draw, whole.slice(begin, rows)));
    }
    begin += rows;
  }
  return batches;
}

}  // namespace sluice::test
