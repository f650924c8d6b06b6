// The pages of a chunk: opened, passed over, let go. See chunk_reader.h; what becomes of their rows is in
// chunk_reader_rows.cc.
#include "pages/chunk_reader.h"

#include <algorithm>
#include <utility>

#include "pages/page_fault.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// What a slot takes whatever its value: the width or an offset, and a byte for each level.
uint64_t slot_bytes_of(const Leaf& leaf, const LeafForm& form) {
  const uint64_t levels = (leaf.repetition_level_max > 0) + (leaf.definition_level_max > 0);
  return levels + (form.layout == ValueLayout::fixed ? form.width : sizeof(int32_t));
}

bool is_data(const PageHeader& header) { return header.data_page_header || header.data_page_header_v2; }

}  // namespace

PageRules page_rules(const Leaf& leaf, const ChunkFacts& facts, const ChunkContext& context) {
  return {.codec = facts.codec,
          .definition_level_max = leaf.definition_level_max,
          .repetition_level_max = leaf.repetition_level_max,
          .page_bytes_max = context.page_bytes_max,
          .checksums = context.checksums,
          .is_ours = facts.is_ours};
}

ChunkReader::ChunkReader(const Leaf& leaf, const LeafForm& form, ChunkFacts facts, PageSource& pages,
                         ChunkContext context)
    : leaf_(leaf),
      form_(form),
      facts_(std::move(facts)),
      pages_(pages),
      context_(std::move(context)),
      slot_bytes_(slot_bytes_of(leaf, form)),
      missing_bytes_(leaf.placeholders > 1 ? static_cast<uint64_t>(leaf.placeholders) * slot_bytes_ : 0),
      buffers_(form, context_.pool, context_.dictionaries) {
  guarded([&] {
    page_reader_.begin_chunk(page_rules(leaf, facts_, context_), static_cast<uint64_t>(facts_.values),
                             facts_.raw_bytes);
  });
}

void ChunkReader::refuse(const std::string& problem, bool is_corrupt) const {
  std::string place = facts_.file + ": row group " + std::to_string(facts_.row_group) + ", column " + leaf_.name;
  if (page_index_ >= 0) place += ", page " + std::to_string(page_index_);
  throw Error(is_corrupt ? ErrorCode::corrupt : ErrorCode::unsupported, place + ": " + problem,
              {.source = facts_.file, .field = leaf_.name});
}

template <typename Work>
auto ChunkReader::guarded(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const PageFault& fault) {
    refuse(fault.what(), fault.kind() == PageFault::Kind::corrupt);
  }
}

LeafPart ChunkReader::read(int64_t rows, uint64_t bytes_max) {
  if (slot_bytes_ > context_.row_bytes_max) refuse_row();  // a null alone would be too much
  return guarded([&] {
    LeafPart part = is_nested() ? read_nested(rows, bytes_max) : read_flat(rows, bytes_max);
    end_taken_page();
    return part;
  });
}

LeafPart ChunkReader::read_selected(const uint8_t* rows_in, int64_t begin, int64_t rows, uint64_t bytes_max) {
  if (slot_bytes_ > context_.row_bytes_max) refuse_row();
  return guarded([&] {
    LeafPart part = read_rows_in(rows_in, begin, rows, bytes_max);
    end_taken_page();
    return part;
  });
}

void ChunkReader::skip(int64_t rows) {
  guarded([&] { is_nested() ? skip_nested(rows) : skip_flat(rows); });
}

void ChunkReader::finish() {
  guarded([&] {
    while (slots_left() == 0 && open_next_page()) continue;
    if (slots_left() > 0)
      throw PageFault("it has values behind the " + std::to_string(facts_.rows) + " rows of the row group");
    if (!passed_unread_ && page_reader_.slots_left() > 0)
      throw PageFault("the pages have " + std::to_string(page_reader_.slots_left()) + " values fewer than the " +
                      std::to_string(facts_.values) + " that the footer says");
  });
}

void ChunkReader::park() {
  guarded([&] {
    end_taken_page();
    is_parked_ = has_page_;
    values_.reset();
    page_reader_.release_memory();
    for (std::vector<uint8_t>* scratch : {&repetition_ahead_, &definition_ahead_, &flags_, &bits_})
      std::vector<uint8_t>().swap(*scratch);
    std::vector<uint32_t>().swap(places_);
    std::vector<uint64_t>().swap(kept_bits_);
    ahead_at_ = 0;
  });
}

uint64_t ChunkReader::page_memory_bytes() const {
  return page_reader_.memory_bytes() + repetition_ahead_.capacity() + definition_ahead_.capacity() + flags_.capacity() +
         bits_.capacity() + places_.capacity() * sizeof(uint32_t) + kept_bits_.capacity() * sizeof(uint64_t);
}

uint64_t ChunkReader::memory_bytes() const {
  uint64_t bytes = page_memory_bytes();
  if (dictionary_) bytes += dictionary_->values.size() + dictionary_->offsets.size();
  return bytes;
}

// --- from page to page

// Goes on until something is known of the next data page; false at the end of the chunk.
bool ChunkReader::find_page() {
  while (!next_header_) {
    next_plan_ = pages_.planned();
    if (next_plan_) {
      if (next_plan_->first_row != row_ || next_plan_->end_row < row_)
        throw PageFault("the offset index says that the next page has rows " + std::to_string(next_plan_->first_row) +
                        " to " + std::to_string(next_plan_->end_row) + ", it begins with row " + std::to_string(row_));
      return true;
    }
    const PlacedPageHeader* const placed = pages_.next();
    if (placed == nullptr) return false;
    if (placed->header.dictionary_page_header) open_dictionary(*placed);
    if (is_data(placed->header)) next_header_ = *placed;
  }
  return true;
}

