#include "files/amend_origins.h"

#include <span>
#include <string>
#include <utility>

#include "schema/evolution.h"
#include "schema/leaves.h"
#include "sluice/error.h"

namespace sluice {

namespace {

[[noreturn]] void refuse_growth(const std::string& field, const std::string& problem) {
  throw Error(ErrorCode::invalid, "the schema cannot grow like that: field \"" + field + "\" " + problem,
              {.field = field}, "Keep all fields, in types that hold their values, and add nullable ones behind them.");
}

/// Goes through both schemas side by side.
class OriginWalk {
 public:
  std::vector<LeafOrigin> take() { return std::move(origins_); }

  /// Where the parent of some fields stands.
  struct Parent {
    std::string name{};
    uint8_t repetition_level = 0;
    uint8_t definition_level = 0;
    bool is_root = false;  ///< which has no name

    std::string name_of(const Field& field) const { return is_root ? field.name : child_name(name, field.name); }
  };

  void visit_fields(std::span<const Field> before, std::span<const Field> wider, const Parent& parent) {
    const size_t models_begin = leaves_before_;
    for (size_t i = 0; i < before.size(); ++i) {
      const std::string name = parent.name_of(before[i]);
      if (i >= wider.size() || wider[i].name != before[i].name) refuse_growth(name, "is not in its place any more");
      visit(before[i], wider[i], {name, parent.repetition_level, parent.definition_level});
    }
    for (const Field& late : wider.subspan(before.size())) {
      if (!late.nullable) refuse_growth(parent.name_of(late), "is new and not nullable");
      add_late(late, {{}, models_begin, leaves_before_, parent.repetition_level, parent.definition_level});
    }
  }

 private:
  /// `here` has the field's name and still its parent's levels.
  void visit(const Field& before, const Field& wider, Parent here) {
    if (before.nullable != wider.nullable) refuse_growth(here.name, "is not as nullable as it was");
    if (before.id != wider.id) refuse_growth(here.name, "has another id than before");
    if (before.type.kind() == TypeKind::null && wider.type.kind() != TypeKind::null)
      return add_typed(before, wider, here);
    const bool is_same_kind = before.type.kind() == wider.type.kind() && before.type.size() == wider.type.size();
    if (!before.type.is_nested() && before.type == wider.type) return origins_.push_back({.kept = leaves_before_++});
    if (!before.type.is_nested() || !is_same_kind) return add_evolved(before, wider, here);
    here.definition_level += before.nullable;
    if (before.type.kind() == TypeKind::struct_)
      return visit_fields(before.type.children(), wider.type.children(), here);
    ++here.repetition_level;
    ++here.definition_level;
    here.name = element_name(here.name);
    visit(before.type.element(), wider.type.element(), here);
  }

  /// Its own levels are the model: they never reach the highest, for there was no value.
  void add_typed(const Field& before, const Field& wider, const Parent& here) {
    if (!before.nullable) refuse_growth(here.name, "is of the null type and not nullable: it cannot get another type");
    const size_t own = leaves_before_++;
    const size_t first = origins_.size();
    add_late(wider, {{}, own, own + 1, here.repetition_level, here.definition_level});
    origins_[first].replaces_model = true;
  }

  void add_evolved(const Field& before, const Field& wider, const Parent& here) {
    if (!evolves(before.type, wider.type))
      refuse_growth(here.name, "has the type " + to_text(wider.type) + ", and had " + to_text(before.type));
    const size_t begin = std::exchange(leaves_before_, leaves_before_ + leaves_of(Schema({before})).size());
    origins_.push_back({.models_begin = begin, .models_end = leaves_before_, .takes_values = true});
  }

  void add_late(const Field& field, const LeafOrigin& origin) {
    if (!field.type.is_nested()) return origins_.push_back(origin);
    for (const Field& part : field.type.children()) add_late(part, origin);
  }

  std::vector<LeafOrigin> origins_;
  size_t leaves_before_ = 0;
};

}  // namespace

std::vector<LeafOrigin> origins_of(const Schema& before, const Schema& wider) {
  leaves_of(wider);  // refuses a schema that nests too deep to be walked
  OriginWalk walk;
  walk.visit_fields(before.fields(), wider.fields(), {.is_root = true});
  return walk.take();
}

}  // namespace sluice
