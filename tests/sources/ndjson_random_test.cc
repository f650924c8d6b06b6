// Random records against an oracle: every value arrives as it was written, by declared and by inferred schemas; what is
// damaged is found in the right record; and nothing depends on threads or blocks. SLUICE_SEED starts elsewhere.
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <random>

#include "sources/small_json.h"
#include "sources/source_text.h"

namespace sluice::ndjson_random_test {
namespace {

using test::deliver;
using test::Delivered;
using test::Reading;
using test::SmallJson;
using test::SmallJsonParser;

uint64_t first_seed() {
  const char* given = std::getenv("SLUICE_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  /// 0 to count-1.
  size_t below(size_t count) { return engine_() % count; }
  bool one_in(size_t count) { return below(count) == 0; }
  uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

std::string blanks(Dice& dice) {
  std::string text;
  while (dice.one_in(6)) text += " \t\r"[dice.below(3)];
  return text;
}

// Parts of strings, as JSON; what lies between one and two words of a register is of interest.
std::string random_string(Dice& dice) {
  static const std::vector<std::string> kParts = {"a",
                                                  "b c",
                                                  "\\n",
                                                  "\\\"",
                                                  "\\\\",
                                                  "\\u00e9",
                                                  "\\ud83d\\ude00",
                                                  "\xC3\xA9",
                                                  "\xF0\x9F\x98\x80",
                                                  "\\/",
                                                  "\\u0000",
                                                  "{[,:]}",
                                                  "0123456789",
                                                  "x",
                                                  "yz",
                                                  "\\t",
                                                  "\x7f",
                                                  "\xE2\x82\xAC",
                                                  "null",
                                                  "'",
                                                  "\\u005C",
                                                  "padding text ",
                                                  "\\b\\f"};
  std::string text = "\"";
  const size_t count = dice.one_in(8) ? dice.below(60) : dice.below(4);
  for (size_t i = 0; i < count; ++i) text += kParts[dice.below(kParts.size())];
  return text + '"';
}

std::string random_integer(Dice& dice, int64_t least, uint64_t most) {
  switch (dice.below(6)) {
    case 0: return std::to_string(least);
    case 1: return std::to_string(most);
    case 2: return "0";
    default: {
      const uint64_t value = dice.bits() >> dice.below(64);
      if (least < 0 && dice.one_in(2)) {
        const uint64_t magnitude = 0 - static_cast<uint64_t>(least);
        return value % magnitude == 0 ? "-1" : "-" + std::to_string(value % magnitude);
      }
      return std::to_string(most == std::numeric_limits<uint64_t>::max() ? value : value % (most + 1));
    }
  }
}

std::string random_real(Dice& dice) {
  static const std::vector<std::string> kReals = {"0.0",  "-0.0", "1.5",     "-2.25e10",
                                                  "1E-7", "0.1",  "123.456", "5e-324",
                                                  "1e22", "3.0",  "1e23",    "1.7976931348623157e308"};
  if (dice.one_in(3)) return kReals[dice.below(kReals.size())];
  return std::to_string(dice.below(1'000'000)) + "." + std::to_string(dice.below(1'000'000) + 1);
}

template <typename T>
std::string random_of(Dice& dice) {
  return random_integer(dice, std::numeric_limits<T>::min(), static_cast<uint64_t>(std::numeric_limits<T>::max()));
}

std::string random_json(Dice& dice, int depth) {
  switch (dice.below(depth > 0 ? 7 : 5)) {
    case 0: return "null";
    case 1: return dice.one_in(2) ? "true" : "false";
    case 2: return random_of<int64_t>(dice);
    case 3: return random_real(dice);
    case 4: return random_string(dice);
    case 5: {
      std::string text = "[" + blanks(dice);
      for (size_t i = dice.below(4); i > 0; --i)
        text += random_json(dice, depth - 1) + blanks(dice) + (i > 1 ? "," : "");
      return text + "]";
    }
    default: {
      std::string text = "{" + blanks(dice);
      for (size_t i = dice.below(4); i > 0; --i)
        text +=
            "\"k" + std::to_string(i) + "\"" + blanks(dice) + ":" + random_json(dice, depth - 1) + (i > 1 ? "," : "");
      return text + "}";
    }
  }
}

Type random_type(Dice& dice, int depth) {
  switch (dice.below(depth > 0 ? 16 : 13)) {
    case 0: return boolean();
    case 1: return int8();
    case 2: return int16();
    case 3: return int32();
    case 4: return uint8();
    case 5: return uint16();
    case 6: return uint32();
    case 7: return uint64();
    case 8: return float64();
    case 9: return binary();
    case 10: return json();
    case 11: return string();
    case 12: return int64();
    case 13: return list(Field{"element", random_type(dice, depth - 1), !dice.one_in(4)});
    default: {
      std::vector<Field> fields;
      for (size_t i = 0; i <= dice.below(5); ++i)
        fields.push_back({"f" + std::to_string(i), random_type(dice, depth - 1), !dice.one_in(4)});
      return struct_(std::move(fields));
    }
  }
}

std::string random_value(Dice& dice, const Field& field);

std::string random_fields(Dice& dice, std::span<const Field> fields) {
  std::vector<std::string> members;
  for (const Field& field : fields) {
    if (field.nullable && dice.one_in(5)) continue;
    std::string key = "\"" + field.name + "\"";
    if (dice.one_in(10))
      key = "\"\\u00" + std::string(field.name[0] == 'f' ? "66" : "63") + field.name.substr(1) + "\"";
    members.push_back(blanks(dice) + key + blanks(dice) + ":" + blanks(dice) + random_value(dice, field) +
                      blanks(dice));
  }
  if (members.size() > 1 && dice.one_in(3)) std::swap(members[0], members[dice.below(members.size())]);
  std::string text = "{";
  for (size_t i = 0; i < members.size(); ++i) text += (i > 0 ? "," : "") + members[i];
  return text + "}";
}

std::string random_value(Dice& dice, const Field& field) {
  if (field.nullable && dice.one_in(6)) return "null";
  switch (field.type.kind()) {
    case TypeKind::boolean: return dice.one_in(2) ? "true" : "false";
    case TypeKind::int8: return random_of<int8_t>(dice);
    case TypeKind::int16: return random_of<int16_t>(dice);
    case TypeKind::int32: return random_of<int32_t>(dice);
    case TypeKind::int64: return random_of<int64_t>(dice);
    case TypeKind::uint8: return random_of<uint8_t>(dice);
    case TypeKind::uint16: return random_of<uint16_t>(dice);
    case TypeKind::uint32: return random_of<uint32_t>(dice);
    case TypeKind::uint64: return random_of<uint64_t>(dice);
    case TypeKind::float64: return dice.one_in(3) ? random_of<int64_t>(dice) : random_real(dice);
    case TypeKind::json: {
      std::string text = random_json(dice, 3);
      return text == "null" && !field.nullable ? "1" : text;
    }
    case TypeKind::list: {
      std::string text = "[" + blanks(dice);
      const size_t count = dice.below(5);
      for (size_t i = 0; i < count; ++i)
        text += (i > 0 ? "," : "") + blanks(dice) + random_value(dice, field.type.element()) + blanks(dice);
      return text + "]";
    }
    case TypeKind::struct_: return random_fields(dice, field.type.children());
    default: return random_string(dice);
  }
}

// What a column of the type holds for the value; the form is that of value_text.
std::string expected(const Type& type, const SmallJson* json) {
  if (json == nullptr || json->kind == SmallJson::null) return "null";
  switch (type.kind()) {
    case TypeKind::float64: return test::double_text(std::strtod(json->raw.c_str(), nullptr));
    case TypeKind::string:
    case TypeKind::binary: return "'" + json->value + "'";
    case TypeKind::json: return "'" + json->raw + "'";
    case TypeKind::list: {
      std::string text = "[";
      for (size_t i = 0; i < json->items.size(); ++i)
        text += (i > 0 ? "," : "") + expected(type.element().type, &json->items[i]);
      return text + "]";
    }
    case TypeKind::struct_: {
      std::string text = "{";
      for (const Field& field : type.children())
        text += (text.size() > 1 ? "," : "") + field.name + ":" + expected(field.type, json->member(field.name));
      return text + "}";
    }
    default: return json->raw;  // integers and booleans stand there as they are shown
  }
}

std::string expected_row(const Schema& schema, const std::string& line) {
  const std::optional<SmallJson> json = SmallJsonParser::parse(line);
  if (!json) return "the test wrote no JSON: " + line;
  std::string text = "{";
  for (size_t i = 0; i < schema.size(); ++i)
    text += (i > 0 ? "," : "") + schema[i].name + ":" + expected(schema[i].type, json->member(schema[i].name));
  return text + "}";
}

Reading random_reading(Dice& dice) {
  const uint64_t sizes[] = {1, 10, 200, 5'000, kBlockBytes};
  return {.options = {}, .block_bytes = sizes[dice.below(5)], .threads = static_cast<unsigned>(1 + dice.below(4))};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void expect_rows(const Delivered& all, const std::vector<std::string>& lines) {
  ASSERT_FALSE(all.error) << all.error->what();
  ASSERT_EQ(all.rows.size(), lines.size());
  for (size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(all.rows[i], expected_row(all.schema, lines[i])) << lines[i];
}

TEST(NdjsonRandom, DeclaredSchemasDeliverWhatWasWritten) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 150; ++seed) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    std::vector<Field> fields;
    for (size_t i = 0; i <= dice.below(8); ++i)
      fields.push_back({"c" + std::to_string(i), random_type(dice, 3), !dice.one_in(4)});
    std::vector<std::string> lines;
    for (size_t i = dice.below(60); i > 0; --i)
      lines.push_back(blanks(dice) + random_fields(dice, fields) + blanks(dice));
    Reading reading = random_reading(dice);
    reading.options.schema = Schema(fields);
    ASSERT_NO_FATAL_FAILURE(expect_rows(deliver(joined(lines), reading), lines));
  }
}

TEST(NdjsonRandom, InferredSchemasDeliverWhatWasWritten) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 150; ++seed) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    std::vector<Field> fields;  // what most records are like
    for (size_t i = 0; i <= dice.below(6); ++i) fields.push_back({"c" + std::to_string(i), random_type(dice, 3)});
    const size_t oddness = dice.one_in(2) ? 10 : 1'000'000;
    std::vector<std::string> lines = {"{\"c0\":true}"};
    for (size_t i = dice.below(60); i > 0; --i)
      lines.push_back(dice.one_in(oddness) ? "{\"c1\":" + random_json(dice, 3) + "}" : random_fields(dice, fields));
    ASSERT_NO_FATAL_FAILURE(expect_rows(deliver(joined(lines), random_reading(dice)), lines));
  }
}

// The number of the first line that is not one object, from 1; 0 if all are. Blank lines do not count.
int64_t first_bad_record(const std::string& text) {
  int64_t record = 0;
  for (size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    ++record;
    const std::optional<SmallJson> json = SmallJsonParser::parse(line);
    if (!json || json->kind != SmallJson::object) return record;
  }
  return 0;
}

std::string damaged(Dice& dice, std::string text) {
  constexpr char kBytes[] = "{}[]:,\"\\\n\r\t \0\x01\x0c\x1a\x7f\x80\xC3\xED\xF4\xFF-+.019eEtfnu/";
  for (size_t i = 1 + dice.below(3); i > 0 && !text.empty(); --i) {
    const size_t at = dice.below(text.size());
    const char byte = kBytes[dice.below(sizeof kBytes - 1)];
    switch (dice.below(3)) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      default: text.erase(at, 1 + dice.below(3));
    }
  }
  return text;
}

