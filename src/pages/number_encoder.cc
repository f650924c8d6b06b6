// Numbers: dictionary, PLAIN, DELTA_BINARY_PACKED for integers, BYTE_STREAM_SPLIT for floats.
#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "pages/index_page.h"
#include "pages/value_encoder.h"

namespace sluice {

template <typename Memory, typename Stored>
NumberEncoder<Memory, Stored>::NumberEncoder(const ValueEncoderOptions& options)
    : options_(options), choice_(options.rules) {
  start_chunk();
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::start_chunk() {
  const bool wants_dictionary = choice_.start_chunk();
  using_dictionary_ = wants_dictionary && options_.dictionary_bytes_max > 0;
  dictionary_used_ = false;
  page_begin_ = {};
  use_ = {};
  dictionary_.reset();
  if (using_dictionary_) dictionary_.emplace();
}

// Values back to back as they are stored: in place where the column has them so, else in the scratch.
template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::gather(const Column& column, const Selection& selection,
                                           std::span<const Stored>& values) {
  const Memory* from = column.data<Memory>();
  if constexpr (std::is_same_v<Memory, Stored>) {
    if (selection.positions == nullptr && options_.unit_factor == 1) {
      values = {from + selection.begin, selection.count};
      return true;
    }
  }
  scratch_.resize(selection.count);
  if (selection.positions == nullptr)
    for (size_t i = 0; i < selection.count; ++i) scratch_[i] = from[selection.begin + static_cast<int64_t>(i)];
  else
    for (size_t i = 0; i < selection.count; ++i) scratch_[i] = from[selection.positions[i]];
  values = scratch_;
  bool fits = true;
  if constexpr (std::is_same_v<Stored, int64_t> || std::is_same_v<Stored, int32_t>) {
    if (options_.unit_factor != 1)
      for (Stored& value : scratch_) fits &= !__builtin_mul_overflow(value, options_.unit_factor, &value);
  }
  return fits;
}

template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::append(const Column& column, const Selection& selection) {
  std::span<const Stored> values;
  if (!gather(column, selection, values)) return false;
  bounds_.add(values);
  append_values(values);
  return true;
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::append_values(std::span<const Stored> values) {
  if (using_dictionary_) {
    const size_t before = indices_.size();
    indices_.resize(before + values.size());
    const std::span<const Bits> bits(reinterpret_cast<const Bits*>(values.data()), values.size());
    const size_t done = dictionary_->encode(bits, options_.dictionary_bytes_max, indices_.data() + before);
    indices_.resize(before + done);
    values = values.subspan(done);
    if (values.empty()) return;
    spill_to_plain();
  }
  plain_.bytes().append(std::as_bytes(values));
}

// The dictionary is at its end: the page under way goes on without it.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::spill_to_plain() {
  Bytes& plain = plain_.bytes();
  plain.reserve(plain.size() + indices_.size() * sizeof(Stored));
  for (const uint32_t index : indices_) plain.append_value(dictionary_->entry(index));
  indices_.clear();
  using_dictionary_ = false;
  if (!dictionary_used_) dictionary_.reset();
}

// The values of the page under way, in the body or decoded into the scratch.
template <typename Memory, typename Stored>
std::span<const Stored> NumberEncoder<Memory, Stored>::page_values() {
  if (using_dictionary_) {
    scratch_.resize(indices_.size());
    for (size_t i = 0; i < indices_.size(); ++i) scratch_[i] = std::bit_cast<Stored>(dictionary_->entry(indices_[i]));
    return scratch_;
  }
  return {reinterpret_cast<const Stored*>(plain_.body().data()), plain_.size() / sizeof(Stored)};
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::encode_values(Encoding encoding, std::span<const Stored> values) {
  if constexpr (std::is_floating_point_v<Stored>) {
    if (encoding == Encoding::byte_stream_split)
      byte_stream_split::encode(std::as_bytes(values), sizeof(Stored), encoded_);
  } else {
    using Signed = std::make_signed_t<Stored>;
    const std::span<const Signed> bits(reinterpret_cast<const Signed*>(values.data()), values.size());
    if (encoding == Encoding::delta_binary_packed) delta_binary_packed::encode(bits, encoded_);
  }
}

// Measures the page under way in every form; afterwards the page is in the best one.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::choose(bool ends_chunk) {
  constexpr Encoding kOther =
      std::is_floating_point_v<Stored> ? Encoding::byte_stream_split : Encoding::delta_binary_packed;
  const std::span<const Stored> values = page_values();
  choice_.begin_trial(values.size());
  choice_.offer(Encoding::plain, std::as_bytes(values));
  if (choice_.allows(kOther)) {
    encoded_.clear();
    encode_values(kOther, values);
    choice_.offer(kOther, encoded_);
  }
  if (using_dictionary_) {
    encoded_.clear();
    append_index_page(indices_, dictionary_->size(), encoded_);
    const ByteSpan added = ByteSpan(dictionary_->entries()).subspan(page_begin_.bytes);
    choice_.offer_dictionary(encoded_, added, late_share(indices_, page_begin_.entries, dictionary_->size()),
                             ends_chunk);
  }
  if (!choice_.end_trial() && using_dictionary_) spill_to_plain();
}

template <typename Memory, typename Stored>
RawPage NumberEncoder<Memory, Stored>::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  if (choice_.wants_trial())
    choose(ends_chunk);
  else if (using_dictionary_ && choice_.is_spent(use_, page_use()))
    spill_to_plain();
  // A page without values goes PLAIN: there is nothing to gain, and Polars 0.26 cannot read others (measured).
  if (!using_dictionary_ && (choice_.encoding() == Encoding::plain || plain_.size() == 0)) {
    const ByteSpan page = plain_.with_levels(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  encoded_.clear();
  encoded_.append(levels);
  if (!using_dictionary_) {
    encode_values(choice_.encoding(), page_values());
    plain_.clear();
    return {encoded_, choice_.encoding()};
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

template <typename Memory, typename Stored>
std::optional<Bytes> NumberEncoder<Memory, Stored>::finish_dictionary(size_t& entries) {
  std::optional<Bytes> page;
  if (dictionary_used_) {
    entries = page_begin_.entries;
    page = dictionary_->take_entries();
    page->resize(page_begin_.bytes);
  }
  start_chunk();
  return page;
}

template <typename Memory, typename Stored>
size_t NumberEncoder<Memory, Stored>::pending_bytes() const {
  return using_dictionary_ ? index_bytes(indices_.size(), dictionary_->size()) : plain_.size();
}

template class NumberEncoder<int8_t, int32_t>;
template class NumberEncoder<int16_t, int32_t>;
template class NumberEncoder<int32_t, int32_t>;
template class NumberEncoder<uint8_t, uint32_t>;
template class NumberEncoder<uint16_t, uint32_t>;
template class NumberEncoder<uint32_t, uint32_t>;
template class NumberEncoder<int64_t, int64_t>;
template class NumberEncoder<uint64_t, uint64_t>;
template class NumberEncoder<float, float>;
template class NumberEncoder<double, double>;

}  // namespace sluice
