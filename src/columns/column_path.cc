#include "columns/column_path.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "base/nearest_name.h"
#include "columns/condition_words.h"
#include "schema/leaves.h"
#include "schema/name_text.h"
#include "schema/text_cursor.h"
#include "sluice/error.h"
#include "sluice/select.h"

namespace sluice {
namespace {

/// What a message lists of the names that there are.
constexpr size_t kNamesShownMax = 10;

/// `outer`: the path of what has the field; null for a schema.
std::string path_in(const std::string* outer, std::string_view name) {
  return outer == nullptr ? std::string(name) : child_name(*outer, name);
}

std::string names_hint(const std::string* outer, std::string_view wanted, std::span<const Field> fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) names.push_back(field.name);
  if (const std::string_view meant = nearest_name(wanted, names); !meant.empty())
    return "Did you mean \"" + path_in(outer, meant) + "\"?";
  if (names.empty()) return {};
  std::string hint = "There are: ";
  for (size_t i = 0; i < std::min(names.size(), kNamesShownMax); ++i)
    hint.append(i == 0 ? "" : ", ").append(path_in(outer, names[i]));
  return hint + (names.size() > kNamesShownMax ? ", ..." : ".");
}

[[noreturn]] void fail_missing(const std::string* outer, const std::string& name, std::span<const Field> fields) {
  const std::string path = path_in(outer, name);
  throw Error(ErrorCode::invalid, "there is no column \"" + path + "\"", {.field = path},
              names_hint(outer, name, fields));
}

[[noreturn]] void fail_no_struct(const std::string& outer, const Type& type, const std::string& name) {
  throw Error(ErrorCode::invalid,
              "column \"" + outer + "\" is " + to_text(type) + ", which has no field \"" + name +
                  "\" of which there is one a row",
              {.field = outer}, type.is_nested() ? "What is inside of lists and maps cannot be named here." : "");
}

class ColumnsParser : private TextCursor {
 public:
  explicit ColumnsParser(std::string_view text) : TextCursor(text, "list of columns") {}

  std::vector<ColumnPath> parse() {
    std::vector<ColumnPath> columns;
    do {
      ColumnPath column{take_name()};
      while (take('.')) column.push_back(take_name());
      columns.push_back(std::move(column));
    } while (take(','));
    if (!at_end()) fail_expected("\",\", \".\" or the end");
    return columns;
  }
};

}  // namespace

void append_path(const ColumnPath& path, std::string& out) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (i != 0) out += '.';
    if (is_condition_word(path[i]))
      append_quoted(path[i], out);
    else
      append_name(path[i], out);
  }
}

std::string path_name(const ColumnPath& path) {
  std::string name;
  for (size_t i = 0; i < path.size(); ++i) name = i == 0 ? path[0] : child_name(name, path[i]);
  return name;
}

FoundColumn find_column(const Schema& schema, const ColumnPath& path) {
  FoundColumn found;
  std::span<const Field> fields = schema.fields();
  std::string outer;
  for (const std::string& name : path) {
    if (found.field != nullptr && found.field->type.kind() != TypeKind::struct_)
      fail_no_struct(outer, found.field->type, name);
    const std::string* const around = found.field == nullptr ? nullptr : &outer;
    const std::string here = path_in(around, name);
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) fail_missing(around, name, fields);
    found.steps.push_back(static_cast<size_t>(field - fields.begin()));
    found.field = &*field;
    fields = field->type.children();
    outer = here;
  }
  return found;
}

inline namespace v0 {

std::vector<ColumnPath> parse_columns(std::string_view text) { return ColumnsParser(text).parse(); }

}  // namespace v0
}  // namespace sluice
