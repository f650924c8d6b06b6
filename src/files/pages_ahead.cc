#include "files/pages_ahead.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice {
namespace {

/// A page of less is unpacked in the time that it takes to hand it over.
constexpr uint64_t kHandedOverBytesMin = uint64_t{32} << 10;

/// Of a page that is to be had, or is had. As an int, which the system can wait for.
enum State : int { kIdle, kBusy, kReady, kClosed };

bool is_data(const PageHeader& header) { return header.data_page_header || header.data_page_header_v2; }

/// As stored and unpacked.
uint64_t bytes_of(const PageHeader& header) {
  return static_cast<uint64_t>(header.compressed_page_size) + static_cast<uint64_t>(header.uncompressed_page_size);
}

}  // namespace

struct PagesAhead::Slot {
  PlacedPageHeader placed{};
  uint64_t offset = 0;  ///< of the header
  uint64_t bytes = 0;   ///< that it has come to hold, as stored and unpacked
  Bytes stored{};
  PageReader reader{};
  OpenPage page{};
  std::exception_ptr error{};
  std::atomic<int> state = kIdle;

  /// True for one of those who ask: it has to see to the page.
  bool claim() {
    int expected = kIdle;
    return state.compare_exchange_strong(expected, kBusy);
  }
  void set(State to) {
    state = to;
    state.notify_all();
  }
  /// Until nobody is at it.
  void wait() const {
    while (state == kBusy) state.wait(kBusy);
  }
  void release_memory() {
    stored = Bytes();
    reader.release_memory();
    bytes = 0;
  }
  /// Requires that it was claimed.
  void fetch(const RandomReader& file) {
    try {
      stored.resize(static_cast<size_t>(placed.header.compressed_page_size));
      file.read_at(offset + placed.header_bytes, {stored.data(), stored.size()});
      page = reader.reopen(placed.header, stored);
    } catch (...) {
      error = std::current_exception();
    }
    set(kReady);
  }
};

PagesAhead::PagesAhead(const RandomReader& file, PageCursor& cursor, PagesAheadOptions options)
    : file_(file), cursor_(cursor), options_(std::move(options)) {}

PagesAhead::~PagesAhead() {
  for (const std::shared_ptr<Slot>& slot : slots_) {
    if (!slot->claim()) slot->wait();
    slot->set(kClosed);
  }
}

const PlacedPageHeader* PagesAhead::next() {
  if (!queue_.empty()) {
    queued_bytes_ -= bytes_of(queue_.front()->placed.header);
    free_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  look_ahead();
  if (!queue_.empty()) return &queue_.front()->placed;
  if (error_) std::rethrow_exception(error_);
  return nullptr;
}

void PagesAhead::look_ahead() {
  while (!is_at_end_ && !error_ && (queue_.empty() || (looks_ahead_ && queued_bytes_ < options_.bytes_max))) {
    // A dictionary is read through the cursor, so that has to stay at it.
    if (!queue_.empty() && !is_data(queue_.front()->placed.header)) return;
    try {
      const PlacedPageHeader* const placed = cursor_.next();
      is_at_end_ = placed == nullptr;
      if (placed != nullptr) add(*placed);
    } catch (...) {
      error_ = std::current_exception();
    }
  }
}

void PagesAhead::add(const PlacedPageHeader& placed) {
  if (free_.empty()) {
    free_.push_back(slots_.emplace_back(std::make_shared<Slot>()));
    free_.back()->reader.begin_chunk(options_.rules, 0, 0);
  }
  const std::shared_ptr<Slot> slot = std::move(free_.back());
  free_.pop_back();
  if (!slot->claim()) slot->wait();
  slot->placed = placed;
  slot->offset = cursor_.offset();
  slot->error = nullptr;
  const uint64_t bytes = bytes_of(placed.header);
  if (slot->bytes > std::max(bytes, options_.bytes_max)) slot->release_memory();
  slot->bytes = std::max(slot->bytes, bytes);
  slot->set(kIdle);
  queued_bytes_ += bytes;
  if (is_data(placed.header)) bytes_read_ += static_cast<uint64_t>(placed.header.compressed_page_size);
  const bool is_at_hand = queue_.empty();
  queue_.push_back(slot);
  if (is_at_hand || !is_data(placed.header) || bytes < kHandedOverBytesMin || !options_.has_idle_thread()) return;
  options_.post([slot, &file = file_] {
    if (slot->claim()) slot->fetch(file);
  });
}

ByteSpan PagesAhead::body() { return is_data(queue_.front()->placed.header) ? queue_.front()->stored : cursor_.body(); }

const OpenPage* PagesAhead::opened() {
  Slot& slot = *queue_.front();
  if (slot.claim()) {
    slot.bytes = std::max(slot.bytes, bytes_of(slot.placed.header));
    slot.fetch(file_);
  } else {
    slot.wait();
  }
  if (slot.error) std::rethrow_exception(slot.error);
  return &slot.page;
}

uint64_t PagesAhead::offset() const { return queue_.front()->offset; }

uint64_t PagesAhead::memory_bytes() const {
  uint64_t bytes = 0;
  for (const std::shared_ptr<Slot>& slot : slots_) bytes += slot->bytes;
  return bytes;
}

void PagesAhead::release_memory() {
  looks_ahead_ = false;
  for (const std::shared_ptr<Slot>& slot : slots_) {
    if (!slot->claim()) slot->wait();
    slot->release_memory();
    slot->error = nullptr;
    slot->set(kIdle);
  }
}

}  // namespace sluice
