// What a read needs for what was asked: which columns, or fields of them, and what becomes of them.
#include <algorithm>
#include <utility>

#include "columns/bound_predicate.h"
#include "columns/column_path.h"
#include "files/scan.h"

namespace sluice {
namespace {

/// Whether a struct is there is told by any leaf below.
void end_at_leaf(const Field& field, std::vector<size_t>& steps) {
  for (const Field* here = &field; here->type.kind() == TypeKind::struct_; here = &here->type.children()[0])
    steps.push_back(0);
}

/// Adds what the condition asks for to what is kept anyway.
void add_condition(const Predicate& where, const Schema& all, std::vector<KeptColumn>& kept) {
  for (const Predicate& operand : where.operands) add_condition(operand, all, kept);
  if (!where.operands.empty()) return;
  FoundColumn found = find_column(all, where.column);
  end_at_leaf(*found.field, found.steps);
  keep_column(kept, found.steps);
}

/// The first `result` columns of what is read, in the form that `result` has: conditions only add parts behind.
std::vector<KeptColumn> in_read(const std::vector<KeptColumn>& result) {
  std::vector<KeptColumn> kept;
  for (size_t i = 0; i < result.size(); ++i) kept.push_back({i, in_read(result[i].parts)});
  return kept;
}

std::vector<KeptColumn> all_of(const Schema& schema) {
  std::vector<KeptColumn> kept(schema.size());
  for (size_t i = 0; i < kept.size(); ++i) kept[i].index = i;
  return kept;
}

/// What is read for the columns that are wanted, and for the condition.
ScanPlan plan_of(const Schema& all, const std::vector<KeptColumn>& wanted, const std::optional<Predicate>& where) {
  // Bound to the whole schema first: names that do not exist are told together with those that do.
  if (where) BoundPredicate(*where, all);
  ScanPlan plan;
  plan.where = where;
  std::vector<KeptColumn> read = wanted;
  if (where) add_condition(*where, all, read);
  plan.kept = in_read(wanted);
  plan.read_schema = std::make_shared<const Schema>(kept_fields(all.fields(), read));
  plan.result_schema = Projection(*plan.read_schema, plan.kept).schema();
  return plan;
}

}  // namespace

ScanPlan plan_scan(const Schema& all, const SelectOptions& select) {
  return plan_of(all, select.columns.empty() ? all_of(all) : Projection(all, select.columns).kept(), select.where);
}

ScanPlan plan_count(const Schema& all, const std::optional<Predicate>& where) { return plan_of(all, {}, where); }

}  // namespace sluice
