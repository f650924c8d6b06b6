#include "files/page_cursor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "format/thrift_reader.h"

namespace sluice {
namespace {

/// Most headers have a few dozen bytes; statistics in them, which old writers wrote, may be longer.
constexpr uint64_t kHeaderBytesFirst = 512;
/// What other readers take at the most; no honest header comes near.
constexpr uint64_t kHeaderBytesMax = uint64_t{16} << 20;

bool is_data_page(const PageHeader& header) {
  return header.data_page_header.has_value() || header.data_page_header_v2.has_value();
}

/// Rows of a data page, where its header tells: in a leaf outside of lists each value is one.
std::optional<int64_t> rows_of(const PageHeader& header, bool is_in_list) {
  if (header.data_page_header_v2) return header.data_page_header_v2->num_rows;
  if (is_in_list) return std::nullopt;
  return header.data_page_header->num_values;
}

}  // namespace

ByteSpan FileWindow::view(uint64_t offset, uint64_t bytes, uint64_t read_bytes) {
  const uint64_t end = begin_ + bytes_.size();
  if (offset >= begin_ && offset <= end && bytes <= end - offset)
    return ByteSpan(bytes_).subspan(static_cast<size_t>(offset - begin_), static_cast<size_t>(bytes));
  // What is there of it already moves to the front.
  const auto kept = static_cast<size_t>(offset >= begin_ && offset < end ? end - offset : 0);
  if (kept > 0) std::memmove(bytes_.data(), bytes_.data() + (offset - begin_), kept);
  const auto wanted = static_cast<size_t>(std::min(std::max(bytes, kept + read_bytes), end_ - offset));
  bytes_.resize(kept);
  bytes_.resize(wanted);
  begin_ = offset;
  try {
    file_.read_at(offset + kept, {bytes_.data() + kept, wanted - kept});
  } catch (...) {
    bytes_.clear();
    throw;
  }
  bytes_read_ += wanted - kept;
  return ByteSpan(bytes_).first(static_cast<size_t>(bytes));
}

PageCursor::PageCursor(const StoredFile& file, size_t row_group, size_t leaf, const PageCursorOptions& options)
    : file_(file),
      row_group_(row_group),
      leaf_(leaf),
      place_(file.chunk_place(row_group, leaf)),
      options_(options),
      window_(file.file(), place_.end() + place_.slack),
      at_(place_.begin),
      next_at_(place_.begin) {}

void PageCursor::refuse(const std::string& problem, ErrorCode code) const {
  const std::string page = is_data_ ? "data page " + std::to_string(data_pages_ - 1) : "page";
  ErrorPlace place{.source = file_.path(), .field = file_.leaves()[leaf_].leaf.name};
  place.byte = static_cast<int64_t>(at_);
  throw Error(code,
              file_.chunk_name(row_group_, leaf_) + ", " + page + " at byte " + std::to_string(at_) + ": " + problem,
              std::move(place));
}

// --- what the offset index says

const PageLocation* PageCursor::planned_place() const {
  if (options_.offset_index == nullptr) return nullptr;
  const std::vector<PageLocation>& places = options_.offset_index->page_locations;
  if (data_pages_ >= places.size() || static_cast<uint64_t>(places[data_pages_].offset) != next_at_) return nullptr;
  return &places[data_pages_];
}

int64_t PageCursor::planned_end_row() const {
  const std::vector<PageLocation>& places = options_.offset_index->page_locations;
  return data_pages_ + 1 < places.size() ? places[data_pages_ + 1].first_row_index : file_.row_group_rows(row_group_);
}

std::optional<PlannedPage> PageCursor::planned() const {
  const PageLocation* const place = planned_place();
  if (place == nullptr) return std::nullopt;
  return PlannedPage{place->first_row_index, planned_end_row()};
}

void PageCursor::pass_planned() {
  next_at_ += static_cast<uint64_t>(planned_place()->compressed_page_size);
  ++data_pages_;
  passed_ = true;
  passed_any_ = true;
  placed_.reset();
}

/// Of a dictionary, and of a page behind one that was passed over: who wants it may not want what follows.
uint64_t PageCursor::page_bytes_planned() const {
  if (options_.offset_index == nullptr || options_.offset_index->page_locations.empty()) return UINT64_MAX;
  const PageLocation* const place = planned_place();
  if (place != nullptr) return passed_ ? static_cast<uint64_t>(place->compressed_page_size) : UINT64_MAX;
  const auto first = static_cast<uint64_t>(options_.offset_index->page_locations[0].offset);
  return data_pages_ == 0 && first > next_at_ ? first - next_at_ : UINT64_MAX;
}

// --- pages

const PlacedPageHeader* PageCursor::next() {
  const PageLocation* const place = planned_place();
  const std::optional<PlannedPage> plan = planned();
  at_ = next_at_;
  is_data_ = false;
  placed_.reset();
  if (at_ >= place_.end()) {
    if (options_.offset_index != nullptr && data_pages_ != options_.offset_index->page_locations.size())
      refuse("the chunk ends here with " + std::to_string(data_pages_) + " data pages, the offset index says " +
             std::to_string(options_.offset_index->page_locations.size()));
    return nullptr;
  }
  placed_ = read_header();
  is_data_ = is_data_page(placed_->header);
  data_pages_ += is_data_;
  check_page();
  if (options_.offset_index != nullptr) check_planned(place, plan);
  add_to_digest();
  next_at_ = at_ + placed_->header_bytes + static_cast<uint64_t>(placed_->header.compressed_page_size);
  passed_ = false;
  return &*placed_;
}

ByteSpan PageCursor::body() {
  return window_.view(at_ + placed_->header_bytes, static_cast<uint64_t>(placed_->header.compressed_page_size),
                      options_.read_bytes);
}

ByteSpan PageCursor::header_bytes() { return window_.view(at_, placed_->header_bytes, options_.read_bytes); }

/// Reads a little, and more only where that was not enough.
PlacedPageHeader PageCursor::read_header() {
  const uint64_t left = place_.end() + place_.slack - at_;
  const uint64_t planned_bytes = page_bytes_planned();
  const uint64_t read_bytes = std::min(options_.read_bytes, planned_bytes);
  for (uint64_t wanted = std::min({left, planned_bytes, kHeaderBytesFirst});;
       wanted = std::min({left, wanted * 16, kHeaderBytesMax})) {
    try {
      return read_page_header(window_.view(at_, wanted, read_bytes));
    } catch (const ThriftError& error) {
      if (error.ran_out() && wanted < std::min(left, kHeaderBytesMax)) continue;
      refuse("the header is damaged at its byte " + std::to_string(error.offset()) + ", with " + std::to_string(left) +
             " bytes left of the chunk: " + error.what());
    }
  }
}

void PageCursor::check_page() const {
  const PageHeader& header = placed_->header;
  const auto bytes = static_cast<uint64_t>(header.compressed_page_size);
  const uint64_t left = place_.end() + place_.slack - at_ - placed_->header_bytes;
  if (bytes > left)
    refuse("the page has " + std::to_string(bytes) + " bytes behind its header, the chunk " + std::to_string(left));
  const uint64_t largest = std::max(bytes, static_cast<uint64_t>(header.uncompressed_page_size));
  if (largest > options_.page_bytes_max)
    refuse("a page of " + std::to_string(largest) + " bytes, more than the " + std::to_string(options_.page_bytes_max) +
               " that are read (option limits.page_bytes)",
           ErrorCode::unsupported);
  if (header.dictionary_page_header && at_ != place_.begin)
    refuse("a dictionary page, which can only be the first page of its chunk");
}

void PageCursor::check_planned(const PageLocation* place, const std::optional<PlannedPage>& plan) const {
  if (place == nullptr) {
    if (is_data_) refuse("there is a data page here, of which the offset index does not know");
    return;
  }
  if (!is_data_) refuse("the offset index says that a data page is here, and it is none");
  const auto bytes = placed_->header_bytes + static_cast<uint64_t>(placed_->header.compressed_page_size);
  if (static_cast<uint64_t>(place->compressed_page_size) != bytes)
    refuse("the page has " + std::to_string(bytes) + " bytes, the offset index says " +
           std::to_string(place->compressed_page_size));
  const int64_t planned_rows = plan->end_row - plan->first_row;
  const auto rows = rows_of(placed_->header, file_.leaves()[leaf_].leaf.repetition_level_max > 0);
  if (rows && *rows != planned_rows)
    refuse("the page has " + std::to_string(*rows) + " rows, the offset index says " + std::to_string(planned_rows));
}

// --- the digest

// A writer knows the header of a dictionary last, and so it counts last.
void PageCursor::add_to_digest() {
  const ByteSpan header = header_bytes();
  if (placed_->header.dictionary_page_header) {
    dictionary_header_.clear();
    dictionary_header_.append(header);
  } else {
    digest_ = digest_of(header, digest_);
  }
}

uint64_t PageCursor::digest() const {
  return dictionary_header_.empty() ? digest_ : digest_of(dictionary_header_, digest_);
}

// The footer was found to be as it was written, so a chunk without a digest never had one.
void PageCursor::check_digest() const {
  if (!file_.is_ours() || passed_any_) return;
  const std::string* const written = file_.chunk_value(row_group_, leaf_, kChunkDigestKey);
  const std::string found = digest_text(digest());
  if (written != nullptr && *written != found)
    file_.refuse_chunk(
        row_group_, leaf_,
        "the page headers have changed: their digest is " + found + ", they were written with " + *written);
}

}  // namespace sluice
