// Builds plans, and words what they know about a column.
#include "sources/record_plan.h"

#include <algorithm>

#include "schema/nested.h"
#include "sluice/error.h"
#include "sources/record_columns.h"

namespace sluice {

namespace {

/// What other columns meet later nobody knows yet.
constexpr std::string_view kWidens = "--evolve widen takes whatever comes.";

// A hint that is longer than this is not read; the sentence has said which column it is.
constexpr size_t kHintBytes = 400;

void prepare(Plan& plan, const Field& field, ColumnBuilder& out);

void prepare_children(Plan& plan, std::span<const Field> fields, auto builder_at) {
  plan.fields.resize(fields.size());
  for (uint32_t i = 0; i < fields.size(); ++i) {
    Plan& child = plan.fields[i];
    child.parent = &plan;
    child.index = i;
    prepare(child, fields[i], builder_at(i));
    plan.required += child.nullable ? 0 : 1;
    if (plan.kind == TypeKind::struct_) plan.by_name.emplace(fields[i].name, i);
  }
}

void prepare(Plan& plan, const Field& field, ColumnBuilder& out) {
  plan.kind = field.type.kind();
  plan.unit = field.type.unit();
  plan.zoned = plan.kind == TypeKind::timestamp && !field.type.zone().empty();
  plan.nullable = field.nullable;
  plan.out = &out;
  plan.key = QuotedKey(field.name);
  plan.field = &field;
  const bool has_items = field.type.has_ranges() || plan.kind == TypeKind::fixed_list;
  if (has_items) plan.item_bytes = null_bytes(field.type.children()[0].type);
  prepare_children(plan, field.type.children(), [&out](size_t i) -> ColumnBuilder& { return out.child(i); });
}

// The field of `plan`, changed where the path to `target` leads: `target` itself becomes `type`, or gains a field.
Field amended(const Plan& plan, const Plan& target, const Type& type, std::string_view name) {
  Field field = *plan.field;
  const bool here = &plan == &target;
  if (here && name.empty()) {
    field.type = type;
    field.nullable = true;
    return field;
  }
  const auto children = field.type.children();
  if (children.empty()) return field;
  std::vector<Field> fields;
  for (const Plan& child : plan.fields) fields.push_back(amended(child, target, type, name));
  if (here) {
    fields.push_back({std::string(name), type});
    field.type = struct_(std::move(fields));
    return field;
  }
  field.type = with_parts(field.type, std::move(fields));
  return field;
}

}  // namespace

QuotedKey::QuotedKey(std::string_view name) {
  const auto special = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; };
  if (std::any_of(name.begin(), name.end(), special)) return;
  const std::string quoted = '"' + std::string(name) + '"';
  std::byte word[16] = {};
  std::byte mask[16] = {};
  for (size_t i = 0; i < std::min(quoted.size(), sizeof word); ++i) {
    word[i] = std::byte(quoted[i]);
    mask[i] = std::byte{0xff};
  }
  for (size_t i = 0; i < 2; ++i) {
    words_[i] = load<uint64_t>(word + 8 * i);
    masks_[i] = load<uint64_t>(mask + 8 * i);
  }
  if (quoted.size() > sizeof word) rest_ = quoted.substr(sizeof word);
}

std::string Plan::path() const {
  if (field == nullptr) return {};
  return parent->kind == TypeKind::struct_ ? parent->path_of(field->name) : parent->path() + "[]";
}

std::string Plan::path_of(std::string_view name) const {
  return field == nullptr ? std::string(name) : path() + "." + std::string(name);
}

std::unique_ptr<Plan> make_plan(const Schema& schema, std::vector<ColumnBuilder>& builders) {
  auto root = std::make_unique<Plan>();
  root->kind = TypeKind::struct_;
  root->nullable = false;
  prepare_children(*root, schema.fields(), [&builders](size_t i) -> ColumnBuilder& { return builders[i]; });
  return root;
}

RecordFault extra_field(const Plan& object, std::string_view name, std::string_view value, const Type& type,
                        const ReadRules& rules) {
  RecordFault fault{.field = object.path_of(name), .late_field = rules.add_late_fields};
  if (rules.inferred) {
    fault.sentence = "new after the sample that the schema was inferred from (value " + excerpt(value) + ")";
    fault.hint = schema_hint(object, type, name);
  } else {
    fault.sentence = "not in the schema (value " + excerpt(value) + ")";
    fault.hint = "--extra ignore drops such fields and counts them.";
  }
  return fault;
}

std::string schema_hint(const Plan& plan, const Type& type, std::string_view name) {
  const Plan* root = &plan;
  while (root->parent != nullptr) root = root->parent;
  std::vector<Field> fields;
  for (const Plan& child : root->fields) fields.push_back(amended(child, plan, type, name));
  if (&plan == root) fields.push_back({std::string(name), type});
  const std::string text = to_text(Schema(fields));
  if (text.size() > kHintBytes)
    return "--schema @FILE, with the " + std::to_string(fields.size()) + " columns written to a file and this one as " +
           to_text(type) + ", takes it; " + std::string(kWidens);
  std::string quoted;  // for a shell
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "--schema '" + quoted + "' takes it; " + std::string(kWidens);
}

}  // namespace sluice
