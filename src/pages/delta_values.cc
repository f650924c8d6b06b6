// (parquet-format, Encodings.md, "Delta Encoding", "Delta-length byte array", "Delta Strings".)
#include <array>
#include <string>
#include <utility>

#include "base/short_text.h"
#include "encodings/delta_binary_packed_reader.h"
#include "pages/page_fault.h"
#include "pages/value_decoders.h"

namespace sluice {
namespace {

constexpr size_t kBlockValues = 1'024;

template <typename T>
class DeltaReader final : public ValueReader {
 public:
  DeltaReader(const LeafForm& form, ByteSpan values, size_t values_max) : form_(form) {
    if (values.empty()) return;  // nothing but nulls
    deltas_ = delta_binary_packed::Reader<T>(values);
    if (deltas_.declared() > values_max) refuse_announced_values(deltas_.declared(), values_max);
  }

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    const size_t wanted = values_within(count, bytes_max, form_.width);
    std::byte* const place = to.add_fixed(wanted);
    if (form_.is_same()) {
      take({reinterpret_cast<T*>(place), wanted});
      return wanted;
    }
    std::array<T, kBlockValues> block;
    for (size_t done = 0; done < wanted; done += block.size()) {
      const auto here = std::span(block).first(std::min(block.size(), wanted - done));
      take(here);
      convert_values(form_, std::as_bytes(here).data(), here.size(), place + done * form_.width);
    }
    return wanted;
  }
  void skip(size_t count) override {
    const size_t found = deltas_.skip(count);
    if (found < count) refuse_missing_values(count - found);
  }
  // All are decoded anyway, and that is faster in blocks.
  size_t read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    if (places.empty()) return skip(count), 0;
    const size_t wanted = values_within(places.size(), bytes_max, form_.width);
    const size_t end = wanted < places.size() ? places[wanted] : count;
    std::byte* const room = to.add_fixed(wanted);
    std::array<T, kBlockValues> block;
    size_t done = 0;
    for (size_t at = 0; at < end; at += block.size()) {
      const auto here = std::span(block).first(std::min(block.size(), end - at));
      take(here);
      size_t picked = 0;
      for (; done + picked < wanted && places[done + picked] < at + here.size(); ++picked)
        block[picked] = block[places[done + picked] - at];
      convert_values(form_, std::as_bytes(here).data(), picked, room + done * form_.width);
      done += picked;
    }
    return wanted;
  }
  size_t bytes_left() const override { return deltas_.bytes_left() + (deltas_.values_left() > 0 ? 1 : 0); }

 private:
  void take(std::span<T> values) {
    const size_t found = deltas_.read(values);
    if (found < values.size()) refuse_missing_values(values.size() - found);
  }

  const LeafForm& form_;
  delta_binary_packed::Reader<T> deltas_;
};

/// Lengths in front of texts, some of them decoded ahead.
class LengthCursor {
 public:
  /// Takes the lengths off the front of `bytes`.
  LengthCursor(ByteSpan& bytes, size_t values_max) {
    if (bytes.empty()) return;
    delta_binary_packed::Extent extent;
    if (!delta_binary_packed::find_extent(bytes, extent)) throw PageFault("the lengths of texts are damaged");
    if (extent.values > values_max) refuse_announced_values(extent.values, values_max);
    reader_ = delta_binary_packed::Reader<int32_t>(bytes.first(extent.bytes));
    bytes = bytes.subspan(extent.bytes);
  }

  /// Lengths that were not passed, at most `count` of them, all 0 or more. Throws PageFault where there is none.
  std::span<const int32_t> ahead(size_t count) {
    if (at_ == end_) {
      at_ = 0;
      end_ = reader_.read(std::span(lengths_).first(std::min(count, lengths_.size())));
      if (end_ == 0) refuse_missing_values(count);
      int32_t signs = 0;
      for (size_t i = 0; i < end_; ++i) signs |= lengths_[i];
      if (signs < 0) throw PageFault("a text has a length below 0");
    }
    return std::span<const int32_t>(lengths_).subspan(at_, std::min(count, end_ - at_));
  }
  void pass(size_t count) { at_ += count; }
  size_t values_left() const { return static_cast<size_t>(reader_.values_left()) + (end_ - at_); }

 private:
  delta_binary_packed::Reader<int32_t> reader_;
  std::array<int32_t, kBlockValues> lengths_;
  size_t at_ = 0;
  size_t end_ = 0;
};

