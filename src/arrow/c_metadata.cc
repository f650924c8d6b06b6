// The metadata string of an ArrowSchema. (Arrow "The Arrow C data interface", ArrowSchema.metadata.)
#include "arrow/c_metadata.h"

#include <cstdint>

#include "base/bytes.h"

namespace sluice {
namespace {

void append_size(std::string& out, size_t size) {
  const int32_t size32 = static_cast<int32_t>(size);
  out.append(reinterpret_cast<const char*>(&size32), sizeof size32);
}

// Moves `at` behind the text; nothing for a negative length.
std::optional<std::string_view> take_text(const char*& at) {
  const int32_t size = load<int32_t>(at);
  if (size < 0) return std::nullopt;
  const std::string_view text(at + sizeof size, static_cast<size_t>(size));
  at = text.data() + text.size();
  return text;
}

}  // namespace

std::string encode_c_metadata(const Field& field) {
  const auto pairs = field_metadata(field);
  std::string out;
  if (pairs.empty()) return out;
  append_size(out, pairs.size());
  for (const auto& [key, value] : pairs) {
    append_size(out, key.size());
    out += key;
    append_size(out, value.size());
    out += value;
  }
  return out;
}

std::optional<FieldNotes> decode_c_metadata(const char* metadata) {
  FieldNotes notes;
  if (metadata == nullptr) return notes;
  const int32_t count = load<int32_t>(metadata);
  if (count < 0) return std::nullopt;
  metadata += sizeof count;
  for (int32_t i = 0; i < count; ++i) {
    const auto key = take_text(metadata);
    if (!key) return std::nullopt;
    const auto value = take_text(metadata);
    if (!value) return std::nullopt;
    notes.note(*key, *value);
  }
  return notes;
}

}  // namespace sluice
