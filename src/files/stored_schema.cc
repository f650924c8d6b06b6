#include "files/stored_schema.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "arrow/ipc_schema.h"
#include "format/schema_elements.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// What Parquet tells types apart by, as far as its tree goes: to it a list of fixed size is a list.
TypeKind shape_of(const Type& type) {
  if (!type.is_nested()) return TypeKind::null;
  return type.kind() == TypeKind::fixed_list ? TypeKind::list : type.kind();
}

/// Whether Arrow's schema describes the tree of Parquet's. Of the leaves it may say more, or what is wrong; names of
/// elements do not count.
bool has_shape_of(std::span<const Field> arrow, std::span<const Field> parquet, bool are_named) {
  return std::ranges::equal(arrow, parquet, [&](const Field& a, const Field& b) {
    const TypeKind shape = shape_of(a.type);
    return a.nullable == b.nullable && shape == shape_of(b.type) && (!are_named || a.name == b.name) &&
           has_shape_of(a.type.children(), b.type.children(), shape == TypeKind::struct_);
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

/// Whether Arrow's schema could say more of the fields than Parquet's, as LeafTypes takes it over. Of most columns it
/// could not, and to read it takes as long as all of Parquet's.
bool leave_something_open(std::span<const Field> parquet) {
  return std::ranges::any_of(parquet, [](const Field& field) {
    switch (field.type.kind()) {
      case TypeKind::int64:  // maybe a duration
      case TypeKind::time:
      case TypeKind::timestamp:
      case TypeKind::list: return true;
      default: return leave_something_open(field.type.children());
    }
  });
}

std::optional<Schema> arrow_schema(const FileMetaData& metadata) {
  const auto& entries = metadata.key_value_metadata;
  const auto entry = std::ranges::find(entries, "ARROW:schema", &KeyValue::key);
  if (entry == entries.end() || !entry->value) return std::nullopt;
  return parse_stored_arrow_schema(*entry->value);
}

}  // namespace

Schema stored_schema(const FileMetaData& metadata, const std::string& file, Int96Unit int96, InvalidText invalid_text) {
  const Schema parquet = from_schema_elements(metadata.schema, file);
  LeafTypes types(metadata, int96, invalid_text);
  const auto arrow = leave_something_open(parquet.fields()) ? arrow_schema(metadata) : std::nullopt;
  if (arrow && has_shape_of(arrow->fields(), parquet.fields(), true))
    return Schema(types.joined_fields(arrow->fields(), parquet.fields()));
  return Schema(types.joined_fields(parquet.fields(), parquet.fields()));
}

}  // namespace sluice
