// Cuts batches of records into batches of relations: goes once through the columns of a batch, never through its
// records. Lists wait on a stack, and are cut piece by piece, so that few records with many items take little memory.
#include "sluice/flatten.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "columns/builder.h"
#include "columns/checked_batch.h"
#include "columns/widening.h"
#include "relations/key_columns.h"
#include "relations/list_cut.h"
#include "relations/relation_plan.h"
#include "relations/value_policies.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Rows of a list's relation that are cut at a time.
constexpr int64_t kPieceRows = 65'536;

Column time_column_of(const FlattenOptions& options) {
  const auto time = options.time.value_or(std::chrono::system_clock::now()).time_since_epoch();
  ColumnBuilder builder(timestamp(TimeUnit::microsecond, "UTC"));
  builder.append<int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  return builder.finish();
}

class Flattening final : public FlattenedStream {
 public:
  Flattening(std::unique_ptr<BatchStream> records, FlattenOptions options)
      : records_(std::move(records)), plan_(std::move(options)), keys_(plan_), time_(time_column_of(plan_.options())) {
    grow(records_->schema());
  }

  const Schema& schema() const override {
    return record_schema_.size() == 0 ? record_schema_ : *plan_.relations()[0].schema;
  }
  const std::vector<Relation>& relations() const override { return relations_; }
  const Schema& record_schema() const override { return record_schema_; }
  std::vector<FlattenNote> notes() const override;
  std::optional<RelationBatch> next() override;

 private:
  /// Items of a list that are still to become rows.
  struct Waiting {
    size_t relation;
    ListCut cut;
    RowKeys parents;
    int64_t begin = 0;
  };
  /// Rows on their way.
  struct Rows {
    int64_t count = 0;
    std::vector<std::optional<Column>> columns{};
    std::vector<Waiting> lists{};
  };

  void grow(const Schema& schema);
  RelationBatch next_records();
  RelationBatch next_items(Waiting& waiting);
  void visit(const FieldPlan& plan, const RelationPlan& relation, const Column& column, const RowMask& mask,
             Rows& rows);
  void add_key(size_t relation, ColumnRole role, Column column, Rows& rows) const;
  RelationBatch finish(size_t relation, Rows rows, const RowKeys& keys);
  bool begin_relation(size_t relation);

  const std::unique_ptr<BatchStream> records_;
  FlattenPlan plan_;
  KeyMaker keys_;
  const Column time_;
  Schema record_schema_;
  std::vector<Relation> relations_;
  std::vector<bool> has_begun_;  ///< relations of which a batch was given out
  std::vector<Waiting> waiting_;
  Batch batch_;  ///< of the records, as far as it is not cut yet
  int64_t taken_ = 0;
  bool is_over_ = false;
};

void Flattening::grow(const Schema& schema) {
  plan_.grow(schema);
  record_schema_ = schema;
  relations_.clear();
  for (const RelationPlan& plan : plan_.relations()) relations_.push_back(plan.relation);
  has_begun_.resize(relations_.size());
}

std::vector<FlattenNote> Flattening::notes() const {
  std::vector<FlattenNote> notes = plan_.notes();
  if (is_over_) std::ranges::move(plan_.unused_options(record_schema()), std::back_inserter(notes));
  return notes;
}

/// True for the first time.
bool Flattening::begin_relation(size_t relation) {
  const bool is_new = !has_begun_[relation];
  has_begun_[relation] = true;
  return is_new;
}

std::optional<RelationBatch> Flattening::next() {
  while (!waiting_.empty()) {
    Waiting& last = waiting_.back();
    if (last.begin < last.cut.items().length || begin_relation(last.relation)) {
      has_begun_[last.relation] = true;
      return next_items(last);
    }
    waiting_.pop_back();
  }
  if (is_over_) return std::nullopt;
  if (taken_ == batch_.rows()) {
    taken_ = 0;
    std::optional<RelationBatch> next = records_->next();
    if (!next) {
      is_over_ = true;
      keys_.finish();
      if (has_begun_[0] || record_schema_.size() == 0) return std::nullopt;
      // No record, but columns: each relation has them.
      std::vector<Column> none;
      for (const Field& field : record_schema_.fields()) none.push_back(ColumnBuilder(field.type).finish());
      batch_ = Batch(std::make_shared<const Schema>(record_schema_), std::move(none), 0);
      return next_records();
    }
    batch_ = std::move(next->batch);
    if (batch_.shared_schema() && !(batch_.schema() == record_schema_)) grow(batch_.schema());
  }
  if (!batch_.shared_schema()) return RelationBatch{relations_[0].name, Batch()};
  return next_records();
}

