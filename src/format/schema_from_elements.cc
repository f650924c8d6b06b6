// Schema elements to Schema (parquet-format, LogicalTypes.md, with its "Backward-compatibility rules" for lists and
// maps): the way in, from whatever another writer has left.
#include <algorithm>
#include <string_view>

#include "base/decimal.h"
#include "format/schema_elements.h"
#include "schema/field_ids.h"
#include "schema/field_names.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Walks the elements depth first; `check_tree` has proved that the children of each element are there.
class SchemaWalk {
 public:
  SchemaWalk(const std::vector<SchemaElement>& elements, const std::string& file) : elements_(elements), file_(file) {}

  Schema schema() {
    check_tree();
    next_ = 1;
    std::vector<Field> fields = read_fields(count_of(elements_[0]), 0);
    // Some writers give every field the id 0 or -1.
    return Schema(repeated_field_id(fields) ? without_field_ids(fields) : std::move(fields));
  }

 private:
  /// Children of an element; leaves have none.
  static size_t count_of(const SchemaElement& element) { return static_cast<size_t>(element.num_children.value_or(0)); }
  static bool is_repeated(const SchemaElement& element) {
    return element.repetition_type == FieldRepetitionType::repeated;
  }

  [[noreturn]] void refuse(ErrorCode code, size_t index, const std::string& what) const {
    const std::string name = index < elements_.size() ? " \"" + elements_[index].name + "\"" : "";
    throw Error(code, file_ + ": schema element " + std::to_string(index) + name + " " + what,
                {.source = file_, .field = {}, .record = {}, .byte = {}, .row = {}});
  }

  void check_tree();
  void check_element(size_t index) const;
  std::vector<Field> read_fields(size_t count, int depth);
  Field read_field(int depth);
  Type read_group(size_t index, int depth);
  Type read_struct(size_t index, int depth);
  Type read_map(int depth);
  Type read_list(size_t index, int depth);
  bool is_whole_list(size_t index) const;
  bool is_whole_map(size_t index) const;
  bool repeated_is_element(size_t index) const;

  const std::vector<SchemaElement>& elements_;
  const std::string& file_;
  size_t next_ = 0;  ///< the element to read
};

/// An annotation in its newer form, whichever the file has.
LogicalKind annotated_kind(const SchemaElement& element) {
  if (element.logical_type && element.logical_type->kind != LogicalKind::unrecognised)
    return element.logical_type->kind;
  if (!element.converted_type) return LogicalKind::unrecognised;
  switch (*element.converted_type) {
    case ConvertedType::utf8: return LogicalKind::string;
    case ConvertedType::map:
    case ConvertedType::map_key_value: return LogicalKind::map;
    case ConvertedType::list: return LogicalKind::list;
    case ConvertedType::enum_: return LogicalKind::enum_;
    case ConvertedType::bson: return LogicalKind::bson;
    case ConvertedType::decimal: return LogicalKind::decimal;
    case ConvertedType::time_millis:
    case ConvertedType::time_micros: return LogicalKind::time;
    case ConvertedType::date: return LogicalKind::date;
    case ConvertedType::timestamp_millis:
    case ConvertedType::timestamp_micros: return LogicalKind::timestamp;
    case ConvertedType::json: return LogicalKind::json;
    case ConvertedType::uint_8:
    case ConvertedType::uint_16:
    case ConvertedType::uint_32:
    case ConvertedType::uint_64:
    case ConvertedType::int_8:
    case ConvertedType::int_16:
    case ConvertedType::int_32:
    case ConvertedType::int_64: return LogicalKind::integer;
    default: return LogicalKind::unrecognised;
  }
}

Type integer_of(int bit_width, bool is_signed, Type otherwise) {
  switch (bit_width) {
    case 8: return is_signed ? int8() : uint8();
    case 16: return is_signed ? int16() : uint16();
    case 32: return is_signed ? int32() : uint32();
    case 64: return is_signed ? int64() : uint64();
    default: return otherwise;
  }
}

