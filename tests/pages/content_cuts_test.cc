#include "pages/content_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "columns/builder.h"
#include "columns/gather.h"
#include "support/make_columns.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::content_cuts_test {
namespace {

using namespace test;

using Rows = std::vector<int64_t>;

// Small enough that a table of some thousand rows has hundreds of pages.
constexpr ContentCutOptions kSmall{.page_bytes_min = 256, .page_bytes_max = 1'024};

Column numbers_of(const std::vector<int64_t>& values) { return make_int64({values.begin(), values.end()}); }

std::vector<int64_t> draw_numbers(Draw& draw, size_t count) {
  std::vector<int64_t> values(count);
  for (int64_t& value : values) value = static_cast<int64_t>(draw.bits());
  return values;
}

/// Rows at which pages begin, the first one left out. `splits`: the first rows of the slices behind the first.
Rows cut_rows(const Column& column, bool nullable, const Rows& splits = {}, ContentCutOptions options = kSmall,
              size_t leaf_index = 0) {
  const Field field{"a", column.type, nullable};
  const std::vector<Leaf> leaves = leaves_of(Schema{field});
  const Leaf& leaf = leaves[leaf_index];
  ContentCuts cuts(leaf, options);
  Striper striper;
  Rows rows;
  for (size_t i = 0; i <= splits.size(); ++i) {
    const int64_t begin = i == 0 ? 0 : splits[i - 1];
    const int64_t end = i == splits.size() ? column.length : splits[i];
    if (begin == end) continue;
    const LeafSlice slice = striper.stripe(column, field, leaf, begin, end - begin);
    size_t last = 0;
    for (const size_t slot : cuts.find(slice)) {
      EXPECT_TRUE(slot < slice.slots && (slot > last || last == 0));
      EXPECT_TRUE(slice.repetition == nullptr || slice.repetition[slot] == 0) << "a page begins within a record";
      last = slot;
      rows.push_back(begin + (slice.repetition == nullptr
                                  ? static_cast<int64_t>(slot)
                                  : std::count(slice.repetition, slice.repetition + slot, uint8_t{0})));
    }
  }
  return rows;
}

Rows draw_splits(Draw& draw, int64_t rows) {
  Rows splits;
  const int64_t rows_max = draw.magnitude(std::max<int64_t>(rows, 1));
  for (int64_t row = 0; (row += draw.between(1, rows_max)) < rows;) splits.push_back(row);
  return splits;
}

/// Cuts of one that the other does not have.
size_t differing(const Rows& a, const Rows& b) {
  Rows only_one;
  std::ranges::set_symmetric_difference(a, b, std::back_inserter(only_one));
  return only_one.size();
}

/// The cuts of `after`, which has `count` more rows than `before` from row `at` on, as rows of `before`.
Rows moved_back(Rows rows, int64_t at, int64_t count) {
  std::erase_if(rows, [&](int64_t row) { return row > at && row < at + count; });
  for (int64_t& row : rows)
    if (row >= at + count) row -= count;
  return rows;
}

// --- where cuts stand

// These are part of what makes files share bytes with those written before: they must not change.
TEST(ContentCuts, StayWhereTheyAre) {
  Draw draw(7);
  const std::vector<int64_t> values = draw_numbers(draw, 1'000);
  EXPECT_EQ(cut_rows(numbers_of(values), false),
            (Rows{96, 185, 227, 281, 323, 403, 488, 572, 615, 709, 758, 847, 935}));
  std::vector<std::optional<std::string>> texts;
  for (const int64_t value : values) texts.push_back(std::string(static_cast<uint64_t>(value) % 20, 'x'));
  EXPECT_EQ(cut_rows(make_text(string(), texts), true), (Rows{28,  75,  124, 172, 226, 274, 328, 348, 396, 464, 510,
                                                              554, 605, 657, 709, 750, 780, 808, 861, 897, 946, 974}));
}

TEST(ContentCuts, PagesKeepTheirSizes) {
  Draw draw(8);
  const Rows cuts = cut_rows(numbers_of(draw_numbers(draw, 100'000)), false);
  int64_t begin = 0;
  size_t full = 0;
  for (const int64_t end : cuts) {
    const auto bytes = static_cast<uint64_t>(end - begin) * 8;
    EXPECT_GE(bytes, kSmall.page_bytes_min);
    EXPECT_LE(bytes, kSmall.page_bytes_max);
    full += bytes == kSmall.page_bytes_max;
    begin = end;
  }
  // 615 bytes is what the chances make of the mean; one page in a hundred ends for its size.
  EXPECT_NEAR(800'000.0 / static_cast<double>(cuts.size()), 615, 30);
  EXPECT_LT(full * 40, cuts.size());
}

TEST(ContentCuts, ALevelUpMakesPagesSmaller) {
  Draw draw(9);
  const Column column = numbers_of(draw_numbers(draw, 50'000));
  size_t pages_before = 0;
  for (const int level : {-16, -1, 0, 1, 2, 16}) {
    ContentCutOptions options = kSmall;
    options.level = level;
    const size_t pages = cut_rows(column, false, {}, options).size();
    EXPECT_GT(pages, pages_before) << level;
    pages_before = pages;
  }
  EXPECT_EQ(pages_before, 50'000u * 8 / 256) << "every page ends where it may";
}

// The smallest options there are: every record has its page.
TEST(ContentCuts, PagesOfOneRecord) {
  const Column column = numbers_of({1, 2, 3, 4});
  EXPECT_EQ(cut_rows(column, false, {}, {.page_bytes_min = 0, .page_bytes_max = 1}), (Rows{1, 2, 3}));
  EXPECT_EQ(cut_rows(column, false, {2}, {.page_bytes_min = 0, .page_bytes_max = 1}), (Rows{1, 2, 3}));
  EXPECT_EQ(cut_rows(column, false, {}, {.page_bytes_min = 16, .page_bytes_max = 16}), (Rows{2}));
}

// Nothing tells values apart that are all alike: pages end for their size.
TEST(ContentCuts, ValuesThatAreAlikeFillPages) {
  const Rows every_128{128, 256, 384};
  EXPECT_EQ(cut_rows(numbers_of(std::vector<int64_t>(500, 5)), false), every_128);
  EXPECT_EQ(cut_rows(numbers_of(std::vector<int64_t>(500, 0)), false), every_128);
  EXPECT_EQ(cut_rows(make_null(3'000), true), (Rows{1'024, 2'048}));
  EXPECT_EQ(cut_rows(make_int64(std::vector<std::optional<int64_t>>(3'000)), true), (Rows{1'024, 2'048}));
}

TEST(ContentCuts, ARecordThatIsLargerFillsItsPage) {
  const std::string large(5'000, 'x');
  EXPECT_EQ(cut_rows(make_text(string(), {large, large, "", large, "a"}), false), (Rows{1, 2, 4}));
}

TEST(ContentCuts, RestartForgets) {
  Draw draw(10);
  const Column column = numbers_of(draw_numbers(draw, 5'000));
  const Field field{"a", int64(), false};
  const std::vector<Leaf> leaves = leaves_of(Schema{field});
  ContentCuts cuts(leaves[0], kSmall);
  Striper striper;
  const auto cut = [&] {
    const std::span<const size_t> found = cuts.find(striper.stripe(column, field, leaves[0], 0, column.length));
    return std::vector<size_t>(found.begin(), found.end());
  };
  const std::vector<size_t> first = cut();
  EXPECT_NE(cut(), first) << "a page was under way";
  cuts.restart();
  EXPECT_EQ(cut(), first);
  EXPECT_GT(first.size(), 30u);
}

// --- what they depend on

TEST(ContentCuts, DependOnTheSlotsAlone) {
  const uint64_t seed = property_seed();
  constexpr ContentCutOptions kTiny{.page_bytes_min = 32, .page_bytes_max = 128};
  size_t cuts = 0;
  for (uint64_t round = 0; round < 150; ++round) {
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 3, .rows_max = 2'000, .leaves_max = 3'000});
    for (size_t i = 0; i < table.schema.size(); ++i) {
      const Field& field = table.schema[i];
      const Column column = make_column(draw, field.type, table.columns[i]);
      for (size_t leaf = 0; leaf < leaves_of(Schema{field}).size(); ++leaf) {
        const Rows whole = cut_rows(column, field.nullable, {}, kTiny, leaf);
        ASSERT_EQ(whole, cut_rows(column, field.nullable, draw_splits(draw, table.rows), kTiny, leaf))
            << "seed " << seed << ", round " << round << ", column " << i << ", leaf " << leaf;
        cuts += whole.size();
      }
    }
  }
  EXPECT_GT(cuts, 500u) << "too few to tell anything; seed " << seed;
}

// A page of rows alone and of rows among nulls: the same values have the same cuts, in whatever form they come.
TEST(ContentCuts, NullsBeforeDoNotChangeWhatComesLater) {
  Draw draw(11);
  std::vector<std::optional<int64_t>> values(3'000);
  for (auto& value : values) value = static_cast<int64_t>(draw.bits());
  const Rows without = cut_rows(make_int64(values), true);
  std::vector<std::optional<int64_t>> with{std::nullopt};
  with.insert(with.end(), values.begin(), values.end());
  const Rows moved = moved_back(cut_rows(make_int64(with), true), 0, 1);
  EXPECT_LT(differing(without, moved), 12u);
  EXPECT_GT(without.size(), 30u);
}

TEST(ContentCuts, AreTheSameInDictionaryForm) {
  Draw draw(12);
  std::vector<std::optional<int64_t>> indices;
  std::vector<std::optional<int64_t>> numbers;
  std::vector<std::optional<std::string>> texts;
  for (int i = 0; i < 4'000; ++i) {
    indices.push_back(static_cast<int64_t>(draw.below(50)));
    numbers.push_back(*indices.back() * 1'000);
    texts.push_back(std::to_string(*numbers.back()));
    if (draw.chance(10)) indices.back() = numbers.back() = std::nullopt, texts.back() = std::nullopt;
  }
  std::vector<std::optional<int64_t>> number_entries;
  std::vector<std::optional<std::string>> text_entries;
  for (int64_t i = 0; i < 50; ++i) {
    number_entries.push_back(i * 1'000);
    text_entries.push_back(std::to_string(i * 1'000));
  }
  const auto in_dictionary = [&](Column entries) {
    Column column = from_dictionary(make_int64(indices), std::make_shared<const Column>(std::move(entries)));
    EXPECT_TRUE(column.dictionary);
    return column;
  };
  EXPECT_EQ(cut_rows(in_dictionary(make_int64(number_entries)), true), cut_rows(make_int64(numbers), true));
  EXPECT_EQ(cut_rows(in_dictionary(make_text(string(), text_entries)), true),
            cut_rows(make_text(string(), texts), true));
}

/// Every kind of reading values: of each width, bits, bytes, text, with and without nulls, in lists.
Column draw_column(Draw& draw, const Type& type, size_t rows, bool nulls) {
  ColumnBuilder builder(type);
  const auto append = [&](auto& self, ColumnBuilder& to) -> void {
    const Type& of = to.type();
    if (nulls && draw.chance(20)) return to.append_null();
    if (of.kind() == TypeKind::boolean) return to.append_bool(draw.chance(50));
    if (of.kind() == TypeKind::list) {
      for (uint64_t count = draw.below(5); count > 0; --count) self(self, to.child(0));
      return to.append_list();
    }
    if (of.kind() == TypeKind::string) {
      EXPECT_TRUE(to.append_text(std::string(draw.below(12), static_cast<char>('a' + draw.below(26)))));
      return;
    }
    std::array<uint64_t, 4> words{draw.bits(), draw.bits(), draw.bits(), draw.bits()};
    to.append_fixed(words.data());
  };
  for (size_t i = 0; i < rows; ++i) append(append, builder);
  return builder.finish();
}

/// Rows [0, at), `extra`, rows [at, end).
Column with_rows(const Column& column, const Column& extra, int64_t at) {
  const std::array<const Column*, 2> pieces{&column, &extra};
  std::vector<ValuePlace> places;
  for (int32_t row = 0; row < at; ++row) places.push_back({0, row});
  for (int32_t row = 0; row < extra.length; ++row) places.push_back({1, row});
  for (auto row = static_cast<int32_t>(at); row < column.length; ++row) places.push_back({0, row});
  uint64_t bytes_left = 1 << 30;
  return gather(pieces, places, bytes_left).value();
}

TEST(ContentCuts, RowsPutInMoveCutsNearbyAlone) {
  const uint64_t seed = property_seed();
  const std::vector<Type> types{int8(),         uint16(),  float32(), int64(),  decimal(20, 2),
                                decimal(60, 2), fixed(3),  boolean(), string(), list(int64()),
                                list(string()), float16(), fixed(8)};
  size_t moved = 0;
  size_t rounds = 0;
  for (const Type& type : types) {
    for (const bool nulls : {false, true}) {
      Draw draw(seed, rounds++);
      const Column before = draw_column(draw, type, 12'000, nulls);
      const Column extra = draw_column(draw, type, static_cast<size_t>(draw.magnitude(500)), nulls);
      const int64_t at = draw.between(0, before.length);
      const Rows cuts = cut_rows(before, true);
      const Rows cuts_with = cut_rows(with_rows(before, extra, at), true);
      EXPECT_GT(cuts.size(), 10u) << to_text(type);
      const auto is_before = [&](int64_t row) { return row < at; };
      EXPECT_EQ(std::ranges::count_if(cuts, is_before), std::ranges::count_if(cuts_with, is_before)) << to_text(type);
      moved += differing(cuts, moved_back(cuts_with, at, extra.length));
    }
  }
  // Two or three cuts here and there are usual; of 26 tables together, five on each side and table never came.
  EXPECT_LT(moved, rounds * 10) << "seed " << seed;
}

}  // namespace
}  // namespace sluice::content_cuts_test
