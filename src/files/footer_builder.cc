#include "files/footer_builder.h"

#include <span>

#include "arrow/ipc_schema.h"
#include "files/created_by.h"
#include "format/file_metadata_writer.h"
#include "format/footer.h"
#include "format/schema_elements.h"
#include "schema/nested.h"

namespace sluice {

namespace {

// What Arrow has an extension type for, or none, stands in the stored Arrow schema as what carries it: Polars refuses
// the whole file where that names an extension type, and Parquet's own schema says what it is anyway. Times in seconds
// stand there as the milliseconds that are stored: Polars makes nulls of them otherwise (measured, 0.26).
Type carrier_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::json:
    case TypeKind::enum_: return string();
    case TypeKind::uuid: return fixed(type.size());
    case TypeKind::time: return type.unit() == TimeUnit::second ? time(TimeUnit::millisecond) : type;
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return binary();
    default: return type;
  }
}

std::vector<Field> without_extensions(std::span<const Field> fields) {
  std::vector<Field> plain(fields.begin(), fields.end());
  for (Field& field : plain)
    field.type = field.type.is_nested() ? with_parts(field.type, without_extensions(field.type.children()))
                                        : carrier_of(field.type);
  return plain;
}

Schema without_extensions(const Schema& schema) { return Schema(without_extensions(std::span(schema.fields()))); }

}  // namespace

ChunkTail::ChunkTail(const FinishedChunk& placed_chunk) : raw_bytes(placed_chunk.metadata.total_uncompressed_size) {
  write_column_metadata(placed_chunk.metadata, metadata);
  if (placed_chunk.column_index) write_column_index(*placed_chunk.column_index, column_index);
  write_offset_index(placed_chunk.offset_index, offset_index);
  for (Bytes* kept : {&metadata, &column_index, &offset_index}) kept->shrink_to_fit();
}

Bytes FooterBuilder::build(const Schema& schema, uint64_t offset,
                           const std::vector<std::pair<std::string, std::string>>& metadata) const {
  // Readers that prune read the column indexes of many chunks and the offset indexes of few: each kind stands together
  // (PageIndex.md, "Technical Approach").
  Bytes tail;
  std::vector<std::vector<ChunkIndexPlace>> places;
  for (const auto& group : groups_) {
    std::vector<ChunkIndexPlace>& of_group = places.emplace_back(group->chunks.size());
    for (size_t i = 0; i < group->chunks.size(); ++i) {
      if (group->chunks[i].column_index.empty()) continue;
      of_group[i].column_index_offset = static_cast<int64_t>(offset + tail.size());
      of_group[i].column_index_length = static_cast<int32_t>(group->chunks[i].column_index.size());
      tail.append(ByteSpan(group->chunks[i].column_index));
    }
  }
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (size_t i = 0; i < groups_[g]->chunks.size(); ++i) {
      places[g][i].offset_index_offset = static_cast<int64_t>(offset + tail.size());
      places[g][i].offset_index_length = static_cast<int32_t>(groups_[g]->chunks[i].offset_index.size());
      tail.append(ByteSpan(groups_[g]->chunks[i].offset_index));
    }
  }

  int64_t rows = 0;
  for (const auto& group : groups_) rows += group->rows;
  const std::vector<SchemaElement> elements = to_schema_elements(schema);
  const size_t footer_begin = tail.size();
  FileMetaDataWriter footer(tail, elements, rows, groups_.size());
  for (size_t g = 0; g < groups_.size(); ++g) {
    RowGroup totals;
    footer.begin_row_group(groups_[g]->chunks.size());
    for (size_t i = 0; i < groups_[g]->chunks.size(); ++i) {
      footer.add_column_chunk(groups_[g]->chunks[i].metadata, places[g][i]);
      totals.total_byte_size += groups_[g]->chunks[i].raw_bytes;
    }
    totals.num_rows = groups_[g]->rows;
    totals.file_offset = static_cast<int64_t>(groups_[g]->offset);
    totals.total_compressed_size = static_cast<int64_t>(groups_[g]->bytes);
    footer.end_row_group(std::move(totals));
  }
  std::vector<KeyValue> key_values{{"ARROW:schema", stored_arrow_schema(without_extensions(schema))}};
  for (const auto& [key, value] : metadata) key_values.push_back({key, value});
  size_t leaves = 0;
  for (const SchemaElement& element : elements) leaves += element.type.has_value();
  footer.finish(key_values, created_by(), std::vector<ColumnOrder>(leaves, ColumnOrder::type_defined));
  append_trailer(tail.size() - footer_begin, tail);
  return tail;
}

}  // namespace sluice
