// Gathers single values into a Column. What sources and row appenders fill; nothing is allocated per value.
//
//   ColumnBuilder builder(list(int64()));
//   builder.child(0).append<int64_t>(7);
//   builder.append_list();              // one list of what the child has gained since the last one
//   Column column = builder.finish();   // the builder is empty again
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sluice/column.h"

namespace sluice {

class ColumnBuilder {
 public:
  explicit ColumnBuilder(Type type);
  ColumnBuilder(ColumnBuilder&&) noexcept = default;
  ColumnBuilder& operator=(ColumnBuilder&&) noexcept = default;

  const Type& type() const { return type_; }
  int64_t length() const { return length_; }
  int64_t null_count() const { return null_count_; }
  /// Bytes gathered, children included: what the column will hold in memory.
  size_t bytes() const;
  /// What is allocated for that, children included.
  uint64_t memory_bytes() const;
  ColumnBuilder& child(size_t index) { return children_[index]; }
  size_t child_count() const { return children_.size(); }

  /// A number, date or time. Requires sizeof(T) to be the width of the column's type.
  template <typename T>
  void append(T value) {
    values_.append_value(value);
    append_valid();
  }
  void append_bool(bool value) {
    if ((length_ & 7) == 0) values_.push_back(0);
    if (value) values_.data()[length_ >> 3] |= std::byte(1 << (length_ & 7));
    append_valid();
  }
  /// decimal, fixed, uuid: the bytes as they lie in memory. Requires as many as the column's type is wide.
  void append_fixed(const void* bytes) {
    values_.append(bytes, width_);
    append_valid();
  }
  /// string, binary and their like. False, and nothing is appended, when the column would pass 2^31-1 bytes: start a
  /// new batch.
  [[nodiscard]] bool append_text(std::string_view text) {
    if (text.size() > kTextBytesMax - values_.size()) return false;
    values_.append(text);
    end_text();
    return true;
  }
  /// json, like append_text: a text that is known to be UTF-8 and one JSON value. A column of such texts alone comes
  /// out marked (columns/checked_json.h).
  [[nodiscard]] bool append_checked_json(std::string_view text) {
    if (!append_text(text)) return false;
    ++checked_texts_;
    return true;
  }
  /// For text that is made in place: append to `text_bytes()`, then `end_text()` makes a value of what was added.
  Bytes& text_bytes() { return values_; }
  void end_text() {
    offsets_.append_value(static_cast<int32_t>(values_.size()));
    append_valid();
  }
  /// A list or map of what the child has gained since the last one. Lists of a fixed size: see append_struct.
  /// Throws Error{data} when the lists together would pass 2^31-1 items.
  void append_list() {
    offsets_.append_value(list_end());
    append_valid();
  }
  /// A struct or fixed_list; every child must have been given its values.
  void append_struct() { append_valid(); }
  /// A null; the children of a struct or fixed_list get theirs too.
  void append_null() { append_nulls(1); }
  void append_nulls(int64_t count);
  /// Nulls up to `length` values; and in children of structs, at any depth, which were given fewer than it has.
  /// Requires length >= length().
  void fill(int64_t length);

  /// The bytes of a value that is there: equal for equal values of one column, floats aside. Good until the next
  /// append. Requires a type that is not nested, and not null.
  std::string_view value_bytes(int64_t index) const;

  /// Forgets everything after the first `length` values. Requires length <= length().
  void truncate(int64_t length);

  /// The column; the builder starts anew.
  Column finish();
  /// Makes room for as much as the last column took, children included: to grow step by step is to copy all of it
  /// again. Requires an empty builder.
  void reserve_as_before();
  /// Gives that room back where most of it was for nothing, children included: who keeps the column keeps it, too.
  void shrink();

  /// Arrow's 32-bit offsets end here.
  static constexpr size_t kTextBytesMax = 0x7fff'ffff;
  static constexpr int64_t kListItemsMax = 0x7fff'ffff;

 private:
  void append_valid() {
    if (has_validity_) append_validity_bit(true);
    ++length_;
  }
  void append_validity_bit(bool valid) {
    if ((length_ & 7) == 0) validity_.push_back(0);
    if (valid) validity_.data()[length_ >> 3] |= std::byte(1 << (length_ & 7));
  }
  void begin_validity();
  void append_placeholders(int64_t count);
  int32_t list_end() const {
    const int64_t end = children_[0].length();
    if (end > kListItemsMax) refuse_items();
    return static_cast<int32_t>(end);
  }
  [[noreturn]] void refuse_items() const;
  void reset();

  Type type_;
  size_t width_ = 0;  ///< bytes of a value; 0 for null, boolean, text and what is nested
  bool has_offsets_ = false;
  bool has_validity_ = false;  ///< bits are kept from the first null on
  int64_t length_ = 0;
  int64_t null_count_ = 0;
  int64_t checked_texts_ = 0;  ///< of append_checked_json
  Bytes values_;
  Bytes offsets_;
  Bytes validity_;
  size_t values_bytes_before_ = 0;  ///< of the last column
  int64_t length_before_ = 0;
  std::vector<ColumnBuilder> children_;
};

/// A buffer that owns `bytes`.
Buffer to_buffer(Bytes bytes);

}  // namespace sluice
