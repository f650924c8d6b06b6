// Numbers: dictionary, PLAIN, DELTA_BINARY_PACKED for integers, BYTE_STREAM_SPLIT for floats.
#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "pages/value_encoder.h"

namespace sluice {

template <typename Memory, typename Stored>
NumberEncoder<Memory, Stored>::NumberEncoder(const ValueEncoderOptions& options)
    : options_(options), choice_(options.rules) {
  if (options.bloom_filter) bloom_filter_.emplace(*options.bloom_filter);
  start_chunk();
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::start_chunk() {
  dictionary_.start_chunk(choice_.start_chunk() && options_.dictionary_bytes_max > 0);
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
  if (dictionary_.is_open()) {
    std::vector<uint32_t>& indices = dictionary_.indices();
    const size_t before = indices.size();
    indices.resize(before + values.size());
    const std::span<const Bits> bits(reinterpret_cast<const Bits*>(values.data()), values.size());
    const size_t done = dictionary_->encode(bits, options_.dictionary_bytes_max, indices.data() + before);
    indices.resize(before + done);
    values = values.subspan(done);
    if (values.empty()) return;
    spill();
  }
  if (bloom_filter_) bloom_filter_->add_numbers<Stored>(std::as_bytes(values));
  plain_.bytes().append(std::as_bytes(values));
}

// Its entries are values of the chunk; those behind them are added one by one.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::leave_dictionary() {
  if (bloom_filter_) bloom_filter_->add_numbers<Stored>(dictionary_.entries());
  dictionary_.give_up();
}

// The dictionary is at its end: the page under way goes on without it.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::spill() {
  Bytes& plain = plain_.bytes();
  plain.reserve(plain.size() + dictionary_.indices().size() * sizeof(Stored));
  for (const uint32_t index : dictionary_.indices()) plain.append_value(dictionary_->entry(index));
  leave_dictionary();
}

// The values of the page under way, in the body or decoded into the scratch.
template <typename Memory, typename Stored>
std::span<const Stored> NumberEncoder<Memory, Stored>::page_values() {
  if (!dictionary_.is_open())
    return {reinterpret_cast<const Stored*>(plain_.body().data()), plain_.size() / sizeof(Stored)};
  const std::vector<uint32_t>& indices = dictionary_.indices();
  scratch_.resize(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) scratch_[i] = std::bit_cast<Stored>(dictionary_->entry(indices[i]));
  return scratch_;
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::encode_values(Encoding encoding, std::span<const Stored> values) {
  if (encoding == Encoding::byte_stream_split)
    return byte_stream_split::encode(std::as_bytes(values), sizeof(Stored), encoded_);
  if constexpr (!std::is_floating_point_v<Stored>) {
    using Signed = std::make_signed_t<Stored>;
    delta_binary_packed::encode({reinterpret_cast<const Signed*>(values.data()), values.size()}, encoded_);
  }
}

// Measures the page under way in every form; afterwards the page is in the best one.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::offer_without_dictionary(std::span<const Stored> values) {
  constexpr Encoding kOther =
      std::is_floating_point_v<Stored> ? Encoding::byte_stream_split : Encoding::delta_binary_packed;
  choice_.offer(Encoding::plain, std::as_bytes(values));
  if (!choice_.allows(kOther)) return;
  encoded_.clear();
  encode_values(kOther, values);
  if (kOther == Encoding::byte_stream_split)
    choice_.offer_streams(encoded_, sizeof(Stored));
  else
    choice_.offer(kOther, encoded_);
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::choose(bool ends_chunk) {
  std::span<const Stored> values = page_values();
  const std::span<const Stored> few = values.first(choice_.begin_trial(values.size()));
  offer_without_dictionary(few);
  if (choice_.needs_all_values()) {
    choice_.begin_trial_of_all();
    offer_without_dictionary(values);
  } else {
    values = few;
  }
  if (dictionary_.is_open()) dictionary_.offer_to(choice_, values.size(), ends_chunk, encoded_);
  if (!choice_.end_trial() && dictionary_.is_open()) spill();
}

template <typename Memory, typename Stored>
RawPage NumberEncoder<Memory, Stored>::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  const bool is_measured = choice_.wants_trial();
  if (is_measured) choose(ends_chunk);
  encoded_.clear();
  encoded_.append(levels);
  if (dictionary_.is_open()) {
    if (dictionary_.finish_page(choice_, is_measured, encoded_)) return {encoded_, Encoding::rle_dictionary};
    spill();
  }
  // A page without values goes PLAIN: there is nothing to gain, and Polars 0.26 cannot read others (measured).
  if (choice_.encoding() == Encoding::plain || plain_.size() == 0) {
    const ByteSpan page = plain_.with_levels(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  encode_values(choice_.encoding(), page_values());
  plain_.clear();
  return {encoded_, choice_.encoding()};
}

template <typename Memory, typename Stored>
std::optional<BloomFilter> NumberEncoder<Memory, Stored>::finish_bloom_filter() {
  if (!bloom_filter_) return std::nullopt;
  if (dictionary_.is_open()) bloom_filter_->add_numbers<Stored>(dictionary_.entries());
  return bloom_filter_->finish();
}

template <typename Memory, typename Stored>
size_t NumberEncoder<Memory, Stored>::bloom_filter_bytes() const {
  if (!bloom_filter_) return 0;
  BloomFilterBuilder so_far = *bloom_filter_;
  if (dictionary_.is_open()) so_far.add_numbers<Stored>(dictionary_.entries());
  return so_far.finish_bytes();
}

template <typename Memory, typename Stored>
std::optional<DictionaryPage> NumberEncoder<Memory, Stored>::finish_dictionary() {
  std::optional<DictionaryPage> page = dictionary_.take_page();
  start_chunk();
  return page;
}

template <typename Memory, typename Stored>
size_t NumberEncoder<Memory, Stored>::pending_bytes() const {
  return dictionary_.is_open() ? dictionary_.pending_bytes() : plain_.size();
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
