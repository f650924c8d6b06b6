// Text and bytes: dictionary, PLAIN, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY. Without a dictionary the page under way
// is held as lengths and bytes apart, from which either is made.

#include <algorithm>
#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/short_text.h"
#include "encodings/delta_binary_packed.h"
#include "encodings/delta_byte_array.h"
#include "encodings/delta_length_byte_array.h"
#include "pages/distinct_sample.h"
#include "pages/value_encoder.h"

namespace sluice {

TextEncoder::TextEncoder(const ValueEncoderOptions& options)
    : options_(options), bounds_(options.utf8), choice_(options.rules, options.scratch) {
  if (options.bloom_filter) bloom_filter_ = std::make_unique<BloomFilterBuilder>(*options.bloom_filter);
  start_chunk(choice_.start_chunk());
}

void TextEncoder::start_chunk(bool with_dictionary) {
  page_of_entry_.clear();
  numbers_.forget();
  // A filter would be told of the values once more where they go into a dictionary after all.
  dictionary_.start_chunk(with_dictionary, choice_.wants_trial() && !bloom_filter_);
}

void TextEncoder::append_apart(std::string_view value) {
  lengths_.push_back(static_cast<int32_t>(value.size()));
  text_.bytes().append(value);
}

// Without a dictionary. The bytes of values mostly lie together, for nulls between them have none: one copy will do.
template <typename PositionOf>
void TextEncoder::append_all_apart(const Column& column, size_t count, PositionOf position_of) {
  const int32_t* const offsets = column.offsets_data();
  const auto* const bytes = column.values.as<char>();
  const size_t known = lengths_.size();
  lengths_.resize(known + count);
  const int32_t begin = offsets[position_of(0)];
  int32_t end = begin;
  bool lie_together = true;
  for (size_t i = 0; i < count; ++i) {
    const int32_t* const at = offsets + position_of(i);
    const std::string_view value(bytes + at[0], static_cast<size_t>(at[1] - at[0]));
    lie_together &= at[0] == end;
    end = at[1];
    lengths_[known + i] = at[1] - at[0];
    text_bytes_ += at[1] - at[0];
    bounds_.add(value);
    if (bloom_filter_) bloom_filter_->add_text(value);
  }
  if (lie_together) return text_.bytes().append(bytes + begin, static_cast<size_t>(end - begin));
  for (size_t i = 0; i < count; ++i) {
    const int32_t* const at = offsets + position_of(i);
    text_.bytes().append(bytes + at[0], static_cast<size_t>(at[1] - at[0]));
  }
}

// Of a value of the dictionary. One that the page has had is within the bounds.
void TextEncoder::add_to_bounds(uint32_t index, std::string_view value) {
  if (bounds_.has_room_for(value)) return;
  if (index >= page_of_entry_.size()) page_of_entry_.resize(dictionary_->size());
  if (std::exchange(page_of_entry_[index], page_) != page_) bounds_.add(value);
}

// Returns how many of them are in the dictionary then: fewer than all where it was full, and was given up or has room
// now.
size_t TextEncoder::append_to_dictionary(std::span<const TextDictionary::Wanted> values) {
  std::vector<uint32_t>& indices = dictionary_.indices();
  const size_t known = indices.size();
  indices.resize(known + values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t index = dictionary_->encode(values[i], dictionary_.bytes_max());
    if (index == TextDictionary::kFull) {
      indices.resize(known + i);
      if (!dictionary_.make_room()) spill();
      return i;
    }
    indices[known + i] = index;
    text_bytes_ += static_cast<int64_t>(values[i].value.size());
    add_to_bounds(index, values[i].value);
  }
  return values.size();
}

template <typename PositionOf>
void TextEncoder::append_all(const Column& column, size_t count, PositionOf position_of) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  std::array<TextDictionary::Wanted, TextDictionary::kBlockValues> block;
  for (size_t begin = 0; begin < count;) {
    if (!dictionary_.is_open())
      return append_all_apart(column, count - begin, [&](size_t i) { return position_of(begin + i); });
    const auto values = std::span(block).first(std::min(block.size(), count - begin));
    for (size_t i = 0; i < values.size(); ++i) {
      const int64_t at = position_of(begin + i);
      values[i].value = {bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at])};
    }
    dictionary_->look_ahead(values);
    begin += append_to_dictionary(values);
  }
}

