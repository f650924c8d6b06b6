// Values that hold no others, as text: what NDJSON, CSV and tables for people have in common. The forms are those of
// bounds (files/bound_text.h) and of literals (docs/where.md): what one place prints, another takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/column.h"

namespace sluice {

/// Where a value stands once its dictionary, if any, is looked up.
struct PlainPlace {
  const Column* column;  ///< in plain form
  int64_t row;
};

/// Requires a value, not null, at `row`.
inline PlainPlace plain_place(const Column& column, int64_t row) {
  if (!column.dictionary) return {&column, row};
  return {column.dictionary.get(), column.positions_data()[row]};
}

/// The bytes of a text column in plain form.
std::string_view text_at(const Column& column, int64_t row);

/// Appends texts as they are; numbers so that they read back the same, "NaN", "Infinity" and "-Infinity"; decimals with
/// their whole scale; dates, times and timestamps in ISO 8601 with the digits of their unit, and as a number what is no
/// time of a day; all other bytes in hex. Requires a plain column of a kind that is not nested, and a value there.
void append_scalar_text(const Column& column, int64_t row, std::string& out);

}  // namespace sluice
