// Options of partitions; see partition_options.h.
#include "partition_options.h"

#include "values.h"

namespace sluice::cli {
std::vector<Option> partition_options(DatasetOptions& dataset) {
  return {
      {"Dataset", "--partition-by", "COLUMNS",
       "a directory NAME=VALUE for each value of a column, or of year(), month(), day(), hour(), yearmonth() of one: "
       "'country, year(at)'",
       "", [&](const std::string& text) { dataset.partitions.keys = partition_keys_value("--partition-by", text); }},
      {"Dataset", "--keep-partition-columns", "", "leave columns of --partition-by in the files as well", "",
       [&](const std::string&) { dataset.partitions.keep_columns = true; }},
      {"Running", "--scratch", "DIR", "where rows wait for their partition when they outgrow the budget",
       "TMPDIR, or /tmp", [&](const std::string& text) { dataset.scratch = text; }},
  };
}

void check_partitions(const DatasetOptions& dataset) {
  const bool has_keys = !dataset.partitions.keys.empty();
  if (!has_keys && dataset.partitions.keep_columns)
    throw UsageError("--keep-partition-columns has no columns to keep", "--partition-by COLUMNS");
  if (has_keys && dataset.publish == Publish::each)
    throw UsageError(
        "--partition-by and --publish each do not go together: rows wait for their partition until the end",
        "--publish end");
  if (has_keys && dataset.shard_seconds > 0)
    throw UsageError(
        "--partition-by and --shard-seconds do not go together: rows wait for their partition until the end",
        "--shard-rows N or --shard-bytes SIZE");
}

}  // namespace sluice::cli
