// Files put together page by page, as no writer of ours does it: one column of required int64, "a".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/crc32.h"
#include "format/file_metadata.h"
#include "format/footer.h"
#include "format/page_header.h"
#include "storage/temporary_directory.h"

namespace sluice::test {

class PlainFile {
 public:
  PlainFile() { bytes_.append(std::string_view("PAR1")); }

  /// False: pages from here on have no checksum.
  bool has_checksums = true;

  void add_dictionary(const std::vector<int64_t>& entries) {
    meta_.dictionary_page_offset = static_cast<int64_t>(bytes_.size());
    PageHeader header{.type = PageType::dictionary_page};
    header.dictionary_page_header.emplace().num_values = static_cast<int32_t>(entries.size());
    add_page(header, bytes_of(entries));
  }
  void add_plain(const std::vector<int64_t>& values) { add_data(values.size(), Encoding::plain, bytes_of(values)); }
  /// Positions in the dictionary, each below 256: one bit-packed run of eight bits for each.
  void add_positions(const std::vector<uint8_t>& positions) {
    std::string body(1, '\x08');
    body += static_cast<char>((positions.size() + 7) / 8 << 1 | 1);
    body.append(positions.begin(), positions.end());
    body.resize(2 + (positions.size() + 7) / 8 * 8);
    add_data(positions.size(), Encoding::rle_dictionary, body);
  }

  /// `change` may let the footer say something else.
  void write(
      const std::string& path, const std::function<void(FileMetaData&)>& change = [](FileMetaData&) {}) {
    meta_.total_compressed_size = meta_.total_uncompressed_size = static_cast<int64_t>(bytes_.size()) - 4;
    FileMetaData file;
    SchemaElement root{.name = "root", .num_children = 1};
    SchemaElement leaf{.type = PhysicalType::int64, .repetition_type = FieldRepetitionType::required, .name = "a"};
    file.schema = {root, leaf};
    file.num_rows = meta_.num_values;
    ColumnChunk chunk;
    chunk.meta_data = meta_;
    file.row_groups.push_back({.columns = {chunk}, .num_rows = meta_.num_values});
    file.column_orders = {ColumnOrder::type_defined};
    change(file);
    Bytes whole;
    whole.append(bytes_.view());
    ThriftWriter out(whole);
    file.write(out);
    append_trailer(whole.size() - bytes_.size(), whole);
    write_file(path, std::string(whole.view()));
  }

 private:
  static std::string bytes_of(const std::vector<int64_t>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(int64_t)};
  }
  void add_data(size_t count, Encoding encoding, const std::string& body) {
    if (meta_.data_page_offset == 0) meta_.data_page_offset = static_cast<int64_t>(bytes_.size());
    PageHeader header{.type = PageType::data_page};
    DataPageHeader& data = header.data_page_header.emplace();
    data.num_values = static_cast<int32_t>(count);
    data.encoding = encoding;
    add_page(header, body);
    meta_.num_values += static_cast<int64_t>(count);
  }
  void add_page(PageHeader header, const std::string& body) {
    header.uncompressed_page_size = header.compressed_page_size = static_cast<int32_t>(body.size());
    if (has_checksums) header.crc = crc32(as_bytes(body));
    write_page_header(header, bytes_);
    bytes_.append(std::string_view(body));
  }

  Bytes bytes_;
  ColumnMetaData meta_{.type = PhysicalType::int64, .path_in_schema = {"a"}};
};

}  // namespace sluice::test
