// Bounds as a cell of a table: the one that gives way when the terminal is narrow.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "output.h"
#include "sluice/layout.h"

namespace sluice::cli {

struct Bounds {
  std::optional<std::string> min, max;
  bool cut = false;       ///< the writer has shortened one of them
  bool is_number = true;  ///< numbers, dates, times and the like are never cut
};

/// Whether bounds of the column are of the kind that must not be cut.
bool has_numbers(const ColumnLayout& column);

/// "min ... max" in at most `cells_max` columns: texts are cut one by one, numbers become an ellipsis. Text that could
/// be taken for something else is quoted.
std::string bounds_cell(const Bounds& bounds, size_t cells_max);

/// The widest room for bounds with which `make_table(bounds_cells)` fits into `width`; the smallest one if none does.
size_t fitting_bounds(std::optional<size_t> width, const std::function<Table(size_t)>& make_table);

}  // namespace sluice::cli
