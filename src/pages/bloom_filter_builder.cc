#include "pages/bloom_filter_builder.h"

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice {
namespace {

// Once there is a filter: so few stay in the innermost cache on their way.
constexpr size_t kHashesInBatch = 1'024;
// A filter that lets more absent values through costs its reader more than it saves.
constexpr double kRateWorthwhile = 0.5;

// Both zeros, and the NaNs that are met as constants of a query: the one that Java and most languages make of "NaN",
// and the one with a sign, which x86 makes of 0/0.
template <typename Bits>
struct EqualNumbers {
  Bits sign;
  Bits infinity;
  Bits nan;
};
template <typename Bits>
constexpr EqualNumbers<Bits> kEqual{};
template <>
constexpr EqualNumbers<uint16_t> kEqual<uint16_t>{0x8000, 0x7c00, 0x7e00};
template <>
constexpr EqualNumbers<uint32_t> kEqual<uint32_t>{0x8000'0000, 0x7f80'0000, 0x7fc0'0000};
template <>
constexpr EqualNumbers<uint64_t> kEqual<uint64_t>{uint64_t{1} << 63, 0x7ff0'0000'0000'0000, 0x7ff8'0000'0000'0000};

template <typename Bits>
uint64_t hash_of(Bits bits) {
  // What bloom_hash says; inlined for a size that the compiler knows it is quicker.
  return XXH64(&bits, sizeof bits, 0);
}

template <size_t width>
using BitsOf = std::conditional_t<width == 2, uint16_t, std::conditional_t<width == 4, uint32_t, uint64_t>>;

}  // namespace

BloomFilterBuilder::BloomFilterBuilder(const BloomFilterOptions& options)
    : rate_(options.false_positive_rate),
      filter_bytes_(BloomFilter::bytes_for(options.values_max, rate_)),
      hashes_max_(filter_bytes_ / sizeof(uint64_t)) {}

template <typename Bits>
void BloomFilterBuilder::add_floating(Bits bits) {
  constexpr EqualNumbers<Bits> kOther = kEqual<Bits>;
  add_hash(hash_of(bits));
  const auto magnitude = static_cast<Bits>(bits & ~kOther.sign);
  if (magnitude == 0) {
    add_hash(hash_of(static_cast<Bits>(bits ^ kOther.sign)));
  } else if (magnitude > kOther.infinity) {
    add_hash(hash_of(kOther.nan));
    add_hash(hash_of(static_cast<Bits>(kOther.nan | kOther.sign)));
  }
}

template <typename Stored>
void BloomFilterBuilder::add_numbers(ByteSpan plain) {
  using Bits = BitsOf<sizeof(Stored)>;
  for (size_t at = 0; at + sizeof(Bits) <= plain.size(); at += sizeof(Bits)) {
    const auto bits = load<Bits>(plain.data() + at);
    if constexpr (std::is_floating_point_v<Stored>)
      add_floating(bits);
    else
      add_hash(hash_of(bits));
  }
}

template void BloomFilterBuilder::add_numbers<int32_t>(ByteSpan plain);
template void BloomFilterBuilder::add_numbers<uint32_t>(ByteSpan plain);
template void BloomFilterBuilder::add_numbers<int64_t>(ByteSpan plain);
template void BloomFilterBuilder::add_numbers<uint64_t>(ByteSpan plain);
template void BloomFilterBuilder::add_numbers<float>(ByteSpan plain);
template void BloomFilterBuilder::add_numbers<double>(ByteSpan plain);

void BloomFilterBuilder::add_texts(ByteSpan plain) {
  while (!plain.empty()) {
    const size_t size = load<uint32_t>(plain.data());
    plain = plain.subspan(sizeof(uint32_t));
    add_hash(bloom_hash(plain.first(size)));
    plain = plain.subspan(size);
  }
}

void BloomFilterBuilder::add_fixed(ByteSpan plain, size_t width) {
  for (size_t at = 0; at + width <= plain.size(); at += width) add_hash(bloom_hash(plain.subspan(at, width)));
}

void BloomFilterBuilder::add_float16(ByteSpan plain) {
  for (size_t at = 0; at + 2 <= plain.size(); at += 2) add_floating(load<uint16_t>(plain.data() + at));
}

void BloomFilterBuilder::flush() {
  const bool first = !filter_;
  if (first) filter_.emplace(filter_bytes_);
  filter_->insert(hashes_);
  hashes_.clear();
  if (!first) return;
  hashes_max_ = std::min(hashes_max_, kHashesInBatch);
  hashes_.shrink_to_fit();
  hashes_.reserve(hashes_max_);
}

size_t BloomFilterBuilder::memory_bytes() const {
  return hashes_.size() * sizeof(uint64_t) + (filter_ ? filter_->bytes() : 0);
}

std::optional<BloomFilter> BloomFilterBuilder::finish() {
  // All the hashes of a short chunk: a filter larger than it will have to be, so that folding finds the size.
  if (!filter_ && !hashes_.empty())
    filter_.emplace(std::min(2 * BloomFilter::bytes_for(hashes_.size(), rate_), kBloomFilterBytesMax));
  std::optional<BloomFilter> out;
  if (filter_) {
    filter_->insert(hashes_);
    filter_->fold(rate_);
    if (filter_->false_positive_rate() <= kRateWorthwhile) out = std::move(filter_);
  }
  filter_.reset();
  hashes_ = {};
  hashes_max_ = filter_bytes_ / sizeof(uint64_t);
  return out;
}

size_t BloomFilterBuilder::finish_bytes() {
  const std::optional<BloomFilter> filter = finish();
  if (!filter) return 0;
  Bytes written;
  filter->write(written);
  return written.size();
}

}  // namespace sluice