/// The integer type that the annotation names, where `physical` may carry it.
Type integer_type(const SchemaElement& element, Type physical) {
  int bit_width = 0;
  bool is_signed = true;
  if (element.logical_type && element.logical_type->kind == LogicalKind::integer) {
    bit_width = element.logical_type->bit_width;
    is_signed = element.logical_type->is_signed;
  } else {
    const int number = static_cast<int>(*element.converted_type);
    is_signed = number >= static_cast<int>(ConvertedType::int_8);
    bit_width = 8 << (number - static_cast<int>(is_signed ? ConvertedType::int_8 : ConvertedType::uint_8));
  }
  const bool is_wide = physical.kind() == TypeKind::int64;
  return is_wide == (bit_width == 64) ? integer_of(bit_width, is_signed, physical) : physical;
}

Type timestamp_type(const SchemaElement& element) {
  if (element.logical_type && element.logical_type->kind == LogicalKind::timestamp)
    return timestamp(element.logical_type->unit, element.logical_type->is_adjusted_to_utc ? "UTC" : "");
  const bool millis = element.converted_type == ConvertedType::timestamp_millis;
  return timestamp(millis ? TimeUnit::millisecond : TimeUnit::microsecond, "UTC");
}

/// Requires milliseconds in int32 or finer units in int64; else gives `physical`.
Type time_type(const SchemaElement& element, Type physical) {
  TimeUnit unit = TimeUnit::millisecond;
  if (element.logical_type && element.logical_type->kind == LogicalKind::time)
    unit = element.logical_type->unit;
  else if (element.converted_type == ConvertedType::time_micros)
    unit = TimeUnit::microsecond;
  const bool is_wide = physical.kind() == TypeKind::int64;
  return is_wide == (unit != TimeUnit::millisecond) ? time(unit) : physical;
}

/// `bytes` carry the values; with fewer than the digits need, or numbers of digits that mean nothing, `carrier` it is.
Type decimal_type(const SchemaElement& element, size_t bytes, Type carrier) {
  const bool is_new = element.logical_type && element.logical_type->kind == LogicalKind::decimal;
  const int32_t precision = is_new ? element.logical_type->precision : element.precision.value_or(0);
  const int32_t scale = is_new ? element.logical_type->scale : element.scale.value_or(0);
  if (precision < 1 || precision > kDecimalDigitsMax || scale < 0 || scale > precision) return carrier;
  return decimal_bytes(precision) <= bytes ? decimal(precision, scale) : carrier;
}

Type geography_type(const LogicalType& type) {
  constexpr const char* kAlgorithms[] = {"spherical", "vincenty", "thomas", "andoyer", "karney"};
  const auto number = static_cast<size_t>(type.algorithm.value_or(EdgeAlgorithm::spherical));
  if (number >= std::size(kAlgorithms)) return binary();
  return geography(type.crs.value_or(""), kAlgorithms[number]);
}

Type byte_array_type(const SchemaElement& element, LogicalKind kind) {
  switch (kind) {
    case LogicalKind::string: return string();
    case LogicalKind::enum_: return enum_();
    case LogicalKind::json: return json();
    case LogicalKind::bson: return bson();
    case LogicalKind::decimal: return decimal_type(element, SIZE_MAX, binary());
    case LogicalKind::geometry: return geometry(element.logical_type->crs.value_or(""));
    case LogicalKind::geography: return geography_type(*element.logical_type);
    default: return binary();
  }
}

Type fixed_type(const SchemaElement& element, LogicalKind kind) {
  const int32_t bytes = *element.type_length;
  if (bytes == 0) return binary();
  if (kind == LogicalKind::uuid && bytes == uuid().size()) return uuid();
  if (kind == LogicalKind::float16 && bytes == sizeof(uint16_t)) return float16();
  if (kind == LogicalKind::decimal) return decimal_type(element, static_cast<size_t>(bytes), fixed(bytes));
  return fixed(bytes);
}

