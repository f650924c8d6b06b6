#include "pages/value_encoder.h"

#include <gtest/gtest.h>

#include "support/draw.h"
#include "support/make_columns.h"
#include "support/slow_decoders.h"

namespace sluice::value_encoder_test {
namespace {

using namespace test;

constexpr uint64_t kPlenty = uint64_t{1} << 20;

template <typename Encoder>
void append_all(Encoder& encoder, const Column& column) {
  ASSERT_TRUE(encoder.append(column, {0, static_cast<size_t>(column.length), nullptr}));
}

std::string text_of(const RawPage& page) { return std::string(as_text(page.bytes)); }

// Only dictionary and PLAIN, and nothing compressed: sizes are what they look like.
ValueEncoderOptions options_of(uint64_t dictionary_bytes_max) {
  ValueEncoderOptions options;
  options.dictionary_bytes_max = dictionary_bytes_max;
  options.rules = {{Codec::none}, true};
  return options;
}

TEST(PageBody, LevelsStandBeforeTheBody) {
  PageBody body;
  // Up and down: the gap grows once levels do not fit, and must not be left in the page when they are short again.
  for (const size_t size : {0, 1, 63, 64, 65, 5'000, 4'999, 5'001, 6'250, 6'251, 0, 100'000, 3}) {
    const std::string levels(size, 'L');
    EXPECT_EQ(body.size(), 0u);
    EXPECT_EQ(as_text(body.with_front(as_bytes(levels))), levels) << "without a body";
    body.clear();
    body.bytes().append(std::string_view("body"));
    EXPECT_EQ(body.size(), 4u);
    EXPECT_EQ(as_text(body.with_front(as_bytes(levels))), levels + "body");
    EXPECT_EQ(body.size(), 4u);
    body.clear();
  }
}

TEST(NumberEncoder, PlainIsLittleEndianBehindLevels) {
  NumberEncoder<int16_t, int32_t> encoder(options_of(0));
  append_all(encoder, make_fixed<int16_t>(int16(), {1, -2}));
  EXPECT_EQ(encoder.pending_bytes(), 8u);
  const RawPage page = encoder.finish_page(as_bytes("LV"));
  EXPECT_EQ(page.encoding, Encoding::plain);
  EXPECT_EQ(text_of(page), std::string("LV\1\0\0\0\xfe\xff\xff\xff", 10));
  EXPECT_EQ(encoder.pending_bytes(), 0u);
}

TEST(NumberEncoder, UnsignedAreWidenedWithZeros) {
  NumberEncoder<uint8_t, uint32_t> encoder(options_of(0));
  append_all(encoder, make_fixed<uint8_t>(uint8(), {255}));
  EXPECT_EQ(text_of(encoder.finish_page({})), std::string("\xff\0\0\0", 4));
}

TEST(NumberEncoder, TakesOnlyWhatIsSelected) {
  const Column column = make_int64({0, 1, 2, 3, 4, 5, 6, 7}).slice(1, 7);
  const int32_t positions[] = {0, 2, 6};
  NumberEncoder<int64_t, int64_t> encoder(options_of(0));
  ASSERT_TRUE(encoder.append(column, {0, 3, positions}));
  ASSERT_TRUE(encoder.append(column, {3, 2, nullptr}));
  ASSERT_TRUE(encoder.append(column, {5, 0, nullptr}));
  const std::string page = text_of(encoder.finish_page({}));
  ASSERT_EQ(page.size(), 40u);
  for (const auto& [index, value] : {std::pair{0, 1}, {1, 3}, {2, 7}, {3, 4}, {4, 5}})
    EXPECT_EQ(load<int64_t>(page.data() + index * 8), value);
}

// Width of the indices, then the hybrid. A dictionary of one entry has a width of 1.
TEST(NumberEncoder, IndicesHaveTheWidthOfTheDictionarySoFar) {
  NumberEncoder<int64_t, int64_t> encoder(options_of(kPlenty));
  for (const int distinct : {1, 2, 3, 4, 5, 8, 9, 16, 17}) {
    std::vector<std::optional<int64_t>> values;
    for (int i = 0; i < 400; ++i) values.push_back(i % distinct);
    append_all(encoder, make_int64(values));
    const RawPage page = encoder.finish_page({});
    ASSERT_EQ(page.encoding, Encoding::rle_dictionary);
    const int width = std::to_integer<int>(page.bytes[0]);
    EXPECT_EQ(width, distinct == 1 ? 1 : std::bit_width(static_cast<unsigned>(distinct - 1))) << distinct;
    const std::vector<uint32_t> indices = slow_hybrid(page.bytes.subspan(1), width).values;
    for (int i = 0; i < 400; ++i) ASSERT_EQ(indices[static_cast<size_t>(i)], static_cast<uint32_t>(i % distinct));
  }
  const std::optional<DictionaryPage> dictionary = encoder.finish_dictionary();
  ASSERT_TRUE(dictionary);
  EXPECT_EQ(dictionary->entries, 17u);
  EXPECT_EQ(dictionary->body.size(), 17u * 8);
}

TEST(NumberEncoder, DictionaryOfAnUnfinishedPageIsNoDictionary) {
  NumberEncoder<int64_t, int64_t> encoder(options_of(16));
  append_all(encoder, make_int64({1, 1, 2, 2}));
  EXPECT_EQ(encoder.dictionary_entries().size(), 16u);
  append_all(encoder, make_int64({3}));  // full: all five go on in PLAIN
  EXPECT_EQ(encoder.dictionary_entries().size(), 0u);
  EXPECT_EQ(encoder.pending_bytes(), 40u);
  EXPECT_EQ(encoder.finish_page({}).encoding, Encoding::plain);
  EXPECT_FALSE(encoder.finish_dictionary());
}

TEST(NumberEncoder, RefusesWhatDoesNotFitTheUnit) {
  NumberEncoder<int64_t, int64_t> encoder({.unit_factor = 1'000});
  append_all(encoder, make_int64({INT64_MAX / 1'000, INT64_MIN / 1'000}));
  const Column too_large = make_int64({INT64_MAX / 1'000 + 1});
  EXPECT_FALSE(encoder.append(too_large, {0, 1, nullptr}));
  const Column too_small = make_int64({INT64_MIN / 1'000 - 1});
  EXPECT_FALSE(encoder.append(too_small, {0, 1, nullptr}));
}

TEST(BooleanEncoder, PacksAcrossAppends) {
  BooleanEncoder encoder({});
  std::string expected;
  for (int page = 0; page < 3; ++page) {
    std::vector<bool> bits;
    for (size_t count = 0; count <= 20; ++count) {
      std::vector<std::optional<bool>> values;
      for (size_t i = 0; i < count; ++i) values.push_back((count + i) % 3 == 0);
      for (const auto& value : values) bits.push_back(*value);
      append_all(encoder, make_bool(values));
    }
    const RawPage raw = encoder.finish_page({});
    ASSERT_EQ(raw.bytes.size(), (bits.size() + 7) / 8);
    for (size_t i = 0; i < bits.size(); ++i) ASSERT_EQ(slow_bit(raw.bytes, i), bits[i]) << page << " " << i;
  }
}

TEST(TextEncoder, PlainIsLengthAndBytes) {
  TextEncoder encoder({});
  append_all(encoder, make_text(string(), {"ab", "", "c"}));
  EXPECT_EQ(encoder.pending_bytes(), 15u);
  EXPECT_EQ(text_of(encoder.finish_page(as_bytes("LV"))), std::string("LV\2\0\0\0ab\0\0\0\0\1\0\0\0c", 17));
}

TEST(TextEncoder, CountsTheBytesOfEachPage) {
  for (const uint64_t dictionary_bytes : {uint64_t{0}, uint64_t{12}, kPlenty}) {
    TextEncoder encoder(options_of(dictionary_bytes));
    append_all(encoder, make_text(string(), {"abc", "abc", "", "defg"}));
    encoder.finish_page({});
    EXPECT_EQ(encoder.take_text_bytes(), 10);
    append_all(encoder, make_text(string(), {"abc"}));
    encoder.finish_page({});
    EXPECT_EQ(encoder.take_text_bytes(), 3);
    encoder.finish_page({});
    EXPECT_EQ(encoder.take_text_bytes(), 0);
  }
}

// A dictionary on probation: when it has an eighth of its entries, enough of the values must have come again. Ever new
// ones filled 131,072 entries, and a hash table of four megabytes, before the page ended and they were all unfolded.
constexpr size_t kEighth = kPlenty / 8 / sizeof(int64_t);

/// `count` values, each of `distinct` as likely as any other.
std::vector<std::optional<int64_t>> drawn(size_t count, uint64_t distinct) {
  Draw draw(20'261'122, distinct);
  std::vector<std::optional<int64_t>> values(count);
  for (auto& value : values) value = 1'000'003 * static_cast<int64_t>(draw.below(distinct));
  return values;
}

size_t entries_of(const std::vector<std::optional<int64_t>>& values, const ValueEncoderOptions& options) {
  NumberEncoder<int64_t, int64_t> encoder(options);
  append_all(encoder, make_int64(values));
  const size_t entries = encoder.dictionary_entries().size() / sizeof(int64_t);
  const RawPage page = encoder.finish_page({});
  if (entries == 0) {
    EXPECT_EQ(page.bytes.size(), values.size() * sizeof(int64_t));
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(load<int64_t>(page.bytes.data() + i * sizeof(int64_t)), *values[i]) << i;
  }
  return entries;
}

TEST(Probation, EverNewNumbersEndTheDictionaryEarly) {
  std::vector<std::optional<int64_t>> values;
  for (size_t i = 0; i < kEighth; ++i) values.push_back(static_cast<int64_t>(i));
  EXPECT_EQ(entries_of(values, options_of(kPlenty)), kEighth) << "nobody has asked yet";
  values.push_back(-1);
  EXPECT_EQ(entries_of(values, options_of(kPlenty)), 0u);
  EXPECT_EQ(entries_of(drawn(20'000, uint64_t{1} << 40), options_of(kPlenty)), 0u);
}

TEST(Probation, AsManyNumbersAsThereIsRoomForPass) {
  EXPECT_GT(entries_of(drawn(20'000, kPlenty / sizeof(int64_t)), options_of(kPlenty)), kEighth);
}

TEST(Probation, FewEntriesDoNotTell) { EXPECT_EQ(entries_of(drawn(100, uint64_t{1} << 40), options_of(1'600)), 100u); }

TEST(Probation, ADictionaryThatWasAskedForStays) {
  ValueEncoderOptions options = options_of(kPlenty);
  options.rules.requested = Encoding::rle_dictionary;
  EXPECT_EQ(entries_of(drawn(20'000, uint64_t{1} << 40), options), 20'000u);
}

TEST(Probation, EndsWithTheFirstPage) {
  NumberEncoder<int64_t, int64_t> encoder(options_of(kPlenty));
  append_all(encoder, make_int64(drawn(2'000, 10)));
  EXPECT_EQ(encoder.finish_page({}).encoding, Encoding::rle_dictionary);
  append_all(encoder, make_int64(drawn(20'000, uint64_t{1} << 40)));
  EXPECT_GT(encoder.dictionary_entries().size(), 20'000u * sizeof(int64_t)) << "the end of the page will tell";
}

// Many devices that report in turn: none comes again within an eighth, and all of them within the page.
TEST(Probation, ValuesThatGoRoundHaveADictionary) {
  std::vector<std::optional<int64_t>> ids;
  std::vector<std::optional<std::string>> texts;
  for (int64_t i = 0; i < 100'000; ++i) {
    ids.push_back(i % 20'000 * 1'000'003);
    texts.push_back("device " + std::to_string(i % 20'000 * 7'919));
  }
  NumberEncoder<int64_t, int64_t> numbers(options_of(kPlenty));
  append_all(numbers, make_int64(ids));
  EXPECT_TRUE(numbers.dictionary_entries().empty());
  EXPECT_EQ(numbers.finish_page({}).encoding, Encoding::rle_dictionary);
  const std::optional<DictionaryPage> entries = numbers.finish_dictionary();
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->entries, 20'000u);
  for (size_t i = 0; i < entries->entries; ++i)
    ASSERT_EQ(load<int64_t>(entries->body.data() + i * sizeof(int64_t)), *ids[i]);

  TextEncoder encoder(options_of(kPlenty));
  append_all(encoder, make_text(string(), texts));
  EXPECT_TRUE(encoder.dictionary_entries().empty());
  EXPECT_EQ(encoder.finish_page({}).encoding, Encoding::rle_dictionary);
  EXPECT_EQ(encoder.finish_dictionary()->entries, 20'000u);
}

// They go round, but there is no room for so many.
TEST(Probation, WhatDoesNotFitStaysWithout) {
  std::vector<std::optional<int64_t>> ids;
  for (int64_t i = 0; i < 20'000; ++i) ids.push_back(i % 5'000);
  EXPECT_EQ(entries_of(ids, options_of(kPlenty / 64)), 0u);
}

TEST(Probation, DoesNotDependOnHowValuesCome) {
  const auto values = drawn(kEighth * 2, uint64_t{1} << 40);
  NumberEncoder<int64_t, int64_t> encoder(options_of(kPlenty));
  for (size_t i = 0; i < values.size(); ++i) {
    append_all(encoder, make_int64({values[i]}));
    ASSERT_EQ(encoder.dictionary_entries().empty(), i >= kEighth) << i;
  }
}

TEST(Probation, OfTextsToo) {
  const auto text = [](size_t i) { return "digest " + std::to_string(10'000'000 + i); };  // 19 bytes with their length
  const size_t entries = kPlenty / 8 / 19;
  for (const bool come_again : {false, true})
    for (const bool in_dictionary_form : {false, true}) {
      std::vector<std::optional<std::string>> values;
      for (size_t i = 0; i <= entries; ++i) values.push_back(text(i));
      std::vector<int32_t> positions;
      for (size_t i = 0; i <= entries; ++i) {
        positions.push_back(static_cast<int32_t>(i));
        if (come_again && i % 20 == 0) positions.push_back(static_cast<int32_t>(i));
      }
      const auto column = std::make_shared<const Column>(make_text(string(), values));
      TextEncoder encoder(options_of(kPlenty));
      if (in_dictionary_form)
        encoder.append_entries(column, positions);
      else
        ASSERT_TRUE(encoder.append(*column, {0, positions.size(), positions.data()}));
      EXPECT_EQ(encoder.dictionary_entries().size(), come_again ? (entries + 1) * 19 : 0u) << in_dictionary_form;
      size_t bytes = 0;
      for (const int32_t at : positions) bytes += 4 + text(static_cast<size_t>(at)).size();
      if (!come_again) {
        EXPECT_EQ(encoder.pending_bytes(), bytes);
      }
    }
}

}  // namespace
}  // namespace sluice::value_encoder_test
