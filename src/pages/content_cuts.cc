#include "pages/content_cuts.h"

#include <algorithm>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bits.h"
#include "base/bytes.h"
#include "columns/widths.h"

namespace sluice {

namespace {

constexpr uint64_t kHashMax = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kAbsentBytes = 1;
// Odd numbers with bits everywhere; the first is 2^64 divided by the golden ratio.
constexpr uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;
constexpr uint64_t kRepetition = 0xd6e8'feb8'6659'fd93;
constexpr uint64_t kAbsent = 0xa076'1d64'78bd'642f;

/// Every bit of the result depends on every bit of the value (the finalizer of SplitMix64, OOPSLA 2014).
uint64_t mix(uint64_t bits) {
  bits += kGolden;
  bits = (bits ^ bits >> 30) * 0xbf58'476d'1ce4'e5b9;
  bits = (bits ^ bits >> 27) * 0x94d0'49bb'1331'11eb;
  return bits ^ bits >> 31;
}

/// Values of 1, 2, 4 or 8 bytes.
template <typename T>
struct NumberValues {
  const std::byte* from;
  uint64_t hash(int64_t position) const { return mix(load<T>(from + static_cast<size_t>(position) * sizeof(T))); }
  static constexpr uint64_t bytes(int64_t) { return sizeof(T); }
};

/// Values of any other number of bytes.
struct FixedValues {
  const std::byte* from;
  size_t width;
  uint64_t hash(int64_t position) const { return XXH3_64bits(from + static_cast<size_t>(position) * width, width); }
  uint64_t bytes(int64_t) const { return width; }
};

struct BooleanValues {
  const uint8_t* bits;
  int64_t first;
  uint64_t hash(int64_t position) const { return mix(bit_at(bits, first + position)); }
  static constexpr uint64_t bytes(int64_t) { return 1; }
};

struct TextValues {
  const int32_t* offsets;
  const std::byte* text;
  size_t length(int64_t position) const { return static_cast<size_t>(offsets[position + 1] - offsets[position]); }
  uint64_t hash(int64_t position) const { return XXH3_64bits(text + offsets[position], length(position)); }
  uint64_t bytes(int64_t position) const { return sizeof(uint32_t) + length(position); }
};

/// For leaves of the null type, whose slots carry none.
struct NoValues {
  uint64_t hash(int64_t) const { return 0; }
  uint64_t bytes(int64_t) const { return 0; }
};

/// Values that stand in a dictionary.
template <typename Values>
struct LookedUp {
  const int32_t* positions;
  Values entries;
  uint64_t hash(int64_t position) const { return entries.hash(positions[position]); }
  uint64_t bytes(int64_t position) const { return entries.bytes(positions[position]); }
};

uint64_t doubled(uint64_t chance, int times) {
  if (times < 0) return chance >> -times;
  return chance > kHashMax >> times ? kHashMax : chance << times;
}

uint64_t middle_of(const ContentCutOptions& options) {
  return options.page_bytes_min + (options.page_bytes_max - options.page_bytes_min) / 2;
}

// Were every byte as likely to end a page as any other, an eighth of all pages would reach the maximum. With half the
// usual chance up to the middle and four times the chance from there on it is one in a hundred.
constexpr int kLevelEarly = -1;
constexpr int kLevelLate = 2;

uint64_t chance_of(const ContentCutOptions& options, int level) {
  const uint64_t bytes_until_middle = std::max<uint64_t>(middle_of(options) - options.page_bytes_min, 1);
  return doubled(kHashMax / bytes_until_middle, options.level + level);
}

}  // namespace

ContentCuts::ContentCuts(const Leaf& leaf, const ContentCutOptions& options)
    : leaf_(leaf),
      options_(options),
      page_bytes_middle_(middle_of(options)),
      chance_early_(chance_of(options, kLevelEarly)),
      chance_late_(chance_of(options, kLevelLate)) {}

void ContentCuts::restart() {
  hash_ = 0;
  page_bytes_ = 0;
  page_is_full_ = false;
}

std::span<const size_t> ContentCuts::find(const LeafSlice& slice) {
  cuts_.clear();
  if (slice.slots == 0) return cuts_;
  const Column& column = slice.column->dictionary ? *slice.column->dictionary : *slice.column;
  const TypeKind kind = leaf_.type.kind();
  if (kind == TypeKind::null) return scan(slice, NoValues{}), cuts_;
  if (kind == TypeKind::boolean) return scan(slice, BooleanValues{column.values.as<uint8_t>(), column.offset}), cuts_;
  const std::byte* bytes = column.values.bytes().data();
  if (is_text(kind)) return scan_in(slice, TextValues{column.offsets_data(), bytes}), cuts_;
  const size_t width = fixed_width(leaf_.type);
  bytes += static_cast<size_t>(column.offset) * width;
  switch (width) {
    case 1: scan_in(slice, NumberValues<uint8_t>{bytes}); break;
    case 2: scan_in(slice, NumberValues<uint16_t>{bytes}); break;
    case 4: scan_in(slice, NumberValues<uint32_t>{bytes}); break;
    case 8: scan_in(slice, NumberValues<uint64_t>{bytes}); break;
    default: scan_in(slice, FixedValues{bytes, width});
  }
  return cuts_;
}

/// `values` are those of the column, or of its dictionary.
template <typename Values>
void ContentCuts::scan_in(const LeafSlice& slice, const Values& values) {
  if (slice.column->dictionary) return scan(slice, LookedUp<Values>{slice.column->positions_data(), values});
  if constexpr (requires { typename std::integral_constant<uint64_t, Values::bytes(0)>; })
    if (slice.repetition == nullptr && slice.definition == nullptr && slice.values.positions == nullptr)
      return scan_rows(values, slice.values.begin, slice.slots);
  scan(slice, values);
}

// What `scan` does, for a value in every row, all of one width: as many rows at a time as have the same limit.
template <typename Values>
void ContentCuts::scan_rows(const Values& values, int64_t begin, size_t rows) {
  constexpr uint64_t kWidth = Values::bytes(0);
  for (size_t row = 0; row < rows;) {
    if (page_is_full_) begin_page(row);
    const uint64_t bytes_end = page_bytes_ < options_.page_bytes_min ? options_.page_bytes_min
                               : page_bytes_ < page_bytes_middle_    ? page_bytes_middle_
                                                                     : options_.page_bytes_max;
    const auto alike = std::min<uint64_t>(rows - row, (bytes_end - 1 - page_bytes_) / kWidth);
    if (alike == 0) {
      hash_ = (hash_ << 1) + values.hash(begin + static_cast<int64_t>(row++));
      end_record(kWidth);
      continue;
    }
    const size_t first = row;
    page_bytes_ += kWidth;
    const uint64_t limit = hash_limit(kWidth);
    uint64_t hash = hash_;
    do hash = (hash << 1) + values.hash(begin + static_cast<int64_t>(row++));
    while (hash >= limit && row - first < alike);
    hash_ = hash;
    page_is_full_ = hash < limit;
    page_bytes_ += (row - first - 1) * kWidth;
  }
}

template <typename Values>
void ContentCuts::scan(const LeafSlice& slice, const Values& values) {
  size_t value = 0;
  uint64_t record_bytes = 0;
  for (size_t slot = 0; slot < slice.slots; ++slot) {
    const uint8_t repetition = slice.repetition != nullptr ? slice.repetition[slot] : 0;
    if (repetition == 0) {
      if (slot > 0) end_record(record_bytes);
      if (page_is_full_) begin_page(slot);
      record_bytes = 0;
    }
    uint64_t hash = repetition * kRepetition;
    if (slice.definition == nullptr || slice.definition[slot] == leaf_.definition_level_max) {
      const int64_t position =
          slice.values.positions ? slice.values.positions[value] : slice.values.begin + static_cast<int64_t>(value);
      ++value;
      hash += values.hash(position);
      record_bytes += values.bytes(position);
    } else {
      hash += mix(kAbsent + slice.definition[slot]);
      record_bytes += kAbsentBytes;
    }
    hash_ = (hash_ << 1) + hash;
  }
  end_record(record_bytes);
}

uint64_t ContentCuts::hash_limit(uint64_t bytes) const {
  if (page_bytes_ < options_.page_bytes_min) return 0;
  uint64_t limit = 0;
  const uint64_t chance = page_bytes_ < page_bytes_middle_ ? chance_early_ : chance_late_;
  return __builtin_mul_overflow(bytes, chance, &limit) ? kHashMax : limit;
}

void ContentCuts::end_record(uint64_t bytes) {
  page_bytes_ += bytes;
  page_is_full_ = page_bytes_ >= options_.page_bytes_max || hash_ < hash_limit(bytes);
}

void ContentCuts::begin_page(size_t slot) {
  cuts_.push_back(slot);
  page_bytes_ = 0;
  page_is_full_ = false;
}

}  // namespace sluice
