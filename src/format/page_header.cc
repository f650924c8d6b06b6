// PageHeader and its kinds in their thrift form (parquet-format, parquet.thrift).
#include "format/page_header.h"

#include <string>

namespace sluice {
namespace {

void require_not_negative(const ThriftReader& in, int32_t number, const char* name) {
  if (number < 0) in.fail(std::string("a page header's ") + name + " is " + std::to_string(number));
}

}  // namespace

void DataPageHeader::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, num_values);
  out.field(2, encoding);
  out.field(3, definition_level_encoding);
  out.field(4, repetition_level_encoding);
  out.end_struct();
}

DataPageHeader DataPageHeader::read(ThriftReader& in) {
  DataPageHeader out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.num_values);
      case 2: return in.read(field, out.encoding);
      case 3: return in.read(field, out.definition_level_encoding);
      case 4: return in.read(field, out.repetition_level_encoding);
      default: return false;
    }
  });
  in.require(fields, "DataPageHeader", {1, 2, 3, 4});
  require_not_negative(in, out.num_values, "num_values");
  return out;
}

void DictionaryPageHeader::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, num_values);
  out.field(2, encoding);
  out.field(3, is_sorted);
  out.end_struct();
}

DictionaryPageHeader DictionaryPageHeader::read(ThriftReader& in) {
  DictionaryPageHeader out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.num_values);
      case 2: return in.read(field, out.encoding);
      case 3: return in.read(field, out.is_sorted);
      default: return false;
    }
  });
  in.require(fields, "DictionaryPageHeader", {1, 2});
  require_not_negative(in, out.num_values, "num_values");
  return out;
}

void DataPageHeaderV2::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, num_values);
  out.field(2, num_nulls);
  out.field(3, num_rows);
  out.field(4, encoding);
  out.field(5, definition_levels_byte_length);
  out.field(6, repetition_levels_byte_length);
  out.field(7, is_compressed);
  out.end_struct();
}

DataPageHeaderV2 DataPageHeaderV2::read(ThriftReader& in) {
  DataPageHeaderV2 out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.num_values);
      case 2: return in.read(field, out.num_nulls);
      case 3: return in.read(field, out.num_rows);
      case 4: return in.read(field, out.encoding);
      case 5: return in.read(field, out.definition_levels_byte_length);
      case 6: return in.read(field, out.repetition_levels_byte_length);
      case 7: return in.read(field, out.is_compressed);
      default: return false;
    }
  });
  in.require(fields, "DataPageHeaderV2", {1, 2, 3, 4, 5, 6});
  require_not_negative(in, out.num_values, "num_values");
  require_not_negative(in, out.num_nulls, "num_nulls");
  require_not_negative(in, out.num_rows, "num_rows");
  require_not_negative(in, out.definition_levels_byte_length, "definition_levels_byte_length");
  require_not_negative(in, out.repetition_levels_byte_length, "repetition_levels_byte_length");
  return out;
}

void PageHeader::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, type);
  out.field(2, uncompressed_page_size);
  out.field(3, compressed_page_size);
  if (crc) out.field(4, static_cast<int32_t>(*crc));
  out.field(5, data_page_header);
  out.field(7, dictionary_page_header);
  out.field(8, data_page_header_v2);
  out.end_struct();
}

PageHeader PageHeader::read(ThriftReader& in) {
  PageHeader out;
  std::optional<int32_t> signed_crc;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.type);
      case 2: return in.read(field, out.uncompressed_page_size);
      case 3: return in.read(field, out.compressed_page_size);
      case 4: return in.read(field, signed_crc);
      case 5: return in.read(field, out.data_page_header);
      case 7: return in.read(field, out.dictionary_page_header);
      case 8: return in.read(field, out.data_page_header_v2);
      default: return false;
    }
  });
  in.require(fields, "PageHeader", {1, 2, 3});
  if (out.type == PageType::data_page) in.require(fields, "PageHeader of a data page", {5});
  if (out.type == PageType::dictionary_page) in.require(fields, "PageHeader of a dictionary page", {7});
  if (out.type == PageType::data_page_v2) in.require(fields, "PageHeader of a data page V2", {8});
  // Whoever asks for one of them is not to find that of another kind of page.
  if (out.type != PageType::data_page) out.data_page_header.reset();
  if (out.type != PageType::dictionary_page) out.dictionary_page_header.reset();
  if (out.type != PageType::data_page_v2) out.data_page_header_v2.reset();
  require_not_negative(in, out.uncompressed_page_size, "uncompressed_page_size");
  require_not_negative(in, out.compressed_page_size, "compressed_page_size");
  if (signed_crc) out.crc = static_cast<uint32_t>(*signed_crc);
  return out;
}

size_t write_page_header(const PageHeader& header, Bytes& out) {
  const size_t before = out.size();
  ThriftWriter writer(out);
  header.write(writer);
  return out.size() - before;
}

PlacedPageHeader read_page_header(ByteSpan bytes) {
  ThriftReader in(bytes);
  const PageHeader header = PageHeader::read(in);
  return {header, in.offset()};
}

}  // namespace sluice
