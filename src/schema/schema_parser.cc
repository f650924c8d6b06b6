// The text form of schemas, read: "id int64 not null, tags list<string>". Grammar: docs/schema_text.md; writing:
// schema_text.cc.
#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/nearest_name.h"
#include "schema/leaves.h"
#include "schema/schema_letters.h"
#include "schema/text_cursor.h"
#include "sluice/error.h"
#include "sluice/schema.h"

namespace sluice {
inline namespace v0 {
namespace {

/// Every type that is just a name.
constexpr Type (*kScalarTypes[])() = {null,    boolean, int8,    int16,  int32,  int64, uint8, uint16, uint32, uint64,
                                      float16, float32, float64, string, binary, json,  bson,  enum_,  uuid,   date};

/// Every type that has more to say.
constexpr TypeKind kKindsWithParts[] = {TypeKind::decimal,   TypeKind::fixed,    TypeKind::time,
                                        TypeKind::timestamp, TypeKind::duration, TypeKind::geometry,
                                        TypeKind::geography, TypeKind::list,     TypeKind::fixed_list,
                                        TypeKind::map,       TypeKind::struct_};

constexpr TimeUnit kUnits[] = {TimeUnit::second, TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond};

struct Alias {
  std::string_view name;
  std::string_view meaning;
};

/// Accepted beside the names of the kinds.
constexpr Alias kAliases[] = {{"boolean", "bool"}, {"float", "float32"}, {"double", "float64"}};

/// Names of other systems: not accepted, because they do not mean the same width everywhere, but answered.
constexpr Alias kForeignNames[] = {
    {"int", "int32 or int64"},
    {"integer", "int32 or int64"},
    {"long", "int64"},
    {"bigint", "int64"},
    {"smallint", "int16"},
    {"number", "int64 or float64"},
    {"real", "float32"},
    {"str", "string"},
    {"text", "string"},
    {"varchar", "string"},
    {"utf8", "string"},
    {"bytes", "binary"},
    {"blob", "binary"},
    {"object", "struct<...>"},
    {"array", "list<...>"},
    {"datetime", "timestamp(us)"},
    {"numeric", "decimal(p, s)"},
    {"half", "float16"},
    {"interval", "duration(us)"},
    {"fixed_binary", "fixed(n)"},
    {"guid", "uuid"},
    {"timestamptz", "timestamp(us, UTC)"},
};

/// Types of Parquet and Arrow that a person may rightly expect.
constexpr std::string_view kUnbuiltTypes[] = {"variant"};

/// Recursive descent straight over the characters. Depth is limited, so is recursion.
class SchemaParser : private TextCursor {
 public:
  explicit SchemaParser(std::string_view text) : TextCursor(text, "schema text") {}

  std::vector<Field> parse() {
    std::vector<Field> fields;
    skip_blanks();
    if (at_end()) return fields;
    do fields.push_back(parse_field(nullptr, 0));
    while (take(','));
    if (!at_end()) fail_expected("\",\", \"not null\", \"id\" or the end");
    return fields;
  }

 private:
  /// name type ["not null"] ["id" integer]. `parent`: the name of the struct that it belongs to; null for columns.
  Field parse_field(const std::string* parent, size_t depth) {
    Field field;
    field.name = take_name();
    const std::string outer = std::exchange(field_, parent == nullptr ? field.name : child_name(*parent, field.name));
    parse_meaning(field, depth);
    field_ = outer;
    return field;
  }

  void parse_meaning(Field& field, size_t depth) {
    field.type = parse_type(depth);
    while (true) {
      if (field.nullable && take_word("not")) {
        if (!take_word("null")) fail_expected("\"null\" after \"not\"");
        field.nullable = false;
      } else if (!field.id && take_word("id")) {
        field.id = parse_integer("a field id within int32");
      } else {
        return;
      }
    }
  }

  /// Within int32.
  int32_t parse_integer(const std::string& expected) {
    skip_blanks();
    int32_t number = 0;
    const char* const begin = text_.data() + position_;
    const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), number);
    if (failure != std::errc()) fail_expected(expected);
    position_ += static_cast<size_t>(end - begin);
    return number;
  }

  Type parse_type(size_t depth) {
    skip_blanks();
    const size_t begin = position_;
    std::string_view word = word_here();
    if (word.empty()) fail_expected("a type");
    for (const Alias& alias : kAliases)
      if (alias.name == word) word = alias.meaning;
    for (const auto make : kScalarTypes) {
      Type type = make();
      if (to_string(type.kind()) != word) continue;
      position_ += word_here().size();
      return type;
    }
    const TypeKind* const kind =
        std::ranges::find_if(kKindsWithParts, [&](TypeKind known) { return to_string(known) == word; });
    if (kind == std::end(kKindsWithParts)) fail_type(word);
    const size_t levels = *kind == TypeKind::map ? 2 : *kind >= TypeKind::list;
    if (depth + levels > kSchemaDepthMax)
      fail(begin, "more than " + std::to_string(kSchemaDepthMax) + " lists, maps and structs inside each other");
    position_ += word.size();
    return parse_parts(*kind, depth + levels, begin);
  }

  /// What stands behind the name of a type that has more to say. `begin`: where that name stands.
  Type parse_parts(TypeKind kind, size_t depth, size_t begin) {
    switch (kind) {
      case TypeKind::decimal: return parse_decimal(begin);
      case TypeKind::fixed: return parse_fixed(begin);
      case TypeKind::time: return time(parse_unit("time(us)"));
      case TypeKind::duration: return duration(parse_unit("duration(us)"));
      case TypeKind::geometry:
      case TypeKind::geography: return parse_shape(kind, begin);
      case TypeKind::list: return parse_list(depth);
      case TypeKind::fixed_list: return parse_fixed_list(depth, begin);
      case TypeKind::map: return parse_map(depth);
      case TypeKind::struct_: return parse_struct(depth);
      default: return parse_timestamp();
    }
  }

  /// What `make` refuses is wrong at `begin`.
  template <typename Make>
  Type checked_type(size_t begin, Make make) {
    try {
      return make();
    } catch (const Error& error) {
      fail(begin, error.what());
    }
  }

  /// "(" digits "," digits ")"
  Type parse_decimal(size_t begin) {
    if (!take('('))
      fail_expected("\"(\", the number of digits and of those behind the point", "for instance decimal(12, 2)");
    const int32_t precision = parse_integer("a number of digits: 1 to 76");
    if (!take(',')) fail_expected("\",\" and the number of digits behind the point");
    const int32_t scale = parse_integer("a number of digits behind the point");
    if (!take(')')) fail_expected("\")\"");
    return checked_type(begin, [&] { return decimal(precision, scale); });
  }

  /// "(" bytes ")"
  Type parse_fixed(size_t begin) {
    if (!take('(')) fail_expected("\"(\" and a number of bytes", "for instance fixed(20)");
    const int32_t bytes = parse_integer("a number of bytes");
    if (!take(')')) fail_expected("\")\"");
    return checked_type(begin, [&] { return fixed(bytes); });
  }

  /// "(" unit ")"
  TimeUnit parse_unit(const std::string& example) {
    const TimeUnit unit = open_unit(example);
    if (!take(')')) fail_expected("\")\"");
    return unit;
  }

  /// "(" unit
  TimeUnit open_unit(const std::string& example) {
    if (!take('(')) fail_expected("\"(\" and a unit", "for instance " + example);
    skip_blanks();
    const std::string_view word = word_here();
    const TimeUnit* const unit = std::ranges::find_if(kUnits, [&](TimeUnit known) { return to_string(known) == word; });
    if (unit == std::end(kUnits)) fail_expected("a unit: s, ms, us or ns");
    position_ += word.size();
    return *unit;
  }

  /// "(" unit ["," zone] ")"
  Type parse_timestamp() {
    const TimeUnit unit = open_unit("timestamp(us) or timestamp(us, UTC)");
    std::string zone;
    if (take(',')) zone = parse_zone();
    if (!take(')')) fail_expected(zone.empty() ? "\")\" or \",\" and a zone" : "\")\"");
    return timestamp(unit, std::move(zone));
  }

  /// ["(" quoted ["," algorithm] ")"]
  Type parse_shape(TypeKind kind, size_t begin) {
    const bool round = kind == TypeKind::geography;
    std::string algorithm(kDefaultAlgorithm);
    if (!take('(')) return round ? geography() : geometry();
    skip_blanks();
    if (peek() != '"') fail_expected("a coordinate reference system in quotes", "for instance geometry(\"EPSG:4326\")");
    std::string crs = take_quoted();
    if (round && take(',')) {
      skip_blanks();
      algorithm = word_here();
      position_ += algorithm.size();
    }
    if (!take(')')) fail_expected("\")\"");
    if (!round) return geometry(std::move(crs));
    return checked_type(begin, [&] { return geography(std::move(crs), algorithm); });
  }

  std::string parse_zone() {
    skip_blanks();
    const size_t begin = position_;
    std::string zone;
    if (peek() == '"') {
      zone = take_quoted();
    } else {
      while (is_zone_letter(peek()) && !text_.substr(position_).starts_with("--")) zone += text_[position_++];
    }
    if (zone.empty()) {
      position_ = begin;
      fail_expected("a time zone such as UTC or Europe/Berlin");
    }
    return zone;
  }

  /// "<" [quoted name] type ["not null"] ["id" integer]
  Field open_element(size_t depth) {
    if (!take('<')) fail_expected("\"<\" and the type of the elements");
    Field element{std::string(kElementName), {}};
    if (skip_blanks(); peek() == '"') element.name = take_quoted();
    parse_part(element, element_name(field_), depth);
    return element;
  }

  void parse_part(Field& part, std::string name, size_t depth) {
    const std::string outer = std::exchange(field_, std::move(name));
    parse_meaning(part, depth);
    field_ = outer;
  }

  /// "<" element ">"
  Type parse_list(size_t depth) {
    Field element = open_element(depth);
    if (!take('>')) fail_expected("\">\", \"not null\" or \"id\"");
    return list(std::move(element));
  }

  /// "<" element "," integer ">"
  Type parse_fixed_list(size_t depth, size_t begin) {
    Field element = open_element(depth);
    if (!take(',')) fail_expected("\",\" and the number of elements", "for instance fixed_list<float32, 3>");
    const int32_t size = parse_integer("a number of elements");
    if (!take('>')) fail_expected("\">\"");
    return checked_type(begin, [&] { return fixed_list(std::move(element), size); });
  }

  /// "<" meaning of the key "," meaning of the value ">"
  Type parse_map(size_t depth) {
    if (!take('<')) fail_expected("\"<\" and the types of keys and values");
    Field key{"key", {}};
    Field value{"value", {}};
    parse_part(key, element_name(field_) + ".key", depth);
    if (!take(',')) fail_expected("\",\" and the type of the values", "for instance map<string, int64>");
    parse_part(value, element_name(field_) + ".value", depth);
    if (!take('>')) fail_expected("\">\", \"not null\" or \"id\"");
    return map(std::move(key), std::move(value));
  }

  /// "<" field {"," field} ">"
  Type parse_struct(size_t depth) {
    if (!take('<')) fail_expected("\"<\" and the fields of the struct");
    std::vector<Field> fields;
    do fields.push_back(parse_field(&field_, depth));
    while (take(','));
    if (!take('>')) fail_expected("\",\", \">\", \"not null\" or \"id\"");
    return struct_(std::move(fields));
  }

  [[noreturn]] void fail_type(std::string_view word) const {
    if (std::ranges::find(kUnbuiltTypes, word) != std::end(kUnbuiltTypes))
      fail(position_, "type " + std::string(word) + " is not built yet", {}, ErrorCode::unsupported);
    std::string_view meant;
    for (const Alias& foreign : kForeignNames)
      if (foreign.name == word) meant = foreign.meaning;
    if (meant.empty()) {
      std::vector<std::string_view> names;
      for (const auto make : kScalarTypes) names.push_back(to_string(make().kind()));
      for (const TypeKind kind : kKindsWithParts) names.push_back(to_string(kind));
      meant = nearest_name(word, names);
    }
    fail_expected("a type",
                  meant.empty() ? "the types: docs/schema_text.md" : "did you mean " + std::string(meant) + "?");
  }
};

}  // namespace

Schema parse_schema(std::string_view text) { return Schema(SchemaParser(text).parse()); }

}  // namespace v0
}  // namespace sluice
