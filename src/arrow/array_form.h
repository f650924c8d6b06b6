// How arrays from outside are laid out where their type does not say it all, and how they become the one layout that
// our columns have: 32-bit offsets, bytes back to back, decimals of 16 and 32 bytes. Offsets are rewritten, views
// gathered. (Arrow "Columnar Format", variable-size binary and list layouts, views, dictionary-encoded layout.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "sluice/column.h"

namespace sluice {

enum class ArrayForm : uint8_t {
  plain,
  large,         ///< text, lists: 64-bit offsets
  view,          ///< text: views into several buffers; lists: 32-bit offsets and sizes in any order
  large_view,    ///< lists: 64-bit offsets and sizes
  bits32,        ///< decimals of 4 bytes
  bits64,        ///< decimals of 8 bytes
  bits256,       ///< decimals of 32 bytes whose digits need 16
  milliseconds,  ///< dates of 8 bytes: the midnights of days, in milliseconds since 1970
};

/// Bytes of a value in one of the last four forms.
constexpr int64_t stored_width(ArrayForm form) {
  return form == ArrayForm::bits32 ? 4 : form == ArrayForm::bits256 ? 32 : 8;
}

/// The form of an array and of what is in it.
struct ArrayLayout {
  ArrayForm form = ArrayForm::plain;
  std::optional<Type> index{};                      ///< an integer: the array is dictionary-encoded
  std::shared_ptr<const ArrayLayout> dictionary{};  ///< of the dictionary's values, where there is an index
  std::vector<ArrayLayout> children{};              ///< as many as the type has
};

// In what follows `column` has its type, length, offset, validity and null count; pointers lead to its first value. It
// gets the rest, and an offset of 0. Errors come without the column's name: Error{invalid} for contradictions, Error
// {unsupported} for more than 2^31-1 bytes or values, which a smaller batch would not have.

struct OffsetRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// Takes length + 1 offsets and returns what they span, which the new ones count from 0 on. `Offset` is int32_t or
/// int64_t.
template <typename Offset>
OffsetRange narrow_offsets(Column& column, const Offset* offsets);

/// Bytes of the 16-byte views of all values of `column` that are there. Throws for views of negative length.
uint64_t bytes_of_views(const Column& column, const std::byte* views);

/// Takes the values of 16-byte views. `buffers`: what the longer ones point into.
void gather_views(Column& column, const std::byte* views, std::span<const ByteSpan> buffers);

/// Takes the items of list views from `items`, which must keep the invariants of column.h. `Offset` is int32_t or
/// int64_t.
template <typename Offset>
void gather_list_views(Column& column, const Offset* offsets, const Offset* sizes, const Column& items);

/// Takes decimals of 4, 8 or 32 bytes as such of the width that their type has in memory.
void resize_decimals(Column& column, const std::byte* values, size_t width);

/// Takes dates of 8 bytes. Throws Error{data} for one that is no midnight, or further away than dates of 4 bytes go.
void count_days(Column& column, const std::byte* values);

}  // namespace sluice
