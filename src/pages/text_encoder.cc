// Text and bytes: dictionary, PLAIN, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY. Without a dictionary the page under way
// is held as lengths and bytes apart, from which either is made.

#include <algorithm>
#include <array>

#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "pages/value_encoder.h"

namespace sluice {

TextEncoder::TextEncoder(const ValueEncoderOptions& options)
    : options_(options), bounds_(options.utf8), choice_(options.rules, options.scratch) {
  if (options.bloom_filter) bloom_filter_ = std::make_unique<BloomFilterBuilder>(*options.bloom_filter);
  start_chunk();
}

void TextEncoder::start_chunk() {
  page_of_entry_.clear();
  numbers_.forget();
  dictionary_.start_chunk(choice_.start_chunk() && options_.dictionary_bytes_max > 0);
}

void TextEncoder::append_apart(std::string_view value) {
  lengths_.push_back(static_cast<int32_t>(value.size()));
  text_.append(value);
}

// `number_of(i, value)`: the number of value i in the dictionary, while that is open.
template <typename PositionOf, typename NumberOf>
void TextEncoder::append_at(const Column& column, size_t count, PositionOf position_of, NumberOf number_of) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  for (size_t i = 0; i < count; ++i) {
    const int64_t at = position_of(i);
    const std::string_view value(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
    text_bytes_ += static_cast<int64_t>(value.size());
    if (dictionary_.is_open()) {
      const uint32_t index = number_of(i, value);
      if (index != TextDictionary::kFull) {
        dictionary_.indices().push_back(index);
        if (index >= page_of_entry_.size()) page_of_entry_.resize(index + 1);
        if (page_of_entry_[index] == page_) continue;
        page_of_entry_[index] = page_;
        bounds_.add(value);
        continue;
      }
      spill();
    }
    bounds_.add(value);
    if (bloom_filter_) bloom_filter_->add_text(value);
    append_apart(value);
  }
}

template <typename PositionOf>
void TextEncoder::append_blocks(const Column& column, size_t count, PositionOf position_of) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  std::array<TextDictionary::Wanted, TextDictionary::kBlockValues> block;
  for (size_t begin = 0; begin < count; begin += block.size()) {
    const size_t values = std::min(block.size(), count - begin);
    if (dictionary_.is_open()) {
      for (size_t i = 0; i < values; ++i) {
        const int64_t at = position_of(begin + i);
        block[i].value = {bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at])};
      }
      dictionary_->look_ahead(std::span(block).first(values));
    }
    append_at(
        column, values, [&](size_t i) { return position_of(begin + i); },
        [&](size_t i, std::string_view) { return dictionary_->encode(block[i], options_.dictionary_bytes_max); });
  }
}

bool TextEncoder::append(const Column& column, const ValueSelection& selection) {
  if (selection.positions == nullptr)
    append_blocks(column, selection.count, [&](size_t i) { return selection.begin + static_cast<int64_t>(i); });
  else
    append_blocks(column, selection.count, [&](size_t i) { return int64_t{selection.positions[i]}; });
  return true;
}

// Each entry is hashed when a row of the chunk has it for the first time; then its number is known.
void TextEncoder::append_entries(const std::shared_ptr<const Column>& entries, std::span<const int32_t> positions) {
  uint32_t* const numbers = dictionary_.is_open() ? numbers_.of(entries) : nullptr;
  append_at(
      *entries, positions.size(), [&](size_t i) { return int64_t{positions[i]}; },
      [&](size_t i, std::string_view value) {
        uint32_t& number = numbers[positions[i]];
        if (number == EntryNumbers::kUnknown) number = dictionary_->encode(value, options_.dictionary_bytes_max);
        return number;
      });
}

void TextEncoder::unfold() {
  dictionary_.unpack();
  for (const uint32_t index : dictionary_.indices()) append_apart(dictionary_->entry(index));
}

// The dictionary is at its end: the page under way goes on without it.
void TextEncoder::spill() {
  unfold();
  leave_dictionary();
}

// Its entries are values of the chunk; those behind them are added one by one.
void TextEncoder::leave_dictionary() {
  if (bloom_filter_) bloom_filter_->add_texts(dictionary_.entries());
  numbers_.forget();
  dictionary_.give_up();
}

