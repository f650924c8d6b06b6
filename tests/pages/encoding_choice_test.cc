// How encodings are measured: what a sample is, who is measured again, and when a rival takes over
// (pages/encoding_choice.h).
#include "pages/encoding_choice.h"

#include <gtest/gtest.h>

#include <random>

namespace sluice::encoding_choice_test {
namespace {

/// Bytes that no codec makes shorter.
Bytes noise(size_t count) {
  std::mt19937 random(7);
  Bytes bytes;
  for (size_t i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(random()));
  return bytes;
}

size_t sample_values(const EncodingChoice& choice) {
  size_t values = 0;
  for (const auto& [begin, count] : choice.sample()) values += count;
  return values;
}

const EncodingRules kZstd{.compression = {.codec = Codec::zstd}};

TEST(EncodingChoice, SamplesLieInThePageApartFromEachOther) {
  for (const size_t values : {0, 1, 2, 3, 4'095, 4'096, 4'097, 5'000, 32'767, 32'768, 32'769, 131'072})
    for (const size_t width : {0, 1, 8, 1'000, 300'000}) {
      SCOPED_TRACE(std::to_string(values) + " values of " + std::to_string(width));
      EncodingChoice choice(kZstd);
      choice.begin_trial(values, values * width);
      choice.offer(Encoding::plain, noise(100));
      choice.offer(Encoding::delta_binary_packed, noise(100));
      size_t measured = 0;
      do {
        size_t end = 0;
        for (const auto& [begin, count] : choice.sample()) {
          EXPECT_GE(begin, end);
          end = begin + count;
        }
        EXPECT_LE(end, values);
        EXPECT_EQ(sample_values(choice) > 0, values > 0);
        EXPECT_LE(sample_values(choice), 32'768u);
        EXPECT_GE(sample_values(choice), measured);
        measured = sample_values(choice);
      } while (choice.next_heat());
    }
}

TEST(EncodingChoice, WhatIsFarOffIsNotMeasuredAgain) {
  EncodingChoice choice(kZstd);
  choice.begin_trial(131'072, 131'072 * 8);
  choice.offer(Encoding::plain, noise(20'000));
  choice.offer(Encoding::delta_binary_packed, noise(10'000));
  choice.offer(Encoding::delta_byte_array, noise(11'000));
  EXPECT_TRUE(choice.next_heat());
  EXPECT_FALSE(choice.wants(Encoding::plain));
  EXPECT_TRUE(choice.wants(Encoding::delta_binary_packed));
  EXPECT_TRUE(choice.wants(Encoding::delta_byte_array));
  choice.offer(Encoding::delta_binary_packed, noise(90'000));
  choice.offer(Encoding::delta_byte_array, noise(80'000));
  EXPECT_FALSE(choice.next_heat());
  EXPECT_FALSE(choice.end_trial());
  EXPECT_EQ(choice.encoding(), Encoding::delta_byte_array);
}

TEST(EncodingChoice, WhereAllOthersAreFarOffTheFirstHeatIsTheLast) {
  EncodingChoice choice(kZstd);
  choice.begin_trial(131'072, 131'072 * 8);
  choice.offer(Encoding::plain, noise(20'000));
  choice.offer(Encoding::delta_binary_packed, noise(5'000));
  EXPECT_FALSE(choice.next_heat());
  EXPECT_FALSE(choice.end_trial());
  EXPECT_EQ(choice.encoding(), Encoding::delta_binary_packed);
  EXPECT_FALSE(choice.rival());
}

TEST(EncodingChoice, WhatIsAsLongAsPlainIsNotCompressed) {
  EncodingChoice choice(kZstd);
  choice.begin_trial(1'000, 8'000);
  choice.offer(Encoding::plain, noise(8'000));
  Bytes zeros;
  zeros.resize(8'000);  // would compress to nothing
  choice.offer(Encoding::delta_binary_packed, zeros);
  EXPECT_FALSE(choice.wants(Encoding::delta_binary_packed));
  EXPECT_FALSE(choice.next_heat());
  choice.end_trial();
  EXPECT_EQ(choice.encoding(), Encoding::plain);
}

/// A trial that PLAIN loses by a tenth.
EncodingChoice close_choice(const EncodingRules& rules) {
  EncodingChoice choice(rules);
  choice.begin_trial(131'072, 131'072 * 8);
  do {
    choice.offer(Encoding::plain, noise(11'000));
    choice.offer(Encoding::delta_binary_packed, noise(10'000));
  } while (choice.next_heat());
  EXPECT_FALSE(choice.end_trial());
  EXPECT_EQ(choice.encoding(), Encoding::delta_binary_packed);
  return choice;
}

TEST(EncodingChoice, OnlyCodecsWithALongWindowHaveRivals) {
  EXPECT_TRUE(close_choice(kZstd).rival());
  EXPECT_FALSE(close_choice({.compression = {.codec = Codec::snappy}}).rival());
  EXPECT_FALSE(close_choice({.compression = {.codec = Codec::none}}).rival());
}

TEST(EncodingChoice, ARivalThatWinsTakesOverAndIsHeldToItAgain) {
  EncodingChoice choice = close_choice(kZstd);
  ASSERT_EQ(choice.rival(), Encoding::plain);
  EXPECT_EQ(choice.rival_values(), 65'536u);
  choice.offer_rival(noise(9'700), 1'000);
  choice.page_written(1'000, 10'000);
  EXPECT_EQ(choice.encoding(), Encoding::plain);
  EXPECT_FALSE(choice.rival());
  choice.page_written(1'000, 9'700);
  ASSERT_EQ(choice.rival(), Encoding::delta_binary_packed);
  choice.offer_rival(noise(9'650), 1'000);  // less, but not by a hundredth
  choice.page_written(1'000, 9'700);
  EXPECT_EQ(choice.encoding(), Encoding::plain);
  for (int page = 0; page < 7; ++page) {
    EXPECT_FALSE(choice.rival());
    choice.page_written(1'000, 9'700);
  }
  EXPECT_TRUE(choice.rival());
}

TEST(EncodingChoice, ARivalThatIsDefeatedIsNone) {
  EncodingChoice choice = close_choice(kZstd);
  choice.offer_rival(noise(11'000), 1'000);
  for (int page = 0; page < 30; ++page) {
    choice.page_written(1'000, 10'000);
    EXPECT_FALSE(choice.rival());
  }
  EXPECT_EQ(choice.encoding(), Encoding::delta_binary_packed);
}

}  // namespace
}  // namespace sluice::encoding_choice_test
