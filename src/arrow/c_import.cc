// Arrays from the Arrow C data interface become batches, without a copy where they are laid out as our columns are
// (arrow/array_form.h: the others). The interface tells no buffer's size: sizes
// follow from lengths and offsets, and what these claim beyond the truth cannot be noticed. Everything else is checked.
// (Arrow "The Arrow C data interface", the ArrowArray structure.)
#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "arrow/array_form.h"
#include "arrow/c_layout.h"
#include "arrow/c_taken.h"
#include "base/bits.h"
#include "base/decimal.h"
#include "columns/column_check.h"
#include "columns/widths.h"
#include "sluice/arrow.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// Offsets of a column without values, for producers that give none.
alignas(8) constexpr int32_t kNoOffsets[2] = {};

void begin_empty(Column& column) {
  column.offset = 0;
  column.offsets = Buffer(std::as_bytes(std::span(kNoOffsets)), nullptr);
  column.validity = {};
}

/// Of a view: size, and twelve bytes in which the text or the way to it stands.
constexpr int64_t kViewStructBytes = 16;

// How many buffers an array of a kind has. (Arrow "Columnar Format", buffer listing for each layout.)
int64_t buffer_count(TypeKind kind) {
  if (kind == TypeKind::null) return 0;
  if (kind == TypeKind::struct_ || kind == TypeKind::fixed_list) return 1;
  return is_text(kind) ? 3 : 2;
}

/// Laid out as our columns are, and all that is in it.
bool is_plain(const ArrayLayout& layout) {
  return layout.form == ArrayForm::plain && !layout.index && std::ranges::all_of(layout.children, is_plain);
}

class ArrayImport {
 public:
  explicit ArrayImport(std::shared_ptr<const void> owner) : owner_(std::move(owner)) {}

  /// Rows [begin, begin + count) of a record batch, which is a struct that is never null.
  std::vector<Column> columns(const ArrowArray& array, const Schema& schema, const std::vector<ArrayLayout>& layouts,
                              int64_t begin, int64_t count);

 private:
  Column column(const ArrowArray& array, const Field& field, const ArrayLayout& layout, int64_t begin, int64_t count);
  Column decoded(const ArrowArray& array, const Field& field, const ArrayLayout& layout, int64_t begin, int64_t count);
  void reform(const ArrowArray& array, const ArrayLayout& layout, Column& column);
  void reform_fixed(const ArrowArray& array, ArrayForm form, Column& column) const;
  void reform_text(const ArrowArray& array, ArrayForm form, Column& column) const;
  void reform_list(const ArrowArray& array, const ArrayLayout& layout, Column& column);
  void read_values(const ArrowArray& array, Column& column) const;
  void children(const ArrowArray& array, const ArrayLayout& layout, Column& column);
  Column items(const ArrowArray& array, const ArrayLayout& layout, const Field& element, const OffsetRange& range);
  template <typename Offset>
  void narrow_list(const ArrowArray& array, const ArrayLayout& layout, const Offset* offsets, Column& column);
  int64_t slots(int64_t count, int64_t each) const;
  void check_range(const ArrowArray& array, int64_t begin, int64_t count) const;
  void check_node(const ArrowArray& array, int64_t buffers, size_t children) const;
  void check_buffers(const ArrowArray& array, int64_t buffers) const;
  const ArrowArray& child_of(const ArrowArray& array, size_t index) const;
  void read_validity(const ArrowArray& array, Column& column) const;
  void read_offsets(const ArrowArray& array, Column& column) const;
  Buffer buffer(const void* address, int64_t bytes, size_t alignment) const;
  template <typename Work>
  std::invoke_result_t<Work> named(Work work) const;
  [[noreturn]] void fail(const std::string& problem) const;

  std::shared_ptr<const void> owner_;
  std::string path_;           ///< of the column at hand, or of a part of it
  bool is_in_column_ = false;  ///< no longer at the record batch itself
};

