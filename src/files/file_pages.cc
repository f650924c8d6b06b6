// Pages as their headers tell (parquet-format, parquet.thrift, PageHeader), with what the page indexes know of them
// (PageIndex.md): one header in memory at a time, contents only for their checksum and in pieces.
#include <algorithm>

#include "base/crc32.h"
#include "files/bound_text.h"
#include "files/layout_of.h"
#include "files/page_cursor.h"
#include "format/page_index.h"
#include "sluice/error.h"
#include "sluice/layout.h"

namespace sluice {
namespace {

constexpr uint64_t kReadPieceBytes = uint64_t{256} << 10;

/// Goes through the pages of one chunk.
class ChunkWalk {
 public:
  ChunkWalk(const StoredFile& file, size_t row_group, size_t leaf, bool checksums);

  void run(const std::function<void(const PageLayout&)>& on_page);

 private:
  [[noreturn]] void refuse(const std::string& problem) const;
  void read_indexes();
  template <typename Read>
  auto read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length, const char* name,
                  Read read);
  PageLayout describe(const PlacedPageHeader& placed);
  void describe_data(const DataPageHeader& header, PageLayout& page) const;
  void describe_data(const DataPageHeaderV2& header, PageLayout& page) const;
  void add_index_facts(PageLayout& page);
  void add_location(const PageLocation& location, PageLayout& page);
  void add_bounds(PageLayout& page);
  void check_end() const;
  Checksum check_contents(uint64_t offset, uint64_t bytes, const std::optional<uint32_t>& crc);

  const StoredFile& file_;
  const FileLeaf& leaf_;
  const size_t group_index_;
  const size_t leaf_index_;
  const int64_t group_rows_;
  const bool checksums_;
  std::optional<ColumnIndex> column_index_;
  std::optional<OffsetIndex> offset_index_;

  PageCursor cursor_;
  std::string page_name_;                ///< of the page at hand, for messages; empty between pages
  size_t data_pages_ = 0;                ///< before the page at hand
  int64_t values_ = 0;                   ///< likewise
  std::optional<int64_t> next_row_ = 0;  ///< where the page at hand begins, as far as headers tell
  Bytes buffer_;
};

ChunkWalk::ChunkWalk(const StoredFile& file, size_t row_group, size_t leaf, bool checksums)
    : file_(file),
      leaf_(file.leaves().at(leaf)),
      group_index_(row_group),
      leaf_index_(leaf),
      group_rows_(file.metadata().row_groups.at(row_group).num_rows),
      checksums_(checksums),
      cursor_(file, row_group, leaf, {.read_bytes = kHeaderReadBytes, .page_bytes_max = UINT64_MAX}) {
  read_indexes();
}

void ChunkWalk::refuse(const std::string& problem) const {
  ErrorPlace place{.source = file_.path(), .field = leaf_.leaf.name};
  place.byte = static_cast<int64_t>(cursor_.offset());
  throw Error(
      ErrorCode::corrupt,
      file_.chunk_name(group_index_, leaf_index_) + (page_name_.empty() ? "" : ", " + page_name_) + ": " + problem,
      std::move(place));
}

// --- indexes

/// The layout has held offset and length against the file. Nothing where there is no index.
template <typename Read>
auto ChunkWalk::read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length, const char* name,
                           Read read) {
  using Index = decltype(read(ByteSpan()));
  if (!offset || !length) return std::optional<Index>();
  Bytes bytes(static_cast<size_t>(*length));
  file_.file().read_at(static_cast<uint64_t>(*offset), {bytes.data(), bytes.size()});
  try {
    return std::optional<Index>(read(bytes));
  } catch (const ThriftError& error) {
    refuse("the " + std::string(name) + " is damaged at byte " + std::to_string(error.offset()) + " of its " +
           std::to_string(*length) + ": " + error.what());
  }
}

void ChunkWalk::read_indexes() {
  const ChunkIndexPlace& place = file_.metadata().row_groups[group_index_].columns[leaf_index_].index;
  column_index_ = read_index(place.column_index_offset, place.column_index_length, "column index", read_column_index);
  offset_index_ = read_index(place.offset_index_offset, place.offset_index_length, "offset index", read_offset_index);
}

