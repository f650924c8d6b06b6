// Which directory a row of a dataset goes to: its values of some columns, or parts of a date or timestamp. The names of
// directories follow Hive's layout (docs/partitions.md).
//
//   sluice::PartitionOptions by{.keys = sluice::parse_partition_keys("country, year(at), month(at)")};
//   sluice::DatasetWriter writer("out", schema, {.partitions = by});   // out/country=de/year=2026/month=01/...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {
inline namespace v0 {

struct PartitionKey {
  enum class Part : uint8_t { value, year, month, day, hour, yearmonth };
  std::string column;  ///< a column of the schema, not inside of another
  Part part = Part::value;

  /// What stands before "=" in the name of the directory: the column's name, or "year", "month" ... for a part.
  std::string name() const;

  friend bool operator==(const PartitionKey& a, const PartitionKey& b) = default;
};

struct PartitionOptions {
  /// Outermost directory first; empty: the dataset has no partitions.
  std::vector<PartitionKey> keys{};
  /// Columns that are keys stay in the files as well. A column of which only a part is a key always stays.
  bool keep_columns = false;
};

/// Reads "a, b" or "year(at), month(at)"; names as in docs/schema_text.md. Parts are year, month, day, hour and
/// yearmonth. Throws Error{invalid} that names the position and what was expected there.
std::vector<PartitionKey> parse_partition_keys(std::string_view text);

/// "country, year(at)", which parse_partition_keys reads back.
std::string to_text(const std::vector<PartitionKey>& keys);

}  // namespace v0
}  // namespace sluice
