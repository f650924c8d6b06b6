// How a CSV source looks, from its beginning: what stands between fields and around them, and what the columns are
// called (docs/csv.md has the rules).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/csv_options.h"
#include "sources/csv_shape.h"

namespace sluice {

/// How much of a source is looked at.
inline constexpr size_t kCsvSampleBytes = 64 * 1024;

/// Whether it is one of those that are guessed: , ; tab |
bool is_delimiter(char c);

/// Columns at the most. It bounds the memory for their names.
inline constexpr size_t kCsvColumnsMax = 100'000;

/// Throws Error{invalid} for options that cannot be meant.
void check_csv_options(const CsvOptions& options);

/// What the options leave open is taken from `sample`, the beginning of a source; `is_whole`: there is no more of it.
CsvDialect guess_dialect(std::string_view sample, bool is_whole, const CsvOptions& options);

/// The names for the fields of a first record, quotes taken off. Throws Error{data} for two equal names, unless they
/// are to be renamed, and for names that are not UTF-8.
CsvShape make_shape(const CsvDialect& dialect, std::vector<std::string> first_record, const CsvOptions& options);

/// The names of `columns` columns without a header: each has the one that `declared` has at its place, but column_N is
/// the N-th wherever it stands there, and what is left is called so.
CsvShape make_shape_by_place(const CsvDialect& dialect, size_t columns, std::span<const std::string> declared);

}  // namespace sluice