void ChunkWalk::add_index_facts(PageLayout& page) {
  if (offset_index_) {
    if (data_pages_ >= offset_index_->page_locations.size())
      refuse("the offset index has " + std::to_string(offset_index_->page_locations.size()) + " pages, the chunk more");
    add_location(offset_index_->page_locations[data_pages_], page);
  }
  if (column_index_) {
    if (data_pages_ >= column_index_->null_pages.size())
      refuse("the column index has " + std::to_string(column_index_->null_pages.size()) + " pages, the chunk more");
    // Some writers say -1 where they have not counted.
    const std::vector<int64_t>& counts = column_index_->null_counts;
    if (!page.nulls && !counts.empty() && counts[data_pages_] >= 0) page.nulls = counts[data_pages_];
    add_bounds(page);
  }
  if (page.nulls && *page.nulls > page.values)
    refuse(std::to_string(*page.nulls) + " nulls among " + std::to_string(page.values) + " values");
}

void ChunkWalk::add_location(const PageLocation& location, PageLayout& page) {
  if (static_cast<uint64_t>(location.offset) != page.offset ||
      static_cast<uint64_t>(location.compressed_page_size) != page.bytes)
    refuse("the page has " + std::to_string(page.bytes) + " bytes at byte " + std::to_string(page.offset) +
           ", the offset index says " + std::to_string(location.compressed_page_size) + " at " +
           std::to_string(location.offset));
  const bool last = data_pages_ + 1 == offset_index_->page_locations.size();
  const int64_t end = last ? group_rows_ : offset_index_->page_locations[data_pages_ + 1].first_row_index;
  if (location.first_row_index > end || end > group_rows_)
    refuse("the offset index lets the page go from row " + std::to_string(location.first_row_index) + " to " +
           std::to_string(end) + " of " + std::to_string(group_rows_));
  if (page.rows && *page.rows != end - location.first_row_index)
    refuse("the page has " + std::to_string(*page.rows) + " rows, the offset index says " +
           std::to_string(end - location.first_row_index));
  page.first_row = location.first_row_index;
  page.rows = end - location.first_row_index;
}

void ChunkWalk::add_bounds(PageLayout& page) {
  if (!leaf_.has_ordered_bounds || column_index_->null_pages[data_pages_]) return;
  const Type type = stored_type(leaf_.leaf.type);
  const auto text_of = [&](const std::string& plain) {
    std::optional<std::string> text = bound_text(type, plain, leaf_.form.carrier);
    if (!text)
      refuse("a bound of " + std::to_string(plain.size()) + " bytes in the column index, which is no " + to_text(type));
    return text;
  };
  page.min = text_of(column_index_->min_values[data_pages_]);
  page.max = text_of(column_index_->max_values[data_pages_]);
}

// --- pages

PageLayout ChunkWalk::describe(const PlacedPageHeader& placed) {
  const PageHeader& header = placed.header;
  const auto contents = static_cast<uint64_t>(header.compressed_page_size);
  PageLayout page;
  page.kind = to_string(header.type);
  page.offset = cursor_.offset();
  page.header_bytes = placed.header_bytes;
  page.bytes = placed.header_bytes + contents;
  page.raw_bytes = placed.header_bytes + static_cast<uint64_t>(header.uncompressed_page_size);
  if (header.type == PageType::dictionary_page) {
    page.encoding = to_string(header.dictionary_page_header->encoding);
    page.values = header.dictionary_page_header->num_values;
  }
  if (header.type == PageType::data_page) describe_data(*header.data_page_header, page);
  if (header.type == PageType::data_page_v2) describe_data(*header.data_page_header_v2, page);
  page.checksum = check_contents(page.offset + placed.header_bytes, contents, header.crc);
  return page;
}

void ChunkWalk::describe_data(const DataPageHeader& header, PageLayout& page) const {
  page.encoding = to_string(header.encoding);
  page.values = header.num_values;
  if (leaf_.leaf.definition_level_max > 0) page.definition_encoding = to_string(header.definition_level_encoding);
  if (leaf_.leaf.repetition_level_max > 0) page.repetition_encoding = to_string(header.repetition_level_encoding);
  if (leaf_.leaf.repetition_level_max == 0) page.rows = page.values;
}