std::vector<Column> ArrayImport::columns(const ArrowArray& array, const Schema& schema,
                                         const std::vector<ArrayLayout>& layouts, int64_t begin, int64_t count) {
  check_node(array, 1, schema.size());
  if (array.buffers != nullptr && array.buffers[0] != nullptr &&
      count_set_bits(static_cast<const uint8_t*>(array.buffers[0]), array.offset + begin, count) != count)
    fail("has rows that are null as a whole");
  std::vector<Column> columns;
  is_in_column_ = true;
  for (size_t i = 0; i < schema.size(); ++i) {
    path_ = schema[i].name;
    columns.push_back(column(child_of(array, i), schema[i], layouts[i], array.offset + begin, count));
  }
  return columns;
}

// Values [begin, begin + count) of `array`, whose own offset is pushed on into the children of structs.
Column ArrayImport::column(const ArrowArray& array, const Field& field, const ArrayLayout& layout, int64_t begin,
                           int64_t count) {
  if (layout.index) return decoded(array, field, layout, begin, count);
  const TypeKind kind = field.type.kind();
  const bool is_plain = layout.form == ArrayForm::plain;
  check_node(array, is_plain ? buffer_count(kind) : 0, field.type.children().size());
  check_range(array, begin, count);
  Column column;
  column.type = field.type;
  column.length = count;
  if (kind == TypeKind::null) {
    column.null_count = count;
    return column;
  }
  // Of no values buffers may be missing, wherever they would begin.
  column.offset = count == 0 ? 0 : array.offset + begin;
  if (!is_plain) {
    reform(array, layout, column);
    return column;
  }
  read_validity(array, column);
  if (has_offsets(kind)) read_offsets(array, column);
  read_values(array, column);
  children(array, layout, column);
  return column;
}

// Indices, and the values that they stand for.
Column ArrayImport::decoded(const ArrowArray& array, const Field& field, const ArrayLayout& layout, int64_t begin,
                            int64_t count) {
  if (array.dictionary == nullptr || array.dictionary->release == nullptr) fail("lacks its dictionary");
  ArrowArray bare = array;
  bare.dictionary = nullptr;
  const Column indices = column(bare, {field.name, *layout.index}, {}, begin, count);
  const ArrowArray& values = *array.dictionary;
  const Field of_values{path_, field.type};
  auto dictionary = std::make_shared<const Column>(
      column(values, of_values, *layout.dictionary, 0, std::max<int64_t>(values.length, 0)));
  ColumnCheck(dictionary->length).check(*dictionary, of_values);
  return named([&] { return from_dictionary(indices, std::move(dictionary)); });
}

void ArrayImport::read_values(const ArrowArray& array, Column& column) const {
  const int64_t count = column.offset + column.length;
  if (column.type.kind() == TypeKind::boolean) {
    column.values = buffer(array.buffers[1], bytes_of_bits(count), 1);
  } else if (const size_t width = fixed_width(column.type); width > 0) {
    column.values = buffer(array.buffers[1], slots(count, static_cast<int64_t>(width)), fixed_alignment(column.type));
  }
}

void ArrayImport::children(const ArrowArray& array, const ArrayLayout& layout, Column& parent) {
  const std::span<const Field> fields = parent.type.children();
  if (parent.type.has_ranges()) {
    if (!is_plain(layout.children[0]) && parent.length > 0)
      return narrow_list(array, layout, parent.offsets_data(), parent);
    parent.children.push_back(items(array, layout, fields[0], {0, std::max<int64_t>(child_of(array, 0).length, 0)}));
    return;
  }
  const int64_t each = child_values(parent.type);
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t path_size = path_.size();
    path_ += parent.type.kind() == TypeKind::struct_ ? "." + fields[i].name : "[]";
    parent.children.push_back(column(child_of(array, i), fields[i], layout.children[i], slots(parent.offset, each),
                                     slots(parent.length, each)));
    path_.resize(path_size);
  }
}