class DeltaLengthReader final : public ValueReader {
 public:
  DeltaLengthReader(ByteSpan values, size_t values_max) : rest_(values), lengths_(rest_, values_max) {}

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    uint64_t budget = bytes_max;
    size_t done = 0;
    while (done < count) {
      const std::span<const int32_t> ahead = lengths_.ahead(count - done);
      uint64_t total = 0;
      size_t fitting = 0;
      for (; fitting < ahead.size(); ++fitting) {
        const auto size = static_cast<uint64_t>(ahead[fitting]);
        if (total + size > budget && done + fitting > 0) break;
        total += size;
      }
      if (fitting == 0 || !to.add_texts(ahead.first(fitting), take(total))) break;
      rest_ = rest_.subspan(static_cast<size_t>(total));
      lengths_.pass(fitting);
      budget -= std::min(budget, total);
      done += fitting;
    }
    return done;
  }
  void skip(size_t count) override {
    for (size_t done = 0; done < count;) {
      const std::span<const int32_t> ahead = lengths_.ahead(count - done);
      uint64_t total = 0;
      for (const int32_t size : ahead) total += static_cast<uint64_t>(size);
      rest_ = rest_.subspan(take(total).size());
      lengths_.pass(ahead.size());
      done += ahead.size();
    }
  }
  // Lengths are decoded in blocks, and gone through where they stand.
  size_t read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    uint64_t budget = bytes_max;
    size_t done = 0;
    for (size_t at = 0; at < count;) {
      const std::span<const int32_t> ahead = lengths_.ahead(count - at);
      const size_t next = done < places.size() ? places[done] - at : ahead.size();
      const size_t gap = std::min(next, ahead.size());
      uint64_t total = 0;
      for (size_t i = 0; i < gap; ++i) total += static_cast<uint64_t>(ahead[i]);
      rest_ = rest_.subspan(take(total).size());
      lengths_.pass(gap);
      at += gap;
      if (next >= ahead.size()) continue;
      const auto size = static_cast<uint64_t>(ahead[next]);
      if (done > 0 && size > budget) return done;
      if (!to.add_texts(ahead.subspan(next, 1), take(size))) return done;
      rest_ = rest_.subspan(static_cast<size_t>(size));
      lengths_.pass(1);
      budget -= std::min(budget, size);
      ++at;
      ++done;
    }
    return done;
  }
  size_t bytes_left() const override { return rest_.size() + (lengths_.values_left() > 0 ? 1 : 0); }

 private:
  ByteSpan take(uint64_t size) const {
    if (size > rest_.size())
      throw PageFault("texts of " + std::to_string(size) + " bytes where " + std::to_string(rest_.size()) +
                      " are left");
    return rest_.first(static_cast<size_t>(size));
  }

  ByteSpan rest_;
  LengthCursor lengths_;
};

class DeltaTextReader final : public ValueReader {
 public:
  DeltaTextReader(ByteSpan values, size_t values_max)
      : rest_(values), prefixes_(rest_, values_max), suffixes_(rest_, values_max) {
    add_slack();
  }

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    uint64_t budget = bytes_max;
    size_t done = 0;
    while (done < count) {
      look_ahead(count - done);
      const uint64_t first = check_first();
      const size_t column_room = to.text_bytes_left();
      if (first > column_room || (first > budget && done > 0)) break;
      const uint64_t room = std::max(first, std::min<uint64_t>({column_room, kRoomBytes, budget}));
      const LeafBuffers::TextRoom place = to.text_room(ahead_, static_cast<size_t>(room));
      // The text before stands right in front of the room, unless another call has read it.
      const std::byte* previous = done > 0 ? place.bytes - previous_size_ : previous_.data();
      const size_t used = join_texts(place, static_cast<size_t>(room), previous);
      to.add_written_texts(joined_);
      done += joined_;
      budget -= std::min<uint64_t>(budget, used);
      keep(place.bytes + used - previous_size_);
    }
    return done;
  }
  void skip(size_t count) override {
    for (size_t done = 0; done < count; ++done) {
      look_ahead(count - done);
      check_first();
      const auto suffix = static_cast<size_t>(suffixes_.ahead(1)[0]);
      previous_.resize(static_cast<size_t>(prefixes_.ahead(1)[0]));
      previous_.append(rest_.first(suffix));
      previous_size_ = previous_.size();
      add_slack();
      rest_ = rest_.subspan(suffix);
      prefixes_.pass(1);
      suffixes_.pass(1);
    }
  }
  size_t bytes_left() const override {
    return rest_.size() + (prefixes_.values_left() + suffixes_.values_left() > 0 ? 1 : 0);
  }

 private:
  static constexpr size_t kRoomBytes = 65'536;

  void look_ahead(size_t count) { ahead_ = std::min(prefixes_.ahead(count).size(), suffixes_.ahead(count).size()); }

  // Before room is made for it. Returns its size.
  uint64_t check_first() {
    const auto prefix = static_cast<size_t>(prefixes_.ahead(1)[0]);
    const auto suffix = static_cast<size_t>(suffixes_.ahead(1)[0]);
    check(prefix, suffix);
    return prefix + suffix;
  }

  void check(size_t prefix, size_t suffix) const {
    if (prefix > previous_size_)
      throw PageFault("a text shares " + std::to_string(prefix) + " bytes with the one before, which has " +
                      std::to_string(previous_size_));
    if (suffix > rest_.size())
      throw PageFault("a text of " + std::to_string(suffix) + " bytes where " + std::to_string(rest_.size()) +
                      " are left");
  }

  // `from` is followed by a block at least: by room, or by the slack of `previous_`.
  static void copy_prefix(const std::byte* from, size_t count, std::byte* to) {
    if (count > kTextBlock) return static_cast<void>(std::memcpy(to, from, count));
    std::array<std::byte, kTextBlock> block;
    std::memcpy(block.data(), from, kTextBlock);
    std::memcpy(to, block.data(), kTextBlock);
  }

  // As many of those ahead as find room; returns the bytes that they take.
  size_t join_texts(const LeafBuffers::TextRoom& place, size_t room, const std::byte* previous) {
    const std::span<const int32_t> prefixes = prefixes_.ahead(ahead_);
    const std::span<const int32_t> suffixes = suffixes_.ahead(ahead_);
    const std::byte* const end = rest_.data() + rest_.size();
    size_t used = 0;
    for (joined_ = 0; joined_ < ahead_; ++joined_) {
      const auto prefix = static_cast<size_t>(prefixes[joined_]);
      const auto suffix = static_cast<size_t>(suffixes[joined_]);
      if (prefix + suffix > room - used) break;
      check(prefix, suffix);
      std::byte* const to = place.bytes + used;
      copy_prefix(previous, prefix, to);
      copy_text(rest_.data(), suffix, end, to + prefix);
      rest_ = rest_.subspan(suffix);
      previous = to;
      previous_size_ = prefix + suffix;
      used += previous_size_;
      place.ends[joined_] = place.begin + static_cast<int32_t>(used);
    }
    prefixes_.pass(joined_);
    suffixes_.pass(joined_);
    return used;
  }

  // For the next call: where the texts are by then, nobody knows.
  void keep(const std::byte* text) {
    previous_.clear();
    previous_.append(text, previous_size_);
    add_slack();
  }

  void add_slack() { std::memset(previous_.prepare(kTextBlock), 0, kTextBlock); }

  ByteSpan rest_;  ///< suffixes
  LengthCursor prefixes_;
  LengthCursor suffixes_;
  size_t ahead_ = 0;
  size_t joined_ = 0;
  Bytes previous_;
  size_t previous_size_ = 0;
};