// --- rows

RelationBatch Flattening::next_records() {
  has_begun_[0] = true;
  const Batch some = batch_.slice(taken_, std::min(plan_.options().batch_size, batch_.rows() - taken_));
  taken_ += some.rows();
  Column record;
  record.type = struct_({record_schema_.fields().begin(), record_schema_.fields().end()});
  record.length = some.rows();
  record.children = some.columns();

  const RelationPlan& plan = plan_.relations()[0];
  Rows rows{.count = some.rows()};
  rows.columns.resize(plan.fields.size());
  visit(plan.item, plan, record, {}, rows);
  const std::optional<Column>& natural_key = rows.columns[plan.relation.id_column];
  const RowKeys keys = keys_.of_records(record, natural_key ? &*natural_key : nullptr);
  return finish(0, std::move(rows), keys);
}

RelationBatch Flattening::next_items(Waiting& waiting) {
  const size_t relation = waiting.relation;
  const RelationPlan& plan = plan_.relations()[relation];
  const int64_t count = std::min(kPieceRows, waiting.cut.items().length - waiting.begin);
  const ListCut::Places places = waiting.cut.places(waiting.begin, count);
  const Column items = waiting.cut.items().slice(waiting.begin, count);
  waiting.begin += count;

  Rows rows{.count = count};
  rows.columns.resize(plan.fields.size());
  visit(plan.item, plan, items, {}, rows);
  const RowKeys keys = keys_.of_items(relation, waiting.parents, places);
  add_key(relation, ColumnRole::parent_id, KeyMaker::of_parents(waiting.parents, places), rows);
  ColumnBuilder indexes(int32());
  for (const int32_t index : places.indexes) indexes.append(index);
  add_key(relation, ColumnRole::index, indexes.finish(), rows);
  if (keys.roots) add_key(relation, ColumnRole::root_id, *keys.roots, rows);
  return finish(relation, std::move(rows), keys);
}

void Flattening::visit(const FieldPlan& plan, const RelationPlan& relation, const Column& column, const RowMask& mask,
                       Rows& rows) {
  if (!plan.fields.empty()) {
    const RowMask inner = mask_within(mask, column);
    for (const FieldPlan& field : plan.fields) visit(field, relation, column.children[field.child], inner, rows);
    return;
  }
  if (plan.column) {
    const bool is_text = relation.relation.columns[*plan.column].role == ColumnRole::json_text;
    const Column values = masked(column, mask);
    rows.columns[*plan.column] = is_text ? json_texts(values) : by_policies(values, plan_.options());
  }
  if (plan.counted_by) {
    const Column values = masked(column, mask);
    plan_.count(*plan.counted_by, values.length - values.null_count);
  }
  if (!plan.length_column) return;
  ListCut cut(column, mask);
  rows.columns[*plan.length_column] = cut.lengths();
  if (plan.relation) rows.lists.push_back({*plan.relation, std::move(cut), {}, 0});
}

void Flattening::add_key(size_t relation, ColumnRole role, Column column, Rows& rows) const {
  if (const std::optional<size_t> place = plan_.find(relation, role)) rows.columns[*place] = std::move(column);
}

RelationBatch Flattening::finish(size_t relation, Rows rows, const RowKeys& keys) {
  const RelationPlan& plan = plan_.relations()[relation];
  add_key(relation, ColumnRole::id, *keys.ids, rows);
  add_key(relation, ColumnRole::time, repeated_value(time_, rows.count), rows);
  std::vector<Column> columns;
  columns.reserve(rows.columns.size());
  for (size_t i = 0; i < rows.columns.size(); ++i)
    columns.push_back(rows.columns[i] ? std::move(*rows.columns[i]) : null_column(plan.fields[i].type, rows.count));
  // The last one is taken first.
  for (auto list = rows.lists.rbegin(); list != rows.lists.rend(); ++list) {
    list->parents = keys;
    waiting_.push_back(std::move(*list));
  }
  return {plan.relation.name, CheckedBatch::make(plan.schema, std::move(columns), rows.count)};
}

}  // namespace

inline namespace v0 {

std::unique_ptr<FlattenedStream> flatten(std::unique_ptr<BatchStream> stream, FlattenOptions options) {
  return std::make_unique<Flattening>(std::move(stream), std::move(options));
}

}  // namespace v0
}  // namespace sluice
