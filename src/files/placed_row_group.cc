#include "files/placed_row_group.h"

#include <algorithm>
#include <utility>

namespace sluice {

PlacedRowGroup::PlacedRowGroup(std::vector<FinishedChunk> chunks, int64_t rows, uint64_t offset, size_t parts)
    : chunks_(std::move(chunks)), parts_(parts), totals_{.rows = rows, .offset = offset}, end_(offset) {
  for (size_t part = 0; part < parts; ++part) {
    parts_[part].pages_offset = end_;
    for (size_t i = first_of(part); i < first_of(part + 1); ++i) {
      chunks_[i].place_at(end_);
      end_ += chunks_[i].bytes();
      totals_.raw_bytes += static_cast<uint64_t>(chunks_[i].metadata.total_uncompressed_size);
    }
  }
  totals_.bytes = end_ - offset;
  for (size_t part = 0; part < parts; ++part) {
    parts_[part].filters_offset = end_;
    for (size_t i = first_of(part); i < first_of(part + 1); ++i) {
      const size_t filter_bytes = chunks_[i].bloom_filter.size();
      if (filter_bytes == 0) continue;
      chunks_[i].metadata.bloom_filter_offset = static_cast<int64_t>(end_);
      chunks_[i].metadata.bloom_filter_length = static_cast<int32_t>(filter_bytes);
      end_ += filter_bytes;
    }
  }
}

void PlacedRowGroup::count_in(const std::shared_ptr<Budget>& budget) {
  for (size_t part = 0; part < parts(); ++part) {
    uint64_t bytes = 0;
    for (size_t i = first_of(part); i < first_of(part + 1); ++i) bytes += chunks_[i].memory_bytes();
    parts_[part].account = Account(budget, bytes);
  }
}

void PlacedRowGroup::put_pages(FinishedChunk& chunk, SinkStream& out) {
  out.put(std::exchange(chunk.dictionary_page, {}));
  for (const ShelvedPages& pages : std::exchange(chunk.shelved_pages, {})) out.put(pages.get());
  chunk.data_pages.each_buffer([&out](Bytes& piece) { out.put(std::exchange(piece, {})); });
}

uint64_t PlacedRowGroup::write(size_t part, Sink& sink, const std::atomic<bool>& go_on, ChunkTails& tails) {
  const size_t first = first_of(part);
  const size_t last = first_of(part + 1);
  SinkStream pages(sink, parts_[part].pages_offset);
  Account& account = parts_[part].account;
  for (size_t i = first; i < last && go_on; ++i) {
    account.set(account.bytes() - std::min(account.bytes(), chunks_[i].pages_memory_bytes()));
    put_pages(chunks_[i], pages);
  }
  pages.flush();
  SinkStream filters(sink, parts_[part].filters_offset);
  for (size_t i = first; i < last && go_on; ++i) {
    FinishedChunk chunk = std::move(chunks_[i]);
    filters.put(chunk.bloom_filter);
    tails.add(chunk);
  }
  filters.flush();
  return pages.offset() - parts_[part].pages_offset + filters.offset() - parts_[part].filters_offset;
}

}  // namespace sluice