Column ArrayImport::items(const ArrowArray& array, const ArrayLayout& layout, const Field& element,
                          const OffsetRange& range) {
  const size_t path_size = path_.size();
  path_ += "[]";
  Column items = column(child_of(array, 0), element, layout.children[0], range.begin, range.end - range.begin);
  path_.resize(path_size);
  return items;
}

// --- other layouts than ours

void ArrayImport::reform(const ArrowArray& array, const ArrayLayout& layout, Column& column) {
  const bool is_list = column.type.has_ranges();
  const bool has_sizes = is_list && layout.form != ArrayForm::large;
  const bool is_text_view = !is_list && layout.form == ArrayForm::view;
  const bool is_fixed = fixed_width(column.type) > 0;
  if (!is_text_view) check_buffers(array, is_fixed || (is_list && !has_sizes) ? 2 : 3);
  if (is_text_view && (array.n_buffers < 3 || array.buffers == nullptr)) check_buffers(array, 3);
  read_validity(array, column);
  if (is_list) return reform_list(array, layout, column);
  return is_fixed ? reform_fixed(array, layout.form, column) : reform_text(array, layout.form, column);
}

void ArrayImport::reform_fixed(const ArrowArray& array, ArrayForm form, Column& column) const {
  const int64_t width = stored_width(form);
  const Buffer values = buffer(array.buffers[1], slots(column.offset + column.length, width), 1);
  const std::byte* const from = values.bytes().data() + column.offset * width;
  named([&] {
    if (form == ArrayForm::milliseconds) return count_days(column, from);
    resize_decimals(column, from, static_cast<size_t>(width));
  });
}

void ArrayImport::reform_text(const ArrowArray& array, ArrayForm form, Column& column) const {
  if (column.length == 0) return begin_empty(column);
  if (form == ArrayForm::large) {
    const Buffer offsets = buffer(array.buffers[1], (column.offset + column.length + 1) * 8, 8);
    const OffsetRange range = named([&] { return narrow_offsets(column, offsets.as<int64_t>() + column.offset); });
    const Buffer values = buffer(array.buffers[2], range.end, 1);
    column.values = Buffer(values.bytes().subspan(static_cast<size_t>(range.begin)), values.owner());
    return;
  }
  // Validity and views, as many buffers as there are, and last the size of each of them.
  const auto data_buffers = static_cast<size_t>(array.n_buffers - 3);
  const auto* sizes = static_cast<const int64_t*>(array.buffers[array.n_buffers - 1]);
  if (data_buffers > 0 && sizes == nullptr) fail("lacks the sizes of its buffers");
  std::vector<ByteSpan> data;
  for (size_t i = 0; i < data_buffers; ++i) {
    const auto size = load<int64_t>(sizes + i);
    if (size < 0 || (size > 0 && array.buffers[2 + i] == nullptr)) fail("lacks a buffer that its views point into");
    data.emplace_back(static_cast<const std::byte*>(array.buffers[2 + i]), static_cast<size_t>(size));
  }
  const Buffer views = buffer(array.buffers[1], (column.offset + column.length) * kViewStructBytes, 1);
  named([&] { gather_views(column, views.bytes().data() + column.offset * kViewStructBytes, data); });
}

