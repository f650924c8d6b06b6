// Which files a dataset has: those of a directory and below, by name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// A file and what its directories say, outermost first: {"year", "2026"}, decoded once.
struct ListedFile {
  std::string path;
  std::vector<std::pair<std::string, std::optional<std::string>>> partition{};
};

/// What a directory says of rows whose value is null: "year=__HIVE_DEFAULT_PARTITION__".
inline constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

/// Directories below a directory that is listed, at the most.
inline constexpr int kListingDepthMax = 32;

/// The files that `path` stands for: a file, a pattern (storage/glob.h), or a directory with all that ends in
/// ".parquet" below it, directory by directory in the order of comes_before. Names that begin with "." or "_" are
/// passed over, and so are links that lead back to a directory around them. Directories named "key=value" count below
/// the directory that is read; of a pattern, below the part before its first sign. Throws Error{io} for nothing to
/// read; Error{unsupported} for more than kListingDepthMax directories inside each other; Error{data} for a percent
/// sign without two hexadecimal digits, for what is decoded to a NUL or is not UTF-8, and for a key that comes twice.
std::vector<ListedFile> list_files(const std::string& path, bool hive_partitions);

/// The same for a directory that may be missing or have no such file: then none. No key of a directory is decoded.
std::vector<std::string> files_below(const std::string& directory);

/// Throws Error{data} that names two files whose directories have different keys.
void check_partition_keys(std::span<const ListedFile> files);

/// The order of names: by their bytes, but digits count as the number they are: "part-2" comes before "part-10".
/// Whoever wrote the files meant that order.
bool comes_before(std::string_view a, std::string_view b);

}  // namespace sluice
