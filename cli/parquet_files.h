// The files that the PATHs of a command stand for.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

/// Each path itself, or of a directory all Parquet files below it, in the order of their paths; hidden ones, and those
/// whose names begin with _, are left out. Throws Error{io}: a directory that cannot be listed, or has none.
std::vector<std::string> parquet_files(const std::vector<std::string>& paths);

}  // namespace sluice::cli
