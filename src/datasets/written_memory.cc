#include "datasets/written_memory.h"

#include <optional>
#include <string>

namespace sluice {
namespace {

/// Texts beyond those that stand in the string itself.
uint64_t memory_of(const std::string& text) { return text.capacity() < sizeof text / 2 ? 0 : text.capacity() + 1; }
uint64_t memory_of(const std::optional<std::string>& text) { return text ? memory_of(*text) : 0; }

}  // namespace

uint64_t memory_of(const WrittenFile& file) {
  uint64_t bytes = sizeof file + memory_of(file.path) + file.row_group_offsets.capacity() * sizeof(uint64_t) +
                   file.fields.capacity() * sizeof(FieldResult);
  for (const FieldResult& field : file.fields)
    bytes += memory_of(field.name) + memory_of(field.min) + memory_of(field.max);
  return bytes;
}

}  // namespace sluice