void ArrayImport::reform_list(const ArrowArray& array, const ArrayLayout& layout, Column& column) {
  const Field& element = column.type.element();
  if (column.length == 0) {
    begin_empty(column);
    column.children.push_back(items(array, layout, element, {0, 0}));
    return;
  }
  if (layout.form == ArrayForm::large) {
    constexpr int64_t kWidth = sizeof(int64_t);
    const Buffer offsets = buffer(array.buffers[1], (column.offset + column.length + 1) * kWidth, kWidth);
    return narrow_list(array, layout, offsets.as<int64_t>() + column.offset, column);
  }
  const Column all = items(array, layout, element, {0, std::max<int64_t>(child_of(array, 0).length, 0)});
  const int64_t width = layout.form == ArrayForm::view ? sizeof(int32_t) : sizeof(int64_t);
  const auto alignment = static_cast<size_t>(width);
  ColumnCheck(all.length).check(all, Field{path_ + "[]", element.type});
  const Buffer offsets = buffer(array.buffers[1], (column.offset + column.length) * width, alignment);
  const Buffer sizes = buffer(array.buffers[2], (column.offset + column.length) * width, alignment);
  const int64_t at = column.offset;
  named([&] {
    if (layout.form == ArrayForm::view)
      gather_list_views(column, offsets.as<int32_t>() + at, sizes.as<int32_t>() + at, all);
    else
      gather_list_views(column, offsets.as<int64_t>() + at, sizes.as<int64_t>() + at, all);
  });
}

/// Takes only those items that the offsets use: there may be more of them than 32 bits count.
template <typename Offset>
void ArrayImport::narrow_list(const ArrowArray& array, const ArrayLayout& layout, const Offset* offsets,
                              Column& column) {
  const OffsetRange range = named([&] { return narrow_offsets(column, offsets); });
  const int64_t values = child_of(array, 0).length;
  if (range.end > values)
    fail("has an offset of " + std::to_string(range.end) + " where only " + std::to_string(values) + " values are");
  column.children.push_back(items(array, layout, column.type.element(), range));
}

// --- checks

/// `count` values, each of `each` bytes or values.
int64_t ArrayImport::slots(int64_t count, int64_t each) const {
  int64_t all = 0;
  if (__builtin_mul_overflow(count, each, &all)) fail("has an impossible length: " + std::to_string(count));
  return all;
}

void ArrayImport::check_range(const ArrowArray& array, int64_t begin, int64_t count) const {
  int64_t end = 0;
  if (__builtin_add_overflow(begin, count, &end) || end > array.length)
    fail("has " + std::to_string(array.length) + " values where its struct needs " + std::to_string(end));
}

void ArrayImport::check_node(const ArrowArray& array, int64_t buffers, size_t children) const {
  if (array.length < 0 || array.offset < 0 || array.length > kColumnValuesMax - array.offset || array.null_count < -1)
    fail("has an impossible length, offset or null count: " + std::to_string(array.length) + ", " +
         std::to_string(array.offset) + ", " + std::to_string(array.null_count));
  // Old producers give the null type a validity buffer; it means nothing.
  if (buffers > 0) check_buffers(array, buffers);
  if (array.n_children != static_cast<int64_t>(children))
    fail("has " + std::to_string(array.n_children) + " children where its type has " + std::to_string(children));
  if (array.dictionary != nullptr) fail("has a dictionary, but its type has none");
}

void ArrayImport::check_buffers(const ArrowArray& array, int64_t buffers) const {
  if (array.n_buffers != buffers)
    fail("has " + std::to_string(array.n_buffers) + " buffers where its type has " + std::to_string(buffers));
  if (array.buffers == nullptr) fail("has no buffers");
}

const ArrowArray& ArrayImport::child_of(const ArrowArray& array, size_t index) const {
  if (array.children == nullptr || array.children[index] == nullptr || array.children[index]->release == nullptr)
    fail("is missing, or has been released");
  return *array.children[index];
}

void ArrayImport::read_validity(const ArrowArray& array, Column& column) const {
  if (array.buffers[0] == nullptr) {
    if (array.null_count > 0) fail("has " + std::to_string(array.null_count) + " nulls, but no validity bitmap");
    return;
  }
  const int64_t slots = column.offset + column.length;
  column.validity = buffer(array.buffers[0], bytes_of_bits(slots), 1);
  // Counted, not believed: producers may leave it open, and it is that of the whole array.
  column.null_count =
      column.length - count_set_bits(static_cast<const uint8_t*>(array.buffers[0]), column.offset, column.length);
}

