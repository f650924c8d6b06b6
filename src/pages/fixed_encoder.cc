#include "pages/fixed_encoder.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "columns/widths.h"
#include "encodings/byte_stream_split.h"
#include "encodings/delta_byte_array.h"
#include "format/schema_elements.h"
#include "pages/distinct_sample.h"

namespace sluice {

namespace {

FixedOrder order_of(const Type& type) {
  if (type.kind() == TypeKind::float16) return FixedOrder::float16;
  return type.kind() == TypeKind::decimal ? FixedOrder::signed_bytes : FixedOrder::bytes;
}

}  // namespace

FixedEncoder::FixedEncoder(const Type& type, const ValueEncoderOptions& options)
    : options_(options),
      big_endian_(type.kind() == TypeKind::decimal),
      memory_width_(fixed_width(type)),
      width_(stored_width_of(type)),
      is_float16_(type.kind() == TypeKind::float16),
      bounds_(width_, order_of(type)),
      choice_(options.rules, options.scratch) {
  if (options.bloom_filter) bloom_filter_ = std::make_unique<BloomFilterBuilder>(*options.bloom_filter);
  start_chunk(choice_.start_chunk());
}

void FixedEncoder::start_chunk(bool with_dictionary) {
  // A filter would be told of the values once more where they go into a dictionary after all.
  dictionary_.start_chunk(with_dictionary, choice_.wants_trial() && !bloom_filter_, width_);
}

// Values back to back as they are stored: in place where the column has them so, else in the scratch.
ByteSpan FixedEncoder::gather(const Column& column, const ValueSelection& selection) {
  const std::byte* from = column.values.bytes().data() + static_cast<size_t>(column.offset) * memory_width_;
  if (!big_endian_ && selection.positions == nullptr)
    return {from + static_cast<size_t>(selection.begin) * width_, selection.count * width_};
  Bytes& gathered = options_.scratch->values;
  gathered.resize(selection.count * width_);
  std::byte* to = gathered.data();
  for (size_t i = 0; i < selection.count; ++i, to += width_) {
    const int64_t at = selection.positions ? selection.positions[i] : selection.begin + static_cast<int64_t>(i);
    const std::byte* value = from + static_cast<size_t>(at) * memory_width_;
    if (big_endian_)
      for (size_t k = 0; k < width_; ++k) to[k] = value[width_ - 1 - k];
    else
      std::memcpy(to, value, width_);
  }
  return gathered;
}

bool FixedEncoder::append(const Column& column, const ValueSelection& selection) {
  if (selection.count == 0) return true;
  const ByteSpan values = gather(column, selection);
  bounds_.add(values);
  append_values(values);
  return true;
}

void FixedEncoder::append_values(ByteSpan values) {
  while (dictionary_.is_open() && !values.empty()) {
    const uint32_t index = dictionary_->encode(values.data(), dictionary_.bytes_max());
    if (index == FixedDictionary::kFull) {
      if (dictionary_.make_room()) continue;
      spill();
      break;
    }
    dictionary_.indices().push_back(index);
    values = values.subspan(width_);
  }
  if (values.empty()) return;
  if (bloom_filter_) add_to(*bloom_filter_, values);
  plain_.bytes().append(values);
}

void FixedEncoder::add_to(BloomFilterBuilder& filter, ByteSpan values) const {
  if (is_float16_)
    filter.add_float16(values);
  else
    filter.add_fixed(values, width_);
}

// Its entries are values of the chunk; those behind them are added one by one.
void FixedEncoder::leave_dictionary() {
  if (bloom_filter_) add_to(*bloom_filter_, dictionary_.entries());
  dictionary_.give_up();
}

void FixedEncoder::unfold(std::span<const uint32_t> indices, Bytes& out) const {
  out.reserve(out.size() + indices.size() * width_);
  for (const uint32_t index : indices) out.append(dictionary_->entry(index), width_);
}

// The dictionary is at its end: the page under way goes on without it.
void FixedEncoder::spill() {
  dictionary_.unpack();
  unfold(dictionary_.indices(), plain_.bytes());
  leave_dictionary();
}

// Into a dictionary again, where values that were ever new to begin with came again later on the page.
void FixedEncoder::reconsider() {
  const ByteSpan values = plain_.body();
  DistinctSample sample;
  for (size_t at = 0; at < values.size(); at += width_) sample.add(XXH3_64bits(values.data() + at, width_));
  if (!sample.come_again(EncodingChoice::kDistinctMax)) return;
  dictionary_.reopen(width_);
  for (size_t at = 0; at < values.size(); at += width_) {
    const uint32_t index = dictionary_->encode(values.data() + at, dictionary_.bytes_max());
    if (index == FixedDictionary::kFull) return dictionary_.give_up();
    dictionary_.indices().push_back(index);
  }
  plain_.clear();
}

// Measures the page under way in both forms; afterwards it is in the better one.
void FixedEncoder::choose(bool ends_chunk) {
  if (dictionary_.is_suspended()) reconsider();
  const size_t values = dictionary_.is_open() ? dictionary_.indices().size() : plain_.size() / width_;
  choice_.begin_trial(values, values * width_);
  do {
    encoded_.clear();
    for (const auto& [begin, count] : choice_.sample()) {
      if (dictionary_.is_open())
        unfold(std::span(dictionary_.indices()).subspan(begin, count), encoded_);
      else
        encoded_.append(plain_.body().subspan(begin * width_, count * width_));
    }
    if (choice_.wants(Encoding::plain)) choice_.offer(Encoding::plain, encoded_);
    if (dictionary_.is_open()) dictionary_.offer_to(choice_, ends_chunk, encoded_);
  } while (choice_.next_heat());
  if (!choice_.end_trial() && dictionary_.is_open()) spill();
}

void FixedEncoder::encode_values(Encoding encoding, ByteSpan values) {
  if (encoding == Encoding::byte_stream_split) return byte_stream_split::encode(values, width_, encoded_);
  const std::vector<int32_t> lengths(values.size() / width_, static_cast<int32_t>(width_));
  delta_byte_array::encode(lengths, values, encoded_);
}

RawPage FixedEncoder::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  const bool is_measured = choice_.wants_trial();
  if (is_measured) choose(ends_chunk);
  encoded_.clear();
  encoded_.append(levels);
  if (dictionary_.is_open()) {
    if (dictionary_.finish_page(choice_, is_measured, encoded_)) return {encoded_, Encoding::rle_dictionary};
    spill();
  }
  if (choice_.encoding() == Encoding::plain || plain_.size() == 0) {
    const ByteSpan page = plain_.with_front(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  encode_values(choice_.encoding(), plain_.body());
  plain_.clear();
  return {encoded_, choice_.encoding()};
}

std::optional<BloomFilter> FixedEncoder::finish_bloom_filter() {
  if (!bloom_filter_) return std::nullopt;
  if (dictionary_.is_open()) add_to(*bloom_filter_, dictionary_.entries());
  return bloom_filter_->finish();
}

size_t FixedEncoder::bloom_filter_bytes() const {
  if (!bloom_filter_) return 0;
  BloomFilterBuilder so_far = *bloom_filter_;
  if (dictionary_.is_open()) add_to(so_far, dictionary_.entries());
  return so_far.finish_bytes();
}

std::optional<DictionaryPage> FixedEncoder::finish_dictionary() {
  std::optional<DictionaryPage> page = dictionary_.take_page();
  start_chunk(choice_.start_chunk());
  return page;
}

size_t FixedEncoder::pending_bytes() const {
  return dictionary_.is_open() ? dictionary_.pending_bytes() : plain_.size();
}

}  // namespace sluice
