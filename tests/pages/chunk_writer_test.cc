#include "pages/chunk_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "pages/one_column.h"
#include "sluice/error.h"
#include "support/make_columns.h"
#include "support/random_table.h"

namespace sluice::chunk_writer_test {
namespace {

using namespace test;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<size_t> pages_of(const std::string& schema, const Column& column, ChunkOptions options) {
  OneColumn one(schema, options);
  one.append(column);
  return rows_of_pages(one.finish());
}

// --- where pages end

TEST(ChunkWriter, PagesEndAfterTheirRows) {
  EXPECT_THAT(pages_of("a int64", counted(0, 25), options_of(kPlenty, 10, 0)), ElementsAre(10, 10, 5));
  EXPECT_THAT(pages_of("a int64", counted(0, 20), options_of(kPlenty, 10, 0)), ElementsAre(10, 10));
  EXPECT_THAT(pages_of("a int64", counted(0, 3), options_of(kPlenty, 1, 0)), ElementsAre(1, 1, 1));
  EXPECT_THAT(pages_of("a int64", counted(0, 1), options_of(kPlenty, 1, 0)), ElementsAre(1));
}

TEST(ChunkWriter, PagesEndBeforeTheirBytes) {
  EXPECT_THAT(pages_of("a int64 not null", counted(0, 25), options_of(80, 1000, 0)), ElementsAre(10, 10, 5));
  EXPECT_THAT(pages_of("a int64 not null", counted(0, 25), options_of(79, 1000, 0)), ElementsAre(9, 9, 7));
  EXPECT_THAT(pages_of("a int64 not null", counted(0, 25), options_of(87, 1000, 0)), ElementsAre(10, 10, 5));
  EXPECT_THAT(pages_of("a int64 not null", counted(0, 3), options_of(1, 1000, 0)), ElementsAre(1, 1, 1));
}

TEST(ChunkWriter, TheDictionaryDoesNotMoveTheCuts) {
  const auto pages = [](uint64_t dictionary_bytes) {
    return pages_of("a int64", counted(0, 1000, 3), options_of(800, 1000, dictionary_bytes));
  };
  EXPECT_EQ(pages(0), pages(kPlenty));
  EXPECT_THAT(pages(kPlenty), Each(100));
}

TEST(ChunkWriter, ALargeRecordHasAPageOfItsOwn) {
  // A text counts as its bytes and four.
  EXPECT_THAT(pages_of("a string", texts({6, 6, 100, 6, 6, 6}), options_of(20, 1000, 0)), ElementsAre(2, 1, 2, 1));
  EXPECT_THAT(pages_of("a string", texts({100, 100}), options_of(20, 1000, 0)), ElementsAre(1, 1));
  EXPECT_THAT(pages_of("a string", texts({100, 0, 0, 0}), options_of(10, 1000, 0)), ElementsAre(1, 2, 1));
  EXPECT_THAT(pages_of("a string", texts({16, 16}), options_of(20, 1000, 0)), ElementsAre(1, 1));
  EXPECT_THAT(pages_of("a string", texts({6, 6, 0}), options_of(20, 1000, 0)), ElementsAre(2, 1));
}

TEST(ChunkWriter, RecordsOfListsAreNotCut) {
  // A slot counts as one byte, a value as eight and its slot.
  const Column column = make_list({"element", int64(), false}, counted(0, 13), {2, 0, 9, 1, std::nullopt, 1});
  const std::string schema = "a list<int64 not null>";
  EXPECT_THAT(pages_of(schema, column, options_of(kPlenty, 2, 0)), ElementsAre(2, 2, 2));
  EXPECT_THAT(pages_of(schema, column, options_of(19, 1000, 0)), ElementsAre(2, 1, 3));
  EXPECT_THAT(pages_of(schema, column, options_of(18, 1000, 0)), ElementsAre(1, 1, 1, 2, 1));
  EXPECT_THAT(pages_of(schema, column, options_of(1, 1000, 0)), ElementsAre(1, 1, 1, 1, 1, 1));
  // Twice as many rows as a page may have was more than an int64 holds.
  EXPECT_THAT(pages_of(schema, column, options_of(kPlenty, std::numeric_limits<int64_t>::max(), 0)), ElementsAre(6));
}

// --- dictionaries

TEST(ChunkWriter, FewValuesMakeADictionary) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 1000, 7));
  const ReadChunk read = one.finish();
  EXPECT_EQ(encodings_of(read), "dddddddddd");
  EXPECT_EQ(read.dictionary.size(), 7u);
}

