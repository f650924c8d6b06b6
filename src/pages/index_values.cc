// (parquet-format, Encodings.md, "Dictionary Encoding": a byte of width, then the indices as "RLE".)
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
  size_t bytes_left() const override { return runs_.bytes_left() + (end_ - at_); }

 private:
  static constexpr int kWidthMax = 32;
  // Shorter runs are read together with what surrounds them.
  static constexpr size_t kRunMin = 64;

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

  // Requires that there are more.
  void refill(size_t wanted) {
    at_ = 0;
    end_ = runs_.read(std::span(indices_).first(std::min(wanted, indices_.size())));
    // The highest bit of the difference is set where an index is below the count, neither of them having it: an
    // addition and two operations on bits, where a maximum would take a comparison that waits for the one before.
    const auto count = static_cast<uint32_t>(entry_count_);
    uint32_t good = ~uint32_t{0};
    for (size_t i = 0; i < end_; ++i) good &= (indices_[i] - count) & ~indices_[i];
    if (good >> 31 != 0) return;
    for (size_t i = 0; i < end_; ++i) check(indices_[i]);
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
