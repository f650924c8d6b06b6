#include "engine/first_ordinal.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "datasets/file_listing.h"
#include "datasets/relation_files.h"
#include "sluice/error.h"
#include "sluice/layout.h"

namespace sluice {
namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& column) {
  throw Error(
      ErrorCode::data,
      "keys cannot go on behind those of " + file + ": its statistics do not say how large its " + column + " becomes",
      {.source = file, .field = column}, "--ids random or hash need not know.");
}

int64_t largest_in(const FileLayout& file, const std::string& id_column) {
  const auto column = std::ranges::find(file.columns, id_column, &ColumnLayout::name);
  if (column == file.columns.end() || !column->type.starts_with("int64")) refuse(file.path, id_column);
  const auto index = static_cast<size_t>(column - file.columns.begin());
  int64_t largest = -1;
  for (const RowGroupLayout& group : file.row_groups) {
    const std::optional<std::string>& max = group.chunks.at(index).max;
    int64_t value = 0;
    if (!max || std::from_chars(max->data(), max->data() + max->size(), value).ptr != max->data() + max->size())
      refuse(file.path, id_column);
    largest = std::max(largest, value);
  }
  return largest;
}

}  // namespace

int64_t first_ordinal_behind(const std::string& dataset, const std::string& relation, const std::string& id_column) {
  int64_t largest = -1;
  for (const std::string& file : files_below(dataset + "/" + relation_directory(relation))) {
    const FileLayout layout = read_layout(file);
    if (layout.rows > 0) largest = std::max(largest, largest_in(layout, id_column));
  }
  if (largest == std::numeric_limits<int64_t>::max())
    throw Error(ErrorCode::data, "relation " + relation + " has no keys left", {.source = dataset});
  return largest + 1;
}

}  // namespace sluice
