// Directories stand for what is below them; see parquet_files.h.
#include "parquet_files.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "sluice/error.h"

namespace sluice::cli {
namespace {

std::vector<std::string> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool is_hidden = name.starts_with('.') || name.starts_with('_');
    if (entry->is_directory() && is_hidden) entry.disable_recursion_pending();
    if (entry->is_regular_file() && !is_hidden && name.ends_with(".parquet")) files.push_back(entry->path().string());
  }
  if (error) throw Error(ErrorCode::io, path + ": cannot be listed: " + error.message(), {.source = path});
  if (files.empty()) throw Error(ErrorCode::io, path + " has no file whose name ends in .parquet", {.source = path});
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<std::string> parquet_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) std::ranges::move(files_of(path), std::back_inserter(files));
  return files;
}

}  // namespace sluice::cli
