#include "support/random_schema.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "schema/field_ids.h"

namespace sluice::test {

namespace {

constexpr int kFieldsMax = 5;
constexpr int kColumnsMax = 8;
constexpr int kDeepColumnsMax = 3;
constexpr int kWideColumnsMax = 60;

// Names that mean something to somebody: to SQL, JSON, paths, C, JavaScript, or to the list layouts of Parquet.
const std::array<std::string, 35> kNames{"a",
                                         "b",
                                         "value",
                                         "Value",
                                         "VALUE",
                                         "id",
                                         " ",
                                         " lead",
                                         "trail ",
                                         "sp ace",
                                         "dot.ted",
                                         ".",
                                         "..",
                                         "quo\"te",
                                         "it's",
                                         "back\\slash",
                                         "tab\tbed",
                                         "new\nline",
                                         "list",
                                         "element",
                                         "array",
                                         "item",
                                         "bag",
                                         "key_value",
                                         "0",
                                         "a[0]",
                                         "<x>",
                                         "%41",
                                         "select",
                                         "null",
                                         "\xc3\xa9t\xc3\xa9",
                                         "\xe6\x97\xa5\xe6\x9c\xac",
                                         "\xf0\x9f\x98\x80",
                                         "e\xcc\x81",
                                         "constructor"};

std::string lower_case(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return name;
}

// Names of one level: no two alike.
class Names {
 public:
  explicit Names(bool case_matters) : case_matters_(case_matters) {}

  std::string draw_from(Draw& draw) {
    std::string name = draw.one_of(kNames);
    if (draw.chance(1)) name.clear();
    if (draw.chance(2)) name.assign(static_cast<size_t>(draw.magnitude(300)), 'n');
    while (!taken_.insert(case_matters_ ? name : lower_case(name)).second) name += std::to_string(draw.below(10));
    return name;
  }

 private:
  bool case_matters_;
  std::set<std::string> taken_;
};

Type draw_timestamp(Draw& draw) {
  static const std::array<std::string, 6> zones{"", "", "UTC", "Europe/Berlin", "+05:30", "America/New_York"};
  static const std::array units{TimeUnit::second, TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond};
  const TimeUnit unit = draw.one_of(units);
  return timestamp(unit, draw.one_of(zones));
}

// Digits at the edges of what each carrier holds; scales are any.
Type draw_decimal(Draw& draw) {
  static const std::array precisions{1, 4, 8, 9, 10, 17, 18, 19, 28, 37, 38, 39, 57, 76};
  const int precision = draw.chance(70) ? draw.one_of(precisions) : static_cast<int>(draw.between(1, 38));
  return decimal(precision, static_cast<int>(draw.between(0, precision)));
}

Type draw_newer_scalar(Draw& draw) {
  static const std::array units{TimeUnit::second, TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond};
  static const std::array<int32_t, 8> widths{1, 2, 3, 12, 16, 17, 64, 65};
  switch (draw.below(8)) {
    case 0:
    case 1: return draw_decimal(draw);
    case 2: return fixed(draw.one_of(widths));
    case 3: return uuid();
    case 4: return float16();
    case 5: return time(draw.one_of(units));
    case 6: return duration(draw.one_of(units));
    default: return draw.chance(50) ? enum_() : bson();
  }
}

Type draw_scalar(Draw& draw) {
  using Make = Type (*)();
  static const std::array<Make, 16> makers{boolean, int8,    int16,   int32,  int64,  uint8,  uint16, uint32,
                                           uint64,  float32, float64, string, string, binary, json,   date};
  if (draw.chance(3)) return null();
  if (draw.chance(30)) return draw_newer_scalar(draw);
  return draw.chance(20) ? draw_timestamp(draw) : draw.one_of(makers)();
}

Field draw_field(Draw& draw, Names& names, int depth_left, int nested_percent);

// What readers take for a key; two values of it are as different as their bytes.
Type draw_key(Draw& draw) {
  using Make = Type (*)();
  static const std::array<Make, 8> makers{boolean, int32, int64, uint16, string, string, date, uuid};
  return draw.one_of(makers)();
}

// `nested_percent`: how likely each part is nested itself; 100 goes down to the depth that is allowed.
Type draw_type(Draw& draw, int depth_left, int nested_percent) {
  if (depth_left == 0 || !draw.chance(nested_percent)) return draw_scalar(draw);
  Names names(false);
  if (depth_left > 1 && draw.chance(15))
    return map(Field{"key", draw_key(draw)}, draw_field(draw, names, depth_left - 2, nested_percent));
  if (draw.chance(50)) {
    Field element = draw_field(draw, names, depth_left - 1, nested_percent);
    if (draw.chance(80)) element.name = "element";
    if (draw.chance(20)) return fixed_list(std::move(element), static_cast<int32_t>(draw.between(1, 4)));
    return list(std::move(element));
  }
  std::vector<Field> fields;
  const int64_t count = draw.magnitude(nested_percent == 100 ? 2 : kFieldsMax);
  for (int64_t i = 0; i < count; ++i) fields.push_back(draw_field(draw, names, depth_left - 1, nested_percent));
  return struct_(std::move(fields));
}

Field draw_field(Draw& draw, Names& names, int depth_left, int nested_percent) {
  Field field{names.draw_from(draw), draw_type(draw, depth_left, nested_percent), draw.chance(70)};
  if (field.type.kind() == TypeKind::null) field.nullable = true;
  if (draw.chance(5)) field.id = static_cast<int32_t>(draw.below(1'000));
  return field;
}

}  // namespace

Schema draw_schema(Draw& draw, int depth_max) {
  static const std::array nested_percents{0, 10, 30, 30, 60, 100};
  const int nested_percent = draw.one_of(nested_percents);
  int columns_max = nested_percent > 50 ? kDeepColumnsMax : kColumnsMax;
  if (nested_percent == 0 && draw.chance(10)) columns_max = kWideColumnsMax;
  const int64_t count = draw.magnitude(columns_max);
  Names names(true);
  std::vector<Field> fields;
  for (int64_t i = 0; i < count; ++i) fields.push_back(draw_field(draw, names, depth_max, nested_percent));
  return Schema(repeated_field_id(fields) ? without_field_ids(fields) : std::move(fields));
}

}  // namespace sluice::test
