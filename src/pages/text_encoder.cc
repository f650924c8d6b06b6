// Text and bytes: dictionary, PLAIN, DELTA_LENGTH_BYTE_ARRAY. Without a dictionary the page under way is held as
// lengths and bytes apart, from which either is made.
#include "encodings/delta_length_byte_array.h"
#include "pages/index_page.h"
#include "pages/value_encoder.h"

namespace sluice {

TextEncoder::TextEncoder(const ValueEncoderOptions& options)
    : options_(options), bounds_(options.utf8), choice_(options.rules) {
  start_chunk();
}

void TextEncoder::start_chunk() {
  const bool wants_dictionary = choice_.start_chunk();
  using_dictionary_ = wants_dictionary && options_.dictionary_bytes_max > 0;
  dictionary_used_ = false;
  page_begin_ = {};
  use_ = {};
  page_of_entry_.clear();
  dictionary_.reset();
  if (using_dictionary_) dictionary_.emplace();
}

void TextEncoder::append_apart(std::string_view value) {
  lengths_.push_back(static_cast<int32_t>(value.size()));
  text_.append(value);
}

template <typename PositionOf>
void TextEncoder::append_at(const Column& column, size_t count, PositionOf position_of) {
  const int32_t* offsets = column.offsets_data();
  const auto* bytes = column.values.as<char>();
  for (size_t i = 0; i < count; ++i) {
    const int64_t at = position_of(i);
    const std::string_view value(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
    text_bytes_ += static_cast<int64_t>(value.size());
    if (using_dictionary_) {
      const uint32_t index = dictionary_->encode(value, options_.dictionary_bytes_max);
      if (index != TextDictionary::kFull) {
        indices_.push_back(index);
        if (index >= page_of_entry_.size()) page_of_entry_.resize(index + 1);
        if (page_of_entry_[index] == page_) continue;
        page_of_entry_[index] = page_;
        bounds_.add(value);
        continue;
      }
      spill();
    }
    bounds_.add(value);
    append_apart(value);
  }
}

bool TextEncoder::append(const Column& column, const Selection& selection) {
  if (selection.positions == nullptr)
    append_at(column, selection.count, [&](size_t i) { return selection.begin + static_cast<int64_t>(i); });
  else
    append_at(column, selection.count, [&](size_t i) { return int64_t{selection.positions[i]}; });
  return true;
}

// The dictionary is at its end: the page under way goes on without it.
void TextEncoder::spill() {
  for (const uint32_t index : indices_) append_apart(dictionary_->entry(index));
  indices_.clear();
  using_dictionary_ = false;
  if (!dictionary_used_) dictionary_.reset();
}

void TextEncoder::encode_values(Encoding encoding, Bytes& out) const {
  if (encoding == Encoding::delta_length_byte_array) return delta_length_byte_array::encode(lengths_, text_, out);
  std::byte* to = out.prepare(text_.size() + lengths_.size() * sizeof(uint32_t));
  const std::byte* from = text_.data();
  for (const int32_t length : lengths_) {
    std::memcpy(to, &length, sizeof length);
    if (length > 0) std::memcpy(to + sizeof length, from, static_cast<size_t>(length));
    to += sizeof length + static_cast<size_t>(length);
    from += length;
  }
  out.advance(text_.size() + lengths_.size() * sizeof(uint32_t));
}

// Measures the page under way in every form; afterwards the page is in the best one.
void TextEncoder::choose(bool ends_chunk) {
  if (using_dictionary_)
    for (const uint32_t index : indices_) append_apart(dictionary_->entry(index));
  choice_.begin_trial(lengths_.size());
  for (const Encoding encoding : {Encoding::plain, Encoding::delta_length_byte_array}) {
    if (!choice_.allows(encoding)) continue;
    encoded_.clear();
    encode_values(encoding, encoded_);
    choice_.offer(encoding, encoded_);
  }
  if (using_dictionary_) {
    encoded_.clear();
    append_index_page(indices_, dictionary_->size(), encoded_);
    const ByteSpan added = ByteSpan(dictionary_->entries()).subspan(page_begin_.bytes);
    choice_.offer_dictionary(encoded_, added, late_share(indices_, page_begin_.entries, dictionary_->size()),
                             ends_chunk);
  }
  const bool keeps_dictionary = choice_.end_trial();
  if (!using_dictionary_) return;
  if (keeps_dictionary) {
    lengths_.clear();
    text_.clear();
    return;
  }
  indices_.clear();  // they have been spilled already
  spill();
}

RawPage TextEncoder::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  ++page_;
  if (choice_.wants_trial())
    choose(ends_chunk);
  else if (using_dictionary_ && choice_.is_spent(use_, page_use()))
    spill();
  encoded_.clear();
  encoded_.append(levels);
  if (!using_dictionary_) {
    // A page without values goes PLAIN: there is nothing to gain, and Polars 0.26 cannot read others (measured).
    const Encoding encoding = lengths_.empty() ? Encoding::plain : choice_.encoding();
    encode_values(encoding, encoded_);
    lengths_.clear();
    text_.clear();
    return {encoded_, encoding};
  }
  append_index_page(indices_, dictionary_->size(), encoded_);
  const DictionaryUse page = page_use();
  use_ = {use_.pages + 1, use_.values + page.values, use_.index_bytes + page.index_bytes,
          use_.entry_bytes + page.entry_bytes};
  dictionary_used_ = true;
  page_begin_ = {dictionary_->size(), dictionary_->entries().size()};
  indices_.clear();
  return {encoded_, Encoding::rle_dictionary};
}

std::optional<Bytes> TextEncoder::finish_dictionary(size_t& entries) {
  std::optional<Bytes> page;
  if (dictionary_used_) {
    entries = page_begin_.entries;
    page = dictionary_->take_entries();
    page->resize(page_begin_.bytes);
  }
  start_chunk();
  return page;
}

size_t TextEncoder::pending_bytes() const {
  return using_dictionary_ ? index_bytes(indices_.size(), dictionary_->size())
                           : text_.size() + lengths_.size() * sizeof(uint32_t);
}

}  // namespace sluice
