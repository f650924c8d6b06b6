// FileMetaData as a stream (parquet-format, parquet.thrift). The counts of lists come before their elements, so what
// was announced must come.
#include "format/file_metadata_writer.h"

#include <string_view>
#include <utility>

#include "sluice/error.h"

namespace sluice {
namespace {

void check(bool holds, std::string_view promise) {
  if (!holds) throw Error(ErrorCode::bug, "the writer of a footer was called out of order: " + std::string(promise));
}

}  // namespace

FileMetaDataWriter::FileMetaDataWriter(Bytes& out, const std::vector<SchemaElement>& schema, int64_t num_rows,
                                       size_t row_group_count)
    : out_(out), writer_(out), row_group_count_(row_group_count) {
  writer_.begin_struct();
  writer_.field(1, int32_t{1});
  writer_.field(2, schema);
  writer_.field(3, num_rows);
  writer_.begin_list<RowGroup>(4, row_group_count);
}

void FileMetaDataWriter::begin_row_group(size_t column_count) {
  check(!columns_left_, "a row group begins inside another");
  check(row_groups_begun_ < row_group_count_, "more row groups than were announced");
  ++row_groups_begun_;
  columns_left_ = column_count;
  writer_.begin_struct();
  writer_.begin_list<ColumnChunk>(1, column_count);
}

void FileMetaDataWriter::add_column_chunk(ByteSpan column_metadata, const ChunkIndexPlace& place) {
  check(columns_left_.value_or(0) > 0, "more column chunks than were announced");
  --*columns_left_;
  write_column_chunk(writer_, column_metadata, place);
}

void FileMetaDataWriter::end_row_group(RowGroup totals) {
  check(columns_left_ == size_t{0}, "fewer column chunks than were announced");
  columns_left_.reset();
  totals.ordinal.reset();
  if (row_group_count_ <= kOrdinalGroupsMax) totals.ordinal = static_cast<int16_t>(row_groups_begun_ - 1);
  totals.write_after_columns(writer_);
  writer_.end_struct();
}

size_t FileMetaDataWriter::finish(const std::vector<KeyValue>& key_value_metadata, const std::string& created_by,
                                  const std::vector<ColumnOrder>& column_orders) {
  check(!columns_left_ && row_groups_begun_ == row_group_count_, "fewer row groups than were announced");
  row_group_count_ = 0;
  columns_left_ = 0;  // nothing may follow
  writer_.field_unless_empty(5, key_value_metadata);
  const size_t value_end = out_.size() - 1;  // a KeyValue ends with the byte that ends a struct
  if (!created_by.empty()) writer_.field(6, created_by);
  if (!column_orders.empty()) write_column_orders(writer_, 7, column_orders);
  writer_.end_struct();
  return value_end;
}

}  // namespace sluice
