#include "codecs/compress.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/kept_memory.h"
#include "support/decompress.h"
#include "support/draw.h"
#include "support/heap_hook.h"

namespace sluice::compress_test {
namespace {

using test::asked_heap_bytes;
using test::Draw;

constexpr Codec kCodecs[] = {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4};

CompressionCodec stored(Codec codec) {
  switch (codec) {
    case Codec::none: return CompressionCodec::uncompressed;
    case Codec::snappy: return CompressionCodec::snappy;
    case Codec::zstd: return CompressionCodec::zstd;
    case Codec::gzip: return CompressionCodec::gzip;
    case Codec::brotli: return CompressionCodec::brotli;
    case Codec::lz4: return CompressionCodec::lz4_raw;
  }
  return CompressionCodec::lzo;
}

std::string draw_raw(Draw& draw, size_t size) {
  std::string raw;
  while (raw.size() < size) raw += draw.chance(50) ? "abcabcabcabc" : std::string(1, static_cast<char>(draw.bits()));
  raw.resize(size);
  return raw;
}

void expect_round_trip(Compression compression, const std::string& raw, Bytes& out) {
  const size_t before = out.size();
  const size_t size = compress(compression, as_bytes(raw), out);
  ASSERT_EQ(out.size(), before + size);
  ASSERT_EQ(test::decompress(stored(compression.codec), ByteSpan(out).subspan(before), raw.size()), raw)
      << to_string(compression.codec) << " " << compression.level << ", " << raw.size() << " bytes";
}

TEST(Compress, EveryCodecAtEverySize) {
  Draw draw(11);
  for (const Codec codec : kCodecs) {
    Bytes out;
    for (const size_t size : {0, 1, 2, 7, 8, 9, 63, 64, 65, 4'095, 4'096, 65'535, 65'536, 65'537, 300'000})
      ASSERT_NO_FATAL_FAILURE(expect_round_trip({codec}, draw_raw(draw, size), out));
  }
}

TEST(Compress, EveryLevel) {
  Draw draw(12);
  const std::string raw = draw_raw(draw, 5'000);
  for (const Codec codec : kCodecs) {
    const CompressionLevels levels = levels_of(codec);
    Bytes out;
    // Down and up again: a context that is used anew must not keep the level of the last page.
    for (int level = levels.max; level >= levels.min; --level)
      ASSERT_NO_FATAL_FAILURE(expect_round_trip({codec, level}, raw, out));
    for (int level = levels.min; level <= levels.max; ++level)
      ASSERT_NO_FATAL_FAILURE(expect_round_trip({codec, level}, raw, out));
  }
}

TEST(Compress, LevelZeroIsTheDefault) {
  Draw draw(13);
  const std::string raw = draw_raw(draw, 20'000);
  for (const Codec codec : kCodecs) {
    Bytes by_default;
    Bytes by_level;
    compress({codec, 0}, as_bytes(raw), by_default);
    compress({codec, levels_of(codec).fallback}, as_bytes(raw), by_level);
    EXPECT_EQ(by_default.view(), by_level.view()) << to_string(codec);
  }
}

TEST(Compress, ViewsOfNothing) {
  for (const Codec codec : kCodecs) {
    Bytes out;
    const size_t size = compress({codec}, ByteSpan(), out);
    EXPECT_EQ(size, out.size());
    EXPECT_EQ(test::decompress(stored(codec), out, 0), "");
  }
}

TEST(Compress, AppendsBehindWhatIsThere) {
  for (const Codec codec : kCodecs) {
    Bytes out;
    out.append(std::string_view("kept"));
    compress({codec}, as_bytes(std::string(1000, 'a')), out);
    EXPECT_EQ(out.view().substr(0, 4), "kept");
  }
}

TEST(Compress, SameBytesOnEveryThreadAndEachTime) {
  Draw draw(14);
  const std::string raw = draw_raw(draw, 100'000);
  for (const Codec codec : kCodecs) {
    Bytes first;
    compress({codec}, as_bytes(raw), first);
    Bytes again;
    compress({codec}, as_bytes(raw), again);
    EXPECT_EQ(first.view(), again.view());
    std::vector<Bytes> others(4);
    std::vector<std::thread> threads;
    for (Bytes& other : others) threads.emplace_back([&] { compress({codec}, as_bytes(raw), other); });
    for (std::thread& thread : threads) thread.join();
    for (const Bytes& other : others) EXPECT_EQ(first.view(), other.view()) << to_string(codec);
  }
}

// lz4.h says how much, and its bound for more is 0 bytes: a write out of place, had anybody relied on it.
TEST(Compress, SaysHowMuchItTakes) {
  EXPECT_EQ(compress_bytes_max(Codec::lz4), 2'113'929'216u);
  for (const Codec codec : kCodecs) {
    EXPECT_LE(compress_bytes_max(codec), 2'147'483'647u);
    EXPECT_GE(compress_bytes_max(codec), 2'113'929'216u);
  }
}

// What a thread keeps for its next page, by what the library is known to take: another release may take more.
TEST(Compress, TellsWhatThreadsKeep) {
  const std::string raw(10'000, 'x');
  for (const Compression compression : {Compression{Codec::zstd, 3}, Compression{Codec::gzip, 1},
                                        Compression{Codec::gzip, 6}, Compression{Codec::gzip, 12}}) {
    std::thread([&] {
      Bytes out;
      out.reserve(100'000);
      const int64_t asked = asked_heap_bytes();
      const uint64_t kept = KeptMemory::of_all_threads();
      compress(compression, as_bytes(raw), out);
      const auto taken = static_cast<double>(asked_heap_bytes() - asked);
      EXPECT_NEAR(static_cast<double>(KeptMemory::of_all_threads() - kept), taken, taken / 10 + 4'096)
          << to_string(compression.codec) << " " << compression.level;
    }).join();
  }
}

// Brotli takes two windows of memory, used or not: of the usual four megabytes that was 8 MiB for each page under way.
// (RFC 7932, 9.1: a stream begins with its window, 16 bits as a single 0.)
TEST(Compress, BrotliHasAWindowAsLongAsThePage) {
  Draw draw(16);
  for (const auto& [size, is_short] : {std::pair{1, true}, {65'536, true}, {65'537, false}, {1 << 20, false}}) {
    Bytes out;
    ASSERT_NO_FATAL_FAILURE(expect_round_trip({Codec::brotli}, draw_raw(draw, static_cast<size_t>(size)), out));
    EXPECT_EQ((out.data()[0] & std::byte{1}) == std::byte{0}, is_short) << size;
  }
}

TEST(Compress, NamesAreThoseOfTheCommandLine) {
  EXPECT_EQ(to_string(Codec::none), "none");
  EXPECT_EQ(to_string(Codec::snappy), "snappy");
  EXPECT_EQ(to_string(Codec::zstd), "zstd");
  EXPECT_EQ(to_string(Codec::gzip), "gzip");
  EXPECT_EQ(to_string(Codec::brotli), "brotli");
  EXPECT_EQ(to_string(Codec::lz4), "lz4");
}

}  // namespace
}  // namespace sluice::compress_test
