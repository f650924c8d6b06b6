// Batches as arrays of the Arrow C data interface, without a copy but for columns in dictionary form, which become
// plain. In Arrow a struct's offset counts for its children too; in our columns it does not, and so children are
// rewound by the offset of the struct above them. (Arrow "The Arrow C data interface", the ArrowArray structure.)
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "columns/dictionary_form.h"
#include "columns/widths.h"
#include "sluice/arrow.h"

namespace sluice {
namespace {

// Some consumers refuse null pointers even for buffers of no bytes.
alignas(64) constexpr std::byte kNothing[64] = {};

// What one exported array owns: its share of the buffers, and its children until somebody moves them away.
struct ArrayHolder {
  Buffer kept[3];
  const void* addresses[3] = {};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;

  ~ArrayHolder() {
    for (ArrowArray& child : children)
      if (child.release != nullptr) child.release(&child);
  }
  void keep(size_t index, const Buffer& buffer) {
    kept[index] = buffer;
    addresses[index] = buffer.bytes().data();
    if (addresses[index] == nullptr) addresses[index] = kNothing;
  }
};

void release_array(ArrowArray* array) {
  delete static_cast<ArrayHolder*>(array->private_data);
  array->private_data = nullptr;
  array->release = nullptr;
}

void fill(ArrowArray* out, std::unique_ptr<ArrayHolder> holder, int64_t buffers) {
  for (ArrowArray& child : holder->children) holder->pointers.push_back(&child);
  out->n_buffers = buffers;
  out->buffers = holder->addresses;
  out->n_children = static_cast<int64_t>(holder->pointers.size());
  out->children = holder->pointers.empty() ? nullptr : holder->pointers.data();
  out->dictionary = nullptr;
  out->release = release_array;
  out->private_data = holder.release();
}

bool has_children_in_step(TypeKind kind) { return kind == TypeKind::struct_ || kind == TypeKind::fixed_list; }

// How many values a column still holds before its first one.
int64_t values_before(const Column& column) {
  if (column.type.kind() == TypeKind::null) return INT64_MAX;
  if (!has_children_in_step(column.type.kind())) return column.offset;
  int64_t before = column.validity.empty() ? INT64_MAX : column.offset;
  for (const Column& child : column.children)
    before = std::min(before, values_before(child) / child_values(column.type));
  return before;
}

int64_t count_nulls(const Column& column, int64_t back) {
  if (column.type.kind() == TypeKind::null) return column.length + back;
  if (back == 0 || column.validity.empty()) return column.null_count;
  return column.length + back -
         count_set_bits(column.validity.as<uint8_t>(), column.offset - back, column.length + back);
}

void export_column(const Column& column, int64_t back, ArrowArray* out);

/// Structs, and lists of a fixed size: their offset counts for their children too.
void export_struct(const Column& column, int64_t back, ArrayHolder& holder, ArrowArray* out) {
  int64_t children_back = back;
  out->offset = 0;
  if (!column.validity.empty()) {
    const bool rewindable = std::ranges::all_of(column.children, [&](const Column& child) {
      return values_before(child) / child_values(column.type) >= column.offset;
    });
    if (rewindable) {
      out->offset = column.offset - back;
      children_back = column.offset;
      holder.keep(0, column.validity);
    } else {  // the bitmap begins elsewhere than the children: shift it
      auto shifted = std::make_shared<Bytes>(static_cast<size_t>(bytes_of_bits(out->length)));
      copy_bits(column.validity.as<uint8_t>(), column.offset - back, out->length,
                reinterpret_cast<uint8_t*>(shifted->data()));
      const ByteSpan bytes = *shifted;
      holder.keep(0, Buffer(bytes, std::move(shifted)));
    }
  }
  for (size_t i = 0; i < column.children.size(); ++i)
    export_column(column.children[i], children_back * child_values(column.type), &holder.children[i]);
}

// The column with the `back` values that stand before it. Requires values_before(column) >= back.
void export_column(const Column& column, int64_t back, ArrowArray* out) {
  const TypeKind kind = column.type.kind();
  auto holder = std::make_unique<ArrayHolder>();
  holder->children.resize(column.children.size());
  out->length = column.length + back;
  out->offset = column.offset - back;
  out->null_count = count_nulls(column, back);
  if (kind == TypeKind::null) {
    out->offset = 0;
    return fill(out, std::move(holder), 0);
  }
  if (has_children_in_step(kind)) {
    export_struct(column, back, *holder, out);
    return fill(out, std::move(holder), 1);
  }
  if (!column.validity.empty()) holder->keep(0, column.validity);
  if (!has_offsets(kind)) {
    holder->keep(1, column.values);
    return fill(out, std::move(holder), 2);
  }
  holder->keep(1, column.offsets);
  if (column.type.has_ranges())
    export_column(column.children.front(), 0, &holder->children.front());
  else
    holder->keep(2, column.values);
  fill(out, std::move(holder), column.type.has_ranges() ? 2 : 3);
}

}  // namespace

inline namespace v0 {

void export_arrow(const Batch& batch, ArrowArray* array, ArrowSchema* schema) {
  auto holder = std::make_unique<ArrayHolder>();
  holder->children.resize(batch.columns().size());
  for (size_t i = 0; i < batch.columns().size(); ++i) export_column(unfold(batch.column(i)), 0, &holder->children[i]);
  if (schema != nullptr) export_arrow_schema(batch.schema(), schema);
  *array = ArrowArray{};
  array->length = batch.rows();
  fill(array, std::move(holder), 1);
}

}  // namespace v0
}  // namespace sluice
