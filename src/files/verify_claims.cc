// What a file claims of a chunk, held against what was found in it; see verify_chunk.h.
#include <algorithm>

#include "files/verify_chunk.h"
#include "format/thrift_reader.h"
#include "sluice/error.h"

namespace sluice {
namespace {

std::string count_text(int64_t count) { return std::to_string(count); }

/// An index or filter has to lie before the footer.
bool is_inside(const StoredFile& file, int64_t offset, int64_t bytes) {
  const auto end = static_cast<int64_t>(file.footer().place.offset);
  return offset >= 0 && bytes > 0 && offset <= end && bytes <= end - offset;
}

Bytes read_place(const StoredFile& file, int64_t offset, int64_t bytes) {
  Bytes read(static_cast<size_t>(bytes));
  file.file().read_at(static_cast<uint64_t>(offset), {read.data(), read.size()});
  return read;
}

}  // namespace

// --- headers and indexes

void ChunkVerifier::check_encoding_stats() const {
  if (meta_.encoding_stats.empty()) return;
  std::map<std::pair<PageType, Encoding>, int64_t> claimed;
  for (const PageEncodingStats& stats : meta_.encoding_stats)
    if (stats.count != 0) claimed[{stats.page_type, stats.encoding}] += stats.count;
  if (claimed == encodings_) return;
  const auto words = [](const auto& counts) {
    std::string text;
    for (const auto& [key, count] : counts)
      text += (text.empty() ? "" : ", ") + count_text(count) + " " + std::string(to_string(key.first)) + " " +
              std::string(to_string(key.second));
    return text.empty() ? std::string("none") : text;
  };
  find(FindingKind::contradiction, "encoding_stats",
       "the pages are " + words(encodings_) + "; encoding_stats say " + words(claimed));
}

void ChunkVerifier::read_page_index() {
  const ChunkIndexPlace& place = file_.metadata().row_groups[row_group_].columns[leaf_index_].index;
  try {
    if (place.offset_index_offset) {
      const int64_t bytes = place.offset_index_length.value_or(0);
      if (!is_inside(file_, *place.offset_index_offset, bytes))
        find(FindingKind::contradiction, "offset_index", "the offset index lies outside of the file");
      else
        offsets_ = read_offset_index(read_place(file_, *place.offset_index_offset, bytes));
    }
    if (offsets_ && !check_offset_index()) offsets_.reset();
  } catch (const ThriftError& error) {
    find(FindingKind::damage, "offset_index", std::string("the offset index is damaged: ") + error.what());
  }
  try {
    if (!place.column_index_offset) return;
    const int64_t bytes = place.column_index_length.value_or(0);
    if (!is_inside(file_, *place.column_index_offset, bytes))
      return find(FindingKind::contradiction, "column_index", "the column index lies outside of the file");
    column_index_ = read_column_index(read_place(file_, *place.column_index_offset, bytes));
  } catch (const ThriftError& error) {
    find(FindingKind::damage, "column_index", std::string("the column index is damaged: ") + error.what());
  }
  if (column_index_ && column_index_->null_pages.size() != pages_.size()) {
    find(FindingKind::contradiction, "column_index",
         "the column index has " + std::to_string(column_index_->null_pages.size()) + " pages, the chunk " +
             std::to_string(pages_.size()));
    column_index_.reset();
  }
}

/// Whether it says what headers say.
bool ChunkVerifier::check_offset_index() const {
  const std::vector<PageLocation>& places = offsets_->page_locations;
  const auto fault = [&](std::string words, std::optional<size_t> page = {}) {
    find(FindingKind::contradiction, "offset_index", std::move(words), page);
    return false;
  };
  if (places.size() != pages_.size())
    return fault("the offset index has " + std::to_string(places.size()) + " pages, the chunk " +
                 std::to_string(pages_.size()));
  const int64_t rows = file_.row_group_rows(row_group_);
  for (size_t i = 0; i < places.size(); ++i) {
    const Page& page = pages_[i];
    if (static_cast<uint64_t>(places[i].offset) != page.offset ||
        static_cast<uint64_t>(places[i].compressed_page_size) != page.bytes)
      return fault("the page has " + std::to_string(page.bytes) + " bytes at byte " + std::to_string(page.offset) +
                       ", the offset index says " + count_text(places[i].compressed_page_size) + " at " +
                       count_text(places[i].offset),
                   i);
    const int64_t begin = places[i].first_row_index;
    const int64_t end = i + 1 < places.size() ? places[i + 1].first_row_index : rows;
    if ((i == 0 && begin != 0) || begin >= end || end > rows)
      return fault("the offset index lets the page go from row " + count_text(begin) + " to " + count_text(end) +
                       " of " + count_text(rows),
                   i);
    if (page.rows && *page.rows != end - begin)
      return fault("the page has " + count_text(*page.rows) + " rows, the offset index says " + count_text(end - begin),
                   i);
  }
  return true;
}

// --- pages

void ChunkVerifier::check_page_claims(size_t page, const Sums& sums, const BoundsWatch* bounds) const {
  if (sums.slots != pages_[page].slots)
    find(FindingKind::contradiction, "page_rows",
         "the page has " + count_text(sums.slots) + " values in its rows, its header says " +
             count_text(pages_[page].slots),
         page);
  if (!column_index_) return;
  const ColumnIndex& index = *column_index_;
  const auto contradiction = [&](std::string words) {
    find(FindingKind::contradiction, "column_index", std::move(words), page);
  };
  if (index.null_pages[page] != (sums.present == 0))
    contradiction(sums.present == 0
                      ? "all values are null, which the column index does not say"
                      : "the column index says that all values are null, but " + count_text(sums.present) + " are not");
  // Some writers say -1 where they have not counted.
  if (!index.null_counts.empty() && index.null_counts[page] >= 0 && !sums.may_have_nulls(index.null_counts[page]))
    contradiction("there are " + count_text(sums.slots - sums.present) + " nulls, the column index says " +
                  count_text(index.null_counts[page]));
  if (!index.nan_counts.empty() && index.nan_counts[page] != sums.nans)
    contradiction("there are " + count_text(sums.nans) + " NaN, the column index says " +
                  count_text(index.nan_counts[page]));
  if (bounds != nullptr && sums.present > 0) {
    if (!bounds->fault().empty()) contradiction(bounds->fault());
    if (bounds->outside())
      contradiction("the value " + *bounds->outside() + " lies outside of the bounds " + bounds->range_text());
  }
  check_page_levels(page, sums);
}

void ChunkVerifier::check_page_levels(size_t page, const Sums& sums) const {
  const auto check = [&](const std::vector<int64_t>& claimed, const std::vector<int64_t>& found, const char* what) {
    if (claimed.empty() || found.empty()) return;
    const size_t levels = claimed.size() / pages_.size();
    const auto begin = claimed.begin() + static_cast<std::ptrdiff_t>(page * levels);
    if (levels == found.size() && std::equal(found.begin(), found.end(), begin)) return;
    find(FindingKind::contradiction, "column_index",
         std::string("the column index counts other ") + what + " levels than there are", page);
  };
  check(column_index_->definition_level_histograms, sums.definition, "definition");
  check(column_index_->repetition_level_histograms, sums.repetition, "repetition");
}

/// The order in which pages' bounds are said to be.
void ChunkVerifier::check_column_index() const {
  if (!column_index_ || !leaf_.has_ordered_bounds || column_index_->boundary_order == BoundaryOrder::unordered) return;
  const ColumnIndex& index = *column_index_;
  const bool ascends = index.boundary_order == BoundaryOrder::ascending;
  std::optional<size_t> last;
  for (size_t page = 0; page < index.null_pages.size(); ++page) {
    if (index.null_pages[page]) continue;
    if (last) {
      const size_t first = ascends ? *last : page;
      const size_t second = ascends ? page : *last;
      if (!is_ordered(leaf_, index.min_values[first], index.min_values[second]) ||
          !is_ordered(leaf_, index.max_values[first], index.max_values[second]))
        return find(FindingKind::contradiction, "column_index",
                    std::string("the column index says that bounds ") + (ascends ? "ascend" : "descend") +
                        ", and here they do not",
                    page);
    }
    last = page;
  }
}

// --- the footer

void ChunkVerifier::check_statistics() const {
  if (!is_complete_) return;
  const auto contradiction = [&](std::string words) {
    find(FindingKind::contradiction, "statistics", std::move(words));
  };
  if (meta_.statistics) {
    const Statistics& statistics = *meta_.statistics;
    if (statistics.null_count && !sums_.may_have_nulls(*statistics.null_count))
      contradiction("there are " + count_text(sums_.slots - sums_.present) + " nulls, the statistics say " +
                    count_text(*statistics.null_count));
    if (statistics.nan_count && *statistics.nan_count != sums_.nans)
      contradiction("there are " + count_text(sums_.nans) + " NaN, the statistics say " +
                    count_text(*statistics.nan_count));
    check_bounds();
  }
  check_sizes();
}

void ChunkVerifier::check_bounds() const {
  if (!bounds_ || sums_.present == 0) return;
  const auto contradiction = [&](std::string words) {
    find(FindingKind::contradiction, "statistics", std::move(words));
  };
  if (!bounds_->fault().empty()) return contradiction(bounds_->fault());
  if (bounds_->outside())
    return contradiction("the value " + *bounds_->outside() + " lies outside of the bounds " + bounds_->range_text());
  if (meta_.statistics->is_min_value_exact == true && !bounds_->has_seen_low())
    contradiction("the lower bound is said to be exact, but no value is equal to it: " + bounds_->range_text());
  if (meta_.statistics->is_max_value_exact == true && !bounds_->has_seen_high())
    contradiction("the upper bound is said to be exact, but no value is equal to it: " + bounds_->range_text());
}

void ChunkVerifier::check_sizes() const {
  const auto contradiction = [&](std::string words) {
    find(FindingKind::contradiction, "statistics", std::move(words));
  };
  if (file_.is_ours() && raw_bytes_ != static_cast<uint64_t>(meta_.total_uncompressed_size))
    contradiction("the pages have " + std::to_string(raw_bytes_) + " bytes unpacked, the footer says " +
                  count_text(meta_.total_uncompressed_size));
  if (!meta_.size_statistics) return;
  const SizeStatistics& sizes = *meta_.size_statistics;
  const auto check = [&](const std::vector<int64_t>& claimed, const std::vector<int64_t>& found, const char* what) {
    if (!claimed.empty() && !found.empty() && claimed != found)
      contradiction(std::string("the footer counts other ") + what + " levels than there are");
  };
  check(sizes.definition_level_histogram, sums_.definition, "definition");
  check(sizes.repetition_level_histogram, sums_.repetition, "repetition");
  if (sizes.unencoded_byte_array_data_bytes && leaf_.form.layout == ValueLayout::text &&
      static_cast<uint64_t>(*sizes.unencoded_byte_array_data_bytes) != sums_.text_bytes)
    contradiction("the texts have " + std::to_string(sums_.text_bytes) + " bytes, the footer says " +
                  count_text(*sizes.unencoded_byte_array_data_bytes));
}

}  // namespace sluice
