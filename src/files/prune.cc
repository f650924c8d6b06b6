#include "files/prune.h"

#include <algorithm>

#include "columns/selection.h"
#include "columns/value_range.h"
#include "columns/widening.h"
#include "files/bloom_search.h"
#include "pages/value_reader.h"
#include "schema/kinds.h"
#include "sluice/error.h"

namespace sluice {

/// A part of the condition, and what is known of it.
struct Pruner::Node {
  const BoundPart* part = nullptr;
  std::vector<Node> operands{};
  Type type{};                   ///< of the tested column
  std::optional<size_t> leaf{};  ///< of the file, whose values the column has
  ValueRange constant{};         ///< of a column that is the same in all rows; else it says nothing
  std::optional<Column> sought{};
  bool may = true;    ///< some row may pass
  bool must = false;  ///< all rows do
};

namespace {

const Type& type_at(const Schema& schema, std::span<const size_t> steps) {
  const Type* type = &schema[steps[0]].type;
  for (const size_t step : steps.subspan(1)) type = &type->children()[step].type;
  return *type;
}

/// A bound of the leaf in the type that the condition asks of; nothing where it means nothing.
std::optional<Column> bound_of(const FileLeaf& leaf, const Type& type, const std::string& plain) {
  std::optional<Column> bound = read_bound(leaf.form, plain);
  if (!bound || leaf.leaf.type == type) return bound;
  try {
    return widened(*bound, type);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Of a leaf outside of lists: one value, or null, a row.
ValueRange range_of_chunk(const StoredFile& file, size_t group, size_t index, const Type& type) {
  const FileLeaf& leaf = file.leaves()[index];
  const ColumnMetaData& meta = file.chunk(group, index);
  ValueRange range{.may_be_nan = is_float(type.kind()), .has_null = leaf.leaf.definition_level_max > 0};
  if (leaf.leaf.type.kind() == TypeKind::null) range.all_null = range.has_null = true;
  if (!meta.statistics) return range;
  const Statistics& statistics = *meta.statistics;
  if (range.has_null && statistics.null_count) {
    range.all_null = *statistics.null_count == meta.num_values;
    range.has_null = *statistics.null_count != 0;
  }
  if (!file.has_ordered_bounds(group, index)) return range;
  if (statistics.min_value) range.low = bound_of(leaf, type, *statistics.min_value);
  if (statistics.max_value) range.high = bound_of(leaf, type, *statistics.max_value);
  // Chunks of ours that have a NaN have no bounds.
  if (statistics.nan_count == 0 || (file.is_ours() && range.low && range.high)) range.may_be_nan = false;
  return range;
}

ValueRange range_of_page(const StoredFile& file, const FileLeaf& leaf, const ColumnIndex& index, size_t page,
                         const Type& type) {
  ValueRange range{.may_be_nan = is_float(type.kind()), .has_null = leaf.leaf.definition_level_max > 0};
  range.all_null = range.has_null && index.null_pages[page];
  // Some writers say -1 where they have not counted.
  if (!index.null_counts.empty() && index.null_counts[page] == 0 && !range.all_null) range.has_null = false;
  if (!leaf.has_ordered_bounds || range.all_null) return range;
  range.low = bound_of(leaf, type, index.min_values[page]);
  range.high = bound_of(leaf, type, index.max_values[page]);
  const bool has_no_nan = !index.nan_counts.empty() && index.nan_counts[page] == 0;
  if (has_no_nan || file.is_ours()) range.may_be_nan = false;
  return range;
}

bool may_hold(const BoundPart& part, const ValueRange& range) {
  if (part.kind == BoundPart::Kind::is_null) return range.has_null;
  if (part.kind == BoundPart::Kind::is_there) return !range.all_null;
  return may_pass(part.test, range);
}

bool must_hold(const BoundPart& part, const ValueRange& range) {
  if (part.kind == BoundPart::Kind::is_null) return range.all_null;
  if (range.has_null) return false;
  return part.kind == BoundPart::Kind::is_there || must_pass(part.test, range);
}

/// Sets the flags of what is joined from those of its operands.
template <typename Node>
void fold(Node& node) {
  if (node.operands.empty()) return;
  std::ranges::for_each(node.operands, fold<Node>);
  const bool is_all = node.part->kind == BoundPart::Kind::all;
  node.may = is_all ? std::ranges::all_of(node.operands, &Node::may) : std::ranges::any_of(node.operands, &Node::may);
  node.must =
      is_all ? std::ranges::all_of(node.operands, &Node::must) : std::ranges::any_of(node.operands, &Node::must);
}

/// Calls `visit` with each node that asks of one column.
template <typename Node, typename Visit>
void for_each_test(Node& node, const Visit& visit) {
  if (node.operands.empty()) return visit(node);
  for (Node& operand : node.operands) for_each_test(operand, visit);
}

}  // namespace

Pruner::Pruner(const StoredFile& file, const FileShape& shape, const BoundPart& root, IndexReader& indexes,
               const ChunkContext& context)
    : file_(file), shape_(shape), indexes_(indexes), context_(context) {
  nodes_.push_back(node_of(root));
}

Pruner::~Pruner() = default;

Pruner::Node Pruner::node_of(const BoundPart& part) const {
  Node node{.part = &part};
  for (const BoundPart& operand : part.operands) node.operands.push_back(node_of(operand));
  if (!node.operands.empty()) return node;
  node.type = type_at(*shape_.schema(), part.steps);
  // Of a list or a struct nothing is known here.
  if (node.type.is_nested()) return node;
  const ShapedColumn& column = shape_.columns()[part.steps[0]];
  if (column.stored) {
    node.leaf = shape_.leaf_at(part.steps);
    if (part.kind == BoundPart::Kind::test) node.sought = sought_values(part.test, node.type);
  } else {
    node.constant.low = node.constant.high = column.constant;
    node.constant.all_null = node.constant.has_null = !column.constant;
  }
  return node;
}

RuledOut Pruner::file() {
  Node& root = nodes_[0];
  for_each_test(root, [](Node& node) {
    node.may = may_hold(*node.part, node.constant);
    node.must = must_hold(*node.part, node.constant);
  });
  fold(root);
  group_.reset();
  return root.may ? RuledOut::no : RuledOut::by_constants;
}

// --- row groups

void Pruner::set_by_bounds(size_t group) {
  if (group_ == group) return;
  for_each_test(nodes_[0], [&](Node& node) {
    const ValueRange range = node.leaf ? range_of_chunk(file_, group, *node.leaf, node.type) : node.constant;
    node.may = may_hold(*node.part, range);
    node.must = must_hold(*node.part, range);
  });
  fold(nodes_[0]);
  group_ = group;
}

RuledOut Pruner::row_group(size_t group) {
  Node& root = nodes_[0];
  set_by_bounds(group);
  if (!root.may) return RuledOut::by_bounds;
  std::vector<Node*> unfiltered;
  for_each_test(root, [&](Node& node) {
    if (node.may && !node.must && node.leaf && node.sought && !set_by_filter(node, group)) unfiltered.push_back(&node);
  });
  fold(root);
  if (!root.may) return RuledOut::by_bloom_filter;
  for (Node* const node : unfiltered) set_by_dictionary(*node, group);
  fold(root);
  return root.may ? RuledOut::no : RuledOut::by_dictionary;
}

/// False where there is no filter that could be asked.
bool Pruner::set_by_filter(Node& node, size_t group) {
  const FileLeaf& leaf = file_.leaves()[*node.leaf];
  if (leaf.leaf.type != node.type) return false;
  const std::optional<BloomFilter> filter = indexes_.read_bloom_filter(group, *node.leaf);
  if (!filter) return false;
  node.may = may_contain(*filter, leaf.form, *node.sought);
  return true;
}

void Pruner::set_by_dictionary(Node& node, size_t group) {
  const DictionaryEntries entries = indexes_.read_dictionary(group, *node.leaf, context_);
  if (!entries) return;
  const Column values = entries->type == node.type ? *entries : widened(*entries, node.type);
  Selection passing(values.length);
  keep_passing(node.part->test, values, passing.words());
  node.may = passing.count() > 0;
}

bool Pruner::matches_all(size_t group) {
  set_by_bounds(group);
  return nodes_[0].must;
}

// --- pages

RowRanges Pruner::rows(size_t group) {
  set_by_bounds(group);
  RowRanges rows = rows_of(nodes_[0], group);
  page_indexes_.clear();
  return rows;
}

RowRanges Pruner::rows_of(const Node& node, size_t group) {
  const RowRanges whole(file_.row_group_rows(group));
  if (!node.may) return RowRanges();
  if (node.must) return whole;
  if (node.operands.empty()) {
    if (!node.leaf) return whole;
    const auto [place, is_new] = page_indexes_.try_emplace(*node.leaf);
    std::optional<ChunkIndex>& index = place->second;
    if (is_new) index = indexes_.read_index(group, *node.leaf);
    return index && index->bounds ? rows_of_pages(node, *index, group) : whole;
  }
  const bool is_all = node.part->kind == BoundPart::Kind::all;
  RowRanges rows = is_all ? whole : RowRanges();
  for (const Node& operand : node.operands) {
    const RowRanges more = rows_of(operand, group);
    rows = is_all ? rows.intersected(more) : rows.united(more);
  }
  return rows;
}

RowRanges Pruner::rows_of_pages(const Node& node, const ChunkIndex& index, size_t group) const {
  const FileLeaf& leaf = file_.leaves()[*node.leaf];
  const std::vector<PageLocation>& pages = index.offsets.page_locations;
  RowRanges rows;
  for (size_t page = 0; page < pages.size(); ++page) {
    const int64_t end = page + 1 < pages.size() ? pages[page + 1].first_row_index : file_.row_group_rows(group);
    if (may_hold(*node.part, range_of_page(file_, leaf, *index.bounds, page, node.type)))
      rows.add(pages[page].first_row_index, end);
  }
  return rows;
}

}  // namespace sluice