/// Requires a physical type that check_element has seen.
Type leaf_type(const SchemaElement& element) {
  const LogicalKind kind = annotated_kind(element);
  if (kind == LogicalKind::unknown) return null();
  switch (*element.type) {
    case PhysicalType::boolean: return boolean();
    case PhysicalType::int32:
      if (kind == LogicalKind::date) return date();
      if (kind == LogicalKind::time) return time_type(element, int32());
      if (kind == LogicalKind::decimal) return decimal_type(element, sizeof(int32_t), int32());
      return kind == LogicalKind::integer ? integer_type(element, int32()) : int32();
    case PhysicalType::int64:
      if (kind == LogicalKind::timestamp) return timestamp_type(element);
      if (kind == LogicalKind::time) return time_type(element, int64());
      if (kind == LogicalKind::decimal) return decimal_type(element, sizeof(int64_t), int64());
      return kind == LogicalKind::integer ? integer_type(element, int64()) : int64();
    case PhysicalType::float_: return float32();
    case PhysicalType::double_: return float64();
    case PhysicalType::byte_array: return byte_array_type(element, kind);
    case PhysicalType::fixed_len_byte_array: return fixed_type(element, kind);
    // Microseconds hold every year that its writers know, and none of them is finer (docs/decisions.md).
    case PhysicalType::int96: return timestamp(TimeUnit::microsecond);
  }
  return binary();
}

void SchemaWalk::check_element(size_t index) const {
  const SchemaElement& element = elements_[index];
  if (element.num_children.value_or(0) < 0)
    refuse(ErrorCode::corrupt, index, "has " + std::to_string(*element.num_children) + " children");
  if (index == 0 && element.type) refuse(ErrorCode::corrupt, index, "is the root and has a physical type");
  if (index == 0) return;
  const auto repetition = static_cast<int32_t>(element.repetition_type.value_or(FieldRepetitionType{-1}));
  if (element.repetition_type == FieldRepetitionType::vector)
    refuse(ErrorCode::unsupported, index, "is a fixed-size vector, which Sluice does not read");
  if (repetition < 0 || repetition > static_cast<int32_t>(FieldRepetitionType::repeated))
    refuse(ErrorCode::corrupt, index, "is neither required nor optional nor repeated");
  if (element.type && count_of(element) > 0)
    refuse(ErrorCode::corrupt, index, "has a physical type and children, expected one of them");
  const auto type = static_cast<int32_t>(element.type.value_or(PhysicalType::boolean));
  if (type < 0 || type > static_cast<int32_t>(PhysicalType::fixed_len_byte_array))
    refuse(ErrorCode::corrupt, index, "has the physical type " + std::to_string(type) + ", expected 0 to 7");
  if (element.type == PhysicalType::fixed_len_byte_array && element.type_length.value_or(-1) < 0)
    refuse(ErrorCode::corrupt, index, "is of fixed length, but does not say of which");
  if (!element.type && count_of(element) == 0)
    refuse(element.num_children ? ErrorCode::unsupported : ErrorCode::corrupt, index,
           "is a group without fields, which Sluice cannot express");
}

void SchemaWalk::check_tree() {
  size_t expected = 1;  // elements that the ones so far have announced
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (i == expected) refuse(ErrorCode::corrupt, i, "belongs to no group: the tree ended before it");
    check_element(i);
    expected += count_of(elements_[i]);
  }
  if (expected != elements_.size())
    refuse(ErrorCode::corrupt, elements_.size(),
           "is missing: the groups announce " + std::to_string(expected) + " elements, the schema has " +
               std::to_string(elements_.size()));
}