void TextEncoder::encode_values(Encoding encoding, std::span<const int32_t> lengths, ByteSpan text) {
  if (encoding == Encoding::delta_length_byte_array) return delta_length_byte_array::encode(lengths, text, encoded_);
  if (encoding == Encoding::delta_byte_array) return delta_byte_array::encode(lengths, text, encoded_);
  const size_t size = text.size() + lengths.size() * sizeof(uint32_t);
  std::byte* to = encoded_.prepare(size);
  const std::byte* from = text.data();
  for (const int32_t length : lengths) {
    std::memcpy(to, &length, sizeof length);
    if (length > 0) std::memcpy(to + sizeof length, from, static_cast<size_t>(length));
    to += sizeof length + static_cast<size_t>(length);
    from += length;
  }
  encoded_.advance(size);
}

// The values to be measured.
void TextEncoder::draw_sample(std::vector<int32_t>& lengths, Bytes& text) const {
  lengths.clear();
  text.clear();
  lengths.reserve(choice_.sample().size() * choice_.sample().front().count);
  size_t at = 0;
  size_t begin_of_at = 0;
  for (const auto& [begin, count] : choice_.sample()) {
    if (dictionary_.is_open()) {
      for (const uint32_t index : std::span(dictionary_.indices()).subspan(begin, count)) {
        const std::string_view value = dictionary_->entry(index);
        lengths.push_back(static_cast<int32_t>(value.size()));
        text.append(value);
      }
      continue;
    }
    for (; at < begin; ++at) begin_of_at += static_cast<size_t>(lengths_[at]);
    const size_t text_begin = begin_of_at;
    for (; at < begin + count; ++at) begin_of_at += static_cast<size_t>(lengths_[at]);
    lengths.insert(lengths.end(), lengths_.data() + begin, lengths_.data() + begin + count);
    text.append(ByteSpan(text_).subspan(text_begin, begin_of_at - text_begin));
  }
}

// Measures the page under way in every form; afterwards the page is in the best one.
void TextEncoder::choose(bool ends_chunk) {
  const size_t values = dictionary_.is_open() ? dictionary_.indices().size() : lengths_.size();
  choice_.begin_trial(values, static_cast<size_t>(text_bytes_) + values * sizeof(uint32_t));
  std::vector<int32_t> lengths;
  Bytes text;
  do {
    draw_sample(lengths, text);
    for (const Encoding encoding : {Encoding::plain, Encoding::delta_length_byte_array, Encoding::delta_byte_array}) {
      if (!choice_.wants(encoding)) continue;
      encoded_.clear();
      encode_values(encoding, lengths, text);
      choice_.offer(encoding, encoded_);
    }
    if (dictionary_.is_open()) dictionary_.offer_to(choice_, ends_chunk, encoded_);
  } while (choice_.next_heat());
  if (!choice_.end_trial() && dictionary_.is_open()) spill();
}

RawPage TextEncoder::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  ++page_;
  const bool is_measured = choice_.wants_trial();
  if (is_measured) choose(ends_chunk);
  encoded_.clear();
  encoded_.append(levels);
  if (dictionary_.is_open()) {
    if (dictionary_.finish_page(choice_, is_measured, encoded_)) return {encoded_, Encoding::rle_dictionary};
    spill();
  }
  // A page without values goes PLAIN: there is nothing to gain, and Polars 0.26 cannot read others (measured).
  const Encoding encoding = lengths_.empty() ? Encoding::plain : choice_.encoding();
  encode_values(encoding, lengths_, text_);
  lengths_.clear();
  text_.clear();
  return {encoded_, encoding};
}

std::optional<BloomFilter> TextEncoder::finish_bloom_filter() {
  if (!bloom_filter_) return std::nullopt;
  if (dictionary_.is_open()) bloom_filter_->add_texts(dictionary_.entries());
  return bloom_filter_->finish();
}

size_t TextEncoder::bloom_filter_bytes() const {
  if (!bloom_filter_) return 0;
  BloomFilterBuilder so_far = *bloom_filter_;
  if (dictionary_.is_open()) so_far.add_texts(dictionary_.entries());
  return so_far.finish_bytes();
}

std::optional<DictionaryPage> TextEncoder::finish_dictionary() {
  std::optional<DictionaryPage> page = dictionary_.take_page();
  start_chunk();
  return page;
}

// Entries get the numbers that they have in the dictionary again; bounds that are added twice stay the same.
void TextEncoder::relieve() {
  dictionary_.relieve();
  numbers_ = {};
  std::vector<uint32_t>().swap(page_of_entry_);
}

size_t TextEncoder::pending_bytes() const {
  return dictionary_.is_open() ? dictionary_.pending_bytes() : text_.size() + lengths_.size() * sizeof(uint32_t);
}

}  // namespace sluice
