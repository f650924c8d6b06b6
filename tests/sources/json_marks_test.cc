// JSON columns of sources are marked as checked, so the writer does not look at them again: then nothing may be in them
// that is not JSON, whatever the source is like. SLUICE_SEED starts elsewhere.
#include <gtest/gtest.h>

#include <cstdlib>

#include "columns/checked_json.h"
#include "sources/record_reader.h"
#include "sources/small_json.h"
#include "support/draw.h"

namespace sluice::json_marks_test {
namespace {

using namespace std::string_view_literals;

/// The records of a block, those that are wrong left out.
Batch read_block(const std::string& schema, std::string_view text) {
  RecordReader reader(std::make_shared<const Schema>(parse_schema(schema)), {.keep_rejects = true});
  RecordBlock block;
  block.bytes.append(text);
  block.bytes.append(std::string(kBlockPadding, '\0'));
  block.end = text.size();
  return reader.read(block).batch;
}

TEST(CheckedJson, ComesFromRecords) {
  const Batch batch = read_block("a json, b string, c struct<d json, e list<json>>, f map<string, json>",
                                 "{\"a\":{\"x\":1},\"b\":\"{\",\"c\":{\"d\":2,\"e\":[1,null,[]]},\"f\":{\"7\":8}}\n"
                                 "{\"a\":\"text\",\"b\":null}\n"
                                 "{\"a\":[1,}\n"
                                 "{\"a\":tru}\n");
  ASSERT_EQ(batch.rows(), 2);
  EXPECT_TRUE(is_checked_json(batch.column(0)));
  EXPECT_TRUE(is_checked_json(batch.slice(1, 1).column(0)));
  EXPECT_FALSE(is_checked_json(batch.column(1)));
  EXPECT_TRUE(is_checked_json(batch.column(2).children[0]));
  EXPECT_TRUE(is_checked_json(batch.column(2).children[1].children[0]));
  const Column& entries = batch.column(3).children[0];
  EXPECT_FALSE(is_checked_json(entries.children[0]));
  EXPECT_TRUE(is_checked_json(entries.children[1]));
}

TEST(CheckedJson, HoldsForRandomDamage) {
  const char* const given = std::getenv("SLUICE_SEED");
  const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed));
  const std::string good = R"({"a":[0,-1.5e+3,true,{"k":"a\"\\\u00e9\ud83d\ude00b","":[]},null,"longer text",false]})";
  constexpr std::string_view kBytes = "\"\\{}[]:,019-+.eEutfnlrs \t\r\x01\x1f\x7f\x80\xc3\xa9\xff\0"sv;
  size_t kept = 0;
  for (uint64_t i = 0; i < 3'000; ++i) {
    test::Draw draw(seed, i);
    std::string line = good;
    for (int64_t left = draw.between(1, 3); left > 0; --left) {
      const size_t at = 5 + draw.below(line.size() - 6);
      const char byte = kBytes[draw.below(kBytes.size())];
      switch (draw.below(3)) {
        case 0: line[at] = byte; break;
        case 1: line.insert(line.begin() + static_cast<ptrdiff_t>(at), byte); break;
        default: line.erase(at, 1);
      }
    }
    Batch batch;
    try {
      batch = read_block("a json", line + "\n" + good + "\n");
    } catch (const Error&) {
      continue;  // not UTF-8
    }
    if (batch.rows() == 0) continue;
    const Column& column = batch.column(0);
    ASSERT_TRUE(is_checked_json(column)) << i;
    for (int64_t row = 0; row < batch.rows(); ++row) {
      const std::string_view text =
          std::string_view(column.values.as<char>(), column.values.size())
              .substr(static_cast<size_t>(column.offsets_data()[row]),
                      static_cast<size_t>(column.offsets_data()[row + 1] - column.offsets_data()[row]));
      ASSERT_TRUE(test::SmallJsonParser::parse(text)) << i << ": " << line;
    }
    kept += batch.rows() == 2;
  }
  EXPECT_GT(kept, 100u) << "damage that leaves JSON is among it";
}

}  // namespace
}  // namespace sluice::json_marks_test
