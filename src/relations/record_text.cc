#include "relations/record_text.h"

#include <algorithm>
#include <numeric>

#include "base/json_text.h"
#include "columns/json_value.h"
#include "relations/canonical_json.h"

namespace sluice {

RecordText::RecordText(const Type& type) : type_(type) {
  const auto fields = type_.children();
  for (const Field& field : fields) parts_.emplace_back(field.type);
  order_.resize(fields.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  std::ranges::sort(order_, {}, [&](size_t i) { return std::string_view(fields[i].name); });
}

bool RecordText::append(const Column& column, int64_t row, std::string& out) const {
  if (!column.is_valid(row)) return false;
  switch (type_.kind()) {
    case TypeKind::struct_: return append_struct(column, row, out);
    case TypeKind::list:
    case TypeKind::map:
      append_items(column.children[0], column.offsets_data()[row], column.offsets_data()[row + 1], out);
      return true;
    case TypeKind::fixed_list:
      append_items(column.children[0], row * type_.size(), (row + 1) * type_.size(), out);
      return true;
    case TypeKind::json: {
      std::string text;
      append_json_value(column, row, text);
      append_canonical_json(text, out);
      return true;
    }
    default: append_json_value(column, row, out); return true;
  }
}

bool RecordText::append_struct(const Column& column, int64_t row, std::string& out) const {
  const size_t before = out.size();
  bool is_first = true;
  for (const size_t i : order_) {
    const size_t field_begin = out.size();
    out += is_first ? '{' : ',';
    append_json_string(type_.children()[i].name, out);
    out += ':';
    if (parts_[i].append(column.children[i], row, out))
      is_first = false;
    else
      out.resize(field_begin);
  }
  if (is_first) {
    out.resize(before);
    return false;
  }
  out += '}';
  return true;
}

void RecordText::append_items(const Column& items, int64_t begin, int64_t end, std::string& out) const {
  out += '[';
  for (int64_t item = begin; item < end; ++item) {
    if (item != begin) out += ',';
    if (!parts_[0].append(items, item, out)) out += "null";
  }
  out += ']';
}

}  // namespace sluice