TEST(ChunkWriter, ZeroBytesMeanNoDictionary) {
  OneColumn one("a int64", options_of(kPlenty, 100, 0));
  one.append(counted(0, 300, 1));
  EXPECT_EQ(encodings_of(one.finish()), "ppp");
  EXPECT_TRUE(one.chunk().dictionary_page.empty());
}

TEST(ChunkWriter, FirstPageMayShowThatADictionaryDoesNotPay) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 250));
  EXPECT_EQ(encodings_of(one.finish()), "ppp");
  EXPECT_TRUE(one.chunk().dictionary_page.empty());
}

TEST(ChunkWriter, ALaterPageMayGiveTheDictionaryUp) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 200, 5));
  one.append(counted(1000, 200));
  const ReadChunk read = one.finish();
  EXPECT_EQ(encodings_of(read), "ddpp");
  EXPECT_EQ(read.dictionary.size(), 5u);  // nothing of the page that went PLAIN
}

TEST(ChunkWriter, AFullDictionaryRewritesThePageUnderWay) {
  OneColumn one("a int64", options_of(kPlenty, 1000, 80));  // ten entries
  one.append(counted(0, 2500, 10));
  one.append(counted(0, 1000, 11));  // the eleventh value comes in the middle of page 3
  const ReadChunk read = one.finish();
  EXPECT_EQ(encodings_of(read), "ddpp");
  EXPECT_EQ(read.dictionary.size(), 10u);
}

TEST(ChunkWriter, AFullDictionaryInTheFirstPageLeavesNone) {
  OneColumn one("a int64", options_of(kPlenty, 1000, 80));
  one.append(counted(0, 1500, 11));
  EXPECT_EQ(encodings_of(one.finish()), "pp");
  EXPECT_TRUE(one.chunk().dictionary_page.empty());
}

TEST(ChunkWriter, TextsFallBackLikeNumbers) {
  const auto column = [](int first, int count, int distinct) {
    std::vector<std::optional<std::string>> values;
    for (int i = first; i < first + count; ++i) values.push_back("value " + std::to_string(i % distinct));
    return make_text(string(), values);
  };
  OneColumn later("a string", options_of(kPlenty, 100, kPlenty));
  later.append(column(0, 200, 5));
  later.append(column(1000, 150, 100'000));
  const ReadChunk read = later.finish();
  EXPECT_EQ(encodings_of(read), "ddpp");
  EXPECT_EQ(read.dictionary.size(), 5u);
  OneColumn full("a string", options_of(kPlenty, 100, 5 * 11));
  full.append(column(0, 150, 5));
  full.append(column(0, 100, 6));
  EXPECT_EQ(encodings_of(full.finish()), "dpp");
}

TEST(ChunkWriter, ADictionaryThatDidNotPayIsTriedAgainEightChunksLater) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 850));
  EXPECT_EQ(encodings_of(one.finish()), "ppppppppp");
  for (int chunk = 1; chunk < 8; ++chunk) {
    one.append(counted(0, 850, 3));
    EXPECT_EQ(encodings_of(one.finish()), "ppppppppp");
  }
  one.append(counted(0, 850, 3));
  const ReadChunk read = one.finish();
  EXPECT_EQ(encodings_of(read), "ddddddddd");
  EXPECT_EQ(read.dictionary.size(), 3u);
}

// Small files have short chunks: not each of them is worth a measurement.
TEST(ChunkWriter, ShortChunksAreMeasuredByTheirPages) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 250));
  EXPECT_EQ(encodings_of(one.finish()), "ppp");
  for (int chunk = 1; chunk < 22; ++chunk) {  // 64 pages behind the one that was measured
    one.append(counted(0, 250, 3));
    EXPECT_EQ(encodings_of(one.finish()), "ppp") << chunk;
  }
  one.append(counted(0, 250, 3));
  EXPECT_EQ(encodings_of(one.finish()), "ddd");
}

