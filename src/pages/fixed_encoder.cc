#include "pages/fixed_encoder.h"

#include "columns/widths.h"
#include "format/schema_elements.h"
#include "pages/index_page.h"

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
      bounds_(width_, order_of(type)),
      choice_(options.rules) {
  start_chunk();
}

void FixedEncoder::start_chunk() {
  page_begin_ = {};
  use_ = {};
  dictionary_used_ = false;
  using_dictionary_ = choice_.start_chunk() && options_.dictionary_bytes_max > 0;
  dictionary_.reset();
  if (using_dictionary_) dictionary_.emplace(width_);
}

// Values back to back as they are stored: in place where the column has them so, else in the scratch.
ByteSpan FixedEncoder::gather(const Column& column, const Selection& selection) {
  const std::byte* from = column.values.bytes().data() + static_cast<size_t>(column.offset) * memory_width_;
  if (!big_endian_ && selection.positions == nullptr)
    return {from + static_cast<size_t>(selection.begin) * width_, selection.count * width_};
  scratch_.resize(selection.count * width_);
  std::byte* to = scratch_.data();
  for (size_t i = 0; i < selection.count; ++i, to += width_) {
    const int64_t at = selection.positions ? selection.positions[i] : selection.begin + static_cast<int64_t>(i);
    const std::byte* value = from + static_cast<size_t>(at) * memory_width_;
    if (big_endian_)
      for (size_t k = 0; k < width_; ++k) to[k] = value[width_ - 1 - k];
    else
      std::memcpy(to, value, width_);
  }
  return scratch_;
}

bool FixedEncoder::append(const Column& column, const Selection& selection) {
  if (selection.count == 0) return true;
  const ByteSpan values = gather(column, selection);
  bounds_.add(values);
  append_values(values);
  return true;
}

void FixedEncoder::append_values(ByteSpan values) {
  while (using_dictionary_ && !values.empty()) {
    const uint32_t index = dictionary_->encode(values.data(), options_.dictionary_bytes_max);
    if (index == FixedDictionary::kFull) {
      spill_to_plain();
      break;
    }
    indices_.push_back(index);
    values = values.subspan(width_);
  }
  if (!values.empty()) plain_.bytes().append(values);
}

// The dictionary is at its end: the page under way goes on in PLAIN.
void FixedEncoder::spill_to_plain() {
  Bytes& plain = plain_.bytes();
  plain.reserve(plain.size() + indices_.size() * width_);
  for (const uint32_t index : indices_) plain.append(dictionary_->entry(index), width_);
  indices_.clear();
  using_dictionary_ = false;
  if (!dictionary_used_) dictionary_.reset();
}

// What the page under way adds to the chunk's use of the dictionary.
DictionaryUse FixedEncoder::page_use() const {
  return {1, indices_.size(), index_bytes(indices_.size(), dictionary_->size()),
          dictionary_->entries().size() - page_begin_.bytes};
}

// Measures the page under way in both forms; afterwards it is in the better one.
void FixedEncoder::choose(bool ends_chunk) {
  choice_.begin_trial(using_dictionary_ ? indices_.size() : plain_.size() / width_);
  indexed_.clear();
  if (using_dictionary_)
    for (const uint32_t index : indices_) indexed_.append(dictionary_->entry(index), width_);
  choice_.offer(Encoding::plain, using_dictionary_ ? ByteSpan(indexed_) : plain_.body());
  if (using_dictionary_) {
    indexed_.clear();
    append_index_page(indices_, dictionary_->size(), indexed_);
    const ByteSpan added = ByteSpan(dictionary_->entries()).subspan(page_begin_.bytes);
    choice_.offer_dictionary(indexed_, added, late_share(indices_, page_begin_.entries, dictionary_->size()),
                             ends_chunk);
  }
  if (!choice_.end_trial() && using_dictionary_) spill_to_plain();
}

RawPage FixedEncoder::finish_page(ByteSpan levels, bool ends_chunk) {
  bounds_.end_page();
  if (choice_.wants_trial())
    choose(ends_chunk);
  else if (using_dictionary_ && choice_.is_spent(use_, page_use()))
    spill_to_plain();
  if (!using_dictionary_) {
    const ByteSpan page = plain_.with_levels(levels);
    plain_.clear();
    return {page, Encoding::plain};
  }
  indexed_.clear();
  indexed_.append(levels);
  append_index_page(indices_, dictionary_->size(), indexed_);
  const DictionaryUse page = page_use();
  use_ = {use_.pages + 1, use_.values + page.values, use_.index_bytes + page.index_bytes,
          use_.entry_bytes + page.entry_bytes};
  dictionary_used_ = true;
  page_begin_ = {dictionary_->size(), dictionary_->entries().size()};
  indices_.clear();
  return {indexed_, Encoding::rle_dictionary};
}

std::optional<Bytes> FixedEncoder::finish_dictionary(size_t& entries) {
  std::optional<Bytes> page;
  if (dictionary_used_) {
    entries = page_begin_.entries;
    page = dictionary_->take_entries();
    page->resize(page_begin_.bytes);
  }
  start_chunk();
  return page;
}

size_t FixedEncoder::pending_bytes() const {
  return using_dictionary_ ? index_bytes(indices_.size(), dictionary_->size()) : plain_.size();
}

}  // namespace sluice
