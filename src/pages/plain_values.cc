// (parquet-format, Encodings.md, "Plain", "RLE" of booleans, "Byte Stream Split".)
#include <string>
#include <type_traits>

#include "base/bits.h"
#include "base/short_text.h"
#include "encodings/byte_stream_split.h"
#include "encodings/rle_hybrid_reader.h"
#include "pages/page_fault.h"
#include "pages/value_decoders.h"

namespace sluice {
namespace {

/// `Width`: a constant, so that each copy is one move.
template <typename Width>
void copy_places(const std::byte* from, std::span<const uint32_t> places, Width width, std::byte* to) {
  for (const uint32_t place : places) {
    std::memcpy(to, from + place * size_t{width}, width);
    to += width;
  }
}

class PlainFixedReader final : public ValueReader {
 public:
  PlainFixedReader(const LeafForm& form, ByteSpan values) : form_(form), rest_(values) {}

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    const size_t wanted = values_within(count, bytes_max, form_.width);
    const ByteSpan stored = take(wanted);
    convert_values(form_, stored.data(), wanted, to.add_fixed(wanted));
    return wanted;
  }
  void skip(size_t count) override { take(count); }
  size_t read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    if (!form_.is_same() || places.empty()) return ValueReader::read_at(places, count, bytes_max, to);
    const size_t wanted = values_within(places.size(), bytes_max, form_.width);
    const std::byte* const from = take(wanted < places.size() ? places[wanted] : count).data();
    std::byte* const place = to.add_fixed(wanted);
    switch (form_.width) {
      case 4: copy_places(from, places.first(wanted), std::integral_constant<size_t, 4>(), place); break;
      case 8: copy_places(from, places.first(wanted), std::integral_constant<size_t, 8>(), place); break;
      default: copy_places(from, places.first(wanted), form_.width, place);
    }
    return wanted;
  }
  size_t bytes_left() const override { return rest_.size(); }

 private:
  ByteSpan take(size_t count) {
    const size_t whole = rest_.size() / form_.stored_width;
    if (whole < count) refuse_missing_values(count - whole);
    const ByteSpan taken = rest_.first(count * form_.stored_width);
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  const LeafForm& form_;
  ByteSpan rest_;
};

class PlainTextReader final : public ValueReader {
 public:
  explicit PlainTextReader(ByteSpan values) : rest_(values) {}

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    uint64_t budget = bytes_max;
    size_t done = 0;
    while (done < count) {
      const size_t first = next_size(count - done);
      const size_t column_room = to.text_bytes_left();
      if (first > column_room || (first > budget && done > 0)) break;
      const auto room = static_cast<size_t>(std::min<uint64_t>({rest_.size(), column_room, kRoomBytes, budget}));
      const size_t before = done;
      budget -= std::min<uint64_t>(budget, copy_texts(count, std::max(room, first), done, to));
      to.add_written_texts(done - before);
    }
    return done;
  }
  void skip(size_t count) override {
    for (size_t i = 0; i < count; ++i) rest_ = rest_.subspan(sizeof(uint32_t) + next_size(count - i));
  }
  size_t bytes_left() const override { return rest_.size(); }

 private:
  // So much room is made ready at a time: hardly more than is filled.
  static constexpr size_t kRoomBytes = 65'536;

  // Of the text in front; `missing` values are yet to be read.
  size_t next_size(size_t missing) const {
    if (rest_.size() < sizeof(uint32_t)) refuse_missing_values(missing);
    const size_t size = load<uint32_t>(rest_.data());
    if (size > rest_.size() - sizeof(uint32_t))
      throw PageFault("a text of " + std::to_string(size) + " bytes where " +
                      std::to_string(rest_.size() - sizeof(uint32_t)) + " are left");
    return size;
  }

  // As many as there are, are wanted and find room; returns the bytes that they took.
  size_t copy_texts(size_t count, size_t room, size_t& done, LeafBuffers& to) {
    const LeafBuffers::TextRoom place = to.text_room(count - done, room);
    const std::byte* from = rest_.data();
    const std::byte* const end = from + rest_.size();
    int32_t* ends = place.ends;
    size_t used = 0;
    while (done < count && static_cast<size_t>(end - from) >= sizeof(uint32_t)) {
      const size_t size = load<uint32_t>(from);
      const std::byte* const text = from + sizeof(uint32_t);
      if (size > room - used || size > static_cast<size_t>(end - text)) break;
      copy_text(text, size, end, place.bytes + used);
      used += size;
      *ends++ = place.begin + static_cast<int32_t>(used);
      from = text + size;
      ++done;
    }
    rest_ = {from, end};
    return used;
  }

  ByteSpan rest_;
};

class PlainBooleanReader final : public ValueReader {
 public:
  explicit PlainBooleanReader(ByteSpan values) : values_(values) {}

  size_t read(size_t count, uint64_t, LeafBuffers& to) override {
    const uint64_t from = at_;
    skip(count);
    int64_t begin = 0;
    uint8_t* const bits = to.add_bits(count, begin);
    write_bits(reinterpret_cast<const uint8_t*>(values_.data()), static_cast<int64_t>(from),
               static_cast<int64_t>(count), bits, begin);
    return count;
  }
  void skip(size_t count) override {
    const uint64_t left = uint64_t{values_.size()} * 8 - at_;
    if (left < count) refuse_missing_values(count - static_cast<size_t>(left));
    at_ += count;
  }
  size_t bytes_left() const override { return values_.size() - static_cast<size_t>((at_ + 7) / 8); }

