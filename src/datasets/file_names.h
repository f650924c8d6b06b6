// Names of the files of a dataset: `events-0.parquet`, or with the run `events-0123456789abcdef-0.parquet`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What the names of a dataset's files begin with: what is `asked` for, else the last name of the dataset's `path`.
/// Throws Error{invalid} where files cannot be named so.
std::string dataset_file_prefix(const std::string& asked, std::string_view path);

/// `directory`: "", or that of a partition, "year=2026/month=01". `run`: 16 digits, or empty: files that come beside or
/// in place of others carry it, so that nobody who lists them meanwhile mixes old and new ones of one name.
std::string dataset_file_name(std::string_view directory, std::string_view prefix, std::string_view run, size_t number);

/// A name for what the file `name` (a path in its dataset) becomes when a run writes it anew: it carries that run
/// behind its own, `events-0-r0123456789abcdef.parquet`, instead of what an earlier such run has put there.
std::string rewritten_file_name(std::string_view name, std::string_view run);

/// The run in the name of a file, without directories, if there is one: that which wrote its rows first.
std::optional<std::string> run_of_file_name(std::string_view name);

/// Whether the path of directories `a` is listed before `b` (comes_before for each name of them).
bool directory_comes_before(std::string_view a, std::string_view b);

}  // namespace sluice
