// (Names of partitions as text: partition_values.h. Values as texts of conditions have them: docs/where.md.)
#include "datasets/partition_values.h"

#include <charconv>
#include <cstring>
#include <utility>

#include "base/calendar.h"
#include "base/digits.h"
#include "base/float16.h"
#include "base/number_text.h"
#include "base/uuid_text.h"
#include "columns/builder.h"
#include "columns/literal_order.h"
#include "columns/widening.h"
#include "columns/widths.h"
#include "schema/kinds.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Whether the text is an integer of type T as we would write it: "7", not "07", "+7" or "-0".
template <typename T>
bool is_integer(const std::string& text) {
  T value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc() && stop == end && std::to_string(value) == text;
}

bool is_date(const std::string& text) { return parse_date(text).has_value(); }

/// The integer in memory, if the type has it.
bool append_integer(ColumnBuilder& out, const Int256& value) {
  const Type& type = out.type();
  const size_t width = fixed_width(type);
  const bool is_unsigned = is_unsigned_integer(type.kind());
  if (type.kind() == TypeKind::decimal) {
    if (!has_digits(value, type.precision())) return false;
  } else if (is_unsigned) {
    Int256 low{};
    std::memcpy(low.words.data(), value.words.data(), width);
    if (!(low == value)) return false;
  } else if (!(from_little_endian(value.words.data(), width) == value)) {
    return false;
  }
  out.append_fixed(value.words.data());
  return true;
}

/// Without zeros in front, which integers of a partition may have: "month=01".
std::string without_leading_zeros(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  std::string_view digits = text.substr(is_negative ? 1 : 0);
  while (digits.size() > 1 && digits.front() == '0' && is_digit(digits[1])) digits.remove_prefix(1);
  return (is_negative ? "-" : "") + std::string(digits);
}

bool append_number(ColumnBuilder& out, std::string_view text) {
  const bool is_number = parse_number(text).kind != NumberKind::invalid;
  switch (out.type().kind()) {
    case TypeKind::float16:
      if (is_number) out.append(nearest_float16(text));
      return is_number;
    case TypeKind::float32:
    case TypeKind::float64: {
      const Literal literal{is_number ? Literal::Kind::number : Literal::Kind::text, std::string(text)};
      if (out.type().kind() == TypeKind::float32) {
        const auto value = nearest_float<float>(literal);
        if (value) out.append(*value);
        return value.has_value();
      }
      const auto value = nearest_float<double>(literal);
      if (value) out.append(*value);
      return value.has_value();
    }
    default: {
      const bool is_timed = out.type().kind() >= TypeKind::date && out.type().kind() <= TypeKind::timestamp;
      if (!is_timed && !is_number) return false;
      const auto place =
          place_of({is_timed ? Literal::Kind::text : Literal::Kind::number, std::string(text)}, out.type());
      return place && place->exact && append_integer(out, place->floor);
    }
  }
}

/// False where the text is no value of the builder's type.
bool append_value(ColumnBuilder& out, std::string_view text) {
  const Type& type = out.type();
  switch (type.kind()) {
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::enum_: return out.append_text(text);
    case TypeKind::boolean:
      if (text == "true" || text == "false") out.append_bool(text == "true");
      return text == "true" || text == "false";
    case TypeKind::uuid: {
      const auto bytes = parse_uuid(text);
      if (bytes) out.append_fixed(bytes->data());
      return bytes.has_value();
    }
    default:
      if (fixed_width(type) == 0 || type.kind() == TypeKind::fixed) return false;
      if (is_integer(type.kind())) return append_number(out, without_leading_zeros(text));
      return append_number(out, text);
  }
}

bool all_are(std::span<const ListedFile> files, size_t key, bool (*test)(const std::string&)) {
  bool some = false;
  for (const ListedFile& file : files) {
    const std::optional<std::string>& value = file.partition[key].second;
    if (value && !test(*value)) return false;
    some |= value.has_value();
  }
  return some;
}

bool all_read_as(std::span<const ListedFile> files, size_t key, const Type& type) {
  if (type.is_nested()) return false;
  ColumnBuilder builder(type);
  for (const ListedFile& file : files) {
    const std::optional<std::string>& value = file.partition[key].second;
    if (value && !append_value(builder, *value)) return false;
    builder.truncate(0);
  }
  return true;
}

Type type_of_key(std::span<const ListedFile> files, size_t key, const std::optional<Schema>& declared) {
  if (declared) {
    const std::optional<size_t> known = declared->find(files.front().partition[key].first);
    if (known && all_read_as(files, key, (*declared)[*known].type)) return (*declared)[*known].type;
  }
  if (all_are(files, key, is_integer<int64_t>)) return int64();
  if (all_are(files, key, is_integer<uint64_t>)) return uint64();
  if (all_are(files, key, is_date)) return date();
  return string();
}

}  // namespace

Schema partition_schema(std::span<const ListedFile> files, const std::optional<Schema>& declared) {
  std::vector<Field> fields;
  if (files.empty()) return Schema();
  for (size_t key = 0; key < files.front().partition.size(); ++key) {
    Field& field = fields.emplace_back(Field{files.front().partition[key].first, type_of_key(files, key, declared)});
    const std::optional<size_t> known = declared ? declared->find(field.name) : std::nullopt;
    if (known) field.origin = (*declared)[*known].origin;
  }
  return Schema(std::move(fields));
}

Column partition_value(const Field& field, const std::optional<std::string>& text, const std::string& file) {
  if (!text) return null_column(field.type, 1);
  if (!field.type.is_nested()) {
    ColumnBuilder builder(field.type);
    if (append_value(builder, *text)) return builder.finish();
  }
  throw Error(ErrorCode::data,
              file + ": the partition " + field.name + "=" + *text + " is no value of type " + to_text(field.type),
              {file, field.name, {}, {}, {}});
}

}  // namespace sluice
