// Sizes in, and sizes, counts and times out.
#include "base/size_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace sluice::size_text_test {
namespace {

TEST(SizeText, Parses) {
  const std::pair<const char*, uint64_t> cases[] = {
      {"0", 0},
      {"4096", 4096},
      {"4096B", 4096},
      {"007", 7},
      {"1KiB", 1024},
      {"64KiB", 65'536},
      {"128MiB", 134'217'728},
      {"1GB", 1'000'000'000},
      {"1KB", 1000},
      {"1kB", 1000},
      {"3TB", 3'000'000'000'000},
      {"2TiB", uint64_t{2} << 40},
      {"1PB", 1'000'000'000'000'000},
      {"1PiB", uint64_t{1} << 50},
      {"15EiB", uint64_t{15} << 60},
      {"18EB", 18'000'000'000'000'000'000u},
      {"1.5GiB", 1'610'612'736},
      {"0.5KiB", 512},
      {"1.25MB", 1'250'000},
      {"1.0", 1},
      {"2.50kB", 2500},
      {"1.000000000000000001EB", 1'000'000'000'000'000'001},
      {"18446744073709551615", std::numeric_limits<uint64_t>::max()},
      {"15.9375EiB", 18'374'686'479'671'623'680u},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(SizeText, Refuses) {
  for (const char* text : {"",
                           "128M",
                           "128K",
                           "1G",
                           "1g",
                           "128mib",
                           "128mb",
                           "MiB",
                           ".5GiB",
                           "1.",
                           "1.MiB",
                           "1.5",
                           "1.0001KiB",
                           "0.1KiB",
                           "-1",
                           "+1",
                           " 1",
                           "1 MiB",
                           "1MiB ",
                           "1e3",
                           "0x10",
                           "1,000",
                           "1.5.5MiB",
                           "16EiB",
                           "19EB",
                           "18446744073709551616",
                           "99999999999999999999999",
                           "18014398509481984KiB",
                           "1MiBs",
                           "1.0000000000000000001EB"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(SizeText, FormatsBytes) {
  const std::pair<uint64_t, const char*> cases[] = {
      {0, "0 B"},
      {1, "1 B"},
      {1023, "1023 B"},
      {1024, "1.0 KiB"},
      {1536, "1.5 KiB"},
      {102'348, "99.9 KiB"},
      {102'349, "100 KiB"},
      {1'048'063, "1023 KiB"},
      {1'048'064, "1.0 MiB"},
      {1'048'576, "1.0 MiB"},
      {2'040'109'466, "1.9 GiB"},
      {536'870'912, "512 MiB"},
      {std::numeric_limits<uint64_t>::max(), "16.0 EiB"},
  };
  for (const auto& [bytes, text] : cases) EXPECT_EQ(format_bytes(bytes), text) << bytes;
}

TEST(SizeText, GroupsCountsFromTenThousand) {
  const std::pair<int64_t, const char*> cases[] = {
      {0, "0"},
      {999, "999"},
      {9999, "9999"},
      {-9999, "-9999"},
      {10'000, "10,000"},
      {-10'000, "-10,000"},
      {123'456, "123,456"},
      {-123'456, "-123,456"},
      {1'234'567, "1,234,567"},
      {std::numeric_limits<int64_t>::max(), "9,223,372,036,854,775,807"},
      {std::numeric_limits<int64_t>::min(), "-9,223,372,036,854,775,808"},
  };
  for (const auto& [count, text] : cases) EXPECT_EQ(format_count(count), text);
}

TEST(SizeText, FormatsTimes) {
  EXPECT_EQ(format_duration(0), "0.0 s");
  EXPECT_EQ(format_duration(7.84), "7.8 s");
  EXPECT_EQ(format_duration(99.94), "99.9 s");
  EXPECT_EQ(format_duration(100), "1:40");
  EXPECT_EQ(format_duration(-3), "0.0 s");
  EXPECT_EQ(format_duration(std::nan("")), "0.0 s");
  EXPECT_EQ(format_clock(0), "0:00");
  EXPECT_EQ(format_clock(3.9), "0:03");
  EXPECT_EQ(format_clock(727), "12:07");
  EXPECT_EQ(format_clock(3599.9), "59:59");
  EXPECT_EQ(format_clock(3727), "1:02:07");
  EXPECT_EQ(format_clock(-1), "0:00");
  EXPECT_EQ(format_clock(std::nan("")), "0:00");
  EXPECT_EQ(format_clock(std::numeric_limits<double>::infinity()), "1000000:00:00");
}

}  // namespace
}  // namespace sluice::size_text_test