 private:
  ByteSpan values_;
  uint64_t at_ = 0;  ///< bits
};

class BooleanRunReader final : public ValueReader {
 public:
  explicit BooleanRunReader(ByteSpan values) {
    if (values.empty()) return;
    if (values.size() < sizeof(uint32_t) || load<uint32_t>(values.data()) > values.size() - sizeof(uint32_t))
      throw PageFault("runs of booleans that go beyond the page of " + std::to_string(values.size()) + " bytes");
    const size_t length = load<uint32_t>(values.data());
    const ByteSpan runs = values.subspan(sizeof(uint32_t));
    runs_ = rle_hybrid::Reader(runs.first(length), 1);
    bytes_behind_ = runs.size() - length;
  }

  size_t read(size_t count, uint64_t, LeafBuffers& to) override {
    int64_t begin = 0;
    int64_t set = 0;
    uint8_t* const bits = to.add_bits(count, begin);
    const size_t found = runs_.read_bits(count, bits, begin, set);
    if (found < count) refuse_missing_values(count - found);
    return count;
  }
  void skip(size_t count) override {
    const size_t found = runs_.skip(count);
    if (found < count) refuse_missing_values(count - found);
  }
  size_t bytes_left() const override { return runs_.bytes_left() + bytes_behind_; }

 private:
  rle_hybrid::Reader runs_;
  size_t bytes_behind_ = 0;
};

class SplitReader final : public ValueReader {
 public:
  SplitReader(const LeafForm& form, ByteSpan values) : form_(form), values_(values) {
    if (values.size() % form.stored_width != 0)
      throw PageFault("streams of " + std::to_string(values.size()) + " bytes for values of " +
                      std::to_string(form.stored_width) + ", expected whole values");
  }

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    const size_t wanted = values_within(count, bytes_max, form_.width);
    const size_t first = at_;
    skip(wanted);
    std::byte* const place = to.add_fixed(wanted);
    if (form_.is_same()) {
      byte_stream_split::decode_range(values_, form_.width, first, {place, wanted * form_.width});
      return wanted;
    }
    const size_t block = std::max<size_t>(kScratchBytes / form_.stored_width, 1);
    scratch_.resize(std::min(block, wanted) * form_.stored_width);
    for (size_t done = 0; done < wanted; done += block) {
      const size_t here = std::min(block, wanted - done);
      byte_stream_split::decode_range(values_, form_.stored_width, first + done,
                                      {scratch_.data(), here * form_.stored_width});
      convert_values(form_, scratch_.data(), here, place + done * form_.width);
    }
    return wanted;
  }
  void skip(size_t count) override {
    const size_t left = values_.size() / form_.stored_width - at_;
    if (left < count) refuse_missing_values(count - left);
    at_ += count;
  }
  size_t bytes_left() const override { return values_.size() - at_ * form_.stored_width; }

 private:
  static constexpr size_t kScratchBytes = 8'192;

  const LeafForm& form_;
  ByteSpan values_;
  size_t at_ = 0;
  Bytes scratch_;
};

class EmptyTextReader final : public ValueReader {
 public:
  explicit EmptyTextReader(ByteSpan values) : bytes_left_(values.size()) {}

  size_t read(size_t count, uint64_t, LeafBuffers& to) override {
    const LeafBuffers::TextRoom place = to.text_room(count, 0);
    std::fill_n(place.ends, count, place.begin);
    to.add_written_texts(count);
    return count;
  }
  void skip(size_t) override {}
  size_t bytes_left() const override { return bytes_left_; }

 private:
  size_t bytes_left_;
};

class NullReader final : public ValueReader {
 public:
  size_t read(size_t count, uint64_t, LeafBuffers& to) override {
    to.add_nulls(count);
    return count;
  }
  void skip(size_t) override {}
  size_t bytes_left() const override { return 0; }
};

}  // namespace

std::unique_ptr<ValueReader> make_plain_fixed_reader(const LeafForm& form, ByteSpan values) {
  return std::make_unique<PlainFixedReader>(form, values);
}
std::unique_ptr<ValueReader> make_plain_text_reader(ByteSpan values) {
  return std::make_unique<PlainTextReader>(values);
}
std::unique_ptr<ValueReader> make_plain_boolean_reader(ByteSpan values) {
  return std::make_unique<PlainBooleanReader>(values);
}
std::unique_ptr<ValueReader> make_boolean_run_reader(ByteSpan values) {
  return std::make_unique<BooleanRunReader>(values);
}
std::unique_ptr<ValueReader> make_split_reader(const LeafForm& form, ByteSpan values) {
  return std::make_unique<SplitReader>(form, values);
}
std::unique_ptr<ValueReader> make_empty_text_reader(ByteSpan values) {
  return std::make_unique<EmptyTextReader>(values);
}
std::unique_ptr<ValueReader> make_null_reader() { return std::make_unique<NullReader>(); }

}  // namespace sluice
