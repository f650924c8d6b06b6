#include "codecs/decompress.h"

#include <gtest/gtest.h>

#include <vector>

#include "codecs/compress.h"
#include "support/draw.h"

namespace sluice::decompress_test {
namespace {

using test::Draw;

constexpr Codec kCodecs[] = {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4};

std::string draw_raw(Draw& draw, size_t size) {
  std::string raw;
  while (raw.size() < size) raw += draw.chance(50) ? "abcabcabcabc" : std::string(1, static_cast<char>(draw.bits()));
  raw.resize(size);
  return raw;
}

bool gives_back(Codec codec, ByteSpan stored, const std::string& raw) {
  std::vector<std::byte> into(raw.size());
  return decompress(codec, stored, into) && as_text(into) == raw;
}

TEST(Decompress, EveryCodecAtEverySize) {
  Draw draw(31);
  for (const Codec codec : kCodecs) {
    for (const size_t size : {0, 1, 2, 63, 64, 65, 4'095, 4'096, 65'535, 65'536, 65'537, 300'000}) {
      const std::string raw = draw_raw(draw, size);
      Bytes stored;
      compress({codec}, as_bytes(raw), stored);
      EXPECT_TRUE(gives_back(codec, stored, raw)) << to_string(codec) << ", " << size << " bytes";
    }
  }
}

TEST(Decompress, AnotherSizeIsRefused) {
  Draw draw(32);
  const std::string raw = draw_raw(draw, 5'000);
  for (const Codec codec : kCodecs) {
    Bytes stored;
    compress({codec}, as_bytes(raw), stored);
    for (const size_t size : {size_t{0}, raw.size() - 1, raw.size() + 1, raw.size() * 2}) {
      std::vector<std::byte> into(size);
      EXPECT_FALSE(decompress(codec, stored, into)) << to_string(codec) << ", " << size << " bytes";
    }
  }
}

TEST(Decompress, CutOffOrLongerBytesAreRefused) {
  Draw draw(33);
  const std::string raw = draw_raw(draw, 2'000);
  for (const Codec codec : kCodecs) {
    Bytes stored;
    compress({codec}, as_bytes(raw), stored);
    for (size_t size = 0; size < stored.size(); size += 1 + size / 8)
      EXPECT_FALSE(gives_back(codec, ByteSpan(stored).first(size), raw)) << to_string(codec) << ", " << size;
    stored.push_back(0);
    EXPECT_FALSE(gives_back(codec, stored, raw)) << to_string(codec);
  }
}

TEST(Decompress, GzipOfSeveralMembers) {
  Draw draw(35);
  const std::string raw = draw_raw(draw, 9'000);
  Bytes stored;
  for (const size_t size : {4'000, 0, 5'000})
    compress({Codec::gzip}, as_bytes(std::string_view(raw).substr(size == 5'000 ? 4'000 : 0, size)), stored);
  EXPECT_TRUE(gives_back(Codec::gzip, stored, raw));
  EXPECT_FALSE(gives_back(Codec::gzip, stored, raw + "x"));
  EXPECT_FALSE(gives_back(Codec::gzip, stored, raw.substr(0, 8'999)));
  EXPECT_FALSE(gives_back(Codec::gzip, ByteSpan(stored).first(stored.size() - 1), raw));
  stored.push_back(0);
  EXPECT_FALSE(gives_back(Codec::gzip, stored, raw));
  EXPECT_FALSE(gives_back(Codec::gzip, {}, "")) << "not even one";
}

// What comes out is another matter: pages have checksums.
TEST(Decompress, DamageNeverReachesBeyondTheRoom) {
  Draw draw(34);
  const std::string raw = draw_raw(draw, 3'000);
  for (const Codec codec : kCodecs) {
    Bytes stored;
    compress({codec}, as_bytes(raw), stored);
    for (int round = 0; round < 200; ++round) {
      Bytes damaged;
      damaged.append(stored);
      damaged.data()[draw.below(damaged.size())] ^= std::byte{static_cast<uint8_t>(1 + draw.below(255))};
      std::vector<std::byte> into(raw.size());
      (void)decompress(codec, damaged, into);
    }
  }
}

}  // namespace
}  // namespace sluice::decompress_test
