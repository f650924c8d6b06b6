// Values as people read them: short, on one line, without quotes where nothing surrounds them.
#include <algorithm>
#include <string>

#include "base/json_text.h"
#include "base/utf8.h"
#include "base/uuid_text.h"
#include "columns/scalar_text.h"
#include "columns/widths.h"
#include "sluice/text_output.h"

namespace sluice {
namespace {

constexpr std::string_view kEllipsis = "...";

/// Appends parts of a value until the text is as long as it may be.
class ValueText {
 public:
  ValueText(std::string& out, size_t bytes_max) : out_(out), end_(out.size() + bytes_max) {}

  void append(const Column& column, int64_t row, bool nested);

 private:
  size_t room() const { return end_ - std::min(end_, out_.size()); }
  void append_scalar(const Column& column, int64_t row, bool nested);
  void append_text(std::string_view text, bool quoted);
  void append_bytes(std::string_view bytes);
  void append_items(const Column& items, int64_t begin, int64_t end);
  void append_entries(const Column& entries, int64_t begin, int64_t end);
  void append_fields(const Column& column, int64_t row);
  /// A comma before all parts but the first. False, and an ellipsis in its place, where nothing more is to come.
  bool begin_part(bool is_first);

  std::string& out_;
  const size_t end_;
};

/// Zeros at the end of a fraction say nothing: "12:30:00.500Z" is "12:30:00.5Z".
void drop_zeros(size_t begin, std::string& out) {
  const size_t point = out.find('.', begin);
  if (point == std::string::npos) return;
  const bool zoned = out.ends_with('Z');
  if (zoned) out.pop_back();
  out.erase(out.find_last_not_of('0') + 1);
  if (out.size() == point + 1) out.pop_back();
  if (zoned) out += 'Z';
}

/// A name that needs no quotes to be told from what stands around it.
bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_plain);
}

bool ValueText::begin_part(bool is_first) {
  if (!is_first) out_ += ", ";
  if (room() > 0) return true;
  out_ += kEllipsis;
  return false;
}

// Cut before it is quoted: nobody looks at the rest.
void ValueText::append_text(std::string_view text, bool quoted) {
  const std::string_view shown = utf8_prefix(text, room());
  if (quoted)
    append_json_string(shown, out_);
  else
    out_ += shown;
  if (shown.size() < text.size()) out_ += kEllipsis;
}

void ValueText::append_bytes(std::string_view bytes) {
  const std::string_view shown = bytes.substr(0, room() / 2);
  append_hex(shown, out_);
  if (shown.size() < bytes.size()) out_ += kEllipsis;
}

void ValueText::append_scalar(const Column& column, int64_t row, bool nested) {
  const TypeKind kind = column.type.kind();
  if (is_text(kind)) {
    if (is_utf8_text(kind)) return append_text(text_at(column, row), nested && kind != TypeKind::json);
    return append_bytes(text_at(column, row));
  }
  if (kind == TypeKind::fixed) {
    const auto width = static_cast<size_t>(column.type.size());
    return append_bytes({column.values.as<char>() + static_cast<size_t>(column.offset + row) * width, width});
  }
  const size_t begin = out_.size();
  append_scalar_text(column, row, out_);
  if (kind == TypeKind::time || kind == TypeKind::timestamp) drop_zeros(begin, out_);
}

void ValueText::append_items(const Column& items, int64_t begin, int64_t end) {
  out_ += '[';
  for (int64_t i = begin; i < end && begin_part(i == begin); ++i) append(items, i, true);
  out_ += ']';
}

void ValueText::append_entries(const Column& entries, int64_t begin, int64_t end) {
  out_ += '{';
  for (int64_t i = begin; i < end && begin_part(i == begin); ++i) {
    append(entries.children[0], i, true);
    out_ += ": ";
    append(entries.children[1], i, true);
  }
  out_ += '}';
}

void ValueText::append_fields(const Column& column, int64_t row) {
  const auto fields = column.type.children();
  out_ += '{';
  for (size_t i = 0; i < fields.size() && begin_part(i == 0); ++i) {
    append_text(fields[i].name, !is_plain_name(fields[i].name));
    out_ += ": ";
    append(column.children[i], row, true);
  }
  out_ += '}';
}

void ValueText::append(const Column& column, int64_t row, bool nested) {
  if (!column.is_valid(row)) {
    out_ += "null";
    return;
  }
  switch (column.type.kind()) {
    case TypeKind::list:
      return append_items(column.children[0], column.offsets_data()[row], column.offsets_data()[row + 1]);
    case TypeKind::map:
      return append_entries(column.children[0], column.offsets_data()[row], column.offsets_data()[row + 1]);
    case TypeKind::fixed_list:
      return append_items(column.children[0], row * column.type.size(), (row + 1) * column.type.size());
    case TypeKind::struct_: return append_fields(column, row);
    default: break;
  }
  const PlainPlace place = plain_place(column, row);
  append_scalar(*place.column, place.row, nested);
}

}  // namespace

inline namespace v0 {

void append_value_text(const Column& column, int64_t row, size_t bytes_max, std::string& out) {
  ValueText(out, bytes_max).append(column, row, false);
}

}  // namespace v0
}  // namespace sluice
