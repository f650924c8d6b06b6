// What is laid out as our columns are is shared; other layouts are made anew, for the rows at hand alone.
// (Arrow "Columnar Format", physical memory layout.)
#include "arrow/ipc_rows.h"

#include <string>
#include <utility>
#include <vector>

#include "arrow/array_form.h"
#include "base/bits.h"
#include "columns/builder.h"
#include "columns/column_check.h"
#include "columns/counted_rows.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// Offsets of a column without values, for writers that give none.
alignas(8) constexpr int32_t kNoOffsets[2] = {};

constexpr int64_t kViewSize = 16;

/// Values [begin, begin + count) of a column.
struct Range {
  int64_t begin = 0;
  int64_t count = 0;
};

class PartMaker {
 public:
  PartMaker(const Dictionaries& dictionaries, uint64_t bytes_max)
      : dictionaries_(dictionaries), bytes_left_(bytes_max) {}

  std::optional<Column> column(const IpcColumn& from, const Field& field, const IpcField& form, const Range& range,
                               const std::string& path);
  /// The same values in memory of their own.
  std::optional<Column> copy(Column column);

 private:
  std::optional<Column> reformed(const IpcColumn& from, const Field& field, const IpcField& form, const Range& range,
                                 const std::string& path);
  bool take_children(const IpcColumn& from, const Field& field, const IpcField& form, const std::string& path,
                     Column& out);
  template <typename Offset>
  bool take_items(const IpcColumn& from, const Field& field, const IpcField& form, const std::string& path,
                  Column& out);
  template <typename Offset>
  std::optional<OffsetRange> take_offsets(const IpcColumn& from, int64_t values, Column& out);
  bool take_large_text(const IpcColumn& from, Column& out);
  bool take_views(const IpcColumn& from, Column& out);
  bool take_fixed(const IpcColumn& from, ArrayForm form, Column& out);
  std::optional<Column> look_up(const IpcColumn& from, const Field& field, const IpcDictionary& dictionary,
                                const Range& range);
  bool charge(uint64_t bytes);

  const Dictionaries& dictionaries_;
  uint64_t bytes_left_;
};

void need(const Buffer& buffer, int64_t count, int64_t width, const char* what) {
  const int64_t bytes = count * width;  // both far from overflow: counts are at most kColumnValuesMax
  if (static_cast<int64_t>(buffer.size()) < bytes)
    throw Error(ErrorCode::corrupt, "has " + std::to_string(buffer.size()) + " bytes of " + what + " where " +
                                        std::to_string(bytes) + " are needed");
}

// Type, length and validity of a part; its other buffers are those of the whole.
Column begin_column(const IpcColumn& from, const Type& type, const Range& range) {
  Column column;
  column.type = type;
  column.length = range.count;
  if (type.kind() == TypeKind::null) {
    column.null_count = range.count;
    return column;
  }
  if (has_offsets(type.kind()) && range.count == 0) {
    column.offsets = Buffer(std::as_bytes(std::span(kNoOffsets)), nullptr);
    return column;
  }
  column.offset = range.begin;
  column.validity = from.validity;
  if (!from.validity.empty())
    column.null_count = range.count - count_set_bits(from.validity.as<uint8_t>(), range.begin, range.count);
  column.offsets = from.offsets;
  column.values = from.values;
  return column;
}

std::optional<Column> PartMaker::column(const IpcColumn& from, const Field& field, const IpcField& form,
                                        const Range& range, const std::string& path) {
  try {
    if (form.dictionary) return look_up(from, field, *form.dictionary, range);
  } catch (const Error& error) {
    rethrow_for_column(error, path);
  }
  if (is_reformed(form)) return reformed(from, field, form, range, path);
  Column column = begin_column(from, field.type, range);
  return take_children(from, field, form, path, column) ? std::optional(std::move(column)) : std::nullopt;
}

std::optional<Column> PartMaker::reformed(const IpcColumn& from, const Field& field, const IpcField& form,
                                          const Range& range, const std::string& path) {
  Column out = begin_column(from, field.type, range);
  const TypeKind kind = field.type.kind();
  bool fits = true;
  if (has_offsets(kind) && range.count == 0) {
    out.offset = 0;
    fits = take_children(from, field, form, path, out);
  } else if (field.type.has_ranges()) {
    fits = form.form == ArrayForm::large ? take_items<int64_t>(from, field, form, path, out)
                                         : take_items<int32_t>(from, field, form, path, out);
  } else if (field.type.is_nested()) {
    fits = take_children(from, field, form, path, out);
  } else {
    try {
      fits = fixed_width(field.type) > 0    ? take_fixed(from, form.form, out)
             : form.form == ArrayForm::view ? take_views(from, out)
                                            : take_large_text(from, out);
    } catch (const Error& error) {
      rethrow_for_column(error, path);
    }
  }
  return fits ? std::optional(std::move(out)) : std::nullopt;
}

// Parts of structs and of lists of a fixed size go in step; a list that is as ours has all its items.
bool PartMaker::take_children(const IpcColumn& from, const Field& field, const IpcField& form, const std::string& path,
                              Column& out) {
  const std::span<const Field> parts = field.type.children();
  const int64_t each = child_values(field.type);
  for (size_t i = 0; i < parts.size(); ++i) {
    Range range{out.offset * each, out.length * each};
    if (field.type.has_ranges()) range = {0, out.length == 0 ? 0 : from.children[i].length};
    auto child = column(from.children[i], parts[i], form.children[i], range, part_path(path, field, parts[i]));
    if (!child) return false;
    out.children.push_back(std::move(*child));
  }
  return true;
}