void ChunkReader::open_dictionary(const PlacedPageHeader& placed) {
  const OpenDictionary open = page_reader_.open_dictionary(placed.header, placed.header_bytes, pages_.body());
  tally_.bytes_unpacked += static_cast<uint64_t>(placed.header.uncompressed_page_size);
  if (form_.layout != ValueLayout::none) dictionary_ = read_dictionary(form_, open.entries, open.values, context_.pool);
}

// Where something tells before it is unpacked. Requires find_page().
std::optional<int64_t> ChunkReader::rows_of_next_page() const {
  if (next_plan_) return next_plan_->end_row - next_plan_->first_row;
  const PageHeader& header = next_header_->header;
  if (header.data_page_header_v2) return header.data_page_header_v2->num_rows;
  if (leaf_.repetition_level_max == 0) return header.data_page_header->num_values;
  return std::nullopt;
}

// Pages of the first version may go on with a row of the page before, unless there is an offset index.
bool ChunkReader::next_page_begins_row() {
  return !find_page() || next_plan_ || next_header_->header.data_page_header_v2;
}

bool ChunkReader::open_next_page() {
  if (!find_page()) {
    end_page();
    return false;
  }
  end_page();
  page_rows_ = rows_of_next_page();
  ++page_index_;
  const PlacedPageHeader* const placed = next_header_ ? &*next_header_ : pages_.next();
  if (placed == nullptr || !is_data(placed->header))
    throw PageFault("there is no data page where the offset index has one");
  placed_ = *placed;
  next_header_.reset();
  has_page_ = true;
  is_dropped_ = false;
  slots_taken_ = 0;
  first_row_ = row_;
  unpack_page(false);
  begins_row_ = page_index_ == 0 || next_plan_ || page_.rows;
  if (page_.rows && page_.rows != page_rows_)
    throw PageFault("it has " + std::to_string(*page_.rows) + " rows, the offset index says " +
                    std::to_string(*page_rows_));
  ++tally_.pages_decoded;
  next_plan_.reset();
  return true;
}

void ChunkReader::unpack_page(bool again) {
  if (!again) page_reader_.pass_over(placed_.header, placed_.header_bytes);
  const OpenPage* const opened = pages_.opened();
  page_ = opened != nullptr ? *opened : page_reader_.reopen(placed_.header, pages_.body());
  tally_.bytes_unpacked += static_cast<uint64_t>(placed_.header.uncompressed_page_size);
  if (leaf_.repetition_level_max > 0)
    repetition_ = LevelDecoder(page_.repetition, page_.repetition_encoding, leaf_.repetition_level_max);
  if (leaf_.definition_level_max > 0)
    definition_ = LevelDecoder(page_.definition, page_.definition_encoding, leaf_.definition_level_max);
  values_.reset();
}

// Has slots at hand; false at the end of the chunk.
bool ChunkReader::open_slots() {
  while (slots_left() == 0)
    if (!open_next_page()) return false;
  if (!is_parked_) return true;
  is_parked_ = false;
  unpack_page(true);
  if (leaf_.repetition_level_max > 0) repetition_.skip(slots_taken_);
  const size_t values = leaf_.definition_level_max > 0 ? definition_.skip(slots_taken_) : slots_taken_;
  skip_values(values);
  return true;
}

// What was read is handed out: is it all that its page has? Nobody may come for the next page.
void ChunkReader::end_taken_page() {
  if (slots_left() == 0) end_page();
}

// All slots of the page at hand were taken.
void ChunkReader::end_page() {
  if (!std::exchange(has_page_, false)) return;
  if (page_rows_ && row_ - first_row_ != *page_rows_)
    throw PageFault(std::to_string(row_ - first_row_) + " rows begin in it, not the " + std::to_string(*page_rows_) +
                    " that its header or the offset index says");
  if (!facts_.is_ours || is_dropped_) return;
  const size_t left = (leaf_.repetition_level_max > 0 ? repetition_.bytes_left() : 0) +
                      (leaf_.definition_level_max > 0 ? definition_.bytes_left() : 0) +
                      (values_ ? values_->bytes_left() : 0);
  if (left > 0) throw PageFault(std::to_string(left) + " bytes are left over behind its levels and values");
}

// Passes over what is left of the page at hand, where no more than `rows` rows begin in it; returns how many do.
int64_t ChunkReader::drop_page(int64_t rows) {
  if (slots_left() == 0 || (leaf_.repetition_level_max > 0 && !page_rows_)) return 0;
  const int64_t left =
      leaf_.repetition_level_max > 0 ? *page_rows_ - (row_ - first_row_) : static_cast<int64_t>(slots_left());
  if (left < 0 || left > rows) return 0;
  slots_taken_ = page_.slots;
  row_ += left;
  definition_ahead_.clear();
  repetition_ahead_.clear();
  ahead_at_ = 0;
  is_parked_ = false;
  is_dropped_ = true;
  return left;
}

// Passes over pages with none but the next `rows` rows, unread; returns how many rows they had. Requires that the page
// at hand is done.
int64_t ChunkReader::pass_pages(int64_t rows) {
  int64_t passed = 0;
  while (passed < rows && find_page()) {
    const std::optional<int64_t> page_rows = rows_of_next_page();
    if (!page_rows || *page_rows > rows - passed) break;
    end_page();
    page_ = {};
    slots_taken_ = 0;
    ++page_index_;
    ++tally_.pages_skipped;
    if (next_header_) {
      page_reader_.pass_over(next_header_->header, next_header_->header_bytes);
      next_header_.reset();
    } else {
      pages_.pass_planned();
      passed_unread_ = true;
    }
    row_ += *page_rows;
    passed += *page_rows;
  }
  return passed;
}

}  // namespace sluice
