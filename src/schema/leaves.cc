// Leaf columns; see leaves.h.
#include "schema/leaves.h"

#include <algorithm>
#include <utility>

#include "sluice/error.h"

namespace sluice {
namespace {

/// Walks the tree; `here_` is the path to where it stands, complete enough to be copied when a leaf comes.
class LeafWalk {
 public:
  explicit LeafWalk(size_t leaves_min) { leaves_.reserve(leaves_min); }
  std::vector<Leaf> take() { return std::move(leaves_); }

  void visit_children(std::span<const Field> fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      here_.steps.push_back(i);
      here_.path.push_back(fields[i].name);
      const std::string outer = here_.name;
      here_.name = here_.steps.size() == 1 ? fields[i].name : child_name(outer, fields[i].name);
      visit(fields[i]);
      here_.name = outer;
      here_.path.pop_back();
      here_.steps.pop_back();
    }
  }

 private:
  void visit(const Field& field) {
    if (field.type.is_nested() && here_.steps.size() > kSchemaDepthMax)
      throw Error(ErrorCode::invalid,
                  "column \"" + here_.path.front() + "\" nests more than " + std::to_string(kSchemaDepthMax) +
                      " lists, maps and structs inside each other",
                  {.field = here_.path.front()});
    here_.definition_level_max += field.nullable;
    switch (field.type.kind()) {
      case TypeKind::struct_: visit_children(field.type.children()); break;
      case TypeKind::list: visit_element(field.type.element(), {"list", "element"}); break;
      case TypeKind::fixed_list: visit_fixed_list(field.type); break;
      case TypeKind::map: visit_element(field.type.element(), {"key_value"}); break;
      default: add_leaf(field); break;
    }
    here_.definition_level_max -= field.nullable;
  }

  void visit_fixed_list(const Type& type) {
    const int64_t placeholders = here_.placeholders;
    here_.placeholders = std::min(placeholders * type.size(), kPlaceholdersMax);
    visit_element(type.element(), {"list", "element"});
    here_.placeholders = placeholders;
  }

  // Parquet fixes the names of the groups; what the element is called in memory does not reach the file's tree.
  void visit_element(const Field& element, const std::vector<std::string>& groups) {
    here_.steps.push_back(0);
    here_.path.insert(here_.path.end(), groups.begin(), groups.end());
    const std::string outer = here_.name;
    here_.name = element_name(outer);
    ++here_.definition_level_max;
    ++here_.repetition_level_max;
    const uint8_t outer_item_level = std::exchange(here_.item_definition_level, here_.definition_level_max);
    visit(element);
    here_.item_definition_level = outer_item_level;
    --here_.repetition_level_max;
    --here_.definition_level_max;
    here_.name = outer;
    here_.path.resize(here_.path.size() - groups.size());
    here_.steps.pop_back();
  }

  void add_leaf(const Field& field) {
    leaves_.push_back(here_);
    leaves_.back().type = field.type;
    leaves_.back().nullable = field.nullable;
  }

  Leaf here_;
  std::vector<Leaf> leaves_;
};

}  // namespace

std::vector<Leaf> leaves_of(const Schema& schema) {
  LeafWalk walk(schema.size());
  walk.visit_children(schema.fields());
  return walk.take();
}

std::string child_name(std::string_view parent, std::string_view field) {
  std::string name(parent);
  name += '.';
  return name += field;
}

std::string element_name(std::string_view list) { return std::string(list) += "[]"; }

}  // namespace sluice
