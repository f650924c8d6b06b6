// Bounds for people; see bounds_cell.h.
#include "bounds_cell.h"

#include <algorithm>

namespace sluice::cli {
namespace {

std::string shown(const std::string& bound, bool is_number) {
  const bool plain = is_number || (!bound.empty() && bound != "null" && bound.front() != ' ' && bound.back() != ' ');
  return plain ? printable(bound) : "\"" + printable(bound) + "\"";
}

}  // namespace

bool has_numbers(const ColumnLayout& column) {
  constexpr std::string_view kTexts[] = {"string", "json", "enum", "binary", "bson", "fixed"};
  return std::ranges::none_of(kTexts, [&](std::string_view kind) { return column.type.starts_with(kind); });
}

std::string bounds_cell(const Bounds& bounds, size_t cells_max) {
  if (!bounds.min && !bounds.max) return "";
  const std::string ellipsis(signs().ellipsis);
  const std::string min = bounds.min ? shown(*bounds.min, bounds.is_number) : "?";
  const std::string max = bounds.max ? shown(*bounds.max, bounds.is_number) : "?";
  const std::string mark = bounds.cut ? " (cut)" : "";
  const std::string between = " " + ellipsis + " ";
  if (cells_of(min + between + max + mark) <= cells_max) return min + between + max + mark;
  if (bounds.is_number) return ellipsis;
  const size_t room = cells_max - std::min(cells_max, cells_of(between + mark));
  const size_t of_max = std::min(cells_of(max), std::max(room / 2, room - std::min(room, cells_of(min))));
  return cut_to_cells(min, room - of_max) + between + cut_to_cells(max, of_max) + mark;
}

size_t fitting_bounds(std::optional<size_t> width, const std::function<Table(size_t)>& make_table) {
  constexpr size_t kCellsMax = 60;
  constexpr size_t kCellsMin = 7;
  if (!width) return SIZE_MAX;
  size_t cells = kCellsMax;
  while (cells > kCellsMin && make_table(cells).width() > *width) --cells;
  return cells;
}

}  // namespace sluice::cli
