#include "sources/csv_scan.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "base/bytes.h"
#include "base/number_text.h"
#include "sources/csv_digits.h"
#include "sources/csv_fields.h"

namespace sluice::csv_scan_test {
namespace {

constexpr size_t kPadding = 64;

uint64_t first_seed() {
  const char* given = std::getenv("SLUICE_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

struct Found {
  std::vector<uint32_t> ends, lines, irregular;
  CsvState state = CsvState::field_start;
  bool operator==(const Found&) const = default;
};

// The table of csv_scan.h, one byte after the other.
Found by_table(const std::string& text, const CsvDialect& dialect, CsvState state) {
  Found found;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool outside = state != CsvState::quoted;
    const auto place = static_cast<uint32_t>(i);
    if (outside && (text[i] == dialect.delimiter || text[i] == '\n')) {
      if (text[i] == '\n') found.lines.push_back(static_cast<uint32_t>(found.ends.size()));
      found.ends.push_back(place);
    }
    if (dialect.has_quotes && text[i] == dialect.quote && state == CsvState::unquoted) found.irregular.push_back(place);
    if (outside && text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) found.irregular.push_back(place);
    state = csv_state_behind(state, text[i], dialect);
  }
  found.state = state;
  return found;
}

// In parts that end at `cuts`.
Found by_scan(const CsvScan& scan, const std::string& text, const CsvDialect& dialect, CsvState state,
              const std::vector<size_t>& cuts) {
  Bytes padded;
  padded.append(text);
  std::memset(padded.prepare(kPadding), 0, kPadding);
  CsvIndex index;
  size_t from = 0;
  for (const size_t to : cuts) {
    scan.index(padded.view().data(), from, to, dialect, state, index);
    from = to;
  }
  scan.index(padded.view().data(), from, text.size(), dialect, state, index);
  Found found{{}, index.lines, index.irregular, state};
  found.ends.assign(index.ends.begin(), index.ends.begin() + static_cast<ptrdiff_t>(index.end_count));
  return found;
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t below(size_t count) { return engine_() % count; }

  // Mostly what a scanner looks for, in one of several mixtures.
  std::string text(size_t size) {
    static const std::string kMixtures[] = {",\"\n\rx", "\"\"\"\"\",\nx",       "abcdefgh,\n",
                                            ",,,,,,\n", "aaaaaaaaaaaaaaaaaa\"", "\r\n,\"\"\xC3\xA9"};
    const std::string& letters = kMixtures[below(std::size(kMixtures))];
    std::string text;
    while (text.size() < size) text += below(20) == 0 ? static_cast<char>(below(256)) : letters[below(letters.size())];
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

// What was compiled for each kind of machine, of those that this one can run.
TEST(CsvScan, EachFindsWhatTheTableSays) {
  const CsvDialect dialects[] = {
      {}, {.delimiter = '\t', .quote = '\''}, {.delimiter = ',', .quote = 0, .has_quotes = false}};
  for (const CsvScan& scan : csv_scans()) {
    SCOPED_TRACE(scan.machine);
    for (uint64_t seed = first_seed(); seed < first_seed() + 300; ++seed) {
      SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
      Dice dice(seed);
      const std::string text = dice.text(dice.below(400));
      const CsvDialect& dialect = dialects[dice.below(std::size(dialects))];
      const auto state = static_cast<CsvState>(dice.below(4));
      const Found expected = by_table(text, dialect, state);
      ASSERT_EQ(by_scan(scan, text, dialect, state, {}), expected) << text;
      const size_t cut = dice.below(text.size() + 1);
      // A '\r' at a cut looks at the byte behind it.
      ASSERT_EQ(by_scan(scan, text, dialect, state, {cut, cut + dice.below(text.size() - cut + 1)}), expected) << text;
    }
  }
}

TEST(CsvScan, EachFindsTheLastRecord) {
  for (const CsvScan& scan : csv_scans()) {
    SCOPED_TRACE(scan.machine);
    for (uint64_t seed = first_seed(); seed < first_seed() + 300; ++seed) {
      SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
      Dice dice(seed);
      std::string text = dice.text(dice.below(400));
      const auto begin_state = static_cast<CsvState>(dice.below(4));
      const Found expected = by_table(text, {}, begin_state);
      CsvState state = begin_state;
      const size_t size = text.size();
      text += "\n";
      const size_t behind = scan.behind_last_record(text.data(), 0, size, {}, state);
      ASSERT_EQ(behind, expected.lines.empty() ? 0 : expected.ends[expected.lines.back()] + size_t{1}) << text;
      ASSERT_EQ(state, expected.state);
    }
  }
}

TEST(CsvScan, SeparatorsAtTheBordersOfWords) {
  for (size_t size = 60; size < 70; ++size) {
    const std::string text = std::string(size, 'x') + "," + std::string(size, 'y') + "\n";
    const Found found = by_scan(csv_scans().front(), text, {}, CsvState::field_start, {});
    EXPECT_EQ(found.ends, (std::vector<uint32_t>{static_cast<uint32_t>(size), static_cast<uint32_t>(2 * size + 1)}));
    EXPECT_EQ(found.lines, (std::vector<uint32_t>{1}));
  }
}

TEST(CsvDigits, AgreesWithTheGrammarOfNumbers) {
  std::mt19937_64 engine(first_seed());
  constexpr std::string_view kLetters = "0123456789012345678901234567890.-e/:";
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (size_t size = engine() % 18; text.size() < size;) text += kLetters[engine() % kLetters.size()];
    const std::string padded = text + std::string(16, static_cast<char>(engine() % 256));
    ShortNumber number;
    const bool read = read_short_number({padded.data(), text.size()}, number);
    const NumberText known = parse_number(text);
    const bool is_short = known.kind != NumberKind::invalid && text.size() <= kShortNumberBytes &&
                          text.find_first_of("-e") == std::string::npos;
    ASSERT_EQ(read, is_short) << text;
    if (!read) continue;
    std::string digits = text;
    const size_t point = text.find('.');
    if (point != std::string::npos) digits.erase(point, 1);
    ASSERT_EQ(number.digits, std::stoull(digits)) << text;
    ASSERT_EQ(number.fraction, point == std::string::npos ? 0 : text.size() - point - 1) << text;
  }
}

TEST(CsvFields, QuotesAreTakenOff) {
  const CsvFields fields({}, {});
  Bytes scratch;
  EXPECT_EQ(fields.unquoted("\"\"", scratch), "");
  EXPECT_EQ(fields.unquoted("\"a\"", scratch), "a");
  EXPECT_EQ(fields.unquoted("\"\"\"\"", scratch), "\"");
  EXPECT_EQ(fields.unquoted("\"a\"\"b\"\"\"", scratch), "a\"b\"");
  EXPECT_EQ(fields.unquoted("\"a\"b", scratch), std::nullopt);
  EXPECT_EQ(fields.unquoted("\"", scratch), std::nullopt);
  EXPECT_FALSE(fields.is_quoted(""));
  EXPECT_FALSE(CsvFields({.has_quotes = false}, {}).is_quoted("\"a\""));
}

TEST(CsvFields, NullTextsAreNullBesideEmptyOnes) {
  const std::vector<std::string> texts = {"NA", "-"};
  const CsvFields fields({}, texts);
  EXPECT_TRUE(fields.is_null(""));
  EXPECT_TRUE(fields.is_null("NA"));
  EXPECT_TRUE(fields.is_null("-"));
  EXPECT_FALSE(fields.is_null("N"));
  EXPECT_FALSE(CsvFields({}, {}).is_null("NA"));
}

}  // namespace
}  // namespace sluice::csv_scan_test
