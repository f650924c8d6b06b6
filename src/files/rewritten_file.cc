#include "files/rewritten_file.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "columns/evolved_batch.h"
#include "files/stored_file.h"
#include "files/stored_tails.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"

namespace sluice {
namespace {

/// What others keep the schema of the columns in as they were: who believed it would not see the new ones.
bool tells_of_columns(std::string_view key) {
  constexpr std::string_view kKeys[] = {"org.apache.spark.sql.parquet.row.metadata", "parquet.avro.schema",
                                        "avro.schema", "iceberg.schema", "pandas"};
  return key.starts_with("ARROW:") || std::ranges::find(kKeys, key) != std::end(kKeys);
}

/// What is known of the file beside its rows.
void take_over(const StoredFile& file, const Schema& wider, FileOptions& options) {
  options.metadata.clear();
  options.dataset_metadata.clear();
  for (auto& [key, value] : given_metadata(file)) {
    if (tells_of_columns(key)) continue;
    const bool is_ours = key.starts_with("sluice.");
    (is_ours ? options.dataset_metadata : options.metadata).emplace_back(std::move(key), std::move(value));
  }
  options.sorted_by.clear();
  if (!file.is_ours()) return;  // what nobody has checked may not hold
  for (const SortingColumn& column : sorting_columns_of(file)) {
    const Leaf& leaf = file.leaves()[static_cast<size_t>(column.column_idx)].leaf;
    const std::optional<size_t> place = wider.find(leaf.name);  // of an outermost column
    if (!place || wider[*place].type != leaf.type) break;
    options.sorted_by.push_back({leaf.name, column.descending, column.nulls_first});
  }
}

}  // namespace

WrittenFile rewrite_file(const std::string& path, const Schema& wider, std::unique_ptr<Sink> sink, FileOptions options,
                         const std::function<void()>& on_progress) {
  take_over(*StoredFile::open(path, {.budget = options.runtime->budget()}), wider, options);
  ReadOptions reading;
  reading.runtime = options.runtime;
  reading.limits.memory_bytes = options.runtime->memory_bytes() / 2;
  const FileReader file(path, std::move(reading));
  FileWriter writer(wider, std::move(options));
  writer.start_file(std::move(sink));
  const auto schema = std::make_shared<const Schema>(wider);
  const std::unique_ptr<ReadStream> rows = file.read();
  while (const std::optional<RelationBatch> next = rows->next()) {
    std::optional<Batch> grown;
    try {
      grown = evolved_batch(next->batch, schema);
    } catch (const Error& error) {
      throw Error(error.code(), path + ": " + error.what(), {.source = path, .field = error.place().field},
                  error.hint());
    }
    writer.write(*grown);
    on_progress();
  }
  return writer.finish_file();
}

}  // namespace sluice
