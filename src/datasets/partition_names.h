// Names of partition directories: "year=2026", out of values; the inverse of partition_values.h. Which letters are
// written as a percent sign and two digits: docs/partitions.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/column.h"
#include "sluice/partition.h"
#include "sluice/schema.h"

namespace sluice {

/// Bytes of a directory's name at the most, what file systems allow.
inline constexpr size_t kPartitionNameBytesMax = 255;

/// Every byte but A-Z a-z 0-9 _ - . ~ as %XX; "." and ".." wholly; the first letter of "null" in any case, which some
/// readers take for a null.
std::string encoded_partition_text(std::string_view text);
/// "year=2026"; nothing is a null. The key is encoded too, and so is a dot or underscore at its beginning: readers pass
/// over such directories. The caller checks the length.
std::string partition_directory(std::string_view key, const std::optional<std::string>& value);

/// A key of a schema.
struct BoundPartitionKey {
  PartitionKey key;
  size_t column = 0;  ///< in the schema
  Field field;        ///< its name, and the type in which readers get it: parts are int32, yearmonth a string
};

/// The value at `row` of the key's column as the text that partition_value() reads back: scalars in the form of
/// scalar_text.h, text as it is; parts of dates as "2026", "01" for months, days and hours, "2026-01" for yearmonth,
/// in UTC where timestamps have a zone. Nothing for a null. Throws Error{data} that names the column and `row_in_run`
/// for text that is not UTF-8, has a NUL or is the name that means null, and for what would not be read back the same.
std::optional<std::string> partition_text(const BoundPartitionKey& key, const Column& column, int64_t row,
                                          int64_t row_in_run);

/// Throws Error{invalid}: unknown column, a part of what has no such part, a name twice, a name of a part that is also
/// a column, keys that leave no column for the files, more keys than directories are read; Error{unsupported}: types
/// without such a text.
std::vector<BoundPartitionKey> bind_partition_keys(const Schema& schema, const PartitionOptions& options);
/// What "sluice.partition_schema" says: names and types of the keys.
Schema partition_key_schema(const std::vector<BoundPartitionKey>& keys);
/// Which columns stay in the files, as positions in the schema.
std::vector<size_t> columns_of_files(const Schema& schema, const std::vector<BoundPartitionKey>& keys,
                                     const PartitionOptions& options);

/// A day or a tick of a timestamp as the number of its part: a year, 1 to 12, 1 to 31, 0 to 23, or months since year 0.
/// Nothing where it is out of int32's range. Requires a date, or a timestamp, and of those the hour only of a
/// timestamp.
std::optional<int32_t> part_of(PartitionKey::Part part, const Type& type, int64_t value);

}  // namespace sluice
