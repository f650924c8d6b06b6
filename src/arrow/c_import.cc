// Arrays from the Arrow C data interface become batches, without a copy. The interface tells no buffer's size: sizes
// follow from lengths and offsets, and what these claim beyond the truth cannot be noticed. Everything else is checked.
// (Arrow "The Arrow C data interface", the ArrowArray structure.)
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/c_taken.h"
#include "base/bits.h"
#include "columns/column_check.h"
#include "columns/widths.h"
#include "sluice/arrow.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// Offsets of a column without values, for producers that give none.
alignas(8) constexpr int32_t kNoOffsets[2] = {};

// How many buffers an array of a kind has. (Arrow "Columnar Format", buffer listing for each layout.)
int64_t buffer_count(TypeKind kind) {
  if (kind == TypeKind::null) return 0;
  if (kind == TypeKind::struct_) return 1;
  return is_text(kind) ? 3 : 2;
}

class ArrayImport {
 public:
  explicit ArrayImport(std::shared_ptr<const void> owner) : owner_(std::move(owner)) {}

  /// Columns of a record batch, which is a struct that is never null.
  std::vector<Column> columns(const ArrowArray& array, const Schema& schema);

 private:
  Column column(const ArrowArray& array, const Field& field, int64_t begin, int64_t count);
  void children(const ArrowArray& array, Column& column);
  void check_node(const ArrowArray& array, int64_t buffers, size_t children) const;
  const ArrowArray& child_of(const ArrowArray& array, size_t index) const;
  void read_validity(const ArrowArray& array, Column& column) const;
  void read_offsets(const ArrowArray& array, Column& column) const;
  Buffer buffer(const void* address, int64_t bytes, size_t alignment) const;
  [[noreturn]] void fail(const std::string& problem) const;

  std::shared_ptr<const void> owner_;
  std::string path_;
};

std::vector<Column> ArrayImport::columns(const ArrowArray& array, const Schema& schema) {
  check_node(array, 1, schema.size());
  if (array.buffers != nullptr && array.buffers[0] != nullptr &&
      count_set_bits(static_cast<const uint8_t*>(array.buffers[0]), array.offset, array.length) != array.length)
    fail("has rows that are null as a whole");
  std::vector<Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    path_ = schema[i].name;
    columns.push_back(column(child_of(array, i), schema[i], array.offset, array.length));
  }
  return columns;
}

// Values [begin, begin + count) of `array`, whose own offset is pushed on into the children of structs.
Column ArrayImport::column(const ArrowArray& array, const Field& field, int64_t begin, int64_t count) {
  const TypeKind kind = field.type.kind();
  check_node(array, buffer_count(kind), field.type.children().size());
  if (begin > array.length - count)
    fail("has " + std::to_string(array.length) + " values where its struct needs " + std::to_string(begin + count));
  Column column;
  column.type = field.type;
  column.length = count;
  if (kind == TypeKind::null) {
    column.null_count = count;
    return column;
  }
  column.offset = array.offset + begin;
  read_validity(array, column);
  if (has_offsets(kind)) read_offsets(array, column);
  const int64_t slots = column.offset + count;
  if (kind == TypeKind::boolean) {
    column.values = buffer(array.buffers[1], bytes_of_bits(slots), 1);
  } else if (const size_t width = fixed_width(kind); width > 0) {
    column.values = buffer(array.buffers[1], slots * static_cast<int64_t>(width), width);
  }
  children(array, column);
  return column;
}

void ArrayImport::children(const ArrowArray& array, Column& parent) {
  const std::span<const Field> fields = parent.type.children();
  const bool is_list = parent.type.kind() == TypeKind::list;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t path_size = path_.size();
    path_ += is_list ? "[]" : "." + fields[i].name;
    const ArrowArray& child = child_of(array, i);
    parent.children.push_back(is_list ? column(child, fields[i], 0, std::max<int64_t>(child.length, 0))
                                      : column(child, fields[i], parent.offset, parent.length));
    path_.resize(path_size);
  }
}

void ArrayImport::check_node(const ArrowArray& array, int64_t buffers, size_t children) const {
  if (array.length < 0 || array.offset < 0 || array.length > kColumnValuesMax - array.offset || array.null_count < -1)
    fail("has an impossible length, offset or null count: " + std::to_string(array.length) + ", " +
         std::to_string(array.offset) + ", " + std::to_string(array.null_count));
  // Old producers give the null type a validity buffer; it means nothing.
  if (buffers > 0 && array.n_buffers != buffers)
    fail("has " + std::to_string(array.n_buffers) + " buffers where its type has " + std::to_string(buffers));
  if (buffers > 0 && array.buffers == nullptr) fail("has no buffers");
  if (array.n_children != static_cast<int64_t>(children))
    fail("has " + std::to_string(array.n_children) + " children where its type has " + std::to_string(children));
  if (array.dictionary != nullptr) fail("has a dictionary, but its type has none");
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
  if (column.length == 0) {  // producers may leave out the single offset of an empty array
    column.offset = 0;
    column.offsets = Buffer(std::as_bytes(std::span(kNoOffsets)), nullptr);
    column.validity = {};
    return;
  }
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

void ArrayImport::fail(const std::string& problem) const {
  const std::string what = path_.empty() ? "the Arrow array" : "column \"" + path_ + "\" of the Arrow array";
  throw Error(ErrorCode::invalid, what + " " + problem, {.field = path_});
}

Batch import_taken(Taken<ArrowArray> taken, std::shared_ptr<const Schema> schema) {
  if (taken.empty()) throw Error(ErrorCode::invalid, "the Arrow array has already been released");
  if (!schema) throw Error(ErrorCode::invalid, "an Arrow array cannot be imported without a schema");
  const auto owner = std::make_shared<const Taken<ArrowArray>>(std::move(taken));
  const ArrowArray& array = **owner;
  std::vector<Column> columns = ArrayImport(owner).columns(array, *schema);
  return Batch(std::move(schema), std::move(columns), array.length);
}

}  // namespace

inline namespace v0 {

Batch import_arrow(ArrowArray* array, ArrowSchema* schema) {
  Taken<ArrowArray> taken(array);
  const Taken<ArrowSchema> taken_schema(schema);
  auto known = std::make_shared<const Schema>(import_arrow_schema(*taken_schema));
  return import_taken(std::move(taken), std::move(known));
}

Batch import_arrow(ArrowArray* array, std::shared_ptr<const Schema> schema) {
  return import_taken(Taken<ArrowArray>(array), std::move(schema));
}

}  // namespace v0
}  // namespace sluice
