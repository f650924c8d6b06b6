#include "encodings/fixed_dictionary.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/random_number.h"

namespace sluice {
namespace {

const uint64_t kFixedSeed = random_number();

}  // namespace

uint32_t FixedDictionary::encode(const std::byte* value, size_t bytes_max) {
  const auto hash_of = [this](const std::byte* bytes) {
    return static_cast<uint32_t>(XXH3_64bits_withSeed(bytes, width_, kFixedSeed));
  };
  if (slots_.empty() && size() > 0)
    slots_.restore(static_cast<uint32_t>(size()), [&](uint32_t index) { return hash_of(entry(index)); });
  const uint32_t hash = hash_of(value);
  HashSlots::Slot& slot =
      slots_.find(hash, [&](uint32_t index) { return std::memcmp(entry(index), value, width_) == 0; });
  if (!slot.is_empty()) return slot.index;
  if (entries_.size() + width_ > bytes_max) return kFull;
  const auto index = static_cast<uint32_t>(size());
  entries_.append(value, width_);
  slots_.fill(slot, hash, index);
  return index;
}

}  // namespace sluice