// Only the items of the rows at hand.
template <typename Offset>
bool PartMaker::take_items(const IpcColumn& from, const Field& field, const IpcField& form, const std::string& path,
                           Column& out) {
  std::optional<OffsetRange> items;
  try {
    items = take_offsets<Offset>(from, from.children.front().length, out);
  } catch (const Error& error) {
    rethrow_for_column(error, path);
  }
  if (!items) return false;
  auto child = column(from.children.front(), field.type.element(), form.children.front(),
                      {items->begin, items->end - items->begin}, path + "[]");
  if (!child) return false;
  out.children.push_back(std::move(*child));
  return true;
}

// `values`: how many there are that offsets may point at.
template <typename Offset>
std::optional<OffsetRange> PartMaker::take_offsets(const IpcColumn& from, int64_t values, Column& out) {
  need(from.offsets, out.offset + out.length + 1, sizeof(Offset), "offsets");
  const Offset* offsets = from.offsets.as<Offset>() + out.offset;
  // Of offsets that descend the difference is huge; of a single row they are refused below.
  const uint64_t span = static_cast<uint64_t>(offsets[out.length]) - static_cast<uint64_t>(offsets[0]);
  if (span > INT32_MAX && out.length > 1) return std::nullopt;
  if (!charge(static_cast<uint64_t>(out.length + 1) * sizeof(int32_t))) return std::nullopt;
  const OffsetRange range = narrow_offsets(out, offsets);
  if (range.end > values)
    throw Error(ErrorCode::corrupt, "has an offset of " + std::to_string(range.end) + " where only " +
                                        std::to_string(values) + (out.type.has_ranges() ? " values" : " bytes") +
                                        " are");
  return range;
}

bool PartMaker::take_large_text(const IpcColumn& from, Column& out) {
  const auto range = take_offsets<int64_t>(from, static_cast<int64_t>(from.values.size()), out);
  if (!range) return false;
  out.values = Buffer(
      from.values.bytes().subspan(static_cast<size_t>(range->begin), static_cast<size_t>(range->end - range->begin)),
      from.values.owner());
  return true;
}

bool PartMaker::take_views(const IpcColumn& from, Column& out) {
  need(from.values, out.offset + out.length, kViewSize, "views");
  const std::byte* views = from.values.bytes().data() + out.offset * kViewSize;
  const uint64_t bytes = bytes_of_views(out, views);
  if (!charge(bytes) || !charge(static_cast<uint64_t>(out.length + 1) * sizeof(int32_t))) return false;
  if (bytes > INT32_MAX && out.length > 1) return false;
  std::vector<ByteSpan> buffers;
  for (const Buffer& buffer : from.view_buffers) buffers.push_back(buffer.bytes());
  gather_views(out, views, buffers);
  return true;
}

bool PartMaker::take_fixed(const IpcColumn& from, ArrayForm form, Column& out) {
  const int64_t width = stored_width(form);
  need(from.values, out.offset + out.length, width, "values");
  if (!charge(static_cast<uint64_t>(out.length) * fixed_width(out.type))) return false;
  const std::byte* const values = from.values.bytes().data() + out.offset * width;
  if (form == ArrayForm::milliseconds)
    count_days(out, values);
  else
    resize_decimals(out, values, static_cast<size_t>(width));
  return true;
}

std::optional<Column> PartMaker::look_up(const IpcColumn& from, const Field& field, const IpcDictionary& dictionary,
                                         const Range& range) {
  const Column indices = begin_column(from, dictionary.index, range);
  need(from.values, range.begin + range.count, static_cast<int64_t>(fixed_width(dictionary.index)), "indices");
  const auto found = dictionaries_.find(dictionary.id);
  if (found != dictionaries_.end() && !found->second.empty()) return found->second.look_up(indices, bytes_left_);
  if (indices.null_count < indices.length)
    throw Error(ErrorCode::corrupt,
                "needs the dictionary " + std::to_string(dictionary.id) + ", which has not come before it");
  ColumnBuilder nulls(field.type);
  for (int64_t i = 0; i < indices.length; ++i) nulls.append_null();
  if (!charge(nulls.bytes())) return std::nullopt;
  return nulls.finish();
}

std::optional<Column> PartMaker::copy(Column column) {
  if (column.dictionary) return column;  // of which only positions are its own, and these have been made for it
  if (!charge(static_cast<uint64_t>(column.length) * sizeof(ValuePlace))) return std::nullopt;
  std::vector<ValuePlace> places(static_cast<size_t>(column.length));
  for (size_t i = 0; i < places.size(); ++i) places[i] = {0, static_cast<int32_t>(i)};
  const Column* const piece = &column;
  return gather({&piece, 1}, places, bytes_left_);
}

bool PartMaker::charge(uint64_t bytes) {
  if (bytes > bytes_left_) return false;
  bytes_left_ -= bytes;
  return true;
}

}  // namespace

std::optional<Batch> take_rows(const IpcRows& rows, const RowsToTake& part, const IpcSchema& schema,
                               std::shared_ptr<const Schema> proper, const Dictionaries& dictionaries) {
  PartMaker maker(dictionaries, part.bytes_max);
  std::vector<Column> columns;
  ColumnCheck check(part.count);
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    const Field& field = (*proper)[i];
    auto column = maker.column(rows.columns[i], field, schema.fields[i], {part.begin, part.count}, field.name);
    if (column && part.copied) {
      check.check(*column, field);  // what is copied must be sound
      column = maker.copy(std::move(*column));
    }
    if (!column) return std::nullopt;
    columns.push_back(std::move(*column));
  }
  if (part.budget) {
    const bool is_all = part.count == rows.count && !part.copied;
    count_rows_in(columns, Account(part.budget, is_all ? rows.made_bytes : bytes_of_buffers(columns)));
  }
  return Batch(std::move(proper), std::move(columns), part.count);
}

}  // namespace sluice