TEST(ChunkWriter, DictionariesKeepBits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::optional<double>> values;
  for (int i = 0; i < 300; ++i) values.push_back(i % 3 == 0 ? nan : i % 3 == 1 ? 0.0 : -0.0);
  OneColumn one("a float64", options_of(kPlenty, 100, kPlenty));
  one.append(make_fixed(float64(), values));
  EXPECT_EQ(one.finish().dictionary.size(), 3u);  // -0 and 0 are compared as bytes by the check
}

TEST(ChunkWriter, BooleansHaveNoDictionary) {
  std::vector<std::optional<bool>> values;
  for (int i = 0; i < 300; ++i) values.push_back(i % 7 == 0 ? std::nullopt : std::optional(i % 3 == 0));
  OneColumn one("a bool", options_of(kPlenty, 100, kPlenty));
  one.append(make_bool(values).slice(3, 250));
  EXPECT_EQ(encodings_of(one.finish()), "ppp");
}

// --- what has no values

TEST(ChunkWriter, NullColumns) {
  OneColumn one("a null", options_of(kPlenty, 10, kPlenty));
  one.append(make_null(25));
  const ReadChunk read = one.finish();
  EXPECT_EQ(rows_of_pages(read), (std::vector<size_t>{10, 10, 5}));
  EXPECT_EQ(one.chunk().metadata.statistics->null_count, 25);
  ASSERT_TRUE(one.chunk().column_index);
  EXPECT_THAT(one.chunk().column_index->null_pages, Each(true));
}

TEST(ChunkWriter, AllNull) {
  for (const uint64_t dictionary_bytes : {uint64_t{0}, kPlenty}) {
    for (const std::string type : {"int64", "string", "bool", "float32", "timestamp(s)", "list<int8>"}) {
      const Schema schema = parse_schema("a " + type);
      ColumnBuilder builder(schema[0].type);
      for (int i = 0; i < 25; ++i) builder.append_null();
      OneColumn one("a " + type, options_of(kPlenty, 10, dictionary_bytes));
      one.append(builder.finish());
      EXPECT_EQ(one.finish().pages.size(), 3u) << type;
      EXPECT_FALSE(one.chunk().metadata.statistics->min_value);
      ASSERT_TRUE(one.chunk().column_index);
      EXPECT_THAT(one.chunk().column_index->null_pages, Each(true));
    }
  }
}

TEST(ChunkWriter, NoRows) {
  for (const std::string type : {"int64", "string", "bool", "null", "list<string>"}) {
    OneColumn one("a " + type, options_of(kPlenty, 10, kPlenty));
    EXPECT_TRUE(one.finish().pages.empty());
    EXPECT_EQ(one.chunk().bytes(), 0u);
    EXPECT_FALSE(one.chunk().column_index);
    EXPECT_EQ(one.writer().encoded_bytes(), 0u);
  }
}

// --- statistics

TEST(ChunkWriter, ANanTakesTheBoundsAndLeavesTheOffsets) {
  OneColumn one("a float64", options_of(kPlenty, 2, 0));
  one.append(make_fixed<double>(float64(), {1, 2, 3, std::nan(""), 5, std::nullopt}));
  EXPECT_EQ(one.finish().pages.size(), 3u);
  EXPECT_FALSE(one.chunk().column_index);
  EXPECT_EQ(one.chunk().offset_index.page_locations.size(), 3u);
  EXPECT_EQ(one.chunk().metadata.statistics->nan_count, 1);
  EXPECT_FALSE(one.chunk().metadata.statistics->min_value);
  one.append(make_fixed<double>(float64(), {1}));
  one.finish();
  EXPECT_TRUE(one.chunk().column_index);
}

