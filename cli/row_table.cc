// Rows as a table; see row_table.h.
#include "row_table.h"

#include <algorithm>

#include "sluice/text_output.h"

namespace sluice::cli {
namespace {

constexpr size_t kColumnGap = 2;
/// Texts are not made narrower than this.
constexpr size_t kCutWidth = 12;
/// A name or type longer than its values takes no more room than this where there is little.
constexpr size_t kHeadWidth = 16;
/// Of a value on a terminal: what no terminal shows need not be made.
constexpr size_t kCellBytes = 4096;

bool is_number(const Type& type) {
  return (type.kind() >= TypeKind::int8 && type.kind() <= TypeKind::decimal) || type.kind() == TypeKind::duration;
}

bool is_text(const Type& type) {
  return type.kind() == TypeKind::string || type.kind() == TypeKind::enum_ || type.kind() == TypeKind::json;
}

bool may_be_cut(const Type& type) {
  switch (type.kind()) {
    case TypeKind::binary:
    case TypeKind::bson:
    case TypeKind::fixed:
    case TypeKind::geometry:
    case TypeKind::geography: return true;
    default: return type.is_nested() || is_text(type);
  }
}

/// Text that could be taken for no text stands in quotes.
bool is_ambiguous(std::string_view text) {
  return text.empty() || text == "null" || text.front() == ' ' || text.back() == ' ';
}

}  // namespace

RowTable::RowTable(const Schema& schema, std::optional<size_t> width_max) : width_max_(width_max) {
  for (const Field& field : schema.fields())
    columns_.push_back(
        {printable(field.name), printable(to_text(field.type)), is_number(field.type), may_be_cut(field.type)});
}

void RowTable::add(const Batch& batch, int64_t row) {
  std::vector<Cell>& cells = cells_.emplace_back();
  for (const sluice::Column& column : batch.columns()) {
    Cell& cell = cells.emplace_back();
    cell.is_null = !column.is_valid(row);
    append_value_text(column, row, width_max_ ? kCellBytes : SIZE_MAX / 2, cell.text);
    const bool quoted = !cell.is_null && is_text(column.type) && is_ambiguous(cell.text);
    cell.text = quoted ? "\"" + printable(cell.text) + "\"" : printable(cell.text);
  }
}

// The widths that columns would like, and those below which they lose something that must not be lost.
void RowTable::measure() {
  for (size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    size_t values = 0;
    for (const auto& row : cells_) values = std::max(values, cells_of(row[i].text));
    const size_t head = std::max(cells_of(column.name), cells_of(column.type));
    column.width = std::max(values, head);
    column.width_min = std::max(column.may_be_cut ? std::min(values, kCutWidth) : values, std::min(head, kHeadWidth));
  }
  if (!width_max_) return;
  hide_columns();
  share_width();
}

size_t RowTable::gap_width() const { return hidden_ == 0 ? 0 : kColumnGap + cells_of(gap_text(true)); }

std::string RowTable::gap_text(bool in_head) const {
  const std::string ellipsis(signs().ellipsis);
  return in_head ? ellipsis + std::to_string(hidden_) + ellipsis : ellipsis;
}

size_t RowTable::total_width(size_t Column::*width) const {
  size_t total = gap_width();
  for (size_t i = 0; i < columns_.size(); ++i)
    if (i < hidden_begin_ || i >= hidden_begin_ + hidden_) total += columns_[i].*width + kColumnGap;
  return total - std::min(total, kColumnGap);
}

// The first column stays, then the last one, and so on inwards: as many as there is room for.
void RowTable::hide_columns() {
  if (total_width(&Column::width_min) <= *width_max_) return;
  size_t left = 0;
  size_t right = 0;
  hidden_ = columns_.size();
  const auto room = [&] {
    hidden_begin_ = left;
    hidden_ = columns_.size() - left - right;
    return total_width(&Column::width_min) <= *width_max_;
  };
  while (left + right < columns_.size()) {
    size_t& side = left <= right ? left : right;
    ++side;
    if (room()) continue;
    if (left == 1 && right == 0) break;  // even alone it is too wide
    --side;
    break;
  }
  room();
}

// Those that have least get more first, until all is given away.
void RowTable::share_width() {
  const size_t total = total_width(&Column::width_min);
  size_t spare = *width_max_ - std::min(*width_max_, total);
  std::vector<size_t> wanted;
  for (Column& column : columns_) {
    wanted.push_back(column.width);
    column.width = column.width_min;
  }
  for (; spare > 0; --spare) {
    Column* least = nullptr;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i >= hidden_begin_ && i < hidden_begin_ + hidden_) continue;
      if (columns_[i].width < wanted[i] && (!least || columns_[i].width < least->width)) least = &columns_[i];
    }
    if (!least) return;
    ++least->width;
  }
}

std::string RowTable::padded(std::string text, const Column& column) const {
  const std::string padding(column.width - std::min(column.width, cells_of(text)), ' ');
  return column.right ? padding + text : text + padding;
}

template <typename MakeCell>
std::string RowTable::line(const MakeCell& make_cell, bool in_head) const {
  std::string text;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (hidden_ > 0 && i == hidden_begin_) {
      std::string gap = gap_text(in_head);
      gap.resize(gap.size() + (gap_width() - kColumnGap) - cells_of(gap), ' ');
      text += (text.empty() ? "" : "  ") + gap;
      i += hidden_;
      if (i >= columns_.size()) break;
    }
    text += (text.empty() ? "" : "  ") + make_cell(i);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string RowTable::take_text(const Palette& palette) {
  std::string text;
  const auto cut = [&](const std::string& cell, const Column& column) {
    return width_max_ ? cut_to_cells(cell, column.width) : cell;
  };
  if (!measured_) {
    measure();
    measured_ = true;
    const auto name = [&](size_t i) { return padded(cut(columns_[i].name, columns_[i]), columns_[i]); };
    const auto type = [&](size_t i) { return padded(cut(columns_[i].type, columns_[i]), columns_[i]); };
    const auto rule = [&](size_t i) {
      std::string dashes;
      for (size_t cell = 0; cell < columns_[i].width; ++cell) dashes += signs().rule;
      return dashes;
    };
    std::string name_line = line(name, true);
    name_line.pop_back();
    text += palette.bold(name_line) + "\n" + line([&](size_t i) { return palette.dim(type(i)); }, false) +
            line([&](size_t i) { return palette.dim(rule(i)); }, false);
  }
  for (const auto& row : cells_) {
    text += line(
        [&](size_t i) {
          const std::string shown = cut(row[i].text, columns_[i]);
          values_cut_ += shown != row[i].text;
          const std::string cell = padded(shown, columns_[i]);
          return row[i].is_null ? palette.dim(cell) : cell;
        },
        false);
  }
  cells_.clear();
  return text;
}

}  // namespace sluice::cli
