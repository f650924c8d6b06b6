// Reads a whole Parquet file that the library wrote, strictly: pages, indexes and footer must agree, and nothing may
// lie between them. Pages go through the plain reader of page_reader.h.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "format/footer.h"
#include "format/page_index.h"
#include "schema/leaves.h"
#include "support/page_reader.h"

namespace sluice::test {

struct ReadFile {
  FileMetaData metadata;
  std::vector<std::vector<ReadChunk>> groups;  ///< [row group][leaf]

  std::vector<Slot> slots(size_t leaf) const {
    std::vector<Slot> all;
    for (const std::vector<ReadChunk>& group : groups) {
      const std::vector<Slot> some = group[leaf].slots();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  std::vector<int64_t> group_rows() const {
    std::vector<int64_t> rows;
    for (const RowGroup& group : metadata.row_groups) rows.push_back(group.num_rows);
    return rows;
  }
  /// The value of a key of the file's metadata; empty where there is none.
  std::string value_of(const std::string& key) const {
    for (const KeyValue& entry : metadata.key_value_metadata)
      if (entry.key == key) return entry.value.value_or("");
    return "";
  }
};

class FileReader {
 public:
  FileReader(ByteSpan file, const Schema& schema) : file_(file), leaves_(leaves_of(schema)) {}

  ReadFile read() {
    const std::string_view text = as_text(file_);
    require(text.substr(0, 4) == kMagic && text.substr(text.size() - 4) == kMagic, "no magic at both ends");
    const FooterPlace place = parse_trailer(file_.last(kTrailerBytes), file_.size(), "the file");
    require(place.offset + place.bytes + kTrailerBytes == file_.size(), "bytes between the footer and its length");
    read_.metadata = parse_file_metadata(file_.subspan(place.offset, place.bytes), "the file");
    at_ = kMagic.size();
    int64_t rows = 0;
    for (const RowGroup& group : read_.metadata.row_groups) {
      read_group(group);
      rows += group.num_rows;
    }
    require(rows == read_.metadata.num_rows, "the row groups have another number of rows than the file");
    // First all column indexes, then all offset indexes, then the footer.
    for (size_t g = 0; g < read_.groups.size(); ++g) read_column_indexes(read_.metadata.row_groups[g]);
    for (size_t g = 0; g < read_.groups.size(); ++g) read_offset_indexes(read_.metadata.row_groups[g], read_.groups[g]);
    require(at_ == place.offset, "bytes before the footer");
    return std::move(read_);
  }

 private:
  static void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
  }

  void read_group(const RowGroup& group) {
    require(group.columns.size() == leaves_.size(), "a row group has other columns than the schema");
    require(group.num_rows > 0, "a row group without rows");
    require(group.file_offset == static_cast<int64_t>(at_), "a row group is not where it should be");
    require(group.ordinal == static_cast<int16_t>(read_.groups.size()), "a row group has another ordinal");
    std::vector<ReadChunk>& chunks = read_.groups.emplace_back();
    const uint64_t begin = at_;
    int64_t raw_bytes = 0;
    for (size_t i = 0; i < leaves_.size(); ++i) {
      require(group.columns[i].meta_data.has_value(), "a chunk without metadata");
      const ColumnMetaData& meta = *group.columns[i].meta_data;
      require(meta.path_in_schema == leaves_[i].path, "a chunk is of another column");
      require(meta.dictionary_page_offset.value_or(meta.data_page_offset) == static_cast<int64_t>(at_),
              "a chunk is not where it should be");
      const auto size = static_cast<size_t>(meta.total_compressed_size);
      chunks.push_back(SlowChunkReader(leaves_[i], meta.codec).read(file_.subspan(at_, size)));
      int64_t rows = 0;
      for (const Slot& slot : chunks.back().slots()) rows += slot.repetition == 0;
      require(rows == group.num_rows, "a chunk has another number of rows than its group");
      at_ += size;
      raw_bytes += meta.total_uncompressed_size;
    }
    require(group.total_compressed_size == static_cast<int64_t>(at_ - begin), "a row group is of another size");
    skip_bloom_filters(group);
    require(group.total_byte_size == raw_bytes, "a row group is of another size before compression");
  }

  void skip_bloom_filters(const RowGroup& group) {
    for (const ColumnChunk& chunk : group.columns) {
      if (!chunk.meta_data->bloom_filter_offset) continue;
      require(chunk.meta_data->bloom_filter_offset == static_cast<int64_t>(at_), "a bloom filter is elsewhere");
      at_ += static_cast<uint64_t>(chunk.meta_data->bloom_filter_length.value_or(0));
    }
  }

  template <typename Offset, typename Length>
  ByteSpan next_index(const Offset& offset, const Length& length) {
    require(offset == static_cast<int64_t>(at_) && length.has_value(), "an index is not where it should be");
    const ByteSpan bytes = file_.subspan(at_, static_cast<size_t>(*length));
    at_ += bytes.size();
    return bytes;
  }

  void read_column_indexes(const RowGroup& group) {
    for (const ColumnChunk& chunk : group.columns) {
      if (!chunk.index.column_index_offset) continue;
      read_column_index(next_index(chunk.index.column_index_offset, chunk.index.column_index_length));
    }
  }

  void read_offset_indexes(const RowGroup& group, const std::vector<ReadChunk>& chunks) {
    for (size_t i = 0; i < chunks.size(); ++i) {
      const ChunkIndexPlace& place = group.columns[i].index;
      const OffsetIndex index = read_offset_index(next_index(place.offset_index_offset, place.offset_index_length));
      const ColumnMetaData& meta = *group.columns[i].meta_data;
      const int64_t begin = meta.dictionary_page_offset.value_or(meta.data_page_offset);
      require(index.page_locations.size() == chunks[i].pages.size(), "an offset index of other pages");
      int64_t rows = 0;
      for (size_t p = 0; p < chunks[i].pages.size(); ++p) {
        const ReadPage& page = chunks[i].pages[p];
        require(index.page_locations[p].offset == begin + static_cast<int64_t>(page.offset), "a page is elsewhere");
        require(index.page_locations[p].compressed_page_size == static_cast<int64_t>(page.file_bytes),
                "a page is of another size");
        require(index.page_locations[p].first_row_index == rows, "a page begins at another row");
        for (const Slot& slot : page.slots) rows += slot.repetition == 0;
      }
    }
  }

  ByteSpan file_;
  std::vector<Leaf> leaves_;
  ReadFile read_;
  uint64_t at_ = 0;  ///< all before has been accounted for
};

inline ReadFile read_parquet(ByteSpan file, const Schema& schema) { return FileReader(file, schema).read(); }

}  // namespace sluice::test
