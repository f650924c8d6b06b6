// Schemas through the Arrow C data interface, both ways. (Arrow "The Arrow C data interface", the ArrowSchema
// structure.)
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/c_format.h"
#include "arrow/c_layout.h"
#include "arrow/c_metadata.h"
#include "sluice/arrow.h"
#include "sluice/error.h"

namespace sluice {
static_assert(sizeof(ArrowSchema) == 72 && sizeof(ArrowArray) == 80 && sizeof(ArrowArrayStream) == 40,
              "the Arrow C interfaces are an ABI");
namespace {

/// A foreign schema may be nested without end; ours may not, since it is walked by recursion.
constexpr int kDepthMax = 64;

[[noreturn]] void fail(ErrorCode code, const std::string& path, const std::string& problem) {
  throw Error(code, "Arrow field \"" + path + "\" " + problem, {.field = path});
}

// Children are announced by a count and two levels of pointers; any of them may lie.
const ArrowSchema& child_of(const ArrowSchema& schema, int64_t index, const std::string& path) {
  if (schema.children == nullptr || schema.children[index] == nullptr || schema.children[index]->release == nullptr)
    fail(ErrorCode::invalid, path, "lacks its child " + std::to_string(index));
  return *schema.children[index];
}

Field import_field(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout);

Field import_child(const ArrowSchema& schema, int64_t index, const std::string& path, int depth, ArrayLayout& layout) {
  const ArrowSchema& child = child_of(schema, index, path);
  const bool is_named = std::string_view(schema.format) == "+s";
  const std::string name = is_named ? std::string(".") + (child.name != nullptr ? child.name : "") : "[]";
  return import_field(child, path + name, depth + 1, layout.children.emplace_back());
}

void expect_children(const ArrowSchema& schema, int64_t count, const std::string& path) {
  if (schema.n_children != count)
    fail(ErrorCode::invalid, path,
         "of format \"" + std::string(schema.format) + "\" has " + std::to_string(schema.n_children) +
             " children instead of " + std::to_string(count));
}

Type import_struct(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  if (schema.n_children < 1)
    fail(ErrorCode::unsupported, path, "is a struct without fields, which Parquet cannot hold");
  std::vector<Field> fields;
  for (int64_t i = 0; i < schema.n_children; ++i) fields.push_back(import_child(schema, i, path, depth, layout));
  try {
    return struct_(std::move(fields));
  } catch (const Error& error) {
    fail(error.code(), path, std::string("cannot be read: ") + error.what());
  }
}

// A list of structs of key and value, whatever they are called.
Type import_map(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  expect_children(schema, 1, path);
  const ArrowSchema& entries = child_of(schema, 0, path);
  if (entries.format == nullptr || std::string_view(entries.format) != "+s")
    fail(ErrorCode::invalid, path, "is a map, but its entries are no structs");
  expect_children(entries, 2, path + "[]");
  ArrayLayout& of_entries = layout.children.emplace_back();
  Field key = import_child(entries, 0, path + "[]", depth + 1, of_entries);
  Field value = import_child(entries, 1, path + "[]", depth + 1, of_entries);
  return map(std::move(key), std::move(value));
}

Type import_nested(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  const std::string format = schema.format;
  if (format == "+s") return import_struct(schema, path, depth, layout);
  if (format == "+m") return import_map(schema, path, depth, layout);
  if (const auto size = parse_fixed_list_format(format)) {
    expect_children(schema, 1, path);
    return fixed_list(import_child(schema, 0, path, depth, layout), *size);
  }
  const auto form = parse_list_format(format);
  if (!form) fail(ErrorCode::unsupported, path, "has the format \"" + format + "\", which is not built yet");
  expect_children(schema, 1, path);
  layout.form = *form;
  return list(import_child(schema, 0, path, depth, layout));
}

/// The type of the indices that stand in the array, whose dictionary has values of the type that is returned.
Type import_dictionary(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  const auto index = parse_c_format(schema.format);
  if (!index || index->type.kind() < TypeKind::int8 || index->type.kind() > TypeKind::uint64)
    fail(ErrorCode::invalid, path, "has dictionary indices of the format \"" + std::string(schema.format) + "\"");
  expect_children(schema, 0, path);
  if (schema.dictionary->release == nullptr) fail(ErrorCode::invalid, path, "has a dictionary that has been released");
  auto of_values = std::make_shared<ArrayLayout>();
  Type type = import_field(*schema.dictionary, path, depth + 1, *of_values).type;
  layout.index = index->type;
  layout.dictionary = std::move(of_values);
  return type;
}

Type import_type(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  if (depth > kDepthMax)
    fail(ErrorCode::unsupported, path, "is nested deeper than " + std::to_string(kDepthMax) + " levels");
  if (schema.format == nullptr) fail(ErrorCode::invalid, path, "has no format string");
  const std::string format = schema.format;
  if (schema.dictionary != nullptr) return import_dictionary(schema, path, depth, layout);
  if (format.starts_with('+')) return import_nested(schema, path, depth, layout);
  const auto parsed = parse_c_format(format);
  if (!parsed) fail(ErrorCode::unsupported, path, "has the format \"" + format + "\", which is not built yet");
  if (schema.n_children != 0)
    fail(ErrorCode::invalid, path, "of format \"" + format + "\" has children, but its type has none");
  layout.form = parsed->form;
  return parsed->type;
}

Field import_field(const ArrowSchema& schema, const std::string& path, int depth, ArrayLayout& layout) {
  Field field;
  if (schema.name != nullptr) field.name = schema.name;
  field.nullable = (schema.flags & ARROW_FLAG_NULLABLE) != 0;
  field.type = import_type(schema, path, depth, layout);
  const auto notes = decode_c_metadata(schema.metadata);
  if (!notes) fail(ErrorCode::invalid, path, "has malformed metadata");
  field.id = notes->id;
  field.type = with_extension(field.type, *notes);
  return field;
}

// What one exported struct owns: its texts, and its children until somebody moves them away.
struct SchemaHolder {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;

