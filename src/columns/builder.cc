#include "columns/builder.h"

#include <algorithm>

#include "columns/widths.h"

namespace sluice {

namespace {

bool bit(const Bytes& bits, int64_t index) {
  return (std::to_integer<int>(bits.data()[index >> 3]) >> (index & 7)) & 1;
}

// Bits behind the last value are zero: the next append only sets, and equal values give equal bytes.
void truncate_bits(Bytes& bits, int64_t length) {
  bits.resize(static_cast<size_t>((length + 7) / 8));
  if (length & 7) bits.data()[length >> 3] &= std::byte((1 << (length & 7)) - 1);
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
  has_validity_ = false;
  values_ = Bytes();
  validity_ = Bytes();
  offsets_ = Bytes();
  if (has_offsets_) offsets_.append_value(int32_t{0});
}

size_t ColumnBuilder::bytes() const {
  size_t total = values_.size() + offsets_.size() + validity_.size();
  for (const ColumnBuilder& child : children_) total += child.bytes();
  return total;
}

void ColumnBuilder::append_null() {
  if (!has_validity_) begin_validity();
  append_placeholder();
  append_validity_bit(false);
  ++length_;
  ++null_count_;
}

// Values so far were all there.
void ColumnBuilder::begin_validity() {
  has_validity_ = true;
  const auto bytes = static_cast<size_t>((length_ + 7) / 8);
  validity_.resize(bytes);
  if (bytes > 0) std::memset(validity_.data(), 0xff, bytes);
  truncate_bits(validity_, length_);
}

// What stands in the buffers where a null is: zeros, so that equal columns have equal bytes.
void ColumnBuilder::append_placeholder() {
  if (width_ > 0) std::memset(values_.prepare(width_), 0, width_), values_.advance(width_);
  if (type_.kind() == TypeKind::boolean && (length_ & 7) == 0) values_.push_back(0);
  if (has_offsets_) {
    const size_t end = type_.has_ranges() ? static_cast<size_t>(children_[0].length()) : values_.size();
    offsets_.append_value(static_cast<int32_t>(end));
  }
  if (type_.has_ranges()) return;
  for (ColumnBuilder& child : children_)
    for (int64_t i = 0; i < child_values(type_); ++i) child.append_null();
}

void ColumnBuilder::truncate(int64_t length) {
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
}

Column ColumnBuilder::finish() {
  Column column;
  column.type = type_;
  column.length = length_;
  column.null_count = type_.kind() == TypeKind::null ? length_ : null_count_;
  if (has_validity_ && type_.kind() != TypeKind::null) column.validity = to_buffer(std::move(validity_));
  if (has_offsets_) column.offsets = to_buffer(std::move(offsets_));
  column.values = to_buffer(std::move(values_));
  for (ColumnBuilder& child : children_) column.children.push_back(child.finish());
  reset();
  return column;
}

}  // namespace sluice
