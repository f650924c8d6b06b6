// One column over all row groups of a file: what `sluice inspect` shows in a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/layout.h"

namespace sluice::cli {

struct ColumnSummary {
  const ColumnLayout* layout = nullptr;
  std::vector<std::string> encodings;
  std::vector<std::string> codecs;
  int64_t values = 0;
  /// Nulls and bounds are known when every chunk that has values tells them.
  std::optional<int64_t> nulls = 0;
  std::optional<std::string> min, max;
  bool min_exact = true;
  bool max_exact = true;
  uint64_t bytes = 0;
  uint64_t raw_bytes = 0;
};

/// One for each of `columns`, which are indexes of file.columns; refers to `file`.
std::vector<ColumnSummary> summarise(const FileLayout& file, const std::vector<size_t>& columns);

}  // namespace sluice::cli
