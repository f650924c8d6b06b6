// Rows that tell by themselves where they belong: a number that counts up, and a text that repeats and is null at
// times.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/batch.h"
#include "sluice/schema.h"
#include "support/make_columns.h"

namespace sluice::test {

inline const Schema kNumberedSchema = parse_schema("n int64 not null, s string");

/// `rows` rows, of which the first has the number `first`.
inline Batch numbered_rows(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  for (int64_t i = first; i < first + rows; ++i) {
    n.push_back(i);
    s.push_back(i % 5 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 7)));
  }
  return Batch(std::make_shared<const Schema>(kNumberedSchema), {make_int64(n), make_text(string(), s)}, rows);
}

}  // namespace sluice::test
