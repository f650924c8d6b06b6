// What a chunk under way holds in memory, and how it gets by with less. (No specification: the account of a budget.)
#include <utility>

#include "pages/chunk_writer.h"

namespace sluice {

namespace {

/// To put less on a shelf costs more than it gives.
constexpr size_t kShelvedBytesMin = size_t{64} << 10;

}  // namespace

uint64_t ChunkWriter::memory_bytes() const {
  const uint64_t page_numbers = offset_index_.unencoded_byte_array_data_bytes.capacity() + null_counts_.capacity() +
                                repetition_histograms_.capacity() + definition_histograms_.capacity();
  return sizeof *this + offset_index_.page_locations.capacity() * sizeof(PageLocation) +
         page_numbers * sizeof(int64_t) + pages_.capacity() + repetition_.memory_bytes() + definition_.memory_bytes() +
         std::visit([](const auto& encoder) { return encoder.memory_bytes(); }, encoder_);
}

void ChunkWriter::relieve() {
  std::visit([](auto& encoder) { encoder.relieve(); }, encoder_);
}

bool ChunkWriter::has_pages_to_shelve() const { return pages_.size() >= kShelvedBytesMin; }

void ChunkWriter::shelve(const std::shared_ptr<PageShelf>& shelf) {
  if (pages_.empty()) return;
  shelved_.push_back({shelf, shelf->put(pages_), pages_.size()});
  shelved_bytes_ += pages_.size();
  pages_ = Bytes();
}

/// Those on the shelf come back; together they are all there are.
Bytes ChunkWriter::take_all_pages() {
  Bytes recent = std::exchange(pages_, {});
  if (shelved_.empty()) return recent;
  Bytes all;
  all.reserve(static_cast<size_t>(shelved_bytes_) + recent.size());
  for (const ShelvedPages& pages : shelved_) {
    const auto size = static_cast<size_t>(pages.bytes);
    pages.shelf->get(pages.place, {all.prepare(size), size});
    all.advance(size);
  }
  all.append(recent);
  shelved_.clear();
  shelved_bytes_ = 0;
  return all;
}

}  // namespace sluice
