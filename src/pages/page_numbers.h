// Small numbers of the page under way: levels, booleans, indices into a dictionary. They are kept one by one, and in as
// few bits as they need (parquet-format, Encodings.md, "RLE") once memory is short: of ten thousand columns each may
// have twenty thousand, of which a page in the file has a bit each.
//
//   numbers.recent().push_back(3);
//   numbers.pack();                    // memory is short
//   numbers.recent().push_back(4);
//   numbers.unpack();                  // the page ends: recent() has all
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "encodings/rle_hybrid.h"
#include "encodings/rle_hybrid_reader.h"

namespace sluice {

/// Of uint8_t or uint32_t.
template <typename T>
class PageNumbers {
 public:
  /// Those behind the packed ones, to be appended to; all of them while nothing is packed.
  std::vector<T>& recent() { return recent_; }
  const std::vector<T>& recent() const {
    assert(packed_count_ == 0);
    return recent_;
  }
  size_t size() const { return packed_count_ + recent_.size(); }
  void clear() {
    recent_.clear();
    packed_ = Bytes();
    packed_count_ = 0;
  }

  /// Takes less memory. A few stay as they are: to pack them would not be worth it.
  void pack() {
    if (recent_.size() < kPackedMin) return;
    const int width = std::max<int>(std::bit_width(*std::ranges::max_element(recent_)), 1);
    const size_t begin = packed_.size();
    packed_.append_value(Stretch{});
    rle_hybrid::encode(std::span<const T>(recent_), width, packed_);
    const Stretch stretch{recent_.size(), packed_.size() - begin - sizeof(Stretch), width};
    std::memcpy(packed_.data() + begin, &stretch, sizeof stretch);
    packed_count_ += recent_.size();
    std::vector<T>().swap(recent_);
  }
  void unpack() {
    if (packed_count_ == 0) return;
    std::vector<T> all(size());
    size_t done = 0;
    for (size_t at = 0; at < packed_.size();) {
      const auto stretch = load<Stretch>(packed_.data() + at);
      at += sizeof stretch;
      rle_hybrid::Reader packed(ByteSpan(packed_).subspan(at, stretch.bytes), stretch.width);
      packed.read(std::span(all).subspan(done, stretch.count));
      done += stretch.count;
      at += stretch.bytes;
    }
    std::ranges::copy(recent_, all.begin() + static_cast<std::ptrdiff_t>(done));
    clear();
    recent_ = std::move(all);
  }

  /// Calls `visit` with what it is made of. Who empties that fills it again before anything else.
  template <typename Visit>
  void each_buffer(Visit&& visit) {
    visit(recent_);
    visit(packed_);
  }
  uint64_t memory_bytes() const { return recent_.capacity() * sizeof(T) + packed_.capacity(); }

 private:
  static constexpr size_t kPackedMin = 64;
  /// Stands in front of numbers that were packed together.
  struct Stretch {
    size_t count = 0;
    size_t bytes = 0;
    int width = 0;
  };

  std::vector<T> recent_;
  Bytes packed_;
  size_t packed_count_ = 0;
};

}  // namespace sluice
