// Reads one Parquet file: batches out, of the columns and rows that are asked for.
//
//   sluice::FileReader reader("visits.parquet");
//   auto rows = reader.read({.select = {.columns = sluice::parse_columns("user.name, at")}});
//   while (std::optional<sluice::RelationBatch> next = rows->next()) use(next->batch);
//   ArrowArrayStream out; sluice::export_arrow(reader.read(), &out);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/read_options.h"
#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {

/// Thread-safe. Streams keep the file open, and outlive the reader.
class FileReader {
 public:
  /// Reads and checks the footer. Throws Error{io}; Error{corrupt} that names what contradicts what;
  /// Error{unsupported} for an encrypted file. `options` are those of every read; those of read() add what is selected.
  explicit FileReader(const std::string& path, ReadOptions options = {});
  ~FileReader();
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;

  const std::string& path() const;
  /// From the Arrow schema that the file stores, where it fits the file; else as Parquet says. Types that Sluice does
  /// not know are what carries them: integers or bytes.
  const Schema& schema() const;
  int64_t rows() const;
  /// Key-value metadata as stored.
  const std::vector<std::pair<std::string, std::string>>& metadata() const;

  /// All rows, with the options of the reader.
  std::unique_ptr<ReadStream> read() const;
  /// Those that `select` keeps. Throws Error{invalid} as sluice::select does.
  std::unique_ptr<ReadStream> read(SelectOptions select) const;
  /// How many rows there are for which `where` holds: without one, and where bounds tell, nothing is read for that.
  /// `counters` may be null. Throws as read() and its stream do.
  int64_t count(const std::optional<Predicate>& where = {}, ReadCounters* counters = nullptr) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
