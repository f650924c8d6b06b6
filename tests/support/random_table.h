// A table drawn at random: columns of all types, nested and nullable in all ways, whose values go where writers break:
// extremes, runs, few and many distinct values, all null, no null, empty and long lists.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/schema.h"
#include "support/draw.h"
#include "support/value_tree.h"

namespace sluice::test {

struct RandomTable {
  Schema schema;
  int64_t rows = 0;
  std::vector<std::vector<Value>> columns;  ///< as many as the schema has; `rows` values each
};

struct RandomTableOptions {
  int depth_max = 5;                   ///< lists and structs around a leaf
  int64_t rows_max = 3'000;            ///< most tables have far fewer
  int64_t leaves_max = 8'000;          ///< leaf values of the table, about: a deep table has few rows
  int64_t leaves_max_large = 150'000;  ///< of one table in a hundred
};

/// Names of columns are hostile too. Those of one struct differ in more than case, because DuckDB's do not have it;
/// those of the table need not: there DuckDB gives one of them another name.
RandomTable draw_table(Draw& draw, const RandomTableOptions& options = {});

}  // namespace sluice::test
