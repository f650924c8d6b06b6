#include "files/stored_tails.h"

#include <algorithm>
#include <charconv>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {

namespace {

constexpr const char* kArrowSchemaKey = "ARROW:schema";

[[noreturn]] void refuse(const StoredFile& file, size_t group, const std::string& problem) {
  throw Error(ErrorCode::corrupt, file.path() + ": row group " + std::to_string(group) + " " + problem,
              {.source = file.path()});
}

/// Appends the bytes that stand at a place of the file; returns how many.
uint32_t copy(const StoredFile& file, size_t group, const std::optional<int64_t>& offset,
              const std::optional<int32_t>& length, Bytes& to) {
  if (!offset || !length) return 0;
  const auto size = static_cast<size_t>(*length);
  if (*offset < 0 || *length < 0 || static_cast<uint64_t>(*offset) > file.footer().place.offset ||
      size > file.footer().place.offset - static_cast<uint64_t>(*offset))
    refuse(file, group, "has an index that lies outside of the file");
  std::byte* const into = to.prepare(size);
  file.file().read_at(static_cast<uint64_t>(*offset), {into, size});
  to.advance(size);
  return static_cast<uint32_t>(size);
}

/// As it was when the filter was written: what has become of it since is not for the copy to hide.
uint64_t filter_digest(const StoredFile& file, size_t group, const ColumnMetaData& meta) {
  Bytes filter;
  copy(file, group, meta.bloom_filter_offset, meta.bloom_filter_length, filter);
  if (filter.empty()) refuse(file, group, "has a bloom filter of unknown length");
  const auto told = std::ranges::find(meta.key_value_metadata, kBloomDigestKey, &KeyValue::key);
  if (told == meta.key_value_metadata.end() || !told->value) return digest_of(filter);
  uint64_t digest = 0;
  const char* const end = told->value->data() + told->value->size();
  if (std::from_chars(told->value->data(), end, digest, 16).ptr != end)
    refuse(file, group, "has a bloom filter with the digest \"" + *told->value + "\"");
  return digest;
}

}  // namespace

ChunkTails read_tails(const StoredFile& file, size_t group) {
  ChunkTails tails;
  for (const ColumnChunk& chunk : file.metadata().row_groups[group].columns) {
    const ChunkIndexPlace& index = chunk.index;
    if (!index.offset_index_offset) refuse(file, group, "has a column chunk without an offset index");
    ChunkTailSizes sizes;
    const size_t before = tails.metadata.size();
    write_column_metadata(*chunk.meta_data, tails.metadata);
    sizes.metadata = static_cast<uint32_t>(tails.metadata.size() - before);
    sizes.column_index = copy(file, group, index.column_index_offset, index.column_index_length, tails.column_indexes);
    sizes.offset_index = copy(file, group, index.offset_index_offset, index.offset_index_length, tails.offset_indexes);
    tails.sizes.push_back(sizes);
    if (chunk.meta_data->bloom_filter_offset)
      tails.filter_digests.append_value(filter_digest(file, group, *chunk.meta_data));
  }
  return tails;
}

RowGroupTotals read_totals(const StoredFile& file, size_t group) {
  const RowGroup& from = file.metadata().row_groups[group];
  if (!from.file_offset || !from.total_compressed_size) refuse(file, group, "does not say where it is");
  return {.rows = from.num_rows,
          .offset = static_cast<uint64_t>(*from.file_offset),
          .bytes = static_cast<uint64_t>(*from.total_compressed_size),
          .raw_bytes = static_cast<uint64_t>(from.total_byte_size)};
}

uint64_t end_of_row_groups(const StoredFile& file) {
  uint64_t end = file.footer().place.offset;
  for (const RowGroup& group : file.metadata().row_groups)
    for (const ColumnChunk& chunk : group.columns)
      for (const auto& offset : {chunk.index.column_index_offset, chunk.index.offset_index_offset})
        if (offset) end = std::min(end, static_cast<uint64_t>(*offset));
  return end;
}

std::vector<SortingColumn> sorting_columns_of(const StoredFile& file) {
  return file.row_groups() == 0 ? std::vector<SortingColumn>() : file.metadata().row_groups.front().sorting_columns;
}

std::vector<std::pair<std::string, std::string>> given_metadata(const StoredFile& file) {
  std::vector<std::pair<std::string, std::string>> given;
  for (const KeyValue& entry : file.metadata().key_value_metadata)
    if (entry.key != kArrowSchemaKey && entry.key != kIndexDigestKey && entry.key != kFooterDigestKey &&
        entry.key != kOriginsKey)
      given.emplace_back(entry.key, entry.value.value_or(""));
  return given;
}

}  // namespace sluice
