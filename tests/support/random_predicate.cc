#include "support/random_predicate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/value_condition.h"
#include "columns/widths.h"

namespace sluice::test {

bool is_float(TypeKind kind) {
  return kind == TypeKind::float16 || kind == TypeKind::float32 || kind == TypeKind::float64;
}

bool is_bytes(const Type& type) {
  return is_text(type.kind()) || type.kind() == TypeKind::fixed || type.kind() == TypeKind::uuid;
}

std::string number_of(const Type& type, const Value& value) {
  if (type.kind() == TypeKind::decimal) {
    std::string text;
    append_decimal(from_little_endian(value.text.data(), value.text.size()), type.scale(), text);
    return text;
  }
  return type.kind() == TypeKind::uint64 ? std::to_string(value.bits)
                                         : std::to_string(static_cast<int64_t>(value.bits));
}

const Value* value_at(const std::vector<std::vector<Value>>& columns, const std::vector<size_t>& steps, size_t row) {
  const Value* value = &columns[steps[0]][row];
  for (size_t i = 1; i < steps.size() && !value->is_null; ++i) value = &value->parts[steps[i]];
  return value;
}

PlainDecimal plain_decimal(const std::string& text) {
  constexpr size_t kWhole = 100;
  constexpr size_t kFraction = 80;
  PlainDecimal number{.negative = text[0] == '-', .digits = std::string(kWhole + kFraction, '0')};
  const size_t mark = std::min(text.find('e'), text.size());
  const size_t point = std::min(text.find('.'), mark);
  const int exponent = mark < text.size() ? std::stoi(text.substr(mark + 1)) : 0;
  size_t at = kWhole - (point - (number.negative ? 1 : 0)) - static_cast<size_t>(exponent);
  for (size_t i = number.negative ? 1 : 0; i < mark; ++i)
    if (text[i] != '.') number.digits.at(at++) = text[i];
  if (number.digits.find_first_not_of('0') == std::string::npos) number.negative = false;
  return number;
}

namespace {

/// Compared as decimal numbers.
bool is_decimal(const Type& type) {
  return is_comparable(type) && type.kind() > TypeKind::boolean && !is_float(type.kind()) && !is_bytes(type);
}

void add_places(std::span<const Field> fields, const Place& outer, std::vector<Place>& places) {
  for (size_t i = 0; i < fields.size(); ++i) {
    Place place = outer;
    place.path.push_back(fields[i].name);
    place.steps.push_back(i);
    place.type = fields[i].type;
    places.push_back(place);
    if (fields[i].type.kind() == TypeKind::struct_) add_places(fields[i].type.children(), place, places);
  }
}

Meaning number_meaning(std::string text) { return {{Literal::Kind::number, text}, text}; }

/// A number at or beside the value, in units or in fractions of them, or one that no value of the type reaches.
Meaning draw_number(Draw& draw, const Type& type, const Value& value) {
  static const std::array<std::string, 8> kOthers{
      "0", "-0", "1e76", "-1e76", "1e80", "-1e80", "18446744073709551616", "1e-60"};
  if (draw.chance(15)) return number_meaning(draw.one_of(kOthers));
  std::string text = number_of(type, value);
  if (draw.chance(40)) text += (type.scale() > 0 ? "" : ".0") + std::string(draw.chance(50) ? "0" : "5");
  if (draw.chance(20)) text += "e0";
  return number_meaning(text);
}

template <typename Float>
Meaning draw_float(Draw& draw, Float value) {
  constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
  if (draw.chance(20)) value = std::nextafter(value, draw.chance(50) ? kInfinity : -kInfinity);
  if (draw.chance(10)) value = std::numeric_limits<Float>::quiet_NaN();
  Meaning meaning{.literal = {}, .text = {}, .number = static_cast<double>(value)};
  if (std::isfinite(value)) {
    char text[64];
    meaning.literal = {Literal::Kind::number, {text, std::to_chars(text, text + sizeof text, value).ptr}};
  } else {
    meaning.literal = {Literal::Kind::text, std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"};
  }
  return meaning;
}

/// Half a number of 16 bits further is no number of 16 bits: only those that are.
Meaning draw_float16(Draw& draw, const Value& value) {
  const auto bits = static_cast<uint16_t>(value.bits + draw.below(2));
  const float number = from_float16(bits);
  Meaning meaning = draw_float(draw, number);
  if (!std::isnan(meaning.number) && meaning.number != static_cast<double>(number)) {
    meaning = number_meaning("0");
    meaning.number = 0;
  }
  return meaning;
}

/// Ticks as they are, cut to what texts can say; sometimes a moment between two ticks.
Meaning draw_moment(Draw& draw, const Type& type, const Value& value) {
  const bool is_time = type.kind() == TypeKind::time;
  const int64_t second = ticks_per_second(type.unit());
  int64_t ticks = static_cast<int64_t>(value.bits);
  // Times of a day; from the year 5 on, as far as the type reaches.
  const bool is_fine = type.unit() == TimeUnit::nanosecond;
  const int64_t bound = is_time ? 86'399 * second : is_fine ? INT64_MAX / 4 : 62'000'000'000 * second;
  ticks = is_time ? std::clamp<int64_t>(ticks, 0, bound) : std::clamp(ticks, -bound, bound);
  Meaning meaning{.literal = {Literal::Kind::text, {}}, .text = std::to_string(ticks)};
  const ZoneMark zone = type.zone().empty() ? ZoneMark::none : ZoneMark::utc;
  const bool finer = !is_fine && ticks >= 0 && draw.chance(30);
  if (is_time)
    append_time(ticks, type.unit(), meaning.literal.text);
  else
    append_timestamp(ticks, type.unit(), finer ? ZoneMark::none : zone, meaning.literal.text);
  if (finer) {
    meaning.literal.text += type.unit() == TimeUnit::second ? ".5" : "5";
    meaning.text += ".5";
    if (zone == ZoneMark::utc && !is_time) meaning.literal.text += 'Z';
  }
  return meaning;
}

Meaning draw_text_meaning(Draw& draw, const Type& type, const Value& value) {
  const auto kind = is_utf8_text(type.kind()) ? Literal::Kind::text : Literal::Kind::bytes;
  Meaning meaning{{kind, value.text}, {}};
  if (type.kind() == TypeKind::uuid) {
    meaning.literal = {Literal::Kind::text, {}};
    append_uuid(value.text, meaning.literal.text);
  } else if (draw.chance(20)) {
    meaning.literal.text += 'a';
  } else if (draw.chance(10)) {
    meaning.literal.text.clear();
  }
  meaning.text = type.kind() == TypeKind::uuid ? value.text : meaning.literal.text;
  return meaning;
}

Meaning draw_meaning(Draw& draw, const Type& type, const Value& value) {
  switch (type.kind()) {
    case TypeKind::null: return number_meaning("7");
    case TypeKind::boolean: {
      const std::string text = draw.chance(50) ? "true" : "false";
      return {{Literal::Kind::boolean, text}, text};
    }
    case TypeKind::float16: return draw_float16(draw, value);
    case TypeKind::float32: return draw_float(draw, std::bit_cast<float>(static_cast<uint32_t>(value.bits)));
    case TypeKind::float64: return draw_float(draw, std::bit_cast<double>(value.bits));
    case TypeKind::date: {
      const int64_t days = std::clamp<int64_t>(static_cast<int64_t>(value.bits), -719'162, 2'932'896);
      Meaning meaning{.literal = {Literal::Kind::text, {}}, .text = std::to_string(days)};
      append_date(days, meaning.literal.text);
      return meaning;
    }
    case TypeKind::time:
    case TypeKind::timestamp: return draw_moment(draw, type, value);
    default: return is_bytes(type) ? draw_text_meaning(draw, type, value) : draw_number(draw, type, value);
  }
}

/// A value of the column that is there, or nothing.
const Value* draw_value(Draw& draw, const RandomTable& table, const Place& place) {
  for (int tries = 0; tries < 5 && table.rows > 0; ++tries) {
    const Value* const value = value_at(table.columns, place.steps, draw.below(static_cast<uint64_t>(table.rows)));
    if (!value->is_null) return value;
  }
  return nullptr;
}

std::vector<std::string> letters_of(const std::string& text) {
  std::vector<std::string> letters;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xc0) != 0x80) letters.emplace_back();
    letters.back() += byte;
  }
  return letters;
}

/// A pattern that many texts like this one are like, with wildcards in any places; sometimes with an escape.
std::vector<Meaning> draw_pattern(Draw& draw, const std::string& text) {
  static const std::array<std::string, 3> kEscapes{"!", "%", "\xc3\xa4"};
  const std::string escape = draw.chance(30) ? draw.one_of(kEscapes) : "";
  const int percent = draw.chance(50) ? 5 : 40;
  std::string pattern;
  for (const std::string& letter : letters_of(text)) {
    if (draw.chance(percent)) {
      if (escape != "%") pattern += '%';
      if (draw.chance(50)) continue;
    }
    const bool is_special = letter == "%" || letter == "_" || letter == escape;
    if (is_special && !escape.empty())
      pattern += escape + letter;
    else
      pattern += draw.chance(percent) ? "_" : letter;
    if (draw.chance(2)) break;
  }
  if (draw.chance(50) && escape != "%") pattern += '%';
  std::vector<Meaning> meanings{{{Literal::Kind::text, pattern}, pattern}};
  if (!escape.empty()) meanings.push_back({{Literal::Kind::text, escape}, escape});
  return meanings;
}

DrawnPredicate draw_leaf(Draw& draw, const RandomTable& table, const std::vector<Place>& places) {
  const Place& place = places[draw.below(places.size())];
  DrawnPredicate drawn;
  drawn.predicate.column = place.path;
  drawn.slow.steps = place.steps;
  drawn.slow.type = place.type;
  const Value* value = is_comparable(place.type) ? draw_value(draw, table, place) : nullptr;
  if (value == nullptr || draw.chance(15)) {
    drawn.predicate.kind = drawn.slow.kind = Predicate::Kind::is_null;
    return drawn;
  }
  if (is_utf8_text(place.type.kind()) && draw.chance(30)) {
    drawn.predicate.kind = drawn.slow.kind = Predicate::Kind::like;
    drawn.slow.meanings = draw_pattern(draw, value->text);
    for (const Meaning& meaning : drawn.slow.meanings) drawn.predicate.literals.push_back(meaning.literal);
    return drawn;
  }
  const bool several = draw.chance(30);
  for (int64_t count = several ? draw.magnitude(40) : 1; count > 0; --count) {
    Meaning meaning = draw_meaning(draw, place.type, *value);
    if (is_decimal(place.type)) meaning.decimal = plain_decimal(meaning.text);
    drawn.slow.meanings.push_back(std::move(meaning));
    drawn.predicate.literals.push_back(drawn.slow.meanings.back().literal);
    if (const Value* const other = draw_value(draw, table, place)) value = other;
  }
  if (several) {
    drawn.predicate.kind = drawn.slow.kind = Predicate::Kind::in;
  } else {
    drawn.predicate.comparison = drawn.slow.comparison = static_cast<Comparison>(draw.below(6));
  }
  return drawn;
}

}  // namespace

std::vector<Place> places_of(const Schema& schema) {
  std::vector<Place> places;
  add_places(schema.fields(), {}, places);
  return places;
}

DrawnPredicate draw_predicate(Draw& draw, const RandomTable& table, const std::vector<Place>& places, int depth) {
  if (depth == 0 || draw.chance(30)) return draw_leaf(draw, table, places);
  DrawnPredicate drawn;
  static const std::array<Predicate::Kind, 3> kKinds{Predicate::Kind::all, Predicate::Kind::any,
                                                     Predicate::Kind::negation};
  drawn.predicate.kind = drawn.slow.kind = draw.one_of(kKinds);
  const bool is_negation = drawn.predicate.kind == Predicate::Kind::negation;
  for (int64_t count = is_negation ? 1 : draw.between(2, 4); count > 0; --count) {
    DrawnPredicate operand = draw_predicate(draw, table, places, depth - 1);
    drawn.predicate.operands.push_back(std::move(operand.predicate));
    drawn.slow.operands.push_back(std::move(operand.slow));
  }
  return drawn;
}

}  // namespace sluice::test
