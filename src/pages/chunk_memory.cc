// What a chunk under way holds in memory, and how it gets by with less. (No specification: the account of a budget.)
#include <cstring>
#include <utility>

#include "pages/chunk_writer.h"

namespace sluice {

namespace {

/// To put less on a shelf costs more than it gives.
constexpr size_t kShelvedBytesMin = size_t{64} << 10;
constexpr size_t kParkedBytesMin = size_t{1} << 10;

/// Its memory, too.
template <typename Buffer>
void release(Buffer& buffer) {
  Buffer none;
  std::swap(buffer, none);
}

}  // namespace

uint64_t ChunkWriter::memory_bytes() const {
  const uint64_t page_numbers = offset_index_.unencoded_byte_array_data_bytes.capacity() + null_counts_.capacity() +
                                repetition_histograms_.capacity() + definition_histograms_.capacity();
  return sizeof *this + offset_index_.page_locations.capacity() * sizeof(PageLocation) +
         page_numbers * sizeof(int64_t) + (parking_ ? sizeof(Parking) : 0) + pages_.memory_bytes() +
         repetition_.memory_bytes() + definition_.memory_bytes() +
         std::visit([](const auto& encoder) { return encoder.memory_bytes(); }, encoder_);
}

bool ChunkWriter::has_pages_to_shelve() const { return pages_.size() >= kShelvedBytesMin; }

void ChunkWriter::shelve(const std::shared_ptr<PageShelf>& shelf) {
  for (const Bytes& piece : pages_.pieces()) {
    if (piece.empty()) continue;
    shelved_.push_back({shelf, shelf->put(piece), piece.size()});
    shelved_bytes_ += piece.size();
  }
  pages_ = {};
}

template <typename Visit>
void ChunkWriter::each_buffer(Visit visit) {
  pages_.each_buffer(visit);
  repetition_.each_buffer(visit);
  definition_.each_buffer(visit);
  std::visit([&](auto& encoder) { encoder.each_buffer(visit); }, encoder_);
}

// A page that ended leaves its buffers behind, for the next one.
void ChunkWriter::relieve() {
  std::visit([](auto& encoder) { encoder.relieve(); }, encoder_);
  repetition_.relieve();
  definition_.relieve();
  each_buffer([](auto& buffer) {
    if (buffer.empty()) release(buffer);
  });
}

// One buffer behind the other, each with its size in front. The place is used again as long as they fit into it.
void ChunkWriter::park(const std::shared_ptr<PageShelf>& shelf) {
  if (is_parked()) return;
  relieve();
  Bytes& all = scratch_->encoded;
  all.clear();
  each_buffer([&all](const auto& buffer) {
    const ByteSpan bytes = std::as_bytes(std::span(buffer.data(), buffer.size()));
    all.append_value(uint64_t{bytes.size()});
    all.append(bytes);
  });
  if (all.size() < kParkedBytesMin) return;
  if (!parking_) parking_ = std::make_unique<Parking>(Parking{shelf});
  const size_t bytes = all.size();
  if (bytes <= parking_->room) {
    shelf->replace(parking_->place, all);
  } else {
    all.resize(bytes + bytes / 2);  // room to grow
    std::memset(all.data() + bytes, 0, bytes / 2);
    parking_->place = shelf->put(all);
    parking_->room = all.size();
  }
  parking_->encoded_bytes = encoded_bytes();
  parking_->bytes = bytes;
  each_buffer([](auto& buffer) { release(buffer); });
}

void ChunkWriter::fetch_parked() {
  Bytes& all = scratch_->encoded;
  all.resize(std::exchange(parking_->bytes, 0));
  parking_->shelf->get(parking_->place, {all.data(), all.size()});
  const std::byte* from = all.data();
  each_buffer([&from](auto& buffer) {
    const auto bytes = static_cast<size_t>(load<uint64_t>(from));
    from += sizeof(uint64_t);
    buffer.resize(bytes / sizeof(*buffer.data()));
    if (bytes > 0) std::memcpy(buffer.data(), from, bytes);
    from += bytes;
  });
}

}  // namespace sluice