void ChunkWalk::describe_data(const DataPageHeaderV2& header, PageLayout& page) const {
  page.encoding = to_string(header.encoding);
  page.values = header.num_values;
  page.nulls = header.num_nulls;
  page.rows = header.num_rows;
  page.definition_bytes = static_cast<uint64_t>(header.definition_levels_byte_length);
  page.repetition_bytes = static_cast<uint64_t>(header.repetition_levels_byte_length);
  if (leaf_.leaf.definition_level_max > 0) page.definition_encoding = to_string(Encoding::rle);
  if (leaf_.leaf.repetition_level_max > 0) page.repetition_encoding = to_string(Encoding::rle);
  const uint64_t contents = page.bytes - page.header_bytes;
  if (*page.definition_bytes + *page.repetition_bytes > contents)
    refuse("levels of " + std::to_string(*page.definition_bytes + *page.repetition_bytes) + " bytes in a page of " +
           std::to_string(contents));
}

Checksum ChunkWalk::check_contents(uint64_t offset, uint64_t bytes, const std::optional<uint32_t>& crc) {
  if (!crc) return Checksum::absent;
  if (!checksums_) return Checksum::unchecked;
  uint32_t found = 0;
  for (uint64_t done = 0; done < bytes; done += buffer_.size()) {
    buffer_.resize(static_cast<size_t>(std::min(kReadPieceBytes, bytes - done)));
    file_.file().read_at(offset + done, {buffer_.data(), buffer_.size()});
    found = crc32(buffer_, found);
  }
  return found == *crc ? Checksum::right : Checksum::wrong;
}

void ChunkWalk::run(const std::function<void(const PageLayout&)>& on_page) {
  while (const PlacedPageHeader* const placed = cursor_.next()) {
    const bool data = placed->header.data_page_header || placed->header.data_page_header_v2;
    page_name_ = (data ? "data page " + std::to_string(data_pages_) : std::string("page")) + " at byte " +
                 std::to_string(cursor_.offset());
    PageLayout page = describe(*placed);
    if (data) {
      page.first_row = next_row_;
      add_index_facts(page);
      next_row_ = page.rows && page.first_row ? std::optional(*page.first_row + *page.rows) : std::nullopt;
      if (!page.rows) page.first_row.reset();
      values_ += page.values;
      ++data_pages_;
    }
    on_page(page);
  }
  page_name_.clear();
  check_end();
}

void ChunkWalk::check_end() const {
  const int64_t values = file_.chunk(group_index_, leaf_index_).num_values;
  if (values_ != values)
    refuse("the pages have " + std::to_string(values_) + " values, the footer says " + std::to_string(values));
  const auto check = [&](size_t pages, const char* name) {
    if (pages != data_pages_)
      refuse("the " + std::string(name) + " index has " + std::to_string(pages) + " pages, the chunk " +
             std::to_string(data_pages_));
  };
  if (offset_index_) check(offset_index_->page_locations.size(), "offset");
  if (column_index_) check(column_index_->null_pages.size(), "column");
  cursor_.check_digest();
}

}  // namespace

inline namespace v0 {

struct FilePages::Impl {
  explicit Impl(const std::string& path) : file(StoredFile::open(path, {})), layout(layout_of(*file)) {}

  std::shared_ptr<const StoredFile> file;
  FileLayout layout;
};

FilePages::FilePages(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
FilePages::~FilePages() = default;
FilePages::FilePages(FilePages&&) noexcept = default;
FilePages& FilePages::operator=(FilePages&&) noexcept = default;

const FileLayout& FilePages::layout() const { return impl_->layout; }

void FilePages::read(size_t row_group, size_t column, const std::function<void(const PageLayout&)>& on_page,
                     bool checksums) const {
  ChunkWalk(*impl_->file, row_group, column, checksums).run(on_page);
}

}  // namespace v0
}  // namespace sluice