std::string outcome(const Delivered& all) {
  if (!all.error) return joined(all.rows);
  const std::string sentence = all.error->what();
  return sentence.substr(sentence.find(": ")) + " " + all.error->hint();
}

TEST(NdjsonRandom, DamageIsFoundInTheRightRecordWhateverTheBlocks) {
  int64_t found = 0;
  for (uint64_t seed = first_seed(); seed < first_seed() + 3'000; ++seed) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    std::vector<std::string> lines;
    for (size_t i = 1 + dice.below(8); i > 0; --i)
      lines.push_back("{\"k\":" + random_json(dice, 3) + ",\"l\":" + random_json(dice, 2) + "}");
    const std::string text = damaged(dice, joined(lines));
    // Nothing but the syntax can be wrong: every field is dropped, once it has been looked at.
    Reading reading = random_reading(dice);
    reading.options.schema = parse_schema("none json");
    reading.options.extra_fields = ExtraFields::ignore;
    const int64_t bad = first_bad_record(text);
    const Delivered all = deliver(text, reading);
    ASSERT_EQ(all.error.has_value(), bad > 0) << text << (all.error ? all.error->what() : "");
    if (bad > 0) {
      ASSERT_EQ(all.error->place().record, bad) << text << all.error->what();
    }
    found += bad > 0;
    // By inference too the outcome is one: same rows or same words, for any threads and blocks.
    const Delivered one = deliver(text, {.options = {}, .block_bytes = 1});
    const Delivered two = deliver(text, random_reading(dice));
    ASSERT_EQ(outcome(one), outcome(two)) << text;
  }
  EXPECT_GT(found, 1'000);
}

}  // namespace
}  // namespace sluice::ndjson_random_test
