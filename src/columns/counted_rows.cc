// (No specification: the account of a memory budget.)
#include "columns/counted_rows.h"

#include <memory>
#include <utility>

#include "columns/buffer_pool.h"

namespace sluice {
namespace {

/// Keeps a buffer's owner, and the account beside it. Known by its type, as nobody else can name it.
class CountedOwner {
 public:
  CountedOwner(std::shared_ptr<const void> owner, Account account)
      : owner_(std::move(owner)), account_(std::move(account)) {}

  void operator()(const void*) const {}  // as the deleter it goes with the last owner

 private:
  std::shared_ptr<const void> owner_;
  Account account_;
};

/// The first one that has bytes. Of text that is not the values, whose owner may say that they are checked
/// (columns/checked_json.h).
const Buffer* first_buffer(const Column& column) {
  for (const Buffer* const buffer : {&column.validity, &column.offsets, &column.values})
    if (!buffer->empty()) return buffer;
  for (const Column& child : column.children)
    if (const Buffer* const buffer = first_buffer(child)) return buffer;
  return nullptr;
}

const Buffer* first_buffer(const std::vector<Column>& columns) {
  for (const Column& column : columns)
    if (const Buffer* const buffer = first_buffer(column)) return buffer;
  return nullptr;
}

}  // namespace

uint64_t bytes_of_buffers(const std::vector<Column>& columns) {
  uint64_t bytes = 0;
  for (const Column& column : columns)
    bytes += column.validity.size() + column.offsets.size() + column.values.size() + bytes_of_buffers(column.children);
  return bytes;
}

void count_rows_in(std::vector<Column>& columns, Account account) {
  auto* const buffer = const_cast<Buffer*>(first_buffer(std::as_const(columns)));
  if (buffer == nullptr) return;
  const ByteSpan bytes = buffer->bytes();
  const void* const begin = bytes.data();
  *buffer = Buffer(bytes, std::shared_ptr<const void>(begin, CountedOwner(buffer->owner(), std::move(account))));
}

bool are_counted(const Batch& batch) {
  const Buffer* const buffer = first_buffer(batch.columns());
  return buffer != nullptr &&
         (std::get_deleter<CountedOwner>(buffer->owner()) != nullptr || BufferPool::is_of_pool(*buffer));
}

}  // namespace sluice
