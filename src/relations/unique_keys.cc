#include "relations/unique_keys.h"

#include <algorithm>
#include <bit>
#include <span>

namespace sluice {

namespace {
constexpr size_t kSlotsMin = 2;
constexpr size_t kSlotsAtFirst = 1024;
constexpr size_t kReadEntries = 4096;
}  // namespace

UniqueKeys::UniqueKeys(uint64_t memory_bytes) {
  const size_t slots = std::bit_floor(std::max<size_t>(memory_bytes / sizeof(Entry), kSlotsMin));
  room_ = slots / 2;
  slots_.resize(std::min(slots, kSlotsAtFirst));
}
UniqueKeys::UniqueKeys(UniqueKeys&&) noexcept = default;
UniqueKeys::~UniqueKeys() = default;

void UniqueKeys::grow() {
  std::vector<Entry> few(slots_.size() * 2);
  std::swap(slots_, few);
  used_ = 0;
  for (const Entry& entry : few)
    if (entry.record >= 0) insert(entry);
}

bool UniqueKeys::insert(const Entry& entry) {
  if (used_ * 2 >= slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = static_cast<size_t>(entry.key.low) & mask;
  while (slots_[slot].record >= 0) {
    if (slots_[slot].key == entry.key) return false;
    slot = (slot + 1) & mask;
  }
  slots_[slot] = entry;
  ++used_;
  return true;
}

void UniqueKeys::clear() {
  std::ranges::fill(slots_, Entry{});
  used_ = 0;
}

void UniqueKeys::spill() {
  if (!spilled_) spilled_ = ScratchFile::unnamed();
  const auto end = std::remove_if(slots_.begin(), slots_.end(), [](const Entry& entry) { return entry.record < 0; });
  spilled_->append(std::as_bytes(std::span(slots_.begin(), end)));
  clear();
}

bool UniqueKeys::add(const Digest128& key) {
  if (used_ == room_) spill();
  return insert({key, records_++});
}

std::optional<int64_t> UniqueKeys::find_repeated() {
  if (!spilled_) return std::nullopt;  // then all have been in the table together
  spill();
  const uint64_t entries = spilled_->size() / sizeof(Entry);
  // Parts are of nearly the same size: a quarter more room is left than a part takes on average.
  const uint64_t parts = entries / std::max<size_t>(room_ * 3 / 4, 1) + 1;
  std::vector<Entry> read(kReadEntries);
  for (uint64_t part = 0; part < parts; ++part) {
    clear();
    for (uint64_t at = 0; at < entries; at += kReadEntries) {
      const auto count = static_cast<size_t>(std::min<uint64_t>(entries - at, kReadEntries));
      const std::span<Entry> some(read.data(), count);
      spilled_->read_at(at * sizeof(Entry), std::as_writable_bytes(some));
      for (const Entry& entry : some)
        if (entry.key.high % parts == part && !insert(entry)) return entry.record;
    }
  }
  return std::nullopt;
}

}  // namespace sluice