/// What texts are in before they are converted.
const LeafForm& text_form() {
  static const LeafForm form{.type = binary(), .carrier = PhysicalType::byte_array, .layout = ValueLayout::text};
  return form;
}

class TextConverter final : public ValueReader {
 public:
  TextConverter(const LeafForm& form, std::unique_ptr<ValueReader> texts)
      : form_(form),
        texts_(std::move(texts)),
        staged_(text_form(), std::make_shared<BufferPool>(2 * kStagedBytes), false) {}

  size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) override {
    const size_t wanted = values_within(count, bytes_max, form_.width);
    for (size_t done = 0; done < wanted;) {
      const size_t found = texts_->read(std::min(wanted - done, kBlockValues), kStagedBytes, staged_);
      const Column texts = staged_.finish();
      if (form_.converts_texts != nullptr)
        convert_texts(texts, found, to);
      else
        convert_fixed(texts, found, to);
      done += found;
    }
    return wanted;
  }
  void skip(size_t count) override { texts_->skip(count); }
  size_t bytes_left() const override { return texts_->bytes_left(); }

 private:
  static constexpr size_t kStagedBytes = 65'536;

  void convert_texts(const Column& texts, size_t count, LeafBuffers& to) const {
    const int32_t* const offsets = texts.offsets_data();
    const std::byte* const bytes = texts.values.bytes().data();
    const size_t good = form_.converts_texts(form_, offsets, bytes, count, to.add_fixed(count));
    if (good == count) return;
    const auto size = static_cast<size_t>(offsets[good + 1] - offsets[good]);
    throw unrepresentable(form_, {bytes + offsets[good], size});
  }

  void convert_fixed(const Column& texts, size_t count, LeafBuffers& to) const {
    const int32_t* const offsets = texts.offsets_data();
    for (size_t i = 0; i < count; ++i)
      if (static_cast<size_t>(offsets[i + 1] - offsets[i]) != form_.stored_width)
        throw PageFault("a value of " + std::to_string(offsets[i + 1] - offsets[i]) + " bytes, all have " +
                        std::to_string(form_.stored_width));
    convert_values(form_, texts.values.bytes().data(), count, to.add_fixed(count));
  }

  const LeafForm& form_;
  std::unique_ptr<ValueReader> texts_;
  LeafBuffers staged_;
};

}  // namespace

std::unique_ptr<ValueReader> make_delta_reader(const LeafForm& form, ByteSpan values, size_t values_max) {
  if (form.carrier == PhysicalType::int32) return std::make_unique<DeltaReader<int32_t>>(form, values, values_max);
  return std::make_unique<DeltaReader<int64_t>>(form, values, values_max);
}
std::unique_ptr<ValueReader> make_delta_length_reader(ByteSpan values, size_t values_max) {
  return std::make_unique<DeltaLengthReader>(values, values_max);
}
std::unique_ptr<ValueReader> make_delta_text_reader(ByteSpan values, size_t values_max) {
  return std::make_unique<DeltaTextReader>(values, values_max);
}
std::unique_ptr<ValueReader> make_text_converter(const LeafForm& form, std::unique_ptr<ValueReader> texts) {
  return std::make_unique<TextConverter>(form, std::move(texts));
}

}  // namespace sluice