// Offsets, and for text the bytes that they point into.
void ArrayImport::read_offsets(const ArrowArray& array, Column& column) const {
  if (column.length == 0) return begin_empty(column);
  const int64_t count = column.offset + column.length + 1;
  column.offsets = buffer(array.buffers[1], count * int64_t{sizeof(int32_t)}, alignof(int32_t));
  const int32_t end = column.offsets_data()[column.length];
  if (end < 0) fail("ends at the negative offset " + std::to_string(end));
  if (is_text(column.type.kind())) column.values = buffer(array.buffers[2], end, 1);
}

Buffer ArrayImport::buffer(const void* address, int64_t bytes, size_t alignment) const {
  if (address == nullptr) {
    if (bytes > 0) fail("lacks a buffer of " + std::to_string(bytes) + " bytes");
    return {};
  }
  const ByteSpan span(static_cast<const std::byte*>(address), static_cast<size_t>(bytes));
  if (reinterpret_cast<uintptr_t>(address) % alignment == 0) return Buffer(span, owner_);
  // The one copy that there is: Arrow recommends alignment but does not demand it, and our loops do.
  auto aligned = std::make_shared<Bytes>();
  aligned->append(span);
  const ByteSpan copy = *aligned;
  return Buffer(copy, std::move(aligned));
}

/// Does work whose errors do not know the column.
template <typename Work>
std::invoke_result_t<Work> ArrayImport::named(Work work) const {
  try {
    return work();
  } catch (const Error& error) {
    ErrorPlace place = error.place();
    place.field = path_;
    throw Error(error.code(), "column \"" + path_ + "\" of the Arrow array " + error.what(), std::move(place),
                error.hint());
  }
}

void ArrayImport::fail(const std::string& problem) const {
  const std::string what = is_in_column_ ? "column \"" + path_ + "\" of the Arrow array" : "the Arrow array";
  throw Error(ErrorCode::invalid, what + " " + problem, {.field = path_});
}

}  // namespace

SharedArray share(Taken<ArrowArray> taken) {
  if (taken.empty()) throw Error(ErrorCode::invalid, "the Arrow array has already been released");
  return std::make_shared<const Taken<ArrowArray>>(std::move(taken));
}

Batch import_rows(const SharedArray& array, std::shared_ptr<const Schema> schema,
                  const std::vector<ArrayLayout>& layouts, int64_t begin, int64_t count) {
  if (!schema) throw Error(ErrorCode::invalid, "an Arrow array cannot be imported without a schema");
  std::vector<Column> columns = ArrayImport(array).columns(**array, *schema, layouts, begin, count);
  return Batch(std::move(schema), std::move(columns), count);
}

std::vector<ArrayLayout> plain_layouts(std::span<const Field> fields) {
  std::vector<ArrayLayout> layouts;
  for (const Field& field : fields) layouts.emplace_back().children = plain_layouts(field.type.children());
  return layouts;
}

inline namespace v0 {

Batch import_arrow(ArrowArray* array, ArrowSchema* schema) {
  Taken<ArrowArray> taken(array);
  const Taken<ArrowSchema> taken_schema(schema);
  ImportedSchema imported = import_schema_and_layouts(*taken_schema);
  auto known = std::make_shared<const Schema>(std::move(imported.schema));
  const SharedArray shared = share(std::move(taken));
  return import_rows(shared, std::move(known), imported.layouts, 0, (*shared)->length);
}

Batch import_arrow(ArrowArray* array, std::shared_ptr<const Schema> schema) {
  const std::vector<ArrayLayout> layouts = schema ? plain_layouts(schema->fields()) : std::vector<ArrayLayout>();
  const SharedArray shared = share(Taken<ArrowArray>(array));
  return import_rows(shared, std::move(schema), layouts, 0, (*shared)->length);
}

}  // namespace v0
}  // namespace sluice
