#include "encodings/delta_binary_packed_reader.h"

#include <algorithm>
#include <limits>

#include "encodings/bit_pack.h"
#include "encodings/bit_unpack.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/varint.h"

namespace sluice::delta_binary_packed {

namespace {

struct Header {
  uint64_t miniblocks = 0;
  uint64_t miniblock_values = 0;
  uint64_t count = 0;
  uint64_t first = 0;  // its bits, sign-extended
};

// Takes the header off the front of `bytes`. No block is larger than what a count of 31 bits could fill; that bound
// keeps the products below from overflowing.
bool take_header(ByteSpan& bytes, Header& header) {
  constexpr uint64_t kBlockValuesMax = uint64_t{1} << 31;
  uint64_t block_values = 0;
  uint64_t first = 0;
  if (!varint::decode(bytes, block_values) || !varint::decode(bytes, header.miniblocks) ||
      !varint::decode(bytes, header.count) || !varint::decode(bytes, first))
    return false;
  header.first = static_cast<uint64_t>(varint::unzigzag(first));
  if (block_values == 0 || block_values > kBlockValuesMax || block_values % 128 != 0) return false;
  if (header.miniblocks == 0 || block_values % header.miniblocks != 0) return false;
  header.miniblock_values = block_values / header.miniblocks;
  return header.miniblock_values % 32 == 0;
}

ByteSpan take_front(ByteSpan& bytes, uint64_t count) {
  const ByteSpan front = bytes.first(static_cast<size_t>(std::min<uint64_t>(count, bytes.size())));
  bytes = bytes.subspan(front.size());
  return front;
}

}  // namespace

template <typename T>
Reader<T>::Reader(ByteSpan bytes) : rest_(bytes) {
  Header header;
  if (!take_header(rest_, header)) {
    end();
    return;
  }
  declared_ = left_ = header.count;
  miniblocks_ = header.miniblocks;
  miniblock_values_ = header.miniblock_values;
  previous_ = static_cast<Unsigned>(header.first);
}

// Requires that the one at hand is read. What is not there of its last bytes may be padding.
template <typename T>
bool Reader<T>::next_miniblock() {
  if (widths_.empty()) {
    uint64_t least = 0;
    if (!varint::decode(rest_, least) || rest_.size() < miniblocks_) return false;
    least_ = static_cast<Unsigned>(varint::unzigzag(least));
    widths_ = take_front(rest_, miniblocks_);
  }
  width_ = std::to_integer<int>(take_front(widths_, 1)[0]);
  if (width_ > std::numeric_limits<Unsigned>::digits) return false;
  packed_ = take_front(rest_, miniblock_values_ / 8 * static_cast<uint64_t>(width_));
  miniblock_left_ = miniblock_values_;
  return true;
}

// Unpacks differences and adds them up; returns how many were whole. Requires 32 values each time but the last of a
// miniblock, and no width of 0.
template <typename T>
size_t Reader<T>::unpack(std::span<T> values) {
  std::array<Unsigned, 128> relative;
  size_t done = 0;
  while (done < values.size()) {
    const size_t wanted = std::min(relative.size(), values.size() - done);
    const size_t found = bit_pack::decode(packed_, width_, std::span(relative).first(wanted));
    Unsigned value = previous_;
    for (size_t i = 0; i < found; ++i) {
      value += relative[i] + least_;
      values[done + i] = static_cast<T>(value);
    }
    previous_ = value;
    take_front(packed_, bit_pack::encoded_bytes(found, width_));
    done += found;
    if (found < wanted) break;
  }
  return done;
}

// Reads some values of the miniblock at hand; none where the bytes end.
template <typename T>
size_t Reader<T>::read_miniblock(std::span<T> values) {
  const auto room = static_cast<size_t>(std::min<uint64_t>(miniblock_left_, values.size()));
  size_t count = 0;
  if (ahead_at_ < ahead_end_) {
    count = std::min(room, ahead_end_ - ahead_at_);
    for (size_t i = 0; i < count; ++i) {
      previous_ += ahead_[ahead_at_ + i] + least_;
      values[i] = static_cast<T>(previous_);
    }
    ahead_at_ += count;
  } else if (width_ == 0) {
    for (count = 0; count < room; ++count) values[count] = static_cast<T>(previous_ += least_);
  } else if (room >= kAheadValues) {
    count = unpack(values.first(room / kAheadValues * kAheadValues));
  } else {
    ahead_at_ = 0;
    ahead_end_ = bit_pack::decode(packed_, width_, ahead_);
    take_front(packed_, bit_pack::encoded_bytes(kAheadValues, width_));
    return ahead_end_ == 0 ? 0 : read_miniblock(values);
  }
  miniblock_left_ -= count;
  return count;
}

template <typename T>
size_t Reader<T>::read(std::span<T> values) {
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(values.size(), left_));
  size_t done = 0;
  if (at_first_ && wanted > 0) {
    values[0] = static_cast<T>(previous_);
    at_first_ = false;
    done = 1;
  }
  while (done < wanted) {
    const bool has_more = miniblock_left_ > 0 || next_miniblock();
    const size_t found = has_more ? read_miniblock(values.subspan(done, wanted - done)) : 0;
    if (found == 0) {
      end();
      return done;
    }
    done += found;
  }
  left_ -= done;
  return done;
}

