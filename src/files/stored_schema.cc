#include "files/stored_schema.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "arrow/ipc_schema.h"
#include "format/schema_elements.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Whether Arrow's schema describes the tree of Parquet's. Of the leaves it may say more, or what is wrong.
bool has_shape_of(const std::vector<Leaf>& arrow, const std::vector<Leaf>& parquet) {
  return std::ranges::equal(arrow, parquet, [](const Leaf& a, const Leaf& b) {
    return a.steps == b.steps && a.path == b.path && a.definition_level_max == b.definition_level_max &&
           a.repetition_level_max == b.repetition_level_max;
  });
}

/// Seconds are stored as milliseconds; every other unit is what it is.
bool is_stored_in(TimeUnit arrow, TimeUnit parquet) {
  return arrow == parquet || (arrow == TimeUnit::second && parquet == TimeUnit::millisecond);
}

/// Arrow knows the name of the zone and whether seconds were meant; Parquet, in what the values are.
Type joined_timestamp(const Type& arrow, const Type& parquet) {
  if (arrow.zone().empty() != parquet.zone().empty()) return parquet;
  return timestamp(is_stored_in(arrow.unit(), parquet.unit()) ? arrow.unit() : parquet.unit(), arrow.zone());
}

/// The type of a leaf. Arrow knows seconds, names of zones and durations; all else Parquet says itself.
Type joined(const Type& arrow, const Type& parquet) {
  const TypeKind kind = arrow.kind();
  if (kind == TypeKind::duration && parquet.kind() == TypeKind::int64) return arrow;
  if (kind != parquet.kind()) return parquet;
  if (kind == TypeKind::timestamp) return joined_timestamp(arrow, parquet);
  if (kind == TypeKind::time && is_stored_in(arrow.unit(), parquet.unit())) return arrow;
  return parquet;
}

/// Goes over leaves in the order of the file's elements.
class LeafTypes {
 public:
  LeafTypes(const FileMetaData& metadata, Int96Unit int96, InvalidText invalid_text)
      : int96_(int96), invalid_text_(invalid_text) {
    for (const SchemaElement& element : metadata.schema)
      if (element.type) carriers_.push_back(*element.type);
  }

  /// Parquet's fields with what only Arrow's say, which have the same shape: also the sizes of lists, and what the
  /// elements are called. Without an Arrow schema pass Parquet's twice.
  std::vector<Field> joined_fields(std::span<const Field> arrow, std::span<const Field> parquet) {
    std::vector<Field> fields(parquet.begin(), parquet.end());
    for (size_t i = 0; i < fields.size(); ++i) {
      fields[i].name = arrow[i].name;
      Type& type = fields[i].type;
      type = type.is_nested() ? with_parts(arrow[i].type, joined_fields(arrow[i].type.children(), type.children()))
                              : next_type(arrow[i].type, type);
    }
    return fields;
  }

 private:
  /// INT96 holds nanoseconds: how many of them are kept is not Parquet's to say.
  Type next_type(const Type& arrow, const Type& parquet) {
    const PhysicalType carrier = carriers_[next_++];
    if (carrier == PhysicalType::int96) {
      const bool fine = int96_ == Int96Unit::nanosecond ||
                        (arrow.kind() == TypeKind::timestamp && arrow.unit() == TimeUnit::nanosecond);
      return fine ? timestamp(TimeUnit::nanosecond) : parquet;
    }
    const TypeKind kind = parquet.kind();
    const bool is_text = kind == TypeKind::string || kind == TypeKind::json || kind == TypeKind::enum_;
    if (is_text && invalid_text_ == InvalidText::binary) return binary();
    return joined(arrow, parquet);
  }

  const Int96Unit int96_;
  const InvalidText invalid_text_;
  std::vector<PhysicalType> carriers_;
  size_t next_ = 0;
};

std::optional<Schema> arrow_schema(const FileMetaData& metadata) {
  const auto& entries = metadata.key_value_metadata;
  const auto entry = std::ranges::find(entries, "ARROW:schema", &KeyValue::key);
  if (entry == entries.end() || !entry->value) return std::nullopt;
  return parse_stored_arrow_schema(*entry->value);
}

std::vector<Leaf> leaves_in(const Schema& schema, const std::string& file) {
  try {
    return leaves_of(schema);
  } catch (const Error& error) {
    throw Error(ErrorCode::unsupported, file + ": " + error.what(), {.source = file});
  }
}

}  // namespace

Schema stored_schema(const FileMetaData& metadata, const std::string& file, Int96Unit int96, InvalidText invalid_text) {
  const Schema parquet = from_schema_elements(metadata.schema, file);
  LeafTypes types(metadata, int96, invalid_text);
  const auto arrow = arrow_schema(metadata);
  if (arrow && has_shape_of(leaves_in(*arrow, file), leaves_in(parquet, file)))
    return Schema(types.joined_fields(arrow->fields(), parquet.fields()));
  return Schema(types.joined_fields(parquet.fields(), parquet.fields()));
}

}  // namespace sluice
