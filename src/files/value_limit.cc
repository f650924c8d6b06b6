#include "files/value_limit.h"

#include <algorithm>
#include <string>

#include "columns/widths.h"
#include "sluice/error.h"
#include "sluice/literals.h"

namespace sluice {

namespace {

std::string mebibytes(uint64_t bytes) { return std::to_string((bytes + 1_MiB - 1) / 1_MiB) + "MiB"; }

}  // namespace

uint64_t bytes_in_row(const Column& root, const Leaf& leaf, int64_t row) {
  const Column* column = &root;
  int64_t begin = row;
  int64_t end = row + 1;
  uint64_t bytes = 0;  // the most that any level of nesting comes to: an empty list takes a slot, too
  for (size_t depth = 1; depth < leaf.steps.size(); ++depth) {
    // What lies under a null is nothing. Further down, nulls among many are not worth looking for.
    if (end - begin == 1 && !column->is_valid(begin)) return bytes;
    if (column->type.has_ranges()) {
      const int32_t* offsets = column->offsets_data();
      begin = offsets[begin];
      end = offsets[end];
    } else {
      const int64_t each = child_values(column->type);
      begin *= each;
      end *= each;
    }
    if (column->type.kind() != TypeKind::struct_)
      bytes = std::max(bytes, static_cast<uint64_t>(end - begin) * kElementBytes);
    if (begin == end) return bytes;
    column = &column->children[leaf.steps[depth]];
  }
  if (end - begin == 1 && !column->is_valid(begin)) return bytes;
  if (!is_text(leaf.type.kind())) return std::max(bytes, static_cast<uint64_t>(end - begin) * fixed_width(leaf.type));
  const int32_t* offsets = column->offsets_data();
  return std::max(bytes, static_cast<uint64_t>(offsets[end] - offsets[begin]));
}

void check_row(const Batch& batch, std::span<const Leaf> leaves, int64_t row, int64_t row_in_file,
               uint64_t budget_bytes) {
  for (const Leaf& leaf : leaves) {
    const bool is_in_list = leaf.repetition_level_max > 0;
    const uint64_t bytes = bytes_in_row(batch.column(leaf.steps[0]), leaf, row);
    const uint64_t bytes_max = row_bytes_max(is_in_list, budget_bytes);
    if (bytes <= bytes_max) continue;
    const uint64_t page_max = row_bytes_max(is_in_list, UINT64_MAX);
    const std::string who = bytes_max < page_max ? "a memory budget of " + mebibytes(budget_bytes)
                                                 : "a page that readers take, which holds whole rows,";
    throw Error(ErrorCode::data,
                "row " + std::to_string(row_in_file) + ": column " + leaf.name + " has " + std::to_string(bytes) +
                    " bytes; " + who + " allows " + std::to_string(bytes_max) + " in one row of a column",
                {.source = {}, .field = leaf.name, .record = {}, .byte = {}, .row = row_in_file},
                bytes <= page_max ? "--memory " + mebibytes(bytes * kValueShare) + " allows it."
                                  : "Split it over several rows: readers take no larger pages.");
  }
}

}  // namespace sluice
