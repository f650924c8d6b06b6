// (parquet-format, Encodings.md, "Dictionary Encoding": a byte of width, then the indices as "RLE".)
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "encodings/rle_hybrid_reader.h"
#include "pages/page_fault.h"
#include "pages/value_decoders.h"

namespace sluice {
namespace {

class IndexReader final : public ValueReader {
 public:
  IndexReader(ByteSpan values, DictionaryEntries entries) : entries_(std::move(entries)) {
    entry_count_ = entries_ ? static_cast<uint64_t>(entries_->length) : 0;
    if (values.empty()) return;  // nothing but nulls
    const int width = std::to_integer<int>(values[0]);
    if (width > kWidthMax) throw PageFault("dictionary indices of " + std::to_string(width) + " bits, at most 32 are");
    runs_ = rle_hybrid::Reader(values.subspan(1), width);
    has_runs_ = true;
  }

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    const uint64_t bytes_before = to.value_bytes();
    size_t done = 0;
    while (done < count) {
      const uint64_t used = to.value_bytes() - bytes_before;
      const uint64_t budget = bytes_max - std::min(bytes_max, used);
      const size_t wanted = count - done;
      const size_t added = append(wanted, budget, to);
      done += added;
      if (added == 0) return done > 0 ? done : append(1, LeafBuffers::kNoLimit, to);
    }
    return done;
  }
  void skip(size_t count) override {
    const size_t ahead = std::min(count, end_ - at_);
    at_ += ahead;
    const size_t skipped = has_runs_ ? runs_.skip(count - ahead) : 0;
    if (ahead + skipped < count) refuse_missing_values(count - ahead - skipped);
  }
  size_t read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    if (!has_runs_ || at_ < end_) return ValueReader::read_at(places, count, bytes_max, to);
    const uint64_t bytes_before = to.value_bytes();
    const bool is_sparse = places.size() < count / kValuesPerPick;
    size_t done = 0;
    for (size_t at = 0; at < count;) {
      const rle_hybrid::Reader runs_before = runs_;
      const Block block = next_block(places.subspan(done), at, count, is_sparse);
      const std::span<const uint32_t> picked = pick(block, at, count, is_sparse);
      const uint64_t budget = bytes_max - std::min(bytes_max, to.value_bytes() - bytes_before);
      size_t added = picked.empty() ? 0 : to.add_indices(picked, entries_, budget);
      if (added < picked.size() && done + added == 0)
        added = to.add_indices(picked.first(1), entries_, LeafBuffers::kNoLimit);
      done += added;
      if (added < picked.size()) {
        runs_ = runs_before;
        runs_.skip(block.places[added] - at);
        break;
      }
      at = block.end;
    }
    return done;
  }
  size_t bytes_left() const override { return runs_.bytes_left() + (end_ - at_); }

 private:
  static constexpr int kWidthMax = 32;
  // Shorter runs are read together with what surrounds them.
  static constexpr size_t kRunMin = 64;
  // Of fewer values for each that is wanted, to read all is faster than to find each.
  static constexpr size_t kValuesPerPick = 8;

  /// Some places, and where the values end that are gone through for them.
  struct Block {
    std::span<const uint32_t> places;
    size_t end = 0;
  };

  rle_hybrid::Reader::Stretch next_stretch(size_t wanted) {
    const auto stretch = has_runs_ ? runs_.peek(wanted) : rle_hybrid::Reader::Stretch();
    if (stretch.count == 0) refuse_missing_values(wanted);
    return stretch;
  }

  void check(uint32_t index) const {
    if (index >= entry_count_)
      throw PageFault("the index " + std::to_string(index) + " into a dictionary of " + std::to_string(entry_count_) +
                      " entries");
  }

  // The first `count` of those that were read.
  void check_all(size_t count) const {
    // The highest bit of the difference is set where an index is below the count, neither of them having it: an
    // addition and two operations on bits, where a maximum would take a comparison that waits for the one before.
    const auto entries = static_cast<uint32_t>(entry_count_);
    uint32_t good = ~uint32_t{0};
    for (size_t i = 0; i < count; ++i) good &= (indices_[i] - entries) & ~indices_[i];
    if (good >> 31 != 0) return;
    for (size_t i = 0; i < count; ++i) check(indices_[i]);
  }

  // Requires that there are more.
  void refill(size_t wanted) {
    at_ = 0;
    end_ = runs_.read(std::span(indices_).first(std::min(wanted, indices_.size())));
    check_all(end_);
  }

  // As many as there is room for: places where they are few, else values.
  Block next_block(std::span<const uint32_t> places, size_t at, size_t count, bool is_sparse) const {
    const size_t room = indices_.size();
    if (is_sparse && places.size() <= room) return {places, count};
    if (is_sparse) return {places.first(room), places[room - 1] + size_t{1}};
    const size_t end = std::min(count, at + room);
    const auto behind = std::lower_bound(places.begin(), places.end(), end);
    return {places.first(static_cast<size_t>(behind - places.begin())), end};
  }

  // The indices at the places of a block whose first value is value `at` of `count`; no index is left ahead.
  std::span<const uint32_t> pick(const Block& block, size_t at, size_t count, bool is_sparse) {
    const size_t values = block.end - at;
    const size_t found = is_sparse ? runs_.pick(block.places, at, block.end, indices_.data())
                                   : runs_.read(std::span(indices_).first(values));
    if (found < values) refuse_missing_values(count - at - found);
    check_all(is_sparse ? block.places.size() : found);
    if (!is_sparse)
      for (size_t i = 0; i < block.places.size(); ++i) indices_[i] = indices_[block.places[i] - at];
    return std::span<const uint32_t>(indices_).first(block.places.size());
  }

  // Appends at most `count` values, a long run or what was read ahead; none where the first one passes the budget.
  size_t append(size_t count, uint64_t budget, LeafBuffers& to) {
    if (at_ == end_) {
      const rle_hybrid::Reader::Stretch stretch = next_stretch(count);
      if (stretch.is_run && stretch.count >= kRunMin) {
        check(stretch.value);
        const size_t added = to.add_run(stretch.value, stretch.count, entries_, budget);
        runs_.skip(added);
        return added;
      }
      refill(count);
    }
    const auto ahead = std::span<const uint32_t>(indices_).subspan(at_, std::min(count, end_ - at_));
    const size_t added = to.add_indices(ahead, entries_, budget);
    at_ += added;
    return added;
  }

  DictionaryEntries entries_;
  uint64_t entry_count_ = 0;
  rle_hybrid::Reader runs_;
  bool has_runs_ = false;
  // Indices that were read and not yet used.
  std::array<uint32_t, 1'024> indices_;
  size_t at_ = 0;
  size_t end_ = 0;
};

}  // namespace

std::unique_ptr<ValueReader> make_index_reader(ByteSpan values, DictionaryEntries dictionary) {
  return std::make_unique<IndexReader>(values, std::move(dictionary));
}

}  // namespace sluice
