// Writes a footer's FileMetaData as a stream (parquet-format, parquet.thrift): only the bytes that come out are held,
// and column chunks go in as they were serialised when they were finished.
//
//   FileMetaDataWriter footer(bytes, to_schema_elements(schema), row_count, row_groups.size());
//   for (const auto& group : row_groups) {
//     footer.begin_row_group(group.chunks.size());
//     for (const auto& chunk : group.chunks) footer.add_column_chunk(chunk.metadata, chunk.place);
//     footer.end_row_group({.total_byte_size = group.raw_bytes, .num_rows = group.rows});
//   }
//   footer.finish({{"ARROW:schema", arrow}}, "sluice version 0.1.0", orders);
//   append_trailer(bytes, ...);  // format/footer.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "format/thrift_writer.h"

namespace sluice {

/// Appends to `out`, which must outlive it and may be emptied between calls. Calls out of order, or other counts than
/// were announced, throw Error{bug}.
class FileMetaDataWriter {
 public:
  /// Row groups beyond which none carries an ordinal, as it is 16 bits wide and is optional.
  static constexpr size_t kOrdinalGroupsMax = 32'767;

  FileMetaDataWriter(Bytes& out, const std::vector<SchemaElement>& schema, int64_t num_rows, size_t row_group_count);

  void begin_row_group(size_t column_count);
  /// `column_metadata` is what write_column_metadata made.
  void add_column_chunk(ByteSpan column_metadata, const ChunkIndexPlace& place);
  /// Takes all of `totals` but `columns`, which were added, and `ordinal`, which is counted here.
  void end_row_group(RowGroup totals);
  /// The rest. Empty lists are left out. Returns how long `out` was where the value of the last key ends, for a value
  /// that is only known when all else stands.
  size_t finish(const std::vector<KeyValue>& key_value_metadata, const std::string& created_by,
                const std::vector<ColumnOrder>& column_orders);

 private:
  Bytes& out_;
  ThriftWriter writer_;
  size_t row_group_count_;
  size_t row_groups_begun_ = 0;
  std::optional<size_t> columns_left_{};  ///< of the row group that is open
};

}  // namespace sluice
