// Names of partition directories; see partition_names.h. (Hive's layout of partitions.)
#include "datasets/partition_names.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/calendar.h"
#include "base/utf8.h"
#include "columns/scalar_text.h"
#include "columns/widths.h"
#include "datasets/partition_values.h"
#include "sluice/error.h"
#include "sluice/nearest_name.h"

namespace sluice {
namespace {

using Part = PartitionKey::Part;

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr int64_t kSecondsPerHour = 3'600;
/// Years that a date in text has: "0001" to "9999".
constexpr int64_t kYearMax = 9'999;

bool stays_as_it_is(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '~';
}

void append_percent(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

bool is_null_word(std::string_view text) {
  constexpr std::string_view kWord = "null";
  return std::ranges::equal(text, kWord, [](char a, char b) { return (a | 0x20) == b; });
}

int64_t floor_division(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

std::string two_digits(int32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string hint_of_parts() { return "Parts are those of dates and timestamps; the hour is that of a timestamp."; }

[[noreturn]] void refuse(ErrorCode code, const PartitionKey& key, const std::string& problem, std::string hint = {}) {
  throw Error(code, "the partition key " + to_text(std::vector{key}) + " " + problem, {.field = key.column},
              std::move(hint));
}

bool has_part(const Type& type, Part part) {
  return type.kind() == TypeKind::timestamp || (type.kind() == TypeKind::date && part != Part::hour);
}

bool has_partition_text(const Type& type) {
  switch (type.kind()) {
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::enum_:
    case TypeKind::boolean: return true;
    case TypeKind::float16:
    case TypeKind::fixed: return false;
    default: return fixed_width(type) > 0;
  }
}

Type type_of_key(const PartitionKey& key, const Type& type) {
  if (key.part == Part::value) return type;
  return key.part == Part::yearmonth ? string() : int32();
}

size_t column_of(const Schema& schema, const PartitionKey& key) {
  if (const std::optional<size_t> column = schema.find(key.column)) return *column;
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields()) names.push_back(field.name);
  const std::string_view meant = nearest_name(key.column, names);
  refuse(ErrorCode::invalid, key, "is no column",
         meant.empty() ? "The columns are: " + to_text(schema) : "Is " + std::string(meant) + " meant?");
}

BoundPartitionKey bound(const Schema& schema, const PartitionKey& key) {
  const size_t column = column_of(schema, key);
  const Type& type = schema[column].type;
  if (key.part != Part::value && !has_part(type, key.part))
    refuse(ErrorCode::invalid, key, "is a part that type " + to_text(type) + " has not", hint_of_parts());
  if (key.part == Part::value && !has_partition_text(type))
    refuse(ErrorCode::unsupported, key, "is of type " + to_text(type) + ", whose values make no names of directories",
           "Keys are numbers, booleans, text, decimals, dates, times, timestamps or UUIDs.");
  if (key.column.empty()) refuse(ErrorCode::unsupported, key, "is a column without a name");
  BoundPartitionKey bound{key, column, {key.name(), type_of_key(key, type)}};
  if (key.part == Part::value) bound.field.origin = schema[column].origin;
  return bound;
}

int64_t value_at(const Column& column, int64_t row) {
  return column.type.kind() == TypeKind::date ? column.data<int32_t>()[row] : column.data<int64_t>()[row];
}

std::optional<std::string> text_of_part(Part part, const Type& type, int64_t value) {
  const std::optional<int32_t> number = part_of(part, type, value);
  if (!number) return std::nullopt;
  if (part == Part::year) return std::to_string(*number);
  if (part != Part::yearmonth) return two_digits(*number);
  const int32_t year = *number / 12;
  if (*number < 0 || year > kYearMax) return std::nullopt;
  const std::string digits = std::to_string(year);
  return std::string(4 - digits.size(), '0') + digits + "-" + two_digits(*number % 12 + 1);
}

/// The text of a value that is there, or what is wrong with it as a name.
struct TextOrProblem {
  std::string text{};
  std::string problem{};
};

TextOrProblem checked_text(std::string_view text) {
  if (!is_utf8(text)) return {{}, "is not UTF-8"};
  if (text.find('\0') != std::string_view::npos) return {{}, "has a NUL in it"};
  if (text == kNullPartition) return {{}, "is " + std::string(kNullPartition) + ", the name that means null"};
  return {std::string(text), {}};
}

/// What readers make of the text must be the value that it stands for, and texts of one type differ as values do.
bool reads_back(const Field& field, const std::string& text) {
  try {
    const Column read = partition_value(field, text, {});
    std::string again;
    append_scalar_text(read, 0, again);
    return again == text;
  } catch (const Error&) {
    return false;
  }
}

TextOrProblem scalar_name(const Field& field, const Column& column, int64_t row) {
  const PlainPlace place = plain_place(column, row);
  if (is_text(column.type.kind())) return checked_text(text_at(*place.column, place.row));
  std::string text;
  append_scalar_text(*place.column, place.row, text);
  if (!reads_back(field, text))
    return {{}, "is " + text + ", which would not be read back from the name of a directory"};
  return {std::move(text), {}};
}

}  // namespace

std::string encoded_partition_text(std::string_view text) {
  std::string out;
  const bool wholly = text == "." || text == "..";
  const size_t first = is_null_word(text) ? 1 : 0;
  for (size_t i = 0; i < text.size(); ++i)
    if (wholly || i < first || !stays_as_it_is(text[i]))
      append_percent(text[i], out);
    else
      out += text[i];
  return out;
}

std::string partition_directory(std::string_view key, const std::optional<std::string>& value) {
  std::string name;
  const bool is_hidden = key.starts_with('.') || key.starts_with('_');
  if (is_hidden) append_percent(key[0], name);
  name += encoded_partition_text(key.substr(is_hidden ? 1 : 0)) + "=";
  return name + (value ? encoded_partition_text(*value) : std::string(kNullPartition));
}

std::optional<std::string> partition_text(const BoundPartitionKey& key, const Column& column, int64_t row,
                                          int64_t row_in_run) {
  if (!column.is_valid(row)) return std::nullopt;
  TextOrProblem name;
  if (key.key.part == Part::value) {
    name = scalar_name(key.field, column, row);
  } else {
    const PlainPlace place = plain_place(column, row);
    const int64_t value = value_at(*place.column, place.row);
    const std::optional<std::string> text = text_of_part(key.key.part, column.type, value);
    name = text ? TextOrProblem{*text, {}} : TextOrProblem{{}, "has no " + key.field.name + " that a name could have"};
  }
  if (name.problem.empty()) return name.text;
  throw Error(ErrorCode::data,
              "row " + std::to_string(row_in_run) + ": the value of " + key.key.column + " " + name.problem +
                  ": no partition can have its name",
              {.field = key.key.column, .row = row_in_run});
}

std::optional<int32_t> part_of(Part part, const Type& type, int64_t value) {
  int64_t days = value;
  if (type.kind() == TypeKind::timestamp) {
    const int64_t ticks = ticks_per_second(type.unit());
    days = floor_division(value, ticks * kSecondsPerDay);
    if (part == Part::hour) return static_cast<int32_t>(floor_division(value, ticks * kSecondsPerHour) - days * 24);
  }
  const CivilDate date = civil_from_days(days);
  switch (part) {
    case Part::month: return date.month;
    case Part::day: return date.day;
    default: break;
  }
  const int64_t number = part == Part::year ? date.year : date.year * 12 + date.month - 1;
  if (number < std::numeric_limits<int32_t>::min() || number > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<int32_t>(number);
}

std::vector<BoundPartitionKey> bind_partition_keys(const Schema& schema, const PartitionOptions& options) {
  std::vector<BoundPartitionKey> keys;
  if (options.keys.size() > static_cast<size_t>(kListingDepthMax))
    throw Error(ErrorCode::invalid, std::to_string(options.keys.size()) + " partition keys were asked for; at most " +
                                        std::to_string(kListingDepthMax) + " are read back");
  for (const PartitionKey& key : options.keys) {
    BoundPartitionKey added = bound(schema, key);
    if (key.part != Part::value && schema.find(added.field.name))
      refuse(ErrorCode::invalid, key, "would be called " + added.field.name + ", and there is a column of that name");
    for (const BoundPartitionKey& other : keys)
      if (other.field.name == added.field.name)
        refuse(ErrorCode::invalid, key, "has the name of another one, " + added.field.name);
    keys.push_back(std::move(added));
  }
  if (columns_of_files(schema, keys, options).empty())
    throw Error(ErrorCode::invalid, "the partition keys " + to_text(options.keys) + " leave no column for the files",
                {}, "Partition by fewer columns, or keep them in the files (--keep-partition-columns).");
  return keys;
}

Schema partition_key_schema(const std::vector<BoundPartitionKey>& keys) {
  std::vector<Field> fields;
  for (const BoundPartitionKey& key : keys) fields.push_back(key.field);
  return Schema(std::move(fields));
}

std::vector<size_t> columns_of_files(const Schema& schema, const std::vector<BoundPartitionKey>& keys,
                                     const PartitionOptions& options) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    const bool leaves = !options.keep_columns && std::ranges::any_of(keys, [&](const BoundPartitionKey& key) {
      return key.column == i && key.key.part == Part::value;
    });
    if (!leaves) columns.push_back(i);
  }
  return columns;
}

}  // namespace sluice
