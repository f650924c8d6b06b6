// (No specification: the account of a memory budget.)
#include "files/footer_memory.h"

#include <string>
#include <vector>

#include "sluice/file_writer.h"

namespace sluice {
namespace {

template <typename T>
uint64_t memory_of_list(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

/// Short texts stand in the string itself.
uint64_t memory_of_text(const std::string& text) { return text.capacity() < sizeof text / 2 ? 0 : text.capacity() + 1; }
uint64_t memory_of_text(const std::optional<std::string>& text) { return text ? memory_of_text(*text) : 0; }

uint64_t memory_of_entries(const std::vector<KeyValue>& entries) {
  uint64_t bytes = memory_of_list(entries);
  for (const KeyValue& entry : entries) bytes += memory_of_text(entry.key) + memory_of_text(entry.value);
  return bytes;
}

uint64_t memory_of_chunk(const ColumnMetaData& chunk) {
  uint64_t bytes = memory_of_list(chunk.encodings) + memory_of_list(chunk.encoding_stats) +
                   memory_of_list(chunk.path_in_schema) + memory_of_entries(chunk.key_value_metadata);
  for (const std::string& step : chunk.path_in_schema) bytes += memory_of_text(step);
  if (chunk.statistics)
    bytes += memory_of_text(chunk.statistics->min_value) + memory_of_text(chunk.statistics->max_value);
  if (chunk.size_statistics)
    bytes += memory_of_list(chunk.size_statistics->repetition_level_histogram) +
             memory_of_list(chunk.size_statistics->definition_level_histogram);
  return bytes;
}

}  // namespace

uint64_t memory_of_leaves(const std::vector<Leaf>& leaves) {
  // The caller's batches have a schema, the file has one, and so has what is stored.
  constexpr uint64_t kFields = 3;
  uint64_t bytes = leaves.capacity() * sizeof(Leaf) + leaves.size() * (kFields * sizeof(Field) + sizeof(FieldResult));
  for (const Leaf& leaf : leaves) {
    bytes += memory_of_list(leaf.steps) + memory_of_list(leaf.path) + (kFields + 2) * memory_of_text(leaf.name);
    for (const std::string& step : leaf.path) bytes += memory_of_text(step);
  }
  return bytes;
}

uint64_t memory_of_footer(const FileMetaData& metadata) {
  uint64_t bytes = memory_of_list(metadata.schema) + memory_of_list(metadata.row_groups) +
                   memory_of_list(metadata.column_orders) + memory_of_entries(metadata.key_value_metadata);
  for (const SchemaElement& element : metadata.schema) bytes += memory_of_text(element.name);
  for (const RowGroup& group : metadata.row_groups) {
    bytes += memory_of_list(group.columns) + memory_of_list(group.sorting_columns);
    for (const ColumnChunk& chunk : group.columns)
      if (chunk.meta_data) bytes += memory_of_chunk(*chunk.meta_data);
  }
  return bytes;
}

}  // namespace sluice
