// ColumnIndex and OffsetIndex in their thrift form (parquet-format, parquet.thrift).
#include "format/page_index.h"

namespace sluice {
namespace {

/// The list `name` must have one entry for each page.
void require_pages(const ThriftReader& in, size_t count, size_t pages, const char* name) {
  if (count != pages)
    in.fail(std::string("a page index has ") + std::to_string(count) + " " + name + " for " + std::to_string(pages) +
            " pages");
}

/// A histogram list has the same number of entries for each page, or none at all.
void require_histograms(const ThriftReader& in, size_t count, size_t pages, const char* name) {
  if (count != 0 && (pages == 0 || count % pages != 0)) require_pages(in, count, pages, name);
}

}  // namespace

void ColumnIndex::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, null_pages);
  out.field(2, min_values);
  out.field(3, max_values);
  out.field(4, boundary_order);
  out.field_unless_empty(5, null_counts);
  out.field_unless_empty(6, repetition_level_histograms);
  out.field_unless_empty(7, definition_level_histograms);
  out.field_unless_empty(8, nan_counts);
  out.end_struct();
}

ColumnIndex ColumnIndex::read(ThriftReader& in) {
  ColumnIndex out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.null_pages);
      case 2: return in.read(field, out.min_values);
      case 3: return in.read(field, out.max_values);
      case 4: return in.read(field, out.boundary_order);
      case 5: return in.read(field, out.null_counts);
      case 6: return in.read(field, out.repetition_level_histograms);
      case 7: return in.read(field, out.definition_level_histograms);
      case 8: return in.read(field, out.nan_counts);
      default: return false;
    }
  });
  in.require(fields, "ColumnIndex", {1, 2, 3, 4});
  const size_t pages = out.null_pages.size();
  require_pages(in, out.min_values.size(), pages, "min_values");
  require_pages(in, out.max_values.size(), pages, "max_values");
  if (!out.null_counts.empty()) require_pages(in, out.null_counts.size(), pages, "null_counts");
  if (!out.nan_counts.empty()) require_pages(in, out.nan_counts.size(), pages, "nan_counts");
  require_histograms(in, out.repetition_level_histograms.size(), pages, "repetition_level_histograms");
  require_histograms(in, out.definition_level_histograms.size(), pages, "definition_level_histograms");
  return out;
}

void PageLocation::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, offset);
  out.field(2, compressed_page_size);
  out.field(3, first_row_index);
  out.end_struct();
}

PageLocation PageLocation::read(ThriftReader& in) {
  PageLocation out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.offset);
      case 2: return in.read(field, out.compressed_page_size);
      case 3: return in.read(field, out.first_row_index);
      default: return false;
    }
  });
  in.require(fields, "PageLocation", {1, 2, 3});
  if (out.offset < 0 || out.compressed_page_size < 0 || out.first_row_index < 0)
    in.fail("a PageLocation has a negative number");
  return out;
}

void OffsetIndex::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, page_locations);
  out.field_unless_empty(2, unencoded_byte_array_data_bytes);
  out.end_struct();
}

OffsetIndex OffsetIndex::read(ThriftReader& in) {
  OffsetIndex out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.page_locations);
      case 2: return in.read(field, out.unencoded_byte_array_data_bytes);
      default: return false;
    }
  });
  in.require(fields, "OffsetIndex", {1});
  if (!out.unencoded_byte_array_data_bytes.empty())
    require_pages(in, out.unencoded_byte_array_data_bytes.size(), out.page_locations.size(),
                  "unencoded_byte_array_data_bytes");
  return out;
}

size_t write_column_index(const ColumnIndex& index, Bytes& out) {
  const size_t before = out.size();
  ThriftWriter writer(out);
  index.write(writer);
  return out.size() - before;
}

size_t write_offset_index(const OffsetIndex& index, Bytes& out) {
  const size_t before = out.size();
  ThriftWriter writer(out);
  index.write(writer);
  return out.size() - before;
}

ColumnIndex read_column_index(ByteSpan bytes) {
  ThriftReader in(bytes);
  return ColumnIndex::read(in);
}

OffsetIndex read_offset_index(ByteSpan bytes) {
  ThriftReader in(bytes);
  return OffsetIndex::read(in);
}

}  // namespace sluice
