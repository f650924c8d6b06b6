#include "files/verify_order.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "files/bound_text.h"
#include "files/scan.h"
#include "files/sort_check.h"
#include "files/sort_order.h"
#include "sluice/error.h"

namespace sluice {
namespace {

class OneGroup final : public GroupSource {
 public:
  explicit OneGroup(ScanGroup group) : group_(std::move(group)) {}
  std::optional<ScanGroup> next() override { return std::exchange(group_, std::nullopt); }

 private:
  std::optional<ScanGroup> group_;
};

Finding finding_of(size_t row_group, const std::string& words) {
  Finding finding{.kind = FindingKind::contradiction, .check = "sorting_columns"};
  finding.row_group = row_group;
  finding.words = words;
  return finding;
}

bool has_known_order(const StoredFile& file, const FileLeaf& leaf) {
  return leaf.leaf.repetition_level_max == 0 && has_sort_order(leaf.leaf.type) &&
         has_readable_bounds(file.metadata().schema[leaf.element], leaf.leaf.type);
}

/// The fields on the way to a leaf outside of lists.
ColumnPath path_of(const StoredFile& file, const Leaf& leaf) {
  ColumnPath path;
  std::span<const Field> fields = file.schema()->fields();
  for (const size_t step : leaf.steps) {
    path.push_back(fields[step].name);
    fields = fields[step].type.children();
  }
  return path;
}

/// Throws Error{data}: rows out of order.
void check_rows(const std::shared_ptr<const StoredFile>& file, size_t row_group, const std::vector<SortColumn>& order,
                const std::vector<ColumnPath>& columns, const ReadOptions& options) {
  ScanPlan plan = plan_scan(*file->schema(), {.columns = columns});
  auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
  SortCheck check(leaves_of(*plan.result_schema), order);
  int64_t row = 0;
  for (size_t group = 0; group < row_group; ++group) row += file->row_group_rows(group);
  const auto rows =
      scan(std::make_unique<OneGroup>(ScanGroup{file, std::move(shape), row_group}), std::move(plan), options);
  while (const auto next = rows->next()) {
    check.add(next->batch, row);
    row += next->batch.rows();
  }
}

}  // namespace

std::optional<Finding> check_sorting(const std::shared_ptr<const StoredFile>& file, size_t row_group,
                                     const ReadOptions& options) {
  const std::vector<FileLeaf>& leaves = file->leaves();
  std::vector<SortColumn> order;
  std::vector<ColumnPath> columns;
  bool is_known = true;
  for (const SortingColumn& claim : file->metadata().row_groups[row_group].sorting_columns) {
    if (claim.column_idx < 0 || static_cast<size_t>(claim.column_idx) >= leaves.size())
      return finding_of(row_group, "the row group is said to be sorted by column " + std::to_string(claim.column_idx) +
                                       ", of " + std::to_string(leaves.size()));
    const FileLeaf& leaf = leaves[static_cast<size_t>(claim.column_idx)];
    is_known = is_known && has_known_order(*file, leaf);
    ColumnPath path = path_of(*file, leaf.leaf);
    if (!is_known || std::ranges::find(columns, path) != columns.end()) continue;  // named before: nothing new
    columns.push_back(std::move(path));
    order.push_back({leaf.leaf.name, claim.descending, claim.nulls_first});
  }
  if (order.empty()) return std::nullopt;
  try {
    check_rows(file, row_group, order, columns, options);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::invalid) return std::nullopt;  // names that tell no two columns apart
    if (error.code() != ErrorCode::data) throw;
    return finding_of(row_group, error.what());
  }
}

}  // namespace sluice
