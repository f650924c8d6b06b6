#include "columns/text_folder.h"

#include <gtest/gtest.h>

#include <numeric>

#include "columns/dictionary_form.h"
#include "sluice/batch.h"
#include "support/draw.h"
#include "support/make_columns.h"

namespace sluice::text_folder_test {
namespace {

using namespace test;

/// The rows of all pieces, one behind the other.
std::vector<uint32_t> all_places(const std::vector<Column>& pieces) {
  size_t rows = 0;
  for (const Column& piece : pieces) rows += static_cast<size_t>(piece.length);
  std::vector<uint32_t> places(rows);
  std::iota(places.begin(), places.end(), 0);
  return places;
}

std::optional<Column> fold(TextFolder& folder, const std::vector<Column>& columns,
                           const std::vector<uint32_t>& places) {
  std::vector<ScatterPiece> pieces;
  size_t begin = 0;
  for (const Column& column : columns) {
    pieces.push_back({&column, std::span(places).subspan(begin, static_cast<size_t>(column.length))});
    begin += static_cast<size_t>(column.length);
  }
  return folder.scatter(pieces, *std::make_shared<BufferPool>(1 << 20));
}

// Batch after batch, in any order and in either form: the texts of the places.
TEST(TextFolder, PutsEachTextAtItsPlace) {
  constexpr uint64_t kSeed = 68;
  for (uint64_t i = 0; i < 50; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    TextFolder folder(string(), 1 << 20);
    for (int round = 0; round < 3; ++round) {
      std::vector<Column> pieces;
      for (int64_t piece = draw.between(1, 4); piece > 0; --piece) {
        std::vector<std::optional<std::string>> texts;
        for (int64_t row = draw.between(0, 50); row > 0; --row) {
          texts.emplace_back(std::string(draw.below(20), 'a') + std::to_string(draw.below(9)));
          if (draw.chance(10)) texts.back().reset();
        }
        pieces.push_back(make_text(string(), texts));
        if (draw.chance(50)) pieces.back() = pieces.back().slice(texts.size() / 3, texts.size() / 2);
      }
      std::vector<uint32_t> places = all_places(pieces);
      for (size_t at = places.size(); at > 1; --at) std::swap(places[at - 1], places[draw.below(at)]);
      std::vector<std::string> expected(places.size());
      size_t row_of_all = 0;
      for (const Column& piece : pieces)
        for (int64_t row = 0; row < piece.length; ++row) expected[places[row_of_all++]] = show(piece, row);
      const std::optional<Column> folded = fold(folder, pieces, places);
      ASSERT_TRUE(folded);
      ASSERT_TRUE(folded->dictionary);
      EXPECT_EQ(show_all(*folded), expected);
      EXPECT_EQ(show_all(unfold(*folded)), expected);
      const auto schema = std::make_shared<const Schema>(Schema{{"c", string()}});
      EXPECT_NO_THROW(Batch(schema, {*folded}, folded->length));
      // Texts that have come since do not move those that were there.
      Column later = *folded;
      later.dictionary = folder.entries();
      EXPECT_EQ(show_all(later), expected);
    }
  }
}

TEST(TextFolder, OnlyNullsHaveNoText) {
  TextFolder folder(string(), 1 << 20);
  const std::vector<Column> pieces{make_text(string(), {std::nullopt, std::nullopt})};
  const std::optional<Column> folded = fold(folder, pieces, all_places(pieces));
  ASSERT_TRUE(folded);
  EXPECT_EQ(show_all(*folded), (std::vector<std::string>{"null", "null"}));
  EXPECT_EQ(folder.entries()->length, 0);
}

TEST(TextFolder, GivesUpForGoodWhereTextsAreMany) {
  std::vector<std::optional<std::string>> texts;
  for (int i = 0; i < 5'000; ++i) texts.emplace_back(std::to_string(i));
  const std::vector<Column> many{make_text(string(), texts)};
  const std::vector<Column> few{make_text(string(), {"a", "b"})};
  for (const uint64_t memory : {uint64_t{1} << 20, uint64_t{100}}) {
    TextFolder folder(string(), memory);
    EXPECT_FALSE(fold(folder, many, all_places(many)));
    EXPECT_FALSE(fold(folder, few, all_places(few)));
  }
  TextFolder of_few(string(), 1 << 20);
  const std::vector<Column> repeated(10, make_text(string(), {texts.begin(), texts.begin() + 500}));
  EXPECT_TRUE(fold(of_few, repeated, all_places(repeated)));
}

}  // namespace
}  // namespace sluice::text_folder_test
