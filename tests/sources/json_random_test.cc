// Random JSON in every shape, whole and damaged, against a parser that shares nothing with ours: every record arrives
// as it was written, what is damaged is found in the right record, and blocks of any size agree. SLUICE_SEED starts
// elsewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "sources/json_reading.h"
#include "sources/small_json.h"

namespace sluice::json_random_test {
namespace {

using test::JsonOutcome;
using test::JsonReading;
using test::read_json;
using test::SmallJson;
using test::SmallJsonParser;

constexpr uint64_t kBlockSizes[] = {1, 7, 64, 4096, 1_MiB};

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
  template <size_t N>
  const char* of(const char* const (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  std::mt19937_64 engine_;
};

std::string blanks(Dice& dice) {
  std::string text;
  while (dice.one_in(4)) text += " \t\r\n"[dice.below(4)];
  if (dice.one_in(50)) text += std::string(dice.below(200), ' ');
  return text;
}

std::string random_string(Dice& dice) {
  static const char* const kParts[] = {
      "a",   "\\n", "\\\"", "\\\\",     "\\u00e9",          "\\ud83d\\ude00",      "\xC3\xA9", "{", "}",
      "[,:", "]",   "\\/",  "\\\\\\\\", "\xF0\x9F\x98\x80", "text of some length "};
  std::string text = "\"";
  for (size_t i = dice.one_in(9) ? dice.below(40) : dice.below(4); i > 0; --i) text += dice.of(kParts);
  return text + '"';
}

std::string random_json(Dice& dice, int depth) {
  static const char* const kScalars[] = {"null", "true",   "false",   "0",    "-0", "1.50", "12345678901234567890123",
                                         "-7",   "1e+400", "-2.5E-3", "\"\"", "[]", "{}"};
  if (depth == 0 || dice.one_in(3)) return dice.one_in(3) ? random_string(dice) : dice.of(kScalars);
  const bool is_object = dice.one_in(2);
  std::string text = is_object ? "{" : "[";
  for (size_t i = 1 + dice.below(4); i > 0; --i) {
    text += blanks(dice);
    if (is_object) text += "\"n" + std::to_string(i) + "\"" + blanks(dice) + ":" + blanks(dice);
    text += random_json(dice, depth - 1) + blanks(dice) + (i > 1 ? "," : "");
  }
  return text + (is_object ? "}" : "]");
}

std::string random_record(Dice& dice) {
  std::string text = "{" + blanks(dice);
  const char* const names[] = {"\"k\"", "\"l\"", "\"\\u006c\"", "\"x\""};
  const size_t first = dice.below(5);
  for (size_t i = first; i < 4 && i - first < 2; ++i)
    text += (i > first ? "," : "") + blanks(dice) + names[i == 2 && first == 1 ? 3 : i] + blanks(dice) + ":" +
            blanks(dice) + random_json(dice, 3) + blanks(dice);
  return text + "}";
}

/// Records in a shape, and where they are.
struct Shaped {
  std::string text;
  std::string pointer;
};

Shaped random_shape(Dice& dice, const std::vector<std::string>& records) {
  std::string array = "[" + blanks(dice);
  for (size_t i = 0; i < records.size(); ++i) array += (i > 0 ? "," : "") + blanks(dice) + records[i] + blanks(dice);
  array += "]";
  switch (dice.below(4)) {
    case 0: return {blanks(dice) + array + blanks(dice), ""};
    case 1: {
      std::string documents;
      for (const std::string& record : records) documents += blanks(dice) + record;
      return {documents + blanks(dice), ""};
    }
    case 2:
      return {"{\"x\":" + random_json(dice, 3) + "," + blanks(dice) + "\"a\"" + blanks(dice) + ":" + array +
                  ",\"z\":" + random_json(dice, 3) + "}",
              "/a"};
    default:
      return {
          "{\"a\":[" + random_json(dice, 2) + ",{\"b~/\":" + array + blanks(dice) + "}," + random_json(dice, 3) + "]}",
          "/a/1/b~0~1"};
  }
}

std::string expected_row(const SmallJson& record) {
  const auto column = [&](const std::string& name) {
    const SmallJson* value = nullptr;
    for (size_t i = 0; i < record.keys.size(); ++i)
      if (record.keys[i] == name) value = &record.items[i];
    return value == nullptr || value->kind == SmallJson::null ? name + ":null" : name + ":'" + value->raw + "'";
  };
  return "{" + column("k") + "," + column("l") + "}";
}

bool has_twins(const SmallJson& record) {
  for (const std::string name : {"k", "l"})
    if (std::count(record.keys.begin(), record.keys.end(), name) > 1) return true;
  return false;
}

/// What the plain parser makes of a text without a pointer: its good records before the first that is none.
struct Expected {
  std::vector<std::string> rows;
  bool is_good = false;
};

bool take_record(SmallJsonParser& parser, Expected& expected) {
  const std::optional<SmallJson> record = parser.next();
  if (!record || record->kind != SmallJson::object || has_twins(*record)) return false;
  expected.rows.push_back(expected_row(*record));
  return true;
}

bool take_array(SmallJsonParser& parser, Expected& expected) {
  if (!parser.take_mark('[')) return false;
  if (parser.take_mark(']')) return true;
  do {
    if (!take_record(parser, expected)) return false;
  } while (parser.take_mark(','));
  return parser.take_mark(']');
}

Expected expected_of(const std::string& text) {
  Expected expected;
  SmallJsonParser parser(text);
  const bool is_array = parser.is_at('[');
  while (!parser.at_end())
    if (!(is_array ? take_array(parser, expected) : take_record(parser, expected))) return expected;
  expected.is_good = true;
  return expected;
}

JsonOutcome read_in_all_blocks(const Shaped& shaped, bool keep_rejects = false) {
  JsonOutcome first;
  for (const uint64_t bytes : kBlockSizes) {
    JsonOutcome outcome =
        read_json(shaped.text, {.pointer = shaped.pointer, .block_bytes = bytes, .keep_rejects = keep_rejects});
    EXPECT_TRUE(bytes == kBlockSizes[0] || outcome.text() == first.text())
        << "blocks of " << bytes << ": " << outcome.text() << "\nblocks of 1: " << first.text();
    if (bytes == kBlockSizes[0]) first = std::move(outcome);
  }
  return first;
}

std::string joined(const std::vector<std::string>& rows) {
  std::string text;
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

std::vector<std::string> random_records(Dice& dice) {
  std::vector<std::string> records;
  for (size_t i = dice.below(6); i > 0; --i) records.push_back(random_record(dice));
  return records;
}

TEST(JsonRandom, RecordsArriveInEveryShape) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 150; ++seed) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    const std::vector<std::string> records = random_records(dice);
    std::vector<std::string> rows;
    for (const std::string& record : records) rows.push_back(expected_row(SmallJsonParser::parse(record).value()));
    const Shaped shaped = random_shape(dice, records);
    SCOPED_TRACE(shaped.text);
    const JsonOutcome outcome = read_in_all_blocks(shaped);
    ASSERT_FALSE(outcome.fault) << outcome.text();
    ASSERT_EQ(joined(outcome.rows), joined(rows));
  }
}

// Any number of values, one behind the other.
bool is_json(const std::string& text) {
  SmallJsonParser parser(text);
  while (!parser.at_end())
    if (!parser.next()) return false;
  return true;
}

std::string damaged(Dice& dice, std::string text) {
  static constexpr char kBytes[] =
      "{}[]\",:\\ \n0e-n\xC3\x01"
      "a";
  for (size_t i = 1 + dice.below(2); i > 0 && !text.empty(); --i) {
    const size_t at = dice.below(text.size());
    const char byte = kBytes[dice.below(sizeof kBytes - 1)];
    switch (dice.below(4)) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      case 2: text.resize(at); break;
      default: text.erase(at, 1 + dice.below(3));
    }
  }
  return text;
}

TEST(JsonRandom, DamageIsFoundInTheRightRecordWhateverTheBlocks) {
  int64_t found = 0;
  for (uint64_t seed = first_seed(); seed < first_seed() + 200; ++seed) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    Shaped shaped = random_shape(dice, random_records(dice));
    shaped.text = damaged(dice, shaped.text);
    SCOPED_TRACE(shaped.text);
    const JsonOutcome outcome = read_in_all_blocks(shaped);
    found += outcome.fault.has_value();
    read_in_all_blocks(shaped, /*keep_rejects=*/true);
    if (!shaped.pointer.empty()) {
      ASSERT_TRUE(outcome.fault || is_json(shaped.text)) << outcome.text();
      continue;
    }
    const Expected expected = expected_of(shaped.text);
    ASSERT_EQ(!outcome.fault, expected.is_good) << outcome.text();
    if (outcome.fault) {
      ASSERT_EQ(outcome.fault->record, static_cast<int64_t>(expected.rows.size())) << outcome.text();
    } else {
      ASSERT_EQ(joined(outcome.rows), joined(expected.rows));
    }
  }
  EXPECT_GT(found, 50);
}

}  // namespace
}  // namespace sluice::json_random_test