std::vector<Field> SchemaWalk::read_fields(size_t count, int depth) {
  const size_t parent = next_ - 1;
  std::vector<Field> fields;
  fields.reserve(count);
  for (size_t i = 0; i < count; ++i) fields.push_back(read_field(depth + 1));
  if (const std::optional<std::string_view> twin = repeated_name(fields))
    refuse(ErrorCode::unsupported, parent, "has two fields of the name \"" + std::string(*twin) + "\"");
  return fields;
}

Field SchemaWalk::read_field(int depth) {
  const size_t index = next_;
  const SchemaElement& element = elements_[index];
  if (depth > kTypeDepthMax)
    refuse(ErrorCode::unsupported, index, "nests deeper than " + std::to_string(kTypeDepthMax) + " levels");
  ++next_;
  Field field{element.name, element.type ? leaf_type(element) : Type(), true, element.field_id};
  // A bare repeated field is a list that is never null, of elements that are never null; it may in turn be annotated.
  if (is_repeated(element)) {
    Type type = element.type ? field.type : read_group(index, depth + 1);
    field.type = list(Field{"element", std::move(type), false});
    field.nullable = false;
    return field;
  }
  if (!element.type) field.type = read_group(index, depth);
  field.nullable = element.repetition_type == FieldRepetitionType::optional;
  return field;
}

Type SchemaWalk::read_group(size_t index, int depth) {
  if (depth > kTypeDepthMax)
    refuse(ErrorCode::unsupported, index, "nests deeper than " + std::to_string(kTypeDepthMax) + " levels");
  const LogicalKind kind = annotated_kind(elements_[index]);
  if (kind == LogicalKind::list && is_whole_list(index)) return read_list(index, depth);
  if (kind == LogicalKind::map && is_whole_map(index)) return read_map(depth);
  return read_struct(index, depth);
}

/// The specification wants keys to be required; there are maps without values, which are sets, and with keys that may
/// be null.
Type SchemaWalk::read_map(int depth) {
  const size_t entries = next_++;
  std::vector<Field> parts = read_fields(count_of(elements_[entries]), depth + 1);
  if (parts.size() == 2 && !parts[0].nullable) return map(std::move(parts[0]), std::move(parts[1]));
  return list(Field{"element", struct_(std::move(parts)), false});
}

Type SchemaWalk::read_struct(size_t index, int depth) {
  return struct_(read_fields(count_of(elements_[index]), depth));
}

/// LIST annotates a group with one repeated field; what else carries it is read as the struct that it is.
bool SchemaWalk::is_whole_list(size_t index) const {
  return count_of(elements_[index]) == 1 && is_repeated(elements_[index + 1]);
}

bool SchemaWalk::is_whole_map(size_t index) const { return is_whole_list(index) && !elements_[index + 1].type; }

/// Rules 1 to 4 of the specification: whether the repeated field itself is the element, as in two-level lists.
bool SchemaWalk::repeated_is_element(size_t index) const {
  const SchemaElement& repeated = elements_[index + 1];
  if (repeated.type || count_of(repeated) > 1) return true;
  if (is_repeated(elements_[index + 2])) return true;
  return repeated.name == "array" || repeated.name == elements_[index].name + "_tuple";
}

Type SchemaWalk::read_list(size_t index, int depth) {
  const size_t repeated = next_++;
  if (!repeated_is_element(index)) {
    Field element = read_field(depth + 1);
    element.name = "element";
    return list(std::move(element));
  }
  const SchemaElement& element = elements_[repeated];
  Type type = element.type ? leaf_type(element) : read_group(repeated, depth + 1);
  return list(Field{"element", std::move(type), false, element.field_id});
}

}  // namespace

Schema from_schema_elements(const std::vector<SchemaElement>& elements, const std::string& file) {
  if (elements.empty())
    throw Error(ErrorCode::corrupt, file + ": the schema has no elements, expected at least its root",
                {.source = file, .field = {}, .record = {}, .byte = {}, .row = {}});
  return SchemaWalk(elements, file).schema();
}

}  // namespace sluice