template <typename T>
size_t Reader<T>::skip(size_t count) {
  std::array<T, 256> dropped;
  size_t done = 0;
  while (done < count) {
    // Within a miniblock that counts evenly.
    if (!at_first_ && width_ == 0 && ahead_at_ == ahead_end_ && miniblock_left_ > 0) {
      const uint64_t here = std::min({miniblock_left_, left_, uint64_t{count - done}});
      previous_ += static_cast<Unsigned>(here) * least_;
      miniblock_left_ -= here;
      left_ -= here;
      done += static_cast<size_t>(here);
      if (left_ == 0) break;
      continue;
    }
    // Not beyond the miniblock: the next one may count evenly.
    const uint64_t here = miniblock_left_ > 0 ? miniblock_left_ : 1;
    const auto wanted = static_cast<size_t>(std::min<uint64_t>({here, dropped.size(), count - done}));
    const size_t found = read(std::span(dropped).first(wanted));
    done += found;
    if (found < wanted) break;
  }
  return done;
}

template class Reader<int32_t>;
template class Reader<int64_t>;

bool find_extent(ByteSpan bytes, Extent& extent) {
  ByteSpan rest = bytes;
  Header header;
  if (!take_header(rest, header)) return false;
  uint64_t left = header.count == 0 ? 0 : header.count - 1;
  while (left > 0) {
    uint64_t least = 0;
    if (!varint::decode(rest, least) || rest.size() < header.miniblocks) return false;
    for (ByteSpan widths = take_front(rest, header.miniblocks); !widths.empty() && left > 0;) {
      const auto width = std::to_integer<uint64_t>(take_front(widths, 1)[0]);
      const uint64_t values = std::min(left, header.miniblock_values);
      if (width > 64 || (values * width + 7) / 8 > rest.size()) return false;
      take_front(rest, header.miniblock_values / 8 * width);
      left -= values;
    }
  }
  extent = {header.count, bytes.size() - rest.size()};
  return true;
}

namespace {

template <typename T>
Decoded decode_all(ByteSpan bytes, std::span<T> values) {
  Reader<T> reader(bytes);
  const size_t found = reader.read(values);
  return {found, reader.declared(), bytes.size() - reader.bytes_left()};
}

}  // namespace

Decoded decode(ByteSpan bytes, std::span<int32_t> values) { return decode_all(bytes, values); }
Decoded decode(ByteSpan bytes, std::span<int64_t> values) { return decode_all(bytes, values); }

}  // namespace sluice::delta_binary_packed
