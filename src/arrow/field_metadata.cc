// Key-value pairs of Arrow fields: JSON as an extension type, and Parquet field ids.
// (Arrow "Canonical Extension Types", JSON.)
#include "arrow/field_metadata.h"

#include <charconv>

namespace sluice {
namespace {

constexpr std::string_view kExtensionName = "ARROW:extension:name";
constexpr std::string_view kExtensionMetadata = "ARROW:extension:metadata";
constexpr std::string_view kJsonExtension = "arrow.json";
constexpr std::string_view kFieldId = "PARQUET:field_id";

}  // namespace

std::vector<std::pair<std::string_view, std::string>> field_metadata(const Field& field) {
  std::vector<std::pair<std::string_view, std::string>> pairs;
  if (field.type.kind() == TypeKind::json) {
    pairs.emplace_back(kExtensionName, kJsonExtension);
    pairs.emplace_back(kExtensionMetadata, "");  // empty, yet there: some readers refuse arrow.json without it
  }
  if (field.id) pairs.emplace_back(kFieldId, std::to_string(*field.id));
  return pairs;
}

void FieldNotes::note(std::string_view key, std::string_view value) {
  if (key == kExtensionName) json = value == kJsonExtension;
  if (key != kFieldId) return;
  int32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size()) id = number;
}

}  // namespace sluice
