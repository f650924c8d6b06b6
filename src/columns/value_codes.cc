// Tables that give numbers to values; see value_codes.h.
#include "columns/value_codes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/bits.h"
#include "base/float16.h"
#include "base/random_number.h"
#include "base/short_text.h"
#include "columns/scalar_text.h"
#include "columns/widths.h"

namespace sluice {
namespace {

constexpr size_t kSlotsFirst = 64;
// Codes count up in order of appearance, so nothing depends on it.
const uint64_t kBytesSeed = random_number();
/// Of texts that came lately: few, so that they stay close at hand.
constexpr int kKnownTextsLog = 8;

/// Spreads keys that differ in few bits, as days and ids do (the finaliser of a multiplicative hash, upper half).
size_t slot_hash(uint64_t key) {
  __extension__ typedef unsigned __int128 Wide;
  const Wide product = Wide{key ^ 0x9e37'79b9'7f4a'7c15u} * 0xd6e8'feb8'6659'fd93u;
  return static_cast<size_t>(static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64));
}

/// The first slot from `hash` on that is empty or for which `is_found(code)`.
template <typename IsFound>
uint32_t& find_slot(std::vector<uint32_t>& slots, size_t hash, IsFound is_found) {
  const size_t mask = slots.size() - 1;
  size_t at = hash & mask;
  while (slots[at] != 0 && !is_found(slots[at] - 1)) at = (at + 1) & mask;
  return slots[at];
}

/// Twice as many slots for entries 0 to `entries` - 1, found by their hashes.
template <typename HashOf>
void grow_slots(std::vector<uint32_t>& slots, uint32_t entries, HashOf hash_of) {
  std::vector<uint32_t>(slots.empty() ? kSlotsFirst : slots.size() * 2).swap(slots);
  for (uint32_t code = 0; code < entries; ++code)
    find_slot(slots, hash_of(code), [](uint32_t) { return false; }) = code + 1;
}

}  // namespace

// --- tables

uint32_t KeyCodes::code_of(uint64_t key) {
  if (keys_.size() * 2 >= slots_.size()) grow();
  uint32_t& slot = find_slot(slots_, slot_hash(key), [&](uint32_t code) { return keys_[code] == key; });
  if (slot == 0) {
    keys_.push_back(key);
    slot = size();
  }
  return slot - 1;
}

void KeyCodes::grow() {
  grow_slots(slots_, size(), [this](uint32_t code) { return slot_hash(keys_[code]); });
}

std::string_view BytesCodes::bytes_of(uint32_t code) const {
  const uint64_t begin = code == 0 ? 0 : ends_[code - 1];
  return bytes_.view().substr(begin, ends_[code] - begin);
}

uint32_t BytesCodes::code_of(std::string_view bytes) {
  if (hashes_.size() * 2 >= slots_.size()) grow();
  const uint64_t hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), kBytesSeed);
  uint32_t& slot = find_slot(
      slots_, hash, [&](uint32_t code) { return hashes_[code] == hash && is_same_text(bytes_of(code), bytes); });
  if (slot == 0) {
    bytes_.append(bytes);
    ends_.push_back(bytes_.size());
    hashes_.push_back(hash);
    slot = size();
  }
  return slot - 1;
}

void BytesCodes::grow() {
  grow_slots(slots_, size(), [this](uint32_t code) { return hashes_[code]; });
}

// --- columns

