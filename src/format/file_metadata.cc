// FileMetaData, RowGroup, ColumnChunk and SchemaElement in their thrift form (parquet-format, parquet.thrift).
#include "format/file_metadata.h"

#include "sluice/error.h"

namespace sluice {
namespace {

/// The union ColumnOrder as an element of a list.
struct ColumnOrderUnion {
  ColumnOrder order = ColumnOrder::unrecognised;

  void write(ThriftWriter& out) const {
    out.begin_struct();
    if (order != ColumnOrder::unrecognised) {
      out.struct_header(static_cast<int16_t>(order));
      out.begin_struct();
      out.end_struct();
    }
    out.end_struct();
  }
  static ColumnOrderUnion read(ThriftReader& in) {
    ColumnOrderUnion out;
    in.read_struct([&](ThriftField field) {
      const bool known = field.id >= 1 && field.id <= static_cast<int16_t>(ColumnOrder::int96_timestamp);
      if (known) out.order = static_cast<ColumnOrder>(field.id);
      return false;
    });
    return out;
  }
  static constexpr size_t kWireBytesMin = 1;
};

bool read_column_orders(ThriftReader& in, ThriftField field, std::vector<ColumnOrder>& into) {
  std::vector<ColumnOrderUnion> unions;
  in.read(field, unions);
  into.clear();
  into.reserve(unions.size());
  for (const ColumnOrderUnion& one : unions) into.push_back(one.order);
  return true;
}

}  // namespace

void SchemaElement::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, type);
  out.field(2, type_length);
  out.field(3, repetition_type);
  out.field(4, name);
  out.field(5, num_children);
  out.field(6, converted_type);
  out.field(7, scale);
  out.field(8, precision);
  out.field(9, field_id);
  out.field(10, logical_type);
  out.field(11, vector_length);
  out.end_struct();
}

SchemaElement SchemaElement::read(ThriftReader& in) {
  SchemaElement out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.type);
      case 2: return in.read(field, out.type_length);
      case 3: return in.read(field, out.repetition_type);
      case 4: return in.read(field, out.name);
      case 5: return in.read(field, out.num_children);
      case 6: return in.read(field, out.converted_type);
      case 7: return in.read(field, out.scale);
      case 8: return in.read(field, out.precision);
      case 9: return in.read(field, out.field_id);
      case 10: return in.read(field, out.logical_type);
      case 11: return in.read(field, out.vector_length);
      default: return false;
    }
  });
  in.require(fields, "SchemaElement", {4});
  return out;
}

void KeyValue::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, key);
  out.field(2, value);
  out.end_struct();
}

KeyValue KeyValue::read(ThriftReader& in) {
  KeyValue out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.key);
      case 2: return in.read(field, out.value);
      default: return false;
    }
  });
  in.require(fields, "KeyValue", {1});
  return out;
}

void SortingColumn::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, column_idx);
  out.field(2, descending);
  out.field(3, nulls_first);
  out.end_struct();
}

SortingColumn SortingColumn::read(ThriftReader& in) {
  SortingColumn out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.column_idx);
      case 2: return in.read(field, out.descending);
      case 3: return in.read(field, out.nulls_first);
      default: return false;
    }
  });
  in.require(fields, "SortingColumn", {1, 2, 3});
  return out;
}

void ColumnChunk::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, file_path);
  out.field(2, file_offset);
  out.field(3, meta_data);
  out.field(4, index.offset_index_offset);
  out.field(5, index.offset_index_length);
  out.field(6, index.column_index_offset);
  out.field(7, index.column_index_length);
  out.end_struct();
}

void write_column_chunk(ThriftWriter& out, ByteSpan column_metadata, const ChunkIndexPlace& place) {
  out.begin_struct();
  out.field(2, int64_t{0});
  out.struct_header(3);
  out.spliced_struct(column_metadata);
  out.field(4, place.offset_index_offset);
  out.field(5, place.offset_index_length);
  out.field(6, place.column_index_offset);
  out.field(7, place.column_index_length);
  out.end_struct();
}

ColumnChunk ColumnChunk::read(ThriftReader& in) {
  ColumnChunk out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.file_path);
      case 2: return in.read(field, out.file_offset);
      case 3: return in.read(field, out.meta_data);
      case 4: return in.read(field, out.index.offset_index_offset);
      case 5: return in.read(field, out.index.offset_index_length);
      case 6: return in.read(field, out.index.column_index_offset);
      case 7: return in.read(field, out.index.column_index_length);
      default: return false;
    }
  });
  out.is_encrypted = fields.has(8);
  return out;
}

void RowGroup::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, columns);
  write_after_columns(out);
  out.end_struct();
}

void RowGroup::write_after_columns(ThriftWriter& out) const {
  out.field(2, total_byte_size);
  out.field(3, num_rows);
  out.field_unless_empty(4, sorting_columns);
  out.field(5, file_offset);
  out.field(6, total_compressed_size);
  out.field(7, ordinal);
}

RowGroup RowGroup::read(ThriftReader& in) {
  RowGroup out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.columns);
      case 2: return in.read(field, out.total_byte_size);
      case 3: return in.read(field, out.num_rows);
      case 4: return in.read(field, out.sorting_columns);
      case 5: return in.read(field, out.file_offset);
      case 6: return in.read(field, out.total_compressed_size);
      case 7: return in.read(field, out.ordinal);
      default: return false;
    }
  });
  in.require(fields, "RowGroup", {1, 2, 3});
  return out;
}

void write_column_orders(ThriftWriter& out, int16_t id, const std::vector<ColumnOrder>& orders) {
  out.begin_list<ColumnOrderUnion>(id, orders.size());
  for (const ColumnOrder order : orders) ColumnOrderUnion{order}.write(out);
}

void FileMetaData::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, version);
  out.field(2, schema);
  out.field(3, num_rows);
  out.field(4, row_groups);
  out.field_unless_empty(5, key_value_metadata);
  out.field(6, created_by);
  if (!column_orders.empty()) write_column_orders(out, 7, column_orders);
  out.end_struct();
}

FileMetaData FileMetaData::read(ThriftReader& in) {
  FileMetaData out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.version);
      case 2: return in.read(field, out.schema);
      case 3: return in.read(field, out.num_rows);
      case 4: return in.read(field, out.row_groups);
      case 5: return in.read(field, out.key_value_metadata);
      case 6: return in.read(field, out.created_by);
      case 7: return read_column_orders(in, field, out.column_orders);
      default: return false;
    }
  });
  in.require(fields, "FileMetaData", {1, 2, 3, 4});
  out.is_encrypted = fields.has(8);
  return out;
}

FileMetaData parse_file_metadata(ByteSpan footer, const std::string& file) {
  try {
    ThriftReader in(footer);
    return FileMetaData::read(in);
  } catch (const ThriftError& error) {
    throw Error(ErrorCode::corrupt,
                file + ": the footer is damaged at byte " + std::to_string(error.offset()) + " of its " +
                    std::to_string(footer.size()) + ": " + error.what(),
                {.source = file, .field = {}, .record = {}, .byte = {}, .row = {}});
  }
}

}  // namespace sluice