TEST(ChunkWriter, CutTextIsFlagged) {
  OneColumn one("a string", options_of(kPlenty, 10, 0));
  one.append(make_text(string(), {std::string(100, 'a'), "m", std::string(100, 'z')}));
  one.finish();
  const Statistics& statistics = *one.chunk().metadata.statistics;
  EXPECT_EQ(statistics.min_value, std::string(64, 'a'));
  EXPECT_EQ(statistics.max_value, std::string(63, 'z') + "{");
  EXPECT_EQ(statistics.is_min_value_exact, false);
  EXPECT_EQ(statistics.is_max_value_exact, false);
}

TEST(ChunkWriter, BinaryIsCutAnywhereTextBetweenLetters) {
  const std::string value = std::string(63, 'a') + "\xc3\xa9";
  for (const bool is_text : {false, true}) {
    OneColumn one(is_text ? "a string" : "a binary", options_of(kPlenty, 10, 0));
    one.append(make_text(is_text ? string() : binary(), {value}));
    one.finish();
    EXPECT_EQ(one.chunk().metadata.statistics->min_value, value.substr(0, is_text ? 63 : 64));
    EXPECT_EQ(one.chunk().metadata.statistics->max_value,
              is_text ? std::string(62, 'a') + "b" : std::string(63, 'a') + "\xc4");
  }
}

// A dictionary knows a value from its first page on: each page must bound it anew.
TEST(ChunkWriter, EachPageHasBoundsOfItsOwnBehindADictionary) {
  OneColumn one("a string", options_of(kPlenty, 4, kPlenty));
  one.append(make_text(string(), {"a", "m", "a", "m", "m", "m", "m", "m", "a", "a", "a", "a"}));
  EXPECT_EQ(encodings_of(one.finish()), "ddd");
  ASSERT_TRUE(one.chunk().column_index);
  EXPECT_THAT(one.chunk().column_index->min_values, ElementsAre("a", "m", "a"));
  EXPECT_THAT(one.chunk().column_index->max_values, ElementsAre("m", "m", "a"));
}

TEST(ChunkWriter, SecondsBeyondMilliseconds) {
  constexpr int64_t kMost = INT64_MAX / 1000;
  OneColumn fits("at timestamp(s)", options_of(kPlenty, 10, 0));
  fits.append(make_fixed<int64_t>(timestamp(TimeUnit::second), {kMost, -kMost, 0, std::nullopt}));
  fits.finish();
  for (const int64_t value : {kMost + 1, -kMost - 1, INT64_MAX, INT64_MIN}) {
    OneColumn one("at timestamp(s)", options_of(kPlenty, 10, kPlenty));
    try {
      one.append(make_fixed<int64_t>(timestamp(TimeUnit::second), {0, value}));
      ADD_FAILURE() << value << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_THAT(error.what(), HasSubstr("column at"));
      EXPECT_EQ(error.place().field, "at");
    }
  }
  // What stands under a null does not count.
  Column hidden = make_fixed<int64_t>(timestamp(TimeUnit::second), {1, INT64_MAX, 2});
  set_validity(hidden, {true, false, true});
  OneColumn null("at timestamp(s)", options_of(kPlenty, 10, 0));
  null.append(hidden);
  null.finish();
}

TEST(ChunkWriter, PlacingMovesEveryOffsetOnce) {
  OneColumn one("a int64", options_of(kPlenty, 100, kPlenty));
  one.append(counted(0, 250, 3));
  one.finish();
  FinishedChunk chunk = one.writer().finish();
  one.append(counted(0, 250, 3));
  chunk = one.writer().finish();
  const FinishedChunk& before = one.chunk();
  chunk.place_at(1'000'000);
  EXPECT_EQ(chunk.metadata.dictionary_page_offset, 1'000'000);
  const auto first = static_cast<int64_t>(1'000'000 + before.dictionary_page.size());
  EXPECT_EQ(chunk.metadata.data_page_offset, first);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(chunk.offset_index.page_locations[i].offset, before.offset_index.page_locations[i].offset + first);
}

