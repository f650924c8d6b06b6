// Key-value pairs of Arrow fields: JSON, UUIDs, shapes and others as extension types, and Parquet field ids.
// (Arrow "Canonical Extension Types"; GeoArrow, "Extension metadata".)
#include "arrow/field_metadata.h"

#include <simdjson.h>

#include <charconv>

#include "base/json_text.h"

namespace sluice {
namespace {

constexpr std::string_view kExtensionName = "ARROW:extension:name";
constexpr std::string_view kExtensionMetadata = "ARROW:extension:metadata";
constexpr std::string_view kJsonExtension = "arrow.json";
constexpr std::string_view kUuidExtension = "arrow.uuid";
constexpr std::string_view kShapeExtension = "geoarrow.wkb";
// Ours: Arrow has none for them, and they would come back as what carries them.
constexpr std::string_view kEnumExtension = "sluice.enum";
constexpr std::string_view kBsonExtension = "sluice.bson";
constexpr std::string_view kFieldId = "PARQUET:field_id";

/// What Parquet calls the system that nobody has named, and others that have a number alone; and what it means where
/// none is named. (parquet-format, Geospatial.md, "CRS Customization".)
constexpr std::string_view kUnknownCrs = "srid:0";
constexpr std::string_view kNumberedCrs = "srid:";
constexpr std::string_view kLonLatCrs = "OGC:CRS84";

/// GeoArrow's words for a shape: no "crs" for an unknown one, "crs_type" for one that is a number, "edges" for a globe.
std::string shape_metadata(const Type& type) {
  const std::string_view crs = type.crs().empty() ? kLonLatCrs : std::string_view(type.crs());
  std::string json = "{";
  if (crs.starts_with('{')) {
    json.append("\"crs\":").append(crs);
  } else if (crs != kUnknownCrs && crs.starts_with(kNumberedCrs)) {
    json += "\"crs\":";
    append_json_string(crs.substr(kNumberedCrs.size()), json);
    json += ",\"crs_type\":\"srid\"";
  } else if (crs != kUnknownCrs) {
    json += "\"crs\":";
    append_json_string(crs, json);
  }
  if (type.kind() == TypeKind::geography)
    json.append(json.size() > 1 ? "," : "").append("\"edges\":\"").append(type.algorithm()).append("\"");
  return json += "}";
}

/// The system as Parquet names it: an object, or a text, which for "crs_type" "srid" is a number. Nothing for what
/// GeoArrow does not have. No text is no name: it is as unknown as one that is left out.
std::optional<std::string> shape_crs(simdjson::dom::object metadata) {
  simdjson::dom::element value;
  if (metadata["crs"].get(value) != simdjson::SUCCESS || value.is_null()) return std::string(kUnknownCrs);
  if (value.is_object()) return simdjson::minify(value);
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  if (text.empty()) return std::string(kUnknownCrs);
  std::string_view type;
  const bool is_number = metadata["crs_type"].get(type) == simdjson::SUCCESS && type == "srid";
  return (is_number && !text.starts_with(kNumberedCrs) ? std::string(kNumberedCrs) : std::string()).append(text);
}

/// Nothing for metadata that are no JSON object, or speak of edges that Parquet does not have.
std::optional<Type> shape_type(const std::string& metadata) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (!metadata.empty() && parser.parse(metadata).get(object) != simdjson::SUCCESS) return std::nullopt;
  std::string crs(kUnknownCrs);
  std::string_view edges = "planar";
  if (!metadata.empty()) {
    std::optional<std::string> named = shape_crs(object);
    if (!named) return std::nullopt;
    crs = std::move(*named);
    simdjson::dom::element value;
    if (object["edges"].get(value) == simdjson::SUCCESS && value.get(edges) != simdjson::SUCCESS) return std::nullopt;
  }
  if (edges == "planar") return geometry(std::move(crs));
  for (const std::string_view known : {"spherical", "vincenty", "thomas", "andoyer", "karney"})
    if (edges == known) return geography(std::move(crs), std::string(known));
  return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string>> field_metadata(const Field& field) {
  std::vector<std::pair<std::string_view, std::string>> pairs;
  const auto extend = [&](std::string_view name, std::string metadata) {
    pairs.emplace_back(kExtensionName, name);
    pairs.emplace_back(kExtensionMetadata, std::move(metadata));
  };
  switch (field.type.kind()) {
    // Empty, yet there: some readers refuse the extension without metadata.
    case TypeKind::json: extend(kJsonExtension, ""); break;
    case TypeKind::uuid: extend(kUuidExtension, ""); break;
    case TypeKind::enum_: extend(kEnumExtension, ""); break;
    case TypeKind::bson: extend(kBsonExtension, ""); break;
    case TypeKind::geometry:
    case TypeKind::geography: extend(kShapeExtension, shape_metadata(field.type)); break;
    default: break;
  }
  if (field.id) pairs.emplace_back(kFieldId, std::to_string(*field.id));
  return pairs;
}

void FieldNotes::note(std::string_view key, std::string_view value) {
  if (key == kExtensionName) extension = value;
  if (key == kExtensionMetadata) extension_metadata = value;
  if (key != kFieldId) return;
  int32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size()) id = number;
}

Type with_extension(const Type& storage, const FieldNotes& notes) {
  const TypeKind kind = storage.kind();
  if (notes.extension == kJsonExtension && kind == TypeKind::string) return json();
  if (notes.extension == kEnumExtension && kind == TypeKind::string) return enum_();
  if (notes.extension == kBsonExtension && kind == TypeKind::binary) return bson();
  if (notes.extension == kUuidExtension && storage == fixed(uuid().size())) return uuid();
  if (notes.extension == kShapeExtension && kind == TypeKind::binary)
    return shape_type(notes.extension_metadata).value_or(storage);
  return storage;
}

}  // namespace sluice
