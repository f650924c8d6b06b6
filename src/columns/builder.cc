#include "columns/builder.h"

#include <algorithm>
#include <string>

#include "columns/checked_json.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {

namespace {

// Less is not worth asking the allocator for.
constexpr size_t kReservedMin = 4'096;

bool bit(const Bytes& bits, int64_t index) {
  return (std::to_integer<int>(bits.data()[index >> 3]) >> (index & 7)) & 1;
}

// Bits behind the last value are zero: the next append only sets, and equal values give equal bytes.
void truncate_bits(Bytes& bits, int64_t length) {
  bits.resize(static_cast<size_t>((length + 7) / 8));
  if (length & 7) bits.data()[length >> 3] &= std::byte((1 << (length & 7)) - 1);
}

void append_zeros(Bytes& bytes, size_t count) {
  if (count == 0) return;
  std::memset(bytes.prepare(count), 0, count);
  bytes.advance(count);
}

}  // namespace

Buffer to_buffer(Bytes bytes) {
  if (bytes.empty()) return {};
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan view = *owner;
  return Buffer(view, std::move(owner));
}

ColumnBuilder::ColumnBuilder(Type type) : type_(std::move(type)) {
  width_ = fixed_width(type_);
  has_offsets_ = has_offsets(type_.kind());
  for (const Field& field : type_.children()) children_.emplace_back(field.type);
  reset();
}

void ColumnBuilder::reset() {
  length_ = 0;
  null_count_ = 0;
  checked_texts_ = 0;
  has_validity_ = false;
  values_ = Bytes();
  validity_ = Bytes();
  offsets_ = Bytes();
  if (has_offsets_) offsets_.append_value(int32_t{0});
}

uint64_t ColumnBuilder::memory_bytes() const {
  uint64_t bytes = values_.capacity() + offsets_.capacity() + validity_.capacity();
  for (const ColumnBuilder& child : children_) bytes += child.memory_bytes();
  return bytes;
}

size_t ColumnBuilder::bytes() const {
  size_t total = values_.size() + offsets_.size() + validity_.size();
  for (const ColumnBuilder& child : children_) total += child.bytes();
  return total;
}

void ColumnBuilder::append_nulls(int64_t count) {
  if (count == 0) return;
  if (!has_validity_) begin_validity();
  append_placeholders(count);
  append_zeros(validity_, static_cast<size_t>((length_ + count + 7) / 8) - validity_.size());
  length_ += count;
  null_count_ += count;
}

void ColumnBuilder::fill(int64_t length) {
  append_nulls(length - length_);
  if (type_.has_ranges()) return children_[0].fill(children_[0].length());
  for (ColumnBuilder& child : children_) child.fill(length_ * child_values(type_));
}

// Values so far were all there.
void ColumnBuilder::begin_validity() {
  has_validity_ = true;
  const auto bytes = static_cast<size_t>((length_ + 7) / 8);
  validity_.resize(bytes);
  if (bytes > 0) std::memset(validity_.data(), 0xff, bytes);
  truncate_bits(validity_, length_);
}

// What stands in the buffers where nulls are: zeros, so that equal columns have equal bytes.
void ColumnBuilder::append_placeholders(int64_t count) {
  const auto values = static_cast<size_t>(count);
  if (width_ > 0) append_zeros(values_, values * width_);
  if (type_.kind() == TypeKind::boolean)
    append_zeros(values_, static_cast<size_t>((length_ + count + 7) / 8) - values_.size());
  if (has_offsets_) {
    const int32_t end = type_.has_ranges() ? list_end() : static_cast<int32_t>(values_.size());
    std::byte* const to = offsets_.prepare(values * sizeof end);
    for (size_t i = 0; i < values; ++i) std::memcpy(to + i * sizeof end, &end, sizeof end);
    offsets_.advance(values * sizeof end);
  }
  if (type_.has_ranges()) return;
  for (ColumnBuilder& child : children_) child.append_nulls(count * child_values(type_));
}

void ColumnBuilder::refuse_items() const {
  throw Error(ErrorCode::data,
              "a batch has " + std::to_string(children_[0].length()) + " items in the lists of a column of type " +
                  to_text(type_) + ", more than 2^31-1",
              {}, "Hand over smaller batches.");
}

std::string_view ColumnBuilder::value_bytes(int64_t index) const {
  constexpr std::string_view kBits("\0\1", 2);
  if (type_.kind() == TypeKind::boolean) return kBits.substr(bit(values_, index) ? 1 : 0, 1);
  if (!has_offsets_) return values_.view().substr(static_cast<size_t>(index) * width_, width_);
  const std::byte* const offsets = offsets_.data() + static_cast<size_t>(index) * sizeof(int32_t);
  const auto begin = load<int32_t>(offsets);
  return values_.view().substr(static_cast<size_t>(begin), static_cast<size_t>(load<int32_t>(offsets + 4) - begin));
}

void ColumnBuilder::truncate(int64_t length) {
  const bool is_checked = checked_texts_ == length_ - null_count_;
  if (has_validity_) {
    for (int64_t i = length; i < length_; ++i) null_count_ -= !bit(validity_, i);
    truncate_bits(validity_, length);
  }
  if (has_offsets_) offsets_.resize(static_cast<size_t>(length + 1) * sizeof(int32_t));
  switch (type_.kind()) {
    case TypeKind::null: break;
    case TypeKind::boolean: truncate_bits(values_, length); break;
    case TypeKind::struct_:
    case TypeKind::fixed_list:
      for (ColumnBuilder& child : children_) child.truncate(std::min(length * child_values(type_), child.length()));
      break;
    case TypeKind::list:
    case TypeKind::map: {
      const auto end = load<int32_t>(offsets_.data() + static_cast<size_t>(length) * sizeof(int32_t));
      children_[0].truncate(end);
      break;
    }
    default:
      values_.resize(has_offsets_ ? static_cast<size_t>(load<int32_t>(offsets_.data() + length * int64_t{4}))
                                  : static_cast<size_t>(length) * width_);
  }
  length_ = length;
  checked_texts_ = is_checked ? length_ - null_count_ : 0;
}

void ColumnBuilder::reserve_as_before() {
  // A sixteenth more: the next column is hardly ever of the same size.
  const auto values = static_cast<size_t>(length_before_ + length_before_ / 16);
  values_.reserve(values_bytes_before_ + values_bytes_before_ / 16);
  if (has_offsets_) offsets_.reserve((values + 1) * sizeof(int32_t));
  for (ColumnBuilder& child : children_) child.reserve_as_before();
}

void ColumnBuilder::shrink() {
  for (Bytes* const bytes : {&values_, &offsets_, &validity_})
    if (bytes->capacity() > kReservedMin && bytes->capacity() / 2 > bytes->size()) bytes->shrink_to_fit();
  for (ColumnBuilder& child : children_) child.shrink();
}

Column ColumnBuilder::finish() {
  values_bytes_before_ = values_.size();
  length_before_ = length_;
  Column column;
  column.type = type_;
  column.length = length_;
  column.null_count = type_.kind() == TypeKind::null ? length_ : null_count_;
  if (has_validity_ && type_.kind() != TypeKind::null) column.validity = to_buffer(std::move(validity_));
  if (has_offsets_) column.offsets = to_buffer(std::move(offsets_));
  column.values = to_buffer(std::move(values_));
  for (ColumnBuilder& child : children_) column.children.push_back(child.finish());
  if (checked_texts_ > 0 && checked_texts_ == length_ - null_count_) column = mark_checked_json(std::move(column));
  reset();
  return column;
}

}  // namespace sluice
