// One chunk: headers and values; see verify_chunk.h. What is claimed of them: verify_claims.cc.
#include "files/verify_chunk.h"

#include <algorithm>
#include <cmath>

#include "base/crc32.h"
#include "base/float16.h"
#include "files/bloom_search.h"
#include "sluice/error.h"
#include "sluice/text_output.h"
#include "sluice/units.h"

namespace sluice {
namespace {

/// Of values decoded at a time.
constexpr uint64_t kPartBytesMax = uint64_t{4} << 20;
constexpr int64_t kPartRowsMax = int64_t{1} << 16;
/// Of one read of the file.
constexpr uint64_t kVerifiedBytes = uint64_t{1} << 20;

int64_t count_nans(const Column& values) {
  int64_t count = 0;
  const auto add = [&](auto is_nan) {
    for (int64_t i = 0; i < values.length; ++i) count += values.is_valid(i) && is_nan(i);
  };
  switch (values.type.kind()) {
    case TypeKind::float16: add([&](int64_t i) { return std::isnan(from_float16(values.data<uint16_t>()[i])); }); break;
    case TypeKind::float32: add([&](int64_t i) { return std::isnan(values.data<float>()[i]); }); break;
    case TypeKind::float64: add([&](int64_t i) { return std::isnan(values.data<double>()[i]); }); break;
    default: break;
  }
  return count;
}

void count_levels(const std::vector<uint8_t>& levels, std::vector<int64_t>& counts) {
  for (const uint8_t level : levels) ++counts[level];
}

std::string hex(uint32_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(8, '0');
  for (size_t i = 8; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

}  // namespace

// --- sums

void ChunkVerifier::Sums::add(const LeafPart& part, const Leaf& leaf) {
  definition.resize(leaf.definition_level_max + size_t{1});
  repetition.resize(leaf.repetition_level_max + size_t{1});
  const int64_t there = part.values.length - part.values.null_count;
  rows += part.rows;
  if (part.definition.empty()) {
    slots += part.values.length;
    present += there;
    definition.back() += there;
    if (leaf.definition_level_max > 0) definition.front() += part.values.null_count;
    repetition.front() += part.values.length;
  } else {
    slots += static_cast<int64_t>(part.definition.size());
    const int64_t before = definition.back();
    count_levels(part.definition, definition);
    present += definition.back() - before;
    if (part.repetition.empty())
      repetition.front() += static_cast<int64_t>(part.definition.size());
    else
      count_levels(part.repetition, repetition);
  }
  items_missing += part.values.null_count;
  nans += count_nans(part.values);
  if (!part.values.offsets.empty())
    text_bytes += static_cast<uint64_t>(part.values.offsets_data()[part.values.length]) -
                  static_cast<uint64_t>(part.values.offsets_data()[0]);
}

void ChunkVerifier::Sums::add(const Sums& more) {
  slots += more.slots;
  rows += more.rows;
  present += more.present;
  items_missing += more.items_missing;
  nans += more.nans;
  text_bytes += more.text_bytes;
  definition.resize(std::max(definition.size(), more.definition.size()));
  repetition.resize(std::max(repetition.size(), more.repetition.size()));
  for (size_t i = 0; i < more.definition.size(); ++i) definition[i] += more.definition[i];
  for (size_t i = 0; i < more.repetition.size(); ++i) repetition[i] += more.repetition[i];
}

bool ChunkVerifier::Sums::may_have_nulls(int64_t claimed) const {
  return claimed == slots - present || (repetition.size() > 1 && claimed == items_missing);
}

// --- findings

ChunkVerifier::ChunkVerifier(const StoredFile& file, IndexReader& indexes, size_t row_group, size_t leaf,
                             const ChunkContext& context, const ReportFinding& report)
    : file_(file),
      indexes_(indexes),
      row_group_(row_group),
      leaf_index_(leaf),
      leaf_(file.leaves()[leaf]),
      meta_(file.chunk(row_group, leaf)),
      context_(context),
      report_(report) {}

void ChunkVerifier::find(FindingKind kind, std::string check, std::string words, std::optional<size_t> page,
                         std::optional<uint64_t> offset) const {
  Finding finding{.kind = kind, .check = std::move(check), .file = file_.path()};
  finding.row_group = row_group_;
  finding.column = leaf_.leaf.name;
  if (page) finding.page = static_cast<int64_t>(*page);
  finding.offset = page && *page < pages_.size() && !offset ? std::optional(pages_[*page].offset) : offset;
  finding.words = std::move(words);
  report_(std::move(finding));
}

/// The sentence without the name of the chunk, which the finding has.
void ChunkVerifier::find(std::string check, const Error& error, std::optional<size_t> page) const {
  if (error.code() == ErrorCode::io) throw error;
  std::string words = error.what();
  const std::string name = file_.chunk_name(row_group_, leaf_index_);
  if (words.starts_with(name)) words.erase(0, words.find_first_not_of(",: ", name.size()));
  const bool is_unknown = error.code() == ErrorCode::unsupported;
  const auto byte = error.place().byte;
  find(FindingKind::damage, is_unknown ? "unsupported" : std::move(check), std::move(words), page,
       byte ? std::optional(static_cast<uint64_t>(*byte)) : std::nullopt);
}

// --- headers

void ChunkVerifier::check_checksum(const PlacedPageHeader& placed, PageCursor& cursor, bool is_data) {
  const PageHeader& header = placed.header;
  const std::optional<size_t> page = is_data ? std::optional(pages_.size() - 1) : std::nullopt;
  if (!header.crc) {
    if (file_.is_ours())
      find(FindingKind::damage, "page_checksum", "there is no checksum, which every page of Sluice has", page,
           cursor.offset());
    return;
  }
  ++checksums_;
  const uint32_t found = crc32(cursor.body());
  if (found == *header.crc) return;
  find(FindingKind::damage, "page_checksum",
       std::string(is_data ? "" : "dictionary page: ") + "the checksum of " +
           format_count(header.compressed_page_size) + " bytes is " + hex(found) + ", stored is " + hex(*header.crc),
       page, cursor.offset());
  if (is_data)
    pages_.back().is_damaged = true;
  else
    dictionary_is_damaged_ = true;
}

void ChunkVerifier::read_header(const PlacedPageHeader& placed, PageCursor& cursor) {
  const PageHeader& header = placed.header;
  const auto raw_bytes = static_cast<uint64_t>(header.uncompressed_page_size);
  raw_bytes_ += placed.header_bytes + raw_bytes;
  page_bytes_max_ = std::max(page_bytes_max_, raw_bytes);
  const bool is_data = header.data_page_header || header.data_page_header_v2;
  if (is_data) {
    Page& page = pages_.emplace_back();
    page.offset = cursor.offset();
    page.bytes = placed.header_bytes + static_cast<uint64_t>(header.compressed_page_size);
    if (const auto& v2 = header.data_page_header_v2) {
      page.slots = v2->num_values;
      page.rows = v2->num_rows;
    } else {
      page.slots = header.data_page_header->num_values;
      if (leaf_.leaf.repetition_level_max == 0) page.rows = page.slots;
    }
    const Encoding encoding =
        header.data_page_header ? header.data_page_header->encoding : header.data_page_header_v2->encoding;
    ++encodings_[{header.type, encoding}];
    uses_dictionary_ |= encoding == Encoding::rle_dictionary || encoding == Encoding::plain_dictionary;
  } else if (header.dictionary_page_header) {
    ++encodings_[{header.type, header.dictionary_page_header->encoding}];
    has_dictionary_ = true;
  }
  if (is_data || header.dictionary_page_header) check_checksum(placed, cursor, is_data);
}

/// False where it ended early: then nothing is known of the rest.
bool ChunkVerifier::read_headers() {
  PageCursor cursor(file_, row_group_, leaf_index_,
                    {.read_bytes = kVerifiedBytes, .page_bytes_max = context_.page_bytes_max});
  try {
    while (const PlacedPageHeader* const placed = cursor.next()) read_header(*placed, cursor);
  } catch (const Error& error) {
    find("page_header", error, pages_.size());
    return false;
  }
  try {
    cursor.check_digest();
  } catch (const Error& error) {
    find("header_digest", error);
  }
  check_encoding_stats();
  return true;
}

// --- values

int64_t ChunkVerifier::first_row(size_t page) const {
  return page < pages_.size() ? offsets_->page_locations[page].first_row_index : file_.row_group_rows(row_group_);
}

void ChunkVerifier::take(const LeafPart& part, Sums& sums, BoundsWatch* bounds) {
  sums.add(part, leaf_.leaf);
  if (bounds != nullptr) bounds->add(part.values);
  if (bounds_) bounds_->add(part.values);
  if (!filter_ || missing_in_filter_) return;
  for (int64_t i = 0; i < part.values.length; ++i) {
    if (!part.values.is_valid(i) || may_contain(*filter_, leaf_.form, part.values.slice(i, 1))) continue;
    missing_in_filter_.emplace();
    append_value_text(part.values, i, 100, *missing_in_filter_);
    return;
  }
}

/// False where the reader is of no use any more.
bool ChunkVerifier::read_page(ChunkReader& reader, size_t page, int64_t rows) {
  Sums sums;
  std::optional<BoundsWatch> bounds;
  if (column_index_ && leaf_.has_ordered_bounds && !column_index_->null_pages[page])
    bounds.emplace(leaf_, column_index_->min_values[page], column_index_->max_values[page]);
  try {
    while (sums.rows < rows)
      take(reader.read(std::min(rows - sums.rows, kPartRowsMax), kPartBytesMax), sums, bounds ? &*bounds : nullptr);
  } catch (const Error& error) {
    find("page", error, page);
    is_complete_ = false;
    return false;
  }
  check_page_claims(page, sums, bounds ? &*bounds : nullptr);
  sums_.add(sums);
  return true;
}

void ChunkVerifier::read_whole(ChunkReader& reader) {
  const int64_t rows = file_.row_group_rows(row_group_);
  try {
    while (reader.row() < rows)
      take(reader.read(std::min(rows - reader.row(), kPartRowsMax), kPartBytesMax), sums_, nullptr);
    reader.finish();
  } catch (const Error& error) {
    find("page", error);
    is_complete_ = false;
  }
}

// With an offset index page by page, and around those that are damaged; else all in one go.
void ChunkVerifier::read_values() {
  const PageCursorOptions options{.read_bytes = kVerifiedBytes,
                                  .page_bytes_max = context_.page_bytes_max,
                                  .offset_index = offsets_ ? &*offsets_ : nullptr};
  std::optional<PageCursor> cursor;
  std::optional<ChunkReader> reader;
  const auto reopen = [&] {
    reader.reset();
    cursor.emplace(file_, row_group_, leaf_index_, options);
    reader.emplace(leaf_.leaf, leaf_.form, file_.chunk_facts(row_group_, leaf_index_), *cursor, context_);
  };
  try {
    reopen();
    if (!offsets_) return read_whole(*reader);
    for (size_t page = 0; page < pages_.size(); ++page) {
      if (pages_[page].is_damaged) {
        is_complete_ = false;
        continue;
      }
      if (reader->row() < first_row(page)) reader->skip(first_row(page) - reader->row());
      if (!read_page(*reader, page, first_row(page + 1) - first_row(page))) reopen();
    }
    if (is_complete_) reader->finish();
  } catch (const Error& error) {
    find("page", error);
    is_complete_ = false;
  }
}

void ChunkVerifier::run() {
  if (!read_headers()) return;
  read_page_index();
  const auto is_damaged = [](const Page& page) { return page.is_damaged; };
  if (dictionary_is_damaged_ || (!offsets_ && std::ranges::any_of(pages_, is_damaged))) return;
  if (meta_.bloom_filter_offset) {
    try {
      filter_ = indexes_.read_bloom_filter(row_group_, leaf_index_);
      if (!filter_) find(FindingKind::contradiction, "bloom_filter", "the bloom filter cannot be read");
    } catch (const Error& error) {
      find("bloom_filter", error);
    }
  }
  if (file_.has_ordered_bounds(row_group_, leaf_index_) && (meta_.statistics->min_value || meta_.statistics->max_value))
    bounds_.emplace(leaf_, meta_.statistics->min_value, meta_.statistics->max_value);
  read_values();
  if (missing_in_filter_)
    find(FindingKind::contradiction, "bloom_filter",
         "the bloom filter rules out a value that is there: " + *missing_in_filter_);
  check_column_index();
  check_statistics();
  is_whole_ = is_complete_;
}

}  // namespace sluice
