#include "files/index_reader.h"

#include <algorithm>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/index_digest.h"
#include "files/page_cursor.h"
#include "format/bloom_filter_header.h"
#include "pages/page_fault.h"
#include "pages/page_reader.h"
#include "pages/value_reader.h"

namespace sluice {
namespace {

/// In which the header of a bloom filter has room.
constexpr int64_t kFilterHeaderBytesMax = 256;
/// Of one read on the way to a dictionary.
constexpr uint64_t kDictionaryReadBytes = uint64_t{64} << 10;

bool is_dictionary(Encoding encoding) {
  return encoding == Encoding::plain_dictionary || encoding == Encoding::rle_dictionary;
}

/// Whether the file says that all of a chunk's data pages have positions in its dictionary.
bool is_all_dictionary(const ColumnMetaData& meta) {
  bool any = false;
  for (const PageEncodingStats& stats : meta.encoding_stats) {
    const bool is_data = stats.page_type == PageType::data_page || stats.page_type == PageType::data_page_v2;
    if (!is_data || stats.count == 0) continue;
    if (!is_dictionary(stats.encoding)) return false;
    any = true;
  }
  return any;
}

/// What contradicts the chunk or itself; empty where nothing does.
std::string fault_of(const OffsetIndex& index, const ChunkPlace& chunk, int64_t rows) {
  const std::vector<PageLocation>& pages = index.page_locations;
  uint64_t end = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    const std::string page = "page " + std::to_string(i);
    const auto begin = static_cast<uint64_t>(pages[i].offset);
    if (i == 0 ? begin < chunk.begin : begin != end) return page + " does not stand behind the one before";
    const auto bytes = static_cast<uint64_t>(pages[i].compressed_page_size);
    const uint64_t end_max = chunk.end() + chunk.slack;
    if (begin > end_max || bytes == 0 || bytes > end_max - begin) return page + " lies outside of the chunk";
    end = begin + bytes;
    const int64_t least = i == 0 ? 0 : pages[i - 1].first_row_index + 1;
    const int64_t row = pages[i].first_row_index;
    if (row < least || row >= rows || (i == 0 && row != 0))
      return page + " begins at row " + std::to_string(row) + ", expected from " + std::to_string(least) + " to " +
             std::to_string(rows - 1);
  }
  return pages.empty() && rows > 0 ? "there are no pages, but " + std::to_string(rows) + " rows" : "";
}

}  // namespace

void IndexReader::check_index_digest() {
  if (!file_->is_ours()) return;
  std::call_once(index_digest_checked_, [&] {
    const std::string* const written = file_->metadata_value(kIndexDigestKey);
    if (written == nullptr) return;
    uint64_t bytes_read = 0;
    const std::string found = digest_text(index_digest(*file_, FilterDigests::told, bytes_read));
    bytes_read_ += bytes_read;
    if (found != *written)
      throw Error(ErrorCode::corrupt,
                  file_->path() + ": the indexes have changed: their digest is " + found + ", they were written with " +
                      *written,
                  {.source = file_->path()});
  });
}

/// Nothing where the place is not before the footer.
std::optional<Bytes> IndexReader::read_place(std::optional<int64_t> offset, std::optional<int64_t> bytes) {
  const auto end_max = static_cast<int64_t>(file_->footer().place.offset);
  if (!offset || !bytes || *offset < 0 || *bytes <= 0 || *offset > end_max || *bytes > end_max - *offset)
    return std::nullopt;
  Bytes read(static_cast<size_t>(*bytes));
  file_->file().read_at(static_cast<uint64_t>(*offset), {read.data(), read.size()});
  bytes_read_ += read.size();
  return read;
}

std::optional<ChunkIndex> IndexReader::read_index(size_t row_group, size_t leaf) {
  const ChunkIndexPlace& place = file_->metadata().row_groups[row_group].columns[leaf].index;
  if (!place.offset_index_offset) return std::nullopt;
  check_index_digest();
  std::string fault = "it lies outside of the file";
  try {
    ChunkIndex index;
    if (const auto bytes = read_place(place.offset_index_offset, place.offset_index_length)) {
      index.offsets = read_offset_index(*bytes);
      if (const auto bounds = read_place(place.column_index_offset, place.column_index_length))
        index.bounds = read_column_index(*bounds);
      fault = fault_of(index, row_group, leaf);
      if (fault.empty()) return index;
    }
  } catch (const ThriftError& error) {
    fault = "it is damaged at its byte " + std::to_string(error.offset()) + ": " + error.what();
  }
  if (file_->is_ours()) file_->refuse_chunk(row_group, leaf, "the page index is of no use: " + fault);
  return std::nullopt;
}