TEST(ChunkWriter, EveryCodec) {
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4}) {
    OneColumn one("a string", options_of(kPlenty, 100, kPlenty, codec));
    one.append(texts({0, 1, 100, 1'000, 100'000, 2, 2, 2}));
    one.finish();
    one.append(texts(std::vector<size_t>(1'000, 5)));
    EXPECT_EQ(rows_of_pages(one.finish()), std::vector<size_t>(10, 100)) << to_string(codec);
  }
}

// --- at random

struct RandomChunk {
  const Schema& schema;
  const Leaf& leaf;
  const Column& column;
  const std::vector<Value>& values;
  ChunkOptions options;
};

std::vector<Encoding> encodings_of(PhysicalType type) {
  switch (type) {
    case PhysicalType::boolean: return {Encoding::plain, Encoding::rle};
    case PhysicalType::int32:
    case PhysicalType::int64:
      return {Encoding::plain, Encoding::rle_dictionary, Encoding::delta_binary_packed, Encoding::byte_stream_split};
    case PhysicalType::byte_array:
      return {Encoding::plain, Encoding::rle_dictionary, Encoding::delta_length_byte_array, Encoding::delta_byte_array};
    case PhysicalType::fixed_len_byte_array:
      return {Encoding::plain, Encoding::rle_dictionary, Encoding::byte_stream_split, Encoding::delta_byte_array};
    default: return {Encoding::plain, Encoding::rle_dictionary, Encoding::byte_stream_split};
  }
}

ChunkOptions draw_options(Draw& draw, const Type& type) {
  constexpr std::array<uint64_t, 6> kPageBytes{1, 50, 500, 5'000, 50'000, kPlenty};
  constexpr std::array<uint64_t, 5> kDictionaryBytes{0, 16, 300, 3'000, kPlenty};
  constexpr std::array kCodecs{Codec::none, Codec::none, Codec::none, Codec::snappy, Codec::zstd};
  const int64_t page_rows = draw.magnitude(2'000);
  ChunkOptions options =
      options_of(draw.one_of(kPageBytes), page_rows, draw.one_of(kDictionaryBytes), draw.one_of(kCodecs));
  options.compat = draw.one_of(std::array{false, true});
  options.page = draw.one_of(std::array{PageType::data_page, PageType::data_page_v2});
  options.statistics = !draw.chance(10);
  if (draw.chance(30)) options.bloom_filter = BloomFilterOptions{.false_positive_rate = 0.05};
  if (draw.chance(20))
    options.content_cuts = ContentCutOptions{.page_bytes_min = static_cast<uint64_t>(draw.magnitude(2'000)),
                                             .page_bytes_max = 2'000 + static_cast<uint64_t>(draw.magnitude(2'000))};
  if (draw.chance(50)) return options;
  const std::vector<Encoding> possible = encodings_of(physical_type_of(type));
  options.encoding = possible[static_cast<size_t>(draw.between(0, static_cast<int64_t>(possible.size()) - 1))];
  return options;
}

// Rows [begin, end) in slices drawn at random, of the column or of a part of it.
void append_rows(Draw& draw, const RandomChunk& random, ChunkWriter& writer, int64_t begin, int64_t end) {
  const Field& field = random.schema[random.leaf.steps[0]];
  Striper striper;
  const int64_t rows_max = begin < end ? draw.magnitude(end - begin) : 0;
  while (begin < end) {
    const int64_t rows = draw.between(1, std::min(rows_max, end - begin));
    if (draw.chance(50)) {
      writer.append(striper.stripe(random.column, field, random.leaf, begin, rows));
    } else {
      writer.append(striper.stripe(random.column.slice(begin, rows), field, random.leaf, 0, rows));
    }
    begin += rows;
  }
}

class MemoryShelf final : public PageShelf {
 public:
  uint64_t put(ByteSpan bytes) override {
    bytes_.append(bytes);
    return bytes_.size() - bytes.size();
  }
  void replace(uint64_t place, ByteSpan bytes) override {
    ASSERT_LE(place + bytes.size(), bytes_.size());
    std::memcpy(bytes_.data() + place, bytes.data(), bytes.size());
  }
  void get(uint64_t place, std::span<std::byte> into) const override {
    std::memcpy(into.data(), bytes_.data() + place, into.size());
  }

 private:
  Bytes bytes_;
};

/// As if it had never been on a shelf.
FinishedChunk with_all_pages(FinishedChunk chunk) {
  PagePieces all;
  for (const ShelvedPages& pages : std::exchange(chunk.shelved_pages, {})) all.append(pages.get());
  all.append(chunk.data_pages.joined());
  chunk.data_pages = std::move(all);
  return chunk;
}

void expect_equal(const FinishedChunk& a, const FinishedChunk& b) {
  ASSERT_TRUE(a.dictionary_page.view() == b.dictionary_page.view());
  ASSERT_TRUE(a.data_pages.joined().view() == b.data_pages.joined().view());
  ASSERT_TRUE(a.metadata == b.metadata);
  ASSERT_TRUE(a.bloom_filter.view() == b.bloom_filter.view());
  ASSERT_EQ(a.headers_digest, b.headers_digest);
  ASSERT_TRUE(a.offset_index == b.offset_index);
  ASSERT_TRUE(a.column_index == b.column_index);
}

// Every page is as full as the account lets it be, and no fuller.
void expect_full_pages(const ReadChunk& read, const RandomChunk& random) {
  const std::vector<size_t> rows = rows_of_pages(read);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_LE(rows[i], static_cast<size_t>(random.options.page_rows));
    if (rows[i] == 1) continue;
    uint64_t bytes = 0;
    for (const Slot& slot : read.pages[i].slots) bytes += slot.value ? slot.value->size() : 0;
    // Numbers below 32 bits count as they are in memory.
    if (is_text_type(random.leaf.type) || stored_number(random.leaf.type, 0).size() == 8) {
      ASSERT_LE(bytes, random.options.page_bytes);
    }
  }
}

bool kind_has_bloom_filter(TypeKind kind) { return kind != TypeKind::boolean && kind != TypeKind::null; }

// Wherever finished pages waited, also if they had to be compressed after all, the chunk is the same; and also if all
// that the writer holds was elsewhere between two slices.
void expect_chunk_from_shelf(Draw& draw, const RandomChunk& random, const FinishedChunk& expected) {
  ChunkWriter writer(random.leaf, random.options);
  const auto place_of_column = std::make_shared<MemoryShelf>();
  const auto rows = static_cast<int64_t>(random.values.size());
  for (int64_t row = 0; row < rows;) {
    const int64_t end = std::min(rows, row + 1 + draw.magnitude(rows));
    append_rows(draw, random, writer, row, end);
    row = end;
    if (!draw.chance(40)) continue;
    const uint64_t encoded_bytes = writer.encoded_bytes();
    writer.relieve();
    writer.shelve(std::make_shared<MemoryShelf>());
    ASSERT_FALSE(writer.has_pages_to_shelve());
    ASSERT_EQ(writer.encoded_bytes(), encoded_bytes) << "cuts would depend on it";
    if (draw.chance(50)) continue;
    writer.park(place_of_column);
    ASSERT_EQ(writer.encoded_bytes(), encoded_bytes);
  }
  FinishedChunk chunk = writer.finish();
  ASSERT_EQ(chunk.bytes(), expected.bytes());
  ASSERT_NO_FATAL_FAILURE(expect_equal(expected, with_all_pages(std::move(chunk))));
}

void expect_chunk(Draw& draw, const RandomChunk& random) {
  const auto rows = static_cast<int64_t>(random.values.size());
  const ReferenceSlots reference = reference_slots(random.schema[random.leaf.steps[0]], random.leaf, random.values);
  ChunkWriter whole(random.leaf, random.options);
  Striper striper;
  whole.append(striper.stripe(random.column, random.schema[random.leaf.steps[0]], random.leaf, 0, rows));
  ChunkWriter sliced(random.leaf, random.options);
  append_rows(draw, random, sliced, 0, rows);
  ASSERT_EQ(whole.encoded_bytes(), sliced.encoded_bytes());
  const FinishedChunk chunk = whole.finish();
  const ReadChunk read = ChunkCheck(random.leaf, chunk, random.options.statistics).check(reference.all());
  if (!random.options.content_cuts) expect_full_pages(read, random);
  if (random.options.bloom_filter && kind_has_bloom_filter(random.leaf.type.kind())) {
    const bool any = std::any_of(read.pages.begin(), read.pages.end(), [](const ReadPage& page) {
      return std::any_of(page.slots.begin(), page.slots.end(), [](const Slot& slot) { return slot.value.has_value(); });
    });
    EXPECT_EQ(chunk.bloom_filter.empty(), !any);
  }
  ASSERT_NO_FATAL_FAILURE(expect_equal(chunk, sliced.finish()));
  expect_chunk_from_shelf(draw, random, chunk);
  // The same rows as two chunks: nothing of the first is left in the second.
  const int64_t cut = draw.between(0, rows);
  append_rows(draw, random, sliced, 0, cut);
  ChunkCheck(random.leaf, sliced.finish(), random.options.statistics).check(reference.rows(0, cut));
  append_rows(draw, random, whole, 0, cut);
  whole.finish();  // what was learned of earlier chunks is part of what a chunk depends on
  append_rows(draw, random, sliced, cut, rows);
  append_rows(draw, random, whole, cut, rows);
  const FinishedChunk second = sliced.finish();
  ASSERT_NO_FATAL_FAILURE(expect_equal(second, whole.finish()));
  ChunkCheck(random.leaf, second, random.options.statistics).check(reference.rows(cut, rows - cut));
}

// Indices that do not shrink, in pages of 87 KB, and behind the dictionary's end texts that do: all get the codec.
TEST(ChunkWriter, PagesInManyPiecesAreCompressedAfterAll) {
  std::mt19937_64 random(7);
  std::vector<std::string> words(256);
  for (std::string& word : words)
    for (int i = 0; i < 8; ++i) word.push_back(static_cast<char>('0' + random() % 64));
  std::vector<std::optional<std::string>> values;
  for (int i = 0; i < 300'000; ++i) values.emplace_back(words[random() % words.size()]);
  const ChunkOptions options = options_of(kPlenty, INT32_MAX, 8'000, Codec::snappy);
  OneColumn in_memory("a string not null", options);
  OneColumn on_shelf("a string not null", options);
  OneColumn parked("a string not null", options);
  const Column first = make_text(string(), values);
  for (OneColumn* one : {&in_memory, &on_shelf, &parked}) one->append(first);
  EXPECT_TRUE(on_shelf.writer().has_pages_to_shelve());
  on_shelf.writer().shelve(std::make_shared<MemoryShelf>());
  parked.writer().park(std::make_shared<MemoryShelf>());
  EXPECT_FALSE(parked.writer().has_pages_to_shelve());
  for (size_t i = 0; i < values.size(); ++i) values[i] = "something that comes again and again " + std::to_string(i);
  values.resize(40'000);
  const Column second = make_text(string(), values);
  for (OneColumn* one : {&in_memory, &on_shelf, &parked}) one->append(second);
  EXPECT_GE(in_memory.finish().pages.size(), 5u);
  EXPECT_EQ(in_memory.chunk().metadata.codec, CompressionCodec::snappy);
  EXPECT_GE(in_memory.chunk().data_pages.pieces().size(), 4u);
  for (OneColumn* one : {&on_shelf, &parked}) {
    one->finish();
    EXPECT_TRUE(one->chunk().shelved_pages.empty());
    ASSERT_NO_FATAL_FAILURE(expect_equal(in_memory.chunk(), one->chunk()));
  }
}

TEST(ChunkWriter, PagesDoNotDependOnSlices) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 300 && !testing::Test::HasFailure(); ++round) {
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 4, .rows_max = 2'000, .leaves_max = 3'000});
    if (table.rows == 0) continue;
    for (const Leaf& leaf : leaves_of(table.schema)) {
      const std::vector<Value>& values = table.columns[leaf.steps[0]];
      const Column column = make_column(draw, table.schema[leaf.steps[0]].type, values);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round) + ", column " + leaf.name);
      ASSERT_NO_FATAL_FAILURE(expect_chunk(draw, {table.schema, leaf, column, values, draw_options(draw, leaf.type)}));
    }
  }
}

}  // namespace
}  // namespace sluice::chunk_writer_test
