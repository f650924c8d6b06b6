// Blocks of the library, and blocks made by hand, unpacked; the library says what any bytes are, and unpacks ours.
#include "codecs/snappy_block.h"

#include <gtest/gtest.h>
#include <snappy.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "support/draw.h"

namespace sluice::snappy_block_test {
namespace {

using test::Draw;

constexpr uint64_t kSeed = 20'261'122;

std::string packed(const std::string& raw) {
  std::string out;
  snappy::Compress(raw.data(), raw.size(), &out);
  return out;
}

/// In copies of the very size, so that the sanitizers see who looks too far.
std::optional<std::string> unpacked(const std::string& block, size_t size) {
  const auto stored = std::make_unique<char[]>(block.size());
  const auto into = std::make_unique<char[]>(size);
  std::copy(block.begin(), block.end(), stored.get());
  if (!decompress_snappy_block(as_bytes({stored.get(), block.size()}),
                               std::as_writable_bytes(std::span(into.get(), size))))
    return std::nullopt;
  return std::string(into.get(), size);
}

/// Texts of few words, runs and noise, as pages have them.
std::string draw_raw(Draw& draw, int64_t bytes_max) {
  const auto bytes = static_cast<size_t>(draw.magnitude(bytes_max));
  std::string raw;
  while (raw.size() < bytes) {
    const auto count = static_cast<size_t>(draw.magnitude(200));
    switch (draw.below(4)) {
      case 0: raw.append(count, static_cast<char>(draw.below(256))); break;
      case 1:
        for (size_t i = 0; i < count; ++i) raw.push_back(static_cast<char>(draw.bits()));
        break;
      case 2: raw += "word " + std::to_string(draw.below(50)); break;
      default:
        if (!raw.empty()) raw += raw.substr(static_cast<size_t>(draw.below(raw.size())), count);
    }
  }
  raw.resize(bytes);
  return raw;
}

/// By us, in room of the very size that is asked for.
std::string packed_by_us(const std::string& raw) {
  const size_t room = snappy_block_bytes_max(raw.size());
  const auto from = std::make_unique<char[]>(raw.size());
  const auto into = std::make_unique<std::byte[]>(room);
  std::copy(raw.begin(), raw.end(), from.get());
  const size_t size = compress_snappy_block(as_bytes({from.get(), raw.size()}), into.get());
  EXPECT_LE(size, room);
  return {reinterpret_cast<const char*>(into.get()), size};
}

void expect_both_unpack(const std::string& raw) {
  const std::string block = packed_by_us(raw);
  ASSERT_EQ(unpacked(block, raw.size()), raw);
  std::string by_the_library;
  ASSERT_TRUE(snappy::Uncompress(block.data(), block.size(), &by_the_library));
  ASSERT_EQ(by_the_library, raw);
}

std::string noise(size_t bytes) {
  Draw draw(kSeed, bytes);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(draw.bits());
  return out;
}

TEST(SnappyBlock, TheLibraryUnpacksWhatWePacked) {
  for (uint64_t i = 0; i < 400; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed + 2, i);
    expect_both_unpack(draw_raw(draw, 200'000));
  }
}

TEST(SnappyBlock, PacksEveryShortLength) {
  for (size_t bytes = 0; bytes < 200; ++bytes) {
    expect_both_unpack(std::string(bytes, 'a'));
    expect_both_unpack(noise(bytes));
    expect_both_unpack(noise(bytes / 2) + noise(bytes / 2));
  }
}

// Literals change their form at 60, 256 and 65,536 bytes, copies their number at 64 and 68.
TEST(SnappyBlock, PacksLongLiteralsAndCopies) {
  for (const size_t bytes : {59u, 60u, 61u, 255u, 256u, 257u, 65'535u, 65'536u, 65'537u, 70'000u})
    expect_both_unpack(noise(bytes));
  for (size_t length = 6; length < 200; ++length) expect_both_unpack(noise(200) + noise(200).substr(0, length) + "end");
}

TEST(SnappyBlock, FindsWhatIsWithinReachAlone) {
  const std::string phrase = noise(4'000);
  const auto saved_at = [&phrase](size_t back) {
    const std::string raw = phrase + noise(back - phrase.size()) + phrase + noise(100);
    expect_both_unpack(raw);
    return static_cast<int64_t>(raw.size()) - static_cast<int64_t>(packed_by_us(raw).size());
  };
  EXPECT_GT(saved_at(65'535), 3'500);
  EXPECT_LT(saved_at(65'536), 100) << "three bytes cannot say how far that is";
  EXPECT_LT(saved_at(131'072), 100);
}

// Literals that are just long enough for a longer head, and copies that save less than it: byte arrays of random bytes,
// all of one length, overran the room that was asked for.
TEST(SnappyBlock, HasRoomForTheWorst) {
  for (const size_t length : {61u, 62u, 64u, 100u, 256u, 257u, 259u, 261u, 344u, 400u}) {
    const std::string values = noise(70'000);
    std::string raw;
    for (size_t i = 0; raw.size() + length + 4 <= size_t{16} << 10; ++i) {
      const std::string prefix{static_cast<char>(length), static_cast<char>(length >> 8), '\0', '\0'};
      raw += prefix + values.substr(i * length % 60'000, length);
    }
    expect_both_unpack(raw);
    // Each unit ends with four bytes that stand some two thousand bytes before.
    raw = values.substr(0, 4'000);
    for (size_t i = 0; raw.size() + length + 4 <= size_t{16} << 10; ++i)
      raw += noise(1'000 + i * 400).substr(0, length) + raw.substr(raw.size() - 2'500, 4);
    expect_both_unpack(raw);
  }
}

TEST(SnappyBlock, NeverMuchLongerThanItsInput) {
  for (const size_t bytes : {0u, 1u, 100u, 5'000u, 300'000u})
    EXPECT_LE(packed_by_us(noise(bytes)).size(), bytes + 10) << bytes;
}

TEST(SnappyBlock, IsAsSmallAsThatOfTheLibrary) {
  Draw draw(kSeed, 3'000);
  std::string words;
  for (const size_t bytes : {15'000u, 300'000u}) {
    while (words.size() < bytes) words += "word" + std::to_string(draw.below(2'000) * 7919) + ' ';
    EXPECT_LT(packed_by_us(words).size(), packed(words).size()) << bytes;
  }
}

TEST(SnappyBlock, GivesBackWhatTheLibraryPacked) {
  for (uint64_t i = 0; i < 400; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const std::string raw = draw_raw(draw, 200'000);
    ASSERT_EQ(unpacked(packed(raw), raw.size()), raw);
  }
  for (const size_t bytes : {0u, 1u, 63u, 64u, 65u, 65'535u, 65'536u, 65'537u}) {
    EXPECT_EQ(unpacked(packed(std::string(bytes, 'a')), bytes), std::string(bytes, 'a'));
  }
}

TEST(SnappyBlock, MustGiveJustAsManyBytes) {
  const std::string block = packed("some text, some text, some text");
  EXPECT_EQ(unpacked(block, 31), "some text, some text, some text");
  EXPECT_EQ(unpacked(block, 30), std::nullopt);
  EXPECT_EQ(unpacked(block, 32), std::nullopt);
  EXPECT_EQ(unpacked("", 0), std::nullopt) << "even of nothing there is a size";
  EXPECT_EQ(unpacked(std::string(1, '\0'), 0), "");
  EXPECT_EQ(unpacked(std::string(2, '\0'), 0), std::nullopt);
  EXPECT_EQ(unpacked("\xff\xff\xff\xff\xff", 0), std::nullopt);
}

/// A block of `raw` as literals, each with its length in as many bytes as asked for (0: in the tag).
std::string literal(const std::string& raw, size_t width) {
  const size_t less_one = raw.size() - 1;
  std::string out(1, static_cast<char>((width == 0 ? less_one : 59 + width) << 2));
  for (size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(less_one >> 8 * i));
  return out + raw;
}

std::string sized(size_t size, const std::string& elements) {
  std::string out;
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
  out.push_back(static_cast<char>(size));
  return out + elements;
}

/// Kind 2 or 3.
std::string copy(size_t length, size_t back, size_t kind) {
  std::string out(1, static_cast<char>((length - 1) << 2 | kind));
  for (size_t i = 0; i < (kind == 3 ? 4u : 2u); ++i) out.push_back(static_cast<char>(back >> 8 * i));
  return out;
}

TEST(SnappyBlock, LiteralsOfAllWidths) {
  for (const size_t bytes : {1u, 59u, 60u, 61u, 64u, 65u, 256u, 257u, 65'536u, 65'537u}) {
    std::string raw;
    for (size_t i = 0; i < bytes; ++i) raw.push_back(static_cast<char>(i * 7));
    for (size_t width = 0; width <= 4; ++width) {
      if (width == 0 ? bytes > 60 : width < 4 && bytes > size_t{1} << 8 * width) continue;
      EXPECT_EQ(unpacked(sized(bytes, literal(raw, width)), bytes), raw) << bytes << " in " << width;
      EXPECT_EQ(unpacked(sized(2 * bytes, literal(raw, width) + literal(raw, width)), 2 * bytes), raw + raw);
      EXPECT_EQ(unpacked(sized(bytes, literal(raw, width).substr(0, bytes)), bytes), std::nullopt);
    }
  }
  EXPECT_EQ(unpacked(sized(4, std::string("\xfc\xff\xff\xff\xff", 5) + "abcd"), 4), std::nullopt);
}

TEST(SnappyBlock, CopiesFromAnywhereToAnywhere) {
  std::string begin;
  for (int i = 0; i < 130; ++i) begin.push_back(static_cast<char>('!' + i % 90));
  const std::string end(200, '.');  // so that nothing is near the end
  for (size_t length = 1; length <= 64; ++length)
    for (const size_t back : {size_t{1}, size_t{2}, size_t{3}, size_t{8}, size_t{31}, length - 1, length, length + 1,
                              size_t{63}, size_t{64}, size_t{65}, size_t{130}, size_t{131}})
      for (const size_t kind : {2u, 3u})
        for (const bool is_last : {false, true}) {
          std::string raw = begin;
          const bool is_good = back > 0 && back <= raw.size();
          for (size_t i = 0; is_good && i < length; ++i) raw.push_back(raw[raw.size() - back]);
          if (!is_last) raw += end;
          const size_t size = begin.size() + length + (is_last ? 0 : end.size());
          const std::string block =
              sized(size, literal(begin, 1) + copy(length, back, kind) + (is_last ? "" : literal(end, 1)));
          EXPECT_EQ(unpacked(block, size), is_good ? std::optional(raw) : std::nullopt) << length << " " << back;
        }
}

TEST(SnappyBlock, EndsCleanlyWhereverItIsCut) {
  Draw draw(kSeed, 1'000);
  const std::string raw = draw_raw(draw, 3'000) + std::string(700, 'x') + draw_raw(draw, 500);
  const std::string block = packed(raw);
  for (size_t end = 0; end < block.size(); ++end) EXPECT_EQ(unpacked(block.substr(0, end), raw.size()), std::nullopt);
  EXPECT_EQ(unpacked(block + "\4", raw.size()), std::nullopt);
}

TEST(SnappyBlock, AgreesWithTheLibraryOnAnyBytes) {
  size_t good = 0;
  for (uint64_t i = 0; i < 3'000; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", mutation " + std::to_string(i));
    Draw draw(kSeed + 1, i);
    const std::string raw = draw_raw(draw, 1'500);
    std::string block = packed(raw);
    for (uint64_t k = draw.below(3); k > 0 && block.size() > 3; --k)
      block[3 + draw.below(block.size() - 3)] = static_cast<char>(draw.bits());
    std::string expected(raw.size(), '\0');
    size_t size = 0;
    const bool is_good = snappy::GetUncompressedLength(block.data(), block.size(), &size) && size == raw.size() &&
                         snappy::RawUncompress(block.data(), block.size(), expected.data());
    good += is_good;
    ASSERT_EQ(unpacked(block, raw.size()), is_good ? std::optional(expected) : std::nullopt);
  }
  EXPECT_GT(good, 500u);
  EXPECT_LT(good, 2'900u);
}

}  // namespace
}  // namespace sluice::snappy_block_test
