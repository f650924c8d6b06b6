// ColumnMetaData, the bulk of a footer, in its thrift form (parquet-format, parquet.thrift).
#include "format/file_metadata.h"

namespace sluice {

void PageEncodingStats::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, page_type);
  out.field(2, encoding);
  out.field(3, count);
  out.end_struct();
}

PageEncodingStats PageEncodingStats::read(ThriftReader& in) {
  PageEncodingStats out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.page_type);
      case 2: return in.read(field, out.encoding);
      case 3: return in.read(field, out.count);
      default: return false;
    }
  });
  in.require(fields, "PageEncodingStats", {1, 2, 3});
  return out;
}

void ColumnMetaData::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, type);
  out.field(2, encodings);
  out.field(3, path_in_schema);
  out.field(4, codec);
  out.field(5, num_values);
  out.field(6, total_uncompressed_size);
  out.field(7, total_compressed_size);
  out.field_unless_empty(8, key_value_metadata);
  out.field(9, data_page_offset);
  out.field(10, index_page_offset);
  out.field(11, dictionary_page_offset);
  out.field(12, statistics);
  out.field_unless_empty(13, encoding_stats);
  out.field(14, bloom_filter_offset);
  out.field(15, bloom_filter_length);
  out.field(16, size_statistics);
  out.field(17, geospatial_statistics);
  out.end_struct();
}

ColumnMetaData ColumnMetaData::read(ThriftReader& in) {
  ColumnMetaData out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.type);
      case 2: return in.read(field, out.encodings);
      case 3: return in.read(field, out.path_in_schema);
      case 4: return in.read(field, out.codec);
      case 5: return in.read(field, out.num_values);
      case 6: return in.read(field, out.total_uncompressed_size);
      case 7: return in.read(field, out.total_compressed_size);
      case 8: return in.read(field, out.key_value_metadata);
      case 9: return in.read(field, out.data_page_offset);
      case 10: return in.read(field, out.index_page_offset);
      case 11: return in.read(field, out.dictionary_page_offset);
      case 12: return in.read(field, out.statistics);
      case 13: return in.read(field, out.encoding_stats);
      case 14: return in.read(field, out.bloom_filter_offset);
      case 15:
        // Before the specification gave 15 a meaning, some writers kept a list of their own there.
        return field.type == ThriftType::i32 && in.read(field, out.bloom_filter_length);
      case 16: return in.read(field, out.size_statistics);
      case 17: return in.read(field, out.geospatial_statistics);
      default: return false;
    }
  });
  // All that the specification requires but 3, the path: some writers leave it out to save space, and the order of the
  // chunks says the same.
  in.require(fields, "ColumnMetaData", {1, 2, 4, 5, 6, 7, 9});
  return out;
}

void write_column_metadata(const ColumnMetaData& meta, Bytes& out) {
  ThriftWriter writer(out);
  meta.write(writer);
}

}  // namespace sluice
