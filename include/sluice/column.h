// Values of one column in memory, laid out as Arrow's columnar format says, so that batches come and go through the
// Arrow C interface without a copy. (Arrow "Columnar Format", physical memory layout.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sluice/types.h"

namespace sluice {
inline namespace v0 {

/// Immutable bytes, and whoever keeps them alive. Copies share the bytes.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
      : bytes_(bytes), owner_(std::move(owner)) {}

  std::span<const std::byte> bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  /// The bytes as values of T. The memory must have been written as T's; Arrow buffers are 8-byte aligned.
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes_.data());
  }
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
};

/// A column or a part of a nested one. All lengths count values. Invariants, checked where columns enter from outside:
/// buffers are long enough for offset + length values; offsets ascend; a struct's children have its length; the child
/// of a fixed_list has its length times its size, at most 2^31-1; the child of a list or map, for which structs of key
/// and value are the child, is as long as the largest offset.
///
/// A column may be in dictionary form: its values stand in another column, most of them once, and in this one are their
/// positions there. It means the same rows as the plain form, has the same type, and gives the same file; values are
/// then hashed once each instead of once a row. `from_dictionary` makes such columns.
struct Column {
  Type type;
  int64_t length = 0;
  int64_t offset = 0;      ///< values to skip in this column's own buffers (not in its children)
  int64_t null_count = 0;  ///< exact, of the `length` values
  Buffer validity;         ///< bit offset+i set = value i is there; empty = all are
  Buffer offsets;          ///< int32, offset+length+1 of them: text of all kinds (bytes of `values`), list and map
                           ///< (values of the child)
  Buffer values;           ///< bits for boolean, fixed width for numbers and bytes of fixed length, bytes for text;
                           ///< empty for null and what is nested
  std::vector<Column> children;
  /// Dictionary form, of all types but null, boolean and nested ones, where this is not null: `values` are int32
  /// positions in here, within its length wherever a value is there. Of the same type, plain, without nulls. `offsets`
  /// of text are as if its values stood back to back: sizes are told without looking up.
  std::shared_ptr<const Column> dictionary;

  /// Values [begin, begin + count) without a copy. Requires begin + count <= length.
  Column slice(int64_t begin, int64_t count) const;

  bool is_valid(int64_t index) const {
    if (type.kind() == TypeKind::null) return false;
    if (validity.empty()) return true;
    const int64_t bit = offset + index;
    return (validity.as<uint8_t>()[bit >> 3] >> (bit & 7)) & 1;
  }
  /// Pointer to value 0 of a fixed-width column (not boolean) in plain form.
  template <typename T>
  const T* data() const {
    return values.as<T>() + offset;
  }
  /// Pointer to the length+1 offsets of a text, list or map column.
  const int32_t* offsets_data() const { return offsets.as<int32_t>() + offset; }
  /// Pointer to the positions of a column in dictionary form.
  const int32_t* positions_data() const { return values.as<int32_t>() + offset; }
};

/// The column whose value i is the one in `dictionary` that `indices`, an integer column, has at i: in dictionary form
/// where the type has one and entries are not many times as many as rows, else in plain form. Null where the index or
/// the entry is. Both must keep the invariants above. Throws Error{invalid} with the row for an index without an entry,
/// Error{unsupported} when the values would have more than 2^31-1 bytes together.
Column from_dictionary(const Column& indices, std::shared_ptr<const Column> dictionary);

}  // namespace v0
}  // namespace sluice