bool TextEncoder::append(const Column& column, const ValueSelection& selection) {
  if (selection.positions == nullptr)
    append_all(column, selection.count, [&](size_t i) { return selection.begin + static_cast<int64_t>(i); });
  else
    append_all(column, selection.count, [&](size_t i) { return int64_t{selection.positions[i]}; });
  return true;
}

// Each entry is hashed when a row of the chunk has it for the first time; then its number is known.
void TextEncoder::append_entries(const std::shared_ptr<const Column>& entries, std::span<const int32_t> positions) {
  uint32_t* const numbers = dictionary_.is_open() ? numbers_.of(entries) : nullptr;
  const int32_t* const offsets = entries->offsets_data();
  const auto* const bytes = entries->values.as<char>();
  size_t done = 0;
  for (; done < positions.size() && dictionary_.is_open(); ++done) {
    const int32_t at = positions[done];
    const std::string_view value(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
    uint32_t& number = numbers[at];
    if (number == EntryNumbers::kUnknown) number = dictionary_->encode(value, dictionary_.bytes_max());
    if (number == TextDictionary::kFull && dictionary_.make_room())
      number = dictionary_->encode(value, dictionary_.bytes_max());
    if (number == TextDictionary::kFull) {
      spill();
      break;
    }
    dictionary_.indices().push_back(number);
    text_bytes_ += static_cast<int64_t>(value.size());
    add_to_bounds(number, value);
  }
  const auto rest = positions.subspan(done);
  if (!rest.empty()) append_all_apart(*entries, rest.size(), [rest](size_t i) { return int64_t{rest[i]}; });
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
  std::byte* to = encoded_.prepare(size + 2 * kTextBlock);
  const std::byte* from = text.data();
  const std::byte* const end = from + text.size();
  for (const int32_t length : lengths) {
    std::memcpy(to, &length, sizeof length);
    copy_text(from, static_cast<size_t>(length), end, to + sizeof length);
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
    text.append(text_.body().subspan(text_begin, begin_of_at - text_begin));
  }
}

// Into a dictionary again, where values that were ever new to begin with came again later on the page.
void TextEncoder::reconsider() {
  DistinctSample sample;
  const char* at = as_text(text_.body()).data();
  for (const int32_t length : lengths_) {
    sample.add(XXH3_64bits(at, static_cast<size_t>(length)));
    at += length;
  }
  if (!sample.come_again(EncodingChoice::kDistinctMax)) return;
  dictionary_.reopen();
  at = as_text(text_.body()).data();
  for (const int32_t length : lengths_) {
    const uint32_t index =
        dictionary_->encode(std::string_view(at, static_cast<size_t>(length)), dictionary_.bytes_max());
    if (index == TextDictionary::kFull) return dictionary_.give_up();
    dictionary_.indices().push_back(index);
    at += length;
  }
  page_of_entry_.clear();
  lengths_.clear();
  text_.clear();
}

// Measures the page under way in every form; afterwards the page is in the best one.
void TextEncoder::choose(bool ends_chunk) {
  if (dictionary_.is_suspended()) reconsider();
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
  ByteSpan page;
  if (encoding == Encoding::delta_length_byte_array) {
    // The bytes stand as they are to stand already.
    delta_binary_packed::encode(lengths_, encoded_);
    page = text_.with_front(encoded_);
  } else {
    encode_values(encoding, lengths_, text_.body());
    page = encoded_;
  }
  lengths_.clear();
  text_.clear();
  return {page, encoding};
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
  start_chunk(choice_.start_chunk());
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
