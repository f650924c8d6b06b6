// Random CSV against a small parser that goes from character to character: every value arrives as it was written, what
// is bad is left out and told, and nothing depends on threads or blocks. SLUICE_SEED starts elsewhere.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/utf8.h"
#include "sources/csv_text.h"

namespace sluice::csv_random_test {
namespace {

using test::CsvReading;
using test::deliver_csv;
using test::DeliveredCsv;
using test::SmallCsv;
using test::SmallCsvRecord;

uint64_t first_seed() {
  const char* given = std::getenv("SLUICE_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t below(size_t count) { return engine_() % count; }
  bool one_in(size_t count) { return below(count) == 0; }
  const std::string& of(const std::vector<std::string>& choices) { return choices[below(choices.size())]; }

 private:
  std::mt19937_64 engine_;
};

const std::vector<std::string> kParts = {"a",    "xyz", "0",    "1",  "12.5", "-7",  "\xC3\xA9",  "\xF0\x9F\x98\x80",
                                         "true", " ",   "NULL", "\\", "'",    "0.1", "2024-02-29"};

// A field as it may stand there; what `wildness` adds is not always good.
std::string random_field(Dice& dice, char delimiter, size_t wildness) {
  std::string text;
  if (dice.one_in(6)) return text;
  const size_t parts = dice.one_in(30) ? dice.below(200) : 1 + dice.below(3);
  const bool quoted = dice.one_in(3);
  if (quoted) text += '"';
  for (size_t i = 0; i < parts; ++i) {
    text += dice.of(kParts);
    if (quoted && dice.one_in(3)) text += dice.of({"\"\"", "\n", "\r\n", "\r", std::string(1, delimiter), "\"\"\"\""});
    if (wildness > 0 && dice.one_in(wildness)) text += dice.of({"\"", "\r", "\xFF", "\"\"", std::string(1, delimiter)});
  }
  if (quoted) text += '"';
  if (quoted && dice.one_in(20)) return "\"\"";
  return text;
}

struct Drawn {
  std::string text;
  char delimiter = ',';
  size_t columns = 1;
};

Drawn random_csv(Dice& dice, size_t wildness) {
  Drawn drawn{.text = dice.one_in(4) ? "\xEF\xBB\xBF" : "",
              .delimiter = ",;\t|"[dice.below(4)],
              .columns = dice.one_in(4) ? 1 : 1 + dice.below(6)};
  const size_t records = dice.below(40);
  const bool last_line_end = !dice.one_in(3);
  for (size_t record = 0; record <= records; ++record) {
    for (size_t i = 0; i < drawn.columns; ++i) {
      if (i > 0) drawn.text += drawn.delimiter;
      drawn.text += record == 0 ? "c" + std::to_string(i) : random_field(dice, drawn.delimiter, wildness);
    }
    if (record < records || last_line_end) drawn.text += dice.one_in(2) ? "\n" : "\r\n";
    if (record < records && dice.one_in(10)) drawn.text += dice.one_in(2) ? "\n" : "\r\n";
  }
  return drawn;
}

// What is to come of the text when every column is a string and bad records are left out.
struct Expected {
  std::vector<std::string> rows;
  std::vector<std::string> bad_texts;
};

Expected expected_of(const Drawn& drawn) {
  const SmallCsv parsed = test::parse_small_csv(drawn.text, drawn.delimiter, '"');
  Expected expected{.rows = {}, .bad_texts = {}};
  for (size_t r = 1; r < parsed.records.size(); ++r) {
    const SmallCsvRecord& record = parsed.records[r];
    if (record.raw.empty() && drawn.columns > 1) continue;
    if (record.bad || record.fields.size() != drawn.columns || !is_utf8(record.raw)) {
      expected.bad_texts.push_back(record.raw);
      continue;
    }
    std::string row = "{";
    for (size_t i = 0; i < drawn.columns; ++i) {
      const bool is_null = record.fields[i].text.empty() && !record.fields[i].quoted;
      row += (i > 0 ? ",c" : "c") + std::to_string(i) + ":" + (is_null ? "null" : "'" + record.fields[i].text + "'");
    }
    expected.rows.push_back(row + "}");
  }
  return expected;
}

CsvReading reading_of(const Drawn& drawn, uint64_t block_bytes, unsigned threads) {
  CsvReading how = test::skipping();
  how.reading.block_bytes = block_bytes;
  how.reading.threads = threads;
  how.csv.delimiter = drawn.delimiter;
  return how;
}

Schema all_strings(size_t columns) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns; ++i) fields.push_back({"c" + std::to_string(i), string()});
  return Schema(std::move(fields));
}

void expect_as_parsed(const Drawn& drawn, const CsvReading& how) {
  const Expected expected = expected_of(drawn);
  const DeliveredCsv all = deliver_csv(drawn.text, how);
  ASSERT_FALSE(all.error) << all.error->what();
  ASSERT_EQ(all.rows, expected.rows);
  ASSERT_EQ(all.bad_texts, expected.bad_texts);
}

constexpr uint64_t kBlockSizes[] = {1, 7, 64, 4096, 1_MiB};

TEST(CsvRandom, TextsArriveAsTheyWereWrittenInBlocksOfEverySize) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 100; ++seed) {
    Dice dice(seed);
    const Drawn drawn = random_csv(dice, 0);
    for (const uint64_t block_bytes : kBlockSizes) {
      SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed) + ", blocks of " + std::to_string(block_bytes));
      CsvReading how = reading_of(drawn, block_bytes, 1);
      how.reading.options.schema = all_strings(drawn.columns);
      ASSERT_NO_FATAL_FAILURE(expect_as_parsed(drawn, how)) << drawn.text;
      ASSERT_EQ(expected_of(drawn).bad_texts.size(), 0u);
    }
  }
}

TEST(CsvRandom, BadRecordsAreTheSameInBlocksOfEverySize) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 100; ++seed) {
    Dice dice(seed);
    const Drawn drawn = random_csv(dice, 1 + dice.below(40));
    for (const uint64_t block_bytes : kBlockSizes) {
      SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed) + ", blocks of " + std::to_string(block_bytes));
      CsvReading how = reading_of(drawn, block_bytes, 1);
      how.reading.options.schema = all_strings(drawn.columns);
      ASSERT_NO_FATAL_FAILURE(expect_as_parsed(drawn, how)) << drawn.text;
    }
  }
}

// Whatever was inferred, the values say the same as the text: read once more as text, and compared by their type.
TEST(CsvRandom, InferredColumnsDependOnNothingButTheText) {
  for (uint64_t seed = first_seed(); seed < first_seed() + 40; ++seed) {
    Dice dice(seed);
    const Drawn drawn = random_csv(dice, dice.one_in(2) ? 0 : 20);
    const DeliveredCsv whole = deliver_csv(drawn.text, reading_of(drawn, 1_MiB, 1));
    for (const uint64_t block_bytes : kBlockSizes) {
      SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed) + ", blocks of " + std::to_string(block_bytes));
      const DeliveredCsv all = deliver_csv(drawn.text, reading_of(drawn, block_bytes, 1 + dice.below(3)));
      ASSERT_EQ(all.error.has_value(), whole.error.has_value());
      if (all.error) {
        ASSERT_STREQ(std::string(all.error->what()).substr(26).c_str(),
                     std::string(whole.error->what()).substr(26).c_str());
      }
      ASSERT_EQ(to_text(all.schema), to_text(whole.schema));
      ASSERT_EQ(all.rows, whole.rows);
      ASSERT_EQ(all.bad_texts, whole.bad_texts);
    }
  }
}

}  // namespace
}  // namespace sluice::csv_random_test
