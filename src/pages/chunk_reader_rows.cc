// From the slots of pages to rows; see chunk_reader.h. Outside of lists a slot is a row, and as long as nothing but the
// value itself may be null, its level is its validity; all other levels go through as bytes, a block at a time.
#include <algorithm>
#include <utility>

#include "base/bits.h"
#include "columns/selection.h"
#include "pages/chunk_reader.h"
#include "pages/page_fault.h"

namespace sluice {

namespace {

/// Slots whose levels are decoded at a time: they stay in the processor's first cache.
constexpr size_t kBlockSlots = 4'096;

}  // namespace

LeafPart LeafPart::take_front(int64_t front_rows, const Leaf& leaf) {
  size_t slots = definition.size();
  if (repetition.empty()) {
    slots = static_cast<size_t>(front_rows);
  } else {
    int64_t begun = 0;
    for (size_t slot = 0; slot < repetition.size(); ++slot) {
      begun += repetition[slot] == 0;
      if (begun > front_rows) {
        slots = slot;
        break;
      }
    }
  }
  auto places = static_cast<int64_t>(slots);
  if (!definition.empty())
    places = std::count_if(definition.begin(), definition.begin() + static_cast<std::ptrdiff_t>(slots),
                           [&](uint8_t level) { return level >= leaf.item_definition_level; });
  const auto take = [slots](std::vector<uint8_t>& levels) {
    if (levels.empty()) return levels;
    const auto end = levels.begin() + static_cast<std::ptrdiff_t>(slots);
    std::vector<uint8_t> taken(levels.begin(), end);
    levels.erase(levels.begin(), end);
    return taken;
  };
  LeafPart front{front_rows, values.slice(0, places), take(definition), take(repetition)};
  values = values.slice(places, values.length - places);
  rows -= front_rows;
  return front;
}

// --- values

void ChunkReader::refuse_row() const {
  refuse("a row near row " + std::to_string(row_) + " of the row group has more than the " +
             std::to_string(context_.row_bytes_max) + " bytes that ReadLimits::row_bytes allows",
         false);
}

// `is_whole`: all rows are in it.
Column ChunkReader::take_column(int64_t rows, bool is_whole) {
  try {
    return buffers_.finish();
  } catch (const TextFault& fault) {
    const int64_t first = row_ - rows;
    if (is_whole && !is_nested())
      refuse("the text in row " + std::to_string(first + fault.position()) + " of the row group is not UTF-8");
    refuse("a text in rows " + std::to_string(first) + " to " + std::to_string(row_ - 1) +
           " of the row group is not UTF-8");
  }
}

ValueReader& ChunkReader::values() {
  if (!values_) values_ = make_value_reader(form_, page_.encoding, page_.values, page_.slots, dictionary_);
  return *values_;
}

// Returns how many were read: fewer where they would pass `bytes_max`, at least one.
size_t ChunkReader::read_values(size_t count, uint64_t bytes_max) {
  const uint64_t before = buffers_.bytes();
  const size_t read = values().read(count, std::min(bytes_max, context_.row_bytes_max), buffers_);
  const uint64_t after = buffers_.bytes();  // fewer than before where a dictionary's positions became short texts
  if (read == 0 || (read == 1 && after > before && after - before > context_.row_bytes_max)) refuse_row();
  return read;
}

void ChunkReader::skip_values(size_t count) {
  if (count > 0 && form_.layout != ValueLayout::none) values().skip(count);
}

size_t ChunkReader::slots_that_fit(uint64_t bytes_max) const {
  return static_cast<size_t>(std::max<uint64_t>(bytes_max / slot_bytes_, 1));
}

// --- outside of lists and nullable structs

LeafPart ChunkReader::read_flat(int64_t rows, uint64_t bytes_max) {
  LeafPart part;
  bytes_max = std::min(bytes_max, kPartBytesMax);
  while (part.rows < rows) {
    const uint64_t used = buffers_.bytes();
    if (part.rows > 0 && used >= bytes_max) break;
    if (!open_slots()) throw PageFault("the pages end before row " + std::to_string(row_) + " of the row group");
    const uint64_t room = bytes_max - std::min(used, bytes_max);
    const size_t wanted = std::min({static_cast<size_t>(rows - part.rows), slots_left(), slots_that_fit(room)});
    const size_t taken = take_flat(wanted, room);
    slots_taken_ += taken;
    row_ += static_cast<int64_t>(taken);
    part.rows += static_cast<int64_t>(taken);
    if (taken < wanted) break;
  }
  part.values = take_column(part.rows, true);
  return part;
}

// Takes so many slots of the page at hand, or fewer where their values would pass `bytes_max`.
size_t ChunkReader::take_flat(size_t slots, uint64_t bytes_max) {
  if (form_.layout == ValueLayout::none) {
    if (leaf_.definition_level_max > 0) definition_.skip(slots);
    buffers_.add_nulls(slots);
    return slots;
  }
  const LevelDecoder before = definition_;
  const bool is_full = leaf_.definition_level_max == 0 || definition_.take_full_run(slots);
  size_t present = slots;
  if (!is_full) {
    bits_.resize(slots / 64 * 8 + 16);
    present = static_cast<size_t>(definition_.read_validity(slots, bits_.data(), 0));
  }
  const size_t read = present == 0 ? 0 : read_values(present, bytes_max);
  if (read < present) {
    slots = is_full ? read : slot_with(read);
    definition_ = before;
    if (leaf_.definition_level_max > 0) definition_.skip(slots);
  }
  if (!is_full) buffers_.spread(read, bits_.data(), 0, slots);
  return slots;
}

size_t ChunkReader::slot_with(size_t value) const {
  const uint8_t* const bits = bits_.data();
  int64_t at = 0;
  for (;; at += 64) {
    const auto here = static_cast<size_t>(count_set_bits(bits, at, 64));
    if (here > value) break;
    value -= here;
  }
  while (!bit_at(bits, at) || value-- > 0) ++at;
  return static_cast<size_t>(at);
}

void ChunkReader::skip_flat(int64_t rows) {
  rows -= drop_page(rows);
  if (slots_left() == 0) rows -= pass_pages(rows);
  while (rows > 0) {
    if (!open_slots()) throw PageFault("the pages end before row " + std::to_string(row_) + " of the row group");
    const size_t slots = std::min(static_cast<size_t>(rows), slots_left());
    skip_values(leaf_.definition_level_max > 0 ? definition_.skip(slots) : slots);
    slots_taken_ += slots;
    row_ += static_cast<int64_t>(slots);
    rows -= static_cast<int64_t>(slots);
    if (slots_left() == 0) rows -= pass_pages(rows);
  }
}

// --- in lists and nullable structs

LeafPart ChunkReader::read_nested(int64_t rows, uint64_t bytes_max) {
  LeafPart part;
  bytes_max = std::min(bytes_max, kPartBytesMax);
  missing_ = 0;
  uint64_t row_begin = 0;  // bytes before the row under way
  while (const size_t at_hand = slots_of_rows(rows - part.rows)) {
    const uint64_t before = bytes_of(part);
    const uint64_t room = before < bytes_max ? bytes_max - before : context_.row_bytes_max;
    const bool begins_row = repetition_ahead_.empty() || repetition_ahead_[ahead_at_] == 0;
    const int64_t rows_before = part.rows;
    take_nested(part, std::min(at_hand, slots_that_fit(room)), room);
    const uint64_t after = bytes_of(part);
    if (part.rows > rows_before) row_begin = begins_row && part.rows == rows_before + 1 ? before : after;
    if (after > row_begin && after - row_begin > context_.row_bytes_max) refuse_row();
    if (after > bytes_max) rows = part.rows;  // the row under way is the last
  }
  if (part.rows < rows) throw PageFault("the pages end before row " + std::to_string(row_) + " of the row group");
  part.values = take_column(part.rows, true);
  return part;
}

uint64_t ChunkReader::bytes_of(const LeafPart& part) const {
  return buffers_.bytes() + part.definition.size() + part.repetition.size() + missing_ * missing_bytes_;
}

// Appends so many slots, or fewer where their values would pass `bytes_max`.
void ChunkReader::take_nested(LeafPart& part, size_t slots, uint64_t bytes_max) {
  Places places = find_places(slots);
  if (form_.layout == ValueLayout::none) {
    buffers_.add_nulls(places.count);
  } else {
    const size_t read = places.present == 0 ? 0 : read_values(places.present, bytes_max);
    if (read < places.present) {
      slots = slot_of_value(read);
      places = find_places(slots);
    }
    if (places.present < places.count) buffers_.spread(places.present, bits_.data(), 0, places.count);
  }
  missing_ += slots - places.count;
  const auto begin = static_cast<std::ptrdiff_t>(ahead_at_);
  const auto end = static_cast<std::ptrdiff_t>(ahead_at_ + slots);
  part.definition.insert(part.definition.end(), definition_ahead_.begin() + begin, definition_ahead_.begin() + end);
  if (!repetition_ahead_.empty())
    part.repetition.insert(part.repetition.end(), repetition_ahead_.begin() + begin, repetition_ahead_.begin() + end);
  part.rows += take_slots(slots);
}

void ChunkReader::skip_nested(int64_t rows) {
  rows -= drop_page(rows);
  for (;;) {
    if (rows > 0 && slots_left() == 0) rows -= pass_pages(rows);
    const size_t slots = slots_of_rows(rows);
    if (slots == 0) break;
    const auto begin = definition_ahead_.begin() + static_cast<std::ptrdiff_t>(ahead_at_);
    const auto present = std::count(begin, begin + static_cast<std::ptrdiff_t>(slots), leaf_.definition_level_max);
    skip_values(static_cast<size_t>(present));
    rows -= take_slots(slots);
  }
  if (rows > 0) throw PageFault("the pages end before row " + std::to_string(row_) + " of the row group");
}

// Slots at hand that belong to the row under way and the `rows` rows behind it; none where these are complete, or the
// chunk ends.
size_t ChunkReader::slots_of_rows(int64_t rows) {
  const bool has_lists = leaf_.repetition_level_max > 0;
  if (rows == 0 && !has_lists) return 0;
  if (ahead_at_ == definition_ahead_.size() && !refill_levels(rows == 0)) return 0;
  const size_t at_hand = definition_ahead_.size() - ahead_at_;
  if (!has_lists) return std::min(at_hand, static_cast<size_t>(rows));
  const uint8_t* const repetition = repetition_ahead_.data() + ahead_at_;
  if (std::count(repetition, repetition + at_hand, uint8_t{0}) <= rows) return at_hand;
  for (size_t slots = 0;; ++slots) {
    rows -= repetition[slots] == 0;
    if (rows < 0) return slots;
  }
}

bool ChunkReader::refill_levels(bool rows_are_complete) {
  if (rows_are_complete && slots_left() == 0 && next_page_begins_row()) return false;
  if (!open_slots()) return false;
  const size_t slots = std::min(slots_left(), kBlockSlots);
  ahead_at_ = 0;
  definition_ahead_.resize(slots);
  definition_.read(definition_ahead_);
  if (leaf_.repetition_level_max == 0) return true;
  repetition_ahead_.resize(slots);
  repetition_.read(repetition_ahead_);
  if (facts_.is_ours && slots == slots_left() && !repetition_.is_spent())
    throw PageFault("it has more levels than the " + std::to_string(page_.slots) + " values that its header says");
  if (slots_taken_ == 0 && begins_row_ && repetition_ahead_[0] != 0) throw PageFault("it begins inside of a row");
  return true;
}

// What the slots at hand come to; flags and bits say which places have values, unless all have.
ChunkReader::Places ChunkReader::find_places(size_t slots) {
  const uint8_t* const levels = definition_ahead_.data() + ahead_at_;
  Places places;
  for (size_t i = 0; i < slots; ++i) {  // no branch: vectorised
    places.present += levels[i] == leaf_.definition_level_max;
    places.count += levels[i] >= leaf_.item_definition_level;
  }
  if (places.present == slots) return places;
  const size_t words = slots / 64 + 1;
  flags_.assign(words * 64, 0);
  if (places.count == slots) {
    for (size_t i = 0; i < slots; ++i) flags_[i] = levels[i] == leaf_.definition_level_max;
  } else {
    size_t place = 0;
    for (size_t i = 0; i < slots; ++i) {
      flags_[place] = levels[i] == leaf_.definition_level_max;
      place += levels[i] >= leaf_.item_definition_level;
    }
  }
  flags_[places.count] = 0;
  bits_.resize(words * sizeof(uint64_t));
  for (size_t i = 0; i < words; ++i) {
    const uint64_t word = pack_flags(&flags_[i * 64]);
    std::memcpy(&bits_[i * sizeof word], &word, sizeof word);
  }
  return places;
}

// Which of the slots at hand has value `value` of those that are there.
size_t ChunkReader::slot_of_value(size_t value) const {
  size_t slot = 0;
  for (;; ++slot)
    if (definition_ahead_[ahead_at_ + slot] == leaf_.definition_level_max && value-- == 0) return slot;
}

// Slots at hand are done; returns how many rows begin in them.
int64_t ChunkReader::take_slots(size_t slots) {
  auto begun = static_cast<int64_t>(slots);
  if (!repetition_ahead_.empty()) {
    const auto begin = repetition_ahead_.begin() + static_cast<std::ptrdiff_t>(ahead_at_);
    begun = std::count(begin, begin + static_cast<std::ptrdiff_t>(slots), uint8_t{0});
  }
  ahead_at_ += slots;
  slots_taken_ += slots;
  row_ += begun;
  return begun;
}

}  // namespace sluice
