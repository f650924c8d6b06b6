// Reads FlatBuffers that nobody has verified, one field at a time. A table is a signed distance to its vtable followed
// by its fields; the vtable says where each field lies, 0 for absent ones; texts, vectors and tables are reached by
// unsigned distances forward, so that nothing can point in a circle. (FlatBuffers "Internals", binary layout.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

class FlatTables;

/// Borrows the bytes. All members throw Error{corrupt} where the buffer points outside of itself.
class FlatTable {
 public:
  /// The root table of a buffer.
  static FlatTable root(ByteSpan bytes);

  /// The scalar in `slot` (0-based, in the order of the schema), or `absent` where the table does not have it.
  template <typename T>
  T scalar(int slot, T absent) const {
    const std::optional<size_t> at = field(slot, sizeof(T));
    return at ? load<T>(bytes_.data() + *at) : absent;
  }
  std::optional<FlatTable> table(int slot) const;
  std::optional<std::string_view> text(int slot) const;
  /// A vector of tables; an absent one is empty.
  FlatTables tables(int slot) const;
  /// A vector of scalars or structs of `width` bytes each, as it lies there; an absent one is empty. At any alignment.
  ByteSpan values(int slot, size_t width) const;

 private:
  friend class FlatTables;
  FlatTable(ByteSpan bytes, size_t position);

  std::optional<size_t> field(int slot, size_t width) const;
  std::optional<size_t> target(int slot) const;

  ByteSpan bytes_;
  size_t position_ = 0;
  size_t table_bytes_ = 0;
  size_t vtable_ = 0;
  size_t vtable_bytes_ = 0;
};

class FlatTables {
 public:
  FlatTables() = default;
  size_t size() const { return size_; }
  /// Requires index < size().
  FlatTable operator[](size_t index) const;

 private:
  friend class FlatTable;
  FlatTables(ByteSpan bytes, size_t first, size_t size) : bytes_(bytes), first_(first), size_(size) {}

  ByteSpan bytes_;
  size_t first_ = 0;  // where the first distance stands
  size_t size_ = 0;
};

}  // namespace sluice