  ~SchemaHolder() {
    for (ArrowSchema& child : children)
      if (child.release != nullptr) child.release(&child);
  }
};

void release_schema(ArrowSchema* schema) {
  delete static_cast<SchemaHolder*>(schema->private_data);
  schema->private_data = nullptr;
  schema->release = nullptr;
}

void export_field(const Field& field, std::span<const Field> children, std::string format, ArrowSchema* out) {
  if (field.name.find('\0') != std::string::npos)
    throw Error(ErrorCode::unsupported, "a column name holds a NUL byte, which Arrow's C interface cannot carry",
                {.field = field.name});
  auto holder = std::make_unique<SchemaHolder>();
  holder->format = std::move(format);
  holder->name = field.name;
  holder->metadata = encode_c_metadata(field);
  holder->children.resize(children.size());
  for (size_t i = 0; i < children.size(); ++i) {
    const Field& child = children[i];
    export_field(child, child.type.children(), c_format(child.type), &holder->children[i]);
    holder->pointers.push_back(&holder->children[i]);
  }
  *out = ArrowSchema{};
  out->format = holder->format.c_str();
  out->name = holder->name.c_str();
  out->metadata = holder->metadata.empty() ? nullptr : holder->metadata.data();
  out->flags = field.nullable ? ARROW_FLAG_NULLABLE : 0;
  out->n_children = static_cast<int64_t>(holder->pointers.size());
  out->children = holder->pointers.empty() ? nullptr : holder->pointers.data();
  out->release = release_schema;
  out->private_data = holder.release();
}

}  // namespace

ImportedSchema import_schema_and_layouts(const ArrowSchema& schema) {
  if (schema.release == nullptr) throw Error(ErrorCode::invalid, "the Arrow schema has already been released");
  if (schema.format == nullptr || std::string_view(schema.format) != "+s")
    throw Error(ErrorCode::invalid, std::string("the Arrow schema is not that of a record batch: its format is \"") +
                                        (schema.format != nullptr ? schema.format : "") + "\" instead of \"+s\"");
  std::vector<Field> fields;
  std::vector<ArrayLayout> layouts;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    if (schema.children == nullptr || schema.children[i] == nullptr || schema.children[i]->release == nullptr)
      throw Error(ErrorCode::invalid, "the Arrow schema lacks its column " + std::to_string(i));
    const ArrowSchema& child = *schema.children[i];
    fields.push_back(import_field(child, child.name != nullptr ? child.name : "", 1, layouts.emplace_back()));
  }
  return {Schema(std::move(fields)), std::move(layouts)};
}

inline namespace v0 {

Schema import_arrow_schema(const ArrowSchema& schema) { return import_schema_and_layouts(schema).schema; }

void export_arrow_schema(const Schema& schema, ArrowSchema* out) {
  const Field record{.name = "", .type = {}, .nullable = false};
  export_field(record, schema.fields(), "+s", out);
}

}  // namespace v0
}  // namespace sluice
