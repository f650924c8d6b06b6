// The words and signs of conditions, on which reading and writing agree. Grammar: docs/where.md.
#pragma once

#include <algorithm>
#include <string_view>

#include "sluice/predicate.h"

namespace sluice {

struct ComparisonSign {
  std::string_view sign;
  Comparison comparison;
};

/// The first one of each comparison is how it is written. Longer signs stand before those that they begin with.
inline constexpr ComparisonSign kComparisonSigns[] = {
    {"!=", Comparison::not_equal},     {"<>", Comparison::not_equal}, {"<=", Comparison::less_equal},
    {">=", Comparison::greater_equal}, {"=", Comparison::equal},      {"<", Comparison::less},
    {">", Comparison::greater},
};

/// Columns of these names are written in quotes. The last one is no part of the grammar yet.
inline constexpr std::string_view kConditionWords[] = {"and",  "or",    "not",     "in",   "is",     "null",
                                                       "true", "false", "between", "like", "escape", "ilike"};

/// Whether the two are the same but for the case of ASCII letters. Requires `lower` to be in lower case.
constexpr bool is_word(std::string_view found, std::string_view lower) {
  return std::ranges::equal(found, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

constexpr bool is_condition_word(std::string_view name) {
  return std::ranges::any_of(kConditionWords, [&](std::string_view word) { return is_word(name, word); });
}

}  // namespace sluice
