// Checked reading of FlatBuffers. (FlatBuffers "Internals", binary layout.)
#include "arrow/flat_table.h"

#include <string>

#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void fail(size_t at) {
  throw Error(ErrorCode::corrupt, "a FlatBuffer points outside of itself at byte " + std::to_string(at));
}

// Requires nothing of `at`: lets through only ranges inside the buffer.
void need(ByteSpan bytes, size_t at, size_t count) {
  if (at > bytes.size() || count > bytes.size() - at) fail(at);
}

template <typename T>
T read(ByteSpan bytes, size_t at) {
  need(bytes, at, sizeof(T));
  return load<T>(bytes.data() + at);
}

// Follows the distance at `at`; distances go forward.
size_t follow(ByteSpan bytes, size_t at) {
  const uint32_t distance = read<uint32_t>(bytes, at);
  if (distance < sizeof distance || distance >= bytes.size() - at) fail(at);
  return at + distance;
}

}  // namespace

FlatTable FlatTable::root(ByteSpan bytes) { return FlatTable(bytes, follow(bytes, 0)); }

FlatTable::FlatTable(ByteSpan bytes, size_t position) : bytes_(bytes), position_(position) {
  const int64_t vtable = static_cast<int64_t>(position) - read<int32_t>(bytes, position);
  if (vtable < 0) fail(position);
  vtable_ = static_cast<size_t>(vtable);
  vtable_bytes_ = read<uint16_t>(bytes, vtable_);
  need(bytes, vtable_, vtable_bytes_);
  if (vtable_bytes_ < 2 * sizeof(uint16_t)) fail(vtable_);
  table_bytes_ = read<uint16_t>(bytes, vtable_ + sizeof(uint16_t));
  need(bytes, position_, table_bytes_);
}

// Where a field of `width` bytes stands.
std::optional<size_t> FlatTable::field(int slot, size_t width) const {
  const size_t entry = sizeof(uint16_t) * (2 + static_cast<size_t>(slot));
  if (entry + sizeof(uint16_t) > vtable_bytes_) return std::nullopt;
  const size_t offset = read<uint16_t>(bytes_, vtable_ + entry);
  if (offset == 0) return std::nullopt;
  if (offset + width > table_bytes_) fail(vtable_ + entry);
  return position_ + offset;
}

std::optional<size_t> FlatTable::target(int slot) const {
  const std::optional<size_t> at = field(slot, sizeof(uint32_t));
  if (!at) return std::nullopt;
  return follow(bytes_, *at);
}

std::optional<FlatTable> FlatTable::table(int slot) const {
  const std::optional<size_t> at = target(slot);
  if (!at) return std::nullopt;
  return FlatTable(bytes_, *at);
}

std::optional<std::string_view> FlatTable::text(int slot) const {
  const std::optional<size_t> at = target(slot);
  if (!at) return std::nullopt;
  const size_t size = read<uint32_t>(bytes_, *at);
  need(bytes_, *at + sizeof(uint32_t), size);
  return as_text(bytes_.subspan(*at + sizeof(uint32_t), size));
}

FlatTables FlatTable::tables(int slot) const {
  const std::optional<size_t> at = target(slot);
  if (!at) return {};
  const size_t size = read<uint32_t>(bytes_, *at);
  need(bytes_, *at + sizeof(uint32_t), size * sizeof(uint32_t));
  return FlatTables(bytes_, *at + sizeof(uint32_t), size);
}

ByteSpan FlatTable::values(int slot, size_t width) const {
  const std::optional<size_t> at = target(slot);
  if (!at) return {};
  const size_t bytes = read<uint32_t>(bytes_, *at) * width;  // no overflow: 32 bits times a few bytes
  need(bytes_, *at + sizeof(uint32_t), bytes);
  return bytes_.subspan(*at + sizeof(uint32_t), bytes);
}

FlatTable FlatTables::operator[](size_t index) const {
  return FlatTable(bytes_, follow(bytes_, first_ + index * sizeof(uint32_t)));
}

}  // namespace sluice
