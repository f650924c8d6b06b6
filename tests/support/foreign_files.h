// Files that other writers made: the collection apache/parquet-testing, at PARQUET_TEST_DATA, else beside some
// checkouts.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// Why a test that needs them skips.
inline constexpr std::string_view kNoForeignFiles =
    "no apache/parquet-testing at PARQUET_TEST_DATA or ../shared/data/parquet-testing";

inline std::filesystem::path foreign_root() {
  if (const char* const named = std::getenv("PARQUET_TEST_DATA")) return named;
  return std::filesystem::path(__FILE__).parent_path() / "../../../shared/data/parquet-testing";
}

/// All in one of its folders and below, in order; none where it is not there.
inline std::vector<std::filesystem::path> all_foreign_files(std::string_view folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(foreign_root() / folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(foreign_root() / folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Those of them that are Parquet, encrypted ones too.
inline std::vector<std::filesystem::path> foreign_files(std::string_view folder) {
  std::vector<std::filesystem::path> files = all_foreign_files(folder);
  std::erase_if(files, [](const auto& path) { return path.filename().string().find(".parquet") == std::string::npos; });
  return files;
}

}  // namespace sluice::test