std::string IndexReader::fault_of(const ChunkIndex& index, size_t row_group, size_t leaf) const {
  std::string fault =
      sluice::fault_of(index.offsets, file_->chunk_place(row_group, leaf), file_->row_group_rows(row_group));
  const size_t pages = index.offsets.page_locations.size();
  if (fault.empty() && index.bounds && index.bounds->null_pages.size() != pages)
    fault = "the column index has " + std::to_string(index.bounds->null_pages.size()) + " pages, the offset index " +
            std::to_string(pages);
  return fault;
}

/// Older writers say where a filter begins, but not how long it is.
std::optional<Bytes> IndexReader::read_filter_bytes(const ColumnMetaData& meta) {
  const int64_t begin = *meta.bloom_filter_offset;
  std::optional<int64_t> bytes = meta.bloom_filter_length;
  if (!bytes) {
    const auto end_max = static_cast<int64_t>(file_->footer().place.offset);
    if (begin < 0 || begin > end_max) return std::nullopt;
    const int64_t left = end_max - begin;
    const std::optional<Bytes> head = read_place(begin, std::min(left, kFilterHeaderBytesMax));
    if (!head) return std::nullopt;
    const PlacedBloomFilterHeader placed = read_bloom_filter_header(*head);
    bytes = static_cast<int64_t>(placed.header_bytes) + placed.header.num_bytes;
  }
  if (*bytes > static_cast<int64_t>(kBloomFilterBytesMax) + kFilterHeaderBytesMax) return std::nullopt;
  return read_place(begin, bytes);
}

std::optional<BloomFilter> IndexReader::read_bloom_filter(size_t row_group, size_t leaf) {
  const ColumnMetaData& meta = file_->chunk(row_group, leaf);
  if (!meta.bloom_filter_offset) return std::nullopt;
  const std::string* const written = file_->is_ours() ? file_->chunk_value(row_group, leaf, kBloomDigestKey) : nullptr;
  if (written == nullptr) check_index_digest();
  std::string fault = "it lies outside of the file, or is longer than any";
  try {
    if (const std::optional<Bytes> bytes = read_filter_bytes(meta)) {
      const std::string found = written != nullptr ? digest_text(digest_of(*bytes)) : "";
      if (written == nullptr || found == *written) return BloomFilter::parse(*bytes);
      fault = "its digest is " + found + ", it was written with " + *written;
    }
  } catch (const ThriftError& error) {
    fault = "it is damaged at its byte " + std::to_string(error.offset()) + ": " + error.what();
  }
  if (file_->is_ours()) file_->refuse_chunk(row_group, leaf, "the bloom filter is of no use: " + fault);
  return std::nullopt;
}

DictionaryEntries IndexReader::read_dictionary(size_t row_group, size_t leaf, const ChunkContext& context) {
  const ColumnMetaData& meta = file_->chunk(row_group, leaf);
  if (!is_all_dictionary(meta)) return nullptr;
  const FileLeaf& column = file_->leaves()[leaf];
  PageCursor cursor(*file_, row_group, leaf, {.read_bytes = kDictionaryReadBytes, .page_bytes_max = UINT64_MAX});
  const PlacedPageHeader* const placed = cursor.next();
  bytes_read_ += cursor.bytes_read();
  if (placed == nullptr || !placed->header.dictionary_page_header) return nullptr;
  if (static_cast<uint64_t>(placed->header.uncompressed_page_size) > kSearchedDictionaryBytesMax) return nullptr;
  try {
    PageReader reader;
    const ChunkFacts facts = file_->chunk_facts(row_group, leaf);
    reader.begin_chunk(page_rules(column.leaf, facts, context), static_cast<uint64_t>(facts.values), facts.raw_bytes);
    const uint64_t before = cursor.bytes_read();
    const OpenDictionary open = reader.open_dictionary(placed->header, placed->header_bytes, cursor.body());
    bytes_read_ += cursor.bytes_read() - before;
    return sluice::read_dictionary(column.form, open.entries, open.values, context.pool);
  } catch (const PageFault& fault) {
    // What is not built is told when the chunk is read; until then nothing is known of its values.
    if (fault.kind() == PageFault::Kind::unsupported) return nullptr;
    file_->refuse_chunk(row_group, leaf, std::string("dictionary page: ") + fault.what());
  }
}

}  // namespace sluice
