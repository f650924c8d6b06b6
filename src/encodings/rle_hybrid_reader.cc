#include "encodings/rle_hybrid_reader.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/bits.h"
#include "encodings/bit_unpack.h"
#include "encodings/varint.h"

namespace sluice::rle_hybrid {

namespace {

constexpr int kIndexWidthMax = 32;
constexpr size_t kGroupValues = 8;
// What the kernels of bit_pack read at a time.
constexpr size_t kBlockValues = 32;

ByteSpan without_front(ByteSpan bytes, size_t count) { return bytes.subspan(std::min(count, bytes.size())); }

}  // namespace

Reader::Reader(ByteSpan bytes, int width) : bytes_(bytes), width_(width) {
  if (width == 0) run_left_ = std::numeric_limits<uint64_t>::max();
  if (width < 0 || width > kIndexWidthMax) bytes_ = {};
}

// Goes on to a run or to groups that have values. Requires that none are at hand.
bool Reader::next_run() {
  uint64_t header = 0;
  while (run_left_ == 0 && packed_left_ == 0) {
    if (bytes_.empty() || !varint::decode(bytes_, header)) return false;
    if ((header & 1) == 0) {
      const auto size = static_cast<size_t>(width_ + 7) / 8;
      uint64_t value = 0;
      if (bytes_.size() >= size) std::memcpy(&value, bytes_.data(), size);
      if (bytes_.size() < size || value >> width_ != 0) {
        bytes_ = {};
        return false;
      }
      bytes_ = bytes_.subspan(size);
      run_left_ = header >> 1;
      run_value_ = static_cast<uint32_t>(value);
      continue;
    }
    // As many groups as are announced, but no more values than there are bytes for.
    const auto bits_each = static_cast<uint64_t>(width_);
    const uint64_t whole = bytes_.size() / bits_each * 8 + bytes_.size() % bits_each * 8 / bits_each;
    packed_left_ = header >> 1 > whole / kGroupValues ? whole : (header >> 1) * kGroupValues;
    if (header >> 1 != 0 && packed_left_ == 0) bytes_ = {};
  }
  return true;
}

// Requires as many packed values.
void Reader::pass_packed(size_t count) {
  packed_left_ -= count;
  packed_at_ += count;
  size_t groups = packed_at_ / kGroupValues;
  packed_at_ %= kGroupValues;
  if (packed_left_ == 0 && packed_at_ != 0) {  // bytes that ended inside of a group
    ++groups;
    packed_at_ = 0;
  }
  bytes_ = without_front(bytes_, groups * static_cast<size_t>(width_));
}

Reader::Stretch Reader::peek(size_t count_max) {
  if (run_left_ == 0 && packed_left_ == 0 && !next_run()) return {};
  if (run_left_ > 0) return {static_cast<size_t>(std::min<uint64_t>(run_left_, count_max)), true, run_value_};
  return {static_cast<size_t>(std::min<uint64_t>(packed_left_, count_max)), false, 0};
}

// Requires packed values. Reads some of them.
template <typename T>
size_t Reader::read_packed(std::span<T> values) {
  const auto room = static_cast<size_t>(std::min<uint64_t>(packed_left_, values.size()));
  if (packed_at_ > 0) {
    std::array<T, kGroupValues> group{};
    bit_pack::decode(bytes_, width_, group);
    const size_t count = std::min(kGroupValues - packed_at_, room);
    std::copy_n(group.begin() + static_cast<std::ptrdiff_t>(packed_at_), count, values.begin());
    pass_packed(count);
    return count;
  }
  // A whole last block is read, where there is room, even if the groups end inside of it: what follows them is written
  // over afterwards, and blocks that are cut short take several times as long.
  const size_t blocks = (room + kBlockValues - 1) / kBlockValues * kBlockValues;
  bit_pack::decode(bytes_, width_, values.first(std::min(values.size(), blocks)));
  pass_packed(room);
  return room;
}

template <typename T>
size_t Reader::read_values(std::span<T> values) {
  if (width_ > std::numeric_limits<T>::digits) return 0;
  size_t done = 0;
  while (done < values.size()) {
    if (run_left_ == 0 && packed_left_ == 0 && !next_run()) break;
    if (run_left_ == 0) {
      done += read_packed(values.subspan(done));
      continue;
    }
    const auto count = static_cast<size_t>(std::min<uint64_t>(run_left_, values.size() - done));
    std::fill_n(values.data() + done, count, static_cast<T>(run_value_));
    run_left_ -= count;
    done += count;
  }
  return done;
}

size_t Reader::read(std::span<uint32_t> values) { return read_values(values); }
size_t Reader::read(std::span<uint8_t> values) { return read_values(values); }

size_t Reader::read_bits(size_t count, uint8_t* bits, int64_t begin, int64_t& set) {
  size_t done = 0;
  while (done < count) {
    const Stretch stretch = peek(count - done);
    if (stretch.count == 0) break;
    const auto here = static_cast<int64_t>(stretch.count);
    const int64_t at = begin + static_cast<int64_t>(done);
    if (stretch.is_run) {
      fill_bits(stretch.value != 0, here, bits, at);
      run_left_ -= stretch.count;
    } else {
      const auto* packed = reinterpret_cast<const uint8_t*>(bytes_.data());
      write_bits(packed, static_cast<int64_t>(packed_at_), here, bits, at);
      pass_packed(stretch.count);
    }
    done += stretch.count;
  }
  set = count_set_bits(bits, begin, static_cast<int64_t>(done));
  return done;
}

size_t Reader::skip(size_t count) {
  size_t done = 0;
  while (done < count) {
    const Stretch stretch = peek(count - done);
    if (stretch.count == 0) break;
    if (stretch.is_run)
      run_left_ -= stretch.count;
    else
      pass_packed(stretch.count);
    done += stretch.count;
  }
  return done;
}

// Value `index` of the groups at hand, counted from the beginning of the first one. Requires that it is there.
uint32_t Reader::packed_value(size_t index) const {
  const size_t bit = index * static_cast<size_t>(width_);
  const std::byte* const from = bytes_.data() + bit / 8;
  const size_t left = bytes_.size() - bit / 8;
  uint64_t word = 0;
  if (left >= sizeof word)
    word = load<uint64_t>(from);
  else
    std::memcpy(&word, from, left);
  return static_cast<uint32_t>(word >> bit % 8 & ((uint64_t{1} << width_) - 1));
}

size_t Reader::pick(std::span<const uint32_t> places, size_t begin, size_t end, uint32_t* values) {
  size_t at = begin;
  auto place = places.begin();
  while (at < end) {
    const Stretch stretch = peek(end - at);
    if (stretch.count == 0) break;
    const size_t stretch_end = at + stretch.count;
    if (stretch.is_run) {
      for (; place != places.end() && *place < stretch_end; ++place) *values++ = stretch.value;
      run_left_ -= stretch.count;
    } else {
      for (; place != places.end() && *place < stretch_end; ++place) *values++ = packed_value(packed_at_ + *place - at);
      pass_packed(stretch.count);
    }
    at = stretch_end;
  }
  return at - begin;
}

bool Reader::is_spent() const {
  if (run_left_ > 0) return width_ == 0;
  if (bytes_left() > 0) return false;
  if (packed_at_ == 0) return true;
  std::array<uint32_t, kGroupValues> group{};
  bit_pack::decode(bytes_, width_, group);
  return std::all_of(group.begin() + static_cast<std::ptrdiff_t>(packed_at_), group.end(),
                     [](uint32_t value) { return value == 0; });
}

size_t Reader::bytes_left() const {
  return packed_at_ == 0 ? bytes_.size() : without_front(bytes_, static_cast<size_t>(width_)).size();
}

}  // namespace sluice::rle_hybrid