namespace {

constexpr uint32_t kNullCode = 0;

/// Numbers the rows of a plain column: 0 for nulls, else `number(key)`; `key_at(row)` is asked where a value is there.
template <typename KeyAt, typename Number, typename IsSame = std::equal_to<>>
void number_rows(const Column& column, std::span<uint32_t> codes, KeyAt key_at, Number number, IsSame is_same = {}) {
  decltype(key_at(0)) last{};
  uint32_t last_code = kNullCode;  // as long as nothing came before
  for (size_t row = 0; row < codes.size(); ++row) {
    const auto at = static_cast<int64_t>(row);
    if (column.null_count > 0 && !column.is_valid(at)) {
      codes[row] = kNullCode;
      continue;
    }
    const auto key = key_at(at);
    if (last_code == kNullCode || !is_same(key, last)) {
      last = key;
      last_code = number(key);
    }
    codes[row] = last_code;
  }
}

/// The value's bytes, the first one lowest.
template <typename T>
auto bits_of(const Column& column) {
  return [values = column.data<T>()](int64_t row) { return uint64_t{values[row]}; };
}

/// The same for floats, whose NaN are one.
template <typename Float, typename Bits>
auto float_bits_of(const Column& column) {
  return [values = column.data<Float>()](int64_t row) {
    const Float value = std::isnan(values[row]) ? std::numeric_limits<Float>::quiet_NaN() : values[row];
    return uint64_t{std::bit_cast<Bits>(value)};
  };
}

auto float16_bits_of(const Column& column) {
  constexpr uint64_t kNan = 0x7e00;
  return [values = column.data<uint16_t>()](int64_t row) {
    return std::isnan(from_float16(values[row])) ? kNan : uint64_t{values[row]};
  };
}

auto boolean_bits_of(const Column& column) {
  return [&column](int64_t row) { return uint64_t{bit_at(column.values.as<uint8_t>(), column.offset + row)}; };
}

struct TextEnds {
  uint64_t head = 0;
  uint64_t tail = 0;
};

/// See KnownText. `end`: up to there bytes may be read.
TextEnds ends_of(std::string_view text, const char* end) {
  const char* const at = text.data();
  constexpr size_t kWord = sizeof(uint64_t);
  if (text.size() >= kWord) return {load<uint64_t>(at), load<uint64_t>(at + text.size() - kWord)};
  TextEnds ends;
  if (static_cast<size_t>(end - at) >= kWord)
    ends.head = load<uint64_t>(at) & ((uint64_t{1} << text.size() * 8) - 1);
  else if (!text.empty())
    std::memcpy(&ends.head, at, text.size());
  return ends;
}

size_t known_slot(uint64_t head, uint64_t tail) {
  return static_cast<size_t>((head ^ std::rotl(tail, 29)) * 0x9e37'79b9'7f4a'7c15u >> (64 - kKnownTextsLog));
}

}  // namespace

ValueCodes::ValueCodes(Type type) : type_(std::move(type)) {}

void ValueCodes::number(const Column& column, std::span<uint32_t> codes) {
  if (column.dictionary)
    number_positions(column, codes);
  else
    number_plain(column, codes);
}

void ValueCodes::number_plain(const Column& column, std::span<uint32_t> codes) {
  const auto number_keys = [&](auto key_at) {
    number_rows(column, codes, key_at, [this](uint64_t key) { return keys_.code_of(key) + 1; });
  };
  const TypeKind kind = type_.kind();
  if (kind == TypeKind::null) return static_cast<void>(std::ranges::fill(codes, kNullCode));
  if (is_text(kind)) return number_texts(column, codes);
  if (kind == TypeKind::boolean) return number_keys(boolean_bits_of(column));
  if (kind == TypeKind::float16) return number_keys(float16_bits_of(column));
  if (kind == TypeKind::float32) return number_keys(float_bits_of<float, uint32_t>(column));
  if (kind == TypeKind::float64) return number_keys(float_bits_of<double, uint64_t>(column));
  const size_t width = fixed_width(type_);
  const bool is_bytes = kind == TypeKind::fixed || kind == TypeKind::uuid || width > sizeof(uint64_t);
  if (is_bytes)
    return number_rows(
        column, codes,
        [&column, width](int64_t row) {
          const char* const values = column.values.as<char>();
          return std::string_view(values + static_cast<size_t>(column.offset + row) * width, width);
        },
        [this](std::string_view bytes) { return texts_.code_of(bytes) + 1; }, is_same_text);
  switch (width) {
    case 1: return number_keys(bits_of<uint8_t>(column));
    case 2: return number_keys(bits_of<uint16_t>(column));
    case 4: return number_keys(bits_of<uint32_t>(column));
    default: return number_keys(bits_of<uint64_t>(column));
  }
}

// No branch depends on how long a text is, but for whether it has 8 bytes, and 16.
void ValueCodes::number_texts(const Column& column, std::span<uint32_t> codes) {
  known_texts_.resize(size_t{1} << kKnownTextsLog);
  const int32_t* const offsets = column.offsets_data();
  const char* const bytes = column.values.as<char>();
  const char* const end = bytes + column.values.size();
  for (size_t row = 0; row < codes.size(); ++row) {
    if (column.null_count > 0 && !column.is_valid(static_cast<int64_t>(row))) {
      codes[row] = kNullCode;
      continue;
    }
    const std::string_view text(bytes + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row]));
    const auto [head, tail] = ends_of(text, end);
    KnownText& known = known_texts_[known_slot(head, tail)];
    const bool is_alike =
        known.code != kNullCode && known.head == head && known.tail == tail && known.size == text.size();
    if (!is_alike || (text.size() > 16 && !is_same_text(texts_.bytes_of(known.code - 1), text)))
      known = {head, tail, text.size(), texts_.code_of(text) + 1};
    codes[row] = known.code;
  }
}

// Entries get their numbers when a row has them: those that no row has get none.
void ValueCodes::number_positions(const Column& column, std::span<uint32_t> codes) {
  const Column& entries = *column.dictionary;
  if (column.dictionary != dictionary_) {
    dictionary_ = column.dictionary;
    entry_codes_.assign(static_cast<size_t>(entries.length), kNullCode);
  }
  const int32_t* const positions = column.positions_data();
  for (size_t row = 0; row < codes.size(); ++row) {
    if (column.null_count > 0 && !column.is_valid(static_cast<int64_t>(row))) {
      codes[row] = kNullCode;
      continue;
    }
    uint32_t& code = entry_codes_[static_cast<size_t>(positions[row])];
    if (code == kNullCode) number_plain(entries.slice(positions[row], 1), {&code, 1});
    codes[row] = code;
  }
}

uint64_t ValueCodes::memory_bytes() const {
  return keys_.memory_bytes() + texts_.memory_bytes() + known_texts_.capacity() * sizeof(KnownText) +
         entry_codes_.capacity() * sizeof(uint32_t);
}

void PairCodes::number(std::span<const uint32_t> outer, std::span<const uint32_t> inner, std::span<uint32_t> codes) {
  uint64_t last = 0;
  uint32_t last_code = 0;
  for (size_t row = 0; row < codes.size(); ++row) {
    const uint64_t key = uint64_t{outer[row]} << 32 | inner[row];
    if (row == 0 || key != last) {
      last = key;
      last_code = keys_.code_of(key);
    }
    codes[row] = last_code;
  }
}

}  // namespace sluice
