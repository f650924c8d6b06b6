// How the pages of a file are compressed.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {
inline namespace v0 {

enum class Codec : uint8_t { none, snappy, zstd, gzip, brotli, lz4 };

/// The lower-case name that `--compression` takes.
std::string_view to_string(Codec codec);

/// Levels that a codec knows; 0 and 0 for one without levels.
struct CompressionLevels {
  int min = 0;
  int max = 0;
  int fallback = 0;  ///< what Compression::level 0 stands for
};
CompressionLevels levels_of(Codec codec);

struct Compression {
  /// zstd at level 1 is faster than most disks and halves what snappy leaves.
  Codec codec = Codec::zstd;
  /// zstd 1 to 22, gzip 1 to 12, brotli 1 to 11; 0 = the codec's own default (zstd 1, gzip 6, brotli 4). snappy and lz4
  /// have none.
  int level = 0;
};

}  // namespace v0
}  // namespace sluice
