// Numbers: dictionary, PLAIN, DELTA_BINARY_PACKED for integers, BYTE_STREAM_SPLIT for floats.
#include "encodings/byte_stream_split.h"
#include "encodings/delta_binary_packed.h"
#include "pages/distinct_sample.h"
#include "pages/value_encoder.h"

namespace sluice {

template <typename Memory, typename Stored>
NumberEncoder<Memory, Stored>::NumberEncoder(const ValueEncoderOptions& options)
    : options_(options), choice_(options.rules, options.scratch) {
  if (options.bloom_filter) bloom_filter_ = std::make_unique<BloomFilterBuilder>(*options.bloom_filter);
  start_chunk(choice_.start_chunk());
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::start_chunk(bool with_dictionary) {
  // A filter would be told of the values once more where they go into a dictionary after all.
  dictionary_.start_chunk(with_dictionary, choice_.wants_trial() && !bloom_filter_);
}

// Room for values in the scratch.
template <typename Memory, typename Stored>
std::span<Stored> NumberEncoder<Memory, Stored>::gathered(size_t count) {
  options_.scratch->values.resize(count * sizeof(Stored));
  return {reinterpret_cast<Stored*>(options_.scratch->values.data()), count};
}

// Values back to back as they are stored: in place where the column has them so, else in the scratch.
template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::gather(const Column& column, const ValueSelection& selection,
                                           std::span<const Stored>& values) {
  const Memory* from = column.data<Memory>();
  if constexpr (std::is_same_v<Memory, Stored>) {
    if (selection.positions == nullptr && options_.unit_factor == 1) {
      values = {from + selection.begin, selection.count};
      return true;
    }
  }
  const std::span<Stored> to = gathered(selection.count);
  values = to;
  if (selection.positions == nullptr)
    for (size_t i = 0; i < to.size(); ++i) to[i] = from[selection.begin + static_cast<int64_t>(i)];
  else
    for (size_t i = 0; i < to.size(); ++i) to[i] = from[selection.positions[i]];
  bool fits = true;
  if constexpr (std::is_same_v<Stored, int64_t> || std::is_same_v<Stored, int32_t>) {
    if (options_.unit_factor != 1)
      for (Stored& value : to) fits &= !__builtin_mul_overflow(value, options_.unit_factor, &value);
  }
  return fits;
}

template <typename Memory, typename Stored>
bool NumberEncoder<Memory, Stored>::append(const Column& column, const ValueSelection& selection) {
  std::span<const Stored> values;
  if (!gather(column, selection, values)) return false;
  bounds_.add(values);
  append_values(values);
  return true;
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::append_values(std::span<const Stored> values) {
  while (dictionary_.is_open()) {
    std::vector<uint32_t>& indices = dictionary_.indices();
    const size_t before = indices.size();
    indices.resize(before + values.size());
    const std::span<const Bits> bits(reinterpret_cast<const Bits*>(values.data()), values.size());
    const size_t done = dictionary_->encode(bits, dictionary_.bytes_max(), indices.data() + before);
    indices.resize(before + done);
    values = values.subspan(done);
    if (values.empty()) return;
    if (!dictionary_.make_room()) spill();
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
  dictionary_.unpack();
  Bytes& plain = plain_.bytes();
  plain.reserve(plain.size() + dictionary_.indices().size() * sizeof(Stored));
  for (const uint32_t index : dictionary_.indices()) plain.append_value(dictionary_->entry(index));
  leave_dictionary();
}

// Of a page that does not use the dictionary.
template <typename Memory, typename Stored>
std::span<const Stored> NumberEncoder<Memory, Stored>::page_values() {
  return {reinterpret_cast<const Stored*>(plain_.body().data()), plain_.size() / sizeof(Stored)};
}

// The values to be measured: in place where they stand together, else in the scratch.
template <typename Memory, typename Stored>
std::span<const Stored> NumberEncoder<Memory, Stored>::sample() {
  const std::span<const EncodingChoice::Piece> pieces = choice_.sample();
  if (pieces.size() == 1 && !dictionary_.is_open()) return page_values().subspan(pieces[0].begin, pieces[0].count);
  size_t values = 0;
  for (const EncodingChoice::Piece& piece : pieces) values += piece.count;
  const std::span<Stored> sample = gathered(values);
  Stored* to = sample.data();
  for (const auto& [begin, count] : pieces) {
    if (dictionary_.is_open()) {
      for (const uint32_t index : std::span(dictionary_.indices()).subspan(begin, count))
        *to++ = std::bit_cast<Stored>(dictionary_->entry(index));
    } else {
      to = std::ranges::copy(page_values().subspan(begin, count), to).out;
    }
  }
  return sample;
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::encode_values(Encoding encoding, std::span<const Stored> values) {
  if (encoding == Encoding::plain) return static_cast<void>(encoded_.append(std::as_bytes(values)));
  if (encoding == Encoding::byte_stream_split)
    return byte_stream_split::encode(std::as_bytes(values), sizeof(Stored), encoded_);
  if constexpr (!std::is_floating_point_v<Stored>) {
    using Signed = std::make_signed_t<Stored>;
    delta_binary_packed::encode({reinterpret_cast<const Signed*>(values.data()), values.size()}, encoded_);
  }
}

template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::offer_without_dictionary(std::span<const Stored> values) {
  constexpr Encoding kOther =
      std::is_floating_point_v<Stored> ? Encoding::byte_stream_split : Encoding::delta_binary_packed;
  if (choice_.wants(Encoding::plain)) choice_.offer(Encoding::plain, std::as_bytes(values));
  if (!choice_.wants(kOther)) return;
  encoded_.clear();
  encode_values(kOther, values);
  if (kOther == Encoding::byte_stream_split)
    choice_.offer_streams(encoded_, sizeof(Stored));
  else
    choice_.offer(kOther, encoded_);
}

// Into a dictionary again, where values that were ever new to begin with came again later on the page.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::reconsider() {
  const std::span<const Stored> values = page_values();
  const std::span<const Bits> bits(reinterpret_cast<const Bits*>(values.data()), values.size());
  DistinctSample sample;
  for (const Bits value : bits) sample.add(value);
  if (!sample.come_again(EncodingChoice::kDistinctMax)) return;
  dictionary_.reopen();
  std::vector<uint32_t>& indices = dictionary_.indices();
  indices.resize(bits.size());
  if (dictionary_->encode(bits, dictionary_.bytes_max(), indices.data()) < bits.size()) return dictionary_.give_up();
  plain_.clear();
}

// Measures the page under way in every form; afterwards it is in the best one.
template <typename Memory, typename Stored>
void NumberEncoder<Memory, Stored>::choose(bool ends_chunk) {
  if (dictionary_.is_suspended()) reconsider();
  const size_t values = dictionary_.is_open() ? dictionary_.indices().size() : plain_.size() / sizeof(Stored);
  choice_.begin_trial(values, values * sizeof(Stored));
  do {
    offer_without_dictionary(sample());
    if (dictionary_.is_open()) dictionary_.offer_to(choice_, ends_chunk, encoded_);
  } while (choice_.next_heat());
  if (!choice_.end_trial() && dictionary_.is_open()) spill();
}

template <typename Memory, typename Stored>
RawPage NumberEncoder<Memory, Stored>::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  const bool is_measured = choice_.wants_trial();
  if (is_measured) choose(ends_chunk);
  if (dictionary_.is_open()) {
    encoded_.clear();
    encoded_.append(levels);
    if (dictionary_.finish_page(choice_, is_measured, encoded_)) return {encoded_, Encoding::rle_dictionary};
    spill();
  }
  if (const std::optional<Encoding> rival = choice_.rival(); rival && plain_.size() > 0) {
    const std::span<const Stored> all = page_values();
    const std::span<const Stored> some = all.first(std::min(choice_.rival_values(), all.size()));
    encoded_.clear();
    encoded_.append(levels.first(levels.size() * some.size() / all.size()));
    encode_values(*rival, some);
    choice_.offer_rival(encoded_, some.size());
  }
  // A page without values goes PLAIN: there is nothing to gain, and Polars 0.26 cannot read others (measured).
  if (choice_.encoding() == Encoding::plain || plain_.size() == 0) {
    const ByteSpan page = plain_.with_front(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  encoded_.clear();
  encoded_.append(levels);
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
  start_chunk(choice_.start_chunk());
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
