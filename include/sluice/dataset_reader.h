// Reads many Parquet files as one: a file, a pattern, or a directory with Hive partitions.
//
//   sluice::DatasetReader events("events");                   // events/year=2026/events-0.parquet ...
//   auto rows = events.read({.where = sluice::parse_predicate("year = 2026 and amount > 100")});
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

/// How files of different schemas become one.
enum class SchemaMerge : uint8_t {
  merge,   ///< columns by name; one that a file lacks is null there; types widen where no value changes
  strict,  ///< every file must have the columns of the first one; else Error{data} that names both files
};

struct DatasetReadOptions {
  ReadOptions read{};
  SchemaMerge schemas = SchemaMerge::merge;
  /// Directories named "key=value" below a directory that is read are columns.
  bool hive_partitions = true;
};

/// One file of a dataset.
struct DatasetFile {
  std::string path;
  int64_t rows = 0;
  /// In the order of DatasetReader::partitions(), decoded; nothing stands for null.
  std::vector<std::optional<std::string>> partition{};
};

/// Thread-safe. Streams outlive the reader.
class DatasetReader {
 public:
  /// Lists the files and reads their footers, on all threads. Files are in the order of their names, directory by
  /// directory: by bytes, but digits count as the number they are ("part-2" before "part-10"), so that what Sluice
  /// wrote comes back in its order. Names that begin with "." or "_" and names that do not end in ".parquet" are passed
  /// over. Throws Error{io} where there is nothing to read; Error{data} that names two files, a column and both types
  /// where schemas cannot be merged; Error{data} for directories that name different keys; else what FileReader throws.
  explicit DatasetReader(const std::string& path, DatasetReadOptions options = {});
  /// Several, one behind the other in the order given. Throws Error{invalid} for none.
  static DatasetReader open(const std::vector<std::string>& paths, DatasetReadOptions options = {});
  ~DatasetReader();
  DatasetReader(DatasetReader&&) noexcept;
  DatasetReader& operator=(DatasetReader&&) noexcept;

  /// Of the files merged, then the partition columns that no file has. Those have the types that the files' own key
  /// "sluice.partition_schema" says, else int64, uint64 or date where every value is one that reads back the same, else
  /// string.
  const Schema& schema() const;
  /// Names of the partition columns.
  const std::vector<std::string>& partitions() const;
  const std::vector<DatasetFile>& files() const;
  int64_t rows() const;

  /// All rows, with the options of the reader.
  std::unique_ptr<ReadStream> read() const;
  std::unique_ptr<ReadStream> read(SelectOptions select) const;
  /// How many rows there are for which the condition holds; only what it asks for is read. `counters`, where it is not
  /// null, is filled.
  int64_t count(const std::optional<Predicate>& where, ReadCounters* counters = nullptr) const;

 private:
  struct Impl;
  explicit DatasetReader(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
