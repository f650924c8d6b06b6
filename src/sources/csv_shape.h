// How the records of one CSV source look: found out at its beginning (csv_dialect.h), and handed on with each of its
// blocks.
#pragma once

#include <string>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';  ///< counts only where has_quotes
  bool has_quotes = true;

  bool operator==(const CsvDialect&) const = default;
};

struct CsvShape {
  CsvDialect dialect;
  std::vector<std::string> names;    ///< of the columns, all different; at least one
  bool has_header = true;            ///< false: the names are those of a declared schema, or made up
  std::vector<InferenceNote> notes;  ///< about names: renamed ones, and those that are easily taken for others
};

}  // namespace sluice
