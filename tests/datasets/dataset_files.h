// What the tests of datasets share: rows of numbers, and a look at the files that were written.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sluice/dataset_writer.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::test {

inline const Schema kNumbers{{"n", int64(), false}};

/// The numbers from `first` on.
inline Batch numbers(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = first; i < first + rows; ++i) values.push_back(i);
  return Batch(std::make_shared<const Schema>(kNumbers), {make_int64(values)}, rows);
}

inline std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

inline std::vector<int64_t> rows_of(const WriteResult& result) {
  std::vector<int64_t> rows;
  for (const WrittenFile& file : result.files) rows.push_back(file.rows);
  return rows;
}

/// Contents of all files, in their order.
inline std::vector<std::string> contents_of(const WriteResult& result) {
  std::vector<std::string> contents;
  for (const WrittenFile& file : result.files) contents.push_back(read_file(file.path));
  return contents;
}

}  // namespace sluice::test
