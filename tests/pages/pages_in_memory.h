// The pages of a chunk as a source for readers: those that a writer made, or pages made by hand, hostile ones too.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/crc32.h"
#include "format/page_header.h"
#include "pages/chunk_writer.h"
#include "pages/page_source.h"

namespace sluice::test {

/// Gives what it shows as copies of the very size, which go with the next call: who looks too far, or too late, is
/// found by the sanitizers.
class PagesInMemory final : public PageSource {
 public:
  PagesInMemory() = default;
  /// Of a chunk of `rows` rows; `planned`: its offset index is known.
  PagesInMemory(const FinishedChunk& chunk, int64_t rows, bool planned) {
    add_all(chunk.dictionary_page);
    const size_t dictionaries = pages_.size();
    add_all(chunk.data_pages.joined());
    const std::vector<PageLocation>& places = chunk.offset_index.page_locations;
    for (size_t i = 0; planned && i < places.size() && dictionaries + i < pages_.size(); ++i) {
      const int64_t end = i + 1 < places.size() ? places[i + 1].first_row_index : rows;
      pages_[dictionaries + i].plan = PlannedPage{places[i].first_row_index, end};
    }
  }

  /// The header gets the body's size and checksum where it has none of its own.
  void add(PageHeader header, ByteSpan body, std::optional<PlannedPage> plan = std::nullopt) {
    header.compressed_page_size = static_cast<int32_t>(body.size());
    if (header.uncompressed_page_size == 0) header.uncompressed_page_size = header.compressed_page_size;
    if (!header.crc) header.crc = crc32(body);
    Bytes bytes;
    const size_t header_bytes = write_page_header(header, bytes);
    Page& page = pages_.emplace_back();
    page.placed = {header, header_bytes};
    page.body.append(body);
    page.plan = plan;
  }

  std::optional<PlannedPage> planned() const override {
    shown_.reset();
    return at_ < pages_.size() ? pages_[at_].plan : std::nullopt;
  }
  void pass_planned() override {
    shown_.reset();
    ++at_;
  }
  const PlacedPageHeader* next() override {
    shown_.reset();
    if (at_ >= pages_.size()) return nullptr;
    ++headers_read;
    return &pages_[at_++].placed;
  }
  ByteSpan body() override {
    ++bodies_read;
    shown_ = std::make_unique<Bytes>();
    shown_->append(pages_[at_ - 1].body);
    shown_->shrink_to_fit();
    return *shown_;
  }
  uint64_t offset() const override { return at_; }

  /// How the footer would describe them.
  int64_t slots() const {
    int64_t slots = 0;
    for (const Page& page : pages_) {
      if (page.placed.header.data_page_header) slots += page.placed.header.data_page_header->num_values;
      if (page.placed.header.data_page_header_v2) slots += page.placed.header.data_page_header_v2->num_values;
    }
    return slots;
  }
  int64_t data_pages() const {
    return std::ranges::count_if(pages_, [](const Page& page) { return !page.placed.header.dictionary_page_header; });
  }
  uint64_t raw_bytes() const {
    uint64_t bytes = 0;
    for (const Page& page : pages_)
      bytes += page.placed.header_bytes + static_cast<uint64_t>(page.placed.header.uncompressed_page_size);
    return bytes;
  }
  void rewind() { at_ = 0; }

  size_t headers_read = 0;
  size_t bodies_read = 0;

 private:
  struct Page {
    PlacedPageHeader placed;
    Bytes body;
    std::optional<PlannedPage> plan{};
  };

  void add_all(ByteSpan bytes) {
    while (!bytes.empty()) {
      const PlacedPageHeader placed = read_page_header(bytes);
      const auto size =
          std::min(static_cast<size_t>(placed.header.compressed_page_size), bytes.size() - placed.header_bytes);
      Page& page = pages_.emplace_back();
      page.placed = placed;
      page.body.append(bytes.subspan(placed.header_bytes, size));
      bytes = bytes.subspan(placed.header_bytes + size);
    }
  }

  std::vector<Page> pages_;
  size_t at_ = 0;
  mutable std::unique_ptr<Bytes> shown_;
};

}  // namespace sluice::test
