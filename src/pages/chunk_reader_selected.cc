// Some of the rows of a leaf outside of lists; see chunk_reader.h. What nobody wants is unpacked with its page, but
// neither unfolded nor copied; pages without a row that is wanted are not even read.
#include <algorithm>
#include <bit>

#include "base/bits.h"
#include "pages/chunk_reader.h"
#include "pages/page_fault.h"

namespace sluice {

namespace {

/// The bits of up to 64 rows; in most calls there are as many, and mostly none of them is set.
uint64_t word_of(const uint8_t* bits, int64_t begin, size_t count) {
  if ((begin & 7) == 0 && count == 64) return load<uint64_t>(bits + (begin >> 3));
  return bits_at(bits, begin, count);
}

/// How many of the bits [begin, begin + count) come before the first that is set.
int64_t gap_of(const uint8_t* bits, int64_t begin, int64_t count) {
  for (int64_t at = 0; at < count; at += 64) {
    const auto here = static_cast<size_t>(std::min<int64_t>(count - at, 64));
    const uint64_t word = word_of(bits, begin + at, here);
    if (word != 0) return at + std::countr_zero(word);
  }
  return count;
}

}  // namespace

LeafPart ChunkReader::read_rows_in(const uint8_t* rows_in, int64_t begin, int64_t rows, uint64_t bytes_max) {
  LeafPart part;
  bytes_max = std::min(bytes_max, kPartBytesMax);
  while (part.rows < rows) {
    const uint64_t used = buffers_.bytes();
    if (part.rows > 0 && used >= bytes_max) break;
    // Rows in front of a page that nobody wants may be whole pages.
    const int64_t gap = slots_left() == 0 ? gap_of(rows_in, begin + part.rows, rows - part.rows) : 0;
    if (gap > 0) {
      skip_flat(gap);
      part.rows += gap;
      continue;
    }
    if (!open_slots()) throw PageFault("the pages end before row " + std::to_string(row_) + " of the row group");
    const uint64_t room = bytes_max - std::min(used, bytes_max);
    const size_t wanted = std::min({static_cast<size_t>(rows - part.rows), slots_left(), slots_that_fit(room)});
    const size_t taken = take_flat_in(rows_in, begin + part.rows, wanted, room);
    slots_taken_ += taken;
    row_ += static_cast<int64_t>(taken);
    part.rows += static_cast<int64_t>(taken);
    if (taken < wanted) break;
  }
  part.values = take_column(part.rows, false);
  return part;
}

// Goes through so many slots of the page at hand, or fewer where the values of those that are in would pass
// `bytes_max`: up to the next one that is in.
size_t ChunkReader::take_flat_in(const uint8_t* rows_in, int64_t begin, size_t slots, uint64_t bytes_max) {
  if (form_.layout == ValueLayout::none) {
    if (leaf_.definition_level_max > 0) definition_.skip(slots);
    buffers_.add_nulls(static_cast<size_t>(count_set_bits(rows_in, begin, static_cast<int64_t>(slots))));
    return slots;
  }
  const LevelDecoder before = definition_;
  if (leaf_.definition_level_max == 0 || definition_.take_full_run(slots)) {
    const std::span<const uint32_t> places = find_places_in(rows_in, begin, slots);
    const size_t read = read_places(places, slots, bytes_max);
    if (read == places.size()) return slots;
    definition_ = before;
    if (leaf_.definition_level_max > 0) definition_.skip(places[read]);
    return places[read];
  }
  bits_.resize(slots / 64 * 8 + 16);
  const auto present = static_cast<size_t>(definition_.read_validity(slots, bits_.data(), 0));
  size_t kept = 0;
  const std::span<const uint32_t> places = find_values_in(rows_in, begin, slots, kept);
  const size_t read = read_places(places, present, bytes_max);
  if (read < places.size()) {
    slots = slot_with(places[read]);
    kept = static_cast<size_t>(count_set_bits(rows_in, begin, static_cast<int64_t>(slots)));
    definition_ = before;
    definition_.skip(slots);
  }
  buffers_.spread(read, reinterpret_cast<const uint8_t*>(kept_bits_.data()), 0, kept);
  return slots;
}

// Which of the slots are in.
std::span<const uint32_t> ChunkReader::find_places_in(const uint8_t* rows_in, int64_t begin, size_t slots) {
  if (places_.size() < slots) places_.resize(slots);
  uint32_t* place = places_.data();
  for (size_t at = 0; at < slots; at += 64) {
    const size_t here = std::min<size_t>(slots - at, 64);
    for (uint64_t todo = word_of(rows_in, begin + static_cast<int64_t>(at), here); todo != 0; todo &= todo - 1)
      *place++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(std::countr_zero(todo));
  }
  return {places_.data(), place};
}

// Which of the values of slots that have one, as `bits_` tells, are those of slots that are in; of these, of which
// there are `kept`, `kept_bits_` tells then whether they have one.
std::span<const uint32_t> ChunkReader::find_values_in(const uint8_t* rows_in, int64_t begin, size_t slots,
                                                      size_t& kept) {
  if (places_.size() < slots) places_.resize(slots);
  kept_bits_.assign(slots / 64 + 1, 0);
  uint32_t* place = places_.data();
  uint32_t before = 0;  // values
  for (size_t at = 0; at < slots; at += 64) {
    const size_t here = std::min<size_t>(slots - at, 64);
    const uint64_t valid = word_of(bits_.data(), static_cast<int64_t>(at), here);
    for (uint64_t todo = word_of(rows_in, begin + static_cast<int64_t>(at), here); todo != 0; todo &= todo - 1) {
      const uint64_t below = (todo & (~todo + 1)) - 1;
      const bool is_there = (valid >> std::countr_zero(todo) & 1) != 0;
      *place = before + static_cast<uint32_t>(std::popcount(valid & below));
      place += is_there;
      kept_bits_[kept / 64] |= uint64_t{is_there} << kept % 64;
      ++kept;
    }
    before += static_cast<uint32_t>(std::popcount(valid));
  }
  return {places_.data(), place};
}

// Goes through the next `present` values; returns how many of those at the places were read. If these are not all, the
// value at the next place is the next one.
size_t ChunkReader::read_places(std::span<const uint32_t> places, size_t present, uint64_t bytes_max) {
  if (places.empty()) {
    skip_values(present);
    return 0;
  }
  const uint64_t before = buffers_.value_bytes();
  const uint64_t room = std::min(bytes_max, context_.row_bytes_max);
  const size_t read = values().read_at(places, present, room, buffers_);
  // The last one alone may have passed the room.
  const uint64_t allowed = context_.row_bytes_max + (read > 1 ? room : 0);
  if (read == 0 || buffers_.value_bytes() - before > allowed) refuse_row();
  return read;
}

}  // namespace sluice
